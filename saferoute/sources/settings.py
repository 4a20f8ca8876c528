"""Settings of the network: addresses of services, the cache, and how long to wait for whom."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from saferoute.model import InvalidInput
from saferoute.sources.cache import Cache, default_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

OVERPASS_URL = "https://overpass-api.de/api"
NOMINATIM_URL = "https://nominatim.openstreetmap.org"
MAPTERHORN_URL = "https://tiles.mapterhorn.com"
GLO30_URL = "https://copernicus-dem-30m.s3.amazonaws.com"

ELEVATIONS = ("mapterhorn", "glo30", "none")
"""Words that name a source of heights; anything else is a raster file."""

_SETTINGS = {
    "cache_dir": "SAFEROUTE_CACHE_DIR",
    "overpass_url": "SAFEROUTE_OVERPASS_URL",
    "nominatim_url": "SAFEROUTE_NOMINATIM_URL",
    "mapterhorn_url": "SAFEROUTE_MAPTERHORN_URL",
    "glo30_url": "SAFEROUTE_GLO30_URL",
}
"""Environment variable of each setting."""


def _read_environment(name: str) -> str | None:
    """Return what the environment says of a setting; nothing and an empty text are the same."""
    return os.environ.get(_SETTINGS[name]) or None


@dataclass(frozen=True)
class RequestLimits:
    """Limits of one request."""

    total_s: float
    """From its first packet to its last byte."""
    most_bytes: int
    """Of a body, unpacked."""
    connect_s: float = 10.0


@dataclass(frozen=True)
class Patience:
    """How often a busy service is asked again, and how long is waited before."""

    waits_s: tuple[float, ...] = (30.0, 60.0, 120.0)
    """Waits before the second, third and fourth try where the service names none."""
    least_s: float = 30.0
    """Shortest wait, whatever the service names (Overpass asks for it after a 429)."""
    most_s: float = 300.0
    """A service that asks for more is given up."""
    sleep: Callable[[float], None] = field(default_factory=lambda: time.sleep)


@dataclass(frozen=True)
class Online:
    """How the network is used.

    Parameters
    ----------
    offline : bool
        Open no socket: what the cache holds is all there is.
    refresh : bool
        Ask again, whatever the cache holds.
    cache_dir : path
        Folder of the cache; by default what ``SAFEROUTE_CACHE_DIR`` says, else
        that of the user's system.
    overpass_url, nominatim_url, mapterhorn_url, glo30_url : str
        Other instances of the services; by default what
        ``SAFEROUTE_OVERPASS_URL`` and so on say, else the public ones.
    patience : Patience
        How long to wait for a busy service.

    Raises
    ------
    InvalidInput
        If a URL is none, or `offline` and `refresh` are both asked for.
    """

    offline: bool = False
    refresh: bool = False
    cache_dir: Path | str = field(default_factory=lambda: _read_environment("cache_dir") or default_folder())
    overpass_url: str = field(default_factory=lambda: _read_environment("overpass_url") or OVERPASS_URL)
    nominatim_url: str = field(default_factory=lambda: _read_environment("nominatim_url") or NOMINATIM_URL)
    mapterhorn_url: str = field(default_factory=lambda: _read_environment("mapterhorn_url") or MAPTERHORN_URL)
    glo30_url: str = field(default_factory=lambda: _read_environment("glo30_url") or GLO30_URL)
    patience: Patience = field(default_factory=Patience)

    def __post_init__(self) -> None:
        if self.offline and self.refresh:
            raise InvalidInput("offline and refresh exclude each other: one asks nobody, the other asks again")
        for name in _SETTINGS:
            if name.endswith("_url"):
                check_url(getattr(self, name), name)

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any], **options: Any) -> Online:
        """Return the options with those of the settings that are given.

        Parameters
        ----------
        settings : mapping
            By name, ``cache_dir`` or ``overpass_url``; None or missing = not given. Other names are let be.
        **options
            As for the class.
        """
        return cls(**options, **{name: settings[name] for name in _SETTINGS if settings.get(name)})

    def open_cache(self) -> Cache:
        """Return the cache."""
        return Cache(Path(self.cache_dir).expanduser())


def check_url(url: str, name: str) -> None:
    """Raise `InvalidInput` for what is no address of a service; `name` as in ``overpass_url``."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        good = False
    if not good or any(c.isspace() for c in url) or parts.query or parts.fragment:
        raise InvalidInput(f"{url!r} is no address of a service ({_SETTINGS[name]}): write https://HOST/PATH")
