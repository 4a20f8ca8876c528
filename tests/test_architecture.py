"""Rooms import downwards only, heavy libraries have their doors, every module has its test."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import networkx as nx
import pytest

from saferoute.cli import program

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGE = REPOSITORY / "saferoute"
MODULES = sorted(PACKAGE.rglob("*.py"))

HOUSE = (
    "arrays kept libraries memory version",
    "digests drawers quantities table",
    "products",
    "rows",
    "model geometry osm",
    "sources candidates",
    "limits criteria",
    "scoring",
    "report",
    "training",
    "exports page",
    "search",
    "scan",
    "cli",
)
"""The rooms of each floor, from the ground up."""
FLOORS = {"": len(HOUSE)} | {room: floor for floor, rooms in enumerate(HOUSE) for room in rooms.split()}
"""Floor of every room; the package itself, which names what users import, stands on the roof."""
EXEMPT = {"__main__"}

DOORS = {
    "osmium": ("sources",),
    "osmnx": ("sources", "training"),
    "rasterio": ("sources",),
    "scipy": ("criteria.crowding.calibrate", "training"),
    "folium": ("page",),
    "branca": ("page",),
    "dask": ("scan",),
    "distributed": ("scan",),
    "pmtiles": ("scan",),
}

HEAVY = {"geopandas", "folium", "rasterio", "pandas", "shapely", "osmium", "numpy", "osmnx", "requests"}


def dotted(module: Path) -> str:
    """Return ``sources.osm`` of saferoute/sources/osm/__init__.py, and nothing of the package's own."""
    parts = module.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {dotted(module) for module in MODULES}
TEXTS = {dotted(module): module.read_text(encoding="utf-8") for module in MODULES}


@cache  # each file is asked about three times, and to walk through it is all of the work
def list_nodes(text: str) -> list[ast.AST]:
    """Return what of a text can break a rule: its imports, anywhere in it, for annotations too, and its calls."""
    return [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import | ast.ImportFrom | ast.Call)]


def list_imports(text: str) -> set[str]:
    """Return the dotted names that a text imports."""
    found: set[str] = set()
    for node in list_nodes(text):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide the room they come from"
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def list_files(text: str, names: set[str]) -> set[str]:
    """Return which files of the package a text imports.

    ``from package import module`` is the module's file; ``from package import name`` is the package's
    ``__init__``, for that is where the name is looked up.
    """
    own = {name.removeprefix("saferoute").removeprefix(".") for name in list_imports(text) if OWN.match(name)}
    return {name if name in names else name.rpartition(".")[0] for name in own}


OWN = re.compile(r"saferoute(\.|$)")


def find_upward_imports(name: str, text: str) -> set[str]:
    """Return the files that the file `name` may not import, but does: those of its own floor or above."""
    room = name.split(".", maxsplit=1)[0]
    rooms = {other: other.split(".")[0] for other in list_files(text, NAMES)}
    return {other for other, home in rooms.items() if home != room and FLOORS[home] >= FLOORS[room]}


def find_circles(texts: dict[str, str]) -> set[str]:
    """Return the files that, by whatever way round, import themselves."""
    graph = nx.DiGraph((name, other) for name, text in texts.items() for other in list_files(text, set(texts)) - {name})
    return {name for circle in nx.strongly_connected_components(graph) if len(circle) > 1 for name in circle}


def through_walls(name: str, text: str) -> set[str]:
    """Return the heavy libraries that a file imports elsewhere than in their rooms."""
    used = {i.split(".")[0] for i in list_imports(text)} & set(DOORS)
    return {lib for lib in used if not any(f"{name}.".startswith(f"{door}.") for door in DOORS[lib])}


def test_every_room_has_a_floor():
    assert {name.split(".")[0] for name in NAMES} - EXEMPT == set(FLOORS)


@pytest.mark.parametrize("name", sorted(NAMES - EXEMPT))
def test_imports_go_downwards_or_stay_in_the_room(name):
    assert find_upward_imports(name, TEXTS[name]) == set()


def test_no_files_import_each_other_in_a_circle():
    assert find_circles(TEXTS) == set()


@pytest.mark.parametrize("name", sorted(NAMES))
def test_heavy_libraries_come_in_by_their_doors(name):
    assert through_walls(name, TEXTS[name]) == set()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("sources.web", "from saferoute import search"),
        ("sources.web", "from saferoute import __version__"),
        ("cli", "import saferoute"),
        ("model", "import saferoute.geometry"),
        ("limits", "from saferoute.criteria.surface import CURVE"),
        ("exports", "def f():\n    from saferoute.page import view"),
        ("criteria.surface", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import saferoute.cli"),
    ],
)
def test_every_way_of_importing_upwards_is_seen(name, text):
    assert find_upward_imports(name, text)


@pytest.mark.parametrize(
    ("there", "back"),
    [
        ("import saferoute.a.two", "import saferoute.a.one"),
        ("from saferoute.a import two", "def f():\n    from saferoute.a.one import name"),
        ("", "from saferoute.a import name"),  # by way of a/__init__.py
        (
            "from saferoute.a.two import name",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import saferoute.a.one",
        ),
    ],
)
def test_every_circle_is_seen(there, back):
    texts = {"a": "from saferoute.a.two import name", "a.one": there, "a.two": back, "a.three": there}
    assert {"a.two"} < find_circles(texts) <= {"a", "a.one", "a.two"}


def test_a_module_that_is_taken_from_its_package_is_no_circle_with_the_package():
    assert (
        find_circles({"a": "from saferoute.a import one", "a.one": "from saferoute.a import two", "a.two": ""}) == set()
    )


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
        name
        for name, text in TEXTS.items()
        for node in list_nodes(text)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    }
    assert {name.split(".")[0] for name in printing} == {"cli"}


ROOMS = sorted(set(FLOORS) - {"arrays", "version", ""})


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_has_its_tests(room):
    tests = REPOSITORY / "tests"
    assert (tests / f"test_{room}.py").is_file() or list((tests / room).glob("**/test_*.py"))


COMMANDS = tuple(program.commands)


@pytest.mark.parametrize("arguments", [["--help"], *([c, "--help"] for c in COMMANDS)], ids=" ".join)
def test_help_comes_without_any_heavy_library(arguments):
    run = (
        "import sys\nfrom saferoute.cli import main\n"
        f"code = main({arguments!r})\n"
        f"loaded = sorted({HEAVY!r} & set(sys.modules))\n"
        "print(code, loaded, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", run], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "0 []"
    assert done.stdout.startswith("Usage: saferoute")
