"""The survey of an area: from its map to the windows that no limit excludes."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute import candidates, limits
from saferoute.geometry import REACH_M
from saferoute.limits import clearance
from saferoute.limits.neighbours import collect_neighbours
from saferoute.model import Evidence, WayLines
from saferoute.osm.ground import find_kinds
from saferoute.osm.tags import is_tagged
from saferoute.products import recall_or_compute, remember_or_make
from saferoute.report.units import METRIC_UNITS, Units
from saferoute.search._area import (
    distance_outside_m,
    is_touching,
    locate_area,
    project_centre,
    shape_of_area,
    widen_area,
)
from saferoute.search._at_hour import digest_hour, digest_parts, digest_question, judge_hour
from saferoute.search._join import join_ways
from saferoute.search._windows import recall_windows
from saferoute.sources import clock
from saferoute.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, IntArray
    from saferoute.model import Area, Features, Measurement, Moment, Profile, Samples, Strokes, Windows
    from saferoute.products import Arrays
    from saferoute.search._at_hour import AtHour
    from saferoute.sources import FeatureSource

_LOG = logging.getLogger(__name__)
MARGIN_M = REACH_M + 100.0
"""Features are read this far beyond the area.

What is said of a stretch depends on what lies within the reach of it, and stretches
of an area reach less than 100 m beyond it. Crowding reaches farthest: it looks 1 km
around a stretch and from there 950 m further for attractors.
"""
COMPARED_M = 1100.0
"""Ways are cut into samples this far beyond the windows of the area.

