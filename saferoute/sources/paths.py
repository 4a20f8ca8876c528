"""Paths as people write them."""

from __future__ import annotations

import os
from difflib import get_close_matches
from pathlib import Path

from saferoute.model import InvalidInput

_LIKE = 0.75
"""[J] How alike two names of files are, of 1, where one is taken for a slip of the other."""


def find_like(path: Path) -> Path | None:
    """Return the file or folder beside a missing one whose name is most like it, None if none is."""
    try:
        names = [other.name for other in path.parent.iterdir()]
    except OSError:
        return None
    like = get_close_matches(path.name, names, n=1, cutoff=_LIKE)
    return path.with_name(like[0]) if like else None


def explain_missing(path: Path, otherwise: str, what: str = "file") -> str:
    """Return that there is no such file or folder, and the one that may have been meant or what to do otherwise."""
    like = find_like(path)
    return f"{path}: no such {what}; " + (f"did you mean {like}?" if like else otherwise)


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
