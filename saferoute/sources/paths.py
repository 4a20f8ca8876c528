"""Paths as people write them."""

from __future__ import annotations

import os
from pathlib import Path

from saferoute.model import InvalidInput


def expand_path(path: Path | str) -> Path:
    """Return a path with ``~`` and ``$VARIABLES`` replaced, as a shell does it.

    A file that is really called so is left alone, and so is a variable that is not set.

    Raises
    ------
    InvalidInput
        If ``~name`` names no user of this machine.

    Examples
    --------
    >>> expand_path("data/helsinki").as_posix()
    'data/helsinki'
    """
    written = Path(path)
    text = str(path)
    if not ("~" in text or "$" in text or "%" in text) or os.path.lexists(written):
        return written
    try:
        return Path(os.path.expandvars(text)).expanduser()
    except RuntimeError as error:
        raise InvalidInput(f"{text}: ~ must be followed by / or the name of a user of this machine") from error
