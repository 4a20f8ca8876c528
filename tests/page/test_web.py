"""The pages' scripts are what their sources in ``web/`` give, and do what their own tests say."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from shared_numbers import SHARED, shared_numbers

from saferoute.report.ratings import RATINGS

REPOSITORY = Path(__file__).resolve().parents[2]
WEB = REPOSITORY / "web"


def run_node(*arguments: str) -> None:
    """Run node in ``web/``, and show what it says where it fails."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    done = subprocess.run([node, *arguments], cwd=WEB, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def _libraries() -> None:
    if not (WEB / "node_modules" / "esbuild").is_dir():
        pytest.skip("the bundler and what it bundles are not installed: run npm ci in web/")


@pytest.mark.usefixtures("_libraries")
def test_built_scripts_are_what_the_sources_give(tmp_path: Path) -> None:
    run_node("build.mjs", str(tmp_path))
    built = [path.relative_to(tmp_path) for path in tmp_path.rglob("*.js")]
    assert len(built) == 4
    for path in built:
        assert (tmp_path / path).read_bytes() == (REPOSITORY / "saferoute" / path).read_bytes(), (
            f"saferoute/{path} is older than its sources: run npm run build in web/"
        )


@pytest.mark.usefixtures("_libraries")
def test_modules_pass_their_own_tests() -> None:
    run_node("--test", *(str(path) for path in sorted(WEB.glob("test/*.test.js"))))


def test_every_module_has_a_test_outside_a_browser() -> None:
    modules = {path.relative_to(WEB).as_posix() for path in WEB.glob("src/**/*.js")}
    texts = [path.read_text(encoding="utf-8") for path in WEB.glob("test/*.test.js")]
    tried = {name for text in texts for name in re.findall(r'"\.\./(src/[\w/]+\.js)"', text)}
    assert tried <= modules
    assert modules - tried == {"src/leaflet.js"}  # it hands on a global name, and does nothing


def test_modules_are_tried_on_what_python_writes_today() -> None:
    written = json.loads(json.dumps(shared_numbers()))
    assert json.loads(SHARED.read_text(encoding="utf-8")) == written, "run python tests/shared_numbers.py"


def test_ratings_have_one_colour_everywhere() -> None:
    style = (REPOSITORY / "saferoute/page/assets/page.css").read_text(encoding="utf-8")
    source = (REPOSITORY / "web/src/ratings.js").read_text(encoding="utf-8")
    drawn = re.findall(r'name: "(\w+)", colour: "(#\w+)", dashes: \[(.*?)\]', source)
    assert {name: (colour, tuple(map(int, re.findall(r"\d", dashes)))) for name, colour, dashes in drawn} == {
        name: (rating.colour, rating.dashes) for name, rating in RATINGS.items()
    }
    light = dict(re.findall(r"--rating-(\w+): (#\w+);", style))
    assert light == {name: rating.colour for name, rating in RATINGS.items()}
    for name, rating in RATINGS.items():
        widths = re.search(rf"path\.stretch\.rating-{name} {{ stroke-dasharray: (.*?);", style)
        dashes = [] if widths is None else re.findall(r"(?:calc\((\d) \* )?var\(--wide\)", widths[1])
        assert tuple(int(times or 1) for times in dashes) == rating.dashes, name
