"""Tags that are there and that nobody here can read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute.osm import access, surfaces, ways
from saferoute.osm.tags import Tags, map_tag_values
from saferoute.osm.values import parse_incline, parse_metres

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from saferoute.osm.answers import Answer
    from saferoute.osm.tags import Tagged

_QUESTIONS: tuple[Callable[[Tagged], Answer], ...] = (
    surfaces.is_excluded_surface, surfaces.is_rough, surfaces.is_soft_track, ways.is_mountain_path,
    ways.is_hard_to_see, ways.is_lit, access.is_closed_on_foot, access.is_open_to_motors,
)  # fmt: skip
"""What is asked of the ground of a stretch."""
PARSERS: dict[str, Callable[[str], object | None]] = {"width": parse_metres, "incline": parse_incline}


def list_unread_tags(ground: Tagged) -> NDArray[np.object_]:
    """Return the tags of each row that tell of a stretch and are not understood, as tuples of ``key=value``.

    Examples
    --------
    >>> import pandas as pd
    >>> list_unread_tags(pd.DataFrame({"surface": ["asphalt", "moss"], "width": ["wide", None]})).tolist()
    [('width=wide',), ('surface=moss',)]
    """
    tags = Tags.of(ground)
    texts = [question(tags).text for question in _QUESTIONS]
    for key, parse in PARSERS.items():

        def tell(value: str, key: str = key, parse: Callable[[str], object | None] = parse) -> str:
            return f"{key}={value}" if parse(value) is None else ""

        texts.append(map_tag_values(tags, key, tell, missing=""))
    unread = np.empty(len(tags), dtype=object)
    unread[:] = [tuple(dict.fromkeys(str(text) for text in row if text)) for row in zip(*texts, strict=True)]
    return unread
