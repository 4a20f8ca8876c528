"""Heights from Copernicus GLO-30, read in parts from cloud-optimised GeoTIFFs of one degree."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np

from saferoute.model import Heights
from saferoute.sources.client import BoundedClient
from saferoute.sources.elevation.glo30_tiles import (
    PART,
    ROWS,
    count_columns,
    is_on_tile,
    locate_cells,
    parts_of_cells,
    tile_url,
)
from saferoute.sources.elevation.quality import estimate_quality, is_void
from saferoute.sources.elevation.samples import distinct_keys, gather_heights, interpolate_between, unknown_heights
from saferoute.sources.settings import RequestLimits
from saferoute.sources.traffic import Traffic, add_traffic
from saferoute.sources.trust import options_for_gdal
from saferoute.sources.web import Failed, check_status

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray, IntArray
    from saferoute.sources.cache import Entry
    from saferoute.sources.elevation.glo30_tiles import Part
    from saferoute.sources.settings import Online

logger = logging.getLogger(__name__)

MOST_PARTS = 64
"""Most squares for one set of points [J]."""
LIMITS = RequestLimits(total_s=30.0, most_bytes=1_000_000)
ATTRIBUTION = (
    "Elevation: Copernicus GLO-30 © DLR e.V. 2010–2014 and © Airbus Defence and Space GmbH 2014–2018, "
    "provided under COPERNICUS by the European Union and ESA; all rights reserved"
)
_CELL_M = 30.9  # 1″ of latitude
_SLOWEST_BYTES_S = 1000
"""Bytes per second below which GDAL gives up a request [J]."""


class Glo30Source:
    """An elevation source that reads GLO-30; heights are unknown where it has no tile, over the sea.

    Heights are bilinear between the middles of cells.

    Parameters
    ----------
    online : Online
        Address of the bucket or of a copy of it, and cache.
    limits : RequestLimits
        Limits of each request.
    """

    def __init__(self, online: Online, *, limits: RequestLimits = LIMITS) -> None:
        self._online = online
        self._limits = limits
        self._cache = online.open_cache()
        self._parts: dict[Part, FloatArray | None] = {}
        self._absent: set[str] = set()
        self._all_kept = True
        self._received = Traffic()

    def read_heights(self, xy: FloatArray, crs: str) -> Heights:
        """Return heights at points of shape (n, 2) given in `crs`; NaN over the sea and where reading failed."""
        from pyproj import Transformer

        lon, lat = Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(*xy.T)
        heights = np.full(len(xy), np.nan)
        notes = []
        host = urlsplit(self._online.glo30_url).netloc
        on_earth = np.isfinite(lon) & (np.abs(np.nan_to_num(lat, nan=90.0)) < 90)
        try:
            heights[on_earth] = self._interpolate_heights(lon[on_earth], lat[on_earth])
        except Failed as failure:
            notes = [f"GLO-30 at {host} {failure}: its heights are missing"]
        finally:
            add_traffic(self._cache, f"GLO-30 at {host}", self._received)
            self._received = Traffic()
        if not self._all_kept:
            notes.append(
                f"GLO-30 at {host} is not asked (--offline), and the cache does not hold all of this place: "
                "its heights are missing"
            )
        for note in notes:
            logger.info("%s", note)
        if self._cache.trouble:
            notes.append(self._cache.trouble)
        known = np.isfinite(heights)
        if not known.any():
            return replace(unknown_heights(len(xy)), notes=tuple(notes))
        sigma_m, correlation_m, surface = estimate_quality(_CELL_M)
        return Heights(
            elevation_m=heights,
            sigma_m=np.where(known, sigma_m, np.nan),
            correlation_m=np.where(known, correlation_m, np.nan),
            cell_m=np.where(known, _CELL_M, np.nan),
            source=np.where(known, 0, -1),
            sources=(f"GLO-30 ({_CELL_M:.0f} m cells)",),
            surface_model=known & surface,
            attribution=(ATTRIBUTION,),
            notes=tuple(notes),
        )

    def _interpolate_heights(self, lon: FloatArray, lat: FloatArray) -> FloatArray:
        """Return heights in m at points in degrees."""
        row = (90 - lat) * ROWS
        above = np.floor(row).astype(np.int64)
        share = row - above
        # Two rows may lie in tiles with different numbers of columns, so each is interpolated by itself first.
        sides = [locate_cells(above, lon), locate_cells(np.where(share > 0, above + 1, above), lon)]
        needed = np.concatenate([side[k] for side in sides for k in (0, 1)])
        parts = distinct_keys(parts_of_cells(needed))
        if len(parts) > MOST_PARTS:
            raise Failed(f"is not asked for {len(parts)} parts at a time; {MOST_PARTS} are the most")
        for part in parts:
            if part not in self._parts:
                self._parts[part] = self._load_part(part)
        upper, lower = (self._interpolate_along_row(*side) for side in sides)
        return interpolate_between(upper, lower, share)

    def _interpolate_along_row(self, west: IntArray, east: IntArray, share: FloatArray) -> FloatArray:
        """Return heights between cells and their eastern neighbours."""
        z = [
            gather_heights(parts_of_cells(cells), cells[:, 2:] % PART, self._parts.__getitem__)
            for cells in (west, east)
        ]
        return interpolate_between(z[0], z[1], share)

    def _load_part(self, part: Part) -> FloatArray | None:
        """Return a square of heights from the cache or the network, None if it has no tile."""
        south, west, row, column = part
        url = tile_url(self._online.glo30_url, south, west)
        # Tiles are not multiples of the squares: the last ones of a row and column are smaller.
        shape = min(PART, ROWS - row * PART), min(PART, count_columns(south) - column * PART)
        key = f"{url} {row} {column}"
        entry = self._find_cached_entry(key)
        if entry is not None and len(entry.payload) == 4 * shape[0] * shape[1]:
            return _mask_voids(np.frombuffer(entry.payload, dtype="<f4").reshape(shape))
        if url in self._absent:
            return None
        if self._online.offline and not self._is_known_absent(url):
            self._all_kept = False
            return None
        if not self._has_tile(url):
            self._absent.add(url)
            return None
        heights = self._read_part(url, part, shape)
        self._cache.store_entry("glo30", key, heights.astype("<f4").tobytes())
        return _mask_voids(heights)

    def _find_cached_entry(self, key: str) -> Entry | None:
        """Return the cached answer to a key, None if there is none or it is to be refreshed."""
        return None if self._online.refresh else self._cache.read_entry("glo30", key)

    def _has_tile(self, url: str) -> bool:
        """Return whether a tile exists, from the cache or else from the server.

        GDAL reports a missing tile and a broken server in the same way, so this
        is found out before it is asked.
        """
        if self._is_known_absent(url):
            return False
        there = self._has_tile_on_server(url)
        if not there:
            self._cache.store_entry("glo30", url, b"")
        return there

    def _is_known_absent(self, url: str) -> bool:
        """Return whether the cache holds the empty entry of a tile that does not exist."""
        return self._find_cached_entry(url) is not None

    def _has_tile_on_server(self, url: str) -> bool:
        """Return whether the server has a tile, in at most two tries."""
        logger.info("asking GLO-30 for heights", extra={"seconds": 0.0})
        with BoundedClient(self._limits, self._online.agent) as client:
            for last in (False, True):
                try:
                    response = client.head(url)
                    if response.status_code == 404:
                        return False
                    check_status(response)
                except Failed as failure:
                    if last or not failure.again or (failure.wait_s or 0) > self._limits.total_s:
                        raise
                    self._online.patience.sleep(max(failure.wait_s or 0, 2.0))
                else:
                    return True
                finally:
                    self._received += client.received
        raise AssertionError

    def _read_part(self, url: str, part: Part, shape: tuple[int, int]) -> FloatArray:
        """Return a square of heights as the file has them, NaN where it has none."""
        import rasterio
        from rasterio.errors import RasterioError
        from rasterio.windows import Window

        south, _, row, column = part
        try:
            with rasterio.Env(**self._gdal_options()), rasterio.open(f"/vsicurl/{url}", driver="GTiff") as data:
                if data.shape != (ROWS, count_columns(south)) or not is_on_tile(data.transform, part):
                    raise Failed("sends a raster that is none of its tiles")
                # Only the blocks of this window travel, as the files are cloud-optimised.
                heights = data.read(1, window=Window(column * PART, row * PART, shape[1], shape[0]))
                # GDAL does not tell what travelled: the size of the heights stands for it.
                self._received += Traffic(1, heights.nbytes)
                missing = heights == data.nodata
        except (RasterioError, MemoryError) as error:
            raise Failed("ended the connection without a whole answer") from error
        return np.where(missing, np.float32(np.nan), heights.astype("float32"))

    def _gdal_options(self) -> dict[str, Any]:
        """Return options by which GDAL asks as `BoundedClient` does: its time, its name, its certificates."""
        total_s = max(round(self._limits.total_s), 1)
        return {
            # Without this GDAL first asks for a listing of the whole bucket.
            "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
            "GDAL_HTTP_CONNECTTIMEOUT": max(round(self._limits.connect_s), 1),
            "GDAL_HTTP_TIMEOUT": total_s,
            "GDAL_HTTP_LOW_SPEED_TIME": max(total_s // 2, 1),
            "GDAL_HTTP_LOW_SPEED_LIMIT": _SLOWEST_BYTES_S,
            "GDAL_HTTP_MAX_RETRY": 1,
            "GDAL_HTTP_RETRY_DELAY": 2,
            "GDAL_HTTP_USERAGENT": self._online.agent,
            "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".tif",
            **options_for_gdal(),
        }


def _mask_voids(heights: FloatArray) -> FloatArray:
    """Return heights with NaN where they cannot be; what is kept on disk is as it came."""
    return np.where(is_void(heights), np.float32(np.nan), heights)
