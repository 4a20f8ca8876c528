"""Heights from Mapterhorn's terrain tiles: lidar where countries publish it, GLO-30 elsewhere.

Tiles are pictures in Web Mercator, 512 pixels wide, with heights as colours ("terrarium"). Zoom 12
covers all land. Higher zooms exist only where data are finer, and no tiles exist over the sea.
"""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from queue import SimpleQueue
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import numpy as np

from saferoute.model import Heights
from saferoute.sources.client import BoundedClient, fetch_body
from saferoute.sources.elevation import glo30
from saferoute.sources.elevation.quality import estimate_quality
from saferoute.sources.elevation.samples import (
    distinct_keys,
    gather_heights,
    interpolate_between,
    merge_heights,
    unknown_heights,
)
from saferoute.sources.elevation.terrarium import TILE_PX, DamagedTile, decode_terrarium, height_step_m
from saferoute.sources.elevation.web_mercator import locate_on_square, locate_tiles, make_tile_keys
from saferoute.sources.settings import RequestLimits
from saferoute.sources.traffic import Traffic, add_traffic, name_server
from saferoute.sources.web import Failed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from saferoute.arrays import FloatArray
    from saferoute.sources.settings import Online

    Tile = tuple[int, ...]

logger = logging.getLogger(__name__)

WORLD_ZOOM, FINEST_ZOOM = 12, 17
EQUATOR_M = 40_075_016.686  # WGS 84
GLO30_CELL_M = 30.0  # the real size of cells at zoom 12: its heights are GLO-30's, drawn with smaller pixels
MOST_TILES = 64
"""Most tiles of a zoom to fetch: enough for 3 km around a place at 1.5 m per pixel; larger areas get coarser ones."""
PARALLEL = 4  # requests at a time [J]
LIMITS = RequestLimits(total_s=20.0, most_bytes=4_000_000)
MOST_S = 120.0  # no tile is requested later than this; heights that are missing then are unknown [J]
RETRY_S = 2.0  # wait before the second and last try for a tile [J]
MOST_DAMAGED = 4  # a service that sends so many tiles damaged is asked for no more [J]
ABSENT = frozenset({204, 404, 410})  # status codes for "no tile"; others than these and 200 are errors
ATTRIBUTION = "Elevation © Mapterhorn and its sources (mapterhorn.com/attribution)"


