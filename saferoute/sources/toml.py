"""Reading of TOML files, which are a runner's own but may be anybody's."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from pathlib import Path

MOST_BYTES = 65_536
"""Longest file that is read: settings and profiles are a hundredth of it [J]; `/dev/zero` would never end."""


def read_toml(path: Path | Traversable) -> dict[str, Any]:
    """Return the values of a TOML file.

    Raises
    ------
    ValueError
        If it is not TOML in UTF-8, too long, or nested too deeply.
    OSError
        If it cannot be read.
    """
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError(f"it is longer than {MOST_BYTES // 1024} kB")
    try:
        return tomllib.loads(content.decode("utf-8"))
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
