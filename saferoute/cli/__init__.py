"""Arguments, printing and exit codes: the only room that prints.

A file a command; each adds its parser and runs. Results go to stdout,
everything else to stderr, so that ``-o -`` can be piped.
"""

from __future__ import annotations

import argparse
import atexit
import gc
import io
import logging
import os
import re
import sys
from typing import TYPE_CHECKING

from saferoute.cli import (
    _cache,
    _completion,
    _evaluate,
    _explain,
    _find,
    _plan,
    _profile,
    _scan,
    _settings,
    _version,
    _view,
)
from saferoute.cli._shared import EXIT_CODES, log_to_stderr, print_message
from saferoute.memory import collect_garbage_rarely
from saferoute.model import InvalidInput, SaferouteError

if TYPE_CHECKING:
    from collections.abc import Sequence

_LOG = logging.getLogger(__name__)

_EXAMPLES = """\
examples:
  saferoute find --near "Hyde Park, London"
  saferoute find --near 60.175,24.945 --region data/helsinki
  saferoute find --near Kaisaniemi --region data/helsinki --level first-steps -o park.html -o park.geojson
  saferoute find --near geo:54.18,7.89 --osm helgoland.osm.pbf --dem dem.tif --surface sand,grass -o - > sand.geojson
  saferoute plan --near 60.172,24.944 --region data/helsinki --week 3 --time 30min -o run.html -o run.workout.fit
  saferoute find --near Kaisaniemi --region data/helsinki --at "sat 07:00"
  saferoute explain --near 60.1757,24.9470 --region data/helsinki
  saferoute evaluate-crowding counts.csv --osm city.osm.pbf --at "wed 13:00"
  saferoute scan data/helsinki -o helsinki.parquet
  saferoute find --near home                      # the home of saferoute.toml
  saferoute profile show beginner > mine.toml
  saferoute view maps/helsinki.html --tiles

"""


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(
        prog="saferoute",
        description="Find straight, flat, quiet stretches for running backwards.",
        epilog=_EXAMPLES + EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action=_version.Action, help="show the version, and those of the libraries, and exit")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in (_find, _explain, _plan, _scan, _view, _profile, _cache, _completion, _evaluate):
        command.add_command(commands)
    return top


def command_parsers(top: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return the parsers of the commands by name."""
    choices = (action.choices for action in top._actions if isinstance(action, argparse._SubParsersAction))  # noqa: SLF001 - argparse has no public way
    return dict(next(choices))


@collect_garbage_rarely()
def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    atexit.register(gc.freeze)  # all goes at once then, and need not be looked through before
    # No matrix here is large: threads that wait for one cost a tenth of a search, and more where a scan's workers meet.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a name that the terminal cannot show is no reason to stop
            stream.reconfigure(errors="replace")
    top = build_parser()
    _completion.answer_completion(top)
    defaults = {name: _settings.forget_defaults(command) for name, command in command_parsers(top).items()}
    arguments = top.parse_args(_join_southern_places(sys.argv[1:] if argv is None else argv))
    try:
        with log_to_stderr(quiet=getattr(arguments, "quiet", False)):
            if defaults[arguments.command]:
                for line in _settings.apply_settings(arguments, defaults[arguments.command]):
                    _LOG.info("settings: %s", line)
            code: int = arguments.run(arguments)
        sys.stdout.flush()
    except SaferouteError as error:
        print_message(f"saferoute: {error}")
        return error.exit_code
    except BrokenPipeError:
        # The reader has gone; Python must not try to flush into it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print_message(f"saferoute: {error.filename or 'a file'}: {error.strerror or error}; give another")
        return InvalidInput.exit_code
    except KeyboardInterrupt:
        print_message("saferoute: interrupted")
        return 130
    return code


def _join_southern_places(argv: Sequence[str]) -> list[str]:
    """Return the arguments with a place that starts with a minus tied to --near; argparse takes it for an option."""
    words = list(argv)
    for i in range(len(words) - 1, 0, -1):
        if words[i - 1] == "--near" and re.match(r"-[\d.]", words[i]):
            words[i - 1 : i + 1] = [f"--near={words[i]}"]
    return words
