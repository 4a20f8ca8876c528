"""Maps: one HTML file that holds everything and opens without a network.

`make_figure` returns a Folium figure to save or to show in a notebook, `to_html`
the text of the file. Folium is imported only when one of them is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from saferoute.page._tiles import add_tiles

if TYPE_CHECKING:
    from saferoute.model import Ranking, Session
    from saferoute.page._figure import OfflineFigure as OfflineFigure

__all__ = ["add_tiles", "make_figure", "to_html"]


def make_figure(thing: Ranking | Session) -> OfflineFigure:
    """Return a map of a ranking or a session as a Folium figure.

    Parameters
    ----------
    thing : Ranking or Session
        The result to draw; it may be empty.

    Returns
    -------
    OfflineFigure
        A branca figure with a `folium.Map` in it. ``save(path)`` writes the
        page; a notebook shows it, as a still picture while it is not trusted.
        Folium layers may be added to the map as long as they load nothing from
        the net.
    """
    import folium

    from saferoute.page._figure import OfflineFigure, read_asset
    from saferoute.page.payload import build_payload, pack_json, select_stretches
    from saferoute.page.picture import render_picture
    from saferoute.page.written import make_title, write_body

    data = build_payload(thing)
    plays = bool(data["session"] and data["session"]["steps"])
    page = OfflineFigure(
        title=make_title(data),
        body=write_body(read_asset("page.html"), data, select_stretches(thing)),
        css=read_asset("page.css") + (read_asset("player.css") if plays else ""),
        data=pack_json(data),
        scripts=[read_asset("page.js"), *([read_asset("player.js")] if plays else [])],
        # Drawn on demand: only a notebook shows it.
        picture=lambda: render_picture(data),
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
        The result to draw; it may be empty.

    Returns
    -------
    str
        The page; the same ranking or session gives the same bytes.
    """
    return make_figure(thing).render()