Their crowding is compared with that of the ways within 1 km of a station, which is at most 50 m off.
"""


@dataclass(frozen=True)
class Survey:
    """An area surveyed: first its map, then its heights and measurements.

    Attributes
    ----------
    evidence : Evidence
        Map, runner and hour; its heights are None until they have been looked up.
    way_reasons : ndarray of shape (ways,)
        Why a way is excluded, ``""`` = it is not, None = it is no way.
    sample_reasons : ndarray of shape (samples,)
        Why a sample is in no window, ``""`` = it is in one.
    windows : Windows
        Those that no limit excludes, with their middle in the area.
    measurements : mapping of str to Measurement
        By name of criterion; empty until measured.
    notes : tuple of str
        What the user must know of the heights, the map and the hour; empty until measured.
    units : Units
        Units of the words on stretches.
    doubts : tuple of str
        Those of the notes that tell what of the map is missing.
    whole : Survey, optional
        The survey of more ground, with the same samples, of which this is a part.
    key, key_of_windows : bytes
        Digests of all that it was made with besides the map, and of all that its samples and windows follow from,
        at whatever hour; ``b""`` if it is not known.
    """

    area: Area
    evidence: Evidence
    strokes: Strokes
    open_ground: candidates.OpenGround
    way_reasons: NDArray[np.object_]
    hazards: limits.Hazards
    surroundings: limits.Surroundings
    samples: Samples
    sample_reasons: NDArray[np.object_]
    windows: Windows
    measurements: Mapping[str, Measurement] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    units: Units = METRIC_UNITS
    doubts: tuple[str, ...] = ()
    whole: Survey | None = None
    key: bytes = b""
    key_of_windows: bytes = b""

    @property
    def features(self) -> Features:
        """OpenStreetMap around the area."""
        return self.evidence.features


def survey_map(
    area: Area,
    *,
    features_of: FeatureSource,
    profile: Profile,
    moment: Moment | None = None,
    on_open_ground: bool = True,
) -> Survey:
    """Return a survey of the windows that no limit of the map excludes, not measured yet.

    Without a `moment` it is the one that the profile names. Without `on_open_ground` only ways are surveyed, which
    takes a third of the time.
    """
    _LOG.info("reading the map", extra={"share": 0.25})
    if moment is None and profile.at:
        moment = clock.parse_moment(profile.at, area.place)
    features = features_of.read_features(area, margin_m=MARGIN_M)
    areas = None
    if on_open_ground:
        areas = remember_or_make(features, "areas", b"", lambda: candidates.fill_likely_surfaces(features.areas))
    at_hour = remember_or_make(
        features,
        "at hour",
        digest_hour(profile, moment, on_open_ground=on_open_ground),
        lambda: judge_hour(features, features.areas if areas is None else areas, profile, moment),
    )
    question = digest_question(area, profile, on_open_ground=on_open_ground)
    evidence = Evidence(features, None, None, profile, moment)
    survey = remember_or_make(
        features,
        "survey",
        digest_parts(question, at_hour.digest),
        lambda: _survey_evidence(area, evidence, at_hour, areas, question),
    )
    # What was made for an earlier search is of the same ground, for another hour, name and weights.
    return replace(survey, area=area, evidence=evidence)


def select_windows(survey: Survey, rows: IntArray) -> Survey:
    """Return a survey, not measured yet, of some of its windows."""
    key, of_windows = (digest_parts(of, rows.tobytes()) for of in (survey.key, survey.key_of_windows))
    windows = candidates.select_windows(survey.windows, rows)
    return replace(survey, windows=windows, key=key, key_of_windows=of_windows)


def _survey_evidence(area: Area, evidence: Evidence, at_hour: AtHour, areas: Table | None, question: bytes) -> Survey:
    """Return the survey of an area, on open ground too if there are `areas`; `question` is as `digest_question` has it.

    Two hours often leave the same corridors and windows: what follows from these is made once.
    """
    features, profile = evidence.features, evidence.profile.keep_limits()
    key = digest_parts(question, at_hour.digest)
    if areas is None:
        open_ground = candidates.leave_open_ground(features.areas)
    else:
        _LOG.info("looking for corridors on open ground", extra={"share": 0.35})
        open_ground = _find_corridors(area, features, areas, profile, at_hour.area_reasons, question)
    of_ground = digest_parts(question, _digest_corridors(open_ground))
    strokes, samples = remember_or_make(
        features, "strokes", of_ground, lambda: _cut_into_samples(area, features, open_ground, profile)
    )
    length_km = len(samples) * samples.step_m / 1000
    _LOG.info("looking at %.1f km, every %.0f m", length_km, samples.step_m, extra={"share": 0.6})
    hazards = remember_or_make(features, "hazards", b"", lambda: limits.Hazards(features))
    surroundings = limits.Surroundings(features, evidence.moment)

    # Limits take long: only samples that may share a window with the area are checked.
    where = is_within_reach(samples, area, features, profile, at_hour.way_reasons)
    sample_reasons = limits.exclude_samples(samples, features, hazards, surroundings, where=where)
    free = sample_reasons == ""
    of_windows = digest_parts(of_ground, np.packbits(free).tobytes())
    windows, unfit = remember_or_make(
        features, "windows", of_windows, lambda: recall_windows(features, of_windows, samples, free, profile, area)
    )
    return Survey(
        area=area,
        evidence=evidence,
        strokes=strokes,
        open_ground=open_ground,
        way_reasons=at_hour.way_reasons,
        hazards=hazards,
        surroundings=surroundings,
        samples=samples,
        sample_reasons=np.where(free, unfit, sample_reasons),
        windows=windows,
        key=key,
        key_of_windows=of_windows,
    )


def _digest_corridors(open_ground: candidates.OpenGround) -> bytes:
    """Return a digest of where corridors lie, on which areas, and how wide they are; the map tells the rest."""
    rows = open_ground.rows
    lines = shapely.get_coordinates(open_ground.lines), shapely.get_num_coordinates(open_ground.lines)
    told = (*lines, *(rows[name] for name in ("osm_id", "clear_width_m") if len(rows)))
    kinds = repr(rows["osm_type"].tolist()).encode()
    return digest_parts(kinds, *(digest_parts(array.tobytes()) for array in told))


def _as_array(told: bytes) -> NDArray[np.uint8]:
    """Return bytes as one of the arrays that a product follows from."""
    return np.frombuffer(told, dtype=np.uint8)


def _find_corridors(
    area: Area, features: Features, areas: Table, profile: Profile, reasons: NDArray[np.object_], question: bytes
) -> candidates.OpenGround:
    """Find the corridors on the open ground of the area itself; `reasons` are those of `areas`.

    Most of what an hour closes is no open ground.
    """

    def collect() -> candidates.Around:
        return candidates.Around(clearance.collect_blockers(features), collect_neighbours(features))

    def search() -> Arrays:
        return candidates.search_open_ground(
            areas,
            reasons=reasons,
            wanted=is_touching(area, areas.geometry),
            around=remember_or_make(features, "around", b"", collect),
            profile=profile,
            of=features,
        )

    asked = digest_parts(question, repr(reasons[areas.tags.remember(find_kinds) != ""].tolist()).encode())

    def recall() -> candidates.OpenGround:
        found = recall_or_compute(features, "open ground", [_as_array(asked)], search)
        return candidates.tabulate_open_ground(areas, found)

    return remember_or_make(features, "open ground", asked, recall)


def _cut_into_samples(
    area: Area, features: Features, open_ground: candidates.OpenGround, profile: Profile
) -> tuple[Strokes, Samples]:
    """Return the ways and corridors of an area joined to strokes, and these cut into samples."""
    # A source may have joined the ways already.
    of_ways = features.strokes or join_ways(features.ways).join(WayLines.from_table(features.ways))
    of_corridors = candidates.strokes_of_corridors(open_ground.lines, len(features.ways))
    strokes = candidates.concatenate_strokes([of_ways, of_corridors])
    assert strokes.side_paths is not None
    samples = candidates.cut_samples(
        strokes,
        _doubt_cut_off(_append_open_ground(_ground_of_ways(features.ways), open_ground), area, features),
        strokes.side_paths,
        shortest_m=profile.clear_length_m + 2 * profile.run_out_m,
        here=lambda xy: distance_outside_m(area, xy) <= COMPARED_M + profile.clear_length_m,
    )
    return strokes, replace(samples, map_key=features.key)


def _ground_of_ways(ways: Table) -> Table:
    """Return the ways with what is told of all ground."""
    track = ways.tags.map_values("leisure", "track".__eq__, missing=False)
    no_way, nothing = track & ~is_tagged(ways, "highway"), Column.make_missing(len(ways))
    unknown, told = np.full(len(ways), np.nan), np.full(len(ways), None, dtype=object)
    no = np.zeros(len(ways), dtype=bool)
    words = {
        "origin": Column(no_way.astype(np.int32), ("way", "track")),
        "kind": Column(track.astype(np.int32), ("way", "track")),
        **dict.fromkeys(("dog", "likely_surface", "surface_implied"), nothing),
    }
    columns = {
        "osm_id": ways["osm_id"],
        **dict.fromkeys(("clear_width_m", "drawn_per_ha"), unknown),
        **dict.fromkeys(("beach_club", "is_tidal"), no),
        **dict.fromkeys(("doubts", "surface_odds"), told),
    }
    return replace(ways.add_tags(**words), columns=columns)


def _append_open_ground(of_ways: Table, open_ground: candidates.OpenGround) -> Table:
    """Return ways and rows of open ground in one table, with their origin."""
    if not len(open_ground.rows):
        return of_ways
    rows = open_ground.rows
    # On open ground this tag describes the polygon, not a way through it.
    no_highway = Column.make_missing(len(rows))
    origin = Column((rows["kind"] == "track").astype(np.int32), ("area", "track"))
    tags = rows.tags.select_keys(of_ways.tags.keys).replace({"highway": no_highway, "origin": origin})
    return Table.concatenate([of_ways, replace(rows, tags=tags)])


def _doubt_cut_off(ground: Table, area: Area, features: Features) -> Table:
    """Return ground with a doubt about all that no way on foot joins with the place, if the area is around one."""
    if area.half_m is not None:
        return ground

    # All ways come first; which corridors come after them may hang on the hour.
    first = len(features.ways)
    told = ground["osm_id"][first:].astype(np.int64), shapely.bounds(ground.geometry[first:])
    here = repr((area.place.lon, area.place.lat, area.radius_m, area.crs)).encode()
    cut_off = recall_or_compute(
        features, "cut off", (*told, _as_array(here)), lambda: {"": find_cut_off(features, ground.geometry, area)}
    )[""]
    doubts = ground["doubts"].copy()
    for row in np.flatnonzero(cut_off):
        doubts[row] = (*(doubts[row] or ()), candidates.CUT_OFF)
    return ground.add_columns(doubts=doubts)


def find_cut_off(features: Features, grounds: NDArray[np.object_], area: Area) -> BoolArray:
    """Return a mask of the ground that no way on foot joins with the place of an area."""
    known = None
    if features.extent is not None:
        known = shapely.intersection(features.extent, shape_of_area(widen_area(area, REACH_M)))
    place, reach_m = project_centre(area), area.radius_m + REACH_M
    return candidates.find_cut_off(features, grounds, place=place, reach_m=reach_m, known=known)


def is_within_reach(
    samples: Samples, area: Area, features: Features, profile: Profile, way_reasons: NDArray[np.object_]
) -> BoolArray:
    """Return a mask of samples that may share a window with one of the area, on ground this runner may use."""
    reach_m = profile.clear_length_m + 2 * profile.run_out_m + 2 * samples.step_m

    def find_near() -> BoolArray:
        near: BoolArray = distance_outside_m(area, samples.xy[np.arange(len(samples)) + samples.stroke]) <= reach_m
        return near

    here = repr((locate_area(area), reach_m)).encode()
    near = candidates.remember_of_samples(samples, features, "within reach", find_near, here).copy()
    excluded = np.zeros(len(samples.ground), dtype=bool)
    excluded[: len(way_reasons)] = way_reasons.astype(bool)
    near[samples.pair_sample[excluded[samples.pair_ground]]] = False
    return near
