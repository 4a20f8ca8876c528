"""Limits on samples, by what lies on them and beside them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.candidates import recall_or_compute_samples, remember_of_samples
from saferoute.limits.areas import CLOSED_GROUND
from saferoute.limits.ground import CLOSED_AT_HOUR
from saferoute.limits.hazards import BESIDE_DROP_M, BESIDE_LIFT_M, BESIDE_ROAD_M, BESIDE_STEPS_M, BEYOND_END_M, Hazards
from saferoute.limits.rules import find_first_rules, name_reasons, rule
from saferoute.osm import access, barriers, unread, ways, widths
from saferoute.table import Tags

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, IntArray
    from saferoute.limits.rules import Rule
    from saferoute.limits.surroundings import Surroundings
    from saferoute.model import Features, Samples

WIDE_PASSAGE_M = 3.0
"""Between walls and pillars nobody can give way on less [J]."""
UNASKED = "not asked"
"""Reason of samples that are not examined: beyond the area, or on ways that are excluded as a
whole. No output names it."""


@dataclass(frozen=True)
class Scene:
    """Samples and what is around them.

    Attributes
    ----------
    samples, features, hazards, surroundings
    asked : ndarray of shape (k,)
        The samples that are asked for.
    lines : STRtree of k LineStrings
        Of those.
    """

    samples: Samples
    features: Features
    hazards: Hazards
    surroundings: Surroundings
    asked: IntArray
    lines: shapely.STRtree

    def find_at_nodes(self, nodes: IntArray) -> IntArray:
        """Return the samples that touch OSM nodes with these ids."""
        return self.samples.node_sample[np.isin(self.samples.node_id, nodes)]

    def find_ground(self, samples: IntArray) -> IntArray:
        """Return a row of ground that each of some samples lies on."""
        return self.samples.pair_ground[self.samples.first_pair[samples]]

    def list_nodes(self, which: BoolArray) -> IntArray:
        """Return the ids of the nodes of some of the ways."""
        lists = self.features.ways["nodes"][which].tolist()
        return np.unique(np.concatenate([np.asarray(n, dtype=np.int64) for n in lists] or [np.empty(0, np.int64)]))

    def list_points(self, which: BoolArray) -> IntArray:
        """Return the ids of some of the points."""
        return self.features.points["osm_id"][which]


@rule("edge of the data", "the line must stay 15 m inside the map data: nobody knows what lies beyond")
def edge_of_data(scene: Scene) -> IntArray:
    """Return samples beyond which nobody knows what is there."""
    if scene.features.extent is None:
        return scene.asked[:0]
    whole = shapely.buffer(scene.features.extent, -BEYOND_END_M)
    shapely.prepare(whole)
    return scene.asked[~shapely.covers(whole, scene.lines.geometries)]


@rule("railway crossing", "the line may not cross a railway")
def railway_crossing(scene: Scene) -> IntArray:
    """Return samples that cross rails, by the points or by the rails themselves."""
    tags, points = Tags.of(scene.features.ways), scene.features.points
    rails = unread.may_be_rail(tags) & ~ways.is_off_ground(tags)
    crossings = scene.list_points(barriers.is_rail_crossing(points))
    return scene.find_at_nodes(np.union1d(crossings, scene.list_nodes(rails)))


@rule("obstacle on the line", "no crossing, barrier, kerb, step or rail may be mapped on the line itself")
def obstacle_on_line(scene: Scene) -> IntArray:
    """Return samples with a point on them that bars the way."""
    return scene.find_at_nodes(scene.list_points(barriers.blocks_way(scene.features.points)))


@rule("junction with a road", "the line may not meet a road for motor traffic")
def road_junction(scene: Scene) -> IntArray:
    """Return samples that share a node with a road."""
    return scene.find_at_nodes(scene.list_nodes(unread.may_be_road(scene.features.ways)))


@rule(*CLOSED_GROUND)
def on_closed_ground(scene: Scene) -> IntArray:
    """Return samples that enter closed ground."""
    return scene.asked[scene.hazards.lines_on_closed_ground(scene.lines)]


@rule(*CLOSED_GROUND)
def on_shut_ground(scene: Scene) -> IntArray:
    """Return samples on ground that is closed by its own tags, unless they are on a way that is tagged as open."""
    shut = scene.asked[scene.surroundings.find_lines_on_shut_ground(scene.lines)]
    return shut[~access.is_open_on_foot(scene.samples.ground)[scene.find_ground(shut)]]


@rule(*CLOSED_AT_HOUR)
def on_ground_closed_at_hour(scene: Scene) -> IntArray:
    """Return samples on ground that is closed at the hour, unless they are on a way with hours of its own."""
    closed = scene.asked[scene.surroundings.find_lines_closed_at_hour(scene.lines)]
    own_ground = Tags.of(scene.samples.ground).select_rows(scene.find_ground(closed))
    return closed[~scene.surroundings.is_open_at_hour(own_ground)]


@rule("protected", "in dunes and protected areas only the mapped paths are allowed")
def on_protected_ground(scene: Scene) -> IntArray:
    """Return samples of open ground that enter dunes or protected areas."""
    protected = scene.asked[scene.hazards.lines_on_protected_ground(scene.lines)]
    off_ways = scene.samples.ground["origin"] == "area"
    return protected[off_ways[scene.find_ground(protected)]]


@rule("barrier across", "no fence, gate or other barrier may stand on the line, no bench or steps across it")
def barrier_across(scene: Scene) -> IntArray:
    """Return samples at which a barrier, a bench or the like stands on the line."""
    return scene.asked[scene.hazards.lines_at_barriers(scene.lines)]


@rule(
    "building",
    f"ways in buildings are excluded, and under roofs those less than {WIDE_PASSAGE_M:.0f} m wide",
)
def in_building(scene: Scene) -> IntArray:
    """Return samples that pass through a building, other than by an arcade."""
    ground = scene.samples.ground
    passage = ways.is_covered(ground) & (widths.estimate_widths(ground)[0] >= WIDE_PASSAGE_M)
    inside = scene.asked[scene.hazards.lines_in_buildings(scene.lines)]
    return inside[~passage[scene.find_ground(inside)]]


@rule("railway beside", "railways must be at least 3 m from the line, or behind a barrier")
def railway_beside(scene: Scene) -> IntArray:
    """Return samples beside rails."""
    return scene.asked[scene.hazards.lines_beside_hazard(scene.lines, "railway", BESIDE_ROAD_M)]


@rule("road beside", "carriageways must be at least 3 m from the line, or behind a barrier")
def road_beside(scene: Scene) -> IntArray:
    """Return samples beside a carriageway."""
    return scene.asked[scene.hazards.lines_beside_hazard(scene.lines, "road", BESIDE_ROAD_M)]


@rule("drop or water beside", "cliffs, quays, retaining walls and water must be at least 5 m from the line")
def drop_beside(scene: Scene) -> IntArray:
    """Return samples beside an edge that one may fall over."""
    return scene.asked[scene.hazards.lines_beside_hazard(scene.lines, "drop", BESIDE_DROP_M)]


@rule("steps or lift beside", f"steps must be at least {BESIDE_STEPS_M:g} m from the line, lifts {BESIDE_LIFT_M:g} m")
def steps_beside(scene: Scene) -> IntArray:
    """Return samples at whose side steps or a lift begin."""
    steps = scene.hazards.lines_beside_hazard(scene.lines, "steps", BESIDE_STEPS_M)
    lifts = scene.hazards.lines_beside_hazard(scene.lines, "lift", BESIDE_LIFT_M)
    return scene.asked[np.union1d(steps, lifts)]


SAMPLE_RULES = (
    edge_of_data, railway_crossing, obstacle_on_line, road_junction, on_closed_ground, on_shut_ground,
    on_ground_closed_at_hour, on_protected_ground, barrier_across, in_building, railway_beside, road_beside,
    drop_beside, steps_beside,
)  # fmt: skip
_BY_HOUR = (on_shut_ground, on_ground_closed_at_hour)
"""Those of them that ask what is closed at the hour."""
_BY_SEARCH = (edge_of_data, *_BY_HOUR)
"""Those of them that hold for no other search, as they ask where the map ends, too."""


def exclude_samples(
    samples: Samples,
    features: Features,
    hazards: Hazards,
    surroundings: Surroundings,
    *,
    where: BoolArray,
) -> NDArray[np.object_]:
    """Return why each sample is never run on, ``""`` where no limit stands against it.

    Parameters
    ----------
    where : ndarray of shape (samples,)
        Which samples are asked for; of the others the reason is `UNASKED`.
    """
    asked = np.flatnonzero(where)
    if not len(asked):
        return np.full(len(samples), UNASKED, dtype=object)
    key = np.packbits(where).tobytes()
    lines = remember_of_samples(samples, features, "asked", lambda: shapely.STRtree(samples.lines[asked]), key)
    scene = Scene(samples, features, hazards, surroundings, asked, lines)
    at_any_hour = remember_of_samples(samples, features, "limits", lambda: _find_first_at_any_hour(scene), key)
    at_hour = _number_as_all(_BY_HOUR, find_first_rules(_BY_HOUR, len(samples), scene))
    return np.where(where, name_reasons(SAMPLE_RULES, np.minimum(at_hour, at_any_hour)), UNASKED)


def _find_first_at_any_hour(scene: Scene) -> IntArray:
    """Return the number of the first rule to hold for each sample, of those that ask for no hour."""
    at_edge = find_first_rules([edge_of_data], len(scene.samples), scene)
    by_map = [each for each in SAMPLE_RULES if each not in _BY_SEARCH]
    return np.minimum(
        _number_as_all([edge_of_data], at_edge), _number_as_all(by_map, _recall_first_rules(scene, by_map))
    )


def _number_as_all(rules: Sequence[Rule], first: IntArray) -> IntArray:
    """Return numbers of some rules, or of none of them, as `SAMPLE_RULES` counts these."""
    return np.array([*map(SAMPLE_RULES.index, rules), len(SAMPLE_RULES)])[first]


def _recall_first_rules(scene: Scene, rules: Sequence[Rule]) -> IntArray:
    """Return which of some rules is the first to hold for each sample, from earlier searches if they are known."""
    samples = scene.samples

    def find(rows: IntArray) -> dict[str, IntArray]:
        of_rows = replace(scene, asked=rows, lines=shapely.STRtree(samples.lines[rows]))
        return {"first": find_first_rules(rules, len(samples), of_rows)[rows]}

    first = np.full(len(samples), len(rules))
    first[scene.asked] = recall_or_compute_samples(samples, scene.features, "limits", scene.asked, find)["first"]
    return first
