"""Towns of one footway through the whole spine, and what is best of their stretches."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from hypothesis import settings
from town import lonlat, write_town

from saferoute.model import Place
from saferoute.search import Query, area_around, find
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.profiles import load_profile

if TYPE_CHECKING:
    from saferoute.model import Ranking

TREES = "".join(f"n{5000 + i} {3 * i} {40 + 7 * (i % 3)} natural=tree\n" for i in range(100))
"""So many that the map counts as equally complete all along the way."""
FEW = settings(max_examples=8, deadline=None, derandomize=True)
SCORES = ["score", "score_low", "data_quality"]
RATINGS = ["none", "C", "B", "A"]
LENGTH_M = 302.5  # no multiple of the grain: nodes are known to a centimetre


@cache
def rank(plan: str, **placed) -> Ranking:
    """Return the ranking of a plan; `placed` goes to `town.lonlat`."""
    with TemporaryDirectory() as folder:
        source = ExtractSource([write_town(Path(folder) / "town.osm", plan, **placed)])
        place = Place("here", *lonlat(LENGTH_M / 2, 0, **placed))
        return find(Query(area_around(place, 400), source, load_profile(), top=100))


def town(nodes: str = "n2 150 0", tags: str = "highway=footway surface=asphalt width=3", more: str = "") -> str:
    """Return a plan of a footway along the x axis, trees, and what else there is."""
    return f"n1 0 0\n{nodes}\nn3 {LENGTH_M} 0\n{TREES}w1 n1,n2,n3 {tags}\n{more}"


def best(ranking: Ranking) -> dict[str, float]:
    """Return the highest of each score, empty where nothing is recommended."""
    return {name: float(ranking.stretches[name].max()) for name in SCORES} if len(ranking.stretches) else {}
