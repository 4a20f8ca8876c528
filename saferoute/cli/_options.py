"""Options that several commands share, with the same names as the arguments of Python functions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import click

from saferoute.cli import _settings
from saferoute.cli._command import note_quiet, note_verbose
from saferoute.cli._layout import Argument, Option
from saferoute.cli._types import Checked, FilePath, Height, Level, RegionPath, Whole, check_time
from saferoute.model import InvalidInput
from saferoute.report.units import choose_system
from saferoute.sources.amounts import parse_length

if TYPE_CHECKING:
    from collections.abc import Callable

    F = TypeVar("F", bound=Callable[..., Any])

option = partial(click.option, cls=Option)
unsettable = partial(option, allow_from_autoenv=False)
"""An option that neither a settings file nor the environment can set."""


def _apply(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Return a decorator that adds options to a command in the given order."""

    def decorate(function: F) -> F:
        # Decorators run from the bottom up, and click lists options from the top down.
        for add in reversed(options):
            function = add(function)
        return function

    return decorate


def _check_network_option(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    from saferoute.sources.settings import check_contact, check_url

    # A shell completes unfinished command lines (resilient parsing): half a URL is no error.
    if value is not None and not ctx.resilient_parsing:
        try:
            if parameter.name == "contact":
                check_contact(value)
            else:
                check_url(value, str(parameter.name))
        except InvalidInput as error:
            raise click.BadParameter(str(error), ctx, parameter) from error
    return value


place_options = _apply(
    click.argument(
        "place",
        cls=Argument,
        group="search",
        nargs=-1,
        metavar="PLACE",
        help="a name, an address, coordinates, …: saferoute help places",
    ),
    unsettable("--near", group="search", rare=True, metavar="PLACE", help="the same as PLACE"),
    unsettable(
        "--pick",
        type=Whole(),
        group="search",
        rare=True,
        metavar="N",
        help="which place, where a name has several (default 1)",
    ),
)
settings_option = unsettable(
    "--settings",
    metavar="FILE",
    is_eager=True,
    expose_value=False,
    callback=_settings.load_settings,
    rare=True,
    help="settings instead of saferoute.toml here and in the user's configuration; none = no settings",
)
quiet_option = unsettable(
    "-q",
    "--quiet",
    is_flag=True,
    expose_value=False,
    callback=note_quiet,
    rare=True,
    help="say nothing of the progress",
)
verbose_option = unsettable(
    "--verbose",
    is_flag=True,
    expose_value=False,
    callback=note_verbose,
    rare=True,
    help="say also how many answers and bytes each server has sent, now and today",
)
explain_data_option = unsettable(
    "--explain-data",
    is_flag=True,
    group="output",
    rare=True,
    help="list after the result what of the data was not understood: tags with their number and an example, "
    "areas of which a part is missing",
)
notes_option = unsettable("--notes", is_flag=True, group="output", rare=True, help="show all notes in full")
output_option = partial(unsettable, "-o", "--output", multiple=True, type=FilePath(), group="output", metavar="FILE")

raster_options = _apply(
    option(
        "--dem",
        type=FilePath(),
        several=True,
        group="data",
        metavar="FILE...",
        help="elevation rasters, in any coordinate system",
    ),
    option(
        "--dem-sigma",
        type=Checked(parse_length),
        group="data",
        rare=True,
        metavar="LENGTH",
        help="standard error of the heights (default: by the raster's cells and tags)",
    ),
)
data_options = _apply(
    option(
        "--region",
        type=RegionPath(folder=True),
        group="data",
        metavar="DIR",
        help="folder with extracts and rasters, an extract, or sample",
    ),
    option(
        "--osm",
        type=FilePath(),
        several=True,
        group="data",
        metavar="FILE...",
        help="OpenStreetMap extracts (.osm.pbf .osm .osm.gz .osm.bz2)",
    ),
    raster_options,
    option(
        "--counts",
        type=FilePath(),
        group="data",
        rare=True,
        metavar="FILE",
        help="CSV of counters (lon, lat, count per hour, at) to calibrate crowding",
    ),
    option(
        "--population",
        type=FilePath(),
        group="data",
        rare=True,
        metavar="FILE",
        help="raster of people per cell, for crowding where homes are few",
    ),
    option(
        "--elevation",
        type=Height(),
        group="data",
        rare=True,
        metavar="SOURCE",
        help="mapterhorn, glo30, none, or a raster file (default: the rasters given; for a map from the network "
        "mapterhorn, and glo30 for what it does not have)",
    ),
)

observations_option = option(
    "--observations",
    type=FilePath(),
    several=True,
    group="data",
    rare=True,
    metavar="FILE...",
    help="what people saw on foot, as the map's page exports it (.geojson)",
)

cache_option = option(
    "--cache-dir",
    type=FilePath(folder=True),
    group="network",
    rare=True,
    metavar="DIR",
    help="folder of the cache (environment: SAFEROUTE_CACHE_DIR; default: the user's cache folder)",
)
network_options = _apply(
    option(
        "--offline/--no-offline",
        default=False,
        group="network",
        rare=True,
        help="open no connection: use the cache alone",
    ),
    unsettable("--refresh", is_flag=True, group="network", rare=True, help="ask again, whatever the cache holds"),
    cache_option,
    *(
        option(
            f"--{name}-url",
            callback=_check_network_option,
            group="network",
            rare=True,
            metavar="URL",
            help=f"another server (environment: SAFEROUTE_{name.upper()}_URL)",
        )
        for name in ("overpass", "nominatim", "mapterhorn", "glo30")
    ),
    option(
        "--contact",
        callback=_check_network_option,
        group="network",
        rare=True,
        metavar="ADDRESS",
        help="e-mail address or web page at which operators of the servers reach you (default: none is sent)",
    ),
)

level_option = option(
    "--level",
    type=Level(),
    default="beginner",
    group="search",
    metavar="LEVEL",
    help="first-steps, beginner (default), intermediate, advanced",
)
narrowing_options = _apply(
    option("--barefoot/--no-barefoot", default=False, group="search", rare=True, help="sand and grass only"),
    option("--surface", default="", group="search", metavar="LIST", help="only these surfaces, as in sand,grass"),
    option(
        "--min-length",
        type=Checked(parse_length),
        group="search",
        rare=True,
        metavar="LENGTH",
        help="clear length of a stretch, as in 60, 80m or 200ft (default: the level's)",
    ),
)


def runner_options(*, at: str | None = "now") -> Callable[[F], F]:
    """Return a decorator that adds the options of the runner to a command.

    Parameters
    ----------
    at : str, optional
        Default of ``--at``. With None crowding is that of a mean hour.

    Returns
    -------
    callable
    """
    return _apply(
        option(
            "--at",
            type=Checked(check_time),
            default=at,
            group="search",
            metavar="TIME",
            help='"sat 7:00", "tomorrow 7am", 2026-06-20T07:00 '
            + ("(default: now)" if at else "(default: mean of all hours)"),
        ),
        level_option,
        narrowing_options,
    )


units_option = option(
    "--units",
    type=Checked(choose_system),
    default="auto",
    group="output",
    rare=True,
    metavar="SYSTEM",
    help="metric, imperial, auto (default); files stay metric",
)
search_options = _apply(
    place_options,
    data_options,
    observations_option,
    network_options,
    runner_options(),
    units_option,
    notes_option,
    explain_data_option,
    settings_option,
    quiet_option,
    verbose_option,
)
"""Options of every search: place, data, network, runner, units, notes, data not understood, settings, messages."""
