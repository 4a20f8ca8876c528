"""``saferoute help``: show the help of a command, or of a topic that concerns several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from saferoute.cli._command import EXIT_CODES, Command
from saferoute.cli._layout import HELP_SETTINGS, Argument
from saferoute.cli._typos import Word

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_PLACES = """\
A place is written as you have it, with no quotes unless the shell needs them:

  Hyde Park, London                a name; with --region or --osm sought there
  Vilhonkatu 4                     a street address
  60.172,24.944                    latitude, longitude
  60,172 24,944                    the same with decimal commas
  60°10'19"N 24°56'38"E            degrees, minutes, seconds; N S E W in any order
  https://www.openstreetmap.org/#map=16/60.1720/24.9440
                                   the address of a map: OpenStreetMap, Google,
                                   Apple, Organic Maps, and others
  geo:60.172,24.944                what telephones share
  9GG65WCV+QH                      a plus code
  35V 385929 6672342               UTM; MGRS too
  POINT (24.944 60.172)            well-known text, longitude first
  way/45571451                     an object of OpenStreetMap, in local data
  home                             the home of saferoute.toml

Coordinates never leave this machine. Names do, in a search without local data.
If several places have the name, they are listed, and --pick N takes another.
"""
_TOPICS = {
    "exit-codes": "".join(f"{code:3}  {meaning}\n" for code, meaning in EXIT_CODES.items()),
    "places": _PLACES,
}
"""What concerns more than one command."""


class _Subject(click.ParamType[str]):
    """The type of what one may ask help for: a command or a topic."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the subject."""
        return _list_subjects(ctx).convert(value, param, ctx)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[Any]]:
        """Return the subjects that begin with what is typed."""
        return _list_subjects(ctx).shell_complete(ctx, param, incomplete)


def _list_subjects(ctx: click.Context | None) -> Word:
    """Return the commands and topics; the commands are known only when one of them runs."""
    top = ctx.find_root().command if ctx else None
    return Word([*(top.commands if isinstance(top, click.Group) else ()), *_TOPICS])


@click.command(
    "help",
    cls=Command,
    context_settings=HELP_SETTINGS,
    help="Show the help of a command, or of what concerns several: places (how to write one), exit-codes.",
    short_help="show help of a command, of places, of exit codes",
    examples=("help find", "help places", "help exit-codes"),
)
@click.argument(
    "subject",
    cls=Argument,
    type=_Subject(),
    required=False,
    metavar="[SUBJECT]",
    help=f"a command, or {' or '.join(_TOPICS)}",
)
@click.pass_context
def show_help(ctx: click.Context, subject: str | None) -> int:
    """Print the help of a command or topic."""
    top = ctx.find_root()
    assert isinstance(top.command, click.Group)
    if subject is None:
        print(top.get_help())
    elif subject in _TOPICS:
        print(_TOPICS[subject], end="")
    else:
        command = top.command.commands[subject]
        with command.make_context(subject, [], parent=top, resilient_parsing=True) as context:
            print(command.get_help(context))
    return 0
