"""Surveys of plans of a few lines, for tests of criteria and limits."""

from __future__ import annotations

from pathlib import Path

import pytest
from town import lonlat, write_town

from saferoute.model import Place, Profile
from saferoute.search import area_around
from saferoute.search._survey import Survey, survey_area
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
