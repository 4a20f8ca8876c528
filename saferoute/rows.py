"""Rows: what follows from the ground around one place each, kept by square for every search that comes near.

A product (`saferoute.products`) is found again by whoever asks the same of the
same area. Much of it depends on no area: what draws people to a point follows
from what is mapped around that point. Of such things every row is kept by
itself, in the drawer of the square of ground it lies on, so that a search
whose start moved, one with another radius and a session there compute what is
new to them alone. Whoever computes rows must give each of them the same values,
to the last digit, whichever other rows are asked for and however far the map
goes on; rows of which the map at hand does not hold all that they follow from
are kept for the very same rows of the same area alone.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
import shapely

from saferoute.drawers import DIGEST_BYTES, Key
from saferoute.products import Mapped, decode_arrays, digest_program, encode_arrays

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.drawers import Drawers
    from saferoute.products import Arrays

_SQUARE_M = 2000.0
"""Side of the square of ground whose rows share a drawer: a search of 1.5 km opens some nine [J]."""
_COLUMN = 1 << 32
"""More squares than any map has one above the other."""
MOST_HELD = 200
"""Squares of one product each that a process remembers, of up to 1 MB in a city: six products of three places [J]."""
MIXER = np.uint64(0x9E3779B97F4A7C15)
"""An odd factor that spreads bits: 2⁶⁴ over the golden ratio (Knuth, The Art of Computer Programming 3, 6.4)."""
_ASKED = "asked"
"""Name under which the arguments of rows are kept beside their values."""


class MappedAround(Mapped, Protocol):
    """Features of a map of which it is known what they were read from, and how far they are whole."""

    @property
    def source_key(self) -> str:
        """Digest of all that features of any area are read from, ``""`` where it is not known."""
        ...

    @property
    def whole(self) -> shapely.Geometry | None:
        """Ground on which every feature of the source is at hand; None where it is not known."""
        ...


class _Square:
    """The known rows of a product in one square: the number of each by its arguments, and their values by name."""

    def __init__(self) -> None:
        self._bits: NDArray[np.uint64] | None = None
        """The arguments of the known rows, bit by bit: NaN is found again, and 0 is not −0."""
        self._sorted: tuple[NDArray[np.uint64], IntArray] | None = None
        """Marks of the known rows in ascending order, and the number of each; None after an insertion."""
        self.values: dict[str, NDArray[Any]] = {}

    def find(self, asked: FloatArray) -> IntArray:
        """Return the number of each row of arguments, −1 where it is not known."""
        bits = asked.view(np.uint64)
        if self._bits is None or not len(self._bits):
            return np.full(len(bits), -1, dtype=np.int64)
        if np.array_equal(self._bits, bits):
            # Whoever asks for the same once more, as a scan by other weights, asks in the same order.
            return np.arange(len(bits))
        if self._sorted is None:
            marks = _mark_rows(self._bits)
            order = np.argsort(marks, kind="stable")
            self._sorted = marks[order], order
        marks, order = self._sorted
        number = order[np.minimum(np.searchsorted(marks, _mark_rows(bits)), len(order) - 1)]
        # Should two rows ever have one mark, the second is not found, and computed each time.
        return np.where((self._bits[number] == bits).all(axis=1), number, -1)

    def insert(self, asked: FloatArray, values: Mapping[str, NDArray[Any]]) -> None:
        """Insert rows behind those that are known."""
        bits, known = asked.view(np.uint64), self._bits is not None and len(self._bits) > 0
        self._bits, self._sorted = np.concatenate([self._bits, bits]) if known else bits, None
        self.values = {n: np.concatenate([self.values[n], v]) if known else v for n, v in values.items()}

    def insert_kept(self, content: bytes) -> None:
        """Insert the rows of an answer that was kept."""
        values = decode_arrays(content)
        self.insert(values.pop(_ASKED), values)


_HELD: dict[tuple[Path, str], _Square] = {}
"""Squares that this process read or made, by folder and drawer, those used last at the end."""


def recall_or_compute_rows(
    of: MappedAround,
    name: str,
    asked: FloatArray,
    compute: Callable[[IntArray], Arrays],
    *,
    reach_m: float,
) -> Arrays:
    """Return what a function computes of each of n rows of arguments, from earlier searches for those they asked for.

    Parameters
    ----------
    of : Features
        The map.
    name : str
        Name of the product, which no other has.
    asked : ndarray of shape (n, k)
        All that `compute` uses of each row besides the map; first its place in metres of the map.
    compute : callable
        Returns arrays of numbers by name, each with a row for every one of some row numbers.
    reach_m : float
        Distance from a row's place beyond which nothing changes what is computed of it.

    Returns
    -------
    mapping of str to ndarray of shape (n, …)
    """
    if of.drawers is None or not of.key or not of.source_key or of.whole is None or not len(asked):
        return compute(np.arange(len(asked)))
    asked = np.ascontiguousarray(asked, dtype=float)
    parts = _open_parts(of, _name_product(of, name), asked, shapely.buffer(of.whole, -reach_m))
    is_new = np.ones(len(asked), dtype=bool)
    for part in parts:
        is_new[part.rows[part.is_known]] = False
    new = np.flatnonzero(is_new)
    computed = compute(new) if len(new) else {}
    told = [computed, *(part.square.values for part in parts if part.is_known.any())]
    found = {
        # Whoever counts nothing may have whole numbers, which must not cut what others counted.
        column: np.empty((len(asked), *values.shape[1:]), dtype=np.result_type(*(of[column] for of in told if of)))
        for column, values in next(of for of in told if of).items()
    }
    for column, values in found.items():
        if len(new):
            values[new] = computed[column]
        for part in parts:
            if part.is_known.any():
                values[part.rows[part.is_known]] = part.square.values[column][part.number[part.is_known]]
    _keep_new(of.drawers, parts, asked, found)
    return found


def forget_rows() -> None:
    """Forget the rows that this process remembers; what is kept on disk stays."""
    _HELD.clear()


def _name_product(of: MappedAround, name: str) -> str:
    """Return how the names of a product's drawers begin."""
    made_of = blake2b(f"{digest_program()} {of.source_key}".encode(), digest_size=DIGEST_BYTES).hexdigest()
    return f"{made_of}-{name}"


