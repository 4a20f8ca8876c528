"""The register of doubt: what of the map a search met and did not understand."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pandas as pd

from saferoute.osm.kinds import OTHER, name_kinds
from saferoute.osm.register import find_unread_tags
from saferoute.report.text import sanitize_text

if TYPE_CHECKING:
    from saferoute.model import Features, Ranking

COLUMNS = ("what", "key", "value", "count", "example")
"""Columns of the register."""
TAG, PART_MISSING, NOTE = "tag", "part missing", "note"
"""What an entry is: a value not understood, areas of a kind of which a part is missing, or a note on the data."""
_TAG_WIDE = 46
"""Most characters of a tag in a line, so that a line with count and example keeps within 80."""


def build_register(ranking: Ranking) -> pd.DataFrame:
    """Return what of the map of a search is not understood or missing in part, commonest first.

    Returns
    -------
    DataFrame
        ``what`` (``tag``, ``part missing`` or ``note``), ``key``, ``value``,
        ``count`` of objects, and ``example``, one of them as in ``way/123``.
    """
    found = pd.concat([_find_unread_tags(ranking.features), _find_parts_missing(ranking.features)], ignore_index=True)
    each = ["what", "key", "value"]
    by_tag = found.drop_duplicates([*each, "example"]).groupby(each, sort=False, as_index=False)
    counted = by_tag.agg(count=("example", "size"), example=("example", "first"))
    counted = counted.sort_values(["count", *each], ascending=[False, True, True, True])
    notes = pd.DataFrame({"what": NOTE, "key": "", "value": list(ranking.doubts), "count": 1, "example": ""})
    return pd.concat([counted, notes], ignore_index=True)[list(COLUMNS)]


def _find_unread_tags(features: Features) -> pd.DataFrame:
    """Return a row for each tag of an object that is not understood."""
    tables = (features.ways, features.outlines, features.points)
    found = pd.concat([find_unread_tags(table) for table in tables], ignore_index=True)
    return _name_objects(found).assign(what=TAG)


def _find_parts_missing(features: Features) -> pd.DataFrame:
    """Return a row for each area of which a part is missing, or whose outline is broken."""
    rows = features.fragments.drop_repeated()
    kinds = [kind or OTHER for kind in name_kinds(rows)]
    return _name_objects(pd.DataFrame({name: rows[name] for name in ("osm_type", "osm_id")})).assign(
        what=PART_MISSING, key="", value=kinds
    )


def _name_objects(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with their object's name as in ``way/123``."""
    return rows.assign(example=rows["osm_type"].astype(object) + "/" + rows["osm_id"].astype(str))


def list_register(register: pd.DataFrame) -> list[str]:
    r"""Return the register as lines of at most 80 characters.

    Examples
    --------
    >>> row = {"what": "tag", "key": "surface", "value": "moss", "count": 41, "example": "way/123"}
    >>> print(*list_register(pd.DataFrame([row])), sep="\n")
    Not understood, by number of objects, each with an example:
         41 × surface=moss                                   way/123
    """
    lines = []
    for what, title in _TITLES.items():
        rows = register[register["what"] == what]
        if len(rows):
            lines += [title, *(line for row in rows.itertuples(index=False) for line in _format_entry(*row))]
    return lines or ["Everything that is read of this map is understood."]


_TITLES = {
    TAG: "Not understood, by number of objects, each with an example:",
    PART_MISSING: "A part is missing, or the outline is broken, by kind:",
    NOTE: "Of the data:",
}


def _format_entry(what: str, key: str, value: str, count: int, example: str) -> list[str]:
    if what == NOTE:
        return textwrap.wrap(sanitize_text(value, 400), 80, initial_indent="  ", subsequent_indent="  ")
    said = f"{key}={value}" if key else value
    return [f"{count:7d} × {sanitize_text(said, _TAG_WIDE):{_TAG_WIDE}} {sanitize_text(example)}"]
