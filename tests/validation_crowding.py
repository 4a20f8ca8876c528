"""Crowding: when, where and how many, against counters and what everybody knows of streets."""

from __future__ import annotations

import runpy
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from validation_shared import REPOSITORY, Row, data_folder, extract

from saferoute import search
from saferoute.criteria import crowding

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray

MAKE_PROFILE = REPOSITORY / "data" / "auckland" / "make_profile.py"


def centre_hours() -> Row:
    """The centre's week, learnt in Auckland up to 2023, against the counts since then."""
    make_profile = runpy.run_path(str(MAKE_PROFILE))
    year, hour_of_week, count = make_profile["counts"]()
    train = year <= make_profile["LAST_YEAR"]
    week = crowding.when.PROFILES[crowding.where.CENTRE]
    by_hour = np.tile(week.reshape(7, 24).mean(axis=0), 7)
    errors = {
        name: hour_error(share, hour_of_week, count, train)
        for name, share in (("profile", week), ("hour alone", by_hour), ("constant", np.ones(168)))
    }
    best, hourly, constant = errors.values()
    return Row(
        name="hours of a centre",
        against=f"{count.shape[1]} counters of Auckland, {year[~train].min()} to {year.max()}, "
        f"learnt from {year.min()} to {year[train].max()}",
        figures="mean absolute error of ln(count + 1): "
        + ", ".join(f"{name} {error:.3f}" for name, error in errors.items()),
        bound="below hour alone and constant",
        ok=best < hourly < constant,
        note="each counter's level is its mean of the years learnt from, for all three alike",
    )


def hour_error(share: FloatArray, hour_of_week: NDArray[np.int64], count: FloatArray, train: BoolArray) -> float:
    """Return the mean absolute log error of each counter's level times an hour's share, where it was not learnt."""
    level = np.nanmean(count[train], axis=0)
    guess = level * share[hour_of_week[~train], None]
    return float(np.nanmean(np.abs(np.log1p(count[~train]) - np.log1p(guess))))


BUSY = {
    "helsinki/helsinki-centre.osm.pbf": (
        "Hernesaarenranta;Munkkisaarenkatu;Saukonpaadenranta;Iso Puistotie;Laivakatu;Kalliolinnantie",
        "Huvilakatu;Luotsikatu;Ehrenströmintie;Merikannontie;Vuorimiehenkatu;Dagmarinkatu;Kapteeninkatu",
        "Museokatu;Runeberginkatu;Liisankatu;Tehtaankatu;Lönnrotinkatu;Albertinkatu;Korkeavuorenkatu",
        "Bulevardi;Fredrikinkatu;Iso Roobertinkatu;Uudenmaankatu;Eteläesplanadi;Kalevankatu;Yrjönkatu;Eerikinkatu",
        "Pohjoisesplanadi;Simonkatu;Yliopistonkatu;Kluuvikatu;Urho Kekkosen katu",
        "Aleksanterinkatu;Keskuskatu;Kaivokatu;Mikonkatu",
    ),
    "porto/porto-centre.osm.pbf": (
        "Avenida de Paiva Couceiro;Rua de Gomes Freire",
        "Rua do Heroísmo;Rua de São Victor;Rua de Barros Lima",
        "Rua da Boavista;Rua da Alegria;Rua de Santos Pousada;Rua de Santo Ildefonso",
        "Rua de Passos Manuel;Rua Formosa;Rua de Fernandes Tomás;Rua do Almada;Rua de Miguel Bombarda",
        "Rua de Cedofeita;Rua de Sá da Bandeira;Rua dos Clérigos;Rua de Mouzinho da Silveira",
        "Rua de Santa Catarina;Rua das Flores;Cais da Ribeira;Avenida dos Aliados",
    ),
}
"""Streets from hardly walked to most walked, as guide books and a walk there tell [J]: no counts."""
LEAST_AGREEMENT = 0.5


def busy_streets() -> Row:
    """Streets in the order in which everybody knows them, against the index at a weekday's noon."""
    found = {path.split("/")[0].title(): busy_order(data_folder() / path, BUSY[path]) for path in BUSY}
    return Row(
        name="busy and quiet streets",
        against="six levels of busyness, by general knowledge; no counters",
        figures=", ".join(f"{name} Spearman {rho:.2f} of {n} streets" for name, (rho, n) in found.items()),
        bound=f"≥ {LEAST_AGREEMENT}, each",
        ok=min(rho for rho, _ in found.values()) >= LEAST_AGREEMENT,
        note="the levels are one person's: this shows that the index is no nonsense, not how right it is",
    )