class _Part(NamedTuple):
    """Some of the rows that are asked for, all in one square or at the edge of the map.

    Which ones they are, and the number of each among those known; and the digest under which they are all that is kept,
    ``b""`` in squares, where whatever becomes known is kept beside the rest.
    """

    drawer: str
    digest: bytes
    square: _Square
    rows: IntArray
    number: IntArray

    @property
    def is_known(self) -> BoolArray:
        """Mask of the rows that are known."""
        return self.number >= 0


def _open_parts(of: MappedAround, name: str, asked: FloatArray, within: shapely.Geometry) -> list[_Part]:
    """Return the squares of the rows that lie within a part of the map, and the other rows, those at its edge."""
    assert of.drawers is not None
    shapely.prepare(within)
    is_within = shapely.contains_xy(within, *asked[:, :2].T)
    parts = _open_squares(of.drawers, name, asked, np.flatnonzero(is_within))
    edge = np.flatnonzero(~is_within)
    if len(edge):
        drawer, at_edge = f"{name}-edge", _Square()
        digest = blake2b(of.key.encode() + asked[edge].tobytes(), digest_size=DIGEST_BYTES).digest()
        for content in of.drawers.recall([Key(drawer, digest)]):
            if content is not None:
                at_edge.insert_kept(content)
        parts.append(_Part(drawer, digest, at_edge, edge, at_edge.find(asked[edge])))
    return parts


def _open_squares(drawers: Drawers, name: str, asked: FloatArray, shared: IntArray) -> list[_Part]:
    """Return the squares of some rows, with those rows."""
    corners = np.floor(asked[shared, :2] / _SQUARE_M).astype(np.int64)
    # One number a square is sorted in a tenth of the time of two.
    squares, square = np.unique(corners[:, 0] * _COLUMN + corners[:, 1] + _COLUMN // 2, return_inverse=True)
    parts = []
    for number, of in enumerate(squares.tolist()):
        x, y = of // _COLUMN, of % _COLUMN - _COLUMN // 2
        rows = shared[square == number]
        drawer = f"{name}{x:+d}{y:+d}"
        held = _recall_square(drawers, drawer)
        parts.append(_Part(drawer, b"", held, rows, held.find(asked[rows])))
    return parts


def _recall_square(drawers: Drawers, drawer: str) -> _Square:
    """Return the rows that are known in a square, as this process remembers them or as they are kept on disk."""
    square = _HELD.pop((drawers.folder, drawer), None)
    if square is None:
        square = _Square()
        for content in drawers.recall_all(drawer):
            square.insert_kept(content)
    _HELD[drawers.folder, drawer] = square
    while len(_HELD) > MOST_HELD:
        del _HELD[next(iter(_HELD))]
    return square


def _keep_new(drawers: Drawers, parts: Sequence[_Part], asked: FloatArray, found: Arrays) -> None:
    """Keep and remember the rows of squares that were not known."""
    answers = {}
    for part in parts:
        rows = part.rows[~part.is_known]
        if len(rows):
            values = {column: of_rows[rows] for column, of_rows in found.items()}
            part.square.insert(asked[rows], values)
            content = encode_arrays({_ASKED: asked[rows], **values})
            digest = part.digest or blake2b(content, digest_size=DIGEST_BYTES).digest()
            answers[Key(part.drawer, digest)] = content
    if answers:
        drawers.keep(answers)


def _mark_rows(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return a number for each row, the same for the same bits, and another one for all but a few others."""
    marks = np.zeros(len(bits), dtype=np.uint64)
    for column in np.ascontiguousarray(bits.T):
        marks = (marks ^ column) * MIXER
        marks ^= marks >> np.uint64(32)
    return marks
