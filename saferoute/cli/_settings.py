"""Settings: what ``saferoute.toml`` and the environment say where the command line says nothing.

An option of the command line goes before the environment, the environment
before the file of the working folder, that before the file of the user.
"""

from __future__ import annotations

import math
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from saferoute.model import InvalidInput

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Mapping, Sequence

FILE = "saferoute.toml"
NONE = "none"
"""What ``--settings`` takes for no file at all."""


@dataclass(frozen=True)
class Setting:
    """A key of the file: its kind, what it may be in words, and an example."""

    kind: str
    """``text``, ``place``, ``number``, ``whole``, ``flag``, ``path``, ``paths``, ``words`` or ``source``."""
    example: str
    meaning: str
    check: Callable[[Any], object] | None = None
    """Raises `InvalidInput` for a value that breaks a rule."""
    least: float = 0.0
    most: float = math.inf

    @property
    def rule(self) -> str:
        """What a value must be."""
        upto = f" to {self.most:g}" if self.most < math.inf else " or more"
        return {
            "number": f"a number from {self.least:g}{upto}",
            "whole": f"a whole number from {self.least:g}{upto}",
            "flag": "true or false",
            "path": "a path in quotes",
            "paths": "a path in quotes, or a list of paths",
            "words": "a text in quotes, or a list of texts",
        }.get(self.kind, "a text in quotes")


def _check_level(value: str) -> None:
    from saferoute.sources.profiles import load_profile

    load_profile(value)


def _check_time_of_day(value: str) -> None:
    from saferoute.sources import clock

    clock.check_time(value)


def _check_distance(value: str) -> None:
    from saferoute.cli._plan import parse_distance

    parse_distance(value)


def _check_duration(value: str) -> None:
    from saferoute.cli._plan import parse_duration

    parse_duration(value)


def _check_way_back(value: str) -> None:
    if value not in {"walk", "jog"}:
        raise InvalidInput(f"return {value!r}: it is walk or jog")


def _check_paths_exist(value: Path | Sequence[Path]) -> None:
    for path in [value] if isinstance(value, Path) else value:
        if not path.exists():
            raise InvalidInput(f"{path}: no such file or folder")


def _make_url_check(name: str) -> Callable[[str], None]:
    def check(value: str) -> None:
        from saferoute.sources.settings import check_url

        check_url(value, name)

    return check


SETTINGS = {
    "home": Setting("place", '"60.172,24.944"', "what `--near home` means: a place as `--near` takes it"),
    "output-folder": Setting("path", '"maps"', "where the map goes that no `-o` names"),
    "region": Setting("path", '"data/helsinki"', "as `--region`", _check_paths_exist),
    "osm": Setting("paths", '["city.osm.pbf"]', "as `--osm`", _check_paths_exist),
    "dem": Setting("paths", '["dem.tif"]', "as `--dem`", _check_paths_exist),
    "dem-sigma": Setting("number", "2.5", "as `--dem-sigma`"),
    "elevation": Setting("source", '"glo30"', "as `--elevation`"),
    "counts": Setting("path", '"counts.csv"', "as `--counts`", _check_paths_exist),
    "population": Setting("path", '"people.tif"', "as `--population`", _check_paths_exist),
    "at": Setting("text", '"sat 07:00"', "as `--at`", _check_time_of_day),
    "level": Setting("source", '"intermediate"', "as `--level`", _check_level),
    "barefoot": Setting("flag", "true", "as `--barefoot`"),
    "surface": Setting("words", '["sand", "grass"]', "as `--surface`"),
    "min-length": Setting("number", "80", "as `--min-length`", least=20, most=10_000),
    "radius": Setting("number", "1000", "as `--radius`", least=1, most=100_000),
    "top": Setting("whole", "10", "as `--top`", least=1),
    "week": Setting("whole", "3", "as `--week`", least=1, most=52),
    "time": Setting("text", '"40min"', "as `--time`", _check_duration),
    "distance": Setting("text", '"5km"', "as `--distance`", _check_distance),
    "return": Setting("text", '"jog"', "as `--return`", _check_way_back),
    "offline": Setting("flag", "true", "as `--offline`"),
    "cache-dir": Setting("path", '"~/saferoute-cache"', "as `--cache-dir`"),
    "overpass-url": Setting(
        "text", '"https://overpass.example.org/api"', "as `--overpass-url`", _make_url_check("overpass_url")
    ),
    "nominatim-url": Setting(
        "text", '"https://nominatim.example.org"', "as `--nominatim-url`", _make_url_check("nominatim_url")
    ),
    "mapterhorn-url": Setting(
        "text", '"https://tiles.example.org"', "as `--mapterhorn-url`", _make_url_check("mapterhorn_url")
    ),
    "glo30-url": Setting("text", '"https://dem.example.org"', "as `--glo30-url`", _make_url_check("glo30_url")),
}
"""What may be set, by key; the environment has ``SAFEROUTE_`` and the key in capitals with underscores."""

