"""The libraries that data pass through, and their versions: what a report of an error has to say."""

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
"""Libraries in C and C++, the module that brings its own copy, and where that tells its version."""

PYTHON = ("geopandas", "pandas", "numpy", "scipy", "networkx", "osmnx", "folium", "pyarrow")
"""Libraries in Python, by the names of their distributions."""

MISSING = "not installed"


def list_versions() -> list[tuple[str, str]]:
    """Return names and versions of the libraries that data pass through.

    Wheels bring copies of GDAL and PROJ of their own, so each is named with
    who brings it. A library that is missing or broken is said to be, and is
    no error: whoever reports that it is needs the rest of the list.

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
    return native + [(name, _read_distribution_version(name)) for name in PYTHON]


def _describe_owner(module: str) -> str:
    name = module.partition(".")[0]
    return f"{name} {_read_distribution_version(name)}"


def _read_distribution_version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return MISSING


def _read_native_version(module: str, attribute: str) -> str:
    try:
        return str(getattr(import_module(module), attribute))
    except ModuleNotFoundError:
        return MISSING
    except Exception as error:  # noqa: BLE001  # a broken library may fail in any way
        return f"cannot be loaded ({type(error).__name__}: {error})"
