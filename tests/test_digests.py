"""A changed rule is another digest, and what was derived by the old one is not taken for its answer."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from town import lonlat, write_town

from saferoute.digests import digest_libraries, digest_modules, list_dependencies

PACKAGE = Path(__file__).resolve().parents[1] / "saferoute"
INDEX, JOIN = "saferoute.sources.osm.index", "saferoute.search._join"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the package, to edit."""
    ignored = shutil.ignore_patterns("__pycache__", "assets")
    return shutil.copytree(PACKAGE, tmp_path / "copy" / "saferoute", ignore=ignored)


def run(code: str, home: Path, *arguments: object) -> str:
    """Return what some code prints that finds the package in a folder or an archive."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def digest_in(home: Path, *names: str) -> str:
    return run(f"from saferoute.digests import digest_modules; print(digest_modules(*{names!r}))", home).strip()


def parse_imports(name: str, known: set[str]) -> set[str]:
    path = PACKAGE.parent.joinpath(*name.split("."))
    text = (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text(encoding="utf-8")
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {i if i in known else str(node.module) for i in inner}
    return found & known


def test_dependencies_are_what_the_parser_finds() -> None:
    paths = [path.relative_to(PACKAGE.parent).with_suffix("") for path in PACKAGE.rglob("*.py")]
    known = {".".join(p.parts[:-1] if p.name == "__init__" else p.parts) for p in paths}
    reached = {name: set(list_dependencies(name)) for name in known}
    for name in known:
        assert reached[name] == {name}.union(*(reached[other] for other in parse_imports(name, known))), name


def test_an_index_depends_on_the_rules_of_ways_and_not_on_the_page() -> None:
    found = set(list_dependencies(INDEX, JOIN))
    assert {"saferoute.limits", "saferoute.osm.keys", "saferoute.candidates._strokes", INDEX, JOIN} <= found
    assert not {name for name in found if name.split(".")[1:2] in (["page"], ["cli"], ["criteria"], ["training"])}


def test_a_module_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        digest_modules("saferoute.no_such_module")


def test_a_digest_changes_with_what_is_imported_and_with_nothing_else(copied: Path) -> None:
    assert digest_in(copied.parent, INDEX) == digest_modules(INDEX)
    with (copied / "cli" / "__init__.py").open("a") as file:
        file.write("\n# another word\n")
    assert digest_in(copied.parent, INDEX) == digest_modules(INDEX)
    with (copied / "osm" / "keys.py").open("a") as file:
        file.write("\n# another word\n")
    assert digest_in(copied.parent, INDEX) != digest_modules(INDEX)


def test_a_zip_archive_has_the_digest_of_the_folder(copied: Path, tmp_path: Path) -> None:
    archive = shutil.make_archive(str(tmp_path / "package"), "zip", copied.parent)
    assert digest_in(Path(archive), INDEX, JOIN) == digest_modules(INDEX, JOIN)


@pytest.mark.parametrize(
    ("package", "attribute"),
    [("shapely", "geos_version_string"), ("pyproj", "proj_version_str"), ("pyogrio", "__gdal_version_string__")],
)
def test_another_library_is_another_digest(package: str, attribute: str, monkeypatch: pytest.MonkeyPatch) -> None:
    packages = ("osmium", "pyogrio", "pyproj", "shapely")
    before = digest_libraries(*packages)
    digest_libraries.cache_clear()
    monkeypatch.setattr(f"{package}.{attribute}", "0.0.1")
    assert digest_libraries(*packages) != before
    digest_libraries.cache_clear()


def test_libosmium_counts() -> None:
    assert digest_libraries("osmium", "shapely") != digest_libraries("shapely")


# --- a rule is edited ---------------------------------------------------------------------

TOWN = """
n1 -200 0
n2 200 0
n3 -200 90
n4 200 90
w1 n1,n2 highway=footway surface=asphalt width=4 name=Foot
w2 n3,n4 highway=cycleway surface=asphalt width=4 name=Cycle
"""
FIND = """
import logging, sys
import saferoute

logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")
online = saferoute.Online(cache_dir=sys.argv[2])
here = float(sys.argv[4]), float(sys.argv[3])
ranking = saferoute.find(here, osm=[sys.argv[1]], radius_m=500, online=online)
print(sorted(set(ranking.stretches["osm_name"])))
"""
EDIT = """

_exclude_ways = exclude_ways


def exclude_ways(*arguments, **options):
    reasons = _exclude_ways(*arguments, **options).copy()
    reasons[reasons == "cycleway"] = ""
    return reasons
"""


def test_an_edited_rule_answers_on_a_warm_cache_and_leaves_the_old_index(copied: Path, tmp_path: Path) -> None:
    arguments = (write_town(tmp_path / "town.osm.pbf", TOWN), tmp_path / "cache", *lonlat(0, 0))
    first = run(FIND, PACKAGE.parent, *arguments)
    assert "for the first time" in first
    assert first.endswith("['Foot']\n")
    with (copied / "limits" / "__init__.py").open("a") as file:
        file.write(EDIT)
    edited = run(FIND, copied.parent, *arguments)
    assert "for the first time" in edited
    assert edited.endswith("['Cycle', 'Foot']\n")
    for home, names in ((PACKAGE.parent, "['Foot']\n"), (copied.parent, "['Cycle', 'Foot']\n")):
        again = run(FIND, home, *arguments)
        assert "for the first time" not in again
        assert again.endswith(names)


def test_the_digest_of_the_package_changes_with_any_module(copied: Path) -> None:
    code = "from saferoute.digests import digest_package; print(digest_package())"
    before = run(code, copied.parent)
    assert before == run(code, PACKAGE.parent)
    module = copied / "training" / "_levels.py"
    module.write_text(module.read_text(encoding="utf-8") + "\n_MORE = 1\n", encoding="utf-8")
    assert run(code, copied.parent) != before
