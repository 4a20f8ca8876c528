"""Straightness: the width of the strip that holds the line, and the lane that the way leaves beside it.

The ratio of length to beeline is of no use here: an excursion of 2 m on 80 m
gives 1.002. The narrowest strip that holds the centre line shows it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from saferoute.criteria import _near, _samples
from saferoute.criteria._widths import DECAY_M as WIDTHS_DECAY_M
from saferoute.criteria._widths import estimate_widths
from saferoute.model import Criterion, Measurement, Scale, Unknown
from saferoute.quantities import LogNormal, MaybeMore, Remainder

if TYPE_CHECKING:
    from saferoute.arrays import Columns, IntArray
    from saferoute.model import Evidence, Windows

STRIP = ((1.0, 1.0), (2.0, 0.8), (4.0, 0.3), (6.0, 0.0))
"""Desirability by the width in m of the narrowest strip that holds the line [J]."""
LANE = ((0.0, 0.1), (0.8, 0.35), (1.2, 0.55), (2.0, 0.85), (3.0, 1.0))
"""Desirability by the free lane in m, which is the way's width less the strip [J].

Blindfolded walkers veer 2.5 m in 15 m ("Veering in human locomotion")."""

_DIGITISING_M = 0.5
"""Standard error in m of a strip's width, for vertices traced from imagery [J]."""
_REDRAWN_SHARE, _REDRAWN_M = 0.3, 2.5
"""Share of drawn lines that are not as straight as they are drawn, and standard deviation in m of what they hide.

Of windows on ways that kept their ids 32 % were drawn anew in four years in Liechtenstein, and 28 % in five in
Helsinki. The strip of the former then changed by −.9, −.2, 0, .7 and 2.6 m at the 5th, 20th, 50th, 80th and 95th
percentile [M]: what looks straightest is partly luck. Neither towns nor many vertices made much of a difference.
A corridor over open ground is nobody's drawing, but straight by construction."""
_WIDTH_ERROR = {True: 0.1, False: 0.45}
"""Standard error of the logarithm of widths that are tagged (True) [J] or learnt (False): .3 held 42 and 74 % of
the widths that were tagged later in the intervals of 60 and 90 %, .45 holds 63 and 84 % [M]."""
_BEYOND_THE_EDGE_MORE = 0.3
"""What is added to that error where all that widths are learnt from lies beyond the map's edge [J]."""
CONFIDENCE_TAGGED, CONFIDENCE_INFERRED = 1.0, 0.4
"""Confidence where all widths are tagged, and where any is taken from the class of way [J]."""


_BEYOND_THE_EDGE = Unknown(estimate=0.35, draws=((0.0, 0.1), (1.0, 0.85)))
"""Worth of a lane of unknown width as far as the widths that it is learnt from lie beyond the map's edge: that of .8 m,
drawn from none to 2 m [J]."""


def measure_straightness(windows: Windows, evidence: Evidence) -> Measurement:
    """Measure the strip and the free lane of each window."""
    samples, strip = windows.samples, windows.strip_width_m
    width, tagged = estimate_widths(windows, evidence.features)
    narrowest = _samples.reduce_pairs(windows, width, "min")
    all_tagged = _samples.reduce_pairs(windows, tagged.astype(float), "min") > 0
    on_area = np.isfinite(samples.ground.get_column("clear_width_m", np.nan)).astype(float)
    to_the_edge = _samples.reduce_ground(windows, on_area, "max") > 0

    def gather(rows: IntArray) -> Columns:
        return {
            "strip_width_m": strip[rows],
            "heading_range_deg": windows.heading_range_deg[rows],
            "width_m": narrowest[rows],
            "is_tagged": all_tagged[rows],
            "is_measured_to_the_edge": to_the_edge[rows],
        }

    covered = np.where(all_tagged, 1.0, _near.measure_coverage(windows, evidence.features, decay_m=WIDTHS_DECAY_M))
    # The strip's error is part of the lane's, so both share one quantity; the width errs on its own.
    strips = MaybeMore(strip, _DIGITISING_M, ~to_the_edge, _REDRAWN_SHARE, _REDRAWN_M)
    error = np.where(all_tagged, _WIDTH_ERROR[True], _WIDTH_ERROR[False] + _BEYOND_THE_EDGE_MORE * (1 - covered))
    return Measurement(
        quantity=strips,
        confidence=covered * np.where(all_tagged, CONFIDENCE_TAGGED, CONFIDENCE_INFERRED),
        completeness=covered,
        gather_evidence=gather,
        bounds={"lane": Remainder(LogNormal(narrowest, error, independent=True), strips)},
    )


def measure_lines(measured: Measurement, lines: Windows) -> Measurement:
    """Return what was measured of windows with the strips and headings of the lines that they have grown into."""
    of_windows, lane = measured.gather_evidence, measured.bounds["lane"]
    assert isinstance(measured.quantity, MaybeMore)
    assert isinstance(lane, Remainder)
    assert of_windows is not None
    strips = replace(measured.quantity, value=lines.strip_width_m)

    def gather(rows: IntArray) -> Columns:
        strip, headings = lines.strip_width_m[rows], lines.heading_range_deg[rows]
        return {**of_windows(rows), "strip_width_m": strip, "heading_range_deg": headings}

    return replace(measured, quantity=strips, gather_evidence=gather, bounds={"lane": replace(lane, part=strips)})


CRITERION = Criterion(
    name="straightness",
    unit="m wide strip that holds the line",
    curve=STRIP,
    unknown=_BEYOND_THE_EDGE,
    bounds={"lane": Scale(unit="m wide lane beside that strip", curve=LANE)},
    measure=measure_straightness,
    of_lines=measure_lines,
    keys=("width", "est_width"),
)