_RIVALS = (
    ({"region", "osm"}, {"region", "osm", "dem"}),
    ({"dem", "elevation"}, {"dem", "elevation"}),
    ({"time", "distance"}, {"time", "distance"}),
)
"""What names one of the first puts the second aside wherever less counts: who names other data means those alone."""

_ENVIRONMENT = "the environment"
_YES, _NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


@dataclass(frozen=True)
class _Level:
    """One place where settings stand."""

    name: str
    """Of the file, or "the environment"."""
    values: Mapping[str, Any]


def environment_variable(key: str) -> str:
    """Return the environment variable of a key.

    Examples
    --------
    >>> environment_variable("cache-dir")
    'SAFEROUTE_CACHE_DIR'
    """
    return f"SAFEROUTE_{key.replace('-', '_').upper()}"


def user_settings_path() -> Path:
    """Return the file of this user."""
    import platformdirs

    return platformdirs.user_config_path("saferoute", appauthor=False) / FILE


def forget_defaults(command: argparse.ArgumentParser) -> dict[str, Any]:
    """Take the defaults from what may be set, so that it is seen what was given, and return them by key."""
    options = {o[2:]: action for action in command._actions for o in action.option_strings if o.startswith("--")}  # noqa: SLF001 - argparse has no public list
    if "cache-dir" not in options:
        return {}
    defaults = {key: options[key].default for key in SETTINGS if key in options}
    for key in defaults:
        options[key].default = None
    return defaults


def apply_settings(arguments: argparse.Namespace, defaults: Mapping[str, Any]) -> list[str]:
    """Fill in what the command line left open.

    Parameters
    ----------
    arguments : Namespace
        Is changed: it gets every option of `defaults` and, where files are written, ``output_folder``.
    defaults : mapping
        What `forget_defaults` returned of the command.

    Returns
    -------
    list of str
        What was taken from which file, in words.

    Raises
    ------
    InvalidInput
        If a file or the environment breaks a rule; the message names where.
    """
    flags = {key: getattr(arguments, _argument_name(key)) for key in defaults}
    given = {key: value for key, value in flags.items() if value is not None}
    told = []
    from_home = getattr(arguments, "near", None) == "home"
    wanted = {*defaults, *(["home"] if from_home else []), *(["output-folder"] if "output" in arguments else [])}
    for level in _read_levels(getattr(arguments, "settings", None), wanted):
        aside = {other for those, others in _RIVALS if those & set(given) for other in others}
        taken = {key: level.values[key] for key in level.values if key in wanted - set(given) - aside}
        for key, value in taken.items():
            _check_setting(level.name, key, value)
        given |= taken
        if taken and level.name != _ENVIRONMENT:
            told.append(f"{', '.join(taken)} from {level.name}")
    for key in wanted:
        setattr(arguments, _argument_name(key), given.get(key, defaults.get(key)))
    if from_home:
        arguments.near = _require_home(arguments.home)
    return told


def _require_home(home: str | None) -> str:
    if home is None:
        raise InvalidInput(
            f'near home: no home is set; write home = "60.172,24.944" into {FILE} here or into {user_settings_path()}, '
            f"or set {environment_variable('home')}. A place of that name is found with a capital: --near Home"
        )
    return home


