"""GeoPackage: a table a layer, with a style that QGIS opens coloured."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from saferoute.exports import files
from saferoute.exports.layers import build_layers
from saferoute.report.notices import collect_notices, join_notices
from saferoute.report.ratings import RATINGS
from saferoute.scoring import UNRATED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from saferoute.model import Ranking, Session

_KINDS = {"backward": "#d7191c", "look": "#fdae61", "back": "#fdae61", "warm-up": "#2c7bb6", "run on": "#7b3294",
          "cool-down": "#1a9641"}  # fmt: skip
_WIDTH_MM = 1.2

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
    """Return the QGIS style of a layer: steps by kind, others by rating as on the map."""
    if layer == "steps":
        symbols = [_build_symbol(k, colour) for k, colour in enumerate(_KINDS.values())]
        return _build_renderer("kind", {kind: kind for kind in _KINDS}, symbols)
    words = {name: f"{name}: {rating.meaning}" if name != UNRATED else rating.meaning
             for name, rating in RATINGS.items()}  # fmt: skip
    symbols = [_build_symbol(k, rating.colour, rating.dashes) for k, rating in enumerate(RATINGS.values())]
    return _build_renderer("rating", words, symbols)


def _build_renderer(column: str, labels: dict[str, str], symbols: list[str]) -> str:
    """Return a style with a symbol for each value of a column, given with its label."""
    items = "".join(
        f'<category symbol="{k}" render="true" value={quoteattr(value)} label={quoteattr(label)}/>'
        for k, (value, label) in enumerate(labels.items())
    )
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
        f'<qgis version="3.22" styleCategories="Symbology"><renderer-v2 type="categorizedSymbol" attr="{column}" '
        f'symbollevels="0" enableorderby="0"><categories>{items}</categories><symbols>{"".join(symbols)}</symbols>'
        "</renderer-v2><layerGeometryType>1</layerGeometryType></qgis>"
    )


def _build_symbol(name: int, colour: str, dashes: Sequence[int] = ()) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    dash = ";".join(f"{length * _WIDTH_MM:.1f}" for length in dashes)
    options = {"line_color": f"{red},{green},{blue},255", "line_width": f"{_WIDTH_MM}", "line_width_unit": "MM",
               "capstyle": "flat", "joinstyle": "round", "line_style": "solid",
               "use_custom_dash": str(int(bool(dash))), "customdash": dash, "customdash_unit": "MM"}  # fmt: skip
    listed = "".join(f'<Option type="QString" name="{key}" value="{value}"/>' for key, value in options.items())
    old = "".join(f'<prop k="{key}" v="{value}"/>' for key, value in options.items())
    return (
        f'<symbol type="line" name="{name}" alpha="1" clip_to_extent="1" force_rhr="0">'
        f'<layer class="SimpleLine" enabled="1" locked="0" pass="0"><Option type="Map">{listed}</Option>{old}</layer>'
        "</symbol>"
    )
