"""From foot ways and open ground to candidate stretches.

Ways are joined to strokes, strokes cut into samples, samples gathered into windows
of the level's length that are clear and straight, and after scoring windows
merge into stretches. A *stretch* is the one coined word here: a straight,
clear piece of ground long enough for one backward section, whatever ways it
is made of (a "segment" already means a node-to-node piece).
"""

from __future__ import annotations

from saferoute.candidates._blockers import Blockers
from saferoute.candidates._cut_off import CUT_OFF, find_cut_off
from saferoute.candidates._joining import Joining
from saferoute.candidates._kept_samples import (
    recall_or_compute_samples,
    recall_or_compute_windows,
    remember_of_samples,
)
from saferoute.candidates._likely_surfaces import GROUND_MATERIALS, fill_likely_surfaces
from saferoute.candidates._neighbours import Neighbours
from saferoute.candidates._open_ground import (
    Around,
    OpenGround,
    leave_open_ground,
    search_open_ground,
    strokes_of_corridors,
    tabulate_open_ground,
)
from saferoute.candidates._reasons import REASONS
from saferoute.candidates._samples import (
    STEP_M,
    cut_samples,
    middle_rows,
    place_points_beside,
    place_points_every_metre,
)
from saferoute.candidates._seen import match_observations, pair_walks, pair_warnings, take_highest, warn_windows
from saferoute.candidates._stretches import (
    Shapes,
    Stretches,
    drop_overlapping_stretches,
    find_rivals,
    is_best_of_rivals,
    merge_windows,
    order_by_score,
    select_stretches,
)
from saferoute.candidates._strokes import build_strokes, concatenate_strokes, count_side_paths
from saferoute.candidates._windows import UNFIT, find_windows, is_in_runs, middles_of_windows, select_windows
from saferoute.model import Strokes

__all__ = [
    "CUT_OFF",
    "GROUND_MATERIALS",
    "REASONS",
    "STEP_M",
    "UNFIT",
    "Around",
    "Blockers",
    "Joining",
    "Neighbours",
    "OpenGround",
    "Shapes",
    "Stretches",
    "Strokes",
    "build_strokes",
    "concatenate_strokes",
    "count_side_paths",
    "cut_samples",
    "drop_overlapping_stretches",
    "fill_likely_surfaces",
    "find_cut_off",
    "find_rivals",
    "find_windows",
    "is_best_of_rivals",
    "is_in_runs",
    "leave_open_ground",
    "match_observations",
    "merge_windows",
    "middle_rows",
    "middles_of_windows",
    "order_by_score",
    "pair_walks",
    "pair_warnings",
    "place_points_beside",
    "place_points_every_metre",
    "recall_or_compute_samples",
    "recall_or_compute_windows",
    "remember_of_samples",
    "search_open_ground",
    "select_stretches",
    "select_windows",
    "strokes_of_corridors",
    "tabulate_open_ground",
    "take_highest",
    "warn_windows",
]
