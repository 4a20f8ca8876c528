"""Base class of all commands: settings and one-line errors."""

from __future__ import annotations

import logging
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from saferoute.cli import _settings
from saferoute.cli._layout import HelpfulCommand, Option
from saferoute.cli._printing import print_message
from saferoute.cli._progress import show_progress
from saferoute.cli._surroundings import check_memory_limit, describe_trouble
from saferoute.model import InvalidInput, SaferouteError

if TYPE_CHECKING:
    from collections.abc import Callable

_LOG = logging.getLogger(__name__)

_QUIET, _VERBOSE = f"{__name__}.quiet", f"{__name__}.verbose"
NOTHING_QUALIFIES = 5
SOME_TILES_FAILED = 6
INTERRUPTED = 130
EXIT_CODES = {
    0: "done",
    1: "an error inside saferoute",
    2: "an argument, file or profile that breaks a rule",
    3: "place not found in the data",
    4: "a service on the network did not answer",
    NOTHING_QUALIFIES: "no stretch found: the limits exclude everything",
    SOME_TILES_FAILED: "a scan is written but for tiles that failed: the same command tries them again",
    INTERRUPTED: "interrupted with Ctrl-C",
}
"""Every exit code, and what it means."""


def note_quiet(ctx: click.Context, _: click.Parameter, quiet: bool) -> None:
    """Store the value of ``--quiet`` in the context (callback of the option)."""
    ctx.meta[_QUIET] = quiet


def note_verbose(ctx: click.Context, _: click.Parameter, verbose: bool) -> None:
    """Store the value of ``--verbose`` in the context (callback of the option)."""
    ctx.meta[_VERBOSE] = verbose


class Command(HelpfulCommand):
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
        except click.UsageError as error:
            if isinstance(error, click.BadParameter) and not isinstance(error, click.MissingParameter):
                # click's own message would not say which file or variable holds the value.
                raise InvalidInput(_name_value(error)) from error
            # The parser does not know the command whose options it reads.
            error.ctx = error.ctx or ctx
            raise
        if not ctx.resilient_parsing:
            # Only after parsing does click know where each value came from.
            _settings.put_rivals_aside(ctx)
            if "place" in ctx.params:
                _settings.settle_place(ctx)
        return rest

    def invoke(self, ctx: click.Context) -> int:
        """Run the command and return its exit code; print errors in one line."""
        quiet, verbose = (ctx.meta.get(name, False) for name in (_QUIET, _VERBOSE))
        with show_progress(print_message, quiet=quiet, verbose=verbose):
            for line in _settings.list_origins(ctx):
                _LOG.info("settings: %s", line)
            return _run_guarded(lambda: self._invoke_in_memory(ctx))

    def _invoke_in_memory(self, ctx: click.Context) -> int:
        """Run the command and return its exit code; one that reads a map needs some memory to begin with."""
        if {"osm", "region"} & ctx.params.keys():
            check_memory_limit()
        code: int = super().invoke(ctx)
        return code


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


def _name_value(error: click.BadParameter) -> str:
    """Return which value breaks a rule, and where it was set."""
    if error.param is None or error.ctx is None:
        return error.message
    return f"{_settings.name_origin(error.ctx, error.param)}: {error.message.rstrip('.')}"


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
    except (OSError, UnicodeEncodeError, MemoryError, ImportError) as error:
        trouble = describe_trouble(error)
        if trouble is None:
            raise
        print_message(f"saferoute: {trouble}")
        return InvalidInput.exit_code
    except KeyboardInterrupt:
        print_message("saferoute: interrupted")
        return INTERRUPTED
    return code
