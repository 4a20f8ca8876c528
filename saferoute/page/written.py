"""The page as it is written: its words and a still map, for where no script may run.

Previews of mails and files run none. Where scripts run, they put the same words in
their place again, and what can be done with them.
"""

from __future__ import annotations

import math
import re
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from saferoute.page.picture import render_picture
from saferoute.page.values import SENTENCE, clean_text, round_number
from saferoute.report.ratings import RATINGS
from saferoute.report.surfaces import describe_surface
from saferoute.report.text import name_direction
from saferoute.report.timetable import format_time
from saferoute.report.units import units_of
from saferoute.scoring import UNRATED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from saferoute.report.units import Units

    Row = Mapping[Any, Any]

_ON_PAPER = 20
"""Stretches that one page of paper holds beside the map; those behind them are told in a line each."""
_MARK = re.compile(r"<!-- (\w+) -->")


def make_title(payload: Mapping[str, Any]) -> str:
    """Return the title of a page, as plain text."""
    place = payload["place"]["name"]
    what = "Session" if payload["session"] else "Stretches for running backwards"
    return f"{what} near {place}" if place else what


def write_body(template: str, payload: Mapping[str, Any], stretches: pd.DataFrame) -> str:
    """Return the body of a page that tells everything before a script runs.

    Parameters
    ----------
    template : str
        HTML with a comment for each part, such as ``<!-- list -->``; a comment that
        is no part stays.
    payload : mapping
        What `payload.build_payload` returned.
    stretches : DataFrame
        The stretches that the page shows.

    Returns
    -------
    str
        HTML in which every text of the map data is escaped.
    """
    session, units = payload["session"], units_of(payload["units"])
    parts = {
        "title": escape(make_title(payload)),
        "summary": escape(_summarise(payload, len(stretches), units)),
        "session": "".join(_write_session(session, units)) if session else "",
        "list": "".join(_write_list(stretches, units)) or _write_emptiness(payload, units),
        "legend": "".join(_write_legend()),
        "about": "".join(_write_sources(payload, units)),
        "still": render_picture(payload),
        "caution": escape(payload["caution"]),
    }
    # In one pass: a text cannot hold a mark, as its "<" is escaped.
    return _MARK.sub(lambda mark: parts.get(mark[1], mark[0]), template)


def _summarise(payload: Mapping[str, Any], count: int, units: Units) -> str:
    session, profile = payload["session"], payload["profile"]
    if session and not session["steps"]:
        return f"Nothing to run · {profile}"
    if session:
        figures = session["figures"]
        run = f"{_format_metres(figures['length_m'], units)} in {format_time(figures['duration_s'])}"
        backward = _count_things(len(session["sections"]), "backward section")
        return f"{run} · {backward} · week {session['week']} · {profile}"
    found = f"{_count_things(count, 'stretch', 'stretches')} within {_format_metres(payload['radius_m'], units)}"
    return " · ".join([found, *([f"profile: {profile}"] if profile else []), "the best to inspect first"])


