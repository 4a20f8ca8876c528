"""``saferoute explain``: say how a way scores, or why it is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saferoute.cli._shared import (
    NOTHING_QUALIFIES,
    add_common_options,
    add_counts,
    new_command,
    open_named_sources,
    require_coverage,
    resolve_place,
    resolve_profile,
)

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
    from saferoute.report.table import explanation_lines

    profile = resolve_profile(arguments)
    sources = open_named_sources(arguments)
    place = resolve_place(arguments, sources)
    require_coverage(arguments, sources, place, search.EXPLAIN_RADIUS_M)
    answer = search.explain(
        place,
        features_of=add_counts(arguments, sources.features),
        profile=profile,
        elevation_of=sources.elevation,
    )
    for line in explanation_lines(answer):
        print(line)
    return 0 if answer.recommended else NOTHING_QUALIFIES
