"""KML 2.2: lines with names, descriptions and their values as a typed table.

Viewers take texts of KML for HTML and fill in ``$[…]``, so both are written in
look-alike characters: text stays text in every reader.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pandas as pd
import shapely

from saferoute.exports.layers import build_layers
from saferoute.report.notices import join_notices, make_title
from saferoute.report.ratings import RATINGS
from saferoute.report.text import sanitize_text

if TYPE_CHECKING:
    from saferoute.exports.layers import Layer
    from saferoute.model import Ranking, Session

_TYPES = {"integer": "int", "number": "double", "flag": "bool"}
"""Types of KML by those of columns; all others are text."""
_NAMESPACE = "http://www.opengis.net/kml/2.2"
_LOOK_ALIKE = str.maketrans({"<": "‹", ">": "›", "$": "＄"})
_OTHER = "other"
_COLOURS = {**{name: rating.colour for name, rating in RATINGS.items()}, "backward": "#ff0000", _OTHER: "#2864b0"}
"""Of lines by rating or kind."""
_LONGEST_NOTICE = 4000


def to_kml(thing: Ranking | Session) -> str:
    """Return a ranking or a session as KML text: a folder a layer."""
    ET.register_namespace("", _NAMESPACE)
    root = ET.Element(f"{{{_NAMESPACE}}}kml")
    document = _add_child(root, "Document")
    _add_child(document, "name", make_title(thing))
    _add_child(document, "description", join_notices(thing), _LONGEST_NOTICE)
    for name, colour in _COLOURS.items():
        style = _add_child(document, "Style")
        style.set("id", name)
        line = _add_child(style, "LineStyle")
        _add_child(line, "color", _encode_colour(colour))
        _add_child(line, "width", "4")
    layers = build_layers(thing)
    for layer in layers:
        _add_schema(document, layer)
    for layer in layers:
        folder = _add_child(document, "Folder")
        _add_child(folder, "name", layer.name)
        for row in layer.table.to_dict("records"):
            _add_placemark(folder, layer.name, row)
    return ET.tostring(root, encoding="unicode", xml_declaration=False).join(
        ['<?xml version="1.0" encoding="UTF-8"?>\n', "\n"]
    )


def _add_schema(document: ET.Element, layer: Layer) -> None:
    """Declare the columns of a layer with their types."""
    schema = _add_child(document, "Schema")
    schema.attrib.update(id=layer.name, name=layer.name)
    for column in layer.columns:
        field = _add_child(schema, "SimpleField")
        field.attrib.update(type=_TYPES.get(column.type, "string"), name=column.name)
        _add_child(field, "displayName", column.alias)


def _encode_colour(colour: str) -> str:
    """Return ``#rrggbb`` as KML writes it: opacity, blue, green, red."""
    return f"ff{colour[5:7]}{colour[3:5]}{colour[1:3]}"


def _add_child(parent: ET.Element, tag: str, text: str | None = None, longest: int = 400) -> ET.Element:
    child = ET.SubElement(parent, f"{{{_NAMESPACE}}}{tag}")
    if text is not None:
        child.text = sanitize_text(text, longest).translate(_LOOK_ALIKE)
    return child


def _add_placemark(folder: ET.Element, layer: str, row: dict[Any, Any]) -> None:
    mark = _add_child(folder, "Placemark")
    if layer == "steps":
        _add_child(mark, "name", f"{row['step']} {row['kind']}")
    else:
        number = row["rank"] if layer == "stretches" else row["section"]
        _add_child(mark, "name", f"{number} {row['name']}")
    _add_child(mark, "description", _describe(layer, row))
    kind = str(row["kind"] if layer == "steps" else row["rating"])
    _add_child(mark, "styleUrl", f"#{kind if kind in _COLOURS else _OTHER}")
    data = _add_child(_add_child(mark, "ExtendedData"), "SchemaData")
    data.set("schemaUrl", f"#{layer}")
    for key, value in row.items():
        if key != "geometry" and not pd.isna(value):
            _add_child(data, "SimpleData", str(value)).set("name", str(key))
    shape = row["geometry"]
    line = _add_child(mark, shape.geom_type)
    _add_child(line, "coordinates").text = " ".join(f"{x:.7f},{y:.7f}" for x, y in shapely.get_coordinates(shape))


def _describe(layer: str, row: dict[Any, Any]) -> str:
    """Return what one wants to read of a line first."""
    if layer == "steps":
        return str(row["words"])
    if layer == "sections":
        return f"{row['duration_s']:.0f} s backwards, {row['length_m']:.0f} m. Check {row['checks']}"
    return f"{row['verdict']}. Check {row['checks']}"
