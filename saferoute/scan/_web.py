"""The page of a scan for any static host: what it says stands in the HTML, what it draws in small files."""

from __future__ import annotations

import json
from html import escape
from importlib import resources
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from saferoute.model import CRITERIA, Formula, InvalidInput
from saferoute.page.payload import encode_formula
from saferoute.scan._mvt import LAYER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from saferoute.model import Profile
    from saferoute.scan._names import NameIndex
    from saferoute.scan.vector import VectorTiles

PIECE_BYTES = 1 << 17
"""Size of the pieces of the archive of tiles: about one tile of a town, and three for a first look [J]."""
MARK = "scan.json"
"""File that tells the folder of a page from others."""
_OF_FACTS = ("title", "attribution", "licence", "data_date", "stretches", "at")
_MOST_ROWS = 500
"""Most rows of the summary on the page; the CSV file has all of them."""
_PLAIN = ("LICENSE.protomaps-leaflet", "protomaps-leaflet.js", "scan.css", "scan.js", "worker.js", "icon.svg")
_OF_MAP = ("LICENSE.leaflet", "LICENSE.lean-qr", "leaflet.css", "leaflet.js", "page.css")

_MANIFEST = {
    "short_name": "Backwards", "start_url": "./", "scope": "./", "display": "standalone",
    "background_color": "#ffffff", "theme_color": "#24878d",
    "icons": [{"src": "icon.svg", "type": "image/svg+xml", "sizes": "any", "purpose": "any"}],
}  # fmt: skip
"""What a phone needs to install the page (W3C Web Application Manifest)."""


def piece_name(number: int) -> str:
    """Return the name of a piece of the archive; joined in this order they are one PMTiles file."""
    return f"tiles-{number:05d}.part"


def write_page(
    folder: Path,
    vector: VectorTiles,
    names: NameIndex,
    *,
    facts: Mapping[str, Any],
    profile: Profile,
    summary: pd.DataFrame,
) -> None:
    """Write the page and everything it needs into a folder."""
    for package, assets in (("saferoute.scan", _PLAIN), ("saferoute.page", _OF_MAP)):
        for name in assets:
            (folder / name).write_bytes(_read_asset(package, name))
    shown = {name: facts[name] for name in _OF_FACTS}
    shown |= {"bounds": vector.bounds, "layer": LAYER, "criteria": list(CRITERIA), **vector.choices}
    shown |= {
        "formula": encode_formula(profile, Formula()),
        "version": facts["fingerprint"],
        "piece_bytes": PIECE_BYTES,
        "pieces": _write_pieces(folder, vector, facts),
    }
    firsts, common, parts = names.split_parts()
    for number, part in enumerate(parts):
        _write_json(folder / f"names-{number:05d}.json", part)
    _write_json(folder / "manifest.json", _MANIFEST | {"name": facts["title"]})
    _write_json(folder / MARK, shown | {"first_words": firsts, "common_words": common})
    page = Template(_read_asset("saferoute.scan", "scan.html").decode())
    (folder / "index.html").write_text(page.substitute(_fill_page(facts, summary)), encoding="utf-8")


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def _read_asset(package: str, name: str) -> bytes:
    return (resources.files(package) / "assets" / name).read_bytes()


def _write_pieces(folder: Path, vector: VectorTiles, facts: Mapping[str, Any]) -> int:
    """Write the archive in pieces and return how many there are.

    Any host serves whole small files: some know no ranges, some take no large file,
    and browsers keep no range for when there is no network.
    """
    with TemporaryDirectory() as made:
        archive = Path(made) / "tiles.pmtiles"
        vector.write_pmtiles(archive, facts)
        count = 0
        with archive.open("rb") as file:
            while piece := file.read(PIECE_BYTES):
                (folder / piece_name(count)).write_bytes(piece)
                count += 1
    return count


def _fill_page(facts: Mapping[str, Any], summary: pd.DataFrame) -> dict[str, str]:
    """Return what the page says before any script runs, as markup by its place in ``scan.html``."""
    hour = f"at {facts['at']}, local time" if facts["at"] else "in an average hour of the day"
    heading, _, profile = facts["title"].partition(": ")
    about = f"{facts['stretches']} stretches, {hour}; map data of {facts['data_date'] or 'an unknown date'}. {profile}"
    notes = list(facts["notes"])
    if facts["bad_tiles"]:
        notes.append(f"{len(facts['bad_tiles'])} tiles failed: their stretches are missing.")
    credit = f'{escape("; ".join(facts["attribution"]))}. <a href="{escape(facts["licence"])}">ODbL 1.0</a>'
    return {
        "title": escape(facts["title"]),
        "heading": escape(heading),
        "about": escape(about),
        "caution": escape(facts["caution"]),
        "notes": "".join(f"<li>{escape(note)}</li>" for note in notes),
        "credit": credit,
        "summary": "\n".join(_summary_rows(summary.head(_MOST_ROWS).to_dict("records"))),
    }


def _summary_rows(rows: Iterable[Mapping[Any, Any]]) -> Iterable[str]:
    """Yield a row of the table for each district or park, whose name leads to its best stretch."""
    for row in rows:
        numbers = (
            f"{row['stretches']:.0f}", f"{row['length_km']:.1f}", f"{row['a_km'] + row['b_km']:.1f}",
            f"{row['best_score_low']:.2f}",
        )  # fmt: skip
        name = f'<a href="#15/{row["best_lat"]:.5f}/{row["best_lon"]:.5f}"><bdi>{escape(row["name"])}</bdi></a>'
        cells = "".join(f'<td class="count">{number}</td>' for number in numbers)
        yield f"<tr><td>{name}</td>{cells}</tr>"


def require_libraries() -> None:
    """Raise an error unless the libraries that write a scan are installed.

    Raises
    ------
    InvalidInput
        With the command that installs them.
    """
    from importlib.util import find_spec

    missing = [lib for lib in ("pyarrow", "pmtiles") if find_spec(lib) is None]
    if missing:
        raise InvalidInput(f"a scan needs {', '.join(missing)}: pip install 'saferoute[scan]'")
