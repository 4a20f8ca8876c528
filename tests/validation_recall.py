"""Exclusion must not win: how many of the obvious grounds of real extracts are found.

What is obvious is told by a reader that shares nothing with the package (`obvious_grounds`).

    python tests/validation_recall.py [EXTRACT ...]
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely
from obvious_grounds import Ground, list_grounds, to_metres
from validation_shared import Row, area_of, data_folder, extract

from saferoute import search
from saferoute.sources.profiles import load_profile

if TYPE_CHECKING:
    from saferoute.model import Ranking

EXTRACTS = (
    "helgoland/helgoland.osm.pbf",
    "sydney/sydney-cbd.osm.pbf",
    "helsinki/helsinki-centre.osm.pbf",
    "porto/porto-centre.osm.pbf",
    "prague/prague.osm.pbf",
    "heidelberg/heidelberg.osm.pbf",
)
LEAST = 0.95
"""Share of obvious grounds that must be found."""
HELD_M, BESIDE_M, RIVAL_M = 30.0, 5.0, 15.0
"""A ground is found where a stretch has this length on it or within the second distance of it; of paths side by
side one is enough, hence the third."""


def mark_found(grounds: list[Ground], ranking: Ranking) -> np.ndarray:
    """Return a mask of grounds on which a stretch lies."""
    if not len(ranking.stretches):
        return np.zeros(len(grounds), dtype=bool)
    lines = ranking.stretches.geometry.to_crs(4326).to_numpy()
    shapes = np.array([ground.shape for ground in grounds])
    beside = np.where([ground.kind == "path" for ground in grounds], RIVAL_M, BESIDE_M)
    near = shapely.buffer(shapes, beside / 111_320)
    a, b = shapely.STRtree(lines).query(near, predicate="intersects")
    on = [to_metres(shapely.intersection(near[i], lines[k])).length for i, k in zip(a, b, strict=True)]
    held = np.zeros(len(grounds))
    np.maximum.at(held, a, on)
    return held >= HELD_M


def tell_reasons(ground: Ground, ranking: Ranking) -> str:
    """Return why a ground was excluded, as the program says."""
    shapes = ranking.excluded.geometry.to_crs(4326).to_numpy()
    near = shapely.buffer(ground.shape, BESIDE_M / 111_320)
    reasons = ranking.excluded["reason"].to_numpy()[shapely.intersects(shapes, near)]
    return ", ".join(reason for reason, _ in Counter(reasons).most_common(3)) or "no reason"


def compare(path: Path) -> tuple[list[Ground], list[str]]:
    """Return the obvious grounds of an extract, and a text for each that is not found."""
    source = extract(path)
    query = search.Query(area_of(source), features=source, profile=load_profile(), top=1_000_000)
    ranking, grounds = search.find(query), list_grounds(path)
    if not grounds:
        return [], []
    found = mark_found(grounds, ranking)
    missed = [g for g, is_found in zip(grounds, found, strict=True) if not is_found]
    return grounds, [f"{g.kind} {g.name}: {tell_reasons(g, ranking)}" for g in missed]


def obvious_grounds_found() -> Row:
    """Tracks, beaches, parks, pitches and paths that anybody would call good: how many are found."""
    figures, count, lost = [], 0, 0
    for name in EXTRACTS:
        grounds, missed = compare(data_folder() / name)
        count, lost = count + len(grounds), lost + len(missed)
        figures.append(f"{Path(name).parent.name} {len(grounds) - len(missed)} of {len(grounds)}")
    return Row(
        name="obvious grounds",
        against="tracks, long beaches, parks with a wide lawn, long pitches and straight good paths, by a reader apart",
        figures=f"{100 * (1 - lost / max(count, 1)):.1f} % found: {', '.join(figures)}",
        bound=f"at least {100 * LEAST:.0f} %",
        ok=count > 0 and lost <= (1 - LEAST) * count,
        note="python tests/validation_recall.py lists what is not found, each with the reason that the program gives",
    )


def main() -> int:
    """Print what is not found."""
    for name in sys.argv[1:] or EXTRACTS:
        grounds, missed = compare(data_folder() / name)
        kinds = ", ".join(f"{n} {kind}" for kind, n in Counter(g.kind for g in grounds).most_common())
        print(f"{name}: {len(grounds) - len(missed)} of {len(grounds)} ({kinds})")
        print("\n".join(f"  {text}" for text in missed))
    return 0


if __name__ == "__main__":
    sys.exit(main())
