"""History: what was said of a map years ago, against what the map of the same place has learnt since.

`tests/validation.py` prints these rows. Where numbers of the model were chosen
on a pair of maps, its figures are printed and prove nothing: the bounds are
those of the pair that nobody chose on.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely.ops import substring
from tables import to_table
from validation_shared import Row, area_of, calibration_error, data_folder, extract, mode_losses

from saferoute import candidates, geometry, search
from saferoute.criteria import straightness, surface
from saferoute.model import Evidence, Windows
from saferoute.osm import widths
from saferoute.osm.surfaces import EXCLUDED_SURFACES, GROUPS
from saferoute.osm.tags import has_value, is_tagged
from saferoute.osm.ways import is_foot_way
from saferoute.quantities import RandomNumbers
from saferoute.sources.profiles import load_profile
from saferoute.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Features
    from saferoute.quantities import Quantity

DRAWS = 2000
"""Draws of each quantity, which know a share to .01."""
EQUAL = 1e-6
"""Numbers that differ by less are the same."""
LEAST_PROBABILITY = 1e-4
"""Probability of what no draw held."""
LEAST_CALIBRATED = 0.06
"""Greatest calibration error of inferred surfaces."""
TOLERANCE = 0.05
"""An interval holds if its coverage is as stated to 5 points, or to its standard error where fewer are known."""
SAME_LENGTH = 0.1
"""The same piece of a way may be longer or shorter by this share."""
SAME_M = 0.1
"""A line that moved by no more was not drawn anew: coordinates are rounded to a centimetre."""


@dataclass(frozen=True)
class Pair:
    """Two maps of one place, years apart."""

    name: str
    older: str
    newer: str
    use: str
    """``chosen on``, ``beside`` it, or ``judged``: only the last proves something."""

    @property
    def judged(self) -> bool:
        """Return whether no number of the model was chosen on this pair."""
        return self.use == "judged"

    @property
    def label(self) -> str:
        """The name, and what the pair is used for."""
        return f"{self.name} ({self.use})"


LIECHTENSTEIN_2024 = "history/liechtenstein-2024-03"
PAIRS = (
    Pair("Liechtenstein 2019–24", "history/liechtenstein-2019-11", LIECHTENSTEIN_2024, "chosen on"),
    Pair("Liechtenstein 2022–24", "liechtenstein/liechtenstein", LIECHTENSTEIN_2024, "beside"),
    Pair("Helsinki 2019–24", "history/helsinki-2019-04-larger", "helsinki/helsinki-centre", "judged"),
)


@dataclass(frozen=True)
class Ways:
    """The foot ways that two maps have under the same ids, as each of them has them; n rows each."""

    older_map: Features
    older: gpd.GeoDataFrame
    newer: gpd.GeoDataFrame


@cache
def read_pair(pair: Pair) -> tuple[Features, Features]:
    """Return the older and the newer map, in one CRS."""
    older, newer = (extract(data_folder() / f"{name}.osm.pbf") for name in (pair.older, pair.newer))
    area = area_of(older)
    return older.read_features(area, margin_m=0.0), newer.read_features(area, margin_m=0.0)


@cache
def read_ways(pair: Pair) -> Ways:
    """Return the foot ways of both maps that kept their ids."""
    older_map, newer_map = read_pair(pair)
    older, newer = (index_foot_ways(of.ways.to_geodataframe()) for of in (older_map, newer_map))
    ids = older.index[older.length >= candidates.STEP_M].intersection(newer.index)
    return Ways(older_map, older.loc[ids].reset_index(drop=True), newer.loc[ids].reset_index(drop=True))


def index_foot_ways(ways: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the foot ways by their ids."""
    return ways[is_foot_way(ways)].drop_duplicates("osm_id").set_index("osm_id", drop=False)


