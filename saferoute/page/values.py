"""Texts and numbers as a page may hold them."""

from __future__ import annotations

import math
from typing import Any

from saferoute.report.text import LONGEST, sanitize_text

SENTENCE = 300
"""Most characters of a sentence [J]."""
LEGAL = 800
"""Most characters of an attribution: those of elevation data are prescribed texts of several lines."""


def clean_text(value: object, longest: int = LONGEST) -> str:
    """Return a text that is safe to show.

    Parameters
    ----------
    value : object
        A tag's value; a missing one is NaN.
    longest : int
        Most characters.

    Returns
    -------
    str
        ``""`` if the value is no text.
    """
    return sanitize_text(value, longest) if isinstance(value, str) else ""


def round_number(value: Any, decimals: int) -> float | int | None:
    """Return a finite number, rounded; None (shown as "unknown") for anything else.

    Parameters
    ----------
    value : object
        A table's value; a missing one is NaN or None.
    decimals : int
        Decimals to keep.
    """
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    if not math.isfinite(number):
        return None
    rounded = round(number, decimals)
    # JSON would write 2.0 with its decimal.
    return int(rounded) if rounded == int(rounded) else rounded
