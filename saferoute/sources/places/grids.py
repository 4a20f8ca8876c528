"""Parsing of places in grids: plus codes (Open Location Code), UTM and MGRS."""

from __future__ import annotations

import re
from typing import NamedTuple

from saferoute.model import WGS84, InvalidInput

_DIGITS = "23456789CFGHJMPQRVWX"
"""Digits of plus codes, by value ("Open Location Code Specification", github.com/google/open-location-code)."""
_FULL_CODE = re.compile(rf"([2-9C][2-9CFGHJMPQRV][{_DIGITS}]{{6}})\+([{_DIGITS}]{{2,7}})?(?:[\s,].*)?")
_PADDED_CODE = re.compile(rf"(?:[{_DIGITS}]{{2}}){{1,3}}0+\+")
_SHORT_CODE = re.compile(rf"((?:[{_DIGITS}]{{2}}){{1,3}}\+[{_DIGITS}]{{2,7}})(?:[\s,]+(.+))?", re.DOTALL)
_PAIRS = 10
"""Digits that come in pairs of latitude and longitude; each further one divides its cell into 5 × 4."""

_UTM = re.compile(
    r"(?:UTM\s*)?(?:ZONE\s*)?(\d{1,2})\s*([C-HJ-NP-X]|NORTH|SOUTH)[\s,]*"
    r"(?:E\s*)?(\d{6}(?:\.\d+)?)\s*(?:M?\s*E)?[\s,;]+(?:N\s*)?(\d{1,8}(?:\.\d+)?)\s*(?:M?\s*N)?"
)
_BAND_S_NORTHING = (3_540_000.0, 4_440_000.0)
"""Northings of band S, 32° to 40° N, in metres, to 10 km."""
_MGRS = re.compile(r"(\d{1,2}[C-HJ-NP-X])\s*([A-HJ-NP-Z][A-HJ-NP-V])\s*(\d+)(?:\s+(\d+))?")
_FEWEST_DIGITS = 2
"""Fewest digits of each MGRS coordinate: two give a square of 1 km, in which a search can still begin [J]."""


class ShortCode(NamedTuple):
    """A plus code that needs a place near it.

    Attributes
    ----------
    code : str
        In capitals, 2 to 6 digits before the plus sign.
    near : str
        A place within about 40 km, as people write it.
    """

    code: str
    near: str


def parse_full_code(text: str) -> tuple[float, float] | None:
    """Return latitude and longitude of the middle of a full plus code, or None for any other text.

    What follows the code, such as the name of a town, is ignored.

    Raises
    ------
    InvalidInput
        If the code stands for a square of a degree or of some kilometres.

    Examples
    --------
    >>> parse_full_code("8FVC2222+22")
    (47.0000625, 8.0000625)
    """
    code = text.strip().upper()
    if _PADDED_CODE.fullmatch(code):
        raise InvalidInput(f"{text!r}: this plus code is a square of many kilometres; give one of 8 digits or more")
    match = _FULL_CODE.fullmatch(code)
    return _decode(match[1] + (match[2] or "")) if match else None


def parse_short_code(text: str) -> ShortCode | None:
    """Return a plus code without its first digits and the place beside it, or None for any other text.

    Raises
    ------
    InvalidInput
        If no place stands beside it.

    Examples
    --------
    >>> parse_short_code("5WFV+2X Helsinki")
    ShortCode(code='5WFV+2X', near='Helsinki')
    """
    head, _, rest = text.strip().partition("+")
    match = _SHORT_CODE.fullmatch(f"{head.upper()}+{_raise_code(rest)}")
    if match is None:
        return None
    if not match[2]:
        raise InvalidInput(
            f"{text!r}: a short plus code needs a place beside it, as in '{match[1]} Helsinki'; or give the full code"
        )
    return ShortCode(match[1], match[2])


def _raise_code(rest: str) -> str:
    """Return what follows a plus sign with its first word in capitals."""
    word = re.match(r"\w*", rest)
    end = word.end() if word else 0
    return rest[:end].upper() + rest[end:]


