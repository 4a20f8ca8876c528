"""Maps shown at once: in a notebook below the cell, elsewhere in the browser."""

from __future__ import annotations

import logging
import sys
import types
from pathlib import Path
from typing import Any
from urllib.parse import urlparse
from urllib.request import url2pathname

import pytest
from rankings import ranking

from saferoute.page import explore, to_html


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    addresses: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda url: addresses.append(url) or True)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return addresses


def pretend_shell(monkeypatch: pytest.MonkeyPatch, shell: Any) -> None:
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))


@pytest.mark.parametrize("shell", [None, types.SimpleNamespace()])
def test_a_script_and_a_shell_in_a_terminal_open_the_browser(
    opened: list[str], monkeypatch: pytest.MonkeyPatch, shell: Any
) -> None:
    pretend_shell(monkeypatch, shell)
    found = ranking(("a path",))
    explore.explore_map(found)
    page = Path(url2pathname(urlparse(opened[0]).path))
    assert page.read_text(encoding="utf-8") == to_html(found)


def test_a_notebook_shows_what_the_cell_returns(opened: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_shell(monkeypatch, types.SimpleNamespace(kernel=object()))
    assert "<iframe" in explore.explore_map(ranking(("a path",)))._repr_html_()
    assert opened == []


@pytest.mark.usefixtures("opened")
def test_without_a_browser_it_is_told_where_the_map_is(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("webbrowser.open", lambda _: False)
    with caplog.at_level(logging.WARNING, "saferoute"):
        explore.explore_map(ranking(("a path",)))
    assert Path(caplog.messages[0].rpartition(" in ")[2]).is_file()