class MapterhornSource:
    """An elevation source that reads Mapterhorn's tiles, at the finest zoom that exists around the points.

    Heights are bilinear. The cache keeps tiles, and also which do not exist.
    The heights of a tile that cannot be fetched are unknown; a note says why.
    Offline any kept zoom serves, the finest first.

    Parameters
    ----------
    online : Online
        Address of the service, and cache.
    limits : RequestLimits
        Limits of each request.
    """

    def __init__(self, online: Online, *, limits: RequestLimits = LIMITS) -> None:
        self._online = online
        self._limits = limits
        self._cache = online.open_cache()
        self._tiles: dict[Tile, FloatArray | None] = {}
        self._not_kept: set[Tile] = set()
        self._damaged: set[Tile] = set()

    def read_heights(self, xy: FloatArray, crs: str) -> Heights:
        """Return heights at points of shape (n, 2) given in `crs`; NaN over the sea and where tiles are missing."""
        from pyproj import Transformer

        lon, lat = Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(*xy.T)
        world = locate_on_square(lon, lat)
        result = unknown_heights(len(xy))
        deadline = time.monotonic() + MOST_S
        notes = []
        try:
            zoom = self._choose_zoom(world, deadline) if np.isfinite(world).any() else WORLD_ZOOM
            # A finer zoom may cover only part of the area; coarser ones fill in what is left.
            for level in range(zoom, WORLD_ZOOM - 1, -1):
                where = ~np.isfinite(result.elevation_m) & np.isfinite(world[:, 0])
                if where.any():
                    result = merge_heights(
                        result, self._heights_at_zoom(world[where], level, lat[where], deadline), where
                    )
        except Failed as failure:
            notes = [f"{self._service} {failure}: its heights are missing"]
        notes += self._tell_gaps()
        for note in notes:
            logger.info("%s", note)
        if self._cache.trouble:
            notes.append(self._cache.trouble)
        return replace(result, notes=tuple(notes))

    @property
    def _service(self) -> str:
        return f"Mapterhorn at {urlsplit(self._online.mapterhorn_url).netloc}"

    def _tell_gaps(self) -> Iterator[str]:
        """Yield a note on the tiles that the cache lacks, and one on those that were damaged."""
        # A finer tile that is not kept is no gap where a coarser one serves.
        if any(level == WORLD_ZOOM for level, *_ in self._not_kept):
            yield (
                f"{self._service} is not asked (--offline), and the cache does not hold all tiles of this place: "
                "heights are missing"
            )
        if self._damaged:
            number = "a tile" if len(self._damaged) == 1 else f"{len(self._damaged)} tiles"
            yield f"{self._service} sends {number} damaged, twice: heights there are coarser or missing"

    def _choose_zoom(self, world: FloatArray, deadline: float) -> int:
        """Return the finest zoom that takes few enough tiles and exists in the middle or at the ends of the points."""
        if self._online.offline:
            return FINEST_ZOOM
        known = world[np.isfinite(world[:, 0])]
        affordable = [
            level
            for level in range(FINEST_ZOOM, WORLD_ZOOM, -1)
            if sum(tile not in self._tiles for tile in distinct_keys(locate_tiles(known, level))) <= MOST_TILES
        ]
        middle = int(np.hypot(*(known - known.mean(axis=0)).T).argmin())
        ends = [int(extreme(known[:, axis])) for axis in (0, 1) for extreme in (np.argmin, np.argmax)]

        def on_offer(point: int, level: int) -> bool:
            tile = distinct_keys(locate_tiles(known[[point]], level))[0]
            self._load_tiles([tile], deadline)
            return self._tiles[tile] is not None

        # An end is asked for the coarsest of these zooms first: where that is absent, so are all finer ones.
        for point in dict.fromkeys([middle, *ends]):
            if point == middle or (affordable and on_offer(point, affordable[-1])):
                finest = next((level for level in affordable if on_offer(point, level)), None)
                if finest is not None:
                    return finest
        return WORLD_ZOOM

    def _heights_at_zoom(self, world: FloatArray, level: int, lat: FloatArray, deadline: float) -> Heights:
        """Return heights of one zoom at positions on the Web Mercator square."""
        pixel = world * (TILE_PX << level) - 0.5  # heights belong to the middles of pixels
        corner = np.floor(pixel).astype(np.int64)
        share = pixel - corner
        corners = [(corner + step) for step in ((0, 0), (1, 0), (0, 1), (1, 1))]
        keys = [make_tile_keys(c // TILE_PX, level) for c in corners]
        tiles = distinct_keys(np.concatenate(keys))
        self._load_tiles(tiles, deadline)
        if all(self._tiles[tile] is None for tile in tiles):
            return unknown_heights(len(world))
        z = [
            gather_heights(key, (c % TILE_PX)[:, ::-1], self._tiles.__getitem__)
            for key, c in zip(keys, corners, strict=True)
        ]  # fmt: skip
        heights = interpolate_between(
            interpolate_between(z[0], z[1], share[:, 0]), interpolate_between(z[2], z[3], share[:, 0]), share[:, 1]
        )
        n = len(world)
        known = np.isfinite(heights)
        if not known.any():
            return unknown_heights(n)
        # Web Mercator stretches the ground by 1/cos(latitude).
        pixel_m = EQUATOR_M / (TILE_PX << level) * float(np.cos(np.radians(lat[known])).mean())
        cell_m = pixel_m if level > WORLD_ZOOM else max(pixel_m, GLO30_CELL_M)
        sigma_m, correlation_m, surface = estimate_quality(cell_m)
        sigma_m = float(np.hypot(sigma_m, height_step_m(level) / np.sqrt(12)))
        return Heights(
            elevation_m=heights,
            sigma_m=np.where(known, sigma_m, np.nan),
            correlation_m=np.where(known, correlation_m, np.nan),
            cell_m=np.where(known, cell_m, np.nan),
            source=np.where(known, 0, -1),
            sources=(f"Mapterhorn z{level} ({cell_m:.0f} m cells)",),
            surface_model=known & surface,
            attribution=(ATTRIBUTION, glo30.ATTRIBUTION) if level == WORLD_ZOOM else (ATTRIBUTION,),
        )

    def _load_tiles(self, tiles: Iterable[Tile], deadline: float) -> None:
        """Load tiles into memory, from the cache or else from the network."""
        if self._online.offline:
            self._load_kept_tiles(tiles)
            return
        missing = [tile for tile in tiles if tile not in self._tiles and not self._load_cached_tile(tile)]
        if not missing:
            return
        # Twice the number: `_choose_zoom` does not count the neighbours that points near the edges of tiles need.
        if len(missing) > 2 * MOST_TILES:
            raise Failed(f"is not asked for {len(missing)} tiles at a time; take a smaller radius")
        if len(missing) > 1:
            logger.info("asking Mapterhorn for %d tiles of heights", len(missing), extra={"seconds": 0.0})
        self._fetch_tiles(missing, deadline)

    def _load_kept_tiles(self, tiles: Iterable[Tile]) -> None:
        """Load those tiles into memory that the cache holds, as many as a search would fetch."""
        room = 2 * MOST_TILES
        for tile in tiles:
            if tile in self._tiles:
                continue
            if room and self._load_cached_tile(tile):
                room -= self._tiles[tile] is not None
            else:
                self._tiles[tile] = None
                self._not_kept.add(tile)

    def _fetch_tiles(self, tiles: list[Tile], deadline: float) -> None:
        """Fetch tiles, a few at a time, until one fails."""
        clients = [BoundedClient(self._limits, self._online.agent) for _ in range(min(PARALLEL, len(tiles)))]
        free: SimpleQueue[BoundedClient] = SimpleQueue()
        for client in clients:
            free.put(client)
        stop = threading.Event()

        def fetch(tile: Tile) -> None:
            client = free.get()
            try:
                self._fetch_tile(client, tile, deadline, stop)
            except Failed:
                stop.set()
                raise
            finally:
                free.put(client)

        pool = ThreadPoolExecutor(len(clients), thread_name_prefix="mapterhorn")
        try:
            for done in [pool.submit(fetch, tile) for tile in tiles]:
                done.result()
        finally:
            # Connections are cut before the pool is joined, or an interrupt would wait for slow answers.
            stop.set()
            for client in clients:
                client.cut_connection()
            pool.shutdown(cancel_futures=True)
            for client in clients:
                client.close()
            server = name_server("Mapterhorn", self._online.mapterhorn_url)
            add_traffic(self._cache, server, sum((client.received for client in clients), Traffic()))

    def _load_cached_tile(self, tile: Tile) -> bool:
        """Load a tile from the cache, and return whether it was there."""
        if self._online.refresh:
            return False
        entry = self._cache.read_entry("mapterhorn", self._tile_url(tile))
        if entry is None:
            return False
        try:
            self._tiles[tile] = None if entry.about.get("absent") else decode_terrarium(entry.payload)
        except Failed:
            return False
        return True

    def _fetch_tile(self, client: BoundedClient, tile: Tile, deadline: float, stop: threading.Event) -> None:
        """Fetch one tile into memory and the cache, in at most two tries."""
        url = self._tile_url(tile)
        for last in (False, True):
            if stop.is_set():
                return
            if time.monotonic() > deadline:
                raise Failed(f"did not send all tiles within {MOST_S:.0f} s")
            try:
                body = fetch_body(client, url, absent=ABSENT)
                self._tiles[tile] = None if body is None else decode_terrarium(body)
                self._cache.store_entry("mapterhorn", url, body or b"", absent=body is None)
            except DamagedTile:
                if last:
                    self._leave_out(tile)
                else:
                    stop.wait(RETRY_S)
            except Failed as failure:
                if last or not failure.again or (failure.wait_s or 0) > self._limits.total_s:
                    raise
                # Waits on the event, so that a failure of another tile ends this wait, too.
                stop.wait(max(failure.wait_s or 0, RETRY_S))
            else:
                return

    def _leave_out(self, tile: Tile) -> None:
        """Take the heights of a damaged tile for unknown, or raise `DamagedTile` after too many of them."""
        self._tiles[tile] = None
        self._damaged.add(tile)
        if len(self._damaged) >= MOST_DAMAGED:
            raise DamagedTile("sends what are no pictures of heights")

    def _tile_url(self, tile: Tile) -> str:
        level, x, y = tile
        return f"{self._online.mapterhorn_url.rstrip('/')}/{level}/{x}/{y}.webp"
