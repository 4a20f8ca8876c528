"""``saferoute evaluate-crowding``: compare the crowding index with counters."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import click

from saferoute.cli._command import Command
from saferoute.cli._layout import HELP_SETTINGS, Argument
from saferoute.cli._options import option
from saferoute.cli._types import FilePath

if TYPE_CHECKING:
    from pathlib import Path

    from saferoute.search import Estimate, Evaluation

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@click.command(
    "evaluate-crowding",
    cls=Command,
    context_settings=HELP_SETTINGS,
    help="Compare the crowding index, which the map alone gives, with counters of people on foot.",
    short_help="compare the crowding index with counters",
    examples=('evaluate-crowding counts.csv --osm city.osm.pbf --at "wed 13:00"',),
)
@click.argument(
    "counts",
    cls=Argument,
    type=FilePath(),
    metavar="COUNTS.csv",
    help="columns lon, lat, count (an hour) and at, or a column for each hour in place of the last two",
)
@option(
    "--osm", type=FilePath(), several=True, required=True, metavar="FILE...", help="OpenStreetMap extracts of the city"
)
@option(
    "--at",
    default="",
    metavar="TIME",
    help='the hour of the rows that name none, as in "wed 13:00" (default: a mean hour of the week)',
)
def evaluate(counts: Path, osm: tuple[Path, ...], at: str) -> int:
    """Print how well the crowding index agrees with counters."""
    from saferoute.search import evaluate_crowding

    found = evaluate_crowding(counts, osm, at=at)
    left = [(found.off_map, "off the map or far from every way"), (found.near_edge, "within 300 m of the map's edge")]
    not_used = "".join(f", {n} not used: {why}" for n, why in left if n)
    print(f"{found.counters} counters{not_used}")
    print(f"places, Spearman, map alone:            {_format_estimate(found.places)}")
    print(f"places, Spearman, leave-one-sensor-out: {_format_estimate(found.left_out)}")
    print(f"hours, correlation, median counter:     {_format_estimate(found.hours)}")
    print(f"people counted for each one foretold:   {_format_estimate(found.level)}")
    print(f"hours named quiet that are:             {_format_estimate(found.quiet)}")
    print(f"typical factor off: map alone {found.factor:.1f}, calibrated by the others {found.left_out_factor:.1f}")
    _print_hours(found)
    _print_counters(found)
    return 0


def _print_hours(found: Evaluation) -> None:
    """Print the order of places at each hour, if any was counted."""
    if len(found.by_hour):
        print()
        print("     hour  counters  Spearman")
    for hour, *order, counters in found.by_hour.itertuples(index=False, name=None):
        day, of_day = divmod(int(hour), 24)
        print(f"{_DAYS[day]} {of_day:2d}:00{counters:10d}   {_format_interval(*order)}")


def _print_counters(found: Evaluation) -> None:
    """Print the mean of each counter's rows, and the correlation over its hours where it has enough of them."""
    print()
    print("       lon       lat     count     index predicted  hours")
    columns = ["lon", "lat", "count", "index", "predicted", "correlation"]
    rows = found.by_counter[columns].sort_values("count", ascending=False, kind="stable")
    for lon, lat, *numbers, correlation in rows.to_numpy().tolist():
        hours = "" if math.isnan(correlation) else f"{correlation:7.2f}"
        print(f"{lon:10.5f}{lat:10.5f}" + "".join(f"{number:10.0f}" for number in numbers) + hours)


def _format_estimate(estimate: Estimate) -> str:
    if not estimate.counters:
        return "unknown: no counter has enough hours"
    return f"{_format_interval(estimate.value, estimate.low, estimate.high)} ({estimate.counters} counters)"


def _format_interval(value: float, low: float, high: float) -> str:
    return f"{value:5.2f}  95 % {low:.2f} to {high:.2f}"