def _count_things(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"


def _format_metres(metres: float, units: Units) -> str:
    """Return a length as the page's script writes it: in the long unit from some length on."""
    short = metres / units.short_m
    return units.format_length(metres) if short < units.most_short else units.format_way(metres, 1)


def _write_session(session: Mapping[str, Any], units: Units) -> Iterator[str]:
    """Yield the notes, the pace, the timetable and the checks of a session."""
    yield from (f'<p class="note">{escape(note)}</p>' for note in session["notes"])
    if not session["steps"]:
        return
    yield f'<p class="inputs">{escape(session["pace"])}</p><table class="timetable"><caption>Timetable</caption><thead>'
    yield '<tr><th class="count">At</th><th>Do</th><th class="count">For</th><th class="count">Way</th></tr></thead>'
    for step in session["steps"]:
        backward = step["kind"] == "backward"
        name = f"Backward {step['section']}" if backward else step["kind"].capitalize()
        way = _format_metres(step["distance_m"], units) if step["distance_m"] else ""
        yield (
            f'<tr{" class=backward" if backward else ""}><td class="count">{format_time(step["start_s"])}</td>'
            f"<td><strong>{escape(name)}</strong> {escape(step['words'])}</td>"
            f'<td class="count">{format_time(step["duration_s"])}</td><td class="count">{way}</td></tr>'
        )
    yield '</table><div class="inputs"><h2>Check on foot</h2><ul class="checks">'
    for section in {section["stretch"]: section for section in reversed(session["sections"])}.values():
        name = f", <bdi>{escape(section['name'])}</bdi>" if section["name"] else ""
        checks = escape("; ".join(section["checks"]))
        yield f"<li><strong>Stretch {section['stretch']}</strong>{name}: walk it forwards first; check {checks}.</li>"
    yield "</ul></div>"


def _write_list(stretches: pd.DataFrame, units: Units) -> Iterator[str]:
    """Yield the cards of the first stretches, then a line for each of the others."""
    for k, row in enumerate(stretches.drop(columns="geometry").to_dict("records")):
        rating = row.get("rating")
        rating = rating if rating in RATINGS else UNRATED
        number = round_number(row.get("rank"), 0)
        name = f"<bdi>{escape(clean_text(row.get('name')))}</bdi>"
        facts = escape(" · ".join(_list_facts(row, units)))
        if k < _ON_PAPER:
            yield _write_card(row, rating, f"<span class=facts>{facts}</span>", f"{number}", name)
        else:
            meaning = "unrated" if rating == UNRATED else f"rated {rating}"
            yield f"<li>{number} {name} · {facts} · {meaning}"


def _write_card(row: Row, rating: str, facts: str, number: str, name: str) -> str:
    letter = "?" if rating == UNRATED else rating
    checks = [clean_text(check, SENTENCE) for check in _as_list(row.get("checks"))]
    look = "".join(f"<li dir=auto>{escape(check)}" for check in checks)
    return (
        f'<li class=item><div class=choose><span class="number pin rating-{rating}">{number}</span>'
        f"<span class=name>{name}</span>"
        f'<span class="rating rating-{rating}"><strong>{letter}</strong><small>{RATINGS[rating].short}</small></span>'
        f"{facts}<span class=verdict dir=auto>{escape(clean_text(row.get('verdict'), SENTENCE))}</span></div>"
        + (f"<details class=look><summary>Check on foot</summary><ul>{look}</ul></details>" if look else "")
    )


def _as_list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple | np.ndarray) else []


def _list_facts(row: Row, units: Units) -> list[str]:
    """Return length, surface, and how far from the place it is, each unknown where it is not known."""
    length, away = round_number(row.get("length_m"), 1), round_number(row.get("distance_m"), 0)
    east, north = round_number(row.get("east_m"), 1), round_number(row.get("north_m"), 1)
    surface = row.get("surface")
    far = "distance unknown" if away is None else units.format_distance(away)
    if away is not None and (east is None or north is None):
        far += " away"
    elif away is not None and east is not None and north is not None:
        far += f" {name_direction(math.degrees(math.atan2(east, north)))}"
    return [
        "length unknown" if length is None else _format_metres(length, units),
        describe_surface(surface) if isinstance(surface, str) else "surface unknown",
        far,
    ]


def _write_emptiness(payload: Mapping[str, Any], units: Units) -> str:
    within = _format_metres(payload["radius_m"], units)
    return (
        "<li class=nothing><strong>No stretch found.</strong> "
        f"No stretch within {within} of the place keeps to the limits of the profile."
    )


def _write_legend() -> Iterator[str]:
    """Yield what the ratings mean, large enough for a phone, where the words of the still map are not."""
    for name, rating in RATINGS.items():
        letter = "?" if name == UNRATED else name
        yield f'<li><span class="pin rating-{name}">{letter}</span> {escape(rating.meaning)}'


def _write_sources(payload: Mapping[str, Any], units: Units) -> Iterator[str]:
    """Yield what is excluded, the notes on the run, the age of the data and whose they are."""
    yield "<div class=about>"
    if payload["exclusions"]:
        yield "<details><summary>What is excluded, and why</summary><table><thead><tr><th scope=col>Why"
        yield "<th class=count scope=col>Pieces<th class=count scope=col>Length</thead>"
        for row in payload["exclusions"]:
            yield f"<tr><td><strong>{escape(row['reason'])}</strong><br>{escape(row['rule'])}"
            yield f"<td class=count>{row['pieces']}<td class=count>{_format_metres(row['length_m'], units)}"
        yield "</table></details>"
    if payload["notes"]:
        notes = "".join(f"<li>{escape(note)}" for note in payload["notes"])
        yield f"<h2>Notes on this run</h2><ul class=checks>{notes}</ul>"
    date = payload["data_date"]
    yield f"<h2>Data</h2><p class=quiet>{escape(f'Map data of {date}' if date else 'Date of the map data unknown')}."
    yield from (f"<p class=quiet>{escape(text)}" for text in payload["attribution"])
    yield "</div>"
