"""Rooms import downwards only, heavy libraries have their doors, every module has its test."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from saferoute.cli import build_parser

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGE = REPOSITORY / "saferoute"
MODULES = sorted(PACKAGE.rglob("*.py"))

FLOORS = {
    "arrays": 0, "memory": 0,
    "model": 1, "geometry": 1, "osm": 1,
    "sources": 2, "candidates": 2,
    "limits": 3, "criteria": 3,
    "scoring": 4,
    "report": 5,
    "training": 6,
    "exports": 7, "page": 7,
    "search": 8,
    "api": 9, "scan": 9,
    "cli": 10,
}  # fmt: skip
EXEMPT = {"__init__", "__main__"}

DOORS = {
    "osmium": ("sources",),
    "osmnx": ("sources",),
    "rasterio": ("sources",),
    "folium": ("page",),
    "branca": ("page",),
    "dask": ("scan",),
    "distributed": ("scan",),
    "pmtiles": ("scan",),
    "mapbox_vector_tile": ("scan",),
}

HEAVY = {"geopandas", "folium", "rasterio", "pandas", "shapely", "osmium", "numpy", "osmnx", "requests"}


def dotted(module: Path) -> str:
    """Return ``sources.osm`` of saferoute/sources/osm/__init__.py."""
    parts = module.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)


def imports(text: str) -> set[str]:
    """Return the dotted names that a module imports, anywhere in it, for annotations too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide the room they come from"
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def rooms(names: set[str]) -> set[str]:
    """Return the rooms of saferoute among dotted names."""
    second = {name.split(".")[1] for name in names if name.startswith("saferoute.")}
    return second - {"__version__"}


def upward(room: str, text: str) -> set[str]:
    """Return the rooms that a module of `room` may not import, but does."""
    return {r for r in rooms(imports(text)) if r != room and FLOORS[r] >= FLOORS[room]}


def through_walls(name: str, text: str) -> set[str]:
    """Return the heavy libraries that a module imports elsewhere than in their rooms."""
    used = {i.split(".")[0] for i in imports(text)} & set(DOORS)
    return {lib for lib in used if not any(f"{name}.".startswith(f"{door}.") for door in DOORS[lib])}


def test_every_room_has_a_floor():
    assert {dotted(m).split(".")[0] for m in MODULES} - EXEMPT <= set(FLOORS)


@pytest.mark.parametrize("module", MODULES, ids=dotted)
def test_imports_go_downwards_or_stay_in_the_room(module):
    room = dotted(module).split(".")[0]
    if room not in EXEMPT:
        assert upward(room, module.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize("module", MODULES, ids=dotted)
def test_heavy_libraries_come_in_by_their_doors(module):
    assert through_walls(dotted(module), module.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize(
    ("room", "text"),
    [
        ("sources", "from saferoute import search"),
        ("model", "import saferoute.geometry"),
        ("limits", "from saferoute.criteria.surface import CURVE"),
        ("exports", "def f():\n    from saferoute.page import view"),
        ("criteria", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import saferoute.cli"),
    ],
)
def test_every_way_of_importing_upwards_is_seen(room, text):
    assert upward(room, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("search", "import rasterio.windows"),
        ("exports.geojson", "from folium import Map"),
        ("pages.more", "import branca"),
        ("criteria.flatness", "def f():\n    import osmium"),
    ],
)
def test_every_way_through_a_wall_is_seen(name, text):
    assert through_walls(name, text)


def test_only_the_command_line_prints():
    printing = {
        dotted(module)
        for module in MODULES
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    }
    assert {room.split(".")[0] for room in printing} == {"cli"}


ROOMS = sorted({dotted(module).split(".")[0] for module in MODULES} - EXEMPT - {"arrays"})


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_has_its_tests(room):
    tests = REPOSITORY / "tests"
    assert (tests / f"test_{room}.py").is_file() or list((tests / room).glob("**/test_*.py"))


COMMANDS = tuple(build_parser()._subparsers._group_actions[0].choices)


@pytest.mark.parametrize("arguments", [["--help"], *([c, "--help"] for c in COMMANDS)], ids=" ".join)
def test_help_comes_without_any_heavy_library(arguments):
    run = (
        "import sys\nfrom saferoute.cli import main\n"
        f"try: main({arguments!r})\nexcept SystemExit as end: code = end.code\n"
        f"loaded = sorted({HEAVY!r} & set(sys.modules))\n"
        "print(code, loaded, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", run], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "0 []"
    assert done.stdout.startswith("usage: saferoute")
