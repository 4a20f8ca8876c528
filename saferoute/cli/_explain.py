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
from saferoute.model import CRITERIA

if TYPE_CHECKING:
    import argparse

    from saferoute.model import Explanation


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
    for line in _explanation_lines(answer):
        print(line)
    return 0 if answer.recommended else NOTHING_QUALIFIES


def _explanation_lines(answer: Explanation) -> list[str]:
    from saferoute.outputs.table import RATING_WORDS, closing_lines, distance
    from saferoute.outputs.text import plain

    row = answer.row
    what = ", ".join(plain(i) for i in row["osm_ids"][:5])
    name = plain(row["name"]) if isinstance(row["name"], str) else "no name"
    away = f"{distance(answer.distance_m)} away" if answer.distance_m >= 5 else "right here"
    length = f", {row['length_m']:.0f} m long" if row["length_m"] else ", open ground"
    lines = [f"Nearest: {name} ({what}), {away}{length}"]
    if not answer.recommended:
        return [*lines, f"Left out: {row['reason']}.", f"Rule: {row['rule']}.", *closing_lines(answer.ranking)]
    lines += [
        f"Rating {RATING_WORDS.get(row['rating'], row['rating'])}, limited by {row['limiting_criterion']}",
        (
            f"Suitability {row['score']:.2f} ({row['score_low']:.2f} to {row['score_high']:.2f}), "
            f"data quality {row['data_quality']:.2f}"
        ),
        "",
        (
            f"With other weights it would rank {row['rank_low']} to {row['rank_high']} of the "
            f"{answer.ranking.considered['stretches']:.0f} stretches within {answer.ranking.area.radius_m:.0f} m"
        ),
        "",
        *([f"Best hours: {row['best_hours']}", ""] if isinstance(row["best_hours"], str) else []),
        "criterion     value confidence  why",
        *(
            f"{name:13} {row[f'd_{name}']:5.2f} {row[f'c_{name}']:10.2f}  {plain(row[f'why_{name}'], 400)}"
            for name in CRITERIA
        ),
        "",
        "Check on foot: " + "; ".join(plain(c) for c in row["checks"]) + ".",
    ]
    return [*lines, *closing_lines(answer.ranking)]
