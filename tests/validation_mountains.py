"""Mountain paths: the chances that paths are harder than hiking, against grades that were hidden."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from validation_history import windows_of_ways
from validation_shared import Row, area_of, data_folder, extract

from saferoute.criteria.flatness.mountain import estimate_chances, lacks_grade
from saferoute.criteria.flatness.relief import estimate_steepness
from saferoute.geometry import find_midpoints
from saferoute.osm.ways import is_mountain_path
from saferoute.table import Column, Table, Tags

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray, FloatArray
    from saferoute.model import Features

SQUARE_M = 500.0
"""Grades are hidden in squares, as a path of which the grade is not told mostly lies beside others like it."""
FOLDS = 5
LEAST_M = 30.0
LIKELY = 0.2
"""Chance from which a path is not rated."""
TOLERANCE = 0.05
"""The mean chance may differ from the share by so much, or by the share's standard error."""


@dataclass(frozen=True)
class Place:
    """A place with graded paths."""

    name: str
    map: str
    judged: bool
    """Whether no number was fitted to it. All places were seen while the terms of the model were chosen."""


PLACES = (
    Place("Liechtenstein 2019 (fitted to)", "history/liechtenstein-2019-11", judged=False),
    Place("Heidelberg", "heidelberg/heidelberg", judged=True),
    Place("Bad Wildbad", "badwildbad/badwildbad", judged=True),
    Place("Helgoland", "helgoland/helgoland", judged=True),
)


def take_chances(paths: Table, features: Features) -> FloatArray:
    """Return the chance of each path by the map alone; 0 of those that are too short."""
    windows = windows_of_ways(paths)
    everywhere = np.ones(len(windows), dtype=bool)
    likely = estimate_steepness(windows, features, along=everywhere, across=everywhere)
    chances = np.zeros(len(paths))
    chances[windows.samples.stroke[windows.first]] = estimate_chances(windows, features, likely.across_pct)
    return chances


def hide_grades(features: Features) -> tuple[FloatArray, BoolArray]:
    """Return the chances of graded unpaved paths, each without the grades of its square, and which are harder."""
    fold = np.floor(find_midpoints(features.ways.geometry) / SQUARE_M).astype(int) @ [7, 3] % FOLDS
    harder = is_mountain_path(Tags.of(features.ways)).yes
    graded = harder | is_mountain_path(Tags.of(features.ways)).no
    graded &= lacks_grade(features.ways.tags.replace({"sac_scale": Column.make_missing(len(graded))}))
    graded &= shapely.length(features.ways.geometry) >= LEAST_M
    chances = np.zeros(len(graded))
    for number in range(FOLDS):
        codes, values = features.ways.tags["sac_scale"]
        hidden = features.ways.add_tags(sac_scale=Column(np.where(fold == number, -1, codes), values))
        rows = np.flatnonzero(graded & (fold == number))
        paths = hidden.select_rows(rows)
        chances[rows] = take_chances(paths, replace(features, ways=hidden)) if len(rows) else 0.0
    return chances[graded], harder[graded]


def tell_chances(chances: FloatArray, harder: BoolArray) -> str:
    """Return what was said of paths in words, and what is true."""
    losses = -np.log(np.where(harder, chances, 1 - chances))
    share = harder.mean()
    know = -(share * np.log(share) + (1 - share) * np.log(1 - share)) if 0 < share < 1 else 0.0
    return (
        f"chance {chances.mean():.2f}, true {share:.2f} of {len(harder)}; log-loss {losses.mean():.2f}, of the place's "
        f"own share {know:.2f}; likely {(chances[harder] >= LIKELY).mean():.2f} of the harder ones"
    )


def mountain_paths() -> Row:
    """Chances that paths are harder than hiking, against their hidden grades."""
    figures, ok = [], True
    for place in PLACES:
        source = extract(data_folder() / f"{place.map}.osm.pbf")
        chances, harder = hide_grades(source.read_features(area_of(source), margin_m=0.0))
        share = harder.mean()
        allowed = max(TOLERANCE, float(np.sqrt(share * (1 - share) / len(harder))))
        ok &= not place.judged or bool(abs(chances.mean() - share) <= allowed)
        figures.append(f"{place.name}: {tell_chances(chances, harder)}")
    return Row(
        name="mountain paths",
        against=f"sac_scale of unpaved paths, hidden in squares of {SQUARE_M:.0f} m; no heights",
        figures="; ".join(figures),
        bound=f"mean chance within {TOLERANCE} of the share, or its standard error, where not fitted",
        ok=ok,
        note="easy paths of steep Bad Wildbad are taken for harder; too few grades were tagged since to judge by",
    )


ROWS = (mountain_paths,)
