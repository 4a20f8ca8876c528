"""Rankings kept on disk: the answer to a question that was asked of the same map before.

A search that was made once is often made again: for another file, for the plan
of a session, or a quarter of an hour later. What it answers follows from the
map, the runner, the area and the hour, of which minutes count only where the
map tells hours and in the words. So an answer is found by a digest of all of
these and of what such tags say at the moment, and the words that name the
minute are written anew. The features and the table of excluded ground are read
and made when somebody asks for them.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from saferoute.arrays import list_records
from saferoute.libraries import read_distribution_version
from saferoute.model import InvalidInput, Ranking
from saferoute.osm import entry
from saferoute.products import recall_or_compute
from saferoute.report.crowd import describe_crowding
from saferoute.report.units import units_of
from saferoute.report.verdicts import write_verdicts
from saferoute.search._area import locate_area
from saferoute.search._at_hour import digest_parts, list_choices
from saferoute.search._kept_columns import decode_columns, decode_text, encode_columns, encode_text
from saferoute.search._notes import note_hour
from saferoute.search._presenter import PRESENTER
from saferoute.search._survey import MARGIN_M
from saferoute.sources.elevation.raster import RasterSource
from saferoute.sources.osm.extract import ExtractSource, box_around

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from saferoute.model import Area, Features, Moment
    from saferoute.products import Arrays
    from saferoute.search._query import Query

_WRITTEN, _CROWDING = "column ", "crowding "
"""What the names of kept columns begin with: those of stretches, and those that the words on people are made of."""


class Question(NamedTuple):
    """What a search is asked, and of which map."""

    query: Query
    moment: Moment | None
    features: Features
    """Read when somebody asks for more than what they are of."""
    digest: bytes
    """Of all that the answer follows from besides the map and the minute."""


class Answer(NamedTuple):
    """A ranking, and what its words on the hour are made of."""

    ranking: Ranking
    columns: Mapping[str, Any]
    """Those of its stretches."""
    crowding: Mapping[str, Any]
    """Evidence of the crowding of each stretch, and what is met along it."""
    doubted: list[list[str]]
    """Names of the serious doubts about each stretch."""


def ask_question(query: Query, moment: Moment | None, *, may_read: bool = True) -> Question | None:
    """Return what a query asks, None where it hangs on more than an extract and the runner.

    What servers tell, counters and observations have no digest that is known without reading them; nor has a map,
    which is not read for it unless `may_read`, of which no search has noted the conditions of entry.
    """
    source, heights = query.features, _digest_heights(query)
    if query.observations is not None or heights is None or not isinstance(source, ExtractSource):
        return None
    features = source.name_features(query.area, margin_m=MARGIN_M)
    if features.drawers is None or not features.key:
        return None
    conditions = _recall_conditions(features, may_read=may_read)
    if conditions is None:
        return None
    told = (
        locate_area(query.area),
        list_choices(query.profile, leaving=("name", "title", "at", "training")),
        (query.top, query.units),
        None if moment is None else (moment.hour_of_week, moment.local.month, moment.dark, moment.light),
        entry.judge_conditions(conditions, moment),
        read_distribution_version("opening-hours-py"),
        heights,
    )
    return Question(query, moment, features, digest_parts(repr(told).encode()))


def _digest_heights(query: Query) -> bytes | None:
    """Return a digest of what the heights of a query follow from, ``b""`` without any, None if it is not known."""
    if query.elevation is None:
        return b""
    if isinstance(query.elevation, RasterSource):
        with suppress(OSError):
            return query.elevation.digest_within_box(box_around(query.area, MARGIN_M))
    return None


def hold_question(question: Question) -> Query:
    """Return the query of a question on the very map that was asked, for what of its answer is made late.

    Raises
    ------
    InvalidInput
        If the rasters have changed since.
    """
    again = ask_question(question.query, question.moment)
    if again is None or again.digest != question.digest:
        raise InvalidInput("the heights have changed since the search, which are read no more; search again")
    return replace(question.query, features=_Held(question.features))


@dataclass(frozen=True)
class _Held:
    """A source of the features of one question."""

    features: Features

    def read_features(self, _area: Area, *, margin_m: float) -> Features:  # noqa: ARG002
        """Return the features, which are read where they were not yet."""
        return self.features


def _recall_conditions(features: Features, *, may_read: bool) -> dict[str, list[str]] | None:
    """Return all that is tagged of hours and conditions of entry in a map, by key, None if it is to be read for it."""

    def collect() -> Arrays:
        if not may_read:
            raise _Unread
        told: dict[str, set[str]] = {key: set() for key in entry.CONDITION_KEYS}
        for table in (features.ways, features.outlines):
            for key, texts in told.items():
                texts.update(table.tags[key].drop_unused().values)
        return {key: np.array(sorted(texts), dtype=object) for key, texts in told.items()}

    try:
        kept = recall_or_compute(features, "conditions", [], collect)
    except _Unread:
        return None
    return {key: texts.tolist() for key, texts in kept.items()}


class _Unread(Exception):
    """What would have to be read of a map is not."""


def recall_or_rank(question: Question, rank: Callable[[], Answer], exclude: Callable[[], pd.DataFrame]) -> Ranking:
    """Return the ranking that answers a question, from an earlier search if it was asked the same.

    Parameters
    ----------
    question : Question
    rank : callable
        Returns the answer.
    exclude : callable
        Returns the table of excluded ground for an answer that is kept, when somebody asks for it.
    """
    made: list[Ranking] = []

    def compute() -> Arrays:
        answer = rank()
        made.append(answer.ranking)
        # Where the index turned out to be damaged the map was read from elsewhere, and the notes say so.
        is_of_map = answer.ranking.features.key == question.features.key
        return _encode_answer(answer, question.moment) if is_of_map else {}

    kept = recall_or_compute(question.features, "ranking", [np.frombuffer(question.digest, dtype=np.uint8)], compute)
    return made[0] if made else _decode_ranking(kept, question, exclude)


def _encode_answer(answer: Answer, moment: Moment | None) -> Arrays:
    """Return an answer as arrays, without what is known of the question and without the note on the hour."""
    ranking, of_hour = answer.ranking, note_hour(moment)
    facts = {
        "attribution": ranking.attribution,
        "doubts": ranking.doubts,
        "notes": [None if note in of_hour else note for note in ranking.notes],
        "considered": ranking.considered,
        "doubted": answer.doubted,
    }
    # The moment is that of the question, and whoever asks next may have another.
    crowding = {name: column for name, column in answer.crowding.items() if name != "moment"}
    return {
        "facts": encode_text(facts),
        **encode_columns(_WRITTEN, answer.columns),
        **encode_columns(_CROWDING, crowding),
    }


def _decode_ranking(kept: Arrays, question: Question, exclude: Callable[[], pd.DataFrame]) -> Ranking:
    """Return the ranking that `_encode_answer` was given, as of the moment of a question."""
    query, moment, features, _ = question
    facts = decode_text(kept["facts"])
    return Ranking(
        area=query.area,
        profile=query.profile,
        # A session that is kept, too, needs none of them.
        stretches=lambda: _decode_stretches(kept, question),
        excluded=exclude,
        features=features,
        considered=facts["considered"],
        attribution=tuple(facts["attribution"]),
        notes=tuple(told for note in facts["notes"] for told in (note_hour(moment) if note is None else (note,))),
        data_date=features.data_date,
        doubts=tuple(facts["doubts"]),
        units=query.units,
        presenter=PRESENTER,
    ).note_digest(question.digest)


def _decode_stretches(kept: Arrays, question: Question) -> pd.DataFrame:
    """Return the stretches that `_encode_answer` was given, with the words of the moment of a question."""
    import pandas as pd

    columns, crowding = (decode_columns(kept, begin) for begin in (_WRITTEN, _CROWDING))
    crowding["moment"] = np.array([question.moment] * len(columns["rank"]), dtype=object)
    # Only the words name the minute: all else is the same for the whole of what the question tells of the hour.
    columns |= describe_crowding(crowding, units_of(question.query.units))
    doubted = decode_text(kept["facts"])["doubted"]
    columns["verdict"] = write_verdicts(list_records(columns), doubted, question.moment)
    return pd.DataFrame(columns)
