"""Types of option values: checked when they are read, and completed by the shell."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from saferoute.model import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable


class FilePath(click.Path):
    """A type of paths in which ``~`` is the user's home folder."""

    def __init__(self, *, folder: bool = False) -> None:
        super().__init__(path_type=Path, file_okay=not folder)

    def convert(self, value: Any, *_: object) -> Path:
        """Return the path with ``~`` expanded; it need not exist."""
        return Path(value).expanduser()

    def resolve(self, word: str, folder: Path) -> str:
        """Return a path written in a file of `folder` as one from the working folder."""
        return str(folder / Path(word).expanduser())


class Checked(click.ParamType[Any]):
    """A type of texts that a function parses.

    Parameters
    ----------
    read : callable
        Function from the text to the value. Its `InvalidInput` becomes a usage error.
    """

    name = "text"

    def __init__(self, read: Callable[[str], Any]) -> None:
        self._read = read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the parsed value."""
        try:
            return self._read(value)
        except InvalidInput as error:
            self.fail(str(error), param, ctx)


class _WordOrFile(click.ParamType[str]):
    """A type that takes one of some words, or the path of a file."""

    name = "text"

    @property
    def words(self) -> tuple[str, ...]:
        """The words that are allowed."""
        raise NotImplementedError

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[Any]]:
        """Return the words that begin with what is typed, or files if there are none."""
        words = [CompletionItem(word) for word in self.words if word.startswith(incomplete)]
        return super().shell_complete(ctx, param, incomplete) + (words or [CompletionItem(incomplete, type="file")])

    def resolve(self, word: str, folder: Path) -> str:
        """Return a word as it is, and a path in a file of `folder` as one from the working folder."""
        return str(folder / Path(word).expanduser()) if self._is_file(word) else word

    def _is_file(self, word: str) -> bool:
        raise NotImplementedError


class Level(_WordOrFile):
    """The type of ``--level``: the name of a level, or the path of a profile."""

    @property
    def words(self) -> tuple[str, ...]:
        """The levels that come with the package."""
        from saferoute.sources.profiles import LEVELS

        return LEVELS

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the level, after checking that it can be loaded."""
        from saferoute.sources.profiles import load_profile

        try:
            load_profile(value)
        except InvalidInput as error:
            self.fail(str(error), param, ctx)
        return str(value)

    def _is_file(self, word: str) -> bool:
        return word.endswith(".toml")


class Height(_WordOrFile):
    """The type of ``--elevation``: a service, ``none`` or a raster."""

    @property
    def words(self) -> tuple[str, ...]:
        """The names of the services, and ``none``."""
        from saferoute.sources.settings import ELEVATIONS

        return ELEVATIONS

    def _is_file(self, word: str) -> bool:
        return word.lower() not in self.words


def check_time(text: str) -> str:
    """Return a time as it is, if `saferoute.sources.clock` can parse it.

    Raises
    ------
    InvalidInput
        If it cannot.
    """
    from saferoute.sources import clock

    clock.check_time(text)
    return text


_DURATION = re.compile(
    r"(?:(\d+(?:\.\d+)?)\s*h(?:ours?)?)?\s*(?:(\d+(?:\.\d+)?)\s*(?:m|mins?|minutes?|'))?", re.IGNORECASE
)
_DISTANCE = re.compile(r"(\d+(?:\.\d+)?)\s*(km|m|mi)", re.IGNORECASE)
_METRES = {"km": 1000.0, "m": 1.0, "mi": 1609.344}


def parse_duration(text: str) -> float:
    """Return a duration such as ``30min``, ``1h15min`` or ``1.5h`` in seconds.

    Raises
    ------
    InvalidInput
        If the text is no duration.

    Examples
    --------
    >>> parse_duration("30min"), parse_duration("1h 15min"), parse_duration("1.5h")
    (1800.0, 4500.0, 5400.0)
    """
    match = _DURATION.fullmatch(text.strip())
    if not match or not any(match.groups()):
        raise InvalidInput(f"time {text!r}: write it as 30min, 1h15min or 1.5h")
    return float(match[1] or 0) * 3600 + float(match[2] or 0) * 60


def parse_distance(text: str) -> float:
    """Return a distance such as ``5km``, ``4500m`` or ``3mi`` in metres.

    Raises
    ------
    InvalidInput
        If the text is no distance.

    Examples
    --------
    >>> parse_distance("5km"), parse_distance("4500 m")
    (5000.0, 4500.0)
    """
    match = _DISTANCE.fullmatch(text.strip())
    if not match:
        raise InvalidInput(f"distance {text!r}: write it as 5km, 4500m or 3mi")
    return float(match[1]) * _METRES[match[2].lower()]