def busy_order(path: Path, levels: Sequence[str]) -> tuple[float, int]:
    """Return the rank correlation of streets' levels with the index, and the number of streets found."""
    ways = extract(path).read_tables().ways.to_geodataframe()
    rows = []
    for level, names in enumerate(levels):
        for name in names.split(";"):
            pieces = ways.geometry[ways["name"].eq(name) & ways["highway"].notna()].to_numpy()
            if len(pieces):
                longest = max(shapely.get_parts(shapely.line_merge(shapely.union_all(pieces))), key=shapely.length)
                at = shapely.line_interpolate_point(longest, [0.25, 0.5, 0.75], normalized=True)
                rows += [(level, name, *xy) for xy in shapely.get_coordinates(at)]
    table = pd.DataFrame(rows, columns=["level", "name", "lon", "lat"])
    table["index"] = search.crowding_at(extract(path), table[["lon", "lat"]], at="2026-06-17T13:00")
    streets = table.groupby("name")[["level", "index"]].mean()
    return float(streets["level"].corr(streets["index"], method="spearman")), len(streets)


SYDNEY = ("sydney/sydney-cbd.osm.pbf", "sydney/counts.csv")
ORDER_HOURS = {"Wed 13:00": 61, "Wed 17:00": 65, "Sat 13:00": 133, "Sat 17:00": 137}
"""Hours at which the order of places is shown, as hours of the week; those of the Wednesday are judged."""
LEAST_ORDER, LEAST_CORRELATION, LEAST_QUIETER, MOST_OFF = 0.73, 0.82, 0.85, 1.5
"""Bounds set before the clocks were mended: order of places as before, correlation over the hours, share of sites that
are told to be quieter on Wednesday at 7:00 than in the day's mean, and the factor by which the median may be off."""


def counters_of_sydney() -> Row:
    """The map alone against counters of a city that had no say: order, hours, level, and the early hour."""
    found = search.evaluate_crowding(data_folder() / SYDNEY[1], data_folder() / SYDNEY[0])
    by_hour = found.by_hour.set_index("hour_of_week")["spearman"]
    order = {name: by_hour[hour] for name, hour in ORDER_HOURS.items()}
    told, counted = (share_quieter(found.rows, column) for column in ("index", "count"))
    return Row(
        name="counters of Sydney",
        against=f"{found.counters} sites, hours 6 to 23 of a Wednesday and a Saturday",
        figures="order "
        + ", ".join(f"{name} {value:.2f}" for name, value in order.items())
        + f"; correlation over the hours {found.hours.value:.2f} (median); quieter than the Wednesday's mean at 7:00 "
        f"{told[7]:.0%} of the sites ({counted[7]:.0%} counted), at 8:00 {told[8]:.0%} ({counted[8]:.0%}); "
        f"{found.level.value:.2f} people counted for each one told (median); {found.quiet.value:.0%} of the hours "
        "named quiet are",
        bound=f"Wed ≥ {LEAST_ORDER}, ≥ {LEAST_CORRELATION}, 7:00 ≥ {LEAST_QUIETER:.0%} and 8:00 not, level within "
        f"{MOST_OFF}",
        ok=min(order["Wed 13:00"], order["Wed 17:00"]) >= LEAST_ORDER
        and found.hours.value >= LEAST_CORRELATION
        and told[7] >= LEAST_QUIETER > told[8]
        and 1 / MOST_OFF <= found.level.value <= MOST_OFF,
        note="all sites stand in the centre; 95 % intervals of the order reach from .55 to .93",
    )


def share_quieter(rows: pd.DataFrame, column: str) -> dict[int, float]:
    """Return the share of the sites at which an hour of the Wednesday has fewer people than its mean, by hour."""
    wednesday = rows[rows["hour_of_week"] // 24 == 2]
    table = wednesday.assign(hour=wednesday["hour_of_week"] % 24).pivot_table(column, "site", "hour")
    quieter = table.lt(table.mean(axis=1), axis=0).mean()
    return {int(hour): float(share) for hour, share in quieter.items()}


ROWS = (centre_hours, busy_streets, counters_of_sydney)
