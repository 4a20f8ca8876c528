"""Consistency of cuts: what is said of the same ground in a whole extract, and in one cut out around the search.

Run it from the repository root::

    python tests/validation_cuts.py

`tests/validation.py` prints it as one row.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import osmium
import shapely
from validation_shared import Level, Row, data_folder

from saferoute import search
from saferoute.model import Place
from saferoute.sources.osm.extract import ExtractSource, bounding_box
from saferoute.sources.profiles import load_profile

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray
    from saferoute.sources import FeatureSource

CUT_M, SEARCHED_M = 3500.0, 1500.0
"""Half the side of the square that is cut out, and the radius of the search in its middle."""
TOWNS = ("Vaduz", "Schaan", "Mauren")
PLACES = {
    "Vaduz": Place("Vaduz", 9.5215, 47.1410),
    "Schaan": Place("Schaan", 9.5087, 47.1650),
    "Mauren": Place("Mauren", 9.5440, 47.2185),
    "Heidelberg": Place("Heidelberg", 8.6900, 49.4100),
    "Milan": Place("Milan", 9.2300, 45.4800),
}
CUTS = [
    *((town, f"history/liechtenstein-{date}.osm.pbf") for date in ("2019-11", "2024-03") for town in TOWNS),
    ("Heidelberg", "heidelberg/heidelberg.osm.pbf"),
    ("Milan", "milan/milan.osm.pbf"),
]
"""Place and extract of each comparison."""


@dataclass(frozen=True)
class Agreement:
    """How the stretches of a whole extract and those of a cut one agree.

    Attributes
    ----------
    counted : int
        Stretches of the whole or of the cut extract, whichever has more.
    same_rating : ndarray of shape (n,)
        Of the n stretches whose line is found in both.
    score_change, low_change : ndarray of shape (n,)
        S and S₂₀ in the cut extract less those in the whole one.
    """

    counted: int
    same_rating: BoolArray
    score_change: FloatArray
    low_change: FloatArray

    @property
    def lines(self) -> float:
        """Share of the stretches whose line is found in both."""
        return len(self.same_rating) / max(self.counted, 1)

    @property
    def rating(self) -> float:
        """Share of these with the same rating."""
        return float(self.same_rating.mean())

    @property
    def moved(self) -> float:
        """Share of these whose score moves by more than .05."""
        return float((np.abs(self.score_change) > 0.05).mean())

    def __str__(self) -> str:
        """Return the figures in one line."""
        return (
            f"{self.lines:.1%} of {self.counted} lines, same rating {self.rating:.1%}, |ΔS| > .05 {self.moved:.1%}, "
            f"S₂₀ up by > .01 {(self.low_change > 0.01).mean():.1%}"
        )


def cut_extract(source: Path, target: Path, place: Place, half_m: float) -> Path:
    """Write what ``osmium extract --strategy complete_ways`` cuts out of a file, and return the target.

    These are the nodes in the box, the ways with one of them and all their nodes, and the relations with any
    of these, whose members may be missing. The header names the box.
    """
    west, south, east, north = bounding_box(place, half_m)
    nodes, ways, relations = set(), set(), set()
    further = set()
    for thing in osmium.FileProcessor(str(source)):
        if thing.is_node():
            if west <= thing.lon <= east and south <= thing.lat <= north:
                nodes.add(thing.id)
        elif thing.is_way():
            refs = {node.ref for node in thing.nodes}
            if not refs.isdisjoint(nodes):
                ways.add(thing.id)
                further |= refs
        else:
            held = {"n": nodes, "w": ways, "r": relations}
            if any(member.ref in held[member.type] for member in thing.members):
                relations.add(thing.id)
    nodes |= further
    header = osmium.io.Header()
    header.add_box(osmium.osm.Box(west, south, east, north))
    with osmium.SimpleWriter(str(target), overwrite=True, header=header) as writer:
        for thing in osmium.FileProcessor(str(source)):
            kept = nodes if thing.is_node() else ways if thing.is_way() else relations
            if thing.id in kept:
                writer.add(thing)
    return target


def find_all(features: FeatureSource, place: Place) -> gpd.GeoDataFrame:
    """Return all stretches around a place on level ground; without heights nothing would be rated well."""
    area = search.area_around(place, SEARCHED_M)
    query = search.Query(area, features=features, profile=load_profile(), elevation=Level(), top=1_000_000)
    return search.find(query).stretches


def compare(whole: gpd.GeoDataFrame, cut: gpd.GeoDataFrame) -> Agreement:
    """Return how the stretches of two extracts agree."""
    row = same_stretches(whole, cut)
    one, other = whole[row >= 0], cut.iloc[row[row >= 0]]
    return Agreement(
        counted=max(len(whole), len(cut)),
        same_rating=one["rating"].to_numpy() == other["rating"].to_numpy(),
        score_change=other["score"].to_numpy() - one["score"].to_numpy(),
        low_change=other["score_low"].to_numpy() - one["score_low"].to_numpy(),
    )


def same_stretches(some: gpd.GeoDataFrame, others: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """Return for each stretch the row among the others that shares 90 % of both lengths, −1 = none."""
    lines, rivals = some.geometry.to_numpy(), others.geometry.to_numpy()
    a, b = shapely.STRtree(rivals).query(lines, predicate="dwithin", distance=1.0)
    shared = shapely.length(shapely.intersection(lines[a], shapely.buffer(rivals, 1.0)[b]))
    longer = np.fmax(shapely.length(lines[a]), shapely.length(rivals[b]))
    same = shared >= 0.9 * longer
    rows = np.full(len(lines), -1)
    rows[a[same]] = b[same]
    return rows


def compare_cut(path: Path, place: Place, half_m: float = CUT_M) -> Agreement:
    """Return how the stretches around a place agree before and after their surroundings are cut out."""
    with tempfile.TemporaryDirectory() as folder:
        cut = cut_extract(path, Path(folder) / "cut.osm.pbf", place, half_m)
        return compare(*(find_all(ExtractSource([p], join=search.join_ways), place) for p in (path, cut)))


def cuts_agree() -> Row:
    """Stretches of whole extracts against those of a square of 7 km cut out of them."""
    all_of = {
        f"{name} {Path(path).name.removesuffix('.osm.pbf')}": compare_cut(data_folder() / path, PLACES[name])
        for name, path in CUTS
    }
    counted = sum(one.counted for one in all_of.values())
    return Row(
        name="cuts of one map",
        against=f"{counted} stretches, 1.5 km around {len(all_of)} places, with the map cut 3.5 km to each side",
        figures="; ".join(f"{name}: {one}" for name, one in all_of.items()),
        bound="in each ≥ 95 % the same lines; ≥ 97 % of these the same rating; |ΔS| > .05 in ≤ 3 %",
        ok=all(one.lines >= 0.95 and one.rating >= 0.97 and one.moved <= 0.03 for one in all_of.values()),
        note="relations that a cut breaks may change what is said, and little else does",
    )


if __name__ == "__main__":
    print(cuts_agree())
