"""Ratings of stretches for readers: what each means, and its one colour on every map."""

from __future__ import annotations

from typing import NamedTuple

from saferoute.scoring import UNRATED


class Rating(NamedTuple):
    """How a rating is told and drawn."""

    meaning: str
    """In a few words, to stand behind its letter."""
    colour: str
    """As ``#rrggbb``."""
    dashes: tuple[int, ...]
    """Lengths of dashes and gaps of its line, in widths of it; empty where it is unbroken."""
    short: str
    """In one or two words, to stand below its letter."""


RATINGS = {
    "A": Rating("good by the map", "#3ebc73", (), "good"),
    "B": Rating("fair by the map", "#24878d", (4, 1), "fair"),
    "C": Rating("usable by the map: checks first", "#3d4c8a", (2, 1), "usable"),
    UNRATED: Rating("unrated: look first", "#8a9299", (1, 1), "look first"),
}
"""The best first. Four steps of viridis, its least one grey: they differ in lightness, so that they
stay apart under every colour-vision deficiency, and in their dashes for who sees no colours."""
