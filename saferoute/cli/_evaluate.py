"""``saferoute evaluate-crowding``: compare the crowding index with counters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from saferoute.cli._command import Command
from saferoute.cli._layout import HELP_SETTINGS, Argument
from saferoute.cli._options import option
from saferoute.cli._types import FilePath

if TYPE_CHECKING:
    from pathlib import Path


@click.command(
    "evaluate-crowding",
    cls=Command,
    context_settings=HELP_SETTINGS,
    help="Compare the crowding index, which the map alone gives, with counters of people on foot.",
    short_help="compare the crowding index with counters",
    examples=('evaluate-crowding counts.csv --osm city.osm.pbf --at "wed 13:00"',),
)
@click.argument(
    "counts", cls=Argument, type=FilePath(), metavar="COUNTS.csv", help="columns lon, lat, count (an hour), at"
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
    off = f", {found.off_map} not used: off the map or far from every way" if found.off_map else ""
    print(f"{found.counters} counters{off}")
    print(f"Spearman, map alone:            {found.spearman:5.2f}  95 % {_format_interval(found.interval)}")
    print(f"Spearman, leave-one-sensor-out: {found.left_out:5.2f}  95 % {_format_interval(found.left_out_interval)}")
    print(f"typical factor off: map alone {found.factor:.1f}, calibrated by the others {found.left_out_factor:.1f}")
    print()
    print("       lon       lat     count     index predicted")
    rows = found.rows.sort_values("count", ascending=False, kind="stable")
    for lon, lat, *numbers in rows[["lon", "lat", "count", "index", "predicted"]].to_numpy().tolist():
        print(f"{lon:10.5f}{lat:10.5f}" + "".join(f"{number:10.0f}" for number in numbers))
    return 0


def _format_interval(interval: tuple[float, float]) -> str:
    return f"{interval[0]:.2f} to {interval[1]:.2f}"
