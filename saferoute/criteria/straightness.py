"""Straightness: how far the line strays, and how much room the way leaves for it.

Ratios of beeline to length are blind here: on 80 m an excursion of 2 m gives
1.002. The width of the narrowest strip that holds the centre line is not.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from saferoute.criteria import _samples
from saferoute.model import Criterion, Measurement
from saferoute.osm import widths

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray, IntArray
    from saferoute.model import Evidence, Windows

STRIP = ((0.0, 1.0), (1.0, 1.0), (2.0, 0.8), (4.0, 0.3), (6.0, 0.0))
"""Desirability by width in m of the narrowest strip [J]."""
LANE = ((0.0, 0.1), (0.8, 0.35), (1.2, 0.55), (2.0, 0.85), (3.0, 1.0))
"""Desirability by free lane in m: the way's width less the strip [J].

Blindfolded walkers veer 2.5 m in 15 m ("Veering in human locomotion")."""

_DIGITISING_M = 0.5
"""Standard error of a strip's width from vertices drawn off imagery."""
_WIDTH_ERROR = {True: 0.1, False: 0.3}
"""Relative standard error of a width that is tagged, or taken from the class [J]."""
CONFIDENCE_TAGGED, CONFIDENCE_INFERRED = 1.0, 0.4


def rate_strip(strip_m: FloatArray, width_m: FloatArray) -> FloatArray:
    """Return how kind a strip of the centre line on a way of some width is."""
    lane = np.fmax(width_m - strip_m, 0.0)
    return np.fmin(np.interp(strip_m, *np.array(STRIP).T), np.interp(lane, *np.array(LANE).T))


def measure_straightness(windows: Windows, evidence: Evidence) -> Measurement:
    """Measure strip and free lane of each window."""
    width, tagged = widths.estimate_widths(windows.samples.ground, widths.learn_usual_widths(evidence.features.tagged))
    narrowest = _samples.reduce_to_windows(windows, _samples.reduce_to_samples(windows.samples, width, "min"), "min")
    all_tagged = (
        _samples.reduce_to_windows(
            windows, _samples.reduce_to_samples(windows.samples, tagged.astype(float), "min"), "min"
        )
        > 0
    )
    on_area = _samples.reduce_to_samples(
        windows.samples, windows.samples.ground["clear_width_m"].notna().to_numpy(dtype=float), "max"
    )
    measured = _samples.reduce_to_windows(windows, on_area, "max") > 0
    strip = windows.strip_width_m
    error = np.where(all_tagged, _WIDTH_ERROR[True], _WIDTH_ERROR[False])

    def draw(rows: IntArray, u: FloatArray, z: FloatArray) -> FloatArray:
        normal = np.array([NormalDist().inv_cdf(x) for x in np.clip(u, 1e-6, 1 - 1e-6)])
        strips = np.fmax(strip[rows][:, None] + _DIGITISING_M * z, 0.0)
        return rate_strip(strips, narrowest[rows][:, None] * np.exp(error[rows][:, None] * normal))

    def describe(rows: IntArray) -> pd.DataFrame:
        lane = np.where(all_tagged[rows], np.fmax(narrowest[rows] - strip[rows], 0.0), np.nan)
        known = np.where(measured[rows], "(measured to the edge of the free ground)", "(tagged)")
        source = np.where(all_tagged[rows], known, "(width unknown, taken from the kind of way)")
        words = [
            f"stays in a strip of {b:.1f} m, headings within {h:.0f}°; {w:.1f} m wide {text}"
            for b, h, w, text in zip(strip[rows], windows.heading_range_deg[rows], narrowest[rows], source, strict=True)
        ]
        return pd.DataFrame(
            {
                "strip_width_m": strip[rows],
                "free_lane_m": lane,
                "heading_range_deg": windows.heading_range_deg[rows],
                "width_m": np.where(all_tagged[rows], narrowest[rows], np.nan),
                "why_straightness": words,
            }
        )

    return Measurement(
        value=strip,
        desirability=rate_strip(strip, narrowest),
        confidence=np.where(all_tagged, CONFIDENCE_TAGGED, CONFIDENCE_INFERRED),
        draw=draw,
        describe=describe,
    )


CRITERION = Criterion(
    name="straightness", unit="m strip width", curve=STRIP, unknown=0.3, measure=measure_straightness, of_line=True
)
