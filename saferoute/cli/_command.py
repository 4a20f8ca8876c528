"""Base class of all commands: settings, grouped help and one-line errors."""

from __future__ import annotations

import logging
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from saferoute.cli import _settings
from saferoute.cli._printing import log_to_stderr, print_message
from saferoute.model import InvalidInput, SaferouteError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_LOG = logging.getLogger(__name__)

_QUIET = f"{__name__}.quiet"
NOTHING_QUALIFIES = 5
SOME_TILES_FAILED = 6
INTERRUPTED = 130
EXIT_CODES = """\
exit codes:
  0  done
  1  an error inside saferoute
  2  an argument, file or profile that breaks a rule
  3  place not found in the data
  4  a service on the network did not answer
  5  nothing qualifies: the limits left no stretch
  6  a scan is written but for tiles that failed: the same command tries them again
"""
HELP_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 120}
GROUPS = {
    "": ("Options", ""),
    "data": (
        "Data",
        (
            "Without --region and --osm the map comes from OpenStreetMap's servers. With them no server is asked, "
            "unless --elevation names one."
        ),
    ),
    "network": ("Network", "Every answer is kept in a cache, see saferoute cache --help."),
    "runner": ("Runner", ""),
    "session": ("Session", ""),
}
"""Title and introduction of each group of options in the help."""


def note_quiet(ctx: click.Context, _: click.Parameter, quiet: bool) -> None:
    """Store the value of ``--quiet`` in the context (callback of the option)."""
    ctx.meta[_QUIET] = quiet


class Option(click.Option):
    """A click option that has a group in the help and may take several values.

    Parameters
    ----------
    group : str
        A key of `GROUPS`.
    several : bool
        Allow more than one value after the flag: ``--osm a.osm b.osm``.
    """

    def __init__(self, declarations: Sequence[str], *, group: str = "", several: bool = False, **options: Any) -> None:
        super().__init__(declarations, multiple=several or options.pop("multiple", False), **options)
        self.group, self.several = group, several


class Command(click.Command):
    """A click command whose function returns the exit code.

    Raises
    ------
    InvalidInput
        On parsing, if a value of an option, a variable or a settings file breaks a rule.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments, with settings as defaults."""
        flags = {flag for p in self.params if isinstance(p, Option) and p.several for flag in p.opts}
        try:
            rest = super().parse_args(ctx, _prepare_words(args, flags))
        except click.BadParameter as error:
            # click's own message would not say which file or variable holds the value.
            raise InvalidInput(_describe_error(error)) from error
        if not ctx.resilient_parsing:
            # Only after parsing does click know where each value came from.
            _settings.put_rivals_aside(ctx)
            if "place" in ctx.params:
                _settings.settle_place(ctx)
        return rest

    def invoke(self, ctx: click.Context) -> int:
        """Run the command and return its exit code; print errors in one line."""
        with log_to_stderr(quiet=ctx.meta.get(_QUIET, False)):
            for line in _settings.list_origins(ctx):
                _LOG.info("settings: %s", line)
            return _run_guarded(lambda: super(Command, self).invoke(ctx))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the arguments, and the options by group."""
        rows: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                rows.setdefault(getattr(parameter, "group", ""), []).append(record)
        for group, (title, words) in GROUPS.items():
            if group in rows:
                with formatter.section(title):
                    if words:
                        formatter.write_text(words)
                        formatter.write_paragraph()
                    formatter.write_dl(rows[group])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """Write the exit codes below the options."""
        formatter.write(f"\n{EXIT_CODES}")


_NEGATIVE = re.compile(r"-[\d.]")
_FILE_NAME = re.compile(r"(?!\w+://).*\.[A-Za-z]\w*")
"""The name of a file with a suffix; in 60.17,24.94 what follows the point is no suffix."""


def _prepare_words(words: list[str], flags: set[str]) -> list[str]:
    """Return the words of a command line in the form that click expects.

    A flag is repeated before each file that follows its first value, and a blank
    before a negative number says that it is no option.

    Parameters
    ----------
    words : list of str
    flags : set of str
        Flags that may have several values.

    Examples
    --------
    >>> _prepare_words(["--osm", "a.osm", "b.osm", "-33.9,18.4"], {"--osm"})
    ['--osm', 'a.osm', '--osm', 'b.osm', ' -33.9,18.4']
    """
    prepared, flag = [], ""
    for i, raw in enumerate(words):
        word = f" {raw}" if _NEGATIVE.match(raw) else raw
        # A dash alone is a value: stdout.
        if word.startswith("-") and word != "-":
            flag = word if word in flags else ""
        elif flag and words[i - 1] != flag:
            if _is_file(word):
                prepared.append(flag)
            else:
                flag = ""
        prepared.append(word)
    return prepared


def _is_file(word: str) -> bool:
    """Return whether a word names a file, there or not: a place may follow the files of an option."""
    return _FILE_NAME.fullmatch(word) is not None or Path(word).is_file()


def _describe_error(error: click.BadParameter) -> str:
    """Return which value breaks a rule, and where it was set."""
    if isinstance(error, click.MissingParameter) or error.param is None or error.ctx is None:
        return describe_usage_error(error)
    return f"{_settings.name_origin(error.ctx, error.param)}: {error.message.rstrip('.')}"


def describe_usage_error(error: click.ClickException) -> str:
    """Return the error of a command line in one line, with the command whose help to read.

    Parameters
    ----------
    error : click.ClickException
        Its message may span several lines.

    Returns
    -------
    str
    """
    context = error.ctx if isinstance(error, click.UsageError) else None
    path = context.command_path if context else "saferoute"
    return f"{' '.join(error.format_message().split()).rstrip('.')}; see {path} --help"


def _run_guarded(run: Callable[[], int]) -> int:
    """Run a function and return its exit code; print expected errors in one line."""
    try:
        code = run()
        # Flush here, so that a full disk or a closed pipe is reported below and not at exit.
        sys.stdout.flush()
    except SaferouteError as error:
        print_message(f"saferoute: {error}")
        return error.exit_code
    except BrokenPipeError:
        # The reader has gone. Without another target Python's flush at exit would raise once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print_message(f"saferoute: {error.filename or 'a file'}: {error.strerror or error}; give another")
        return InvalidInput.exit_code
    except KeyboardInterrupt:
        print_message("saferoute: interrupted")
        return INTERRUPTED
    return code
