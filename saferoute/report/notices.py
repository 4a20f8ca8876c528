"""Notices that must accompany every ranking and session: title, attribution, licence, date and caution."""

from __future__ import annotations

from saferoute.model import CAUTION, Ranking, Session
from saferoute.report.text import LONGEST_VALUE, sanitize_text

ODBL_URL = "https://opendatacommons.org/licenses/odbl/1-0/"


def make_title(thing: Ranking | Session) -> str:
    """Return the title of a ranking or session, in one line of plain text."""
    ranking = thing.ranking if isinstance(thing, Session) else thing
    where, level = sanitize_text(ranking.place.name, 60), sanitize_text(ranking.profile.name, 40)
    if isinstance(thing, Session):
        return f"Session from {where}: {level}, week {thing.wish.week}"
    return f"Stretches near {where}: {level}"


def collect_notices(thing: Ranking | Session) -> dict[str, str]:
    """Return the notices that must be in every file.

    Parameters
    ----------
    thing : Ranking or Session

    Returns
    -------
    dict of str
        ``title``, ``attribution``, ``licence`` (a URL), ``data_date``
        ("unknown" if it is), ``caution`` and ``notes``, all plain text.
    """
    ranking = thing.ranking if isinstance(thing, Session) else thing
    notes = [*ranking.notes, *(thing.notes if isinstance(thing, Session) else ())]
    return {
        "title": make_title(thing),
        "attribution": "; ".join(sanitize_text(a, LONGEST_VALUE) for a in ranking.attribution),
        "licence": ODBL_URL,
        "data_date": sanitize_text(ranking.data_date) if ranking.data_date else "unknown",
        "caution": f"Suitability for inspection, no promise. {CAUTION}",
        "notes": "; ".join(sanitize_text(note, LONGEST_VALUE) for note in notes),
    }


def join_notices(thing: Ranking | Session) -> str:
    """Return all notices but the title as one paragraph, for formats that hold no more than that."""
    words = collect_notices(thing)
    date = f"Data of {words['data_date']}" if words["data_date"] != "unknown" else "Date of the data unknown"
    parts = [words["attribution"], f"Licence: {words['licence']}", date, words["caution"]]
    return ". ".join([*parts[:3], ""]) + parts[3] + (f" Notes: {words['notes']}." if words["notes"] else "")
