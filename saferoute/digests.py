"""Digests of the code that derived data depend on: a changed rule never meets an old answer.

What is kept on disk (indexes of extracts, tiles of a scan) is named by a
digest of the modules that made it and of all modules of this package that
these import, besides the data it was made from. Nobody raises a number when
a rule changes.
"""

from __future__ import annotations

import re
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from saferoute.libraries import read_native_versions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from importlib.resources.abc import Traversable

PACKAGE = "saferoute"
_IMPORT = re.compile(
    rf"^[ \t]*(?:from (?P<home>{PACKAGE}[\w.]*) import (?P<names>\([^)]*\)|[^\n]*)|import (?P<whole>{PACKAGE}[\w.]*))",
    re.MULTILINE,
)
"""An import statement: to search the text takes a tenth of the time that parsing it does."""
_COMMENT = re.compile(r"#[^\n]*")


@cache
def digest_modules(*names: str) -> str:
    """Return a digest of some modules of this package and of all its modules that they import.

    Parameters
    ----------
    *names : str
        Dotted names, as in ``saferoute.limits``.

    Raises
    ------
    KeyError
        If there is no such module.
    """
    digest = sha256()
    for name, text in sorted(_collect_sources(names).items()):
        digest.update(f"{name} {len(text)}\n{text}".encode())
    return digest.hexdigest()


@cache
def digest_package() -> str:
    """Return a digest of all modules of this package, which takes less time than to find out which are needed."""
    digest = sha256()
    for name, file in sorted(_list_modules().items()):
        text = file.read_bytes()
        digest.update(f"{name} {len(text)}\n".encode() + text)
    return digest.hexdigest()


@cache
def digest_libraries(*packages: str) -> str:
    """Return a digest of the versions of the libraries in C++ that Python packages bring.

    Parameters
    ----------
    *packages : str
        ``shapely`` (GEOS), ``pyproj`` (PROJ), ``pyogrio`` (GDAL), ``rasterio`` (GDAL and PROJ), ``osmium`` (libosmium).
    """
    versions = read_native_versions(*(package for package in packages if package != "osmium"))
    if "osmium" in packages:
        versions["libosmium"] = _read_osmium_versions()
    return sha256(repr(sorted(versions.items())).encode()).hexdigest()


def list_dependencies(*names: str) -> list[str]:
    """Return the names of some modules of this package and of all its modules that they import, in order."""
    return sorted(_collect_sources(names))


def _collect_sources(names: tuple[str, ...]) -> dict[str, str]:
    """Return the texts of modules and of all that they import, by name."""
    modules = _list_modules()
    texts: dict[str, str] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in texts:
            texts[name] = modules[name].read_text(encoding="utf-8")
            waiting += _find_imports(texts[name], modules)
    return texts


@cache
def _list_modules() -> Mapping[str, Traversable]:
    """Return the files of all modules of this package, which may lie in a zip archive, by dotted name."""

    def walk(folder: Traversable, name: str) -> Iterator[tuple[str, Traversable]]:
        for entry in folder.iterdir():
            stem, _, suffix = entry.name.partition(".")
            if suffix == "py":
                yield (name if stem == "__init__" else f"{name}.{stem}"), entry
            elif not suffix and entry.is_dir():
                yield from walk(entry, f"{name}.{stem}")

    return dict(walk(files(PACKAGE), PACKAGE))


def _find_imports(text: str, modules: Mapping[str, Traversable]) -> set[str]:
    """Return the modules that a text imports, anywhere in it; a package counts where a name is taken from itself."""
    found = set()
    for match in _IMPORT.finditer(text):
        if match["whole"]:
            found.add(match["whole"])
            continue
        names = _COMMENT.sub("", match["names"]).strip("()").replace("\n", " ").split(",")
        for name in filter(None, (name.split(" as ")[0].strip() for name in names)):
            inner = f"{match['home']}.{name}"
            found.add(inner if inner in modules else match["home"])
    return found


def _read_osmium_versions() -> str:
    """Return what pyosmium notes of its own version and libosmium's, without importing it, which takes 30 ms."""
    spec = find_spec("osmium")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).with_name("version.py").read_text(encoding="utf-8")
