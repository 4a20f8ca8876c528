"""The class of a rule: a reason, the rule in words, and the function that finds where it holds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from saferoute.table import Tags

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, IntArray

    Find = Callable[..., BoolArray | IntArray]
    """Returns where a rule holds: a mask, or numbers of rows."""


@dataclass(frozen=True)
class Rule:
    """One limit.

    Attributes
    ----------
    reason : str
        Of what is excluded; several rules may share one, and its text.
    text : str
        The rule in words.
    find : callable
    asks : tuple of str
        Names of what it asks for besides what is around: ``hour``, and whether it is for ``every_hour``.
    """

    reason: str
    text: str
    find: Find
    asks: tuple[str, ...] = ()

    def bind(self, **chosen: Any) -> Rule:
        """Return the rule with some arguments chosen."""
        return replace(self, find=partial(self.find, **chosen))

    def bind_asked(self, **answers: Any) -> Rule:
        """Return the rule with those arguments chosen that it asks for."""
        return self.bind(**{name: answers[name] for name in self.asks}) if self.asks else self


def rule(reason: str, text: str, *, asks: tuple[str, ...] = ()) -> Callable[[Find], Rule]:
    """Make a rule of the function that finds where it holds."""
    return partial(Rule, reason, text, asks=asks)


def find_first_reasons(rules: Sequence[Rule], count: int, asked: Any) -> NDArray[np.object_]:
    """Return the reason of the first rule that holds for each of `count` rows, ``""`` where none does.

    Parameters
    ----------
    asked : Tags, Scene or the like
        The one argument of each rule's `find`.
    """
    return name_reasons(rules, find_first_rules(rules, count, asked))


def find_first_rules(rules: Sequence[Rule], count: int, asked: Any) -> IntArray:
    """Return the number of the first rule that holds for each of `count` rows, that of all rules where none does."""
    first = np.full(count, len(rules))
    for number, each in enumerate(rules):
        hit = np.zeros(count, dtype=bool)
        # What asks for tags alone is told of them once, and again at every hour.
        is_told = isinstance(asked, Tags) and not isinstance(each.find, partial)
        hit[asked.remember(each.find) if is_told else each.find(asked)] = True
        first[hit] = np.minimum(first[hit], number)
    return first


def name_reasons(rules: Sequence[Rule], number: IntArray) -> NDArray[np.object_]:
    """Return the reasons of what `find_first_rules` found."""
    return np.array([*(each.reason for each in rules), ""], dtype=object)[number]