def windows_of_ways(ways: Table) -> Windows:
    """Return one short window on each way."""
    lines = ways.geometry
    owner = shapely.get_coordinates(lines, return_index=True)[1]
    last = np.r_[np.diff(owner) != 0, True]
    strokes = candidates.Strokes(lines, owner, np.arange(len(owner)), np.where(last, -1, owner))
    way = Column.from_texts(["way"] * len(ways))
    ground = ways.add_tags(origin=way, kind=way).add_columns(clear_width_m=np.full(len(ways), np.nan))
    samples = candidates.cut_samples(strokes, ground, np.zeros(len(owner)), shortest_m=0.0)
    first = np.flatnonzero(np.diff(samples.stroke, prepend=-1))
    nothing = np.zeros(len(first))
    return Windows(samples, first, 1, 0, nothing, nothing)


# Intervals -----------------------------------------------------------------


def spread_numbers() -> RandomNumbers:
    """Return numbers that fill their distributions evenly, the normal ones independent of the uniform ones."""
    # Multiples of the golden ratio fill 0..1 as evenly, in another order (Roberts 2018).
    even, other = (np.arange(DRAWS) + 0.5) / DRAWS, (np.arange(DRAWS) + 0.5) * (np.sqrt(5) - 1) / 2 % 1
    return RandomNumbers(even, RandomNumbers(other, even).second_normal)


def draw(quantity: Quantity) -> FloatArray:
    """Return `DRAWS` plausible values of each row."""
    drawn = quantity.draw(spread_numbers())
    return np.broadcast_to(drawn, (len(drawn), DRAWS))


@dataclass(frozen=True)
class Stated:
    """What draws say of n later truths: the share of draws below each, and up to each."""

    below: FloatArray
    up_to: FloatArray

    @classmethod
    def of(cls, drawn: FloatArray, truth: FloatArray) -> Stated:
        """Compare draws, shape (n, d), with the truth."""
        return cls((drawn < truth[:, None] - EQUAL).mean(axis=1), (drawn <= truth[:, None] + EQUAL).mean(axis=1))

    @property
    def probability(self) -> FloatArray:
        """The share of draws that hold each truth itself."""
        return np.fmax(self.up_to - self.below, LEAST_PROBABILITY)

    def cover(self, share: float, rows: BoolArray) -> float:
        """Return how many of some truths lie in the middle `share` of their draws.

        Values that many draws share lie in it with a part of their probability
        (Czado, Gneiting & Held 2009): with right draws the result is `share`,
        whether values are continuous or few.
        """
        below, up_to = self.below[rows], self.up_to[rows]
        low, high = 0.5 - share / 2, 0.5 + share / 2
        inside = np.clip(np.fmin(up_to, high) - np.fmax(below, low), 0.0, None)
        point = up_to - below < 1 / DRAWS
        part = np.where(point, (below >= low) & (below <= high), inside / np.fmax(up_to - below, 1 / DRAWS))
        return float(part.mean()) if len(part) else float("nan")

    def tell(self, rows: BoolArray) -> str:
        """Return the coverage of both intervals in words."""
        sixty, ninety = (100 * self.cover(share, rows) for share in (0.6, 0.9))
        return f"{sixty:.0f} and {ninety:.0f} % of {rows.sum()}"

    def holds(self, rows: BoolArray) -> bool:
        """Return whether both intervals hold as many as they say, as nearly as `TOLERANCE` and the number tell."""
        n = max(int(rows.sum()), 1)
        allowed = {share: max(TOLERANCE, float(np.sqrt(share * (1 - share) / n))) for share in (0.6, 0.9)}
        return all(abs(self.cover(share, rows) - share) <= most for share, most in allowed.items())


# Surfaces ------------------------------------------------------------------


@dataclass(frozen=True)
class Surfaces:
    """What was said of n ways whose surface is tagged today."""

    stated: Stated
    class_mode: FloatArray
    """Log-losses of the most frequent rating of each way's class."""
    sure: FloatArray
    """Probability of the likeliest rating."""
    right: BoolArray
    """Whether that is today's."""
    untagged: BoolArray
    """Ways of which no tag told the surface."""
    vague: BoolArray
    """Ways of which it was told as ``paved`` or ``unpaved``."""
    changed: BoolArray


