"""Settings from ``saferoute.toml`` and the environment, as defaults of the options.

The command line counts most, then the environment, then the file in the working
folder, then the user's file. click reads the environment and a `default_map`
itself; this module fills that map from the files. A key is an option without its
dashes, and its value obeys the rules of the option.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from saferoute.cli._types import FilePath, Height, Level
from saferoute.cli._typos import find_nearest
from saferoute.model import InvalidInput
from saferoute.sources.toml import read_toml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FILE = "saferoute.toml"
HOME = "home"
"""The place of the settings."""
NONE = "none"
"""Value of ``--settings`` that means no file at all."""
PREFIX = "SAFEROUTE"
"""Prefix of every environment variable; the option in capitals follows."""
BEHIND = {"auto_envvar_prefix": PREFIX}
"""Context settings of commands whose options may be set by settings."""
_ALONE: dict[str, click.ParamType[Any]] = {HOME: click.STRING, "output-folder": FilePath()}
"""Settings that are not options, with their types."""
_RIVALS = (
    ({"region", "osm"}, {"region", "osm", "dem"}),
    ({"dem", "elevation"}, {"dem", "elevation"}),
    ({"time", "distance"}, {"time", "distance"}),
)
"""Pairs of sets: an option of the first voids those of the second that come from a weaker origin.

``--osm`` on the command line voids a ``region`` in a file: other data replace it and are not added.
"""
_ORIGINS = f"{__name__}.origins"
_USED = f"{__name__}.used"


def user_settings_path() -> Path:
    """Return the path of the user's settings file."""
    import platformdirs

    return platformdirs.user_config_path("saferoute", appauthor=False) / FILE


def load_settings(ctx: click.Context, _: click.Parameter, named: str | None) -> None:
    """Read the settings files into the defaults of a command (callback of ``--settings``).

    Raises
    ------
    InvalidInput
        If a file cannot be read, is no TOML or has an unknown key.
    """
    if ctx.resilient_parsing:
        return
    if named is None:
        paths = [path for path in (Path(FILE), user_settings_path()) if path.exists()]
    else:
        paths = [] if named.lower() == NONE else [Path(named).expanduser()]
    known, origins = _list_keys(ctx), ctx.meta.setdefault(_ORIGINS, {})
    behind: dict[str, Any] = {}
    for path in paths:
        # The first file counts more: its keys, and their rivals, are not taken from the second.
        aside = _rivals_of(set(behind))
        for key, value in _read_file(path, known).items():
            name = key.replace("-", "_")
            if name not in behind and name not in aside:
                behind[name], origins[name] = value, path
    ctx.default_map = behind


def look_up_setting(ctx: click.Context, key: str) -> str | None:
    """Return the value of a setting that is not an option, None where it is not set.

    The context remembers that a value of a file was used, for `list_origins`.
    """
    name = key.replace("-", "_")
    from_file = ctx.lookup_default(name)
    from_environment = os.environ.get(f"{PREFIX}_{name.upper()}")
    if from_file is not None and not from_environment:
        ctx.meta.setdefault(_USED, set()).add(name)
    return from_environment or from_file


def settle_place(ctx: click.Context) -> None:
    """Put the place, from the argument PLACE or from ``--near``, into the parameter ``near``.

    ``home`` becomes the place of the settings. The words of PLACE need no quotes.

    Raises
    ------
    InvalidInput
        If the place is given twice or not at all, or no home is set.
    """
    words, near = ctx.params.pop("place"), ctx.params["near"]
    if words and near is not None:
        raise InvalidInput(f"PLACE and --near both say where: {' '.join(words)!r} and {near!r}; give one of them")
    text = " ".join(words) if near is None else near
    if not text.strip():
        raise InvalidInput('no place is given; write where, as in saferoute find "Hyde Park" or find 60.17,24.94')
    if text.strip() == HOME:
        text = look_up_setting(ctx, HOME)
    if not text:
        raise InvalidInput(
            f'no home is set; write home = "60.172,24.944" into {FILE} here or into {user_settings_path()}, or set '
            f"{PREFIX}_HOME. A place of that name is found with a capital: Home"
        )
    ctx.params["near"] = text


