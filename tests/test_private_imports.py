"""Tests go through public doors: how often they reach for what is private is counted, and falls."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
SOURCES = sorted(TESTS.rglob("*.py"))
COUNTED = 7
"""What tests reach for today. Take it down with every one that goes; it never rises."""


def is_private(name: str) -> bool:
    return any(part.startswith("_") and not part.startswith("__") for part in name.split("."))


def find_private_uses(text: str) -> set[str]:
    """Return the private modules and names of saferoute that a test imports, patches or takes from a module."""
    tree = ast.parse(text)
    modules: set[str] = set()
    used = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and str(node.module).split(".")[0] == "saferoute":
            modules.update(alias.asname or alias.name for alias in node.names)
            used.update(f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            ours = [alias for alias in node.names if alias.name.split(".")[0] == "saferoute"]
            modules.update(alias.asname or "saferoute" for alias in ours)
            used.update(alias.name for alias in ours)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and get_root(node) in modules and is_private(node.attr):
            used.add(f"{get_root(node)}.{node.attr}")
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "setattr":
            used |= find_patched(node, modules)
    return {name for name in used if is_private(name)}


def get_root(node: ast.Attribute) -> str:
    """Return ``a`` of ``a.b.c``."""
    below = node.value
    while isinstance(below, ast.Attribute):
        below = below.value
    return below.id if isinstance(below, ast.Name) else ""


def find_patched(call: ast.Call, modules: set[str]) -> set[str]:
    """Return what ``monkeypatch.setattr`` replaces: a dotted path, or a private name of a module."""
    texts = [a.value for a in call.args[:2] if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    if isinstance(call.args[0], ast.Name) and call.args[0].id in modules:
        return {f"{call.args[0].id}.{text}" for text in texts if is_private(text)}
    return {text for text in texts if text.startswith("saferoute.")}


def test_private_uses_become_fewer():
    used = {path.relative_to(TESTS): find_private_uses(path.read_text(encoding="utf-8")) for path in SOURCES}
    told = "\n".join(f"{path}: {', '.join(sorted(names))}" for path, names in used.items() if names)
    assert sum(map(len, used.values())) == COUNTED, told


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("from saferoute.scan import _tiles", 1),
        ("from saferoute.scan._tiles import Tile, tiles_covering", 2),
        ("import saferoute.scan._tiles", 1),
        ("import saferoute\nsaferoute._HOMES", 1),
        ("import saferoute\nsaferoute.scan._tiles.Tile", 1),
        ("from saferoute.sources import profiles\nprofiles._NUMBERS", 1),
        ("from saferoute.sources import web\nmonkeypatch.setattr(web, '_wait', None)", 1),
        ("monkeypatch.setattr('saferoute.sources.web._wait', None)", 1),
        ("from saferoute.model import Ranking\nfrom other import _x\nRanking.__doc__\nself._own", 0),
    ],
)
def test_every_way_to_what_is_private_is_counted(text, count):
    assert len(find_private_uses(text)) == count
