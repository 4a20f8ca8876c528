"""The guide is built without a warning, is whole, and asks nothing of anybody."""

from __future__ import annotations

import html
import importlib.util
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest

import saferoute
from saferoute.cli import program

if TYPE_CHECKING:
    from conftest import MakeOnce

REPOSITORY = Path(__file__).resolve().parents[2]
LOADS = {"src", "srcset", "poster", "data"}
pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def site(made_once: MakeOnce) -> Path:
    """The built guide."""
    for library in ("mkdocs", "material", "mkdocstrings_handlers"):
        if importlib.util.find_spec(library) is None:
            pytest.skip("mkdocs is not installed: pip install 'saferoute[docs]'")
    return made_once("site", build_site)


def build_site(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=REPOSITORY, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


class Loads(HTMLParser):
    """Collects what a page makes a browser fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        asked = LOADS | ({"href"} if tag == "link" else set())
        self.found += [str(value) for name, value in attrs if name in asked]


def test_no_page_and_no_style_fetches_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        loads = Loads()
        loads.feed(page.read_text(encoding="utf-8"))
        assert [u for u in loads.found if re.match(r"(\w+:)?//", u)] == [], page
        assert loads.found, page
    for style in site.rglob("*.css"):
        assert re.findall(r"(?:url\(|@import )[\"']?(?:\w+:)?//", style.read_text(encoding="utf-8")) == [], style


@pytest.mark.browser
@pytest.mark.parametrize("page", ["index", "reference/model", "commands", "contributing"])
def test_pages_open_from_the_folder_and_ask_nothing(site: Path, browser: Any, page: str) -> None:
    browser.open(site / f"{page}.html")
    browser.settle(300)
    assert [url for url in browser.requests() if not url.startswith("file:")] == []
    assert browser.js("document.querySelector('h1').textContent.length") > 3
    assert browser.js("[...document.images].every((image) => image.naturalWidth > 0)")


def anchors(page: Path) -> set[str]:
    return set(re.findall(r'id="([^"]+)"', page.read_text(encoding="utf-8")))


def test_every_public_name_is_rendered(site: Path) -> None:
    names = set(saferoute.__all__) - {"__version__"}
    assert {f"saferoute.{name}" for name in names} <= anchors(site / "reference.html")


def test_every_public_module_is_rendered_with_its_docstring(site: Path) -> None:
    rendered = set().union(*(anchors(page) for page in (site / "reference").glob("*.html")))
    for path in (REPOSITORY / "saferoute").rglob("*.py"):
        parts = path.relative_to(REPOSITORY).with_suffix("").parts
        parts = parts[:-1] if parts[-1] == "__init__" else parts
        if parts[1:2] not in ((), ("cli",)) and not any(part.startswith("_") for part in parts):
            assert ".".join(parts) in rendered


def test_every_argument_of_every_command_is_rendered(site: Path) -> None:
    page = html.unescape(re.sub(r"<[^>]+>", "", (site / "commands.html").read_text(encoding="utf-8")))
    for name, command in program.commands.items():
        assert f"saferoute {name}" in page
        context = click.Context(command)
        for parameter in command.params:
            is_option = isinstance(parameter, click.Option)
            assert (", ".join(parameter.opts) if is_option else parameter.make_metavar(context)) in page
            assert " ".join(parameter.help.split()) in " ".join(page.split())


def test_links_between_pages_hold_where_they_are_here(site: Path) -> None:
    index = (site / "index.html").read_text(encoding="utf-8")
    for target in ("network.html", "contributing.html", "notice.html", "CITATION.cff", "maps/helsinki.webp"):
        assert f'"{target}"' in index
        assert (site / target).is_file()
