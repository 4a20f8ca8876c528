"""Products: arrays that follow from a map and from other arrays alone, kept for the searches after.

Whatever depends on no hour and no runner need not be computed again when one
searches the same area by another hour, with other weights, or once more. A
product is recalled by a digest of the map, of the arrays it was computed with,
of the libraries and of all code of this package: of anything else it is computed.
"""

from __future__ import annotations

import json
import zlib
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from saferoute.digests import digest_libraries, digest_package
from saferoute.drawers import DIGEST_BYTES, Key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from saferoute.drawers import Drawers

    Arrays = Mapping[str, NDArray[Any]]
    """Arrays of numbers, truth values or text, by name."""

_FASTEST = 1
"""Level of compression: most arrays of counts are zeros, and any level finds those."""


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
        Returns the arrays, by name.
    """
    if of.drawers is None or not of.key:
        return compute()
    here = blake2b(f"{_digest_program()} {of.key}".encode(), digest_size=DIGEST_BYTES)
    drawer = f"{here.hexdigest()}-{name}"
    for argument in arguments:
        here.update(f"{argument.dtype.str} {argument.shape} ".encode() + np.ascontiguousarray(argument).tobytes())
    key = Key(drawer, here.digest())
    (known,) = of.drawers.recall([key])
    if known is not None:
        return _decode(known)
    found = compute()
    of.drawers.keep({key: _encode(found)})
    return found


@cache
def _digest_program() -> str:
    return f"{digest_package()} {digest_libraries('shapely', 'pyproj')} {np.__version__}"


def _encode(arrays: Arrays) -> bytes:
    """Return arrays as bytes: names, types and shapes as JSON, then the values."""
    told, values = [], []
    for name, array in arrays.items():
        is_text = array.dtype == object
        content = json.dumps(array.tolist()).encode() if is_text else np.ascontiguousarray(array).tobytes()
        told.append((name, "text" if is_text else array.dtype.str, array.shape, len(content)))
        values.append(content)
    return zlib.compress(b"\n".join([json.dumps(told).encode(), b"".join(values)]), _FASTEST)


def _decode(answer: bytes) -> dict[str, NDArray[Any]]:
    """Return what `_encode` was given."""
    told, _, values = zlib.decompress(answer).partition(b"\n")
    arrays: dict[str, NDArray[Any]] = {}
    at = 0
    for name, kind, shape, length in json.loads(told):
        content = values[at : at + length]
        at += length
        if kind == "text":
            arrays[name] = np.empty(shape, dtype=object)
            arrays[name][:] = json.loads(content)
        else:
            # Copied, as whoever computes an array may write to it, too.
            arrays[name] = np.frombuffer(content, dtype=kind).reshape(shape).copy()
    return arrays
