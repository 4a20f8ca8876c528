"""What a notebook shows is a table and words, whatever strangers write into tags."""

from __future__ import annotations

import dataclasses
import html.parser
import re
from typing import TYPE_CHECKING

import pytest
from strangers import HOSTILE, hostile_ranking, hostile_session, id_of

from saferoute.model import CAUTION
from saferoute.report import closing, notebook, table
from saferoute.search import PRESENTER

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any as Browser

    from saferoute.model import Ranking, Session

ALLOWED = {"div", "p", "b", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "ul", "li"}
"""What is ours; all of it passes JupyterLab's sanitiser."""


class _Tags(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[tuple[str, str]] = set()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen |= {(tag, name) for name, _ in attrs} | {(tag, "")}

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.mark.parametrize("text", HOSTILE, ids=id_of)
def test_text_of_strangers_is_text_wherever_a_notebook_shows_it(ranking: Ranking, made: Session, text: str) -> None:
    bad = hostile_ranking(dataclasses.replace(ranking, stretches=ranking.stretches.iloc[:1]), text)
    run = dataclasses.replace(hostile_session(made, text), presenter=PRESENTER)
    for thing in (bad, bad.explain(1), run):
        page = _Tags()
        page.feed(thing._repr_html_())
        assert {tag for tag, _ in page.seen} <= ALLOWED
        assert {name for _, name in page.seen} <= {"", "class", "style"}
        for shown in (str(thing), repr(thing), "".join(page.text)):
            assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\u2066\ud800]", shown)
            assert len(shown) < 60_000


def test_a_name_between_dollars_is_no_formula(ranking: Ranking) -> None:
    for thing in (ranking, ranking.explain(1)):
        assert re.match(r'<div class="tex2jax_ignore mathjax_ignore">', thing._repr_html_())


def test_a_ranking_is_a_row_a_stretch_and_all_that_must_stand_beside_it(ranking: Ranking) -> None:
    page = _Tags()
    page.feed(notebook.ranking_html(ranking))
    text = "".join(page.text)
    assert notebook.ranking_html(ranking).count("<tr>") == len(ranking.stretches) + 1
    for line in (table.heading_line(ranking), CAUTION, "Excluded, for", *closing.closing_lines(ranking)):
        assert line in text


def test_of_nothing_there_is_no_table_but_reasons(empty: Ranking) -> None:
    page = notebook.ranking_html(empty)
    assert "<table" not in page
    assert "No stretch found" in page
    assert "<details>" in page


def test_a_session_is_a_row_a_step(made: Session) -> None:
    assert notebook.session_html(made).count("<tr>") == len(made.steps) + 1


@pytest.mark.browser
def test_the_map_of_an_exported_notebook_works_inside_its_frame(
    browser: Browser, ranking: Ranking, tmp_path: Path
) -> None:
    page = tmp_path / "exported.html"
    shown = ranking.map()._repr_html_()
    page.write_text(f'<!DOCTYPE html><meta charset="utf-8">{shown}', encoding="utf-8")
    browser.open(page)
    browser.settle(1000)
    browser.driver.switch_to.frame(0)
    try:
        browser.driver.find_element("css selector", "li button").click()
        browser.settle(200)
        assert browser.js("location.href") == "about:srcdoc#s1"
        drawn = browser.js("document.querySelectorAll('.leaflet-lines-pane path.stretch').length")
        assert drawn == len(ranking.stretches)
        assert browser.js("window.origin") == "null"
    finally:
        browser.driver.switch_to.default_content()
    assert browser.errors() == []
    assert browser.requests() == []
