"""FlatGeobuf: a ranking's stretches or a session's steps, streamable, with a spatial index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saferoute.outputs import _files
from saferoute.outputs._layers import layers, notice, title

if TYPE_CHECKING:
    from pathlib import Path

    from saferoute.model import Ranking, Session


def to_flatgeobuf(thing: Ranking | Session) -> bytes:
    """Return the first layer as FlatGeobuf, with title and notices in its header.

    The index orders rows by where they are; ``rank`` and ``step`` keep the order.
    """
    return _files.by_library("saferoute.fgb", lambda path: _write(thing, path))


def _write(thing: Ranking | Session, path: Path) -> None:
    import pyogrio

    layer = layers(thing)[0]
    pyogrio.write_dataframe(
        layer.table,
        path,
        layer=layer.name,
        driver="FlatGeobuf",
        geometry_type="LineString" if layer.name != "steps" else "Unknown",
        layer_options={"TITLE": title(thing), "DESCRIPTION": notice(thing), "TEMPORARY_DIR": str(path.parent)},
    )
