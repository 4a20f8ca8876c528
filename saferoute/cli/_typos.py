"""Answers to slips of typing: what was meant, and the command line that says it."""

from __future__ import annotations

import os
import shlex
import subprocess
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_LIKE = 0.7
"""[J] How alike two words are, of 1, where one is taken for a slip of the other."""
_PLACE_FLAGS = ("--lat", "--lon", "--lng", "--latitude", "--longitude", "--location", "--address", "--place")
"""What other programs call the options that say where."""
_PLACE_COMMAND = "find"
"""The command that is meant where a place or an option stands first."""


def find_nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that is most like another, None if none is.

    Examples
    --------
    >>> find_nearest("--leve", ["--level", "--region"]), find_nearest("--colour", ["--level"])
    ('--level', None)
    """
    return next(iter(get_close_matches(word.lower(), list(known), n=1, cutoff=_LIKE)), None)


class Word(click.Choice[str]):
    """A type that takes one of some words, in any case, and says which was meant.

    `meant` returns what to write instead of what other programs say and people try, None where it knows nothing.
    """

    def __init__(self, words: Iterable[str], meant: Callable[[str], str | None] | None = None) -> None:
        super().__init__(list(words), case_sensitive=False)
        self._meant = meant or (lambda _: None)

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:  # noqa: ARG002 - click's signature
        """Return the word that a value was meant to be, or all of them."""
        near = self._meant(str(value).lower()) or find_nearest(str(value), self.choices)
        return f"{value!r}: " + (f"did you mean {near}?" if near else f"choose one of {', '.join(self.choices)}")


def describe_usage_error(error: click.ClickException, words: Sequence[str]) -> list[str]:
    """Return what is wrong with a command line, and where it is known the one that was meant.

    Parameters
    ----------
    error : click.ClickException
    words : sequence of str
        The command line without the program's name.

    Returns
    -------
    list of str
        One line or two.
    """
    context = error.ctx if isinstance(error, click.UsageError) else None
    match error:
        case click.NoSuchOption() if context:
            return _answer_option(error.option_name, context, words)
        case click.exceptions.NoSuchCommand() if context:
            return _answer_command(error.command_name, context, words)
        case click.MissingParameter(param=click.Parameter() as parameter) if context:
            what = getattr(parameter, "help", "")
            return [f"{_name(parameter, context)} is missing: {what}; {_where_to_read(context)}"]
        case click.BadOptionUsage(option_name=flag) if context and "requires" in error.message:
            parameter = next(p for p in context.command.params if flag in p.opts)
            return [f"{flag} needs a value: {_name(parameter, context)}; {_where_to_read(context)}"]
    # click's own sentence, which may span several lines.
    return [f"{' '.join(error.format_message().split()).rstrip('.')}; {_where_to_read(context)}"]


def _answer_option(typed: str, context: click.Context, words: Sequence[str]) -> list[str]:
    """Return what to type instead of an option that a command does not have."""
    top = context.find_root().command
    assert isinstance(top, click.Group)
    if typed in _PLACE_FLAGS:
        return [f"there is no option {typed}: a place needs none, as in saferoute find 60.17,24.94 or find Hyde Park"]
    # A parser takes -level for -l.
    typed = next((word for word in words if len(typed) == 2 and word.startswith(typed)), typed).split("=")[0]
    having = [name for name, command in top.commands.items() if typed in _flags(command)]
    if context.command is top and having:
        return [f"no command stands before {typed}; did you mean {having[0]}?", _join([having[0], *words])]
    near = find_nearest(f"--{typed.lstrip('-')}", _flags(context.command, context)) if len(typed) > 2 else None
    if near:
        meant = [near + word[len(typed) :] if word.split("=")[0] == typed else word for word in words]
        return [f"{context.command_path} has no option {typed}; did you mean {near}?", _join(meant)]
    others = f", but {' and '.join(having)} {'has' if len(having) == 1 else 'have'}" if having else ""
    return [f"{context.command_path} has no option {typed}{others}; {_where_to_read(context)}"]


def _answer_command(typed: str, context: click.Context, words: Sequence[str]) -> list[str]:
    """Return what to type instead of a command that there is not: another, or the place that stands in its place."""
    assert isinstance(context.command, click.Group)
    near = find_nearest(typed, context.command.commands)
    if near:
        meant = [near if word == typed else word for word in words]
        return [f"there is no command {typed}; did you mean {near}?", _join(meant)]
    return [
        f"there is no command {typed}; {_where_to_read(context)}. To find stretches near a place of that name:",
        _join([_PLACE_COMMAND, *words]),
    ]


def _flags(command: click.Command, context: click.Context | None = None) -> list[str]:
    """Return the options of a command, those for its help too if a context is given."""
    parameters = command.params if context is None else command.get_params(context)
    return [flag for p in parameters if isinstance(p, click.Option) for flag in (*p.opts, *p.secondary_opts)]


def _name(parameter: click.Parameter, context: click.Context) -> str:
    """Return a parameter as the help calls it, as in ``-o FILE``."""
    flag = f"{parameter.opts[0]} " if isinstance(parameter, click.Option) else ""
    return f"{flag}{parameter.make_metavar(context)}"


def _where_to_read(context: click.Context | None) -> str:
    return f"see {context.command_path if context else 'saferoute'} --help"


def _join(words: Sequence[str]) -> str:
    """Return a command line in the quotes of this machine's shell."""
    line = ["saferoute", *words]
    return subprocess.list2cmdline(line) if os.name == "nt" else shlex.join(line)
