"""Parsing of two coordinates in degrees, however people write them: decimals, minutes, seconds, compass letters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from saferoute.model import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST = 120
"""Most characters of two coordinates; longer text is none [J]."""
_SAME = str.maketrans(
    {
        **dict.fromkeys("−–‒", "-"),
        **dict.fromkeys("º˚", "°"),
        **dict.fromkeys("′’‘´`", "'"),
        **dict.fromkeys("″”“", '"'),
        "\u00a0": " ",
        "\u202f": " ",
    }
)
"""What telephones and typesetters put in place of plain signs."""
_LATITUDE, _LONGITUDE = "φ", "λ"
"""Signs that stand for the words latitude and longitude while a text is parsed."""
_WORDS = (
    (re.compile(r"(?i)\blat(?:itude)?\b\.?\s*[:=]?"), _LATITUDE),
    (re.compile(r"(?i)\blo?ng?(?:itude)?\b\.?\s*[:=]?"), _LONGITUDE),
    (re.compile(r"(?i)\b(n)orth\b|\b(s)outh\b|\b(e)ast\b|\b(w)est\b"), r"\1\2\3\4"),
    (re.compile(r"(?i)(?<=\d)\s*deg(?:rees?)?\b"), "°"),
)
"""Words, and the signs that are parsed in their place."""
_BRACKETS = {"(": ")", "[": "]", "{": "}", "<": ">", '"': '"', "'": "'"}
_MARK = rf"[NSEW{_LATITUDE}{_LONGITUDE}]"


def _compile_half(point: str) -> re.Pattern[str]:
    """Return the pattern of one coordinate whose decimals stand behind one of `point`."""
    fraction = rf"(?:[{point}]\d+)?"
    with_minutes = rf"""(?P<d>\d{{1,3}})(?P<gap>\s*°\s*|\s+)(?P<m>\d{{1,2}}{fraction})
                        (?:(?:\s*'\s*|\s+)(?P<s>\d{{1,2}}{fraction})(?:\s*(?:"|''))?|\s*')?"""
    return re.compile(
        rf"(?P<before>{_MARK})?\s*(?P<sign>[+-])?\s*(?:{with_minutes}|(?P<plain>\d+{fraction})\s*°?)\s*(?P<after>{_MARK})?",
        re.VERBOSE,
    )


class _Style(NamedTuple):
    """A way of using points and commas."""

    half: re.Pattern[str]
    between: re.Pattern[str]
    """Pattern of what may stand between two coordinates."""


_STYLES = (
    _Style(_compile_half("."), re.compile(r"\s*[,;&]?\s*")),
    # A comma between digits is a decimal comma here, so that another sign must part the coordinates.
    _Style(_compile_half(".,"), re.compile(r"\s*[;&]\s*|\s*,\s+|\s+")),
)
"""Commas that separate are tried first: ``50,8`` are two whole degrees."""
_DEGREES = re.compile(r"\d[.,]\d|°")
"""What postal codes and house numbers do not have."""
_ONLY_COORDINATES = re.compile(rf"[\d\s.,;/&°'\"+\-NSEW{_LATITUDE}{_LONGITUDE}]*")


class _Half(NamedTuple):
    """One coordinate."""

    degrees: float
    is_latitude: bool | None
    """None where nothing says which it is."""


def parse_degrees(text: str) -> tuple[float, float] | None:
    """Return latitude and longitude of two coordinates in degrees, or None for text that is none.

    Read are decimals (``60.17,24.94``, ``60,17 24,94``), minutes and seconds
    (``60°10'15"N 24°56'15"E``), compass letters or the words lat and lon before or
    after, in any order, brackets, and the signs that telephones and typesetters
    write. Without letters or words the latitude comes first.

    A comma separates wherever that gives two coordinates, so ``50,8`` is 50° N
    8° E; two numbers with decimal commas need a blank or semicolon between.

    Raises
    ------
    InvalidInput
        If the text holds nothing but numbers and signs of coordinates, and can
        still not be read as two.

    Examples
    --------
    >>> parse_degrees("60,17; 24,94"), parse_degrees("(24.5E, 60.25 N)"), parse_degrees("50,8")
    ((60.17, 24.94), (60.25, 24.5), (50.0, 8.0))
    >>> parse_degrees("60°15'N 24°30.6'E"), parse_degrees("Kaisaniemi")
    ((60.25, 24.51), None)
    """
    if len(text) > _LONGEST or not any(c.isdigit() for c in text):
        return None
    plain = " ".join(_strip_brackets(text).translate(_SAME).upper().split())
    for word, sign in _WORDS:
        plain = word.sub(sign, plain)
    for style in _STYLES:
        found = set(_split_pairs(plain, style))
        if len(found) == 1:
            return found.pop()
    if _ONLY_COORDINATES.fullmatch(plain) and _DEGREES.search(plain):
        raise InvalidInput(
            f"{text!r}: these are not two coordinates; write lat,lon as in 60.17,24.94, "
            "and with decimal commas a blank between: 60,17 24,94"
        )
    return None


def _strip_brackets(text: str) -> str:
    """Return a text without blanks and pairs of brackets or quotes around it, and the end mark of ISO 6709."""
    text = text.strip().removesuffix("/")
    while len(text) > 1 and _BRACKETS.get(text[0]) == text[-1] and text[0] not in text[1:-1]:
        text = text[1:-1].strip()
    return text


def _split_pairs(text: str, style: _Style) -> Iterator[tuple[float, float]]:
    """Yield latitude and longitude of each way to split a text into two coordinates."""
    for end in range(1, len(text)):
        first = _read_half(text[:end], style)
        if first is None:
            continue
        between = style.between.match(text, end)
        start = between.end() if between else end
        second = _read_half(text[start:], style)
        # Without a sign between, letters or two signs must part them: 10-12 is the number of a house.
        is_parted = start > end or text[end - 1].isalpha() or (text[0] in "+-" and text[end] in "+-")
        if second is None or not is_parted:
            continue
        pair = _order_halves(first, second)
        if pair is not None:
            yield pair


def _read_half(text: str, style: _Style) -> _Half | None:
    """Return one coordinate, None for text that is not exactly one."""
    match = style.half.fullmatch(text)
    if match is None or (match["before"] and match["after"]):
        return None
    mark = match["before"] or match["after"]
    # Degrees and minutes with a mere blank between look like two coordinates, unless a letter tells them apart.
    if match["d"] and match["gap"].isspace() and mark is None:
        return None
    if mark in ("N", "S", "E", "W") and match["sign"]:
        return None
    numbers = [float((match[key] or "0").replace(",", ".")) for key in ("m", "s")]
    if max(numbers) >= 60 or (match["s"] and "." in (match["m"] or "").replace(",", ".")):
        return None
    whole = float((match["d"] or match["plain"]).replace(",", "."))
    # Rounded, so that 60°10'12" are 60.17 to the last digit.
    degrees = round(whole + numbers[0] / 60 + numbers[1] / 3600, 10)
    is_negative = match["sign"] == "-" or mark in ("S", "W")
    return _Half(-degrees if is_negative else degrees, None if mark is None else mark in ("N", "S", _LATITUDE))


def _order_halves(first: _Half, second: _Half) -> tuple[float, float] | None:
    """Return latitude and longitude, None if both are the same or only one is said."""
    if first.is_latitude is None and second.is_latitude is None:
        return first.degrees, second.degrees
    if first.is_latitude is None or second.is_latitude is None or first.is_latitude == second.is_latitude:
        return None
    return (first.degrees, second.degrees) if first.is_latitude else (second.degrees, first.degrees)
