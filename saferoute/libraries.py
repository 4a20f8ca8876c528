"""Versions of the libraries that process the data, for reports of errors."""

from __future__ import annotations

from importlib import import_module, metadata

NATIVE = (
    ("GDAL", "rasterio", "__gdal_version__"),
    ("GDAL", "pyogrio", "__gdal_version_string__"),
    ("GEOS", "shapely", "geos_version_string"),
    ("PROJ", "rasterio", "__proj_version__"),
    ("PROJ", "pyproj", "proj_version_str"),
    ("libosmium", "osmium.version", "libosmium_version"),
)
"""Name of each C or C++ library, the Python module that bundles it, and the attribute with its version."""

PYTHON = ("geopandas", "pandas", "numpy", "scipy", "networkx", "osmnx", "folium", "pyarrow")
"""Distribution names of the Python libraries."""

MISSING = "not installed"


def list_versions() -> list[tuple[str, str]]:
    """Return names and versions of the libraries that process the data.

    Wheels bundle their own copies of GDAL and PROJ, so each copy is listed
    with the wheel that bundles it. A library that is missing or broken is
    listed as such and raises no error: a person who reports it needs the
    rest of the list.

    Returns
    -------
    list of (str, str)
        ``("GDAL (rasterio 1.4.3)", "3.9.3")``, ``("geopandas", "1.0.1")`` and
        so on.
    """
    native = [
        (f"{name} ({_describe_owner(module)})", _read_native_version(module, attribute))
        for name, module, attribute in NATIVE
    ]
    return native + [(name, read_distribution_version(name)) for name in PYTHON]


def read_native_versions(*packages: str) -> dict[str, str]:
    """Return the versions of the libraries that some Python packages bring, by names as ``GDAL (rasterio)``."""
    return {
        f"{name} ({module})": _read_native_version(module, attribute)
        for name, module, attribute in NATIVE
        if module in packages
    }


def read_distribution_version(name: str) -> str:
    """Return the version of an installed distribution, `MISSING` where there is none."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return MISSING


def _describe_owner(module: str) -> str:
    """Return the name and version of the distribution that bundles a C library."""
    name = module.partition(".")[0]
    return f"{name} {read_distribution_version(name)}"


def _read_native_version(module: str, attribute: str) -> str:
    try:
        return str(getattr(import_module(module), attribute))
    except ModuleNotFoundError:
        return MISSING
    except Exception as error:  # noqa: BLE001  # a broken library may fail in any way
        return f"cannot be loaded ({type(error).__name__}: {error})"
