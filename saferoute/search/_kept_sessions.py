"""Sessions kept on disk: what was planned through the same ranking for the same wish."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from saferoute.model import Session
from saferoute.products import recall_or_compute
from saferoute.search._at_hour import digest_parts, list_choices
from saferoute.search._kept_columns import decode_table, decode_text, encode_columns, encode_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from saferoute.model import Ranking, Wish
    from saferoute.products import Arrays

_TABLES = ("steps", "sections", "track")


def recall_or_plan(ranking: Ranking, wish: Wish, plan: Callable[[], Session]) -> Session:
    """Return the session through a ranking that somebody wishes, from an earlier search if it was planned there.

    Parameters
    ----------
    ranking : Ranking
        Sessions through one whose digest is not known are planned each time.
    wish : Wish
    plan : callable
        Returns the session, which follows from the ranking, its place and profile, the wish and the heights around.
    """
    if not ranking.digest:
        return plan()
    # Minutes change nothing of it: the words that name them are not repeated.
    told = repr((list_choices(ranking.profile, leaving=("at",)), wish)).encode()
    asked = np.frombuffer(digest_parts(ranking.digest, told), dtype=np.uint8)
    made: list[Session] = []

    def compute() -> Arrays:
        made.append(plan())
        return _encode_session(made[0])

    kept = recall_or_compute(ranking.features, "session", [asked], compute)
    return made[0] if made else _decode_session(kept, ranking, wish)


def _encode_session(session: Session) -> Arrays:
    import pandas as pd

    arrays = {"facts": encode_text({"figures": session.figures, "notes": session.notes})}
    for name in _TABLES:
        table = getattr(session, name)
        # Of pandas' own arrays only text is kept as such; shapes are arrays of numpy.
        columns = {
            key: of.array if isinstance(of.dtype, pd.StringDtype) else of.to_numpy() for key, of in table.items()
        }
        arrays |= encode_columns(f"{name} ", columns)
    return arrays


def _decode_session(kept: Arrays, ranking: Ranking, wish: Wish) -> Session:
    facts = decode_text(kept["facts"])
    tables: dict[str, Any] = {name: decode_table(kept, f"{name} ") for name in _TABLES}
    return Session(
        ranking=ranking,
        wish=wish,
        figures=facts["figures"],
        notes=tuple(facts["notes"]),
        presenter=ranking.presenter,
        **tables,
    )
