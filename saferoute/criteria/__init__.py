"""The criteria that make ground better or worse for running backwards, one file each.

A new criterion is a new file ``<name>.py`` with a `CRITERION`, and a line in
`saferoute.model.WEIGHTS`; CONTRIBUTING.md walks through one.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from saferoute.model import CRITERIA

if TYPE_CHECKING:
    from saferoute.model import Criterion

ALL: tuple[Criterion, ...] = tuple(import_module(f"{__name__}.{name}").CRITERION for name in CRITERIA)
"""The criteria of the default profile, in its order."""
