"""``saferoute explain``: show how a way scores, or why it is excluded."""

from __future__ import annotations

from typing import Any

import click

from saferoute.cli._command import NOTHING_QUALIFIES, Command
from saferoute.cli._layout import HELP_SETTINGS
from saferoute.cli._options import search_options
from saferoute.cli._printing import print_register, print_result
from saferoute.cli._query import open_query
from saferoute.cli._settings import BEHIND


@click.command(
    cls=Command,
    context_settings=HELP_SETTINGS | BEHIND,
    help="Say how the way nearest to a point scores, or which limit excludes it.",
    short_help="say why a way is recommended, or why not",
    examples=(
        "explain 60.1757,24.9470 --region sample",
        "explain way/45571451 --region sample",
        'explain 51.5073,-0.1657 --at "sat 07:00" --level advanced',
    ),
)
@search_options
def explain(**options: Any) -> int:
    """Print how the nearest way scores, or why it is excluded."""
    from saferoute import search
    from saferoute.report.closing import Details

    answer = search.explain(open_query(options, radius_m=search.EXPLAIN_RADIUS_M))
    print_result(answer, Details(notes=options["notes"], in_shell=True))
    if options["explain_data"]:
        print_register(answer)
    return 0 if answer.recommended else NOTHING_QUALIFIES
