"""Heights in the colours of pictures ("terrarium"), as terrain tiles carry them."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from saferoute.sources.elevation.quality import is_void
from saferoute.sources.web import Failed

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray

TILE_PX = 512
"""Width and height of a tile in pixels."""


class DamagedTile(Failed):
    """Raised when a tile is empty or cut off: another try may bring it whole."""


def height_step_m(level: int) -> float:
    """Return the step in m that heights of a zoom are rounded to.

    Examples
    --------
    >>> height_step_m(12), height_step_m(17)
    (0.5, 0.015625)
    """
    return 2.0 ** (19 - level) / 256


def decode_terrarium(body: bytes) -> FloatArray:
    """Return the heights in a tile in m, shape (512, 512), NaN where missing or not possible.

    Raises
    ------
    DamagedTile
        If the body is empty, or no picture.
    Failed
        If it is a web page, or a picture not of 512 by 512 pixels in three colours.
    """
    import rasterio
    from rasterio.errors import NotGeoreferencedWarning, RasterioError
    from rasterio.io import MemoryFile

    if not body:  # which rasterio takes for a file to be written
        raise DamagedTile("sends empty pictures of heights")
    try:
        with warnings.catch_warnings(), rasterio.Env():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with MemoryFile(body, ext="webp") as file, file.open(driver="WEBP") as picture:
                if picture.shape != (TILE_PX, TILE_PX) or picture.count < 3:
                    raise Failed(f"sends pictures that are not {TILE_PX} pixels wide and high")
                red, green, blue = picture.read([1, 2, 3]).astype("float32")
    except RasterioError as error:
        if body.lstrip().startswith(b"<"):
            raise Failed("sends a web page, no picture of heights") from error
        raise DamagedTile("sends what is no picture of heights") from error
    # Terrarium: red counts 256 m, green 1 m, blue 1/256 m, from 32 768 m below sea level.
    heights = red * 256 + green + blue / 256 - 32768
    return np.where(is_void(heights), np.float32(np.nan), heights)