def rate_materials(ways: gpd.GeoDataFrame, *, alone: bool) -> FloatArray:
    """Return the rating of ways whose material is tagged, with or without their other tags; NaN of the others."""
    rating = surface.rate_any_ground(ways.drop(columns=["tracktype", "smoothness"]) if alone else ways, load_profile())
    return np.where(is_tagged(ways, "surface") & ~has_value(ways, "surface", GROUPS.keys()), rating, np.nan)


@cache
def later_surfaces(pair: Pair, *, alone: bool) -> Surfaces:
    """Compare what was said of surfaces with the materials that are tagged today, alone or with their roughness."""
    ways = read_ways(pair)
    then, now = (rate_materials(of, alone=alone) for of in (ways.older, ways.newer))
    classes = ways.older["highway"].to_numpy(dtype=object)
    known = np.isfinite(now) & ~has_value(ways.older, "surface", EXCLUDED_SURFACES)
    older, newer = ways.older[known].reset_index(drop=True), ways.newer[known]
    evidence = Evidence(ways.older_map, None, None, load_profile())
    drawn = draw(surface.measure_surface(windows_of_ways(to_table(older)), evidence).quantity)
    counted = [np.unique(row.round(6), return_counts=True) for row in drawn]
    likeliest = np.array([values[counts.argmax()] for values, counts in counted])
    tagged = np.isfinite(then)
    number = np.unique(np.concatenate([now[known], then[tagged]]), return_inverse=True)[1]
    untagged = ~is_tagged(older, "surface") & ~is_tagged(older, "tracktype")
    return Surfaces(
        stated=Stated.of(drawn, now[known]),
        class_mode=mode_losses(number[: known.sum()], classes[known], number[known.sum() :], classes[tagged]),
        sure=np.array([counts.max() / DRAWS for _, counts in counted]),
        right=np.abs(likeliest - now[known]) < EQUAL,
        untagged=untagged,
        vague=has_value(older, "surface", GROUPS.keys()),
        changed=(older["surface"].to_numpy() != newer["surface"].to_numpy()),
    )


def surfaces_later() -> Row:
    """Surfaces inferred where none was tagged, against those tagged since."""
    figures, ok = [], True
    for pair in PAIRS:
        found = later_surfaces(pair, alone=True)
        rows = found.untagged
        loss, mode = -np.log(found.stated.probability[rows]).mean(), found.class_mode[rows].mean()
        error = calibration_error(found.sure[rows], found.right[rows])
        ok &= not pair.judged or (loss < mode and error <= LEAST_CALIBRATED)
        figures.append(
            f"{pair.label}: log-loss {loss:.2f}, class mode {mode:.2f}; sure {found.sure[rows].mean():.2f}, right "
            f"{found.right[rows].mean():.2f}, calibration error {error:.3f}, {rows.sum()} ways"
        )
    return Row(
        name="surfaces tagged later",
        against="ways without surface and tracktype whose surface is tagged years later",
        figures="; ".join(figures),
        bound=f"log-loss below class mode, calibration error ≤ {LEAST_CALIBRATED}, where judged",
        ok=bool(ok),
        note="who tags a way later picks those that differ: silence is not random",
    )


# Intervals of surface, width and strip -------------------------------------


@cache
def later_widths(pair: Pair) -> Stated:
    """Compare the widths of ways without such a tag with those tagged since."""
    ways = read_ways(pair)
    (_, told), (truth, known) = (widths.estimate_way_widths(of) for of in (ways.older, ways.newer))
    later = ~told & known
    evidence = Evidence(ways.older_map, None, None, load_profile())
    older = windows_of_ways(to_table(ways.older[later]))
    lane = straightness.measure_straightness(older, evidence).bounds["lane"]
    return Stated.of(draw(lane.whole), truth[later])


