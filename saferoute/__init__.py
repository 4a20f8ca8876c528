"""saferoute: straight, flat, quiet stretches for running backwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from saferoute.version import __version__

if TYPE_CHECKING:
    from saferoute.model import Explanation, Profile, Ranking, SaferouteError, Session, Wish
    from saferoute.scan import scan_region
    from saferoute.search import Query, crowding_at, explain, find, plan
    from saferoute.sources.profiles import load_profile
    from saferoute.sources.settings import Online

__all__ = [
    "Explanation",
    "Online",
    "Profile",
    "Query",
    "Ranking",
    "SaferouteError",
    "Session",
    "Wish",
    "__version__",
    "crowding_at",
    "explain",
    "find",
    "load_profile",
    "plan",
    "scan_region",
]

_HOMES = {
    **dict.fromkeys(("Explanation", "Profile", "Ranking", "SaferouteError", "Session", "Wish"), "saferoute.model"),
    **dict.fromkeys(("Query", "crowding_at", "explain", "find", "plan"), "saferoute.search"),
    "scan_region": "saferoute.scan",
    "Online": "saferoute.sources.settings",
    "load_profile": "saferoute.sources.profiles",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for: ``saferoute --help`` needs none."""
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module 'saferoute' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """Return the public names, for those who type a dot and look."""
    return sorted(__all__)
