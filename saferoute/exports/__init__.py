"""Where a ranking or a session leaves: tables and tracks, a file a format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saferoute.exports.files import write_atomically

if TYPE_CHECKING:
    import geopandas as gpd

    from saferoute.model import Ranking, Session

__all__ = ["build_tables", "write_atomically"]


def build_tables(thing: Ranking | Session) -> dict[str, gpd.GeoDataFrame]:
    """Return the tables that files are made of, by name; ``attrs`` holds what must go with them.

    Returns
    -------
    dict of GeoDataFrame
        ``stretches`` of a ranking, ``steps`` and ``sections`` of a session: plain values in WGS 84.
    """
    from saferoute.exports.layers import build_layers
    from saferoute.report.notices import collect_notices

    named = {layer.name: layer.table for layer in build_layers(thing)}
    for table in named.values():
        table.attrs.update(collect_notices(thing))
    return named
