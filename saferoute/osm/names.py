"""Names: under which keys an object is called by what people say."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME_KEYS = ("name", "name:en", "alt_name", "official_name", "short_name", "old_name", "loc_name")
"""An object with none of these has no name that anyone would look for."""


def is_name_key(key: str) -> bool:
    """Return whether a key holds a name, in whatever language.

    Examples
    --------
    >>> [key for key in ("name", "name:fi", "alt_name", "names", "operator") if is_name_key(key)]
    ['name', 'name:fi', 'alt_name']
    """
    return key == "name" or key.startswith("name:") or key.endswith("_name")


def is_first_name(key: str) -> bool:
    """Return whether a key holds the name itself, and not another that is used beside it."""
    return key.startswith("name")


def choose_name(names: Mapping[str, str]) -> str:
    """Return what an object is called, of the names it has by their keys: its ``name``, else the first."""
    return names.get("name") or next(iter(names.values()))
