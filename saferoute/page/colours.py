"""Colours of the page's light theme, for maps that are drawn outside of a browser."""

from __future__ import annotations

import re
from functools import cache

from saferoute.page._figure import read_asset


@cache
def _read_colours() -> dict[str, str]:
    """Return the colours of the page's light theme by name."""
    # The rules before the first @media are those of the light theme.
    light = read_asset("page.css").split("@media")[0]
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]+);", light))


def colour_of(name: str) -> str:
    """Return a colour of the page's style sheet by its name there, as in "#24878d".

    Examples
    --------
    >>> colour_of("bar")
    '#24878d'
    """
    return _read_colours()[name]
