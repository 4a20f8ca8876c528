"""The command line: one file per command, and the only package that prints.

Results go to stdout, everything else to stderr, so that ``-o -`` can be piped.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys
from typing import TYPE_CHECKING

import click

from saferoute.cli._cache import cache
from saferoute.cli._completion import completion
from saferoute.cli._evaluate import evaluate
from saferoute.cli._explain import explain
from saferoute.cli._find import find
from saferoute.cli._help import show_help
from saferoute.cli._layout import HELP_SETTINGS, reword_help, write_examples
from saferoute.cli._log import log
from saferoute.cli._plan import plan
from saferoute.cli._printing import print_message
from saferoute.cli._profile import profile
from saferoute.cli._scan import scan
from saferoute.cli._surroundings import clean_up_at_signals, secure_streams
from saferoute.cli._typos import describe_usage_error
from saferoute.cli._version import print_versions
from saferoute.cli._view import view
from saferoute.memory import collect_garbage_rarely
from saferoute.model import InvalidInput, SaferouteError

if TYPE_CHECKING:
    from collections.abc import Sequence

_EXAMPLES = (
    'find "Hyde Park, London"',
    "find 60.172,24.944 --region sample",
    "plan home --time 30min -o run.fit",
    "explain 60.1757,24.9470 --region sample",
)


class _Program(click.Group):
    """The group of all commands, in the order in which users need them."""

    def list_commands(self, _: click.Context) -> list[str]:
        """Return the names in the order they were added; click would sort them."""
        return list(self.commands)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return the option ``--help``, described as the other options are."""
        return reword_help(super().get_help_option(ctx))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the words before the command; none at all need an answer."""
        if not args and not ctx.resilient_parsing:
            raise InvalidInput(f"no command is given, as in saferoute {_EXAMPLES[0]}; saferoute --help lists them")
        return super().parse_args(ctx, args)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the program does, and examples."""
        super().format_help_text(ctx, formatter)
        write_examples(formatter, _EXAMPLES)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands before the options."""
        self.format_commands(ctx, formatter)
        click.Command.format_options(self, ctx, formatter)


program = _Program(
    "saferoute",
    commands=[find, explain, plan, log, scan, view, profile, cache, completion, evaluate, show_help],
    help="Find straight, flat, quiet stretches for running backwards.",
    context_settings=HELP_SETTINGS,
    params=[
        click.Option(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=print_versions,
            help="show the version, and those of the libraries",
        )
    ],
)
"""The click group behind the ``saferoute`` executable."""


@collect_garbage_rarely()
def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments without the program's name; by default those of the process.

    Returns
    -------
    int
        One of `saferoute.cli._command.EXIT_CODES`. Errors are printed in one line on stderr.
    """
    # At exit the collector would visit every object, only for the process to drop them all.
    atexit.register(gc.freeze)
    # No matrix here is large. Idle OpenBLAS threads cost a tenth of a search, and more when scan workers compete.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    secure_streams()
    with clean_up_at_signals():
        return _run(argv)


def _run(argv: Sequence[str] | None) -> int:
    """Run the command line and return its exit code; errors of its words are printed here, the command's by itself."""
    try:
        code: int = program.main(argv, prog_name="saferoute", standalone_mode=False)
    except click.ClickException as error:
        wrong, *meant = describe_usage_error(error, sys.argv[1:] if argv is None else argv)
        print_message(f"saferoute: {wrong}")
        for line in meant:
            print_message(f"  {line}")
        return InvalidInput.exit_code
    except SaferouteError as error:
        # Raised while settings and arguments are parsed; a running command prints its own errors.
        print_message(f"saferoute: {error}")
        return error.exit_code
    return code
