"""What an hour changes about the ground: reasons of ways and open ground, and what is closed."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from saferoute import limits
from saferoute.drawers import DIGEST_BYTES
from saferoute.osm import entry
from saferoute.search._area import locate_area
from saferoute.table import Tags

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.model import Area, Evidence, Features, Moment, Profile
    from saferoute.osm.answers import Answer
    from saferoute.table import Table


@dataclass(frozen=True)
class AtHour:
    """All that the hour of a run decides about ground; where two hours agree in it, their surveys are the same.

    Attributes
    ----------
    way_reasons : ndarray of shape (ways,)
        Why a way is excluded, ``""`` = it is not, None = it is no way.
    area_reasons : ndarray of shape (areas,)
        Why an area is never run on, ``""`` where it may be.
    closed : tuple of Answer
        Whether each way, and each outline of areas, is closed to strangers on foot.
    """

    way_reasons: NDArray[np.object_]
    area_reasons: NDArray[np.object_]
    closed: tuple[Answer, Answer]

    @cached_property
    def digest(self) -> bytes:
        """Digest of all of this."""
        digest = blake2b(digest_size=DIGEST_BYTES)
        for reasons in (self.way_reasons, self.area_reasons):
            digest.update(repr(reasons.tolist()).encode())
        for answer in self.closed:
            digest.update(answer.codes.tobytes())
        return digest.digest()


def digest_hour(profile: Profile, moment: Moment | None, *, on_open_ground: bool) -> bytes:
    """Return a digest of all that `judge_hour` is asked besides the features."""
    return digest_parts(repr((list_choices(profile.keep_limits()), moment, on_open_ground)).encode())


def judge_hour(features: Features, areas: Table, profile: Profile, moment: Moment | None) -> AtHour:
    """Return what an hour changes about ground, for a runner; `areas` are those to look for corridors on."""
    import pandas as pd

    ways, outlines = Tags.of(features.ways), Tags.of(features.outlines)
    of_tracks = limits.exclude_tracks(ways, profile, moment)
    return AtHour(
        np.where(pd.notna(of_tracks), of_tracks, limits.exclude_ways(ways, profile, moment)),
        limits.exclude_areas(areas, profile, moment),
        (entry.is_closed_at(ways, moment), entry.is_closed_at(outlines, moment)),
    )


def digest_question(area: Area, profile: Profile, *, on_open_ground: bool) -> bytes:
    """Return a digest of all that the survey of some features is made with besides the hour.

    Of the area its name does not count, nor what of the profile decides nothing about ground.
    """
    return digest_parts(repr((locate_area(area), list_choices(profile.keep_limits()), on_open_ground)).encode())


def digest_parts(*parts: bytes) -> bytes:
    """Return a digest of parts; where they can be of different lengths, no more than one of them may."""
    return blake2b(b"".join(parts), digest_size=DIGEST_BYTES).digest()


def digest_evidence(evidence: Evidence) -> bytes:
    """Return a digest of the heights and observations found for the samples of a survey."""
    digest = blake2b(digest_size=DIGEST_BYTES)
    for heights in (evidence.elevation, evidence.fine, evidence.beside):
        for field in fields(heights) if heights else ():
            value = getattr(heights, field.name)
            # Of arrays the type and shape follow from the samples, which the question decides.
            digest.update(value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode())
        digest.update(b"none" if heights is None else b"all")
    # Which samples they tell of follows from the question.
    if evidence.seen:
        digest.update(evidence.seen.observations.to_text().encode())
    return digest.digest()


def list_choices(profile: Profile, *, leaving: tuple[str, ...] = ()) -> list[object]:
    """Return what a profile holds but for some fields, equal ones in the same form in every process."""
    return [_sort_choices(getattr(profile, field.name)) for field in fields(profile) if field.name not in leaving]


def _sort_choices(value: object) -> object:
    """Return a value of a profile, what has no order sorted."""
    if isinstance(value, dict):
        return sorted(value.items())
    return sorted(value) if isinstance(value, frozenset) else value