def put_rivals_aside(ctx: click.Context) -> None:
    """Reset the options that a rival of stronger origin voids."""
    ranks = {name: source for name in ctx.params if (source := _find_source(ctx, name)) is not None}
    for those, others in _RIVALS:
        first = min((ranks[name] for name in those & ranks.keys()), default=None)
        for name in others & ranks.keys():
            # click numbers the origins from the strongest to the weakest.
            if first is not None and ranks[name] > first:
                multiple = next(p.multiple for p in ctx.command.params if p.name == name)
                ctx.params[name] = () if multiple else None
                ctx.set_parameter_source(name, ParameterSource.DEFAULT)


def list_origins(ctx: click.Context) -> list[str]:
    """Return one line per settings file, with the settings taken from it."""
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
    """Return the option, environment variable or key of a file that gave a value.

    Examples of the result: ``--radius``, ``SAFEROUTE_RADIUS``, ``saferoute.toml: radius``.
    """
    source = _find_source(ctx, parameter.name)
    if source == ParameterSource.DEFAULT_MAP:
        return f"{ctx.meta[_ORIGINS][parameter.name]}: {_key_of(parameter)}"
    if source == ParameterSource.ENVIRONMENT:
        return f"{PREFIX}_{parameter.name.upper()}"
    if isinstance(parameter, click.Option):
        return parameter.opts[0]
    return str(parameter.metavar or parameter.human_readable_name).strip("[]")


def _find_source(ctx: click.Context, name: str) -> ParameterSource | None:
    """Return where a value comes from, None for the default of an option."""
    source = ctx.get_parameter_source(name)
    return None if source == ParameterSource.DEFAULT else source


def _rivals_of(names: set[str]) -> set[str]:
    """Return the options that are void if any of `names` is set."""
    return {other for those, others in _RIVALS if those & names for other in others}


def _key_of(parameter: click.Parameter) -> str:
    return parameter.name.replace("_", "-")


def settable_options(command: click.Command) -> dict[str, click.Option]:
    """Return the options of a command that settings may set, by key."""
    if "auto_envvar_prefix" not in command.context_settings:
        return {}
    options = (p for p in command.params if isinstance(p, click.Option) and p.allow_from_autoenv)
    return {_key_of(option): option for option in options}


def _list_keys(ctx: click.Context) -> dict[str, click.Option | None]:
    """Return every key that a file may hold, with its option, or None if it is not one."""
    top = ctx.find_root().command
    assert isinstance(top, click.Group)
    # One file serves all commands, so the keys of every command are allowed.
    known: dict[str, click.Option | None] = dict.fromkeys(_ALONE)
    for command in top.commands.values():
        known.update(settable_options(command))
    return known


def _read_file(path: Path, known: Mapping[str, click.Option | None]) -> dict[str, Any]:
    """Return the values of a settings file by key, in the form a command line would have."""
    try:
        values = read_toml(path)
    except OSError as error:
        raise InvalidInput(
            f"settings {path}: cannot be read ({error.strerror}); give another with --settings"
        ) from error
    except ValueError as error:
        raise InvalidInput(f"settings {path}: not TOML ({error}); mend it, or leave it out: --settings none") from error
    for key in values:
        if key not in known:
            raise InvalidInput(f"settings {path}: unknown key {key!r}; {_suggest_key(key, known)}")
    return dict(_to_words(values, known, path.parent))


def _suggest_key(key: str, known: Mapping[str, object]) -> str:
    near = find_nearest(key, known)
    return f"did you mean {near}?" if near else f"known are {', '.join(known)}"


def _to_words(
    values: Mapping[str, Any], known: Mapping[str, click.Option | None], folder: Path
) -> Iterator[tuple[str, Any]]:
    """Yield each key with its value as text, or as a list of texts for a repeated option."""
    for key, value in values.items():
        option = known[key]
        kind = option.type if option else _ALONE[key]
        words = [str(word) for word in (value if isinstance(value, list) else [value])]
        if isinstance(kind, FilePath | Height | Level):
            # Relative to the file, not to the working folder: a setting means the same wherever one is.
            words = [kind.resolve(word, folder) for word in words]
        yield key, words if option and option.multiple else ",".join(words)
