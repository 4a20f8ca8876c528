"""The class of a rule: a reason, the rule in words, and the function that finds where it holds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

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
    """

    reason: str
    text: str
    find: Find

    def bind(self, **chosen: Any) -> Rule:
        """Return the rule with some arguments chosen."""
        return Rule(self.reason, self.text, partial(self.find, **chosen))


def rule(reason: str, text: str) -> Callable[[Find], Rule]:
    """Make a rule of the function that finds where it holds."""
    return partial(Rule, reason, text)


def find_first_reasons(rules: Sequence[Rule], count: int, asked: Any) -> NDArray[np.object_]:
    """Return the reason of the first rule that holds for each of `count` rows, ``""`` where none does.

    Parameters
    ----------
    asked : Tags, Scene or the like
        The one argument of each rule's `find`.
    """
    first = np.full(count, -1)
    for number, each in enumerate(rules):
        hit = np.zeros(count, dtype=bool)
        hit[each.find(asked)] = True
        first[hit & (first < 0)] = number
    return np.array([*(each.reason for each in rules), ""], dtype=object)[first]
