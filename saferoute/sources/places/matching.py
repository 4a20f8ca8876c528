"""Comparison of what a person asks for with names and addresses on the map."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from saferoute.model import InvalidInput, Place
from saferoute.osm.names import is_first_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

NO_MATCH = 1000
"""Rank of what does not match, worse than any that does."""
_PART_ONLY = 100
"""Added to the rank where only what stands before the first comma matches."""
_FAR_APART_M = 500.0
"""Matches nearer than this to a better one are taken for the same place [J]."""
_MOST_OTHERS = 5
_ROUGH_WORD = 3
"""Fewest letters that may stand for the beginning of a word, as "Haupt" does for "Hauptstraße" [J]."""
_WHOLE_LETTERS = str.maketrans({"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})
"""Letters that Unicode does not take apart, and what people without them on the keyboard type."""
_SILENT = re.compile(r"['’.`´]")
_BETWEEN = re.compile(r"[\W_]+")


@lru_cache(maxsize=65536)
def fold_text(text: str) -> str:
    """Return a text as words in small letters without accents and signs, for comparison.

    Examples
    --------
    >>> fold_text("  Töölönlahden-puisto "), fold_text("ŁÓDŹ"), fold_text("St. John's"), fold_text("Straße")
    ('toolonlahden puisto', 'lodz', 'st johns', 'strasse')
    """
    parts = unicodedata.normalize("NFKD", text.casefold()).translate(_WHOLE_LETTERS)
    plain = "".join(c for c in parts if not unicodedata.combining(c))
    return _BETWEEN.sub(" ", _SILENT.sub("", plain)).strip()


@lru_cache(maxsize=65536)
def _normalize_text(text: str) -> str:
    """Return a text in one form of Unicode, without case and repeated spaces, but with its accents."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


@dataclass(frozen=True)
class Wanted:
    """A name or address that a person asks for.

    Attributes
    ----------
    text : str
        As it was written; behind a comma may stand the town and more.
    """

    text: str

    @cached_property
    def _forms(self) -> tuple[tuple[str, str, int], ...]:
        """The text, and its part before a comma: each as it is, folded, and with what is added to its rank."""
        head = self.text.partition(",")[0]
        texts = [(self.text, 0), *([(head, _PART_ONLY)] if head != self.text else [])]
        return tuple((_normalize_text(text), fold_text(text), more) for text, more in texts if fold_text(text))

    @cached_property
    def _words(self) -> list[str]:
        return fold_text(self.text).split()

    @property
    def is_empty(self) -> bool:
        """True if no letter or digit is left to look for."""
        return not self._forms

    @property
    def has_number(self) -> bool:
        """True if it may be an address with the number of a house."""
        return any(word[0].isdigit() for word in self._words) and len(self._words) > 1

    @property
    def key(self) -> str:
        """The folded text without what stands behind a comma, with which misspelt names are compared."""
        return self._forms[-1][1]

    def rank_names(self, names: Mapping[str, str]) -> int:
        """Return how well the best of an object's names matches, 0 = best, `NO_MATCH` = not at all.

        A whole name counts more than its beginning, that more than any part of it, and
        that more than the same words in another order. Less counts, in this order,
        whether accents are right, and whether it is the main name.

        Parameters
        ----------
        names : mapping
            Names by key, as in ``{"name": "Helsinki", "alt_name": "Stadi"}``.
        """
        ranks = (self._rank_name(name) + (not is_first_name(key)) for key, name in names.items())
        return min(ranks, default=NO_MATCH)

    def _rank_name(self, name: str) -> int:
        exact, folded = _normalize_text(name), fold_text(name)
        best = NO_MATCH
        for wanted, wanted_folded, more in self._forms:
            kind = _rank_text(exact, wanted)
            if kind is not None:
                best = min(best, 10 * kind + more)
            elif (kind := _rank_text(folded, wanted_folded)) is not None:
                best = min(best, 10 * kind + 2 + more)
            elif set(wanted_folded.split()) <= set(folded.split()):
                best = min(best, 32 + more)
        return best

    def rank_address(self, street: str, number: str, towns: Iterable[str]) -> int:
        """Return how well the address of a house matches, 0 = best, `NO_MATCH` = not at all.

        Words of the street may be cut short. Words that are left over must be those of
        the town or postcode, where the map tells these.

        Parameters
        ----------
        street, number : str
            ``addr:street`` (or ``addr:place``) and ``addr:housenumber``.
        towns : iterable of str
            What else of the address is known: postcode, town, suburb.
        """
        of_house = fold_text(number).split()
        taken = self._find_number(of_house)
        if taken is None:
            return NO_MATCH
        rest = [word for i, word in enumerate(self._words) if i not in taken]
        for word in fold_text(street).split():
            said = next((r for r in rest if r == word), None) or next((r for r in rest if _is_beginning(r, word)), None)
            if said is None:
                return NO_MATCH
            rest.remove(said)
        is_exact = "".join(self._words[i] for i in taken) == "".join(of_house)
        known = {word for text in towns for word in fold_text(text).split()}
        right = [any(_is_beginning(word, of_town) for of_town in known) for word in rest]
        if known and rest and not any(right):
            return NO_MATCH
        return (0 if is_exact else 4) + (0 if all(right) else 2)

    def is_in_street(self, street: str) -> bool:
        """Return whether the address asked for is one of a street, whatever its number."""
        return all(any(_is_beginning(said, word) for said in self._words) for word in fold_text(street).split())

    def _find_number(self, of_house: list[str]) -> list[int] | None:
        """Return the places among the words where the number of a house stands, None where it does not."""
        joined, joined_apart = "".join(of_house), " ".join(of_house)
        for i, word in enumerate(self._words):
            if word[0].isdigit():
                if i + 1 < len(self._words) and joined == word + self._words[i + 1]:
                    return [i, i + 1]
                # "12;14" and "12a" stand for 12, too, but not as well as a house that is just that.
                if word == joined or word in re.findall(r"\d+", joined_apart):
                    return [i]
        return None


