"""What is built holds what it must and nothing else, and works where it is put."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from saferoute import __version__
from saferoute.sources.profiles import LEVELS

if TYPE_CHECKING:
    from conftest import MakeOnce

REPOSITORY = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PACKAGED = re.compile(r"(\.(py|toml|js|css|html|svg)|/py\.typed|/LICENSE\.[\w-]+)$")
SAMPLE = {"saferoute/sample/README.md", "saferoute/sample/dem.tif", "saferoute/sample/helsinki.osm.pbf"}
"""The region that travels along; in the clone it lies in data/helsinki."""
TOP = {
    ".gitignore", "CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "LICENSE", "NOTICE.md", "PKG-INFO", "README.md",
    "SECURITY.md",    "data", "docs", "maps", "mkdocs.yml", "notebooks", "pyproject.toml", "saferoute", "tests", "web",
}  # fmt: skip
"""What lies at the top of a source distribution."""


def build(tree: Path, out: Path, kind: str) -> Path:
    """Build a wheel or sdist of a tree; hatchling is here, no network is asked."""
    pytest.importorskip("hatchling", reason="hatchling is not installed")
    run = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(out)]
    subprocess.run(run, cwd=tree, check=True, capture_output=True)
    return next(out.glob("*.whl" if kind == "wheel" else "*.tar.gz"))


@pytest.fixture(scope="module")
def wheel(made_once: MakeOnce) -> Path:
    return next(made_once("wheel", lambda folder: build(REPOSITORY, folder, "wheel")).iterdir())


@pytest.fixture(scope="module")
def unpacked(made_once: MakeOnce) -> Path:
    """The source distribution, as whoever gets it sees it."""
    return made_once("sdist", unpack) / f"saferoute-{__version__}"


def unpack(folder: Path) -> None:
    with tarfile.open(build(REPOSITORY, folder, "sdist")) as archive:
        archive.extractall(folder, filter="data")


def package_files() -> set[str]:
    found = (path for path in (REPOSITORY / "saferoute").rglob("*") if path.is_file())
    return {str(path.relative_to(REPOSITORY)) for path in found if "__pycache__" not in path.parts}


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    info = {name for name in names if name.startswith(f"saferoute-{__version__}.dist-info/")}
    assert names - info == package_files() | SAMPLE
    assert [name for name in names - info - SAMPLE if not PACKAGED.search(name)] == []
    licences = {f"licenses/{name}" for name in PROJECT["license-files"]}
    assert {name.split("dist-info/")[1] for name in info} == {
        "METADATA",
        "WHEEL",
        "RECORD",
        "entry_points.txt",
    } | licences


def test_every_licence_that_lies_here_goes_along_and_stands_in_notice() -> None:
    lying = {str(p.relative_to(REPOSITORY)) for p in (REPOSITORY / "saferoute").rglob("LICENSE*")}
    assert lying | {"LICENSE", "NOTICE.md"} == set(PROJECT["license-files"])
    notice = (REPOSITORY / "NOTICE.md").read_text(encoding="utf-8")
    assert [name for name in (*lying, "LICENSE") if f"`{name}`" not in notice] == []


def test_the_wheel_holds_profiles_page_and_marker(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assets = "leaflet.js leaflet.css page.html page.js player.css player.js".split()
    page = {f"saferoute/page/assets/{name}" for name in assets}
    assert {f"saferoute/profiles/{level}.toml" for level in (*LEVELS, "barefoot")} <= names
    assert {"saferoute/py.typed", *page} <= names


def test_the_wheel_is_small_and_its_sample_is_that_of_the_clone(wheel: Path) -> None:
    assert wheel.stat().st_size < 2e6
    with zipfile.ZipFile(wheel) as archive:
        for name in SAMPLE:
            assert archive.read(name) == (REPOSITORY / "data" / "helsinki" / Path(name).name).read_bytes()


def test_the_source_distribution_holds_what_its_tests_need_and_nothing_made(unpacked: Path) -> None:
    assert {path.name for path in unpacked.iterdir()} == TOP & {p.name for p in REPOSITORY.iterdir()} | {"PKG-INFO"}
    held = {str(p.relative_to(unpacked)) for p in unpacked.rglob("*") if p.is_file()}
    assert package_files() <= held
    assert {"data/helsinki/helsinki.osm.pbf", "data/helsinki/dem.tif", "maps/helsinki.webp"} <= held
    made = r"__pycache__|\.pyc$|^maps/.*\.html$|^site/|\.ipynb_checkpoints|node_modules"
    assert [name for name in held if re.search(made, name)] == []


def test_wheels_of_the_tree_and_of_the_source_distribution_are_the_same(
    wheel: Path, unpacked: Path, tmp_path: Path
) -> None:
    def content(path: Path) -> dict[str, bytes]:
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    assert content(build(unpacked, tmp_path, "wheel")) == content(wheel)


def test_the_metadata_say_who_may_use_it_with_what(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        said = metadata.PathDistribution(zipfile.Path(archive, f"saferoute-{__version__}.dist-info/")).metadata  # type: ignore[arg-type]
    assert (said["Version"], said["Requires-Python"]) == (__version__, PROJECT["requires-python"])
    assert said["License-Expression"] == PROJECT["license"]
    assert set(said.get_all("Provides-Extra")) == set(PROJECT["optional-dependencies"])


def imported() -> set[str]:
    """Return the top names of all that the package imports, anywhere in it."""
    names: set[str] = set()
    for path in (REPOSITORY / "saferoute").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module.partition(".")[0])
    return names - set(sys.stdlib_module_names) - {"saferoute"}


def declared(requirements: list[str]) -> set[str]:
    return {re.match(r"[\w.-]+", r)[0].lower().replace("_", "-") for r in requirements}


def test_every_library_that_is_imported_is_declared_and_the_other_way_round() -> None:
    owners = metadata.packages_distributions()
    used = {owners[name][0].lower().replace("_", "-") for name in imported()}
    needed = declared(PROJECT["dependencies"])
    optional = {name for of in PROJECT["optional-dependencies"].values() for name in declared(of)}
    assert used <= needed | optional
    assert needed - used <= {"tzdata", "pyproj"}  # tzdata: what zoneinfo reads; pyproj: what geopandas is asked to use


def test_every_dependency_has_a_lowest_version() -> None:
    every = [*PROJECT["dependencies"], *(r for of in PROJECT["optional-dependencies"].values() for r in of)]
    assert [r for r in every if ">=" not in r and not r.startswith("saferoute[")] == []


def test_the_citation_is_valid_and_of_this_version() -> None:
    text = (REPOSITORY / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {__version__}\n" in text
    cffconvert = pytest.importorskip("cffconvert", reason="cffconvert is not installed: it comes with the extra docs")
    cffconvert.Citation(text).validate()
    with pytest.raises(Exception, match="authors"):
        cffconvert.Citation(text.replace("authors:", "writers:")).validate()


def run_outside(package: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a folder, on a package that is not this one."""
    environment = {**os.environ, "PYTHONPATH": str(package)}
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, check=False, capture_output=True, text=True
    )


