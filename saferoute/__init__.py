"""saferoute: straight, flat, quiet stretches for running backwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from saferoute.model import Ranking, SaferouteError, Session, Wish
    from saferoute.pipeline import crowding_at
    from saferoute.pipeline import find_near as find
    from saferoute.pipeline import plan_near as plan
    from saferoute.sources.online import Online
    from saferoute.sources.profiles import load_profile

__version__ = "0.1.0"
__all__ = [
    "Online",
    "Ranking",
    "SaferouteError",
    "Session",
    "Wish",
    "__version__",
    "crowding_at",
    "find",
    "load_profile",
    "plan",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for: ``saferoute --help`` needs none."""
    from importlib import import_module

    homes = {
        "Ranking": ("saferoute.model", "Ranking"),
        "crowding_at": ("saferoute.pipeline", "crowding_at"),
        "Online": ("saferoute.sources.online", "Online"),
        "SaferouteError": ("saferoute.model", "SaferouteError"),
        "Session": ("saferoute.model", "Session"),
        "Wish": ("saferoute.model", "Wish"),
        "find": ("saferoute.pipeline", "find_near"),
        "plan": ("saferoute.pipeline", "plan_near"),
        "load_profile": ("saferoute.sources.profiles", "load_profile"),
    }
    if name not in homes:
        raise AttributeError(f"module 'saferoute' has no attribute {name!r}")
    module, attribute = homes[name]
    return getattr(import_module(module), attribute)
