"""How long a session takes to plan next to its ranking, and how good its way is.

Run as ``python tests/benchmarks/bench_session.py [FOLDER]``; see README.md beside it.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from saferoute import search
from saferoute.model import Place, Session, Wish
from saferoute.search import _plan, _session
from saferoute.sources.open import LocalFiles, open_local
from saferoute.sources.profiles import LEVELS, load_profile

REPOSITORY = Path(__file__).resolve().parents[2]
PLACES = {
    "sample": (60.172, 24.944, ["data/helsinki/helsinki.osm.pbf"], ["data/helsinki/dem.tif"]),
    "Helgoland": (54.181, 7.889, ["helgoland/helgoland.osm.pbf"], ["helgoland/dem.tif"]),
    "Helsinki": (60.165, 24.935, ["helsinki/helsinki-centre.osm.pbf"], ["helsinki/lapinlahti-dem.tif"]),
    "Porto": (41.150, -8.612, ["porto/porto-centre.osm.pbf"], ["porto/dem-porto-25m.tif"]),
    "Heidelberg": (49.41, 8.69, ["heidelberg/heidelberg.osm.pbf"], []),
}
NEAR_M = 1000.0


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("SAFEROUTE_TEST_DATA", "../shared/data"))
    titles: tuple[str, ...] = (
        "place, level",
        "rank s",
        "plan s",
        "min of itself",
        "roads crossed",
        "m on roads",
        "mean score_low",
    )
    titles += ("best in 1 km", "asked min", "got min", "roads crossed", "m on roads")
    print(f"| {' | '.join(titles)} |")
    print("|---" * len(titles) + "|")
    for name, (lat, lon, osm, dem) in PLACES.items():
        root = REPOSITORY if name == "sample" else folder
        features, elevation = open_local(LocalFiles(osm=[root / o for o in osm], dem=[root / d for d in dem]))
        features.read_tables()
        for level in LEVELS:
            profile, wish = load_profile(level), Wish()
            area = search.area_around(Place(name, lon, lat), _session.search_radius_m(profile.training, wish))
            began = time.process_time()
            ranking = search.find(search.Query(area, features, profile, elevation, _plan.TOP))
            ranked = time.process_time()
            free = _session.plan_through_stretches(ranking, wish=wish, elevation_of=elevation)
            planned = time.process_time()
            asked = Wish(time_s=60 * profile.training.minutes)
            long = _session.plan_through_stretches(ranking, wish=asked, elevation_of=elevation)
            near = ranking.stretches["distance_m"] <= NEAR_M
            print(
                f"| {name}, {level} | {ranked - began:.1f} | {planned - ranked:.2f} "
                f"| {free.figures['duration_s'] / 60:.0f} | {describe_roads(free)} "
                f"| {free.sections['score_low'].mean():.2f} | {ranking.stretches.loc[near, 'score_low'].max():.2f} "
                f"| {profile.training.minutes:g} | {long.figures['duration_s'] / 60:.0f} | {describe_roads(long)} |"
            )


def describe_roads(session: Session) -> str:
    """Return two cells: the roads that are crossed, and the metres along roads."""
    return f"{session.figures['crossings']:.0f} | {session.figures['road_m']:.0f}"


if __name__ == "__main__":
    main()