def _argument_name(key: str) -> str:
    return "return_by" if key == "return" else key.replace("-", "_")


def _check_setting(where: str, key: str, value: Any) -> None:
    check = SETTINGS[key].check
    try:
        if check:
            check(value)
    except InvalidInput as error:
        raise type(error)(f"{where}: {key}: {error}") from error


def _read_levels(named: str | None, wanted: set[str]) -> Iterator[_Level]:
    yield _Level(_ENVIRONMENT, dict(_read_environment(wanted)))
    if named is None:
        paths = [path for path in (Path(FILE), user_settings_path()) if path.exists()]
    else:
        paths = [] if named.lower() == NONE else [Path(named).expanduser()]
    for path in paths:
        yield _Level(str(path), _read_file(path))


def _read_environment(wanted: set[str]) -> Iterator[tuple[str, Any]]:
    """Yield what the environment sets; nothing and an empty text are the same."""
    for key, setting in SETTINGS.items():
        text = os.environ.get(environment_variable(key))
        if text and key in wanted:
            yield key, _convert_value(environment_variable(key), key, _parse_text(setting.kind, text), Path())


def _parse_text(kind: str, text: str) -> Any:
    """Return the TOML value that a text of the environment means; what means none stays a text, and is refused."""
    if kind == "flag":
        return True if text.lower() in _YES else False if text.lower() in _NO else text
    if kind == "paths":
        return [part for part in text.split(os.pathsep) if part]
    if kind in {"number", "whole"}:
        try:
            number = float(text)
        except ValueError:
            return text
        return int(number) if kind == "whole" and number.is_integer() else number
    return text


def _read_file(path: Path) -> dict[str, Any]:
    """Return the values of a settings file, every one of the right kind."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInput(
            f"settings {path}: cannot be read ({error.strerror}); give another with --settings"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput(f"settings {path}: not TOML ({error}); mend it, or leave it out: --settings none") from error
    for key in values:
        if key not in SETTINGS:
            raise InvalidInput(f"settings {path}: unknown key {key!r}; {_suggest_key(key)}")
    return {key: _convert_value(f"settings {path}", key, value, path.parent) for key, value in values.items()}


def _suggest_key(key: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(key.lower().replace("_", "-"), SETTINGS, n=1, cutoff=0.7)
    return f"did you mean {near[0]}?" if near else f"known are {', '.join(SETTINGS)}"


def _convert_value(where: str, key: str, value: Any, folder: Path) -> Any:
    """Return a TOML value as the command line would have it; paths count from the file's folder."""
    setting = SETTINGS[key]
    if not _is_valid_value(setting, value):
        raise InvalidInput(f"{where}: {key} = {value!r}; it must be {setting.rule}, as in {key} = {setting.example}")
    if setting.kind == "path":
        return folder / Path(value).expanduser()
    if setting.kind == "paths":
        return [folder / Path(part).expanduser() for part in ([value] if isinstance(value, str) else value)]
    if setting.kind == "words":
        return value if isinstance(value, str) else ",".join(value)
    return _resolve_source(key, value, folder) if setting.kind == "source" else value


def _resolve_source(key: str, value: str, folder: Path) -> str:
    """Return a word as it is, and a file from its folder."""
    from saferoute.sources.settings import ELEVATIONS

    word = not value.endswith(".toml") if key == "level" else value.lower() in ELEVATIONS
    return value if word else str(folder / Path(value).expanduser())


def _is_valid_value(setting: Setting, value: Any) -> bool:
    if setting.kind == "flag":
        return isinstance(value, bool)
    if setting.kind in {"number", "whole"}:
        kinds = int if setting.kind == "whole" else int | float
        return isinstance(value, kinds) and not isinstance(value, bool) and setting.least <= value <= setting.most
    if setting.kind in {"paths", "words"} and isinstance(value, list):
        return bool(value) and all(isinstance(part, str) and part.strip() for part in value)
    return isinstance(value, str) and bool(value.strip())
