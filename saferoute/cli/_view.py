"""``saferoute view``: show a map in the browser, with tiles if asked for."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from saferoute.cli._shared import new_command, print_message
from saferoute.model import InvalidInput

if TYPE_CHECKING:
    import argparse

DEFAULT_TILES = "OpenStreetMap.Mapnik"


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    view = new_command(
        commands,
        "view",
        short="show a map in the browser, with tiles if asked for",
        long="Serve a map or a scan's page on this machine alone (127.0.0.1) and open the browser; Ctrl-C ends it. "
        "The map itself needs no server: open the file. Tiles do, and they tell their provider where you look.",
    )
    view.add_argument(
        "file", type=Path, metavar="FILE", help="a map that saferoute has written (.html), or a scan's folder …-web"
    )
    view.add_argument(
        "--tiles",
        nargs="?",
        const=DEFAULT_TILES,
        metavar="NAME",
        help=f"tiles from the network under the segments, by the provider's name (default {DEFAULT_TILES}; "
        "OpenTopoMap, Esri.WorldImagery, …)",
    )
    view.add_argument("--port", type=int, default=0, metavar="N", help="port to listen on (default: a free one)")
    view.add_argument("--no-browser", action="store_true", help="only print the address")
    view.set_defaults(run=run_command)


def run_command(arguments: argparse.Namespace) -> int:
    """Serve until interrupted."""
    import threading
    import webbrowser

    from saferoute.page.view import FolderServer, MapServer

    server: MapServer | FolderServer
    if arguments.file.is_dir():
        if arguments.tiles is not None:
            raise InvalidInput(f"{arguments.file}: --tiles is for maps; tick the background on the page of a scan")
        server = FolderServer(arguments.file, port=arguments.port)
    elif arguments.tiles is None:
        server = MapServer(arguments.file, port=arguments.port)
    else:
        from saferoute.page import add_tiles

        server = MapServer(arguments.file, change=partial(add_tiles, name=arguments.tiles), port=arguments.port)
    with server:
        print(server.url, flush=True)
        print_message("Ctrl-C ends it")
        if not arguments.no_browser:
            # Some browsers are programs of the terminal and come back only when they are closed.
            threading.Thread(target=webbrowser.open, args=(server.url,), daemon=True).start()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print_message("ended")
    return 0
