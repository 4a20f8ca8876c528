"""What strangers write into tags, and rankings and sessions that are full of it."""

from __future__ import annotations

import dataclasses

import pandas as pd

HOSTILE = (
    "{{ cycler.__init__.__globals__.os.mkdir(cycler.__name__) }}",
    "</script><script>window.pwned=1</script>",
    "<img src=x onerror=alert(1)>",
    "&lt;b&gt; &amp; &#60;",
    "]]><Placemark/>",
    "<![CDATA[x]]>",
    "$[name] ${x} %s",
    "\"'><svg onload=1>",
    "'; DROP TABLE stretches; --",
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    " =1+1",
    "＝1+1",
    'a,b";"c\n=2',
    "[link=file:///etc/passwd]x[/link]",
    "[/bold]",
    "\x1b[31mred\x1b]0;title\x07",
    "nul \x00 and C1 \x9b31m",
    "right \u202e to \u2066left",
    "lone \ud800 surrogate",
    "no character \ufffe \uffff",
    "separators \u2028 \u2029",
    "東京 🏃 Töölö",
    "x" * 100_000,
)


def id_of(text):
    """Return a name for a test."""
    return ascii(text[:20])


def hostile_ranking(ranking, *texts):
    """Return the ranking with the texts, in turn, wherever a tag of a stranger may end up."""
    first = texts[0]
    area = dataclasses.replace(ranking.area, place=dataclasses.replace(ranking.place, name=first))
    return dataclasses.replace(
        ranking,
        area=area,
        profile=dataclasses.replace(ranking.profile, name=first, title=first),
        stretches=_filled(ranking.stretches, texts),
        attribution=texts,
        notes=texts,
        data_date=first,
    )


def hostile_session(session, *texts):
    """Return the session with the texts, in turn, wherever a tag of a stranger may end up."""
    return dataclasses.replace(
        session,
        ranking=hostile_ranking(session.ranking, *texts),
        steps=_filled(session.steps, texts),
        sections=_filled(session.sections, texts),
        notes=texts,
    )


def _filled(table, texts):
    table = table.copy()
    words = [texts[row % len(texts)] for row in range(len(table))]
    for column in table:
        if column in {"name", "surface", "words", "limiting_criterion"} or column.startswith("why_"):
            table[column] = pd.Series(words, index=table.index, dtype=object)
        elif column in {"osm_ids", "checks"}:
            table[column] = [[text, text] for text in words]
    return table
