"""Surveys of plans of a few lines, for tests of criteria and limits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from town import lonlat, write_town

from saferoute import scoring
from saferoute.criteria import ALL
from saferoute.model import Criterion, Measurement, Place, Profile, Windows
from saferoute.quantities import RandomNumbers
from saferoute.report.reasons import describe_evidence, gather_evidence
from saferoute.search import Survey, area_around, survey_area
from saferoute.sources.elevation.raster import RasterSource
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.profiles import load_profile


@pytest.fixture
def look(tmp_path: Path):
    """Return a function that surveys a plan."""

    def look_at(plan: str, *, profile: Profile | None = None, dem: RasterSource | None = None) -> Survey:
        return survey_area(
            area_around(Place("here", *lonlat(40, 0)), 1500),
            features_of=ExtractSource([write_town(tmp_path / "town.osm", plan)]),
            profile=profile or load_profile(),
            elevation_of=dem,
        )

    return look_at


@dataclass(frozen=True)
class Judged:
    """What a criterion measured, and what the judge and the report make of it."""

    criterion: Criterion
    measurement: Measurement
    windows: Windows

    @property
    def value(self) -> np.ndarray:
        """Raw values."""
        return self.measurement.value

    @property
    def confidence(self) -> np.ndarray:
        """0..1."""
        return self.measurement.confidence

    @property
    def desirability(self) -> np.ndarray:
        """Of the best estimates."""
        return scoring.judge_best_estimates(self.criterion, self.measurement)

    def draw(self, rows: np.ndarray, u: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Return plausible desirabilities."""
        return scoring.judge_draws(self.criterion, self.measurement.select_rows(rows), RandomNumbers(u, z))

    def describe(self, rows: np.ndarray) -> pd.DataFrame:
        """Return the columns of a ranking."""
        gather = self.measurement.gather_along
        along = gather(self.windows.first[rows], np.full(len(rows), self.windows.n_samples)) if gather else None
        evidence = gather_evidence(self.measurement, rows, along)
        return pd.DataFrame(describe_evidence(self.criterion, evidence, self.measurement.value[rows]))


def judge(survey: Survey, name: str) -> Judged:
    """Return what a survey found by one criterion, judged."""
    return Judged(next(c for c in ALL if c.name == name), survey.measurements[name], survey.windows)
