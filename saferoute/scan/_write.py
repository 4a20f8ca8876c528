"""The outputs of a scan: the partitioned stretches, a summary, and a page with its tiles."""

from __future__ import annotations

import io
import json
import shutil
from contextlib import contextmanager
from itertools import groupby
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from saferoute.exports.csv import escape_cell
from saferoute.exports.files import write_atomically
from saferoute.exports.schema import SCAN, describe_columns
from saferoute.geometry.geodesy import degree_lengths_m
from saferoute.model import CAUTION, InvalidInput
from saferoute.report.names import tell_apart
from saferoute.report.notices import ODBL_URL
from saferoute.report.text import sanitize_text
from saferoute.scan import _places, _seams, _web
from saferoute.scan._columns import empty_table
from saferoute.scan._kept import MapKey
from saferoute.scan._names import NameIndex
from saferoute.scan._store import PARTITION, to_arrow
from saferoute.scan.vector import VectorTiles
from saferoute.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from saferoute.scan._job import Job
    from saferoute.scan._store import Store
    from saferoute.scan.crews import Crew
    from saferoute.scan.tiles import Tile

FACTS = "_saferoute.json"
"""File of facts in the folder of stretches; readers of Parquet skip names with an underscore."""
_COARSEST_PARTITION = 8
"""Zoom of the largest partitions, 80 to 150 km wide: one is held in memory, some 15 kB a stretch."""
ALIKE_ZOOM = 12
"""Zoom of the squares of 5 to 10 km in which no two names are alike, which no partition cuts."""


