"""The command line: one file per command, and the only package that prints.

Results go to stdout, everything else to stderr, so that ``-o -`` can be piped.
"""

from __future__ import annotations

import atexit
import gc
import io
import os
import sys
from typing import TYPE_CHECKING

import click

from saferoute.cli._cache import cache
from saferoute.cli._command import EXIT_CODES, HELP_SETTINGS, describe_usage_error
from saferoute.cli._completion import completion
from saferoute.cli._evaluate import evaluate
from saferoute.cli._explain import explain
from saferoute.cli._find import find
from saferoute.cli._plan import plan
from saferoute.cli._printing import print_message
from saferoute.cli._profile import profile
from saferoute.cli._scan import scan
from saferoute.cli._version import print_versions
from saferoute.cli._view import view
from saferoute.memory import collect_garbage_rarely
from saferoute.model import InvalidInput, SaferouteError

if TYPE_CHECKING:
    from collections.abc import Sequence

_EXAMPLES = """\
examples:
  saferoute find "Hyde Park, London"
  saferoute find --near 60.175,24.945 --region data/helsinki
  saferoute find --near Kaisaniemi --region data/helsinki --level first-steps -o park.html -o park.geojson
  saferoute find --near geo:54.18,7.89 --osm helgoland.osm.pbf --dem dem.tif --surface sand,grass -o - > sand.geojson
  saferoute plan --near 60.172,24.944 --region data/helsinki --week 3 --time 30min -o run.html -o run.workout.fit
  saferoute find --near Kaisaniemi --region data/helsinki --at "sat 07:00"
  saferoute explain --near 60.1757,24.9470 --region data/helsinki
  saferoute evaluate-crowding counts.csv --osm city.osm.pbf --at "wed 13:00"
  saferoute scan data/helsinki -o helsinki.parquet
  saferoute find home                             # the home of saferoute.toml
  saferoute profile show beginner > mine.toml
  saferoute view maps/helsinki.html --tiles

"""


class _Program(click.Group):
    """The group of all commands, in the order in which users need them."""

    def list_commands(self, _: click.Context) -> list[str]:
        """Return the names in the order they were added; click would sort them."""
        return list(self.commands)

    def format_epilog(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples and the exit codes below the list of commands."""
        formatter.write(f"\n{_EXAMPLES}{EXIT_CODES}")


program = _Program(
    "saferoute",
    commands=[find, explain, plan, scan, view, profile, cache, completion, evaluate],
    help="Find straight, flat, quiet stretches for running backwards.",
    context_settings=HELP_SETTINGS,
    no_args_is_help=False,
    params=[
        click.Option(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=print_versions,
            help="show the version, and those of the libraries, and exit",
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
        One of `EXIT_CODES`, or 130 after Ctrl-C. Errors are printed in one line on stderr.
    """
    # At exit the collector would visit every object, only for the process to drop them all.
    atexit.register(gc.freeze)
    # No matrix here is large. Idle OpenBLAS threads cost a tenth of a search, and more when scan workers compete.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A place's name must not crash a terminal whose encoding lacks a letter of it.
            stream.reconfigure(errors="replace")
    try:
        code: int = program.main(argv, prog_name="saferoute", standalone_mode=False)
    except click.ClickException as error:
        print_message(f"saferoute: {describe_usage_error(error)}")
        return InvalidInput.exit_code
    except SaferouteError as error:
        # Raised while settings and arguments are parsed; a running command prints its own errors.
        print_message(f"saferoute: {error}")
        return error.exit_code
    return code
