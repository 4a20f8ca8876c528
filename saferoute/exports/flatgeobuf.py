"""FlatGeobuf: a ranking's stretches or a session's steps, streamable, with a spatial index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saferoute.exports import files
from saferoute.exports.layers import build_layers
from saferoute.report.notices import join_notices, make_title

if TYPE_CHECKING:
    from pathlib import Path

    from saferoute.model import Ranking, Session


def to_flatgeobuf(thing: Ranking | Session) -> bytes:
    """Return the first layer as FlatGeobuf, with title and notices in its header.

    The index orders stretches by where they are, and ``rank`` keeps the order; steps
    stand in theirs, without an index.
    """
    return files.write_to_bytes("saferoute.fgb", lambda path: _write_layer(thing, path))


def _write_layer(thing: Ranking | Session, path: Path) -> None:
    import pyogrio

    layer = build_layers(thing)[0]
    pyogrio.write_dataframe(
        layer.table,
        path,
        layer=layer.name,
        driver="FlatGeobuf",
        geometry_type="LineString" if layer.name != "steps" else "Unknown",
        SPATIAL_INDEX="NO" if layer.name == "steps" else "YES",
        layer_options={
            "TITLE": make_title(thing),
            "DESCRIPTION": join_notices(thing),
            "TEMPORARY_DIR": str(path.parent),
        },
    )
