"""Values that are understood and change nothing here, by key; `docs/data.md` says why of each group."""

from __future__ import annotations

PASSED_OVER: dict[str, frozenset[str]] = {}
