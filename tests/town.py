"""Towns in ten lines: a plan in metres becomes an OpenStreetMap file.

One object a line, ``#`` starts a comment::

    n1 0 0                               # node 1 at x = 0 m, y = 0 m
    n7 50 3 natural=tree
    w1 n1,n2 highway=footway name="A b"  # way 1 along nodes 1 and 2
    r1 w1@outer,w2@inner type=multipolygon natural=beach

Metres are UTM zone 35N around 60° N, 25° E, turned and moved at will.
"""

from __future__ import annotations

import gzip
import math
import re
from pathlib import Path
from xml.sax.saxutils import quoteattr

from pyproj import Transformer

ORIGIN = (388_500.0, 6_653_000.0)
_TO_DEGREES = Transformer.from_crs("EPSG:32635", "EPSG:4326", always_xy=True)
QUOTE = '"'
_TAG = re.compile(r"""([\w:]+)=("[^"]*"|\S+)""")


def lonlat(
    x: float, y: float, *, turn_deg: float = 0.0, shift: tuple[float, float] = (0.0, 0.0)
) -> tuple[float, float]:
    """Return longitude and latitude of a point of the plan."""
    turn = math.radians(turn_deg)
    east = x * math.cos(turn) - y * math.sin(turn) + shift[0] + ORIGIN[0]
    north = x * math.sin(turn) + y * math.cos(turn) + shift[1] + ORIGIN[1]
    return _TO_DEGREES.transform(east, north)


def osm_xml(plan: str, **placed) -> str:
    """Return the plan as OSM XML; `placed` goes to `lonlat`."""
    rows = []
    for raw in plan.strip().splitlines():
        line = re.sub(r"(^|\s)#.*$", "", raw).strip()
        if not line:
            continue
        head, rest = line.split(None, 1)
        tags = "".join(f"<tag k={quoteattr(k)} v={quoteattr(v.strip(QUOTE))}/>" for k, v in _TAG.findall(rest))
        number, meta = head[1:], 'version="1" timestamp="2026-01-02T03:04:05Z"'
        if head[0] == "n":
            x, y = rest.split()[:2]
            lon, lat = lonlat(float(x), float(y), **placed)
            rows.append(f'<node id="{number}" {meta} lat="{lat:.7f}" lon="{lon:.7f}">{tags}</node>')
        elif head[0] == "w":
            refs = "".join(f'<nd ref="{n[1:]}"/>' for n in rest.split()[0].split(","))
            rows.append(f'<way id="{number}" {meta}>{refs}{tags}</way>')
        else:
            parts = [m.split("@") for m in rest.split()[0].split(",")]
            kinds = {"n": "node", "w": "way", "r": "relation"}
            members = "".join(f'<member type="{kinds[m[0]]}" ref="{m[1:]}" role="{role}"/>' for m, role in parts)
            rows.append(f'<relation id="{number}" {meta}>{members}{tags}</relation>')
    order = {"<n": 0, "<w": 1, "<r": 2}
    body = "\n".join(sorted(rows, key=lambda r: order[r[:2]]))
    return f"<?xml version='1.0' encoding='UTF-8'?>\n<osm version='0.6' generator='town'>\n{body}\n</osm>\n"


def write_town(path: Path, plan: str, **placed) -> Path:
    """Write the plan as ``.osm``, ``.osm.gz``, ``.osm.bz2`` or ``.osm.pbf``, and return the path."""
    text = osm_xml(plan, **placed)
    if path.name.endswith(".osm"):
        path.write_text(text, encoding="utf-8")
    elif path.name.endswith(".gz"):
        path.write_bytes(gzip.compress(text.encode()))
    else:
        import osmium

        source = path.with_name("town-source.osm")
        source.write_text(text, encoding="utf-8")
        with osmium.SimpleWriter(str(path), overwrite=True) as writer:
            for obj in osmium.FileProcessor(str(source)):
                writer.add(obj)
        source.unlink()
    return path
