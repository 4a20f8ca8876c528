"""Types of option values: checked when they are read, and completed by the shell."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from saferoute.cli._typos import find_nearest
from saferoute.model import InvalidInput
from saferoute.sources.paths import SAMPLE, expand_path

if TYPE_CHECKING:
    from collections.abc import Callable


class FilePath(click.Path):
    """A type of paths in which ``~`` is the user's home folder, and ``$VARIABLES`` are what they stand for."""

    def __init__(self, *, folder: bool = False) -> None:
        super().__init__(path_type=Path, file_okay=not folder)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the path; it need not exist."""
        try:
            return expand_path(value)
        except InvalidInput as error:
            self.fail(str(error), param, ctx)

    def resolve(self, word: str, folder: Path) -> str:
        """Return a path written in a file of `folder` as one from the working folder."""
        return str(folder / expand_path(word))


class RegionPath(FilePath):
    """A type of folders with map data, among them the bundled one by its word."""

    def resolve(self, word: str, folder: Path) -> str:
        """Return as `FilePath.resolve` does, but ``sample`` as it is where no folder is called so."""
        path = super().resolve(word, folder)
        return word if word == SAMPLE and not Path(path).exists() else path


class Whole(click.types.IntParamType):
    """A type of whole numbers."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"{value!r}: write a whole number, as in 3", param, ctx)


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
            # The default of an option is a value already.
            return self._read(value) if isinstance(value, str) else value
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
        return str(folder / expand_path(word)) if self._is_file(word) else word

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
        return word.lower().endswith(".toml")


class Height(_WordOrFile):
    """The type of ``--elevation``: a service, ``none`` or a raster."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the word, or the path with ``~`` and ``$VARIABLES`` replaced."""
        near = find_nearest(str(value), self.words) if self._is_file(value) and not Path(value).exists() else None
        if near:
            self.fail(f"{value!r}: did you mean {near}?", param, ctx)
        try:
            return str(expand_path(value)) if self._is_file(value) else str(value)
        except InvalidInput as error:
            self.fail(str(error), param, ctx)

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
