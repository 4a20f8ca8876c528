"""FlatGeobuf: a ranking's stretches or a session's steps, streamable, with a spatial index."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from saferoute.outputs._layers import layers, notice, title

if TYPE_CHECKING:
    from saferoute.model import Ranking, Session


def to_flatgeobuf(thing: Ranking | Session) -> bytes:
    """Return the first layer as FlatGeobuf, with title and notices in its header."""
    import pyogrio

    layer = layers(thing)[0]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "saferoute.fgb"
        pyogrio.write_dataframe(
            layer.table,
            path,
            layer=layer.name,
            driver="FlatGeobuf",
            geometry_type="LineString" if layer.name != "steps" else "Unknown",
            layer_options={"TITLE": title(thing), "DESCRIPTION": notice(thing), "TEMPORARY_DIR": folder},
        )
        return path.read_bytes()
