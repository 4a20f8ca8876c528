"""Writes the tables of columns into docs/files.md, as `saferoute.exports.schema` declares them.

Run ``python docs/columns.py`` after a column or a criterion has changed.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from saferoute.exports import schema

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE = Path(__file__).with_name("files.md")


def fill_tables(page: str) -> str:
    """Return a page with a fresh table between ``<!-- columns: name -->`` and ``<!-- end -->`` of each name."""

    def fill(match: re.Match[str]) -> str:
        return f"{match[1]}\n{format_table(schema.ALL[match[2]])}\n<!-- end -->"

    return re.sub(r"(<!-- columns: (\w+) -->)\n.*?<!-- end -->", fill, page, flags=re.DOTALL)


def format_table(columns: Sequence[schema.Column]) -> str:
    """Return columns as a table in Markdown."""
    rows = [
        f"| `{c.name}` | {c.type} | {c.unit} | {c.meaning}{f'; null = {c.missing}' if c.missing else ''} |"
        for c in columns
    ]
    return "\n".join(["| column | type | unit | meaning |", "|---|---|---|---|", *rows])


if __name__ == "__main__":
    PAGE.write_text(fill_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
