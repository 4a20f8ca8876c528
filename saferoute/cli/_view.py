"""``saferoute view``: serve a map on this machine and open it in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from saferoute.cli._command import Command
from saferoute.cli._layout import HELP_SETTINGS, Argument
from saferoute.cli._options import option
from saferoute.cli._printing import print_message
from saferoute.cli._types import FilePath, Whole
from saferoute.model import InvalidInput

if TYPE_CHECKING:
    from pathlib import Path

DEFAULT_TILES = "OpenStreetMap.Mapnik"


@click.command(
    cls=Command,
    context_settings=HELP_SETTINGS,
    help="Serve a map or a scan's page on this machine alone (127.0.0.1) and open the browser; Ctrl-C ends it. "
    "The map itself needs no server: open the file. Tiles do, and they tell their provider where you look.",
    short_help="show a map in the browser",
    examples=("view maps/helsinki.html", "view maps/helsinki.html --tiles", "view helsinki-web"),
)
@click.argument(
    "file",
    cls=Argument,
    type=FilePath(),
    metavar="FILE",
    help="a map that saferoute has written (.html), or a scan's folder …-web",
)
@option(
    "--tiles",
    is_flag=False,
    flag_value=DEFAULT_TILES,
    metavar="NAME",
    help=f"tiles from the network under the stretches, by the provider's name (default {DEFAULT_TILES}; "
    "OpenTopoMap, Esri.WorldImagery, …)",
)
@option("--port", type=Whole(), default=0, metavar="N", help="port to listen on (default: a free one)")
@option("--no-browser", is_flag=True, help="only print the address")
def view(file: Path, tiles: str | None, port: int, no_browser: bool) -> int:
    """Serve a map or a scan's page until Ctrl-C."""
    import threading
    import webbrowser

    from saferoute.page.view import FolderServer, MapServer

    server: MapServer | FolderServer
    if file.is_dir():
        if tiles is not None:
            raise InvalidInput(f"{file}: --tiles is for maps; tick the background on the page of a scan")
        server = FolderServer(file, port=port)
    else:
        server = MapServer(file, tiles=tiles, port=port)
    with server:
        print(server.url, flush=True)
        print_message("Ctrl-C ends it")
        if not no_browser:
            # In a thread: a browser of the terminal returns only when it is closed.
            threading.Thread(target=webbrowser.open, args=(server.url,), daemon=True).start()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print_message("ended")
    return 0
