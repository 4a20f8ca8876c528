"""Rankings made by hand, with texts that attack whatever shows them."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from tables import to_table

from saferoute.model import CRITERIA, OSM_ATTRIBUTION, Area, Features, Place, Profile, Ranking

CRS = "EPSG:32635"
X, Y = 385_000.0, 6_672_000.0  # a beach in Helsinki

TEMPLATE = "{{ cycler.__init__.__globals__.os.mkdir(cycler.__name__) }}"
HOSTILE = (
    TEMPLATE,
    "{% broken",
    "{# open comment",
    "</script><script>window.pwned=1</script>",
    "${alert(1)}",
    "`;window.pwned=1;`",
    "<img src=x onerror=window.pwned=1>",
    "\"'><svg onload=window.pwned=1>",
    "javascript:window.pwned=1",
    "<!-- <script>",
    "right \u202e to left",
    "nul \x00 and bell \x07",
    "lone \ud800 surrogate",
    "separators \u2028 \u2029",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "'; window.pwned=1; '",
    "&lt;script&gt;window.pwned=1&lt;/script&gt; &quot;&#39;",
    "</style><style>*{display:none}</style>",
    "--><svg/onload=window.pwned=1>",
    "%3Cscript%3E \\u003cscript\\u003e",
    "=cmd|' /C calc'!A0",
    "../../../../tmp/pwned",
    "\x1b]8;;file:///etc/passwd\x07link\x1b]8;;\x07",
    "isolates \u2066\u2067\u2069 and marks \u200e\u200f\u061c",
    "tags \U000e0041\U000e0042 and private \ue000",
    "x" * 100_000,
)


def stretch(rank: int, text: str = "gravel path") -> dict[str, Any]:
    y = Y + 40 * rank
    return {
        "geometry": shapely.LineString([(X, y), (X + 100, y + 10)]),
        "rank": rank,
        "score": 20 / (20 + rank),
        "score_low": 0.1,
        "score_high": 0.99,
        "rating": ("A", "B", "C", "none")[rank % 4],
        "data_quality": 0.5,
        "length_m": 100.5,
        "origin": "way",
        "osm_ids": [f"way/{rank}", text],
        "name": text,
        "surface": text,
        "grade_pct": 1.0,
        "grade_sigma_pct": 0.5,
        "strip_width_m": 2.0,
        "free_lane_m": 1.5,
        "heading_range_deg": 3.0,
        "limiting_criterion": text,
        **{f"{letter}_{name}": 0.5 for name in CRITERIA for letter in "dc"},
        **{f"why_{name}": text for name in CRITERIA},
        "verdict": text,
        "checks": [text, "Walk it forward first."],
        "distance_m": 250.0,
        "advised_bearing_deg": 84.3 if rank % 2 else np.nan,
        "barefoot": text,
        "best_hours": text,
        "ground": rank,
        "east_m": 50.0,
        "north_m": 40.0 * rank,
        **{f"q_{name}": np.linspace(0.4, 0.6, 11).tolist() for name in CRITERIA},
        "heights_m": np.where(np.arange(21) == 7, np.nan, np.linspace(2, 3, 21)).tolist(),
        "height_sigma_m": 0.4,
        "height_source": text,
    }


def table(rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    names = dict.fromkeys(["geometry", *(name for row in rows for name in row)])
    columns = {name: _column([row.get(name, np.nan) for row in rows]) for name in names}
    return gpd.GeoDataFrame(pd.DataFrame(columns), geometry="geometry", crs=CRS)


def _column(values: list[Any]) -> pd.Series:
    # As objects: where pyarrow is installed, pandas' own strings hold no lone surrogate.
    return pd.Series(values, dtype=None if all(isinstance(v, (int, float)) for v in values) else object)


def bare(**tables: gpd.GeoDataFrame) -> Features:
    empty = table([])
    every = {"ways": empty, "areas": empty, "fragments": empty, "points": empty, **tables}
    return Features(
        **{name: to_table(rows) for name, rows in every.items()},
        extent=None,
    )


def features(text: str = "Rantatie") -> Features:
    box = shapely.box(X - 600, Y - 600, X + 600, Y + 600)
    areas = [
        {"osm_type": "way", "osm_id": 1, "geometry": box, "leisure": "park", "name": text},
        {"osm_type": "way", "osm_id": 2, "geometry": shapely.box(X, Y, X + 50, Y + 50), "building": text},
    ]
    ways = [
        {
            "osm_type": "way",
            "osm_id": 3,
            "geometry": shapely.LineString([(X, Y), (X + 90, Y)]),
            "highway": "residential",
            "name": text,
        }
    ]
    return bare(ways=table(ways), areas=table(areas))


def ranking(texts: tuple[str, ...] = ("gravel path",) * 5, *, wrap: str = "Hietaranta") -> Ranking:
    lon, lat = gpd.GeoSeries([shapely.Point(X, Y)], crs=CRS).to_crs(4326).iloc[0].coords[0]
    place = Place(wrap, lon, lat)
    left_out = [
        {
            "geometry": shapely.LineString([(X, Y), (X + 19, Y)]),
            "reason": text,
            "rule": text,
            "length_m": 9.0,
            "osm_ids": [],
            "name": text,
        }
        for text in (*texts, "steps")
    ]
    return Ranking(
        area=Area(place, 500.0, CRS),
        profile=Profile("beginner", wrap, (1.0, 2.0), 20.0, 60.0, dict.fromkeys(CRITERIA, 1 / len(CRITERIA))),
        stretches=table([stretch(rank, text) for rank, text in enumerate(texts, start=1)]),
        excluded=table(left_out),
        features=features(wrap),
        considered={"ways": 12, "length_m": 3400.0, "windows": 50, "stretches": len(texts)},
        attribution=(OSM_ATTRIBUTION, wrap),
        notes=(wrap,),
        data_date=wrap,
    )
