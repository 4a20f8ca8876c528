"""The ranking of the stretches near a place."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from saferoute import candidates, scoring
from saferoute.memory import collect_garbage_rarely
from saferoute.model import Ranking
from saferoute.osm.ground import find_kinds
from saferoute.products import remember_or_make
from saferoute.report.units import units_of
from saferoute.search._area import is_touching, locate_area
from saferoute.search._at_hour import digest_parts
from saferoute.search._excluded import excluded_table
from saferoute.search._kept_rankings import Answer, ask_question, hold_question, recall_or_rank
from saferoute.search._names import settle_names
from saferoute.search._part import choose_ground, name_features, survey_part
from saferoute.search._presenter import PRESENTER
from saferoute.search._query import require_query
from saferoute.search._tables import list_stretches
from saferoute.sources import clock

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Unpack

    import pandas as pd

    from saferoute.arrays import FloatArray
    from saferoute.model import Area, Moment
    from saferoute.search._near import Near
    from saferoute.search._query import FindOptions, Query
    from saferoute.search._survey import Survey

_LOG = logging.getLogger(__name__)


@collect_garbage_rarely()
def find(near: Near | Query, lon: float | None = None, **options: Unpack[FindOptions]) -> Ranking:
    """Return the stretches near a place, best first, anywhere in the world.

    Parameters
    ----------
    near : str, (float, float), shapely.Point, GeoSeries or Query
        Text as the command line takes it: coordinates in any spelling, the address
        of a map, a street address, a name; latitude and longitude, as a pair or one
        after the other; a point of longitude and latitude; a table with one point;
        or a query, which says all of the rest.
    lon : float, optional
        Longitude, where `near` is the latitude alone.
    radius_m : float, optional
        Radius around the place in metres. By default 1500, or as far as the
        ground reaches that the place names, such as a large park.
    top : int
        Most stretches to return; 20 by default.
    region : path or sequence of path
        A folder with extracts and elevation rasters, or extracts one by one.
        Without `region` and `osm` the map comes from OpenStreetMap's servers.
    osm, dem : path or sequence of path
        Extracts, and elevation rasters.
    dem_sigma : float
        Standard error of the rasters' heights, m.
    elevation : path, sequence of path or str
        Rasters, or ``mapterhorn``, ``glo30``, ``none``. By default the rasters
        given; without local data Mapterhorn, and GLO-30 behind it.
    counts, population : path
        CSV of counters and raster of people that calibrate crowding.
    observations : path or sequence of path
        GeoJSON files of what people saw on foot, as the map's page exports them.
    pick : int
        Number of the place, from 1, if several have the name.
    level : str
        A level's name, or the path of a profile's TOML file; ``beginner`` by default.
    profile : Profile or str
        What `saferoute.load_profile` returns; a text means the same as for `level`.
    at : str
        ``sat 07:00``, ``2026-06-20T07:00`` or ``now``, in the local time of the place.
        By default crowding is that of a mean hour, and light is not judged.
    surface : str or sequence of str
        Only these surfaces, as in ``sand,grass``.
    min_length : float
        Clear length of a stretch, m; the level's by default.
    barefoot : bool
        Sand and grass only.
    online : saferoute.Online
        Settings of the network and the cache.
    units : str
        Units of texts: ``metric`` (the default), ``imperial``, or ``auto`` by the locale.

    Returns
    -------
    Ranking
        If nothing qualifies it is empty and counts what was excluded.

    Raises
    ------
    InvalidInput
        If an option breaks a rule, or a file cannot be read.
    PlaceNotFound
        If no place has this name, or the map does not reach the area.
    SourceUnavailable
        If a service on the network does not answer.

    Examples
    --------
    >>> ranking = find((60.172, 24.944), region="data/helsinki", radius_m=800, top=3)
    >>> len(ranking), int(ranking.stretches["rank"].iloc[0])
    (3, 1)
    """
    query = require_query(near, lon, options)
    at, place = query.profile.at, query.area.place
    moment = clock.parse_moment(at, place) if at else None
    ground = choose_ground(query)
    question = ask_question(query, moment, may_read=ground == query.area)
    if question is None:
        return _rank_survey(_survey_query(query, moment, ground), query).ranking
    return recall_or_rank(
        question,
        lambda: _rank_survey(_survey_query(query, moment, ground), query, question.digest),
        lambda: _tabulate_excluded(hold_question(question), moment),
    )


def _survey_query(query: Query, moment: Moment | None, ground: Area) -> Survey:
    """Return the survey that a query asks for, a part of one of more ground if that is to be surveyed."""
    return replace(survey_part(query, moment, ground), units=units_of(query.units))


def _tabulate_excluded(query: Query, moment: Moment | None) -> pd.DataFrame:
    """Return the table of excluded ground of a query."""
    survey = _survey_query(query, moment, query.area)
    return excluded_table(survey, _select_stretches(survey))


def _rank_survey(survey: Survey, query: Query, digest: bytes = b"") -> Answer:
    """Return the best stretches of a survey, as many as a query asks for, and what it considered and excluded."""
    import pandas as pd

    _LOG.info("scoring %d windows", len(survey.windows), extra={"share": 0.8})
    features, elevation, merged = survey.features, survey.evidence.elevation, _select_stretches(survey)
    listed = list_stretches(survey, merged, query.top)
    columns = settle_names(listed.columns, survey.units)
    ranking = Ranking(
        area=survey.area,
        profile=survey.evidence.profile,
        stretches=pd.DataFrame(columns),
        excluded=excluded_table(survey, merged),
        features=features if survey.whole is None else name_features(query),
        considered=count_considered(survey, merged),
        attribution=features.attribution + (elevation.attribution if elevation else ()),
        notes=survey.notes,
        data_date=features.data_date,
        doubts=survey.doubts + (elevation.notes if elevation else ()),
        units=query.units,
        presenter=PRESENTER,
    ).note_digest(digest)
    return Answer(ranking, columns, listed.crowding, listed.doubted)


def _select_stretches(survey: Survey) -> candidates.Stretches:
    """Return the stretches of a survey, of those on the same ground the best."""
    merged, score = build_stretches(survey)
    # Dropped before ranking: a better stretch on the same ground stands for the others.
    return candidates.drop_overlapping_stretches(merged, score, survey.evidence.profile.lane_m)


def count_considered(survey: Survey, merged: candidates.Stretches) -> Mapping[str, float]:
    """Return how much a survey considered, by name.

    Numbers of ways, areas of open ground and corridors that touch the area, of windows and stretches, and the length of
    the stretches in metres.
    """
    import pandas as pd

    area, features, is_way = survey.area, survey.features, pd.notna(survey.way_reasons)
    ways, areas = features.ways.geometry, features.areas

    def count_mapped() -> dict[str, int]:
        grounds = {"ways": ways[is_way], "areas": areas.geometry[areas.tags.remember(find_kinds) != ""]}
        return {name: int(np.count_nonzero(is_touching(area, of))) for name, of in grounds.items()}

    here = repr(locate_area(area)).encode()
    return {
        **remember_or_make(features, "considered", digest_parts(here, np.packbits(is_way).tobytes()), count_mapped),
        "corridors": int(np.count_nonzero(is_touching(area, survey.open_ground.lines))),
        "windows": len(survey.windows),
        "stretches": len(merged.first),
        "length_m": float(merged.n_samples.sum() * candidates.STEP_M),
    }


def build_stretches(survey: Survey) -> tuple[candidates.Stretches, FloatArray]:
    """Return all stretches of a survey, some of them on the same ground.

    Parameters
    ----------
    survey : Survey
        With its measurements.

    Returns
    -------
    merged : Stretches
        Some n stretches, merged from windows.
    score : ndarray of shape (n,)
        Best estimate of the score of each, 0 to 1.
    """
    score = scoring.score_best_estimates(survey.measurements, survey.evidence.profile)
    samples = survey.samples
    shapes = candidates.remember_of_samples(samples, survey.features, "shapes", lambda: candidates.Shapes(samples))
    merged = candidates.merge_windows(survey.windows, score, survey.evidence.profile, shapes)
    return merged, score[np.searchsorted(survey.windows.first, merged.worst.first)]
