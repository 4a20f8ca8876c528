"""``saferoute profile``: the levels there are, and what one of them holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saferoute.cli._shared import add_level_options, new_command, runner_options
from saferoute.model import InvalidInput

if TYPE_CHECKING:
    import argparse


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    profile = new_command(
        commands,
        "profile",
        short="list the levels, or show one as TOML",
        long="list names the levels. show prints one, or a file's, as TOML with every value in it: save it, edit it, "
        "give it to --level.",
    )
    profile.add_argument("action", choices=("list", "show"), help="what to do")
    profile.add_argument("level", nargs="?", metavar="NAME|FILE", help="with show: a level, or a profile .toml")
    add_level_options(profile)
    profile.set_defaults(run=run_command, at="now")


def run_command(arguments: argparse.Namespace) -> int:
    """List, or show."""
    from saferoute.sources.profiles import LEVELS, load_profile, to_toml
    from saferoute.sources.runner import choose_profile

    if arguments.action == "show":
        if arguments.level is None:
            raise InvalidInput(f"profile show needs a name: one of {', '.join(LEVELS)}, or a .toml file")
        print(to_toml(choose_profile(runner_options(arguments))), end="")
        return 0
    if arguments.level is not None:
        raise InvalidInput(f"profile list takes no name; profile show {arguments.level} shows it")
    for name in LEVELS:
        level = load_profile(name)
        print(f"{name:13} {level.clear_length_m:3.0f} m clear  {level.title}")
    return 0