def recover_code(code: str, lat: float, lon: float) -> tuple[float, float]:
    """Return latitude and longitude of the middle of a short plus code, the one nearest to a place.

    Parameters
    ----------
    code : str
        See `ShortCode`.
    lat, lon : float
        The place near it, degrees.
    """
    digits = code.replace("+", "")
    missing = 8 - code.index("+")
    # The code repeats itself after each cell of the digits that are missing.
    cell_deg = 20.0 ** (2 - missing / 2)
    here = _decode(_encode(lat, lon)[:missing] + digits)
    nearest = [
        value + cell_deg * round((near - value) / cell_deg) for value, near in zip(here, (lat, lon), strict=True)
    ]
    return nearest[0], nearest[1]


def _decode(digits: str) -> tuple[float, float]:
    """Return latitude and longitude of the middle of a code, given without its plus sign."""
    lat, lon, height, width = -90.0, -180.0, 400.0, 400.0
    for i in range(0, min(len(digits), _PAIRS), 2):
        height, width = height / 20, width / 20
        lat += height * _DIGITS.index(digits[i])
        lon += width * _DIGITS.index(digits[i + 1])
    for digit in digits[_PAIRS:]:
        height, width = height / 5, width / 4
        row, column = divmod(_DIGITS.index(digit), 4)
        lat, lon = lat + height * row, lon + width * column
    return round(lat + height / 2, 9), round(lon + width / 2, 9)


def _encode(lat: float, lon: float) -> str:
    """Return the first eight digits of the code of a place."""
    north, east, digits = min(lat, 89.999) + 90, (lon + 180) % 360, ""
    for cell_deg in (20.0, 1.0, 0.05, 0.0025):
        digits += _DIGITS[int(north // cell_deg)] + _DIGITS[int(east // cell_deg)]
        north, east = north % cell_deg, east % cell_deg
    return digits


def parse_utm(text: str) -> tuple[float, float] | None:
    """Return latitude and longitude of zone, band, easting and northing, or None for any other text.

    The letter is the band of latitude, as in MGRS; the words north and south are
    read, too. South is meant by an S whose northing lies outside of band S.

    Raises
    ------
    InvalidInput
        If the zone is none, or the S may mean either.

    Examples
    --------
    >>> lat, lon = parse_utm("35V 385820 6671920")
    >>> round(lat, 4), round(lon, 4)
    (60.1682, 24.9423)
    """
    match = _UTM.fullmatch(" ".join(text.upper().split()))
    if match is None:
        return None
    zone, band, northing = int(match[1]), match[2], float(match[4])
    if not 1 <= zone <= 60:
        raise InvalidInput(f"{text!r}: UTM zones are 1 to 60")
    if band == "S" and _BAND_S_NORTHING[0] <= northing <= _BAND_S_NORTHING[1]:
        raise InvalidInput(f"{text!r}: S may be a band of the north or mean south; write {zone} north or {zone} south")
    is_north = band == "NORTH" or (len(band) == 1 and band >= "N" and band != "S")
    from pyproj import Transformer

    to_degrees = Transformer.from_crs(f"EPSG:{326 if is_north else 327}{zone:02}", WGS84, always_xy=True)
    lon, lat = to_degrees.transform(float(match[3]), northing)
    return float(lat), float(lon)


def parse_mgrs(text: str) -> tuple[float, float] | None:
    """Return latitude and longitude of the middle of a square in MGRS, or None for any other text.

    Raises
    ------
    InvalidInput
        If the square is larger than 1 km, or there is none of this name.

    Examples
    --------
    >>> lat, lon = parse_mgrs("35VLG 85820 71920")
    >>> round(lat, 4), round(lon, 4)
    (60.1682, 24.9423)
    """
    match = _MGRS.fullmatch(" ".join(text.upper().split()))
    if match is None:
        return None
    digits = match[3] + (match[4] or "")
    half = len(digits) // 2
    if len(digits) % 2 or half > 5 or (match[4] and len(match[3]) != half):
        raise InvalidInput(f"{text!r}: MGRS has as many digits for east as for north, up to five of each")
    if half < _FEWEST_DIGITS:
        raise InvalidInput(f"{text!r}: this MGRS square is larger than 1 km; give two digits or more of each")
    from mgrs import MGRS
    from mgrs.core import MGRSError

    # Some versions of the library give the corner of a square, others its middle: a five more is near it for both.
    middle = [part + "5" * (half < 5) for part in (digits[:half], digits[half:])]
    try:
        lat, lon = MGRS().toLatLon(f"{match[1]}{match[2]}{''.join(middle)}")
    except MGRSError as error:
        raise InvalidInput(f"{text!r}: there is no such square in MGRS; check zone and letters") from error
    return float(lat), float(lon)
