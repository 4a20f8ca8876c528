"""Settings: what ``saferoute.toml`` and the environment say where the command line says nothing.

click lays the environment and a `default_map` behind the options; here the
files are read into that map. The file of the working folder goes before that
of the user. A key is an option without its dashes; its value is held to the
rules of the option.
"""

from __future__ import annotations

import os
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from saferoute.cli._types import FilePath, Height, Level
from saferoute.model import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FILE = "saferoute.toml"
NONE = "none"
"""Value of ``--settings`` for no file at all."""
PREFIX = "SAFEROUTE"
"""Begins the environment variable of every setting; the option in capitals follows."""
BEHIND = {"auto_envvar_prefix": PREFIX}
"""Context settings of commands that settings stand behind."""
_ALONE: dict[str, click.ParamType[Any]] = {"home": click.STRING, "output-folder": FilePath()}
"""Settings that are no option."""
_RIVALS = (
    ({"region", "osm"}, {"region", "osm", "dem"}),
    ({"dem", "elevation"}, {"dem", "elevation"}),
    ({"time", "distance"}, {"time", "distance"}),
)
"""Naming one of the first makes the second void where they count less: other data are meant alone, not added."""
_ORIGINS = f"{__name__}.origins"
_USED = f"{__name__}.used"


def user_settings_path() -> Path:
    """Return the file of this user."""
    import platformdirs

    return platformdirs.user_config_path("saferoute", appauthor=False) / FILE


def load_settings(ctx: click.Context, _: click.Parameter, named: str | None) -> None:
    """Lay the settings files behind the options of a command: the callback of ``--settings``."""
    if ctx.resilient_parsing:
        return
    if named is None:
        paths = [path for path in (Path(FILE), user_settings_path()) if path.exists()]
    else:
        paths = [] if named.lower() == NONE else [Path(named).expanduser()]
    known, origins = _list_keys(ctx), ctx.meta.setdefault(_ORIGINS, {})
    behind: dict[str, Any] = {}
    for path in paths:
        aside = _rivals_of(set(behind))
        for key, value in _read_file(path, known).items():
            name = key.replace("-", "_")
            if name not in behind and name not in aside:
                behind[name], origins[name] = value, path
    ctx.default_map = behind


def look_up_setting(ctx: click.Context, key: str) -> str | None:
    """Return a setting that is no option, and note that it counts."""
    name = key.replace("-", "_")
    from_file = ctx.lookup_default(name)
    from_environment = os.environ.get(f"{PREFIX}_{name.upper()}")
    if from_file is not None and not from_environment:
        ctx.meta.setdefault(_USED, set()).add(name)
    return from_environment or from_file


def put_rivals_aside(ctx: click.Context) -> None:
    """Forget what the environment or a file says of an option whose rival counts more."""
    ranks = {name: source for name in ctx.params if (source := _find_source(ctx, name)) is not None}
    for those, others in _RIVALS:
        first = min((ranks[name] for name in those & ranks.keys()), default=None)
        for name in others & ranks.keys():
            if first is not None and ranks[name] > first:
                multiple = next(p.multiple for p in ctx.command.params if p.name == name)
                ctx.params[name] = () if multiple else None
                ctx.set_parameter_source(name, ParameterSource.DEFAULT)


def list_origins(ctx: click.Context) -> list[str]:
    """Return what was taken from which file, a line a file."""
    counting = {name for name in ctx.params if _find_source(ctx, name) == ParameterSource.DEFAULT_MAP}
    if "output" in ctx.params:
        look_up_setting(ctx, "output-folder")
    counting |= ctx.meta.get(_USED, set())
    taken: dict[Path, list[str]] = {}
    for name, path in ctx.meta.get(_ORIGINS, {}).items():
        if name in counting:
            taken.setdefault(path, []).append(name.replace("_", "-"))
    return [f"{', '.join(keys)} from {path}" for path, keys in taken.items()]


def name_origin(ctx: click.Context, parameter: click.Parameter) -> str:
    """Return where the value of a parameter stands: an option, a variable or a key of a file."""
    source = _find_source(ctx, parameter.name)
    if source == ParameterSource.DEFAULT_MAP:
        return f"{ctx.meta[_ORIGINS][parameter.name]}: {_key_of(parameter)}"
    if source == ParameterSource.ENVIRONMENT:
        return f"{PREFIX}_{parameter.name.upper()}"
    if isinstance(parameter, click.Option):
        return parameter.opts[0]
    return str(parameter.metavar or parameter.human_readable_name)


def _find_source(ctx: click.Context, name: str) -> ParameterSource | None:
    """Return where a value comes from; None for a default, and for what no settings stand behind."""
    source = ctx.get_parameter_source(name)
    return None if source == ParameterSource.DEFAULT else source


def _rivals_of(names: set[str]) -> set[str]:
    return {other for those, others in _RIVALS if those & names for other in others}


def _key_of(parameter: click.Parameter) -> str:
    return parameter.name.replace("_", "-")


def settable_options(command: click.Command) -> dict[str, click.Option]:
    """Return the options of a command that may be set, by key."""
    if "auto_envvar_prefix" not in command.context_settings:
        return {}
    options = (p for p in command.params if isinstance(p, click.Option) and p.allow_from_autoenv)
    return {_key_of(option): option for option in options}


def _list_keys(ctx: click.Context) -> dict[str, click.Option | None]:
    """Return every key that may stand in a file, with its option where it has one."""
    top = ctx.find_root().command
    assert isinstance(top, click.Group)
    known: dict[str, click.Option | None] = dict.fromkeys(_ALONE)
    for command in top.commands.values():
        known.update(settable_options(command))
    return known


def _read_file(path: Path, known: Mapping[str, click.Option | None]) -> dict[str, Any]:
    """Return the values of a settings file as a command line would have them, by key."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInput(
            f"settings {path}: cannot be read ({error.strerror}); give another with --settings"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput(f"settings {path}: not TOML ({error}); mend it, or leave it out: --settings none") from error
    for key in values:
        if key not in known:
            raise InvalidInput(f"settings {path}: unknown key {key!r}; {_suggest_key(key, known)}")
    return dict(_to_words(values, known, path.parent))


def _suggest_key(key: str, known: Mapping[str, object]) -> str:
    near = get_close_matches(key, known, n=1)
    return f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"


def _to_words(
    values: Mapping[str, Any], known: Mapping[str, click.Option | None], folder: Path
) -> Iterator[tuple[str, Any]]:
    """Yield keys with text, as the environment holds it, or lists of text; paths count from the file's folder."""
    for key, value in values.items():
        option = known[key]
        kind = option.type if option else _ALONE[key]
        words = [str(word) for word in (value if isinstance(value, list) else [value])]
        if isinstance(kind, FilePath | Height | Level):
            words = [kind.resolve(word, folder) for word in words]
        yield key, words if option and option.multiple else ",".join(words)
