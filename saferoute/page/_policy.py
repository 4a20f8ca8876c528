"""The content policy that is sent with a map: of its scripts only those that saferoute has built run."""

from __future__ import annotations

import re

from saferoute.model import InvalidInput
from saferoute.page._figure import SCRIPT, hash_scripts, read_script

_BUILT = ("leaflet.js", "page.js", "player.js")
_MADE = (
    re.compile(r"L_NO_TOUCH = false;\s*L_DISABLE_3D = false;"),
    re.compile(
        r'var map_0 = L\.map\(\s*"map_0",\s*\{\s*center: \[-?[\d.]+, -?[\d.]+\],\s*crs: L\.CRS\.EPSG3857,\s*'
        r'\.\.\.\{[\s\w":,]*\}\s*\}\s*\);'
    ),
)
"""Scripts that folium writes: its settings, and where the map is."""
COMMON = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""What no page of saferoute does: other base addresses, forms, and frames around it."""


def check_scripts(name: str, page: str) -> None:
    """Raise `InvalidInput` if a map holds a script that this version of saferoute has not built.

    Parameters
    ----------
    name : str
        Path of the map, for the message.
    page : str
    """
    built = {read_script(asset).strip() for asset in _BUILT}
    for script in map(str.strip, SCRIPT.findall(page)):
        if script not in built and not any(made.fullmatch(script) for made in _MADE):
            raise InvalidInput(
                f"{name}: holds scripts that this version of saferoute has not written; write it anew with "
                "saferoute find -o map.html"
            )


def write_policy(page: str, images: str) -> str:
    """Return the policy of a map whose scripts are checked.

    Parameters
    ----------
    page : str
    images : str
        Where pictures may come from: ``data:`` and the origins of tiles.
    """
    return f"default-src 'none'; script-src {hash_scripts(page)}; style-src 'unsafe-inline'; img-src {images}; {COMMON}"
