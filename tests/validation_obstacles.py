"""Obstacles: how often stretches said to be free met an obstacle that was mapped years later."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from validation_history import PAIRS, Pair, read_pair
from validation_shared import Row, area_of, data_folder, extract

from saferoute import candidates, search
from saferoute.criteria.obstacles import measure_obstacles
from saferoute.model import Evidence
from saferoute.sources.profiles import load_profile

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray, FloatArray

TOWN = PAIRS[-1]
"""The pair whose mappers map small objects; in the country nobody does, then or now, and nothing can be tested."""
BINS = ((0.0, 0.25), (0.25, 0.5), (0.5, 0.65), (0.65, 1.0))
"""Confidences that are looked at together."""
LEAST_COUNT = 10
"""Stretches that a bin needs to be judged."""
TOLERANCE = 0.05
"""By so much, or by its standard error, a share may fall short of the confidence."""


def find_free(pair: Pair) -> tuple[FloatArray, BoolArray]:
    """Return the confidence in stretches of ways that were free in the older map, and whether they still are."""
    source = extract(data_folder() / f"{pair.older}.osm.pbf")
    profile = load_profile()
    survey = search.survey_map(area_of(source), features_of=source, profile=profile, on_open_ground=False)
    found = survey.windows
    # One window of each place: the others begin a few metres on.
    found = candidates.select_windows(found, np.flatnonzero(np.diff(found.first // found.n_samples, prepend=-1)))
    then, now = (measure_obstacles(found, Evidence(of, None, None, profile)) for of in read_pair(pair))
    free = then.value == 0
    return then.confidence[free], now.value[free] == 0


def tell_bins(confidence: FloatArray, stayed: BoolArray) -> tuple[str, bool]:
    """Return the share that stayed free in each bin of confidence, and whether none is less than was said."""
    words, ok = [], True
    for low, high in BINS:
        rows = (confidence >= low) & (confidence < high)
        count = int(rows.sum())
        if count:
            share, said = stayed[rows].mean(), confidence[rows].mean()
            words.append(f"{share:.2f} of {count} where {said:.2f} was said")
            allowed = max(TOLERANCE, float(np.sqrt(said * (1 - said) / count)))
            ok &= bool(count < LEAST_COUNT or share >= said - allowed)
    return ", ".join(words), ok


def obstacles_later() -> Row:
    """Stretches said to be free of obstacles, against obstacles mapped since."""
    words, ok = tell_bins(*find_free(TOWN))
    return Row(
        name="obstacles mapped later",
        against="stretches of ways with no obstacle mapped then; share of them with none today, by confidence",
        figures=f"{TOWN.name}: {words}",
        bound=f"not below the confidence by more than {TOLERANCE} or its standard error, {LEAST_COUNT} stretches a bin",
        ok=ok,
        note=(
            "the greatest confidence was lowered to .75 by this very pair, and few stretches are free; in the country "
            "it cannot be tested, as nobody maps small objects there then or now"
        ),
    )


ROWS = (obstacles_later,)