class Outputs:
    """The paths of the three outputs of a scan.

    Parameters
    ----------
    path : Path
        Name of the folder of stretches, which ends with ``.parquet``.

    Raises
    ------
    InvalidInput
        If the name or its folder is wrong, or something else than a scan stands there.
    """

    def __init__(self, path: Path) -> None:
        if path.suffix.lower() != ".parquet" or path.name.lower() == ".parquet":
            raise InvalidInput(f"{path}: the name of a scan's output ends with .parquet")
        if not path.parent.is_dir():
            raise InvalidInput(f"{path}: the folder {path.parent} does not exist; make it first")
        self.stretches, self.summary = path, path.with_name(f"{path.stem}-summary.csv")
        self.page = path.with_name(f"{path.stem}-web")
        for folder, mark in ((self.stretches, FACTS), (self.page, _web.MARK)):
            if folder.exists() and not (folder / mark).is_file():
                raise InvalidInput(f"{folder}: stands there and is no scan's; remove it or choose another name with -o")

    def read_facts(self) -> dict[str, Any]:
        """Return the facts of the scan that stands there, {} if there is none."""
        try:
            facts: dict[str, Any] = json.loads((self.stretches / FACTS).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return facts


def assemble_outputs(
    store: Store, tiles: Sequence[Tile], outputs: Outputs, *, job: Job, bad: Mapping[str, str], crew: Crew
) -> dict[str, Any]:
    """Write the outputs of a scan from its finished tiles.

    Parameters
    ----------
    store : Store
    tiles : sequence of Tile
        The finished tiles, in the order of their quadkeys.
    outputs : Outputs
    job : Job
    bad : mapping
        Why each failed tile failed, by its quadkey.
    crew : Crew
        Who encodes the vector tiles.

    Returns
    -------
    dict
        The facts of the output, as written beside the stretches.

    Raises
    ------
    InvalidInput
        If a folder cannot be written.
    """
    facts = _collect_facts(store, tiles, job, bad)
    words = json.dumps({k: facts[k] for k in ("attribution", "licence", "caution", "data_date")}, ensure_ascii=False)
    summary, names, count = _places.Summary(), NameIndex(), 0
    # The stretches are replaced last: once their facts are in place, they hold for all three outputs.
    with _replace_folder(outputs.stretches) as folder, _replace_folder(outputs.page) as page:
        extracts = job.open_data()[0]
        vector = VectorTiles(page, MapKey(extracts.drawers, extracts.key), crew)
        for tile in tiles:
            vector.add_base(store.read_base(tile))
        for prefix, rows in _gather_partitions(store, tiles, job):
            for collector in (summary, vector, names):
                collector.add_stretches(rows)
            count += len(rows)
            _write_part(folder, prefix, _encode_parquet(rows, words))
        if not count:
            # Readers of Parquet fail on a folder without any file.
            _write_part(folder, "", _encode_parquet(empty_table(), words))
        facts["stretches"] = count
        table = summary.to_table()
        facts["notes"] += _note_unknown_slopes(table)
        _web.write_page(page, vector, names, facts=facts, profile=job.profile, summary=table)
        write_atomically(outputs.summary, _format_csv(table, facts))
        (folder / FACTS).write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return facts


@contextmanager
def _replace_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder, which replaces `path` once it is filled."""
    new, old = path.with_name(f".{path.name}.new"), path.with_name(f".{path.name}.old")
    _remove_leftovers(path, new, old)
    try:
        new.mkdir()
        yield new
        if path.exists():
            path.rename(old)
        new.rename(path)
    except OSError as error:
        raise InvalidInput(f"{path}: cannot be written ({error.strerror or error}); choose another with -o") from error
    finally:
        _remove_leftovers(path, new, old)


def _remove_leftovers(path: Path, new: Path, old: Path) -> None:
    """Remove what an earlier replacement left, or undo one that was interrupted halfway."""
    if old.exists() and not path.exists():
        old.rename(path)
    for left in (new, old):
        shutil.rmtree(left, ignore_errors=True)


def _collect_facts(store: Store, tiles: Sequence[Tile], job: Job, bad: Mapping[str, str]) -> dict[str, Any]:
    of_tiles = list(store.read_facts(tiles))
    date, of_map = job.describe_map()
    notes = dict.fromkeys([*of_map, *(note for f in of_tiles for note in f["notes"])])
    cut = sum(f["cut"] for f in of_tiles)
    if cut:
        notes[f"in {cut} tiles a straight goes on for so long that it was cut: a search may find other stretches"] = (
            None
        )
    return {
        "title": f"Stretches for running backwards: {sanitize_text(job.profile.title)}",
        "saferoute": __version__,
        "fingerprint": job.compute_fingerprint(),
        "profile": sanitize_text(job.profile.name),
        "at": job.profile.at or None,
        "zoom": job.zoom,
        "tiles": len(of_tiles),
        "bad_tiles": dict(sorted(bad.items())),
        "stretches": 0,
        "attribution": [sanitize_text(a, 400) for a in dict.fromkeys(a for f in of_tiles for a in f["attribution"])],
        "licence": ODBL_URL,
        "data_date": date,
        "caution": f"Suitability for inspection, no promise. {CAUTION}",
        "notes": [sanitize_text(note, 400) for note in notes],
        "columns": describe_columns(SCAN),
    }


def _gather_partitions(store: Store, tiles: Sequence[Tile], job: Job) -> Iterator[tuple[str, gpd.GeoDataFrame]]:
    """Yield the quadkey of each partition and its stretches, in the order of the quadkeys."""
    settled = _settle_seams(store, tiles, job)
    length = max(job.zoom - PARTITION, _COARSEST_PARTITION)
    # Tiles are in the order of their quadkeys, so those of a partition follow each other.
    for prefix, members in groupby(tiles, key=lambda tile: tile.quadkey[:length]):
        rows = _read_own_stretches(store, list(members), settled)
        if len(rows):
            rows = rows.sort_values(["quadkey", "length_m", "osm_ids"], kind="stable", ignore_index=True)
            yield prefix, _tell_names_apart(rows)


def _tell_names_apart(rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return stretches with names of which no two within a square of `ALIKE_ZOOM` are alike.

    ``plain_name`` keeps what several of them are called.
    """
    middle = shapely.get_coordinates(shapely.line_interpolate_point(rows.geometry.to_numpy(), 0.5, normalized=True))
    rows["plain_name"] = rows["name"]
    for _, members in rows.groupby(rows["quadkey"].str[:ALIKE_ZOOM], sort=False):
        at = members.index.to_numpy()
        away = middle[at] - middle[at[0]]
        names, nearby = members["name"].to_list(), members["nearby"].to_list()
        rows.loc[at, "name"] = tell_apart(names, nearby, away * degree_lengths_m(middle[at[:1], 1]))
    return rows


def _read_own_stretches(
    store: Store, tiles: Sequence[Tile], settled: Mapping[str, gpd.GeoDataFrame]
) -> gpd.GeoDataFrame:
    """Return the stretches of some tiles: those away from seams, and behind them those settled at one."""
    table = store.read_stretches(tiles)
    if len(table):
        table = table[(table["seam"] == "") & ~table["beyond"]]
    at_seams = [settled[tile.quadkey] for tile in tiles if tile.quadkey in settled]
    if not at_seams:
        return table
    return gpd.GeoDataFrame(pd.concat([table, *at_seams], ignore_index=True), crs=table.crs)


def _settle_seams(store: Store, tiles: Sequence[Tile], job: Job) -> dict[str, gpd.GeoDataFrame]:
    """Return the stretches kept along seams between metric zones, by the tile that holds their middle."""
    at_seams = []
    for tile in tiles:
        if any(other.crs != tile.crs for other in tile.adjacent_tiles()):
            table = store.read_stretches([tile])
            at_seams.append(table[table["seam"] != ""].assign(zone=tile.crs))
    if not at_seams:
        return {}
    together = gpd.GeoDataFrame(pd.concat(at_seams, ignore_index=True), crs=at_seams[0].crs)
    together = together[_seams.is_kept_at_seam(together, job.profile.lane_m)]
    # No tile near a seam is larger than the smallest.
    key = together["quadkey"].str[: job.zoom]
    return {str(name): rows.drop(columns="zone") for name, rows in together.groupby(key)}


def _note_unknown_slopes(summary: pd.DataFrame) -> list[str]:
    """Return a note on the length whose slope is unknown, or none if there is no such length."""
    region = summary[summary["kind"] == "region"]
    unknown, length = region["unknown_slope_km"].sum(), region["length_km"].sum()
    return [f"the slope of {unknown:.1f} of {length:.1f} km is unknown: no elevation covers them"] if unknown else []


def _write_part(folder: Path, prefix: str, content: bytes) -> None:
    # Without the "q" readers would take the key for a number and drop its leading zeros.
    part = folder / f"square=q{prefix}"
    part.mkdir()
    (part / "stretches.parquet").write_bytes(content)


def _format_csv(summary: pd.DataFrame, facts: Mapping[str, Any]) -> str:
    """Return the summary as CSV.

    Attribution, licence, date and caution stand in every row, so that they survive any sorting or cutting.
    """
    words = {name: facts[name] for name in ("licence", "data_date", "caution")}
    text: str = (
        summary.assign(attribution="; ".join(facts["attribution"]), **words).map(escape_cell).to_csv(index=False)
    )
    return text


def _encode_parquet(rows: gpd.GeoDataFrame, words: str) -> bytes:
    from pyarrow import parquet

    arrow = to_arrow(rows, SCAN)
    arrow = arrow.replace_schema_metadata({**arrow.schema.metadata, b"saferoute": words.encode()})
    out = io.BytesIO()
    parquet.write_table(arrow, out, compression="zstd", row_group_size=20_000)
    return out.getvalue()
