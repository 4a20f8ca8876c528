"""Hard limits: where nothing is ever recommended, each with its reason.

A limit is not a low score: a weighted sum would let a good surface buy off a
busy road. All limits are those of `scoring.md` §2; the ones marked [+] were
added since, for the reason given beside them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from saferoute.criteria._tags import column, isin, metres
from saferoute.criteria.surface import EXCLUDED_SURFACES

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from saferoute.model import BoolArray, Cells, Features, FloatArray, IntArray, Profile, Windows

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
    "access": "ways that are not open to everybody on foot",
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
    "no way leads there": "open ground that no public way comes within 30 m of",
    "no clear corridor": "open ground without a clear straight corridor of the length",
    "edge of the data": "ground within 15 m of the edge of the map data, or beyond it",
    "too short": "no clear length for one section and its run-outs between two limits or ends",
    "bends": "bends: the headings or the strip that holds the line are too wide",
    "slope": "slopes that are above 5 % beyond doubt",
}
"""Every reason, with the rule in a sentence."""

MOTOR_ROADS = frozenset(
    "motorway motorway_link trunk trunk_link primary primary_link secondary secondary_link tertiary "
    "tertiary_link unclassified residential living_street service road busway bus_guideway raceway escape "
    "rest_area services emergency_bay".split()
)
FOOT_WAYS = frozenset({"footway", "path", "pedestrian", "track", "bridleway", "cycleway"})
_NOT_BUILT = frozenset({"construction", "proposed", "planned", "abandoned", "razed", "disused", "demolished"})
_INDOOR = frozenset({"corridor", "elevator", "platform", "ladder"})
_CLOSED = frozenset(
    "no private customers permit use_sidepath delivery residents members employees staff military "
    "agricultural forestry discouraged emergency".split()
)
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

# Things beside a line.
_RAILS = frozenset("rail light_rail tram subway narrow_gauge monorail funicular preserved miniature".split())
_WATERWAYS = frozenset("river stream canal ditch drain dock tidal_channel fish_pass weir dam lock_gate".split())
_FENCES = frozenset(
    "fence wall hedge guard_rail city_wall retaining_wall handrail railing jersey_barrier wire_fence "
    "cable_barrier hedge_bank".split()
)
_DROPS = {
    "natural": frozenset({"cliff", "coastline", "earth_bank"}),
    "man_made": frozenset({"quay", "embankment", "breakwater", "groyne", "pier"}),
    "barrier": frozenset({"retaining_wall"}),
    "waterway": _WATERWAYS,
}
_CLOSED_GROUND = {
    "landuse": frozenset({"military", "railway", "quarry", "landfill", "cemetery", "construction"}),
    "leisure": frozenset({"golf_course", "miniature_golf"}),
    "amenity": frozenset({"grave_yard", "school", "kindergarten", "prison"}),
    "aeroway": frozenset({"aerodrome", "apron", "runway", "taxiway", "helipad", "heliport"}),
    "man_made": frozenset({"pier", "breakwater", "groyne"}),
    "railway": frozenset({"platform", "station", "yard"}),
    "public_transport": frozenset({"platform"}),
}
_PARKING_OFF_GROUND = frozenset({"underground", "multi-storey", "rooftop", "sheds", "carports"})

BESIDE_ROAD_M = 3.0
BESIDE_DROP_M = 5.0
BEYOND_END_M = 15.0
GRADE_QUANTILE = 1.64
"""The slope limit holds when even this many σ less would break it (95 %)."""

HALF_WIDTH_M = {
    "motorway": 6.0, "trunk": 5.0, "primary": 4.5, "secondary": 4.0, "tertiary": 3.5,
    "unclassified": 3.0, "residential": 3.0, "living_street": 2.75, "service": 1.75,
}  # fmt: skip
"""Half the carriageway by class where neither width nor lanes are tagged [J]."""
_LANE_M = 3.25


def of_ways(ways: gpd.GeoDataFrame, profile: Profile) -> NDArray[np.object_]:
    """Return why each way is never run on.

    Parameters
    ----------
    ways : GeoDataFrame of n rows
        With the tag columns of `saferoute.sources.tags.WAY_TAGS`.
    profile : Profile

    Returns
    -------
    ndarray of n str
        A key of `RULES`; ``""`` where no limit stands against the way, None
        for lines that are no highway.
    """
    reasons = np.full(len(ways), "", dtype=object)
    for reason, hit in _way_rules(ways, profile):
        reasons[hit & (reasons == "")] = reason
    reasons[column(ways, "highway").isna().to_numpy()] = None
    return reasons


def _way_rules(ways: gpd.GeoDataFrame, profile: Profile) -> list[tuple[str, BoolArray]]:
    """Return the rules on tags, the plainest reason first."""
    highway = column(ways, "highway")
    foot_part = isin(ways, "segregated", {"yes"}) & isin(ways, "foot", {"yes", "designated"})
    crossing = isin(ways, "footway", {"crossing", "traffic_island", "access_aisle", "link_crossing"})
    crossing |= isin(ways, "path", {"crossing"}) | isin(ways, "cycleway", {"crossing"})
    bridge = ~isin(ways, "bridge", {"no"}) & column(ways, "bridge").notna().to_numpy()
    railing = isin(ways, "handrail", _RAILINGS) | isin(ways, "barrier", _FENCES)
    tunnel = ~isin(ways, "tunnel", {"no"}) & column(ways, "tunnel").notna().to_numpy()
    rules = [
        ("motor road", highway.isin(MOTOR_ROADS).to_numpy() | isin(ways, "motor_vehicle", _MOTOR_ALLOWED)),
        ("steps", highway.eq("steps").to_numpy() | isin(ways, "conveying", {"yes", "forward", "backward"})),
        ("not built", highway.isin(_NOT_BUILT).to_numpy() | column(ways, "construction").notna().to_numpy()),
        ("indoor", highway.isin(_INDOOR).to_numpy() | isin(ways, "indoor", {"yes", "room", "corridor"})),
        ("mountain path", highway.eq("via_ferrata").to_numpy()),
        ("cycleway", highway.eq("cycleway").to_numpy() & ~foot_part),
        ("bridleway", highway.eq("bridleway").to_numpy() & ~isin(ways, "foot", {"yes", "designated"})),
        ("kind of way", ~highway.isin(FOOT_WAYS).to_numpy()),
        ("crossing", crossing),
        ("access", closed_on_foot(ways)),
        ("tunnel", tunnel),
        ("bridge", bridge & ~railing),
        ("mountain path", isin(ways, "sac_scale", _SAC_ABOVE_HIKING)),
        ("mountain path", isin(ways, "trail_visibility", _BAD_VISIBILITY)),
        ("ford", isin(ways, "ford", _POINT_LIMITS["ford"])),
        ("surface", isin(ways, "surface", EXCLUDED_SURFACES)),
        ("smoothness", isin(ways, "smoothness", _BAD_SMOOTHNESS) | isin(ways, "tracktype", {"grade5"})),
    ]
    return rules + _chosen_surfaces(ways, profile)


def of_areas(areas: gpd.GeoDataFrame, profile: Profile) -> NDArray[np.object_]:
    """Return why open ground is never run on, ``""`` where no tag of its own is against it."""
    reasons = np.full(len(areas), "", dtype=object)
    rules = [
        ("access", closed_on_foot(areas)),
        ("closed ground", column(areas, "golf").notna().to_numpy()),
        ("kind of pitch", isin(areas, "leisure", {"pitch"}) & isin(areas, "sport", _WALLED_SPORTS)),
        ("kind of track", isin(areas, "leisure", {"track"}) & _other_track(areas)),
        ("indoor", isin(areas, "indoor", {"yes", "room"}) | _off_the_ground(areas)),
        ("surface", isin(areas, "surface", EXCLUDED_SURFACES)),
        ("smoothness", isin(areas, "smoothness", _BAD_SMOOTHNESS)),
    ]
    for reason, hit in rules + _chosen_surfaces(areas, profile):
        reasons[hit & (reasons == "")] = reason
    return reasons


def of_tracks(ways: gpd.GeoDataFrame, profile: Profile) -> NDArray[np.object_]:
    """Return why each running track is never run on, None for lines that are none."""
    reasons = np.full(len(ways), "", dtype=object)
    rules = [
        ("access", closed_on_foot(ways)),
        ("kind of track", _other_track(ways)),
        ("surface", isin(ways, "surface", EXCLUDED_SURFACES)),
        ("indoor", _off_the_ground(ways)),
    ]
    for reason, hit in rules + _chosen_surfaces(ways, profile):
        reasons[hit & (reasons == "")] = reason
    track = isin(ways, "leisure", {"track"}) & column(ways, "highway").isna().to_numpy()
    reasons[~track] = None
    return reasons


def _other_track(table: pd.DataFrame) -> BoolArray:
    return column(table, "sport").notna().to_numpy() & ~isin(table, "sport", _RUNNING_SPORTS)


def _chosen_surfaces(ground: pd.DataFrame, profile: Profile) -> list[tuple[str, BoolArray]]:
    if not profile.only_surfaces:
        return []
    reason = "surface for bare feet" if profile.barefoot else "surface not asked for"
    return [(reason, ~isin(ground, "surface", profile.only_surfaces))]


def walkable(ways: pd.DataFrame) -> BoolArray:
    """Say by which ways one may get somewhere on foot, fit to run on or not."""
    highway = column(ways, "highway")
    fast = highway.str.removesuffix("_link").isin(["motorway", "trunk", "raceway", "busway"])
    built = highway.notna() & ~highway.isin(_NOT_BUILT) & ~fast
    return built.to_numpy(dtype=bool) & ~closed_on_foot(ways)


def closed_on_foot(table: pd.DataFrame) -> BoolArray:
    """Say which rows are not open to everybody on foot; `foot` overrules `access`."""
    foot_known = column(table, "foot").notna().to_numpy()
    return isin(table, "foot", _CLOSED) | (isin(table, "access", _CLOSED) & ~foot_known)


def of_cells(cells: Cells, features: Features) -> NDArray[np.object_]:
    """Return why each cell is never run on, ``""`` where no limit stands against it."""
    reasons = np.full(len(cells), "", dtype=object)
    if not len(cells):
        return reasons

    def mark(reason: str, which: IntArray | BoolArray) -> None:
        hit = np.zeros(len(cells), dtype=bool)
        hit[which] = True
        reasons[hit & (reasons == "")] = reason

    if features.extent is not None:
        mark("edge of the data", ~shapely.covered_by(cells.lines, shapely.buffer(features.extent, -BEYOND_END_M)))
    for reason, nodes in _limiting_nodes(features).items():
        mark(reason, cells.node_cell[np.isin(cells.node_id, nodes)])
    hazards = Hazards(features)
    mark("closed ground", hazards.closed_ground(cells.lines))
    first = np.searchsorted(cells.pair_cell, np.arange(len(cells)))
    off_ways = np.flatnonzero((cells.ground["origin"] == "area").to_numpy()[cells.pair_ground[first]])
    mark("protected", off_ways[hazards.protected(cells.lines[off_ways])])
    mark("barrier across", hazards.barriers_across(cells.lines))
    mark("railway beside", hazards.beside(cells, "railway", BESIDE_ROAD_M))
    mark("road beside", hazards.beside(cells, "road", BESIDE_ROAD_M))
    mark("drop or water beside", hazards.beside(cells, "drop", BESIDE_DROP_M))
    return reasons


def _limiting_nodes(features: Features) -> dict[str, IntArray]:
    """Return the node ids that end a stretch, by reason."""
    ways, points = features.ways, features.points
    highway = column(ways, "highway")

    def nodes_of(which: BoolArray) -> IntArray:
        lists = ways.loc[which, "nodes"] if "nodes" in ways else []
        return np.unique(np.concatenate([np.asarray(n, dtype=np.int64) for n in lists] or [np.empty(0, np.int64)]))

    barrier = column(points, "barrier")
    stops = barrier.notna().to_numpy() & ~barrier.isin(_HARMLESS_BARRIERS).to_numpy()
    stops &= ~(barrier.eq("kerb").to_numpy() & isin(points, "kerb", _FLUSH_KERBS))
    kerb = column(points, "kerb")
    stops |= kerb.notna().to_numpy() & ~kerb.isin(_FLUSH_KERBS).to_numpy()
    for tag, values in _POINT_LIMITS.items():
        stops |= isin(points, tag, values)
    rails = isin(points, "railway", _RAIL_CROSSINGS)
    ids = points["osm_id"].to_numpy() if len(points) else np.empty(0, np.int64)
    surface_rails = is_rail(ways) & ~_off_the_ground(ways)
    return {
        "railway crossing": np.union1d(ids[rails], nodes_of(surface_rails)),
        "obstacle on the line": ids[stops],
        "junction with a road": nodes_of(highway.isin(MOTOR_ROADS).to_numpy()),
    }


def _off_the_ground(ways: pd.DataFrame) -> BoolArray:
    """Say which lines run above or below the ground: bridges, tunnels, culverts, other layers."""
    tunnel, bridge, layer = (column(ways, t) for t in ("tunnel", "bridge", "layer"))
    off = (tunnel.notna() & tunnel.ne("no")) | (bridge.notna() & bridge.ne("no"))
    off |= layer.notna() & ~layer.isin(["0", "+0", "-0"])
    off |= column(ways, "location").isin(["underground", "underwater", "overground", "roof", "overhead"])
    return off.to_numpy(dtype=bool)


def below_ground(ways: pd.DataFrame) -> BoolArray:
    """Say which lines run under the ground, where nobody meets them."""
    tunnel = column(ways, "tunnel")
    deep = (tunnel.notna() & tunnel.ne("no")) | column(ways, "layer").str.startswith("-").fillna(value=False)
    return np.array(deep | column(ways, "location").isin(["underground", "underwater"]), dtype=bool)


def is_drop(ways: pd.DataFrame) -> BoolArray:
    """Say which lines one may fall over the edge of: cliffs, quays, walls, waterways, coast."""
    hit = np.zeros(len(ways), dtype=bool)
    for tag, values in _DROPS.items():
        hit |= isin(ways, tag, values)
    return hit


def is_rail(ways: pd.DataFrame) -> BoolArray:
    """Say which lines are railways in use."""
    return isin(ways, "railway", _RAILS)


def is_fence(ways: pd.DataFrame) -> BoolArray:
    """Say which lines are fences, walls, hedges or rails."""
    return isin(ways, "barrier", _FENCES)


def half_widths(ways: pd.DataFrame) -> FloatArray:
    """Return half the carriageway's width in m: from `width`, `lanes`, else by class."""
    width = metres(ways, "width")
    lanes = pd.to_numeric(column(ways, "lanes"), errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    by_class = column(ways, "highway").str.removesuffix("_link").map(HALF_WIDTH_M).to_numpy(dtype=float)
    half = np.where(np.isfinite(width), width / 2, np.where(lanes >= 1, lanes * _LANE_M / 2, by_class))
    return np.where(np.isfinite(half), half, HALF_WIDTH_M["residential"])


class Hazards:
    """Roads, rails, drops, water and closed ground of some features, ready to be asked.

    Things on another layer than the ground (bridges above, tunnels and
    culverts below) are none.
    """

    def __init__(self, features: Features) -> None:
        ways, areas = features.ways, features.areas
        ground = ~_off_the_ground(ways)
        lines = ways.geometry.to_numpy()
        road = column(ways, "highway").isin(MOTOR_ROADS).to_numpy() & ground
        rail = is_rail(ways) & ground
        drop = is_drop(ways) & ground
        water = is_water(areas)
        steps = column(ways, "highway").eq("steps").to_numpy()
        water_geometry = areas.geometry.to_numpy()[water]
        drops = np.concatenate([lines[drop], water_geometry])
        self._by_kind = {
            "road": (lines[road], half_widths(ways)[road]),
            "railway": (lines[rail], np.full(rail.sum(), 0.75)),  # half a standard gauge
            "drop": (drops, np.zeros(len(drops))),
            "beyond": (np.concatenate([drops, lines[steps]]), np.zeros(len(drops) + steps.sum())),
        }
        self._fences = lines[is_fence(ways) & ground]
        closed = np.zeros(len(areas), dtype=bool)
        for tag, values in _CLOSED_GROUND.items():
            closed |= isin(areas, tag, values)
        closed |= column(areas, "military").notna().to_numpy()
        closed |= isin(areas, "amenity", {"parking"}) & ~isin(areas, "parking", _PARKING_OFF_GROUND)
        closed &= ~_off_the_ground(areas)
        closed_lines = isin(ways, "man_made", _CLOSED_GROUND["man_made"])
        protected = isin(areas, "leisure", {"nature_reserve"}) | isin(areas, "natural", {"dune"})
        protected |= isin(areas, "boundary", {"protected_area", "national_park"})
        self._protected = areas.geometry.to_numpy()[protected]
        self._closed = np.concatenate([areas.geometry.to_numpy()[closed], lines[closed_lines]])

    def closed_ground(self, lines: NDArray[np.object_]) -> IntArray:
        """Return which lines enter closed ground."""
        if not len(self._closed):
            return np.empty(0, np.int64)
        # Large polygons ask and small cells answer: what asks gets prepared.
        return np.unique(shapely.STRtree(lines).query(self._closed, predicate="intersects")[1])

    def protected(self, lines: NDArray[np.object_]) -> IntArray:
        """Return which lines enter dunes or protected areas."""
        return np.unique(shapely.STRtree(lines).query(self._protected, predicate="intersects")[1])

    def barriers_across(self, lines: NDArray[np.object_]) -> IntArray:
        """Return which lines a fence, wall or hedge crosses."""
        return np.unique(shapely.STRtree(lines).query(self._fences, predicate="crosses")[1])

    def beside(self, cells: Cells, kind: str, distance_m: float) -> IntArray:
        """Return the cells with a hazard within `distance_m` of its edge, no fence between.

        Drops count through a fence too: a mapped fence beside water says
        nothing of its height or its gaps.
        """
        things, half = self._by_kind[kind]
        if not len(things):
            return np.empty(0, np.int64)
        tree = shapely.STRtree(cells.lines)
        thing, cell = tree.query(things, predicate="dwithin", distance=half + distance_m)
        if kind != "drop" and len(self._fences) and len(cell):
            link = shapely.shortest_line(cells.lines[cell], things[thing])
            fenced = np.unique(shapely.STRtree(link).query(self._fences, predicate="intersects")[1])
            # Where the hazard touches the line nothing can stand between.
            fenced = fenced[shapely.length(link[fenced]) > 0]
            cell = np.delete(cell, fenced)
        return np.unique(cell)

    def beyond(self, ends: FloatArray, ahead: FloatArray) -> BoolArray:
        """Say at which ends a drop lies in the way of a runner who goes on.

        Parameters
        ----------
        ends, ahead : ndarray of shape (n, 2)
            End of each stretch, and the unit vector that leads out of it.
        """
        things, _ = self._by_kind["beyond"]
        if not len(ends) or not len(things):
            return np.zeros(len(ends), dtype=bool)
        path = shapely.linestrings(np.stack([ends, ends + BEYOND_END_M * ahead], axis=1))
        hit = np.unique(shapely.STRtree(path).query(things, predicate="dwithin", distance=1.0)[1])
        return np.isin(np.arange(len(ends)), hit)


def is_water(areas: gpd.GeoDataFrame) -> BoolArray:
    """Say which areas are water, on the ground."""
    water = isin(areas, "natural", {"water", "bay", "strait"}) | isin(areas, "landuse", {"reservoir", "basin"})
    water |= isin(areas, "waterway", {"riverbank", "dock"}) | isin(areas, "leisure", {"swimming_pool", "marina"})
    water |= isin(areas, "amenity", {"fountain"})
    return water & ~_off_the_ground(areas)


def of_windows(
    windows: Windows, features: Features, grade_pct: FloatArray, sigma_pct: FloatArray, profile: Profile
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
    xy, chain = windows.cells.xy, windows.cells.chain[windows.first]
    start = windows.first + chain
    end = start + windows.n_cells
    hazards = Hazards(features)
    beyond = np.zeros(len(windows), dtype=bool)
    for here, inside in ((start, start + 2), (end, end - 2)):
        out = xy[here] - xy[inside]
        beyond |= hazards.beyond(xy[here], out / np.maximum(np.hypot(*out.T), 1e-9)[:, None])
    reasons[beyond & (reasons == "")] = "drop or water beyond"
    return reasons
