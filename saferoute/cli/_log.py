"""``saferoute log``: keep which sessions were planned and done, and find in a recorded run what was run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from saferoute.cli._command import NOTHING_QUALIFIES, Command
from saferoute.cli._diary import diary_option, today
from saferoute.cli._layout import HELP_SETTINGS, Argument
from saferoute.cli._options import settings_option, unsettable
from saferoute.cli._printing import print_message
from saferoute.cli._settings import BEHIND
from saferoute.cli._types import FilePath
from saferoute.model import InvalidInput
from saferoute.model.diary import DONE, PLANNED, DiaryEntry

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@click.command(
    cls=Command,
    context_settings=HELP_SETTINGS | BEHIND,
    help="Without RUN print the diary, and the week that comes next at each level. RUN is the GPX or FIT file that a "
    "watch or phone recorded: what was run of a session that plan --diary planned is found by place, direction and "
    "speed, and added. The next plan --diary goes one week on only if the last was done in full.",
    short_help="keep a diary of sessions planned and done",
    examples=("log --diary runs.jsonl", "log evening.gpx --diary runs.jsonl", "log --done --diary runs.jsonl"),
)
@click.argument(
    "run", cls=Argument, type=FilePath(), required=False, metavar="[RUN]", help="recorded run, .gpx or .fit"
)
@diary_option(rare=False)
@unsettable("--done", is_flag=True, group="session", help="the session planned last was done in full, without a file")
@settings_option
def log(run: Path | None, diary: Path | None, done: bool, **_: object) -> int:
    """Print the diary, or add what was done."""
    from saferoute.sources.diary import append_entry, read_diary

    if diary is None:
        raise InvalidInput('no diary is named: add --diary FILE, or write diary = "FILE" into saferoute.toml')
    if run is not None and done:
        raise InvalidInput("--done is for a session without a file; leave out one of the two")
    entries = read_diary(diary)
    if run is None and not done:
        _print_diary(entries)
        return 0
    entry = _find_run(run, entries) if run is not None else _confirm_last(entries)
    if entry is None:
        print_message(f"saferoute: {run} runs along no section that was planned in the 14 days before it")
        return NOTHING_QUALIFIES
    append_entry(diary, entry)
    _print_done(entry)
    return 0


def _find_run(run: Path, entries: Sequence[DiaryEntry]) -> DiaryEntry | None:
    """Return what a recorded run did of a plan."""
    from saferoute.sources.tracks import read_track
    from saferoute.training.diary import record_run

    entry = record_run(read_track(run), entries)
    if entry is not None and entry in entries:
        raise InvalidInput(f"{run} is in the diary already")
    return entry


def _confirm_last(entries: Sequence[DiaryEntry]) -> DiaryEntry:
    """Return the session planned last as done in full today."""
    planned = [entry for entry in entries if entry.kind == PLANNED]
    if not planned:
        raise InvalidInput("nothing is planned in this diary; plan with saferoute plan PLACE --diary FILE first")
    return replace(planned[-1], kind=DONE, day=today(), sections=())


def _print_done(entry: DiaryEntry) -> None:
    """Print what was found in a run."""
    from saferoute.report.text import name_direction, sanitize_text

    part = "done in full" if entry.whole else "done in part"
    print(f"{entry.day}: week {entry.week} of {sanitize_text(entry.level)}, {part}.")
    for number, section in enumerate(entry.sections, 1):
        lon, lat = section.start
        print(
            f"  backward {number}: {section.at} UTC, {section.seconds:.0f} s, {section.metres:.0f} m towards the "
            f"{name_direction(section.bearing_deg)} from {lat:.5f},{lon:.5f}"
        )


def _print_diary(entries: Sequence[DiaryEntry]) -> None:
    """Print an entry a line, then what comes next."""
    from saferoute.report.text import sanitize_text
    from saferoute.training.diary import choose_next_week

    for entry in entries:
        of = f", {len(entry.sections)} sections" if entry.sections else ""
        part = "" if entry.whole else ", in part"
        print(f"{entry.day}  {entry.kind:7}  week {entry.week} of {sanitize_text(entry.level)}{of}{part}")
    for level in dict.fromkeys(entry.level for entry in entries):
        print(f"Next of {sanitize_text(level)}: week {choose_next_week(entries, level, today())}.")
    if not entries:
        print("Nothing yet: saferoute plan PLACE --diary FILE plans a first session.")
