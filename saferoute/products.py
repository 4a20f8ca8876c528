"""Products: what follows from a map and from other things alone, kept for the searches after.

Whatever depends on no hour and no runner need not be computed again when one
searches the same area by another hour, with other weights, or once more. A
product is recalled by a digest of the map, of the arrays it was computed with,
of the libraries and of all code of this package: of anything else it is computed.
Within a process whole objects are remembered, too, as long as the map is.
"""

from __future__ import annotations

import json
import math
import zlib
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np
import shapely

from saferoute.digests import digest_libraries, digest_package
from saferoute.drawers import DIGEST_BYTES, Key

Thing = TypeVar("Thing")

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from saferoute.drawers import Drawers

    Arrays = Mapping[str, NDArray[Any]]
    """Arrays of numbers, truth values, text or shapes, by name."""

_FASTEST = 1
"""Level of compression: most arrays of counts are zeros, and any level finds those."""
_TEXT, _SHAPES = "text", "shapes"
"""Kinds of arrays of objects."""
_MOST_REMEMBERED = 4
"""Objects of one name that a process remembers of a map: as many hours or levels as one compares in a sitting [J]."""


class Memory:
    """What this process derived of one map, whole as it was made; a copy is empty.

    Examples
    --------
    >>> memory = Memory()
    >>> [memory.recall_or_make("sum", key, lambda: 1 + 1) for key in (b"a", b"a")]
    [2, 2]
    """

    def __init__(self) -> None:
        self._held: dict[str, dict[bytes, Any]] = {}

    def __reduce__(self) -> tuple[type[Memory], tuple[()]]:
        """Return how another process makes its own."""
        return Memory, ()

    def recall_or_make(self, name: str, key: bytes, make: Callable[[], Thing]) -> Thing:
        """Return what was made under a name and key, or make it now; of those made first the oldest are let go."""
        held = self._held.setdefault(name, {})
        if key not in held:
            made = make()
            while len(held) >= _MOST_REMEMBERED:
                del held[next(iter(held))]
            held[key] = made
        thing: Thing = held[key]
        return thing

    def clear(self) -> None:
        """Let all of it go."""
        self._held.clear()


class Mapped(Protocol):
    """Features of a map that may be known from an earlier search."""

    @property
    def key(self) -> str:
        """Digest of all that the features were read from, ``""`` where it is not known."""
        ...

    @property
    def drawers(self) -> Drawers | None:
        """Where products are kept; None = nowhere."""
        ...

    @property
    def memory(self) -> Memory | None:
        """Memory of this process for the map; None = nothing is remembered."""
        ...


def remember_or_make(of: Mapped, name: str, key: bytes, make: Callable[[], Thing]) -> Thing:
    """Return an object that follows from a map, as this process made it for an earlier search if it did.

    Whoever gets it shares it with others, and changes nothing in it.

    Parameters
    ----------
    of : Features
        The map.
    name : str
        Name of the object, which no other has.
    key : bytes
        Digest of all that `make` uses besides the map.
    make : callable
        Returns the object.
    """
    if of.memory is None or not of.key:
        return make()
    return of.memory.recall_or_make(name, f"{of.key} ".encode() + key, make)


def recall_or_compute(
    of: Mapped, name: str, arguments: Sequence[NDArray[Any]], compute: Callable[[], Arrays]
) -> Arrays:
    """Return what a function computes of a map and some arrays, from an earlier search if it was asked the same.

    Parameters
    ----------
    of : Features
        The map.
    name : str
        Name of the product, which no other has.
    arguments : sequence of arrays
        All that `compute` uses besides the map.
    compute : callable
        Returns the arrays, by name; where it returns none, nothing is kept.
    """
    if of.drawers is None or not of.key:
        return compute()
    here = blake2b(f"{digest_program()} {of.key}".encode(), digest_size=DIGEST_BYTES)
    drawer = f"{here.hexdigest()}-{name}"
    for argument in arguments:
        here.update(f"{argument.dtype.str} {argument.shape} ".encode() + _to_bytes(argument))
    key = Key(drawer, here.digest())
    (known,) = of.drawers.recall([key])
    if known is not None:
        return decode_arrays(known)
    found = compute()
    if found:
        of.drawers.keep({key: encode_arrays(found)})
    return found


@cache
def digest_program() -> str:
    """Return a digest of all that decides what is computed of a map: code and libraries."""
    return f"{digest_package()} {digest_libraries('shapely', 'pyproj')} {np.__version__}"


def encode_arrays(arrays: Arrays) -> bytes:
    """Return arrays as bytes: names, types and shapes as JSON, then the values."""
    told, values = [], []
    for name, array in arrays.items():
        kind, content = _encode_objects(array) if array.dtype == object else (array.dtype.str, _to_bytes(array))
        told.append((name, kind, array.shape, len(content)))
        values.append(content)
    return zlib.compress(b"\n".join([json.dumps(told).encode(), b"".join(values)]), _FASTEST)


def _encode_objects(array: NDArray[np.object_]) -> tuple[str, bytes]:
    """Return an array of shapes, or of text, as the name of its kind and bytes."""
    if array.size and isinstance(array.flat[0], shapely.Geometry):
        shapes = shapely.to_wkb(array.ravel()).tolist()
        return _SHAPES, np.array([len(shape) for shape in shapes], dtype=np.int64).tobytes() + b"".join(shapes)
    return _TEXT, json.dumps(array.ravel().tolist()).encode()


def _decode_shapes(content: bytes, count: int) -> NDArray[np.object_]:
    end = 8 * count + np.cumsum(np.frombuffer(content, dtype=np.int64, count=count))
    start = [8 * count, *end[:-1].tolist()]
    shapes: NDArray[np.object_] = shapely.from_wkb([content[a:b] for a, b in zip(start, end.tolist(), strict=True)])
    return shapes


def _to_bytes(array: NDArray[Any]) -> bytes:
    return np.ascontiguousarray(array).tobytes()


def decode_arrays(answer: bytes) -> dict[str, NDArray[Any]]:
    """Return what `encode_arrays` was given."""
    told, _, values = zlib.decompress(answer).partition(b"\n")
    arrays: dict[str, NDArray[Any]] = {}
    at = 0
    for name, kind, shape, length in json.loads(told):
        content = values[at : at + length]
        at += length
        if kind == _SHAPES:
            arrays[name] = _decode_shapes(content, math.prod(shape)).reshape(shape)
        elif kind == _TEXT:
            texts = np.empty(math.prod(shape), dtype=object)
            texts[:] = json.loads(content)
            arrays[name] = texts.reshape(shape)
        else:
            # Copied, as whoever computes an array may write to it, too.
            arrays[name] = np.frombuffer(content, dtype=kind).reshape(shape).copy()
    return arrays
