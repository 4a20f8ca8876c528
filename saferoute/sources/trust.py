"""Certificates that connections are checked against, the same for every client."""

from __future__ import annotations

import os
from pathlib import Path

from saferoute.model import InvalidInput

STORES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
"""Environment variables that name trusted certificates; the first that is set counts.

requests reads the first two, curl the last two.
"""


def find_trusted() -> Path:
    """Return the file or folder of the certificates that are trusted.

    By default those of Mozilla, which come with `requests`.

    Raises
    ------
    InvalidInput
        If the environment names a file that does not exist.
    """
    from requests.utils import DEFAULT_CA_BUNDLE_PATH

    for name in STORES:
        value = os.environ.get(name)
        if value:
            path = Path(value)
            if not path.exists():
                raise InvalidInput(
                    f"{name}: {value} does not exist; name a file of trusted certificates (PEM), or unset {name}"
                )
            return path
    return Path(DEFAULT_CA_BUNDLE_PATH)


def options_for_gdal() -> dict[str, str]:
    """Return the options by which GDAL trusts the certificates of `find_trusted`.

    Raises
    ------
    InvalidInput
        See `find_trusted`.
    """
    # Set even for the default, because GDAL brings a store of its own.
    trusted = find_trusted()
    return {"GDAL_HTTP_CAPATH" if trusted.is_dir() else "GDAL_CURL_CA_BUNDLE": str(trusted)}
