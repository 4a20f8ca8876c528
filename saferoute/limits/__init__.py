"""Hard limits: where nothing is ever recommended, each with its reason.

A limit is not a low score: a weighted sum would let a good surface buy off a
busy road (docs/scoring.md, *Limits*).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.limits._hazards import (
    BESIDE_DROP_M,
    BESIDE_ROAD_M,
    BEYOND_END_M,
    FENCES,
    MOTOR_ROADS,
    is_off_ground,
    is_rail,
)
from saferoute.limits._hazards import Hazards as Hazards
from saferoute.osm.surfaces import EXCLUDED_SURFACES
from saferoute.osm.tags import has_tag, has_value, tag_column

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Features, Profile, Samples, Windows

RULES = {
    "motor road": "roads for motor traffic of every class, driveways and parking aisles included",
    "cycleway": "cycleways, unless the foot part is separate",
    "bridleway": "bridleways without foot=yes",
    "kind of way": "only footways, paths, pedestrian streets and tracks are looked at",
    "steps": "steps and escalators",
    "crossing": "crossings and traffic islands",
    "not built": "ways under construction, planned or gone",
    "indoor": "corridors, platforms and other ways inside buildings or stations",
    "tunnel": "tunnels and passages",
    "bridge": "bridges without a mapped railing",
    "mountain path": "paths above sac_scale=hiking, or with bad trail visibility",
    "access": "ways that are not open to everybody on foot, and fenced lawns that do not say they are",
    "surface": "rock, mud, ice, snow, cobbles, shells and the like",
    "smoothness": "smoothness very_bad or worse, and tracktype=grade5",
    "surface not asked for": "surfaces other than the ones asked for; unknown ones too",
    "surface for bare feet": "bare feet run on sand and grass alone; other and unknown ground is left out",
    "ford": "fords",
    "junction with a road": "junctions with roads for motor traffic",
    "railway crossing": "railway crossings",
    "obstacle on the line": "crossings, barriers, kerbs, steps and rails mapped on the line itself",
    "barrier across": "fences, walls or hedges mapped across the line",
    "road beside": "carriageways within 3 m of the line without a barrier between",
    "railway beside": "railways within 3 m of the line without a barrier between",
    "drop or water beside": "cliffs, quays, retaining walls or water within 5 m of the line",
    "drop or water beyond": "cliffs, quays, retaining walls, steps or water within 15 m beyond an end",
    "closed ground": (
        "military, aviation, railway, quarry, landfill, golf, cemetery and school grounds, building "
        "sites, piers, breakwaters and car parks"
    ),
    "kind of pitch": "pitches with nets, walls or ramps, or for animals, wheels or shooting",
    "kind of track": "tracks for other sports than running",
    "protected": "dunes and protected areas, away from their mapped paths",
    "farmland": "meadows, and grass of over 1.5 ha or without a footway near, outside parks and sports grounds",
    "no way leads there": "open ground that no public way comes within 30 m of",
    "no clear corridor": "open ground without a clear straight corridor of the length",
    "edge of the data": "ground within 15 m of the edge of the map data, or beyond it",
    "too short": "no clear length for one section and its run-outs between two limits or ends",
    "bends": "bends: the headings or the strip that holds the line are too wide",
    "dark, unlit": "ways and ground tagged lit=no, at an hour when the sun is more than 6° below the horizon",
    "slope": "slopes that are above 5 % beyond doubt",
}
"""Every reason, with the rule in a sentence."""

UNASKED = "not asked"
"""What is noted of samples that nobody asks for, beyond the area or on ways that are left out
as a whole; no output tells of them."""

FOOT_WAYS = frozenset({"footway", "path", "pedestrian", "track", "bridleway", "cycleway"})
_NOT_BUILT = frozenset({"construction", "proposed", "planned", "abandoned", "razed", "disused", "demolished"})
_INDOOR = frozenset({"corridor", "elevator", "platform", "ladder"})
_CLOSED = frozenset(
    "no private customers permit use_sidepath delivery residents members employees staff military "
    "agricultural forestry discouraged emergency".split()
)
_OPEN = frozenset({"yes", "designated", "permissive"})
_MOTOR_ALLOWED = frozenset({"yes", "designated", "permissive", "official", "destination"})
_RAILINGS = frozenset({"yes", "both", "left", "right", "center", "separate"})
_SAC_ABOVE_HIKING = frozenset(
    "mountain_hiking demanding_mountain_hiking alpine_hiking demanding_alpine_hiking difficult_alpine_hiking".split()
)
_BAD_VISIBILITY = frozenset({"bad", "horrible", "no"})
_BAD_SMOOTHNESS = frozenset({"very_bad", "horrible", "very_horrible", "impassable"})

_RUNNING_SPORTS = frozenset({"athletics", "running", "walking", "jogging", "multi", "track", "fitness"})
_WALLED_SPORTS = frozenset(
    "tennis basketball volleyball beachvolleyball padel skateboard bmx boules petanque table_tennis chess badminton "
    "squash climbing shooting archery equestrian horse_racing golf miniature_golf karting motocross ice_hockey "
    "ice_skating futsal streetball handball swimming diving model_aerodrome skiing cricket_nets pitpat".split()
)
"""Pitches with nets, walls, ramps or bullets."""

# Points on a way that end a stretch.
_POINT_LIMITS = {
    "highway": frozenset({"crossing", "traffic_signals", "stop", "give_way", "elevator", "steps", "turning_circle"}),
    "crossing": frozenset({"yes", "uncontrolled", "traffic_signals", "marked", "unmarked", "zebra", "informal"}),
    "ford": frozenset({"yes", "stepping_stones", "boat"}),
    "handrail": frozenset({"yes"}),
}
_HARMLESS_BARRIERS = frozenset({"no", "entrance", "none", "border_control"})
_FLUSH_KERBS = frozenset({"flush", "no", "none"})
_RAIL_CROSSINGS = frozenset({"level_crossing", "crossing", "tram_level_crossing", "tram_crossing"})

GRADE_QUANTILE = 1.64
"""The slope limit holds when even this many σ less would break it (95 %)."""


def exclude_ways(ways: gpd.GeoDataFrame, profile: Profile | None = None) -> NDArray[np.object_]:
    """Return why each way is never run on.

    Parameters
    ----------
    ways : GeoDataFrame of n rows
        With the tag columns of `saferoute.osm.keys.WAY_TAGS`.
    profile : Profile, optional
        Without it only what holds for every runner is asked.

    Returns
    -------
    ndarray of n str
        A key of `RULES`; ``""`` where no limit stands against the way, None
        for lines that are no highway.
    """
    reasons = np.full(len(ways), "", dtype=object)
    for reason, hit in _list_way_rules(ways, profile):
        reasons[hit & (reasons == "")] = reason
    reasons[tag_column(ways, "highway").isna().to_numpy()] = None
    return reasons


def _list_way_rules(ways: gpd.GeoDataFrame, profile: Profile | None) -> list[tuple[str, BoolArray]]:
    """Return the rules on tags, the plainest reason first."""
    highway = tag_column(ways, "highway")
    foot_part = has_value(ways, "segregated", {"yes"}) & has_value(ways, "foot", {"yes", "designated"})
    crossing = has_value(ways, "footway", {"crossing", "traffic_island", "access_aisle", "link_crossing"})
    crossing |= has_value(ways, "path", {"crossing"}) | has_value(ways, "cycleway", {"crossing"})
    railing = has_value(ways, "handrail", _RAILINGS) | has_value(ways, "barrier", FENCES)
    rules = [
        ("motor road", highway.isin(MOTOR_ROADS).to_numpy() | has_value(ways, "motor_vehicle", _MOTOR_ALLOWED)),
        ("steps", highway.eq("steps").to_numpy() | has_value(ways, "conveying", {"yes", "forward", "backward"})),
        ("not built", highway.isin(_NOT_BUILT).to_numpy() | has_tag(ways, "construction", but=())),
        ("indoor", highway.isin(_INDOOR).to_numpy() | has_value(ways, "indoor", {"yes", "room", "corridor"})),
        ("mountain path", highway.eq("via_ferrata").to_numpy()),
        ("cycleway", highway.eq("cycleway").to_numpy() & ~foot_part),
        ("bridleway", highway.eq("bridleway").to_numpy() & ~has_value(ways, "foot", {"yes", "designated"})),
        ("kind of way", ~highway.isin(FOOT_WAYS).to_numpy()),
        ("crossing", crossing),
        ("access", is_closed_on_foot(ways)),
        ("tunnel", has_tag(ways, "tunnel")),
        ("bridge", has_tag(ways, "bridge") & ~railing),
        ("mountain path", has_value(ways, "sac_scale", _SAC_ABOVE_HIKING)),
        ("mountain path", has_value(ways, "trail_visibility", _BAD_VISIBILITY)),
        ("ford", has_value(ways, "ford", _POINT_LIMITS["ford"])),
        ("surface", has_value(ways, "surface", EXCLUDED_SURFACES)),
        ("smoothness", has_value(ways, "smoothness", _BAD_SMOOTHNESS) | has_value(ways, "tracktype", {"grade5"})),
    ]
    return rules + _list_surface_rules(ways, profile)


def exclude_areas(areas: gpd.GeoDataFrame, profile: Profile) -> NDArray[np.object_]:
    """Return why open ground is never run on, ``""`` where no tag of its own is against it."""
    reasons = np.full(len(areas), "", dtype=object)
    rules = [
        ("access", is_closed_on_foot(areas) | _is_fenced_lawn(areas)),
        ("closed ground", has_tag(areas, "golf", but=())),
        ("kind of pitch", has_value(areas, "leisure", {"pitch"}) & has_value(areas, "sport", _WALLED_SPORTS)),
        ("kind of track", has_value(areas, "leisure", {"track"}) & _is_other_track(areas)),
        ("indoor", has_value(areas, "indoor", {"yes", "room"}) | is_off_ground(areas)),
        ("surface", has_value(areas, "surface", EXCLUDED_SURFACES)),
        ("smoothness", has_value(areas, "smoothness", _BAD_SMOOTHNESS)),
    ]
    for reason, hit in rules + _list_surface_rules(areas, profile):
        reasons[hit & (reasons == "")] = reason
    return reasons


def _is_fenced_lawn(areas: gpd.GeoDataFrame) -> BoolArray:
    """Say which lawns have a fence of their own, but no tag that lets people in: gardens, paddocks, basins [+]."""
    lawn = has_value(areas, "landuse", {"grass", "meadow"}) & has_value(areas, "barrier", FENCES)
    return lawn & ~(has_value(areas, "foot", _OPEN) | has_value(areas, "access", _OPEN))


def exclude_tracks(ways: gpd.GeoDataFrame, profile: Profile | None = None) -> NDArray[np.object_]:
    """Return why each running track is never run on, None for lines that are none; the rest as of `of_ways`."""
    reasons = np.full(len(ways), "", dtype=object)
    rules = [
        ("access", is_closed_on_foot(ways)),
        ("kind of track", _is_other_track(ways)),
        ("surface", has_value(ways, "surface", EXCLUDED_SURFACES)),
        ("indoor", is_off_ground(ways)),
    ]
    for reason, hit in rules + _list_surface_rules(ways, profile):
        reasons[hit & (reasons == "")] = reason
    track = has_value(ways, "leisure", {"track"}) & tag_column(ways, "highway").isna().to_numpy()
    reasons[~track] = None
    return reasons


def _is_other_track(table: pd.DataFrame) -> BoolArray:
    return has_tag(table, "sport", but=()) & ~has_value(table, "sport", _RUNNING_SPORTS)


def _list_surface_rules(ground: pd.DataFrame, profile: Profile | None) -> list[tuple[str, BoolArray]]:
    if profile is None or not profile.only_surfaces:
        return []
    reason = "surface for bare feet" if profile.barefoot else "surface not asked for"
    return [(reason, ~has_value(ground, "surface", profile.only_surfaces))]


def is_unlit(table: pd.DataFrame) -> BoolArray:
    """Say which rows are known to have no lamps; nobody sees a hole in the dark, least of all behind him."""
    return has_value(table, "lit", {"no", "disused"})


def is_walkable(ways: pd.DataFrame) -> BoolArray:
    """Say by which ways one may get somewhere on foot, fit to run on or not."""
    highway = tag_column(ways, "highway")
    fast = highway.str.removesuffix("_link").isin(["motorway", "trunk", "raceway", "busway"])
    built = highway.notna() & ~highway.isin(_NOT_BUILT) & ~fast
    return built.to_numpy(dtype=bool) & ~is_closed_on_foot(ways)


def is_made_for_walking(ways: pd.DataFrame) -> BoolArray:
    """Say which walkable ways are built for walkers; tracks, and paths in the mountains, lead to fields, too."""
    return is_walkable(ways) & has_value(ways, "highway", {"footway", "pedestrian"})


def is_closed_on_foot(table: pd.DataFrame) -> BoolArray:
    """Say which rows are not open to everybody on foot; `foot` overrules `access`."""
    return has_value(table, "foot", _CLOSED) | (has_value(table, "access", _CLOSED) & ~has_tag(table, "foot", but=()))


def exclude_samples(samples: Samples, features: Features, hazards: Hazards, *, where: BoolArray) -> NDArray[np.object_]:
    """Return why each sample is never run on, ``""`` where no limit stands against it.

    Parameters
    ----------
    where : ndarray of shape (samples,)
        Which samples are asked for; of the others the reason is `UNASKED`.
    """
    reasons = np.where(where, "", UNASKED).astype(object)
    asked = np.flatnonzero(where)
    if not len(asked):
        return reasons
    lines = shapely.STRtree(samples.lines[asked])

    def mark(reason: str, which: IntArray | BoolArray) -> None:
        hit = np.zeros(len(samples), dtype=bool)
        hit[which] = True
        reasons[hit & (reasons == "")] = reason

    if features.extent is not None:
        whole = shapely.buffer(features.extent, -BEYOND_END_M)
        shapely.prepare(whole)
        mark("edge of the data", asked[~shapely.covers(whole, lines.geometries)])
    for reason, nodes in _find_limiting_nodes(features).items():
        mark(reason, samples.node_sample[np.isin(samples.node_id, nodes)])
    mark("closed ground", asked[hazards.lines_on_closed_ground(lines)])
    off_ways = (samples.ground["origin"] == "area").to_numpy()[samples.pair_ground[samples.first_pair[:-1]]]
    protected = asked[hazards.lines_on_protected_ground(lines)]
    mark("protected", protected[off_ways[protected]])
    mark("barrier across", asked[hazards.lines_crossing_barriers(lines)])
    mark("railway beside", asked[hazards.lines_beside_hazard(lines, "railway", BESIDE_ROAD_M)])
    mark("road beside", asked[hazards.lines_beside_hazard(lines, "road", BESIDE_ROAD_M)])
    mark("drop or water beside", asked[hazards.lines_beside_hazard(lines, "drop", BESIDE_DROP_M)])
    return reasons


def _find_limiting_nodes(features: Features) -> dict[str, IntArray]:
    """Return the node ids that end a stretch, by reason."""
    ways, points = features.ways, features.points
    highway = tag_column(ways, "highway")

    def nodes_of(which: BoolArray) -> IntArray:
        lists = ways.loc[which, "nodes"] if "nodes" in ways else []
        return np.unique(np.concatenate([np.asarray(n, dtype=np.int64) for n in lists] or [np.empty(0, np.int64)]))

    barrier = tag_column(points, "barrier")
    stops = barrier.notna().to_numpy() & ~barrier.isin(_HARMLESS_BARRIERS).to_numpy()
    stops &= ~(barrier.eq("kerb").to_numpy() & has_value(points, "kerb", _FLUSH_KERBS))
    kerb = tag_column(points, "kerb")
    stops |= kerb.notna().to_numpy() & ~kerb.isin(_FLUSH_KERBS).to_numpy()
    for tag, values in _POINT_LIMITS.items():
        stops |= has_value(points, tag, values)
    rails = has_value(points, "railway", _RAIL_CROSSINGS)
    ids = points["osm_id"].to_numpy() if len(points) else np.empty(0, np.int64)
    surface_rails = is_rail(ways) & ~is_off_ground(ways)
    return {
        "railway crossing": np.union1d(ids[rails], nodes_of(surface_rails)),
        "obstacle on the line": ids[stops],
        "junction with a road": nodes_of(highway.isin(MOTOR_ROADS).to_numpy()),
    }


def exclude_windows(
    windows: Windows, hazards: Hazards, grade_pct: FloatArray, sigma_pct: FloatArray, profile: Profile
) -> NDArray[np.object_]:
    """Return why each straight window is left out, ``""`` where it may be run.

    Parameters
    ----------
    grade_pct, sigma_pct : ndarray of shape (w,)
        Fitted slope and its standard error, NaN = unknown.
    """
    reasons = np.full(len(windows), "", dtype=object)
    with np.errstate(invalid="ignore"):
        steep = np.abs(grade_pct) - GRADE_QUANTILE * sigma_pct > profile.max_grade_pct
    reasons[steep] = "slope"
    xy, stroke = windows.samples.xy, windows.samples.stroke[windows.first]
    start = windows.first + stroke
    end = start + windows.n_samples
    beyond = np.zeros(len(windows), dtype=bool)
    for here, inside in ((start, start + 2), (end, end - 2)):
        out = xy[here] - xy[inside]
        beyond |= hazards.is_drop_beyond(xy[here], out / np.maximum(np.hypot(*out.T), 1e-9)[:, None])
    reasons[beyond & (reasons == "")] = "drop or water beyond"
    return reasons