def _rank_text(name: str, wanted: str) -> int | None:
    """Return 0 for the whole name, 1 for its beginning, 2 for another part, None for no part."""
    if wanted not in name:
        return None
    return 0 if name == wanted else 1 if name.startswith(wanted) else 2


def _is_beginning(short: str, word: str) -> bool:
    return short == word or (len(short) >= _ROUGH_WORD and word.startswith(short))


def choose_match(found: Sequence[tuple[str, Place]], pick: int | None, text: str) -> Place:
    """Return the chosen match, with descriptions of the other ones in `Place.others`.

    Parameters
    ----------
    found : sequence of (str, Place)
        Descriptions and places, best first. A place near a better one is dropped.
    pick : int or None
        Number of the match to choose, from 1 on; None = the first.
    text : str
        The text that was searched for, for the error message.

    Raises
    ------
    InvalidInput
        If `pick` is not the number of a match.
    """
    kept: list[tuple[str, Place]] = []
    for described, place in found:
        if len(kept) <= _MOST_OTHERS and all(_distance_m(place, known) > _FAR_APART_M for _, known in kept):
            kept.append((described, place))
    number = 1 if pick is None else pick
    if not 1 <= number <= len(kept):
        choice = f"choose 1 to {len(kept)}" if len(kept) > 1 else "leave --pick out"
        raise InvalidInput(f"pick {number}: the places called {text!r} are {len(kept)}; {choice}")
    _, place = kept.pop(number - 1)
    return replace(place, others=tuple(f"{d} ({p.lat:.5f},{p.lon:.5f}), {_tell_distance(place, p)}" for d, p in kept))


def _tell_distance(a: Place, b: Place) -> str:
    km = _distance_m(a, b) / 1000
    return f"{km:.1f} km away" if km < 100 else f"{km:.0f} km away"


def _distance_m(a: Place, b: Place) -> float:
    """Return the distance in m between two places."""
    from pyproj import Geod

    return float(Geod(ellps="WGS84").inv(a.lon, a.lat, b.lon, b.lat)[2])