@pytest.mark.slow
def test_the_wheel_finds_on_its_sample_from_another_folder(wheel: Path, tmp_path: Path) -> None:
    installed, elsewhere = tmp_path / "installed", tmp_path / "elsewhere"
    elsewhere.mkdir()
    zipfile.ZipFile(wheel).extractall(installed)
    where = run_outside(installed, elsewhere, "-c", "import saferoute; print(saferoute.__file__)").stdout
    assert Path(where.strip()).is_relative_to(installed)
    ask = ["find", "60.172,24.944", "--region", "sample", "--at", "2026-06-20T07:00"]
    done = run_outside(installed, elsewhere, "-m", "saferoute", *ask, "-o", "a.html", "-o", "a.geojson")
    assert done.returncode == 0, done.stderr
    found: Any = json.loads((elsewhere / "a.geojson").read_text(encoding="utf-8"))
    assert len(found["features"]) == 20
    assert (elsewhere / "a.html").stat().st_size > 100_000


@pytest.mark.long
@pytest.mark.slow
def test_the_source_distribution_runs_its_own_tests(unpacked: Path) -> None:
    tests = ["tests/test_readme.py", "tests/sources/test_profiles.py", "tests/exports/test_csv.py"]
    done = run_outside(unpacked, unpacked, "-m", "pytest", "-p", "no:cacheprovider", *tests)
    assert done.returncode == 0, done.stdout[-3000:]
