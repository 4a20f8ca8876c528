"""Map tiles of a named provider, added to a page that is served."""

from __future__ import annotations

import difflib
import re
import warnings
from typing import Any
from urllib.parse import urlsplit

from saferoute.model import InvalidInput
from saferoute.page.payload import encode_json
from saferoute.page.values import clean_text

_LEGAL = 400
_IMAGES = "img-src data:;"
_POLICY_WITHIN = 2000
"""Characters within which the page's own policy stands; text of others comes later."""
_DATA = '<script type="text/plain" id="saferoute-data">'


def add_tiles(page: str, name: str) -> str:
    """Return a page with map tiles of a provider, and their attribution.

    Parameters
    ----------
    page : str
        A map that `to_html` returned. Its content policy is widened to the tiles' hosts.
    name : str
        Name of a provider in xyzservices: ``OpenStreetMap.Mapnik``, ``CartoDB.Positron``, …

    Raises
    ------
    InvalidInput
        If there is no such provider, if it asks for a key, or if the page is no map of saferoute.
    """
    tiles = _find_provider(name)
    policy, images, rest = page.partition(_IMAGES)  # the policy comes first in the head, before any text of others
    if len(policy) > _POLICY_WITHIN or rest.count(_DATA) != 1:
        raise InvalidInput("tiles: this page is no map of this version of saferoute; write it anew with find -o")
    config = f'<script type="application/json" id="saferoute-tiles">{encode_json(tiles)}</script>\n'
    return f"{policy}{images[:-1]} {' '.join(_tile_origins(tiles))};{rest.replace(_DATA, config + _DATA)}"


def list_tile_origins(name: str) -> list[str]:
    """Return the origins that the tiles of a provider come from; see `add_tiles`."""
    return sorted(_tile_origins(_find_provider(name)))


def _find_provider(name: str) -> dict[str, Any]:
    import xyzservices

    known = xyzservices.providers.flatten()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about keys, which the error below explains
            found = xyzservices.providers.query_name(name)
    except ValueError:
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
        raise InvalidInput(
            f"tiles {clean_text(name)!r}: no such provider; "
            f"{'did you mean ' + ', '.join(near) if near else 'names are as in OpenStreetMap.Mapnik'}"
        ) from None
    if found.requires_token():
        raise InvalidInput(f"tiles {found.name}: this provider asks for a key; OpenStreetMap.Mapnik needs none")
    url = found.build_url(x="{x}", y="{y}", z="{z}", fill_subdomain=False)
    return {
        "url": url,
        "attribution": clean_text(found.get("attribution", ""), _LEGAL),
        "max_zoom": int(found.get("max_zoom", 18)),
        "subdomains": list(found.get("subdomains", "abc")) if "{s}" in url else [],
    }


def _tile_origins(tiles: dict[str, Any]) -> list[str]:
    """Return the origins of the tiles: all that the policy takes from a provider's address."""
    origins = {
        "{0.scheme}://{0.netloc}".format(urlsplit(tiles["url"].replace("{s}", sub)))
        for sub in tiles["subdomains"] or [""]
    }
    if not all(re.fullmatch(r"https?://[\w.-]+(:\d+)?", origin) for origin in origins):
        raise InvalidInput("tiles: the provider's address is none that a map may load from")
    return sorted(origins)
