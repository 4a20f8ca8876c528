"""The diary in ``plan``: the week comes from it, and the plan goes into it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, TypeVar

from saferoute.cli._options import option
from saferoute.cli._printing import print_message
from saferoute.cli._types import FilePath

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from saferoute.model import Session

    F = TypeVar("F", bound=Callable[..., Any])


def diary_option(*, rare: bool) -> Callable[[F], F]:
    """Return the option ``--diary``, which only a command that is about diaries shows without being asked."""
    return option(
        "--diary",
        type=FilePath(),
        group="session",
        rare=rare,
        metavar="FILE",
        help="keep planned and done sessions in FILE, and take the week from it (saferoute log)",
    )


def today() -> dt.date:
    """Return the day by the system's clock and zone."""
    return dt.datetime.now(dt.UTC).astimezone().date()


def find_week(asked: int | None, level: str, diary: Path | None) -> int:
    """Return the week that is asked for, else the diary's next, else the first."""
    if asked is not None:
        return asked
    if diary is None:
        return 1
    from saferoute.sources.diary import read_diary
    from saferoute.training.diary import choose_next_week

    return choose_next_week(read_diary(diary), level, today())


def note_plan(session: Session, diary: Path | None) -> None:
    """Add a planned session to the diary, if there is one, and say so."""
    if diary is None:
        return
    from saferoute.sources.diary import append_entry
    from saferoute.training.diary import record_plan

    append_entry(diary, record_plan(session, today()))
    print_message(f"diary {diary}: week {session.wish.week} of {session.ranking.profile.name} is planned")
