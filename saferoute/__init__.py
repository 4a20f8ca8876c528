"""saferoute: straight, flat, quiet stretches for running backwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from saferoute.version import __version__

if TYPE_CHECKING:
    from saferoute.api import Explanation, Ranking, Session, explain, find, plan
    from saferoute.model import Profile, SaferouteError, Wish
    from saferoute.search import crowding_at
    from saferoute.sources.profiles import load_profile
    from saferoute.sources.settings import Online

__all__ = [
    "Explanation",
    "Online",
    "Profile",
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
]

_HOMES = {
    **dict.fromkeys(("Explanation", "Ranking", "Session", "explain", "find", "plan"), "saferoute.api"),
    **dict.fromkeys(("Profile", "SaferouteError", "Wish"), "saferoute.model"),
    "crowding_at": "saferoute.search",
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
