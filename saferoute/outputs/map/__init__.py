"""Map: one HTML file with everything in it, which opens without a network.

`figure` gives a Folium figure (``save``, notebook display), `to_html` the text
of the file. Folium is imported when one of them is called, not before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from saferoute.model import Session
from saferoute.outputs.map._tiles import with_tiles

if TYPE_CHECKING:
    from saferoute.model import Ranking
    from saferoute.outputs.map._figure import OfflineFigure as OfflineFigure

__all__ = ["figure", "to_html", "with_tiles"]


def figure(thing: Ranking | Session) -> OfflineFigure:
    """Draw a ranking or a session on a map.

    Parameters
    ----------
    thing : Ranking or Session
        What was found, or is planned; it may be empty.

    Returns
    -------
    OfflineFigure
        A branca figure with a `folium.Map` in it. ``save(path)`` writes the
        page; a notebook shows it, as a still picture while it is not trusted.
        Folium layers may be added to the map as long as they load nothing from
        the net.
    """
    import folium

    from saferoute.outputs.map._data import clean, encode, payload
    from saferoute.outputs.map._figure import OfflineFigure, asset, page_script
    from saferoute.outputs.map._picture import picture

    place = clean(thing.place.name)
    data = payload(thing)
    what = "Session" if isinstance(thing, Session) else "Backward segments"
    page = OfflineFigure(
        title=f"{what} near {place}" if place else what,
        body=asset("page/page.html"),
        css=asset("page/page.css"),
        data=encode(data),
        script=page_script(),
        picture=lambda: picture(data),
    )
    view = folium.Map(location=(thing.place.lat, thing.place.lon), tiles=None, zoom_start=15, attribution_control=False)
    # Folium's map also links jQuery, Bootstrap and icon fonts, which nothing here uses.
    view.default_js = [pair for pair in view.default_js if pair[0] == "leaflet"]
    view.default_css = [pair for pair in view.default_css if pair[0] == "leaflet_css"]
    page.add_child(view)
    return page


def to_html(thing: Ranking | Session) -> str:
    """Return the map of a ranking or a session as the text of one HTML file.

    Parameters
    ----------
    thing : Ranking or Session
        What was found, or is planned; it may be empty.

    Returns
    -------
    str
        The page; the same ranking or session gives the same bytes.
    """
    return figure(thing).render()
