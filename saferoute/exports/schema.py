"""Columns of all exports, each declared once: name, type, unit and meaning."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from saferoute.model import CRITERIA

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Type = Literal["integer", "number", "numbers", "text", "texts", "flag"]
"""Of a column's values; ``texts`` is a list, which formats without lists join by "; "; no file has ``numbers``."""

_DTYPES = {
    "integer": "int64", "number": "float64", "numbers": "object", "text": "str", "texts": "str", "flag": "bool",
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """A column of an export.

    Attributes
    ----------
    name : str
    type : Type
    unit : str
        ``""`` where there is none.
    meaning : str
        In words, without the unit.
    missing : str
        What a missing value means; ``""`` where there is none.
    """

    name: str
    type: Type
    unit: str
    meaning: str
    missing: str = ""

    @property
    def dtype(self) -> str:
        """Its type in tables of pandas, whatever values they happen to hold."""
        return _DTYPES[self.type]

    @property
    def alias(self) -> str:
        """Its name for people, with the unit.

        Examples
        --------
        >>> Column("free_lane_m", "number", "m", "tagged width less the strip").alias
        'free lane, m'
        """
        words = re.sub("_(m_s|pct|deg|m|s)$", "", self.name).replace("_", " ")
        return f"{words}, {self.unit}" if self.unit and self.unit != SHARE else words

    @property
    def is_text(self) -> bool:
        """True where formats without lists hold its values as text."""
        return self.type in {"text", "texts"}

    @property
    def description(self) -> str:
        """Meaning, unit and what a missing value says, in one line.

        Examples
        --------
        >>> Column("width_m", "number", "m", "tagged width", "no tag").description
        'tagged width, m; null = no tag'
        """
        unit = f", {self.unit}" if self.unit else ""
        return f"{self.meaning}{unit}" + (f"; null = {self.missing}" if self.missing else "")


def names_of(columns: Iterable[Column]) -> list[str]:
    """Return the names of columns, in order."""
    return [column.name for column in columns]


def describe_columns(columns: Iterable[Column]) -> dict[str, str]:
    """Return the description of each column by its name."""
    return {column.name: column.description for column in columns}


SHARE = "0..1"
"""Unit of what lies between nothing and all."""

STRETCHES = (
    Column("rank", "integer", "", "1 = first; by rating, then by score_low, spread over the area"),
    Column("score", "number", SHARE, "suitability for inspection"),
    Column("score_low", "number", SHARE, "20th percentile of the score over draws of what is uncertain"),
    Column("score_high", "number", SHARE, "80th percentile of the same draws"),
    Column("rating", "text", "", "A, B, C or none (unrated: look first)"),
    Column("doubts", "integer", "", "how many serious things one wants to see first; with two it is unrated"),
    Column("data_quality", "number", SHARE, "weighted mean of the confidences"),
    Column("length_m", "number", "m", "length, run-outs not counted"),
    Column("origin", "text", "", "way, area or track"),
    Column("osm_ids", "texts", "", "OSM objects it lies on, type/id"),
    Column("name", "text", "", "its own name, or what it is and where it lies; no two of a search are alike"),
    Column("osm_name", "text", "", "names of what it lies on, as mapped", "none"),
    Column("distance_m", "number", "m", "from the place to its middle"),
    Column("surface", "text", "", "surface of the part that decides; `likely …` on untagged open ground", "unknown"),
    Column("grade_pct", "number", "%", "slope by heights and tags, positive where its sign is sure", "unknown"),
    Column("grade_sigma_pct", "number", "percentage points", "standard error of the slope", "unknown"),
    Column(
        "steepest_pct", "number", "%", "slope of the steepest 30 m of it and its run-outs, either way", "no heights"
    ),
    Column("steepest_sigma_pct", "number", "percentage points", "standard error of that slope", "no heights"),
    Column("cross_slope_pct", "number", "%", "slope of the ground across the line, either way", "unknown"),
    Column("cross_slope_sigma_pct", "number", "percentage points", "standard error of the cross slope", "unknown"),
    Column(
        "advised_bearing_deg", "number", "degrees from north", "direction in which to run, uphill",
        "the slope's sign is not sure",
    ),
    Column(
        "roughness_m", "number", "m", "unevenness around the fitted line", "the raster is too coarse to see dents"
    ),
    Column("strip_width_m", "number", "m", "narrowest strip that holds the centre line"),
    Column("free_lane_m", "number", "m", "tagged width less the strip", "width unknown"),
    Column("heading_range_deg", "number", "degrees", "range of the headings of its 10 m chords"),
    Column("obstacles_per_100m", "number", "", "weighted mapped objects and side paths per 100 m"),
    Column(
        "clearance_m", "number", "m", "from its line to what leaves least room on the narrower side; 10 = nothing near",
        "unknown: little is mapped around",
    ),
    Column("beside", "text", "", "what stands there, and in which direction", "nothing is mapped there"),
    Column("clearance_other_m", "number", "m", "the same on the other side", "unknown: little is mapped around"),
    Column("beside_other", "text", "", "what stands there", "nothing is mapped there"),
    Column(
        "people_per_hour", "number", "", "people on foot an hour at the hour asked for, to an order of magnitude",
        "unknown",
    ),
    Column(
        "crowd_percentile", "number", SHARE,
        "share of the foot ways within 1 km that are less busy at that hour", "unknown",
    ),
    Column("best_hours", "text", "", "quiet hours of light from 6 to 22, by kind of day", "unknown"),
    Column("bicycles", "text", "", "bicycles and scooters, in words"),
    Column("motors", "text", "", "motor traffic, in words"),
    Column(
        "runners", "text", "", "runners at the hour asked for, a guess, and what draws them",
        "no track, running route, promenade or path in a large park",
    ),
    Column("scooters", "text", "", "scooter or bicycle hire beside it", "none mapped"),
    Column("dogs", "text", "", "dog park beside it", "none mapped"),
    Column("school", "text", "", "school or kindergarten beside it", "none mapped"),
    Column("playground", "text", "", "playground beside it", "none mapped"),
    Column(
        "rank_low", "integer", "",
        "best place by score among all stretches when weights vary by about .07 (5th percentile)",
    ),
    Column("rank_high", "integer", "", "worst such place (95th percentile)"),
    Column("limiting_criterion", "text", "", "the criterion that costs it most"),
    *(Column(f"d_{name}", "number", SHARE, f"desirability of {name}") for name in CRITERIA),
    *(Column(f"c_{name}", "number", SHARE, f"confidence in {name}") for name in CRITERIA),
    *(Column(f"why_{name}", "text", "", f"{name} in words") for name in CRITERIA),
    Column("verdict", "text", "", "slope, people, what is not mapped and what to look at first, in one line"),
    Column("checks", "texts", "", "what to check on foot"),
    Column("observed", "texts", "", "what people saw on it on foot, newest first"),
)  # fmt: skip
"""A row a stretch, best first."""

IN_PYTHON = (
    Column("east_m", "number", "m", "how far its middle lies east of the place"),
    Column("north_m", "number", "m", "how far its middle lies north of the place"),
    Column("stroke", "integer", "", "number of the stroke that it is a piece of"),
    Column("ground", "integer", "", "number that stretches on one stroke or one open ground share"),
    *(Column(f"q_{name}", "numbers", SHARE, f"quantiles of the draws of {name}, evenly spaced") for name in CRITERIA),
    Column("heights_m", "numbers", "m", "heights along it, every 5 m; nan = unknown"),
    Column("height_sigma_m", "number", "m", "largest standard error of these heights", "no heights"),
    Column("height_source", "text", "", "raster or service that they come from", "no heights"),
    Column("falls_away_pct", "number", "%", "how steep the ground beside it falls away", "unknown"),
    Column("likely_falls_pct", "number", "%", "the same where no heights are known, by what the map shows", "unknown"),
    Column("hints", "text", "", "what hints of a hillside where no heights are known, with distances"),
    Column("spot_heights", "text", "", "heights on the map around that tell of a hillside, where no others are known"),
    Column("mountain_chance", "number", SHARE, "chance that it is a mountain path"),
    Column("is_contradicted", "flag", "", "heights and the tag incline contradict each other"),
    Column("is_on_way", "flag", "", "it lies on a way, which may be cut into a hillside, and not on open ground"),
    Column("is_tilted", "flag", "", "the heights tell a slope across that is worth a look"),
    Column("is_on_hillside", "flag", "", "the ground falls away beside it"),
    Column("width_m", "number", "m", "tagged width", "no tag"),
    Column("are_objects_mapped", "flag", "", "small things such as posts and benches are likely all mapped here"),
    Column("barefoot", "text", "", "advice on running barefoot"),
)
"""What `Ranking.stretches` has besides, for the map and for who ranks anew under other weights; no file has it."""


def _columns_of_stretches(*names: str) -> Iterator[Column]:
    """Yield columns of stretches that other tables have, too."""
    return (column for column in STRETCHES if column.name in names)


EXCLUDED = (
    Column("reason", "text", "", "short name of the limit"),
    Column("rule", "text", "", "the limit in a sentence"),
    Column("pieces", "integer", "", "how many lines and areas it excludes"),
    Column("length_m", "integer", "m", "length of the lines in all"),
)
"""A row a limit, longest first."""

STEPS = (
    Column("step", "integer", "", "1 = first"),
    Column("kind", "text", "", "warm-up, look, backward, back, recover, run on or cool-down"),
    Column("section", "integer", "", "number of the backward section; 0 = none"),
    Column("stretch", "integer", "", "rank of the stretch it is on; 0 = none"),
    Column("start_s", "number", "s from the start", "when it begins"),
    Column("duration_s", "number", "s", "how long it takes"),
    Column("start_m", "number", "m from the start along the way", "where it begins"),
    Column("distance_m", "number", "m", "how far it goes"),
    Column("speed_m_s", "number", "m/s", "how fast; 0 = standing"),
    Column("words", "text", "", "what to do"),
    Column("cue", "text", "", "how to do it, in a few words", "nothing to add"),
)
"""A row a step of a session, in order."""

SECTIONS = (
    Column("section", "integer", "", "1 = first"),
    Column("stretch", "integer", "", "rank of the stretch it is on"),
    Column("start_s", "number", "s from the start", "when it begins"),
    Column("start_m", "number", "m from the start along the way", "where it begins"),
    Column("duration_s", "number", "s", "how long it takes"),
    Column("length_m", "number", "m", "how far it goes"),
    Column("speed_m_s", "number", "m/s", "how fast"),
    Column("bearing_deg", "number", "degrees from north", "direction in which it goes; one looks the other way"),
    Column("run_out_m", "number", "m", "free ground beyond its end"),
    *_columns_of_stretches("score", "score_low", "rating", "data_quality", "surface"),
    Column("grade_pct", "number", "%", "slope along the stretch's line by heights and tags", "unknown"),
    Column("name", "text", "", "name of the stretch it is on"),
    *_columns_of_stretches("osm_ids", "limiting_criterion", "checks"),
)
"""A row a backward section of a session, in order."""

SCAN_NAME = Column(
    "name", "text", "", "its own name, or what it is and where it lies; no two in a square of zoom 12 are alike"
)
QUADKEY = Column(
    "quadkey", "text", "",
    "key of the Web-Mercator square of zoom 18 that holds its middle; it begins with the larger ones'",
)  # fmt: skip
PLACES = (
    Column(
        "district", "text", "", "name of the smallest administrative area that holds its middle",
        "none in the extract",
    ),
    Column("district_osm_id", "text", "", "that area, type/id"),
    Column("park", "text", "", "name of the smallest park that holds its middle", "none, or none with a name"),
    Column("park_osm_id", "text", "", "that park, type/id"),
)  # fmt: skip
"""Where a stretch of a scan lies."""
NEAR_PLACE = ("rank", "name", "distance_m", "rank_low", "rank_high")
"""Columns that only a search around a place has, and names, which differ where others are alike."""
ANYWHERE = tuple(column for column in STRETCHES if column.name not in NEAR_PLACE)
"""Columns of stretches that a scan shares with a search."""
SCAN = (*ANYWHERE, SCAN_NAME, QUADKEY, *PLACES)
"""A row a stretch of a scan, in the order of the keys."""

RATINGS = ("A", "B", "C", "none")
SUMMARY = (
    Column("kind", "text", "", "region, district or park"),
    Column("name", "text", "", "its name"),
    Column("osm_id", "text", "", "OSM object, type/id", "the whole region, or outside all districts"),
    Column("stretches", "integer", "", "how many stretches"),
    Column("length_km", "number", "km", "their length together"),
    *(Column(f"{rating.lower()}_km", "number", "km", f"of it with rating {rating}") for rating in RATINGS),
    Column("unknown_slope_km", "number", "km", "of it without a known slope"),
    Column("best_score_low", "number", SHARE, "the best score_low"),
    Column("best_lon", "number", "degrees east", "middle of the best stretch"),
    Column("best_lat", "number", "degrees north", "middle of the best stretch"),
)
"""A row a region, district or park of a scan."""

ALL = {
    "stretches": STRETCHES,
    "excluded": EXCLUDED,
    "steps": STEPS,
    "sections": SECTIONS,
    "scan": (SCAN_NAME, QUADKEY, *PLACES),
    "summary": SUMMARY,
}
"""What the guide has a table of; a scan's stretches have those of a search, too."""
