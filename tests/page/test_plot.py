"""The still map of matplotlib: what it shows, and that names on the map do nothing to it."""

from __future__ import annotations

import dataclasses
import sys
from typing import Any

import numpy as np
import pytest
from rankings import ranking

from saferoute.model import CAUTION, IMPERIAL, InvalidInput
from saferoute.page.plot import plot_ranking
from saferoute.report.ratings import RATINGS

plt = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def _draw_in_memory() -> Any:
    plt.switch_backend("agg")
    yield
    plt.close("all")


def texts_of(ax: Any) -> list[str]:
    ax.figure.canvas.draw()
    return [text.get_text() for text in ax.texts]


def colours_of(ax: Any) -> set[str]:
    from matplotlib.colors import to_hex

    return {to_hex(colour) for drawn in ax.collections for colour in drawn.get_edgecolor()}


@pytest.mark.parametrize("count", [1, 3, 8])
def test_stretches_stand_in_the_colour_of_their_rating_with_their_ranks(count: int) -> None:
    found = ranking(tuple(f"path {i}" for i in range(count)))
    ax = plot_ranking(found)
    assert {str(rank) for rank in found.stretches["rank"]} <= set(texts_of(ax))
    ratings = set(found.stretches["rating"])
    for name, rating in RATINGS.items():
        assert (rating.colour in colours_of(ax)) == (name in ratings)
    told = [text.get_text() for text in ax.get_legend().get_texts()]
    assert [text[0] for text in told] == [name for name in "ABCu" if name.replace("u", "none") in ratings]


def test_ranks_that_find_no_room_are_left_out_the_best_first() -> None:
    found = ranking(("a", "b", "c"))
    rows = found.stretches.copy()
    rows.geometry = [rows.geometry.iloc[0]] * len(rows)
    texts = texts_of(plot_ranking(dataclasses.replace(found, stretches=rows)))
    ranks = rows["rank"].astype(str).tolist()
    assert [text for text in texts if text in ranks] == ranks[:1]


@pytest.mark.parametrize(("units", "sign"), [("metric", " m"), (IMPERIAL, " ft")])
def test_credits_caution_and_a_scale_stand_on_it(units: str, sign: str) -> None:
    ax = plot_ranking(dataclasses.replace(ranking(("a path",)), units=units))
    below = " ".join(ax.get_xlabel().split())
    assert "OpenStreetMap contributors" in below
    assert CAUTION in below
    bar = next(text for text in ax.texts if text.get_text().endswith(sign))
    (west, east), (x, _) = ax.get_xlim(), bar.xy
    assert west < x < east


def test_the_bar_is_as_long_as_it_says() -> None:
    ax = plot_ranking(ranking(tuple("abcdef")))
    words = next(t.get_text() for t in ax.texts if t.get_text().endswith(" m"))
    lengths = [np.ptp(line.get_xdata()) for line in ax.lines]
    assert any(length == pytest.approx(float(words.split()[0])) for length in lengths)


def test_names_are_no_formulas() -> None:
    hostile = "$\\frac{1}{0}$ $x_{"
    ax = plot_ranking(ranking((hostile,)))
    ax.figure.canvas.draw()
    assert "$" in ax.get_title()


def test_nothing_found_is_drawn_and_said() -> None:
    one = ranking(("a path",))
    empty = dataclasses.replace(one, stretches=one.stretches.iloc[:0])
    ax = plot_ranking(empty)
    assert ax.get_title().startswith("No stretch found near")
    assert np.ptp(ax.get_xlim()) > 2 * empty.area.radius_m
    assert ax.get_legend() is None


def test_axes_of_ones_own_are_drawn_on() -> None:
    figure, (left, right) = plt.subplots(1, 2)
    assert plot_ranking(ranking(("a path",)), right) is right
    assert not left.collections
    assert plt.get_fignums() == [figure.number]


def test_without_matplotlib_the_way_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(InvalidInput, match=r"pip install 'saferoute\[plot\]'"):
        plot_ranking(ranking(("a path",)))
