"""Parsers for the text of a tag: words, lists, lengths, slopes and plain numbers.

Spelling, spaces and units are read leniently. What is still not understood is
returned as None and never guessed.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

_GAP = re.compile(r"(?<=\w)[\s-]+(?=\w)")
_BEFORE_NUMBER = re.compile(r"(?<=[a-z])_(?=[0-9]+$)")
_NUMBER = r"[0-9]{1,7}(?:[.,][0-9]{1,7})?"
_PLAIN_NUMBER = re.compile(rf"~?\s*([+-]?\s*{_NUMBER})")
_FOOT_M, _INCH_M = 0.3048, 0.0254
_UNITS_M = {
    **dict.fromkeys(("", "m", "metre", "metres", "meter", "meters"), 1.0),
    **dict.fromkeys(("cm", "centimetre", "centimetres", "centimeter", "centimeters"), 0.01),
    **dict.fromkeys(("km", "kilometre", "kilometres", "kilometer", "kilometers"), 1000.0),
    **dict.fromkeys(("mi", "mile", "miles"), 1609.344),
    **dict.fromkeys(("yd", "yard", "yards"), 0.9144),
    **dict.fromkeys(("ft", "'", "′", "’", "foot", "feet"), _FOOT_M),
    **dict.fromkeys(("in", '"', "″", "”", "''", "inch", "inches"), _INCH_M),
}  # fmt: skip
"""Metres of a unit; a number alone is metres, as OpenStreetMap has it."""
_LENGTH = re.compile(rf"~?\s*({_NUMBER})\s*([^\s0-9.,]*)")
_FEET_AND_INCHES = re.compile(rf"~?\s*([0-9]{{1,5}})\s*([^\s0-9.,]+)\s*({_NUMBER})\s*([^\s0-9.,]*)")
_ANY_LENGTH = re.compile(rf"(?<![0-9.,])({_NUMBER})\s*([^\s0-9.,;]*)")
_ABOUT = re.compile(r"^(?:about|around|approximately|approx\.?|circa|ca\.?|≈)\s*")
_TO = re.compile(r"(?<=[0-9a-z])\s*(?:[-–—…]|\.\.\.?|\bto\b)\s*(?=[0-9])")
_DIGITS = re.compile(r"[0-9.,\s]+")
_SLOPE = re.compile(rf"~?\s*([+-]?)\s*({_NUMBER})\s*(%|°|deg|degree|degrees)?")
_RATIO = re.compile(rf"([+-]?)\s*({_NUMBER})\s*[:/]\s*({_NUMBER})")
_MINUS = str.maketrans("−–", "--")
"""What typesetters and telephones write for a minus."""
_STEEPEST_PCT, _STEEPEST_DEG = 200.0, 63.0
"""A slope beyond is a slip of the pen: no way is walked above 63°."""


@lru_cache(maxsize=65536)
def normalize_word(text: str) -> str:
    """Return a value in small letters, inner spaces and hyphens as one underscore.

    Examples
    --------
    >>> normalize_word(" Very bad "), normalize_word("multi-storey"), normalize_word("Grade 5"), normalize_word("-1")
    ('very_bad', 'multi_storey', 'grade5', '-1')
    """
    return _BEFORE_NUMBER.sub("", _GAP.sub("_", text.strip().lower()))


@lru_cache(maxsize=65536)
def split_list(text: str) -> tuple[str, ...]:
    """Return the parts of a list as `normalize_word` writes them, without empty ones unless there is no other.

    Examples
    --------
    >>> split_list("Asphalt; fine gravel;"), split_list("")
    (('asphalt', 'fine_gravel'), ('',))
    """
    parts = tuple(normalize_word(part) for part in text.split(";"))
    return tuple(part for part in parts if part) or ("",)


def _read_decimal(digits: str) -> float:
    return float(re.sub(r"\s", "", digits).replace(",", "."))


def parse_number(text: str) -> float | None:
    """Return a number without a unit, None where the text is anything else.

    Examples
    --------
    >>> parse_number("2"), parse_number("~ 1,5"), parse_number("-1"), parse_number("2-3"), parse_number("nan")
    (2.0, 1.5, -1.0, None, None)
    """
    match = _PLAIN_NUMBER.fullmatch(text.strip())
    return _read_decimal(match[1]) if match else None


def parse_metres(text: str) -> float | None:
    r"""Return a length in metres, None where the text is not one plain length.

    Examples
    --------
    >>> [parse_metres(text) for text in ("2,5", "80 cm", "1.2km", "3m")]
    [2.5, 0.8, 1200.0, 3.0]
    >>> [round(parse_metres(text), 2) for text in ("6'", "3'6\"", "3 ft 6 in", "18in")]
    [1.83, 1.07, 1.07, 0.46]
    >>> [parse_metres(text) for text in ("wide", "2-3", "2;3", "3 kg")]
    [None, None, None, None]
    """
    text = text.strip().lower()
    if match := _LENGTH.fullmatch(text):
        unit = _UNITS_M.get(match[2])
        return None if unit is None else unit * _read_decimal(match[1])
    if match := _FEET_AND_INCHES.fullmatch(text):
        feet, inches = _UNITS_M.get(match[2]), _UNITS_M.get(match[4] or '"')
        if feet == _FOOT_M and inches == _INCH_M:
            return _FOOT_M * int(match[1]) + _INCH_M * _read_decimal(match[3])
    return None


_LEAST_HEIGHT_M, _MOST_HEIGHT_M = -430.0, 8850.0
"""Heights of the shore of the Dead Sea and of the top of Mount Everest."""


def parse_height(text: str) -> float | None:
    """Return a height above the sea in metres, None where the text is none on land; a number alone is metres.

    Examples
    --------
    >>> [parse_height(text) for text in ("463", "-3.5", "200 m", "9999", "1200;1300")]
    [463.0, -3.5, 200.0, None, None]
    """
    number = parse_number(text)
    height = parse_metres(text) if number is None else number
    return height if height is not None and _LEAST_HEIGHT_M <= height <= _MOST_HEIGHT_M else None


def parse_metre_range(text: str) -> tuple[float, float] | None:
    """Return the least and the greatest of the lengths that a text names, in metres; None where any is not understood.

    Examples
    --------
    >>> [parse_metre_range(text) for text in ("about 1,5 m", "1-3", "80–120 cm", "2; 1.5")]
    [(1.5, 1.5), (1.0, 3.0), (0.8, 1.2), (1.5, 2.0)]
    >>> [parse_metre_range(text) for text in ("2;wide", "-1", "1-2-3", "")]
    [None, None, None, None]
    """
    parts = [part for part in text.strip().lower().split(";") if part.strip()]
    lengths = [length for part in parts for length in _parse_ends(_ABOUT.sub("", part.strip()))]
    known = [length for length in lengths if length is not None]
    return (min(known), max(known)) if known and len(known) == len(lengths) else None


def _parse_ends(text: str) -> list[float | None]:
    """Return the lengths at both ends of a range, or the one length that a text is."""
    ends = _TO.split(text)
    if len(ends) != 2:
        return [parse_metres(text)]
    first, last = ends
    # The unit stands at the end of a range, for both numbers.
    return [parse_metres(first if parse_number(first) is None else first + _DIGITS.sub("", last)), parse_metres(last)]


def find_lengths(text: str) -> tuple[float, ...]:
    """Return every length in metres that a text names, whatever else it says; of a unit nobody knows, metres.

    Examples
    --------
    >>> find_lengths("1.2 m, at the gate 80 cm"), find_lengths("3 yaks"), find_lengths("wide")
    ((1.2, 0.8), (3.0,), ())
    """
    found = _ANY_LENGTH.findall(text.lower())
    return tuple(_UNITS_M.get(unit, 1.0) * _read_decimal(number) for number, unit in found)


UNKNOWN_WORDS = frozenset({"unknown", "unspecified", "undefined", "?"})
"""Values by which mappers say that they do not know: no more than a missing tag."""


@dataclass(frozen=True)
class Incline:
    """A tagged slope.

    Attributes
    ----------
    pct : float or None
        Rise in % along the way's direction, negative = downhill; None where only words are said.
    direction : {"up", "down"} or None
        None where it is level or not told.
    steep : bool
        Whether it is called steep in words.
    """

    pct: float | None
    direction: Literal["up", "down"] | None
    steep: bool = False


_INCLINE_WORDS: dict[str, Incline] = {
    "up": Incline(None, "up"),
    "down": Incline(None, "down"),
    "steep": Incline(None, None, steep=True),
    **dict.fromkeys(("steep_up", "up_steep"), Incline(None, "up", steep=True)),
    **dict.fromkeys(("steep_down", "down_steep"), Incline(None, "down", steep=True)),
    **dict.fromkeys(("no", "flat", "level"), Incline(0.0, None)),
}


def parse_incline(text: str) -> Incline | None:
    """Return what ``incline`` says, None where it is not understood; a number alone is %.

    Examples
    --------
    >>> parse_incline("−12 %").pct, parse_incline("1:10").pct, round(parse_incline("45°").pct)
    (-12.0, 10.0, 100)
    >>> parse_incline("up").direction, parse_incline("Steep").steep, parse_incline("yes")
    ('up', True, None)
    """
    word = normalize_word(text)
    if word in _INCLINE_WORDS:
        return _INCLINE_WORDS[word]
    pct = _parse_slope_pct(text.strip().lower().translate(_MINUS))
    if pct is None or abs(pct) > _STEEPEST_PCT:
        return None
    return Incline(pct, "up" if pct > 0 else "down" if pct < 0 else None)


def _parse_slope_pct(text: str) -> float | None:
    if match := _RATIO.fullmatch(text):
        run = _read_decimal(match[3])
        return None if run == 0 else _signed(match[1], 100 * _read_decimal(match[2]) / run)
    match = _SLOPE.fullmatch(text)
    if match is None:
        return None
    number = _read_decimal(match[2])
    if match[3] in {None, "%"}:
        return _signed(match[1], number)
    return _signed(match[1], 100 * math.tan(math.radians(number))) if number <= _STEEPEST_DEG else None


def _signed(sign: str, number: float) -> float:
    return -number if sign == "-" else number
