"""What a ranking excludes, counted by reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from saferoute.arrays import Columns
    from saferoute.model.features import Features


def list_exclusions(tabulate: Callable[[], pd.DataFrame], features: Features, digest: bytes) -> list[dict[str, Any]]:
    """Return exclusions as `Ranking.exclusions` does, from an earlier search if it counted them.

    Parameters
    ----------
    tabulate : callable
        Returns the table of excluded ground.
    features : Features
    digest : bytes
        As of `Ranking`.
    """
    # Imported late, so that importing the model stays fast.
    import numpy as np

    from saferoute.arrays import list_records
    from saferoute.products import recall_or_compute

    def count() -> Columns:
        return _count_exclusions(tabulate())

    asked = [np.frombuffer(digest, dtype=np.uint8)]
    counted = recall_or_compute(features, "exclusions", asked, count) if digest else count()
    return sorted(list_records(counted), key=lambda row: (-row["length_m"], -row["pieces"], row["reason"]))


def _count_exclusions(excluded: pd.DataFrame) -> Columns:
    """Return a row a reason."""
    import numpy as np
    import pandas as pd

    # Tens of thousands of rows in a city, too many to go through in Python.
    number, reasons = pd.factorize(excluded["reason"].to_numpy(dtype=object))
    _, first = np.unique(number, return_index=True)
    return {
        "reason": np.asarray(reasons, dtype=object),
        "rule": excluded["rule"].iloc[first].to_numpy(dtype=object),
        "pieces": np.bincount(number),
        "length_m": np.bincount(number, excluded["length_m"].to_numpy(dtype=float)),
    }
