"""GeoPackage: a table a layer, with a style that QGIS opens coloured."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from saferoute.exports import files
from saferoute.exports.layers import build_layers
from saferoute.report.notices import collect_notices, join_notices

if TYPE_CHECKING:
    from pathlib import Path

    from saferoute.model import Ranking, Session

COLOURS = ("#440154", "#3d4c8a", "#24878d", "#3ebc73", "#cae121")
"""Five classes of viridis, 0 to .92 of it, as on the map."""
_BREAKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_KINDS = {"backward": "#d7191c", "look": "#fdae61", "back": "#fdae61", "warm-up": "#2c7bb6", "run on": "#7b3294",
          "cool-down": "#1a9641"}  # fmt: skip

# As QGIS itself makes it; it looks for the default style of a layer by the layer's name.
_STYLES = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
  f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
  useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')))
"""


def to_geopackage(thing: Ranking | Session) -> bytes:
    """Return a ranking or a session as a GeoPackage, with its notices in the metadata."""
    return files.write_to_bytes("saferoute.gpkg", lambda path: _write_layers(thing, path))


def _write_layers(thing: Ranking | Session, path: Path) -> None:
    import pyogrio

    words, found = collect_notices(thing), build_layers(thing)
    for k, layer in enumerate(found):
        pyogrio.write_dataframe(
            layer.table,
            path,
            layer=layer.name,
            driver="GPKG",
            append=k > 0,
            geometry_type="LineString" if layer.name != "steps" else "Unknown",
            dataset_metadata=words if k == 0 else None,
            layer_metadata=words,
            layer_options={"DESCRIPTION": join_notices(thing), "IDENTIFIER": f"saferoute {layer.name}"},
        )
    with closing(sqlite3.connect(path)) as database, database:
        _add_styles(database, [layer.name for layer in found])


def _add_styles(database: sqlite3.Connection, names: list[str]) -> None:
    database.execute(_STYLES)
    database.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('layer_styles', 'attributes', "
        "'layer_styles')"
    )
    for name in names:
        database.execute(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, "
            "styleQML, styleSLD, useAsDefault, description) VALUES ('', '', ?, 'geom', ?, ?, '', 1, ?)",
            (name, name, build_qgis_style(name), "saferoute: coloured by what counts"),
        )


def build_qgis_style(layer: str) -> str:
    """Return the QGIS style of a layer: steps by kind, others by `score_low` in five classes."""
    if layer == "steps":
        rows = [(f"value={quoteattr(kind)} label={quoteattr(kind)}", colour) for kind, colour in _KINDS.items()]
        return _build_renderer('type="categorizedSymbol" attr="kind"', "categories", "category", rows)
    rows = [
        (f'lower="{low:.2f}" upper="{high:.2f}" label="{low:.1f} – {high:.1f}"', colour)
        for low, high, colour in zip(_BREAKS, _BREAKS[1:], COLOURS, strict=False)
    ]
    return _build_renderer(
        'type="graduatedSymbol" attr="score_low" graduatedMethod="GraduatedColor"', "ranges", "range", rows
    )


def _build_renderer(of: str, group: str, item: str, rows: list[tuple[str, str]]) -> str:
    items = "".join(f'<{item} symbol="{k}" render="true" {row}/>' for k, (row, _) in enumerate(rows))
    symbols = "".join(_build_symbol(k, colour) for k, (_, colour) in enumerate(rows))
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
        f'<qgis version="3.22" styleCategories="Symbology"><renderer-v2 {of} symbollevels="0" enableorderby="0">'
        f"<{group}>{items}</{group}><symbols>{symbols}</symbols></renderer-v2><layerGeometryType>1</layerGeometryType>"
        "</qgis>"
    )


def _build_symbol(name: int, colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    options = {"line_color": f"{red},{green},{blue},255", "line_width": "1.2", "line_width_unit": "MM",
               "capstyle": "round", "joinstyle": "round", "line_style": "solid"}  # fmt: skip
    listed = "".join(f'<Option type="QString" name="{key}" value="{value}"/>' for key, value in options.items())
    old = "".join(f'<prop k="{key}" v="{value}"/>' for key, value in options.items())
    return (
        f'<symbol type="line" name="{name}" alpha="1" clip_to_extent="1" force_rhr="0">'
        f'<layer class="SimpleLine" enabled="1" locked="0" pass="0"><Option type="Map">{listed}</Option>{old}</layer>'
        "</symbol>"
    )
