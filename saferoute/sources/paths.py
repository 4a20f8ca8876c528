"""Paths as people write them."""

from __future__ import annotations

import os
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from saferoute.model import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence

SAMPLE = "sample"
"""Word for the region that comes with the program, where a region is asked for."""
_PACKAGE = Path(__file__).resolve().parents[1]
_SAMPLES = (_PACKAGE / "sample", _PACKAGE.parent / "data" / "helsinki")
"""Where the sample lies: in an installed package, and in a clone."""
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


def explain_missing(path: Path, otherwise: str, what: str = "file", *, words: Sequence[str] = ()) -> str:
    """Return that there is no such file or folder, and the one that may have been meant or what to do otherwise.

    Parameters
    ----------
    path : Path
    otherwise : str
        What to do where nothing is like it.
    what : str
    words : sequence of str
        What may be written in place of a path.
    """
    like = find_like(path) or next(iter(get_close_matches(str(path).lower(), words, n=1, cutoff=_LIKE)), None)
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


def find_region(folder: Path | str) -> Path:
    """Return the folder of a region: as it is written, or that of the bundled one for the word ``sample``.

    A folder that is really called so is taken as it is.

    Raises
    ------
    InvalidInput
        If the sample is asked for and did not come along.

    Examples
    --------
    >>> sorted(path.name for path in find_region("sample").iterdir() if path.suffix in (".pbf", ".tif"))
    ['dem.tif', 'helsinki.osm.pbf']
    """
    written = Path(folder)
    if str(written) != SAMPLE or written.exists():
        return written
    found = next((path for path in _SAMPLES if path.is_dir()), None)
    if found is None:
        raise InvalidInput(f"{SAMPLE}: the sample region is not in this copy of the program; name a folder of your own")
    return found
