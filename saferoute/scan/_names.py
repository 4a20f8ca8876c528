"""The index of names of a scan's page, in parts of which a search fetches one or two."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import shapely

from saferoute.exports.schema import RATINGS

if TYPE_CHECKING:
    import geopandas as gpd

SQUARE_ZOOM = 12
"""Zoom of the squares within which stretches of one name are one place."""
_MOST_PLACES = 400
"""Most places of a part, which is then some 25 KB long [J]."""
_COMMON_SHARE, _COMMON_LEAST = 0.02, 100
"""Words of more than this share of the names, and of more than so many, find nothing by themselves [J]."""


@dataclass(slots=True)
class _Place:
    """What the index tells of a name in one neighbourhood: its best stretch, and how many there are."""

    name: str
    count: int = 0
    best: tuple[int, float] = (-len(RATINGS), -1.0)
    rating: str = RATINGS[-1]
    lat: float = 0.0
    lon: float = 0.0

    def add_stretch(self, rating: str, score_low: float, lat: float, lon: float) -> None:
        self.count += 1
        worth = (-RATINGS.index(rating), score_low)
        if worth > self.best:
            self.best, self.rating, self.lat, self.lon = worth, rating, lat, lon

    def to_json(self) -> list[Any]:
        return [self.name, self.rating, self.count, round(self.lat, 5), round(self.lon, 5)]


class NameIndex:
    """The names of stretches, districts and parks, and where the best stretch of each is."""

    def __init__(self) -> None:
        self._places: dict[tuple[str, str], _Place] = {}

    def add_stretches(self, table: gpd.GeoDataFrame) -> None:
        """Add a partition of stretches.

        Parameters
        ----------
        table : GeoDataFrame
            In WGS 84, with ``plain_name``, the name before it was told apart from others.
        """
        middles = shapely.line_interpolate_point(table.geometry.to_numpy(), 0.5, normalized=True)
        xy = shapely.get_coordinates(middles).tolist()
        squares = table["quadkey"].str[:SQUARE_ZOOM]
        columns = (table[name] for name in ("plain_name", "park", "district", "rating", "score_low"))
        for square, (lon, lat), name, park, district, rating, low in zip(squares, xy, *columns, strict=True):
            # A park or district is one place, though it lies in several squares.
            for where, called in ((square, name), ("", park), ("", district)):
                if isinstance(called, str) and called:
                    place = self._places.setdefault((where, called), _Place(called))
                    place.add_stretch(rating, low, lat, lon)

    def split_parts(self) -> tuple[list[str], list[str], list[list[list[Any]]]]:
        """Return the parts of the index, in the order of the words that lead to them.

        Returns
        -------
        firsts : list of str
            First word of each part.
        common : list of str
            Words that too many names hold; they lead nowhere by themselves.
        parts : list of list
            Places as [name, rating of the best stretch, how many stretches, latitude, longitude of the best].
        """
        places = [self._places[key] for key in sorted(self._places)]
        words = [split_words(place.name) for place in places]
        uses = Counter(word for of in words for word in of)
        limit = max(_COMMON_LEAST, _COMMON_SHARE * len(places))
        common = sorted(word for word, n in uses.items() if n > limit)
        leads = sorted((word, i) for i, of in enumerate(words) for word in of if uses[word] <= limit)
        cuts = [leads[at : at + _MOST_PLACES] for at in range(0, len(leads), _MOST_PLACES)]
        parts = [[places[i].to_json() for i in dict.fromkeys(i for _, i in cut)] for cut in cuts]
        return [cut[0][0] for cut in cuts], common, parts


def split_words(text: str) -> set[str]:
    """Return the words of a name without accents and capitals, as the page's search compares them.

    Examples
    --------
    >>> sorted(split_words("Träskända, Östra-allén 3"))
    ['3', 'allen', 'ostra', 'traskanda']
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.category(c).startswith("M"))
    return set(re.findall(r"[^\W_]+", plain.lower()))
