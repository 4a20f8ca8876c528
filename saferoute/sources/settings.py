"""Settings for network access: addresses of services, the cache, and waits."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from saferoute.model import InvalidInput
from saferoute.sources.cache import Cache, default_folder
from saferoute.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

OVERPASS_URL = "https://overpass-api.de/api"
NOMINATIM_URL = "https://nominatim.openstreetmap.org"
MAPTERHORN_URL = "https://tiles.mapterhorn.com"
GLO30_URL = "https://copernicus-dem-30m.s3.amazonaws.com"

ELEVATIONS = ("mapterhorn", "glo30", "none")
"""Words that choose a source of heights; any other value is the path of a raster."""

_SETTINGS = {
    "cache_dir": "SAFEROUTE_CACHE_DIR",
    "overpass_url": "SAFEROUTE_OVERPASS_URL",
    "nominatim_url": "SAFEROUTE_NOMINATIM_URL",
    "mapterhorn_url": "SAFEROUTE_MAPTERHORN_URL",
    "glo30_url": "SAFEROUTE_GLO30_URL",
    "contact": "SAFEROUTE_CONTACT",
}
"""Environment variable for each setting."""
_CONTACT = re.compile(r"[!-'*-\[\]-~]{3,200}")
"""Printable ASCII but blanks, brackets and backslashes, which would end a comment in a header (RFC 9110, 5.6.5)."""
_LOCALES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Environment variables that name the language of messages, the first that is set counting (POSIX.1-2017, 8.2)."""
_LOCALE = re.compile(r"([a-z]{2,3})(?:_([A-Z]{2}))?(?:[.@].*)?")


def read_language() -> str:
    """Return the user's language by the environment, such as ``fi`` or ``de-AT``; English where it names none."""
    named = next((value for name in _LOCALES if (value := os.environ.get(name))), "")
    match = _LOCALE.fullmatch(named)
    return "-".join(filter(None, match.groups())) if match else "en"


def _read_environment(name: str) -> str | None:
    """Return the value of a setting in the environment, None if it is not set or empty."""
    return os.environ.get(_SETTINGS[name]) or None


@dataclass(frozen=True)
class RequestLimits:
    """Limits on the time and size of one request."""

    total_s: float
    """Seconds allowed from the first packet to the last byte."""
    most_bytes: int
    """Largest body in bytes, after decompression."""
    connect_s: float = 10.0
    """Seconds allowed for connecting [J]."""


@dataclass(frozen=True)
class Patience:
    """Number of retries while a service is busy, and the waits before them."""

    waits_s: tuple[float, ...] = (30.0, 60.0, 120.0)
    """Seconds before the second, third and fourth try if the service names no wait of its own [J]."""
    least_s: float = 30.0
    """Shortest wait in seconds, even if the service names a shorter one (Overpass asks for it after a 429)."""
    most_s: float = 300.0
    """Longest wait in seconds; a service that asks for a longer one is given up [J]."""
    # Looked up anew for each instance, so that a test may replace `time.sleep`.
    sleep: Callable[[float], None] = field(default_factory=lambda: time.sleep)
    """Function that waits for some seconds."""


@dataclass(frozen=True)
class Online:
    """Options for network access: which services to ask, and where to keep their answers.

    Parameters
    ----------
    offline : bool
        Use the cache alone, and open no connection.
    refresh : bool
        Ask the services even for what the cache holds.
    cache_dir : path
        Folder of the cache; by default ``SAFEROUTE_CACHE_DIR`` from the
        environment, or else the usual cache folder of the user's system.
    overpass_url, nominatim_url, mapterhorn_url, glo30_url : str
        Addresses of the services; by default ``SAFEROUTE_OVERPASS_URL`` and
        so on from the environment, or else the public services.
    contact : str, optional
        E-mail address or web page at which operators of the services reach
        you; by default ``SAFEROUTE_CONTACT`` from the environment, or else none.
    language : str
        Language of the names of places, as ``fi`` or ``de-AT``; by default
        that of the environment (``LANG``), or else English.
    patience : Patience
        Waits and retries while a service is busy.

    Raises
    ------
    InvalidInput
        If an address is not a plain http or https URL, the contact cannot be
        sent, or both `offline` and `refresh` are set.
    """

    offline: bool = False
    refresh: bool = False
    # Factories, because the environment is read when an instance is made, not when this module is imported.
    cache_dir: Path | str = field(default_factory=lambda: _read_environment("cache_dir") or default_folder())
    overpass_url: str = field(default_factory=lambda: _read_environment("overpass_url") or OVERPASS_URL)
    nominatim_url: str = field(default_factory=lambda: _read_environment("nominatim_url") or NOMINATIM_URL)
    mapterhorn_url: str = field(default_factory=lambda: _read_environment("mapterhorn_url") or MAPTERHORN_URL)
    glo30_url: str = field(default_factory=lambda: _read_environment("glo30_url") or GLO30_URL)
    contact: str | None = field(default_factory=lambda: _read_environment("contact"))
    language: str = field(default_factory=read_language)
    patience: Patience = field(default_factory=Patience)

    def __post_init__(self) -> None:
        if self.offline and self.refresh:
            raise InvalidInput("offline and refresh exclude each other: one asks nobody, the other asks again")
        for name in _SETTINGS:
            if name.endswith("_url"):
                check_url(getattr(self, name), name)
        if self.contact is not None:
            check_contact(self.contact)

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any], **options: Any) -> Online:
        """Return options with the values of those settings that are given.

        Parameters
        ----------
        settings : mapping
            Values by name, such as ``cache_dir`` or ``overpass_url``. None and
            empty values count as not given; other names are ignored.
        **options
            Further arguments of the class, such as ``offline``.
        """
        return cls(**options, **{name: settings[name] for name in _SETTINGS if settings.get(name)})

    @property
    def agent(self) -> str:
        """Who asks, as servers are told: program, version, and the contact where there is one."""
        return f"saferoute/{__version__}" + (f" ({self.contact})" if self.contact else "")

    def open_cache(self) -> Cache:
        """Return the cache in `cache_dir`, with ``~`` replaced by the home folder."""
        return Cache(Path(self.cache_dir).expanduser())


def check_url(url: str, name: str) -> None:
    """Raise `InvalidInput` unless a URL is a valid address of a service.

    Parameters
    ----------
    url : str
        The address, with http or https, without a query or a fragment.
    name : str
        Name of the setting, such as ``overpass_url``, for the message.
    """
    # Reading `port` is part of the test: urlsplit raises ValueError for one that is not a number only then.
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        good = False
    if not good or any(c.isspace() for c in url) or parts.query or parts.fragment:
        raise InvalidInput(f"{url!r} is no address of a service ({_SETTINGS[name]}): write https://HOST/PATH")


def check_contact(contact: str) -> None:
    """Raise `InvalidInput` unless a contact can be sent to servers, as an e-mail address or web page can."""
    if not _CONTACT.fullmatch(contact):
        raise InvalidInput(
            f"{contact[:60]!r} is no contact ({_SETTINGS['contact']}): write an e-mail address or the address "
            "of a web page, without blanks or brackets"
        )
