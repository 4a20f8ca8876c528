"""Notebooks come without outputs, and run from a clone; `pytest --nbmake notebooks` runs them."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def cells(path: Path, kind: str) -> list[dict[str, Any]]:
    return [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == kind]


def test_there_are_notebooks() -> None:
    assert {path.stem.split("-", 1)[1] for path in NOTEBOOKS} >= {"find", "why", "your-city", "session"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_outputs_are_stripped(path: Path) -> None:
    for cell in cells(path, "code"):
        assert cell["outputs"] == []
        assert cell["execution_count"] is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_begins_with_words_and_names_only_data_of_the_clone(path: Path) -> None:
    whole = json.loads(path.read_text(encoding="utf-8"))
    assert "".join(whole["cells"][0]["source"]).startswith("# ")
    assert whole["metadata"]["kernelspec"]["name"] == "python3"
    code = "\n".join("".join(cell["source"]) for cell in cells(path, "code"))
    texts = [n.value for n in ast.walk(ast.parse(code)) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    for text in texts:
        assert not text.startswith(("/", "~", "http"))
        if text.startswith("../"):
            assert (FOLDER / text).exists()


def test_the_first_map_takes_five_lines() -> None:
    first = "".join(cells(FOLDER / "1-find.ipynb", "code")[0]["source"])
    assert first.count("\n") < 5
    assert first.rstrip().endswith(".map()")
