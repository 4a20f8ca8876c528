"""Verdicts: one line of plain words on a stretch, for who reads nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from saferoute.model import Formula
from saferoute.report.text import LIKELY

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from saferoute.model import Moment

    Row = Mapping[Any, Any]

_LEVEL_PCT, _SLIGHT_PCT = 1.5, 3.0
"""Slopes up to which a stretch is called level, and slightly sloped [J]."""
_SURE_PCT = 1.0
"""Standard error of a slope above which its word is doubted [J]."""
_TILTED_PCT = 3.0
"""Slope across above which it is told [J]."""
_SURELY = 1.64
"""Standard errors by which that slope must exceed nothing; 95 % of a normal distribution lie below."""
_QUIET, _BUSY = 20.0, 100.0
"""People an hour up to which a stretch is called quiet, one in three minutes, and from which busy [J]."""


_CLOSE = ("", "what stands close beside it", "what stands close on both sides")
"""Words by the number of sides on which something is close."""
_DOUBTS = {
    "ahead": "what stands ahead",
    "doors": "house doors",
    "slope": "the slope",
    "tilt": "the slope to the side",
    "hillside": "how the ground falls away beside it",
    "wheels": "bicycles",
    "crowd": "how busy it is",
}
"""Words for the other serious doubts, by the names that criteria give them."""


def write_verdicts(rows: Sequence[Row], doubts: Sequence[Collection[str]], moment: Moment | None) -> list[str]:
    """Return the verdict on each stretch: slope, people, what is not mapped, and what is to be seen first.

    Parameters
    ----------
    rows : sequence of mappings
        The stretches, with the columns of the criteria.
    doubts : sequence of collection of str
        Names of the serious doubts about each, as criteria declare them.
    moment : Moment or None
        When one wants to run; None for a mean hour of the day.
    """
    when = f"at {moment.local.hour}:{moment.local.minute:02}" if moment else "at a mean hour"
    return [describe_verdict(row, when, doubted) for row, doubted in zip(rows, doubts, strict=True)]


def describe_verdict(row: Row, when: str, doubted: Collection[str] = ()) -> str:
    """Return the verdict on a stretch in one line.

    Examples
    --------
    >>> lawn = {"grade_pct": 0.2, "grade_sigma_pct": 2.0, "cross_slope_pct": float("nan"), "people_per_hour": 5.0}
    >>> lawn |= {"surface": "grass", "free_lane_m": float("nan"), "are_objects_mapped": True}
    >>> describe_verdict(lawn, "at 7:00")
    'Level as far as the data tell (± 2 %); likely quiet at 7:00; width not mapped: look'
    >>> unknown = {**lawn, "grade_pct": float("nan"), "surface": "likely grass"}
    >>> describe_verdict(unknown, "at 7:00", ["slope"])
    'Slope unknown: look; likely quiet at 7:00; surface and width not mapped: look'
    >>> describe_verdict(lawn, "at 7:00", ["ahead", "wheels"])
    'Level as far as the data tell (± 2 %); likely quiet at 7:00; width not mapped: look; look first at what stands \
ahead and bicycles'
    """
    parts = [
        _describe_slope(row),
        _describe_tilt(row),
        _describe_people(row, when),
        _describe_gaps(row),
        _describe_doubts(doubted),
    ]
    return "; ".join(part for part in parts if part)


def _describe_slope(row: Row) -> str:
    import pandas as pd

    if pd.isna(row["grade_pct"]):
        return "Slope unknown: look"
    slope, error = abs(row["grade_pct"]), row["grade_sigma_pct"]
    spread = "error unknown" if pd.isna(error) else f"± {_round_pct(error)} %"
    if slope > _LEVEL_PCT:
        return f"{'Slightly sloped' if slope <= _SLIGHT_PCT else 'Sloped'} ({_round_pct(slope)} % {spread})"
    return f"Level ({spread})" if error <= _SURE_PCT else f"Level as far as the data tell ({spread})"


def _describe_tilt(row: Row) -> str:
    import pandas as pd

    across = row["cross_slope_pct"]
    if pd.isna(across) or abs(across) <= max(_TILTED_PCT, _SURELY * row["cross_slope_sigma_pct"]):
        return ""
    if not row["is_on_way"]:
        return f"tilted to the side ({_round_pct(abs(across))} %)"
    # Ways are cut into the ground, and in coarse cells a wall or bank beside them is a slope.
    around = f"the ground around tilts by {_round_pct(abs(across))} %"
    return f"slope to the side cannot be told: {around}" if row["is_tilted"] else around


def _describe_people(row: Row, when: str) -> str:
    import pandas as pd

    people = row["people_per_hour"]
    if pd.isna(people):
        return "people unknown"
    word = "likely quiet" if people <= _QUIET else "likely busy" if people >= _BUSY else "some people likely"
    return f"{word} {when}"


def _describe_gaps(row: Row) -> str:
    """Return what is not mapped of what can trip or throw a runner, so that it must be looked at."""
    import pandas as pd

    surface = row["surface"]
    gaps = [
        *(["surface"] if not isinstance(surface, str) or surface.startswith(LIKELY) else []),
        *(["width"] if pd.isna(row["free_lane_m"]) else []),
        *(["small obstacles"] if not row["are_objects_mapped"] else []),
    ]
    if not gaps:
        return ""
    return f"{_join_words(gaps)} not mapped: look"


def _describe_doubts(doubted: Collection[str]) -> str:
    """Return what is to be seen first where that is more than a rating allows; one thing alone is among the checks."""
    if len(doubted) <= Formula().ratings[-1].most_doubts:
        return ""
    beside = _CLOSE[sum(side in doubted for side in ("left", "right"))]
    return f"look first at {_join_words([*filter(None, [beside]), *(_DOUBTS[k] for k in _DOUBTS if k in doubted)])}"


def _join_words(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])}{' and ' if words[1:] else ''}{words[-1]}"


def _round_pct(value: float) -> str:
    return f"{value:.0f}" if value >= 1 else f"{value:.1f}"
