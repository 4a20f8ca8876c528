"""``saferoute explain``: say how a way scores, or why it is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saferoute.cli._shared import NOTHING_QUALIFIES, add_common_options, new_command, open_query

if TYPE_CHECKING:
    import argparse


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    explain = new_command(
        commands,
        "explain",
        short="say how the way nearest to a point scores, or why it is left out",
        long="Say how the way nearest to a point scores, or which limit leaves it out.",
    )
    add_common_options(explain)
    explain.set_defaults(run=run_command)


def run_command(arguments: argparse.Namespace) -> int:
    """Explain the nearest way."""
    from saferoute import search

    answer = search.explain(open_query(arguments, radius_m=search.EXPLAIN_RADIUS_M))
    print(answer)
    return 0 if answer.recommended else NOTHING_QUALIFIES
