"""The data classes that all packages share, and the error tree.

Nothing here reads, writes or computes on geometry. Heavy libraries appear in
annotations only, so importing this package takes milliseconds.
"""

from __future__ import annotations

from saferoute.model.errors import (
    InvalidInput,
    InvalidProfile,
    NoCoverage,
    PlaceNotFound,
    SaferouteError,
    SourceUnavailable,
)
from saferoute.model.features import OSM_ATTRIBUTION, Counters, Features, LateFeatures, Strokes, WayLines
from saferoute.model.heights import Heights, HeightsBeside
from saferoute.model.judgement import (
    CRITERIA,
    WEIGHTS,
    Criterion,
    Evidence,
    Formula,
    Hedge,
    Measurement,
    Scale,
    Unknown,
)
from saferoute.model.late_shapes import HeldTable, count_rows, get_columns, get_rows, list_rows
from saferoute.model.places import WGS84, Area, Moment, Place
from saferoute.model.presenting import Presenter
from saferoute.model.results import CAUTION, IMPERIAL, METRIC, STEP_KINDS, Explanation, Ranking, Session, Wish
from saferoute.model.runner import BEGINNER_LEVELS, BEGINNER_SECTION_S, BEGINNER_SECTIONS, Profile, Training
from saferoute.model.samples import Samples, Windows

__all__ = [
    "BEGINNER_LEVELS",
    "BEGINNER_SECTIONS",
    "BEGINNER_SECTION_S",
    "CAUTION",
    "CRITERIA",
    "IMPERIAL",
    "METRIC",
    "OSM_ATTRIBUTION",
    "STEP_KINDS",
    "WEIGHTS",
    "WGS84",
    "Area",
    "Counters",
    "Criterion",
    "Evidence",
    "Explanation",
    "Features",
    "Formula",
    "Hedge",
    "Heights",
    "HeightsBeside",
    "HeldTable",
    "InvalidInput",
    "InvalidProfile",
    "LateFeatures",
    "Measurement",
    "Moment",
    "NoCoverage",
    "Place",
    "PlaceNotFound",
    "Presenter",
    "Profile",
    "Ranking",
    "SaferouteError",
    "Samples",
    "Scale",
    "Session",
    "SourceUnavailable",
    "Strokes",
    "Training",
    "Unknown",
    "WayLines",
    "Windows",
    "Wish",
    "count_rows",
    "get_columns",
    "get_rows",
    "list_rows",
]