@cache
def later_strips(pair: Pair) -> tuple[Stated, BoolArray]:
    """Compare the strips of straight windows with those of the same ways today, and say which were drawn anew."""
    source = extract(data_folder() / f"{pair.older}.osm.pbf")
    survey = search.survey_map(area_of(source), features_of=source, profile=load_profile(), on_open_ground=False)
    found, samples = survey.windows, survey.samples
    # One window of each place: the others begin a few metres on.
    found = candidates.select_windows(found, np.flatnonzero(np.diff(found.first // found.n_samples, prepend=-1)))
    lines = geometry.join_pieces(samples.lines, found.first, np.full(len(found), found.n_samples))
    today = [find_today(line, ids, read_pair(pair)[1]) for line, ids in zip(lines, list_ids(found), strict=True)]
    kept = np.flatnonzero([line is not None for line in today])
    now = np.array(today, dtype=object)[kept]
    evidence = Evidence(survey.features, None, None, load_profile())
    quantity = straightness.measure_straightness(candidates.select_windows(found, kept), evidence).quantity
    moved = shapely.hausdorff_distance(lines[kept], now, densify=0.2) > SAME_M
    # No strip is narrower than nothing: negative draws mean a straight line.
    return Stated.of(np.fmax(draw(quantity), 0.0), geometry.strip_widths(now)), moved


def list_ids(windows: Windows) -> list[IntArray]:
    """Return the ids of the ways under each window."""
    samples = windows.samples
    ids = samples.ground["osm_id"][samples.pair_ground]
    ends = zip(samples.first_pair[windows.first], samples.first_pair[windows.first + windows.n_samples], strict=True)
    return [np.unique(ids[begin:end]) for begin, end in ends]


def find_today(line: Any, ids: IntArray, features: Features) -> Any | None:
    """Return the piece between a line's ends of the ways that have the same ids today; None if it is no such line."""
    ways = features.ways.geometry[np.isin(features.ways["osm_id"], ids)]
    whole = shapely.line_merge(shapely.union_all(ways))
    if len(ways) < len(ids) or whole.geom_type != "LineString":
        return None
    begin, end = sorted(shapely.line_locate_point(whole, shapely.points([line.coords[0], line.coords[-1]])))
    piece = substring(whole, begin, end)
    return piece if abs(piece.length / line.length - 1) <= SAME_LENGTH else None


def intervals_later() -> Row:
    """Intervals of surface, width and strip against what the map says today."""
    figures, ok = [], True
    for pair in PAIRS:
        surfaces, width, (strip, moved) = later_surfaces(pair, alone=False), later_widths(pair), later_strips(pair)
        told = ~surfaces.untagged & ~surfaces.vague
        parts = {
            "surface untagged then": (surfaces.stated, surfaces.untagged),
            "paved or unpaved then": (surfaces.stated, surfaces.vague),
            f"told then, {100 * surfaces.changed[told].mean():.0f} % otherwise today": (surfaces.stated, told),
            "width untagged then": (width, np.ones(len(width.below), dtype=bool)),
            f"strip of the {100 * moved.mean():.0f} % drawn anew": (strip, moved),
        }
        ok &= not pair.judged or all(stated.holds(rows) for stated, rows in parts.values())
        figures.append(f"{pair.label}: " + ", ".join(f"{n} {stated.tell(rows)}" for n, (stated, rows) in parts.items()))
    return Row(
        name="intervals, years later",
        against="tags and lines of the same ways today; share of truths in the stated 60 % and 90 % intervals",
        figures="; ".join(figures),
        bound="55–65 and 85–95 % of each part where judged, or to the share's standard error",
        ok=bool(ok),
        note="",
    )


ROWS: tuple[Callable[[], Row], ...] = (surfaces_later, intervals_later)
