"""Rooms import downwards only, heavy libraries have their doors, every module has its test."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from saferoute.cli import parser

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGE = REPOSITORY / "saferoute"
MODULES = sorted(PACKAGE.rglob("*.py"))

FLOORS = {
    "model": 0, "geometry": 0, "memory": 0,
    "stretches": 1, "scoring": 1, "session": 1, "sources": 1, "criteria": 1, "outputs": 1,
    "pipeline": 2,
    "api": 3, "scan": 3,
    "cli": 4,
}  # fmt: skip
EXEMPT = {"__init__", "__main__"}

DOORS = {
    "osmium": ("sources",),
    "osmnx": ("sources",),
    "rasterio": ("sources",),
    "folium": ("outputs.map",),
    "branca": ("outputs.map",),
    "dask": ("scan",),
    "distributed": ("scan",),
    "pmtiles": ("scan",),
    "mapbox_vector_tile": ("scan",),
}

HEAVY = {"geopandas", "folium", "rasterio", "pandas", "shapely", "osmium", "numpy", "osmnx", "requests"}


def dotted(module: Path) -> str:
    """Return ``outputs.map`` of saferoute/outputs/map/__init__.py."""
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
        ("sources", "from saferoute import pipeline"),
        ("model", "import saferoute.geometry"),
        ("scoring", "from saferoute.criteria.surface import CURVE"),
        ("outputs", "def f():\n    from saferoute.sources import extract"),
        ("criteria", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import saferoute.cli"),
    ],
)
def test_every_way_of_importing_upwards_is_seen(room, text):
    assert upward(room, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pipeline", "import rasterio.windows"),
        ("outputs.vector", "from folium import Map"),
        ("outputs.mapping", "import branca"),
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


def twin(module: Path) -> Path | None:
    """Return where the tests of a module belong, None where it needs none of its own.

    A package whose modules are all private is one module in several files.
    """
    parts = dotted(module).split(".")
    public = [m for m in module.parent.glob("*.py") if not m.stem.startswith("_")]
    is_wing = module.name == "__init__.py" and bool(public)
    if is_wing or any(part.startswith("_") for part in parts):
        return None
    return REPOSITORY / "tests" / Path(*parts[:-1], f"test_{parts[-1]}.py")


@pytest.mark.parametrize("module", [m for m in MODULES if twin(m)], ids=dotted)
def test_every_public_module_has_a_test_twin(module):
    assert twin(module).is_file()


def test_a_sub_package_is_tested_as_one_module():
    assert twin(PACKAGE / "outputs" / "map" / "__init__.py") == REPOSITORY / "tests" / "outputs" / "test_map.py"
    assert twin(PACKAGE / "outputs" / "map" / "_grid.py") is None
    assert twin(PACKAGE / "outputs" / "__init__.py") is None


COMMANDS = tuple(parser()._subparsers._group_actions[0].choices)


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
