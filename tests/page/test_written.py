"""The page as it is written: what is on it where no script runs, as in previews of mails and files."""

from __future__ import annotations

import dataclasses
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from rankings import HOSTILE, ranking
from strangers import hostile_session

from saferoute.model import CAUTION, Ranking, Session
from saferoute.page import to_html
from saferoute.page.payload import build_payload, pack_json, unpack_json
from saferoute.page.picture import render_picture
from saferoute.page.values import clean_text
from saferoute.report.ratings import RATINGS

if TYPE_CHECKING:
    from pathlib import Path

PLAIN = {
    *("html", "head", "meta", "title", "style", "script", "body", "header", "main", "section", "aside", "noscript"),
    *("h1", "h2", "p", "a", "div", "span", "strong", "small", "bdi", "ol", "ul", "li", "details", "summary"),
    *("table", "caption", "thead", "tr", "th", "td", "br", "svg", "g", "path", "rect", "circle", "text"),
}


class Read(HTMLParser):
    """What a reader sees of a page whose scripts do not run, and the elements that it has."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.words: list[str] = []
        self._within: str | None = None
        self.feed(html)
        self.text = "".join(self.words)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._within = tag
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_endtag(self, _: str) -> None:
        self._within = None

    def handle_data(self, data: str) -> None:
        if self._within not in ("script", "style"):
            self.words.append(data)


def test_every_stretch_is_named_before_a_script_runs() -> None:
    names = tuple(f"Lane number {i} & more" for i in range(57))
    read = Read(to_html(ranking(names)))
    assert [name for name in names if name not in read.text] == []
    assert CAUTION in read.text
    assert "OpenStreetMap contributors" in read.text
    assert "svg" in read.tags


def test_hostile_text_is_no_markup() -> None:
    read = Read(to_html(ranking(HOSTILE, wrap=HOSTILE[3])))
    assert read.tags <= PLAIN
    assert not {name for name in read.attributes if name.startswith("on")}
    assert [text for text in HOSTILE if clean_text(text) not in read.text] == []


def test_a_session_has_its_timetable_before_a_script_runs(made: Session) -> None:
    read = Read(to_html(made))
    assert [words for words in made.steps["words"] if words not in read.text] == []
    assert [name for name in made.sections["name"] if name not in read.text] == []
    checks = [check for checks in made.sections["checks"] for check in checks]
    assert [check for check in checks if check not in read.text] == []
    assert CAUTION in read.text
    assert Read(to_html(hostile_session(made, *HOSTILE[:12]))).tags <= PLAIN


def test_nothing_found_is_said_before_a_script_runs(empty: Ranking) -> None:
    assert "No stretch found." in Read(to_html(empty)).text


def test_what_is_excluded_and_what_ratings_mean_is_told_before_a_script_runs() -> None:
    found = ranking(("a path",))
    text = Read(to_html(found)).text
    reasons = {clean_text(row["reason"]) for row in found.exclusions()}
    assert {reason for reason in reasons if reason in text} == reasons != set()
    assert all(rating.meaning in text for rating in RATINGS.values())


def test_what_is_unknown_of_a_stretch_is_called_unknown() -> None:
    found = ranking(("somewhere",))
    found.stretches["surface"] = None
    found.stretches["distance_m"] = np.nan
    found.stretches["length_m"] = np.nan
    text = Read(to_html(found)).text
    assert "length unknown · surface unknown · distance unknown" in text


def test_packed_data_are_the_data() -> None:
    data = {"place": "</script> \u2028 &", "n": [None, 1.5]}
    packed = pack_json(data)
    assert unpack_json(packed) == data
    assert not set(packed) & set("<>&\u2028")
    with pytest.raises(ValueError, match="JSON"):
        pack_json(float("nan"))


def test_the_picture_tells_ratings_apart_without_colours() -> None:
    picture = render_picture(build_payload(ranking(("a", "b", "c", "d"))))
    for meaning in ("A: good by the map", "B: fair by the map", "C: usable by the map: checks first", "unrated"):
        assert meaning in picture
    assert len({part.split('"')[0] for part in picture.split('stroke-dasharray="')[1:]}) >= 3
    assert ">N</text>" in picture


def test_numbers_that_phones_enlarge_do_not_cover_each_other() -> None:
    picture = render_picture(build_payload(ranking(tuple(f"path {i}" for i in range(25)))))
    discs = re.findall(r'<g class="(disc[^"]*)"><circle cx="([\d.]+)" cy="([\d.]+)"', picture)
    roomy = np.array([[float(x), float(y)] for look, x, y in discs if look == "disc"])
    assert 2 <= len(roomy) < len(discs)
    away = np.hypot(*(roomy[:, None] - roomy[None]).transpose(2, 0, 1))
    assert away[~np.eye(len(roomy), dtype=bool)].min() > 2.2 * 2 * 8.5


# --- in a browser -----------------------------------------------------------------


@pytest.mark.browser
def test_the_script_writes_the_same_words(browser: Any, tmp_path: Path) -> None:
    """The words of the page stay the same under its reader's eyes when the script has run."""
    found = ranking(tuple(f"path {i}" for i in range(5)))
    found = dataclasses.replace(found, stretches=found.stretches.assign(surface="fine_gravel", length_m=104.2))
    found.stretches.loc[1, "distance_m"] = np.nan
    page = tmp_path / "map.html"
    html = to_html(found)
    page.write_text(html, encoding="utf-8")
    browser.open(page)
    written = browser.driver.execute_script(
        "const page = new DOMParser().parseFromString(arguments[0], 'text/html');"
        "return arguments[1].map((s) => [...page.querySelectorAll(s)].map((e) => e.textContent))",
        html,
        seen := ["h1", "#summary", "#list .name", "#list .facts", "#list .verdict", "#list .rating small", "#caution"],
    )
    assert dict(zip(seen, written, strict=True)) == {selector: browser.texts(selector) for selector in seen}
