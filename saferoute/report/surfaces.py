"""The surface of a stretch in words: materials, smoothness and firmness, never as raw tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from saferoute.arrays import list_records
from saferoute.osm.surfaces import GROUPS, WORDS
from saferoute.osm.unread import find_unread_rows
from saferoute.osm.values import split_list
from saferoute.report.text import LIKELY, sanitize_text
from saferoute.table import Column, Tags

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from saferoute.arrays import Columns

    Row = Mapping[Any, Any]

_TAGS = ("surface", "smoothness", "tracktype")
"""Keys that are told of."""
_LONGEST_VALUE = 16
"""Most characters shown of a value that is not understood."""
_TRACKS = {
    "grade1": "a solid track", "grade2": "a mostly solid track", "grade3": "a track half solid and half soft",
    "grade4": "a mostly soft track", "grade5": "a soft track",
}  # fmt: skip
"""What ``tracktype`` says, after wiki.openstreetmap.org/wiki/Key:tracktype."""
_WAYS = {"pedestrian": "pedestrian streets", "cycleway": "cycle paths"}
"""Words for ways by ``highway`` where adding an s does not make one."""
_PLAIN_WAYS = frozenset({"footway", "path", "track", "bridleway"})


def describe_surface(surface: object) -> str:
    """Return a surface in words, "unknown" where it is not tagged; what is not understood stands in quotation marks.

    Examples
    --------
    >>> describe_surface("paving_stones;gravel"), describe_surface("likely grass"), describe_surface("x_y")
    ('paving stones and gravel', 'likely grass', '“x_y”')
    """
    if not isinstance(surface, str):
        return "unknown"
    likely = LIKELY if surface.startswith(LIKELY) else ""
    materials = split_list(surface.removeprefix(LIKELY))
    return likely + " and ".join(WORDS.get(material) or _quote(material) for material in materials)


def describe_surfaces(evidence: Columns) -> dict[str, Any]:
    """Return the surface of each stretch, and in words what is known of it and how.

    Parameters
    ----------
    evidence : columns of n rows
        As the surface criterion gathers it.

    Returns
    -------
    columns of n rows
        ``surface`` as tagged, or a likely one behind `LIKELY`, and ``why_surface``.
    """
    import pandas as pd

    rows = list_records({**evidence, "unread": _list_unread(evidence)})
    return {
        "surface": pd.array([_name_surface(row) for row in rows], dtype="str"),
        "why_surface": [_describe_ground(row) for row in rows],
    }


def _list_unread(evidence: Columns) -> list[tuple[str, ...]]:
    """Return the tags of each row that are not understood, as tuples of ``key=value``."""
    told = {key: [value if isinstance(value, str) else None for value in evidence[key]] for key in _TAGS}
    unread: list[tuple[str, ...]] = [()] * len(told["surface"])
    ((rows, tags),) = find_unread_rows([Tags(len(unread), lambda key: Column.from_texts(told[key]), _TAGS)], _TAGS)
    for row, of_row in zip(rows.tolist(), tags, strict=True):
        unread[row] = of_row
    return unread


def _name_surface(row: Row) -> str | None:
    """Return the surface as tagged, or a likely one behind `LIKELY`, None where neither is known."""
    if isinstance(row["surface"], str):
        return str(row["surface"])
    return f"{LIKELY}{row['likely_surface']}" if isinstance(row["likely_surface"], str) else None


def _describe_ground(row: Row) -> str:
    """Return what the tags say of the ground, or how it was guessed."""
    if row["is_tagged"]:
        facts = ", ".join(_list_facts(row))
        return f"{facts}; partly untagged" if row["is_partly_untagged"] else facts
    unread = [_describe_tag(row, key) for key in _TAGS if _is_unread(row, key)]
    if isinstance(row["surface_odds"], tuple):
        what = describe_surface(row["likely_surface"])
        if what != "unknown":
            what = f"{LIKELY}{what} ({max(row['surface_odds']):.0%})"
        how = f"not tagged: guessed from what a {row['kind']} usually is and from the tags around"
    else:
        what = "unknown"
        how = f"judged as the poorer quarter of the tagged {_name_ways(row['highway'])} and ways near by"
    return "; ".join([what, *unread, how])


def _list_facts(row: Row) -> Iterator[str]:
    import pandas as pd

    for key in ("surface", "smoothness"):
        yield f"{key} unknown" if pd.isna(row[key]) else _describe_tag(row, key)
    if pd.notna(row["tracktype"]):
        yield _describe_tag(row, "tracktype")


def _describe_tag(row: Row, key: str) -> str:
    """Return what a tag says of the ground."""
    value = row[key]
    if _is_unread(row, key):
        return f"{key} {_quote(value)} (not understood)"
    if key == "smoothness":
        return f"smoothness {value.replace('_', ' ')}"
    if key == "tracktype":
        return _TRACKS.get(value, f"track {_quote(value)}")
    implied = f" (not tagged, but it is mapped as {row['kind']})" if row["surface_implied"] is True else ""
    group = " (of which material is not tagged)" if value in GROUPS else ""
    return f"{describe_surface(value)}{implied}{group}"


def _is_unread(row: Row, key: str) -> bool:
    import pandas as pd

    return pd.notna(row[key]) and f"{key}={row[key]}" in row["unread"]


def _name_ways(highway: object) -> str:
    """Return ways of a class in the plural."""
    return _WAYS.get(str(highway), f"{highway}s" if highway in _PLAIN_WAYS else "foot ways")


def _quote(value: str) -> str:
    return f"“{sanitize_text(value, _LONGEST_VALUE)}”"
