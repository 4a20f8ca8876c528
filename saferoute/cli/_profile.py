"""``saferoute profile``: list the levels, or show one as TOML."""

from __future__ import annotations

from typing import Any

import click

from saferoute.cli._command import Command
from saferoute.cli._layout import HELP_SETTINGS, Argument
from saferoute.cli._options import narrowing_options
from saferoute.cli._types import Level
from saferoute.cli._typos import Word
from saferoute.model import InvalidInput


def _show_level(word: str) -> str | None:
    """Return what to write where a level stands in place of what to do."""
    from saferoute.sources.profiles import LEVELS

    return f"show {word}" if word in LEVELS or word.endswith(".toml") else None


@click.command(
    cls=Command,
    context_settings=HELP_SETTINGS,
    help="list names the levels. show prints one, or a file's, as TOML with every value in it: save it, edit it, "
    "give it to --level.",
    short_help="list the levels of runners, or show one as TOML",
    examples=("profile list", "profile show beginner > mine.toml", "find home --level mine.toml"),
)
@click.argument("action", cls=Argument, type=Word(["list", "show"], _show_level), help="what to do")
@click.argument(
    "level",
    cls=Argument,
    type=Level(),
    required=False,
    metavar="NAME|FILE",
    help="with show: a level, or a profile .toml",
)
@narrowing_options
def profile(action: str, level: str | None, **options: Any) -> int:
    """Print the levels, or one profile as TOML."""
    from saferoute.sources.profiles import LEVELS, load_profile, to_toml
    from saferoute.sources.runner import RunnerOptions, choose_profile

    if action == "show":
        if level is None:
            raise InvalidInput(f"profile show needs a name: one of {', '.join(LEVELS)}, or a .toml file")
        runner: RunnerOptions = {"level": level, **options}  # type: ignore[typeddict-item]
        print(to_toml(choose_profile(runner)), end="")
        return 0
    if level is not None:
        raise InvalidInput(f"profile list takes no name; profile show {level} shows it")
    for name in LEVELS:
        loaded = load_profile(name)
        print(f"{name:13} {loaded.clear_length_m:3.0f} m clear  {loaded.title}")
    return 0
