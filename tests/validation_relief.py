"""Relief: the steepness that maps alone make likely, against the rasters of the same places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from validation_shared import Row, area_of, data_folder, extract

from saferoute import search
from saferoute.criteria.flatness import fit_window_slopes
from saferoute.criteria.flatness.relief import SIGMA, estimate_steepness
from saferoute.quantities import RandomNumbers, UsualSize
from saferoute.search import look_up_heights
from saferoute.sources.elevation.raster import RasterSource
from saferoute.sources.profiles import load_profile

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray

DRAWS = 20_000
LEAST_COVERED = 0.85
"""Share of true slopes that 90 % intervals must hold."""


@dataclass(frozen=True)
class Place:
    """A place with a map and rasters, and whether numbers of the model were chosen on it."""

    name: str
    map: str
    rasters: tuple[str, ...]
    judged: bool


PLACES = (
    Place("Bad Wildbad", "badwildbad/badwildbad.osm.pbf", ("badwildbad/dem.tif",), judged=False),
    Place("Porto", "porto/porto-centre.osm.pbf", ("porto/dem-porto-25m.tif", "porto/dem-gaia-25m.tif"), judged=True),
    Place("Helgoland", "helgoland/helgoland.osm.pbf", ("helgoland/dem.tif",), judged=True),
)


def list_shares(usual_pct: FloatArray, true_pct: FloatArray) -> tuple[float, float, int]:
    """Return the shares of true slopes below and above 90 % intervals around usual sizes, and how many there are."""
    random = np.random.default_rng(1)
    numbers = RandomNumbers(random.random(DRAWS), random.standard_normal(DRAWS))
    low, high = np.quantile(UsualSize(np.ones(1), SIGMA).draw(numbers)[0], [0.05, 0.95])
    known = np.isfinite(true_pct) & np.isfinite(usual_pct)
    size, usual = np.abs(true_pct[known]), usual_pct[known]
    return float((size < low * usual).mean()), float((size > high * usual).mean()), int(known.sum())


def steepness_without_heights() -> Row:
    """Slopes along and across that the signs on the map make likely, against heights."""
    figures, ok = [], True
    for place in PLACES:
        source = extract(data_folder() / place.map)
        survey = search.survey_map(area_of(source), features_of=source, profile=load_profile())
        survey = look_up_heights(survey, RasterSource([data_folder() / name for name in place.rasters]))
        everywhere = np.ones(len(survey.windows), dtype=bool)
        likely = estimate_steepness(survey.windows, survey.features, along=everywhere, across=everywhere)
        fitted = fit_window_slopes(survey.windows, survey.evidence)
        for name, usual, true in (
            ("along", likely.along_pct, fitted.grade_pct),
            ("across", likely.across_pct, fitted.across.across_pct),
        ):
            below, above, count = list_shares(usual, true)
            ok &= not place.judged or 1 - below - above >= LEAST_COVERED
            figures.append(
                f"{place.name} {name}: {100 * (1 - below - above):.0f} % ({100 * below:.0f} % are flatter, "
                f"{100 * above:.0f} % steeper), medians {np.nanmedian(usual):.1f} likely, "
                f"{np.nanmedian(np.abs(true)):.1f} true, {count} windows"
            )
    return Row(
        name="relief without heights",
        against="slopes by rasters of places whose maps alone were asked",
        figures="90 % intervals hold " + "; ".join(figures),
        bound=f"at least {100 * LEAST_COVERED:.0f} % in Porto and on Helgoland",
        ok=bool(ok),
        note=(
            "maps tell hills from plains to a factor of two or three; quays and lower towns below a cliff are flatter "
            "than said, which lowers a score without need, and few places are steeper; the weights of signs were "
            "rounded with all three places in sight"
        ),
    )


ROWS = (steepness_without_heights,)
