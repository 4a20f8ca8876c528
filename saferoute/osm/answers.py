"""Answers to questions about tags: yes, no, not known, or not understood."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

import numpy as np

from saferoute.osm.tags import map_tag_values
from saferoute.osm.values import UNKNOWN_WORDS, normalize_word, split_list
from saferoute.table import Tags

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, IntArray
    from saferoute.table import Tagged

_NO, _UNKNOWN, _NOT_UNDERSTOOD, _YES = range(4)
"""In the order in which the larger decides when one of several would do."""


@dataclass(frozen=True)
class Answer:
    """The answers to one question for n objects.

    Answers combine: ``a | b`` is yes where either is, ``a & b`` no where either
    is, ``~a`` turns yes and no; what is left open stays open, and text that is
    not understood is not lost.

    Attributes
    ----------
    codes : ndarray of shape (n,)
    text : ndarray of n str
        ``key=value`` of what is not understood, ``""`` elsewhere.
    """

    codes: NDArray[np.int8]
    text: NDArray[np.object_]

    @classmethod
    def from_mask(cls, true: BoolArray) -> Answer:
        """Return the answers yes where a mask is true, and no elsewhere."""
        return cls(np.where(true, _YES, _NO).astype(np.int8), np.full(len(true), "", dtype=object))

    @classmethod
    def from_values(cls, values: NDArray[np.object_]) -> Answer:
        """Return answers given one by one: true or false, None where it is unknown, or the text not understood."""
        import pandas as pd

        codes = np.full(len(values), _UNKNOWN, dtype=np.int8)
        text = np.full(len(values), "", dtype=object)
        # Of most things nothing is known, and going through them in Python would take longest.
        told = np.flatnonzero(pd.notna(values))
        for row, value in zip(told.tolist(), values[told], strict=True):
            if isinstance(value, str):
                codes[row], text[row] = _NOT_UNDERSTOOD, value
            else:
                codes[row] = _YES if value else _NO
        return cls(codes, text)

    def spread(self, rows: IntArray, number: IntArray, count: int) -> Answer:
        """Return for `count` objects the answer of a number for some rows, and that it is unknown for all others."""
        codes, text = np.full(count, _UNKNOWN, dtype=np.int8), np.full(count, "", dtype=object)
        codes[rows], text[rows] = self.codes[number], self.text[number]
        return Answer(codes, text)

    @property
    def yes(self) -> BoolArray:
        """Return a mask of the objects of which it is true."""
        return self.codes == _YES

    @property
    def no(self) -> BoolArray:
        """Return a mask of the objects of which it is false."""
        return self.codes == _NO

    @property
    def unknown(self) -> BoolArray:
        """Return a mask of the objects without the tag that would tell."""
        return self.codes == _UNKNOWN

    @property
    def not_understood(self) -> BoolArray:
        """Return a mask of the objects with a tag that nobody here can read."""
        return self.codes == _NOT_UNDERSTOOD

    @property
    def possible(self) -> BoolArray:
        """Return a mask of the objects of which it is true, or of which nobody here can read the tag that tells."""
        return self.codes >= _NOT_UNDERSTOOD

    def __len__(self) -> int:
        """Return the number of objects."""
        return len(self.codes)

    def __or__(self, other: Answer) -> Answer:
        codes = np.maximum(self.codes, other.codes)
        text = np.full(len(codes), "", dtype=object)
        for row in np.flatnonzero(codes == _NOT_UNDERSTOOD):
            text[row] = "; ".join(dict.fromkeys(said for said in (self.text[row], other.text[row]) if said))
        return Answer(codes, text)

    def __and__(self, other: Answer) -> Answer:
        return ~(~self | ~other)

    def __invert__(self) -> Answer:
        opposite = np.array([_YES, _UNKNOWN, _NOT_UNDERSTOOD, _NO], dtype=np.int8)
        return Answer(opposite[self.codes], self.text)

    def fill_unknown(self, other: Answer) -> Answer:
        """Return the answers of another question where the tag of this one is missing."""
        return Answer(np.where(self.unknown, other.codes, self.codes), np.where(self.unknown, other.text, self.text))

    def select_rows(self, rows: IntArray | BoolArray) -> Answer:
        """Return the answers of some objects."""
        return Answer(self.codes[rows], self.text[rows])


def ask_value(
    tagged: Tagged, key: str, yes: Iterable[str], no: Iterable[str] | None = None, *, missing_is_no: bool = False
) -> Answer:
    """Return whether a tag has one of the values that mean yes; of a list any part.

    Parameters
    ----------
    yes, no : values
        Any other value is not understood; with ``no=None`` it means no.
    missing_is_no : bool
        Whether a missing tag means no, as of keys that name what a thing is;
        else it is unknown, and so is what is tagged as unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"lit": ["yes", "NO", "moonlight", None]})
    >>> answer = ask_value(table, "lit", {"yes"}, {"no"})
    >>> answer.yes.tolist(), answer.no.tolist()
    ([True, False, False, False], [False, True, False, False])
    >>> answer.unknown.tolist(), answer.text.tolist()
    ([False, False, False, True], ['', '', 'lit=moonlight', ''])
    """
    tags, missing = Tags.of(tagged), _NO if missing_is_no else _UNKNOWN
    if tags.lacks(key):
        return Answer(np.full(len(tags), missing, dtype=np.int8), np.full(len(tags), "", dtype=object))
    means_yes = frozenset(map(normalize_word, yes))
    means_no = None if no is None else frozenset(map(normalize_word, no))

    def answer(value: str) -> int:
        parts = split_list(value)
        if not means_yes.isdisjoint(parts):
            return _YES
        if not missing_is_no and UNKNOWN_WORDS.issuperset(parts):
            return _UNKNOWN
        return _NO if means_no is None or means_no.issuperset(parts) else _NOT_UNDERSTOOD

    codes = map_tag_values(tags, key, answer, missing=missing).astype(np.int8)
    text = np.full(len(tags), "", dtype=object)
    unread = codes == _NOT_UNDERSTOOD
    text[unread] = [f"{key}={value}" for value in tags.get_text(key)[unread]]
    return Answer(codes, text)


def ask_any_value(tagged: Tagged, yes_by_key: Mapping[str, Iterable[str]]) -> Answer:
    """Return whether any of some keys that name what a thing is has one of the values that mean yes."""
    tags = Tags.of(tagged)
    answers = [ask_value(tags, key, values, missing_is_no=True) for key, values in yes_by_key.items()]
    return reduce(or_, answers)
