"""Numbers for the combinations of tags of objects: most share all that count with many others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute.sources.osm._columns import NAME, Vocabulary
from saferoute.sources.ragged import Ragged

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from saferoute.arrays import BoolArray, IntArray
    from saferoute.sources.osm.decoding import Objects

_NAME = NAME.encode()
_VALUES = 1 << 32
"""More than there are values, so that key and value fit into one number."""


class Combinations:
    """Combinations of tags, numbered as they come.

    Parameters
    ----------
    wanted : iterable of str
        Keys of the tags that count.
    """

    def __init__(self, wanted: Iterable[str]) -> None:
        self._wanted = frozenset(wanted) - {NAME}
        self._key = {key.encode(): number for number, key in enumerate(sorted(self._wanted))}
        self._value: dict[bytes, int] = {}
        self._numbers: dict[tuple[tuple[str, str], ...], int] = {}
        self._pairs: dict[bytes, int] = {}
        """Numbers by keys and values as they are encoded, which is looked up faster."""
        self.tags: list[dict[str, str]] = []
        """Those of each combination."""

    def number_tags(self, tags: Mapping[str, str]) -> int:
        """Return the number of an object's combination, a new one if it has not come before."""
        wanted = self._wanted
        pairs = tuple([pair for pair in tags.items() if pair[0] in wanted])
        number = self._numbers.setdefault(pairs, len(self.tags))
        if number == len(self.tags):
            self.tags.append(dict(pairs))
        return number

    def number_objects(self, objects: Objects) -> IntArray:
        """Return the numbers of the combinations of objects."""
        strings = objects.strings
        key = np.array([self._key.get(string, -1) for string in strings], dtype=np.int64)[objects.keys.flat]
        taken = np.flatnonzero(key >= 0)
        used, value = np.unique(objects.values.flat[taken], return_inverse=True)
        known = self._value
        values = np.array([known.setdefault(strings[k], len(known)) for k in used.tolist()], dtype=np.int64)
        pairs = key[taken] * _VALUES + values[value]
        ends = np.searchsorted(taken, objects.keys.first + objects.keys.count) * pairs.itemsize
        data, numbers, start = pairs.tobytes(), [], 0
        for row, end in enumerate(ends.tolist()):
            number = self._pairs.get(data[start:end])
            if number is None:
                number = self._pairs[data[start:end]] = self.number_tags(objects.read_tags(row))
            numbers.append(number)
            start = end
        return np.array(numbers, dtype=np.int32)

    def encode(self, tags: Sequence[str]) -> Vocabulary:
        """Return all combinations, encoded, of some tags."""
        return Vocabulary.from_combinations(self.tags, tags)


class Verdicts:
    """Results of a rule by combination of tags, so that it runs once for each.

    Parameters
    ----------
    combinations : Combinations
    among : collection of str
        Keys of which a combination needs one; otherwise the rule is not asked.
    rule : callable
        Function that is given what looks a tag up. It may look only at tags that are part of a combination.
    """

    def __init__(
        self,
        combinations: Combinations,
        among: Collection[str],
        rule: Callable[[Callable[[str], str | None]], bool],
    ) -> None:
        self._combinations, self._among, self._rule = combinations, frozenset(among), rule
        self._known: list[bool] = []

    def hold_for(self, numbers: IntArray) -> BoolArray:
        """Return a mask of combinations, by their numbers, for which the rule holds."""
        for tags in self._combinations.tags[len(self._known) :]:
            self._known.append(not self._among.isdisjoint(tags) and self._rule(tags.get))
        mask: BoolArray = np.array(self._known, dtype=bool)[numbers]
        return mask


def read_names(objects: Objects, rows: IntArray) -> Ragged:
    """Return the names of some objects, each behind an ``=``; an empty row where there is none.

    Raises
    ------
    UnicodeDecodeError
        If a name is no text.
    """
    items = [b""] * len(objects.osm_id)
    if _NAME in objects.strings:
        named = np.flatnonzero(objects.keys.flat == objects.strings.index(_NAME))
        row = np.searchsorted(objects.keys.first, named, side="right") - 1
        for k, value in zip(row.tolist(), objects.values.flat[named].tolist(), strict=True):
            items[k] = b"=" + objects.strings[value]
    names = Ragged.from_bytes([items[k] for k in rows.tolist()])
    names.flat.tobytes().decode()
    return names
