"""``saferoute explain``: say how a way scores, or why it is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saferoute.cli._shared import (
    NOTHING_QUALIFIES,
    add_common,
    counted,
    new_command,
    place_of,
    profile_of,
    progress,
    require_coverage,
    sources_of,
)

if TYPE_CHECKING:
    import argparse


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    explain = new_command(
        commands,
        "explain",
        short="say how the way nearest to a point scores, or why it is left out",
        long="Say how the way nearest to a point scores, or which limit leaves it out.",
    )
    add_common(explain)
    explain.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Explain the nearest way."""
    from saferoute import pipeline
    from saferoute.outputs.table import explanation_lines

    profile = profile_of(arguments)
    sources = sources_of(arguments)
    place = place_of(arguments, sources)
    require_coverage(arguments, sources, place, pipeline.EXPLAIN_RADIUS_M)
    answer = pipeline.explain(
        place,
        features_of=counted(arguments, sources.features),
        profile=profile,
        elevation_of=sources.elevation,
        say=progress(arguments.quiet),
    )
    for line in explanation_lines(answer):
        print(line)
    return 0 if answer.recommended else NOTHING_QUALIFIES
