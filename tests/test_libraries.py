"""Versions are those of the libraries that are there; what is missing or broken is said to be."""

from __future__ import annotations

import re
import sys
from types import ModuleType
from typing import Never

import geopandas
import pyproj
import pytest
import rasterio
import shapely

from saferoute import libraries


def test_versions_are_those_of_what_is_imported() -> None:
    found = dict(libraries.list_versions())
    assert found[f"GDAL (rasterio {rasterio.__version__})"] == rasterio.__gdal_version__
    assert found[f"GEOS (shapely {shapely.__version__})"] == shapely.geos_version_string
    assert found[f"PROJ (pyproj {pyproj.__version__})"] == pyproj.proj_version_str
    assert found["geopandas"] == geopandas.__version__
    assert [name for name in found if name.startswith("libosmium (osmium ")]


def test_every_library_that_is_here_has_a_number() -> None:
    for name, version in libraries.list_versions():
        assert re.match(r"\d+\.\d+", version) or (name == "pyarrow" and version == libraries.MISSING)


def test_a_library_that_is_missing_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyogrio", None)
    monkeypatch.setattr(libraries, "PYTHON", ("no-such-library",))
    found = libraries.list_versions()
    assert ("no-such-library", "not installed") in found
    assert [version for name, version in found if "pyogrio" in name] == ["not installed"]


def test_a_library_that_does_not_load_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(ModuleType):
        def __getattr__(self, name: str) -> Never:
            raise ImportError("libgdal.so.34: cannot open shared object file")

    monkeypatch.setitem(sys.modules, "pyogrio", Broken("pyogrio"))
    found = [version for name, version in libraries.list_versions() if "GDAL" in name]
    assert found == [
        rasterio.__gdal_version__,
        "cannot be loaded (ImportError: libgdal.so.34: cannot open shared object file)",
    ]
