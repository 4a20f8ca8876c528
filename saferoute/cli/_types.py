"""Types of option values: checked when they are read, and completed by a shell."""

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
    """A path; ``~`` is the user's folder."""

    def __init__(self, *, folder: bool = False) -> None:
        super().__init__(path_type=Path, file_okay=not folder)

    def convert(self, value: Any, *_: object) -> Path:
        """Return the path, which need not be there."""
        return Path(value).expanduser()

    def resolve(self, word: str, folder: Path) -> str:
        """Return a path of a file in `folder` as one from here."""
        return str(folder / Path(word).expanduser())


class Checked(click.ParamType[Any]):
    """A text that a function reads, and refuses with `InvalidInput`."""

    name = "text"

    def __init__(self, read: Callable[[str], Any]) -> None:
        self._read = read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return what the function reads."""
        try:
            return self._read(value)
        except InvalidInput as error:
            self.fail(str(error), param, ctx)


class _WordOrFile(click.ParamType[str]):
    """One of some words, or a file."""

    name = "text"

    @property
    def words(self) -> tuple[str, ...]:
        """The words."""
        raise NotImplementedError

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[Any]]:
        """Return the words that go on so, else files."""
        words = [CompletionItem(word) for word in self.words if word.startswith(incomplete)]
        return super().shell_complete(ctx, param, incomplete) + (words or [CompletionItem(incomplete, type="file")])

    def resolve(self, word: str, folder: Path) -> str:
        """Return a word as it is, and a path of a file in `folder` as one from here."""
        return str(folder / Path(word).expanduser()) if self._is_file(word) else word

    def _is_file(self, word: str) -> bool:
        raise NotImplementedError


class Level(_WordOrFile):
    """A level, or a profile's TOML file."""

    @property
    def words(self) -> tuple[str, ...]:
        """The levels that come with the package."""
        from saferoute.sources.profiles import LEVELS

        return LEVELS

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the level if there is such a one."""
        from saferoute.sources.profiles import load_profile

        try:
            load_profile(value)
        except InvalidInput as error:
            self.fail(str(error), param, ctx)
        return str(value)

    def _is_file(self, word: str) -> bool:
        return word.endswith(".toml")


class Height(_WordOrFile):
    """A source of heights, or a raster."""

    @property
    def words(self) -> tuple[str, ...]:
        """The services, and none."""
        from saferoute.sources.settings import ELEVATIONS

        return ELEVATIONS

    def _is_file(self, word: str) -> bool:
        return word.lower() not in self.words


def check_time(text: str) -> str:
    """Return a time as it is if `saferoute.sources.clock` reads it."""
    from saferoute.sources import clock

    clock.check_time(text)
    return text


_DURATION = re.compile(
    r"(?:(\d+(?:\.\d+)?)\s*h(?:ours?)?)?\s*(?:(\d+(?:\.\d+)?)\s*(?:m|mins?|minutes?|'))?", re.IGNORECASE
)
_DISTANCE = re.compile(r"(\d+(?:\.\d+)?)\s*(km|m|mi)", re.IGNORECASE)
_METRES = {"km": 1000.0, "m": 1.0, "mi": 1609.344}


def parse_duration(text: str) -> float:
    """Return the seconds that ``30min``, ``1h15min`` or ``1.5h`` mean.

    Raises
    ------
    InvalidInput
        For anything else.

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
    """Return the metres that ``5km``, ``4500m`` or ``3mi`` mean.

    Raises
    ------
    InvalidInput
        For anything else.

    Examples
    --------
    >>> parse_distance("5km"), parse_distance("4500 m")
    (5000.0, 4500.0)
    """
    match = _DISTANCE.fullmatch(text.strip())
    if not match:
        raise InvalidInput(f"distance {text!r}: write it as 5km, 4500m or 3mi")
    return float(match[1]) * _METRES[match[2].lower()]
