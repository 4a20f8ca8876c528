"""GeoPackage: a table a layer, with a style that QGIS opens coloured."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from saferoute.exports import files
from saferoute.exports.layers import build_layers
from saferoute.report.notices import collect_notices, join_notices
from saferoute.report.ratings import RATINGS
from saferoute.scoring import UNRATED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from saferoute.exports.layers import Layer
    from saferoute.exports.schema import Column
    from saferoute.model import Ranking, Session

_KINDS = {"backward": "#d7191c", "look": "#fdae61", "back": "#fdae61", "warm-up": "#2c7bb6", "run on": "#7b3294",
          "cool-down": "#1a9641"}  # fmt: skip
_STANDING = {"recover": "#636363"}
"""Kinds of steps at which one stands, with their colours."""
STOPS = "stops"
"""Layer of those steps."""
_TOLD = {
    "stretches": ("rank", ("name", "verdict", "checks")),
    "sections": ("section", ("name", "checks")),
    "steps": ("step", ("kind", "words")),
    STOPS: ("step", ("kind", "words")),
}
"""By layer, the column of the labels, and those of the map tips."""
_VERSION = "1.2"
"""Of the GeoPackage: QGIS of Debian 12 warns of what is newer than 1.3."""
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

    words = collect_notices(thing)
    found = [part for layer in build_layers(thing) for part in _part_geometries(layer)]
    for k, layer in enumerate(found):
        pyogrio.write_dataframe(
            layer.table,
            path,
            layer=layer.name,
            driver="GPKG",
            append=k > 0,
            VERSION=_VERSION,
            geometry_type="Point" if layer.name == STOPS else "LineString",
            dataset_metadata=words if k == 0 else None,
            layer_metadata=words,
            layer_options={"DESCRIPTION": join_notices(thing), "IDENTIFIER": f"saferoute {layer.name}"},
        )
    with closing(sqlite3.connect(path)) as database, database:
        _add_styles(database, found)


def _part_geometries(layer: Layer) -> Iterator[Layer]:
    """Yield a layer, and the rows of it that are points in one of their own: programs draw layers of one kind."""
    if layer.name != "steps":
        yield layer
        return
    is_point = layer.table.geometry.geom_type == "Point"
    yield replace(layer, table=layer.table[~is_point])
    yield replace(layer, name=STOPS, table=layer.table[is_point])


def _add_styles(database: sqlite3.Connection, layers: Sequence[Layer]) -> None:
    database.execute(_STYLES)
    database.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('layer_styles', 'attributes', "
        "'layer_styles')"
    )
    for layer in layers:
        database.execute(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, "
            "styleQML, styleSLD, useAsDefault, description) VALUES ('', '', ?, 'geom', ?, ?, '', 1, ?)",
            (layer.name, layer.name, build_qgis_style(layer), "saferoute: coloured by what counts"),
        )


def build_qgis_style(layer: Layer) -> str:
    """Return the QGIS style of a layer: colours by rating or kind as on the map, labels, map tips, names of columns."""
    of_kinds = {"steps": _KINDS, STOPS: _STANDING}.get(layer.name)
    if of_kinds is None:
        words = {n: f"{n}: {r.meaning}" if n != UNRATED else r.meaning for n, r in RATINGS.items()}
        symbols = [_build_symbol(k, rating.colour, rating.dashes) for k, rating in enumerate(RATINGS.values())]
        renderer = _build_renderer("rating", words, symbols)
    else:
        build = _build_marker if layer.name == STOPS else _build_symbol
        symbols = [build(k, colour) for k, colour in enumerate(of_kinds.values())]
        renderer = _build_renderer("kind", {kind: kind for kind in of_kinds}, symbols)
    number, told = _TOLD[layer.name]
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
        '<qgis version="3.22" styleCategories="Symbology|Labeling|Fields|MapTips" labelsEnabled="1">'
        f"{renderer}{_build_labels(number, is_line=layer.name != STOPS)}{_build_aliases(layer.columns)}"
        f"{_build_tip(number, told)}<layerGeometryType>{0 if layer.name == STOPS else 1}</layerGeometryType></qgis>"
    )


def _build_labels(column: str, *, is_line: bool) -> str:
    return (
        f'<labeling type="simple"><settings><text-style fieldName="{column}" isExpression="0" fontSize="10" '
        'fontSizeUnit="Point" fontFamily="Sans Serif" namedStyle="Bold" textColor="27,31,35,255">'
        '<text-buffer bufferDraw="1" bufferSize="1" bufferSizeUnits="MM" bufferColor="255,255,255,255"/></text-style>'
        f'<placement placement="{2 if is_line else 0}" placementFlags="10" dist="1" distUnits="MM"/>'
        '<rendering drawLabels="1"/></settings></labeling>'
    )


def _build_aliases(columns: Sequence[Column]) -> str:
    # The feature's number, which GDAL calls fid, is the first field.
    fields = "".join(
        f'<alias field={quoteattr(column.name)} index="{k}" name={quoteattr(column.alias)}/>'
        for k, column in enumerate(columns, 1)
    )
    return f"<aliases>{fields}</aliases>"


def _build_tip(number: str, columns: Sequence[str]) -> str:
    """Return the map tip, which QGIS takes for HTML: what strangers wrote stays text in it."""
    parts = [f"[% replace(replace(\"{name}\", '&', '&amp;'), '<', '&lt;') %]" for name in columns]
    tip = f'<b>[% "{number}" %]</b> {"<br/>".join(parts)}'
    shown = f'"{number}" || \' \' || "{columns[0]}"'
    return f"<mapTip>{escape(tip)}</mapTip><previewExpression>{escape(shown)}</previewExpression>"


def _build_renderer(column: str, labels: dict[str, str], symbols: list[str]) -> str:
    """Return a renderer with a symbol for each value of a column, given with its label."""
    items = "".join(
        f'<category symbol="{k}" render="true" value={quoteattr(value)} label={quoteattr(label)}/>'
        for k, (value, label) in enumerate(labels.items())
    )
    return (
        f'<renderer-v2 type="categorizedSymbol" attr="{column}" symbollevels="0" enableorderby="0">'
        f"<categories>{items}</categories><symbols>{''.join(symbols)}</symbols></renderer-v2>"
    )


def _build_symbol(name: int, colour: str, dashes: Sequence[int] = ()) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    dash = ";".join(f"{length * _WIDTH_MM:.1f}" for length in dashes)
    options = {"line_color": f"{red},{green},{blue},255", "line_width": f"{_WIDTH_MM}", "line_width_unit": "MM",
               "capstyle": "flat", "joinstyle": "round", "line_style": "solid",
               "use_custom_dash": str(int(bool(dash))), "customdash": dash, "customdash_unit": "MM"}  # fmt: skip
    return _write_symbol("line", name, "SimpleLine", options)


def _build_marker(name: int, colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    options = {"name": "circle", "color": f"{red},{green},{blue},255", "outline_color": "255,255,255,255",
               "outline_width": "0.4", "size": "3", "size_unit": "MM"}  # fmt: skip
    return _write_symbol("marker", name, "SimpleMarker", options)


def _write_symbol(kind: str, name: int, of: str, options: Mapping[str, str]) -> str:
    listed = "".join(f'<Option type="QString" name="{key}" value="{value}"/>' for key, value in options.items())
    old = "".join(f'<prop k="{key}" v="{value}"/>' for key, value in options.items())
    return (
        f'<symbol type="{kind}" name="{name}" alpha="1" clip_to_extent="1" force_rhr="0">'
        f'<layer class="{of}" enabled="1" locked="0" pass="0"><Option type="Map">{listed}</Option>{old}</layer>'
        "</symbol>"
    )
