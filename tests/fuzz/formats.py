"""A small town in every format that saferoute reads, and the command that reads each."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import rasterio
import rasterio.shutil
from fake_server import Answer, FakeServer, overpass_json, terrarium_webp
from rasters import from_origin, write, write_plane
from town import lonlat, write_town

from saferoute.sources.profiles import load_profile, to_toml

PLAN = """
n1 -150 0
n2 150 0
n3 -150 200
n4 150 200
n5 40 60 natural=tree
n6 60 40
n7 100 60
n8 100 120
n9 40 120 barrier=bollard
w1 n1,n2 highway=footway surface=asphalt width=4 name="Long Walk" lit=yes
w2 n3,n4 highway=footway surface=sand name="Sand Walk" incline=2%
w3 n6,n7,n8,n9,n6 leisure=park name="Green;Park"
w4 n1,n3 highway=residential
"""
LON, LAT = lonlat(0, 0)
AT = "2026-06-20T07:00"
SETTINGS = f'level = "intermediate"\nat = "{AT}"\nmin-length = 40\nsurface = ["asphalt", "sand"]\ntop = 3\n'


@dataclass(frozen=True)
class Format:
    """One kind of file that saferoute reads.

    Attributes
    ----------
    file : str
        Its name in the town's folder, or a pattern of several in the cache.
    more : tuple of str
        Arguments of ``saferoute find`` that have it read.
    sealed : bool
        Whether the format has checksums of its own: damage may then not change the result without a word.
    served : bool
        Whether servers are asked.
    kept : bool
        Whether it is a file of the cache, which is filled before.
    scanned : bool
        Whether a scan reads it, not a search: the tiles of one that was stopped.
    """

    file: str
    more: tuple[str, ...] = ()
    sealed: bool = False
    served: bool = False
    kept: bool = False
    scanned: bool = False


_OSM = ("--osm", "town.osm.pbf")
FORMATS = {
    "pbf": Format("town.osm.pbf", _OSM, sealed=True),
    "osm": Format("town.osm", ("--osm", "town.osm")),
    "gz": Format("town.osm.gz", ("--osm", "town.osm.gz"), sealed=True),
    "bz2": Format("town.osm.bz2", ("--osm", "town.osm.bz2"), sealed=True),
    "tif": Format("dem.tif", (*_OSM, "--dem", "dem.tif")),
    "deflate tif": Format("packed.tif", (*_OSM, "--dem", "packed.tif")),
    "hgt.zip": Format("N60E024.hgt.zip", (*_OSM, "--dem", "N60E024.hgt.zip"), sealed=True),
    "vrt": Format("dem.vrt", (*_OSM, "--dem", "dem.vrt")),
    "asc": Format("dem.asc", (*_OSM, "--dem", "dem.asc")),
    "img": Format("dem.img", (*_OSM, "--dem", "dem.img")),
    "counts": Format("counts.csv", (*_OSM, "--counts", "counts.csv")),
    "population": Format("people.tif", (*_OSM, "--population", "people.tif")),
    "settings": Format("settings.toml", (*_OSM, "--settings", "settings.toml")),
    "profile": Format("mine.toml", (*_OSM, "--level", "mine.toml")),
    "overpass": Format("overpass.json", served=True),
    "nominatim": Format("nominatim.json", served=True),
    "terrarium": Format("tile.webp", served=True),
    "index": Format("cache/index/*/*", _OSM, sealed=True, kept=True),
    "drawers": Format("cache/*/*.drawer", _OSM, sealed=True, kept=True),
    "scan tiles": Format("cache/scan/.*/*", sealed=True, kept=True, scanned=True),
    "kept answers": Format("cache/*/*.entry", sealed=True, served=True, kept=True),
}


def write_files(folder: Path) -> None:
    """Write the town in all formats but those of the cache."""
    for name in ("town.osm.pbf", "town.osm", "town.osm.gz"):
        write_town(folder / name, PLAN)
    shutil.copy(write_town(folder / "bz2.osm", PLAN), folder / "town.osm.bz2.plain")
    import bz2

    (folder / "town.osm.bz2").write_bytes(bz2.compress((folder / "bz2.osm").read_bytes()))
    for name in ("bz2.osm", "town.osm.bz2.plain"):
        (folder / name).unlink()
    write_plane(folder / "dem.tif")
    write_plane(folder / "packed.tif", compress="deflate", tiled=True, blockxsize=16, blockysize=16, nodata=-9999)
    for name, driver in (("dem.asc", "AAIGrid"), ("dem.img", "HFA"), ("dem.vrt", "VRT")):
        rasterio.shutil.copy(folder / "dem.tif", folder / name, driver=driver)
    side = 1201
    cells = from_origin(24 - 0.5 / (side - 1), 61 + 0.5 / (side - 1), 1 / (side - 1), 1 / (side - 1))
    ramp = np.add.outer(np.arange(side), np.arange(side)).astype("int16") // 50
    write(folder / "N60E024.hgt", ramp, crs="EPSG:4326", transform=cells, driver="SRTMHGT")
    with ZipFile(folder / "N60E024.hgt.zip", "w", ZIP_DEFLATED) as archive:
        archive.write(folder / "N60E024.hgt", "N60E024.hgt")
    write(folder / "people.tif", np.full((60, 60), 7.5, dtype="float32"))
    rows = [f"{lon:.5f},{lat:.5f},{40 + 9 * k},sat 07:00" for k in range(4) for lon, lat in [lonlat(40 * k - 80, 0)]]
    (folder / "counts.csv").write_text("\n".join(["lon,lat,count,at", *rows]) + "\n")
    (folder / "settings.toml").write_text(SETTINGS)
    (folder / "mine.toml").write_text(to_toml(load_profile("beginner")))
    (folder / "overpass.json").write_text(overpass_json(folder / "town.osm.pbf"))
    named = {"name": "Town", "display_name": "Town, there", "lat": str(LAT), "lon": str(LON), "importance": 0.9}
    (folder / "nominatim.json").write_text(json.dumps([named]))
    (folder / "tile.webp").write_bytes(terrarium_webp(np.full((512, 512), 20.0)))


def serve(folder: Path) -> FakeServer:
    """Return a server that sends what the files of a folder hold when it is asked."""
    server = FakeServer()
    for part, name in (("/api/interpreter", "overpass.json"), ("/search", "nominatim.json"), ("/12/", "tile.webp")):
        server.routes[part] = lambda _, path=folder / name: Answer(path.read_bytes())
    return server


def point_to(server: FakeServer) -> None:
    """Have saferoute ask a server for everything."""
    for name, path in (("OVERPASS", "/api"), ("NOMINATIM", ""), ("MAPTERHORN", ""), ("GLO30", "/glo30")):
        os.environ[f"SAFEROUTE_{name}_URL"] = f"{server.url}{path}"


def arguments(form: Format) -> list[str]:
    """Return the command line that reads a format and prints GeoJSON, or writes a scan."""
    if form.scanned:
        return ["scan", "town.osm.pbf", "-o", "cache/scan/town.parquet", "--zoom", "16", "--workers", "1", "-q"]
    near = "Town" if form.served else f"{LAT:.6f},{LON:.6f}"
    fixed = [] if "--settings" in form.more else ["--at", AT]
    return ["find", "--near", near, "--radius", "250", "--top", "3", "-o", "-", *fixed, *form.more]


def read_visible(folder: Path) -> dict[str, bytes]:
    """Return the files below a folder but hidden ones, by their names, in order."""
    named = sorted((str(path.relative_to(folder)), path) for path in folder.rglob("*") if path.is_file())
    return {name: path.read_bytes() for name, path in named if not any(p.startswith(".") for p in Path(name).parts)}
