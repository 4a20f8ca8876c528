"""Writes the keys that are read, and the values that need no question, into docs/tags.md.

Run ``python docs/values.py`` after the vocabulary in `saferoute.osm` has changed.
"""

from __future__ import annotations

import re
from pathlib import Path

from saferoute.osm.other_values import OTHER_VALUES
from saferoute.osm.register import list_read_keys

PAGE = Path(__file__).with_name("tags.md")


def fill_page(page: str) -> str:
    """Return a page with fresh text between ``<!-- keys -->`` or ``<!-- values -->`` and ``<!-- end -->``."""
    parts = {"keys": ", ".join(f"`{key}`" for key in list_read_keys()) + ".", "values": format_table()}
    for name, text in parts.items():
        between = rf"(<!-- {name} -->)\n.*?(<!-- end -->)"
        page = re.sub(between, lambda found, text=text: f"{found[1]}\n{text}\n{found[2]}", page, flags=re.DOTALL)
    return page


def format_table() -> str:
    """Return the values that need no question as a table in Markdown, by reason."""
    by_reason: dict[str, list[str]] = {}
    for key, words, why in OTHER_VALUES:
        by_reason.setdefault(why, []).append(f"`{key}` = {', '.join(sorted(words))}")
    rows = [f"| {'; '.join(said)} | {why} |" for why, said in by_reason.items()]
    return "\n".join(["| values | why they change nothing |", "|---|---|", *rows])


if __name__ == "__main__":
    PAGE.write_text(fill_page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
