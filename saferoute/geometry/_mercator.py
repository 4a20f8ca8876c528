"""Web Mercator of many points at once; tiles one by one are `mercantile`'s."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray


def project_to_square(lon: FloatArray, lat: FloatArray) -> FloatArray:
    """Return positions on the square of Web Mercator, 0 to 1 eastwards and southwards.

    Times 2 to the power of the zoom, rounded down, they are columns and rows of tiles.

    Parameters
    ----------
    lon, lat : ndarray of shape (n,)
        Degrees; the square ends at 85.0511° north and south.

    Returns
    -------
    ndarray of shape (n, 2)
    """
    south = (1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2
    return np.column_stack([(lon + 180) / 360, south])
