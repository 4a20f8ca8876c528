"""Layout of the help: examples first, options by group, rare ones behind ``--help-all``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HELP_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 120}
GROUPS = {
    "arguments": "Arguments",
    "search": "Where, who and when",
    "session": "The run",
    "data": "Map and heights (from the network, if none is given)",
    "network": "Network (what it answers is kept: saferoute help cache)",
    "output": "Output",
    "work": "Work",
    "": "Options",
}
"""Title of each group of the help, in the order in which they are shown."""
_EVERYTHING = f"{__name__}.everything"


class Option(click.Option):
    """A click option that has a group in the help and may take several values.

    Parameters
    ----------
    group : str
        A key of `GROUPS`.
    several : bool
        Allow more than one value after the flag: ``--osm a.osm b.osm``.
    rare : bool
        Show it with ``--help-all`` alone.
    """

    def __init__(
        self, declarations: Sequence[str], *, group: str = "", several: bool = False, rare: bool = False, **options: Any
    ) -> None:
        super().__init__(declarations, multiple=several or options.pop("multiple", False), **options)
        self.group, self.several, self.rare = group, several, rare


class Argument(click.Argument):
    """A click argument that has a group in the help, a key of `GROUPS`."""

    def __init__(self, declarations: Sequence[str], *, group: str = "arguments", **options: Any) -> None:
        super().__init__(declarations, **options)
        self.group = group


class HelpfulCommand(click.Command):
    """A click command whose help begins with examples and fits a screen.

    Parameters
    ----------
    name : str
    examples : sequence of str
        Command lines with which to begin, without the program's name.
    """

    def __init__(self, name: str | None, *, examples: Sequence[str] = (), **attributes: Any) -> None:
        super().__init__(name, **attributes)
        self.examples = examples
        if any(getattr(parameter, "rare", False) for parameter in self.params):
            self.params.append(_make_help_all())

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return the option ``--help``, described as the other options are."""
        return reword_help(super().get_help_option(ctx))

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the command does, and its examples."""
        super().format_help_text(ctx, formatter)
        write_examples(formatter, self.examples)

    def format_arguments(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write nothing: arguments stand among the options of their group."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the arguments and options by group, without the rare ones unless ``--help-all`` asks for them."""
        rows: dict[str, list[tuple[str, str]]] = {}
        everything = ctx.meta.get(_EVERYTHING, False)
        is_brief = not everything and any(getattr(parameter, "rare", False) for parameter in self.params)
        for parameter in sorted(self.get_params(ctx), key=lambda each: not isinstance(each, Argument)):
            record = parameter.get_help_record(ctx)
            # Who reads the help knows how to ask for it: one line says how to see the rest.
            is_hidden = getattr(parameter, "rare", not isinstance(parameter, Argument | Option))
            if record is not None and not (is_brief and is_hidden):
                rows.setdefault(getattr(parameter, "group", ""), []).append(record)
        for group, title in GROUPS.items():
            if group in rows:
                with formatter.section(title):
                    formatter.write_dl(rows[group])
        if is_brief:
            formatter.write_paragraph()
            formatter.write_text(f"More options: {ctx.command_path} --help-all")


def reword_help(option: click.Option | None) -> click.Option | None:
    """Return click's own option ``--help`` without capital and full stop, as the other options are written."""
    if option is not None:
        option.help = "show this help"
    return option


def write_examples(formatter: click.HelpFormatter, examples: Iterable[str]) -> None:
    """Write command lines as examples; a terminal's width does not fold them, so that they can be copied."""
    if examples:
        with formatter.section("Examples"):
            for example in examples:
                formatter.write(f"{'':{formatter.current_indent}}saferoute {example}\n")


def _make_help_all() -> click.Option:
    """Return the option that shows the help with the rare options in it."""
    return click.Option(
        ["--help-all"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        allow_from_autoenv=False,
        callback=_show_everything,
        help="show the rarer options too",
    )


def _show_everything(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked and not ctx.resilient_parsing:
        ctx.meta[_EVERYTHING] = True
        click.echo(ctx.get_help())
        ctx.exit()
