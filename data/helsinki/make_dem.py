"""Make `dem.tif`: heights of central Helsinki interpolated from the extract's own spot heights.

Run ``python data/helsinki/make_dem.py``; it writes the raster and prints how wrong it is.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import rasterio
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from rasterio.transform import from_origin
from scipy.interpolate import RBFInterpolator
from scipy.optimize import curve_fit
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

FloatArray = NDArray[np.float64]

HERE = Path(__file__).resolve().parent
CRS = "EPSG:32635"
CELL_M = 10.0
NODATA = -9999.0

SAME_READING_M = 25.0
"""Equal heights closer than this are one reading copied to neighbouring nodes."""

SHORE_STEP_M = 40.0
"""Spacing of shore points: about the median spacing of the readings, so neither outweighs the other."""

TOOLONLAHTI = 122872049
"""Way of the bay Töölönlahti: drawn as natural=water, but an arm of the sea."""

SMOOTHING = 0.1
"""Penalty of the spline with lengths in units of 100 m; leaves 0.3 m at the readings."""

REACH_M = 100.0
"""Farther than this from reading and shore a cell is unknown: held-out readings hardly test it there."""

PAIR_M = 300.0
"""Longest distance of a held-out pair; the correlation of errors is long gone by then."""

RADII_M = (0, 50, 100, 150, 200, 250)
BINS_M = (0, 25, 50, 75, 100, 150, 200, 300)


@dataclass(frozen=True)
class Controls:
    """What the surface is fitted to.

    Attributes
    ----------
    readings : ndarray of shape (n, 3)
        Easting, northing and height in m.
    shore : ndarray of shape (m, 2)
        Easting and northing in m of points at height 0 m.
    """

    readings: FloatArray
    shore: FloatArray


@dataclass(frozen=True)
class Pairs:
    """Errors in m of two readings held out together, and how far they lie apart in m."""

    distance: FloatArray
    first: FloatArray
    second: FloatArray


def read_readings(pbf: Path) -> FloatArray:
    """Read nodes whose height was read off a barometer.

    Of the nodes with ``ele``, one is a "visual approximation" and one, the address
    Bulevardi 16b, names no source and lies 8 m below what the readings around it say:
    storeys, probably. Heights on ways and relations belong to no point. All these are
    left out.

    Parameters
    ----------
    pbf : Path
        The OpenStreetMap extract.

    Returns
    -------
    ndarray of shape (n, 3)
        Easting, northing, height in m, in order of node id.
    """
    to_grid = Transformer.from_crs("EPSG:4326", CRS, always_xy=True)
    rows = []
    for node in osmium.FileProcessor(str(pbf), osmium.osm.NODE):
        if not isinstance(node, osmium.osm.Node) or "ele" not in node.tags:
            continue
        if (node.tags.get("source:ele") or "").startswith("barometric"):
            rows.append((*to_grid.transform(node.lon, node.lat), float(node.tags["ele"])))
    return np.array(rows)


def merge_copies(readings: FloatArray, within_m: float = SAME_READING_M) -> FloatArray:
    """Replace equal heights within `within_m` (m) of each other by one at their mean place.

    A copy left in would predict its twin exactly and flatter the leave-one-out error.
    """
    near = cKDTree(readings[:, :2]).query_pairs(within_m, output_type="ndarray")
    near = near[readings[near[:, 0], 2] == readings[near[:, 1], 2]]
    n = len(readings)
    graph = coo_array((np.ones(len(near)), (near[:, 0], near[:, 1])), shape=(n, n))
    label = connected_components(graph, directed=False)[1]
    return np.array([readings[label == k].mean(axis=0) for k in range(label.max() + 1)])


def read_shore(pbf: Path, step_m: float = SHORE_STEP_M) -> FloatArray:
    """Read points of the sea shore, at least `step_m` (m) apart.

    The extract cuts ways without adding a node at its border, so only segments with
    both ends inside are used. Ponds and fountains are not at sea level.

    Returns
    -------
    ndarray of shape (m, 2)
        Easting and northing in m.
    """
    to_grid = Transformer.from_crs("EPSG:4326", CRS, always_xy=True)
    dense: list[FloatArray] = []
    for way in osmium.FileProcessor(str(pbf), osmium.osm.NODE | osmium.osm.WAY).with_locations():
        if not isinstance(way, osmium.osm.Way):
            continue
        if way.tags.get("natural") != "coastline" and way.id != TOOLONLAHTI:
            continue
        nodes = [n.location for n in way.nodes]
        for a, b in pairwise(nodes):
            if a.valid() and b.valid():
                ends = [to_grid.transform(a.lon, a.lat), to_grid.transform(b.lon, b.lat)]
                dense.extend(shapely.get_coordinates(shapely.segmentize(shapely.LineString(ends), 5.0)))
    kept: list[FloatArray] = []
    for point in dense:
        if all(np.hypot(*(point - other)) >= step_m for other in kept):
            kept.append(point)
    return np.array(kept)


def read_controls(pbf: Path) -> Controls:
    """Read and clean everything the surface is fitted to."""
    return Controls(merge_copies(read_readings(pbf)), read_shore(pbf))


def fit_surface(controls: Controls) -> Callable[[FloatArray], FloatArray]:
    """Fit a smoothing thin-plate spline through readings and shore.

    Returns
    -------
    callable
        Heights in m, shape (k,), at eastings and northings in m, shape (k, 2). Never
        below 0 m: past the shore the spline dips, but nothing here lies below the sea.
    """
    origin = controls.readings[:, :2].mean(axis=0)
    xy = np.vstack([controls.readings[:, :2], controls.shore])
    height = np.r_[controls.readings[:, 2], np.zeros(len(controls.shore))]
    spline = RBFInterpolator((xy - origin) / 100.0, height, kernel="thin_plate_spline", smoothing=SMOOTHING)

    def surface(points: FloatArray) -> FloatArray:
        return np.maximum(np.asarray(spline((points - origin) / 100.0), dtype=np.float64), 0.0)

    return surface


def leave_one_out(controls: Controls, radius_m: float = 0.0) -> FloatArray:
    """Predict every reading from the others.

    Parameters
    ----------
    controls : Controls
        Readings and shore.
    radius_m : float
        With each reading all controls nearer than this (m) are held out too, which
        tells the error at that distance from the next control.

    Returns
    -------
    ndarray of shape (n,)
        Predicted minus read height in m.
    """
    readings, shore = controls.readings, controls.shore
    errors = np.empty(len(readings))
    for i, target in enumerate(readings):
        keep = np.hypot(*(readings[:, :2] - target[:2]).T) >= radius_m
        keep[i] = False
        far = np.hypot(*(shore - target[:2]).T) >= radius_m
        surface = fit_surface(Controls(readings[keep], shore[far]))
        errors[i] = surface(target[None, :2])[0] - target[2]
    return errors


def leave_pairs_out(controls: Controls, longest_m: float = PAIR_M) -> Pairs:
    """Predict both readings of every pair up to `longest_m` (m) apart from the others.

    Held out one at a time, two neighbours would each be predicted from the other, and
    their errors would look less alike than those of two cells between controls are.
    """
    readings = controls.readings
    near = cKDTree(readings[:, :2]).query_pairs(longest_m, output_type="ndarray")
    near = near[np.lexsort((near[:, 1], near[:, 0]))]
    errors = np.empty(near.shape)
    for row, pair in enumerate(near):
        surface = fit_surface(Controls(np.delete(readings, pair, axis=0), controls.shore))
        errors[row] = surface(readings[pair, :2]) - readings[pair, 2]
    distance = np.hypot(*(readings[near[:, 0], :2] - readings[near[:, 1], :2]).T)
    return Pairs(distance, errors[:, 0], errors[:, 1])


def rms(values: FloatArray) -> float:
    """Root mean square, in the unit of `values`."""
    return float(np.sqrt(np.mean(values**2)))


def correlation_length(pairs: Pairs, sigma_m: float) -> float:
    """Fit ``exp(-distance / length)`` to the correlation of the errors of held-out pairs.

    Parameters
    ----------
    pairs : Pairs
        Errors and distances in m.
    sigma_m : float
        Standard error of a height in m.

    Returns
    -------
    float
        The length in m.
    """

    def model(distance: FloatArray, length: float) -> FloatArray:
        return np.exp(-distance / length)

    product = pairs.first * pairs.second / sigma_m**2
    return float(curve_fit(model, pairs.distance, product, p0=[50.0])[0][0])


def slope_error_pct(distance_m: float, sigma_m: float, correlation_m: float) -> float:
    """Return the standard error in % of a slope over `distance_m`, from what the tags say."""
    return float(100 * sigma_m * np.sqrt(2 * (1 - np.exp(-distance_m / correlation_m))) / distance_m)


def grid_of(pbf: Path) -> tuple[Any, FloatArray, FloatArray]:
    """Lay the grid over the extract's bounding box, snapped outward to whole cells.

    Returns
    -------
    transform : affine.Affine
        From column and row to easting and northing in m.
    x : ndarray of shape (columns,)
        Eastings of the cell centres in m.
    y : ndarray of shape (rows,)
        Northings of the cell centres in m, north first.
    """
    with osmium.io.Reader(str(pbf)) as reader:
        box = reader.header().box()
    to_grid = Transformer.from_crs("EPSG:4326", CRS, always_xy=True)
    corners = (box.bottom_left.lon, box.bottom_left.lat, box.top_right.lon, box.top_right.lat)
    bounds = np.array(to_grid.transform_bounds(*corners))
    west, south = np.floor(bounds[:2] / CELL_M) * CELL_M
    east, north = np.ceil(bounds[2:] / CELL_M) * CELL_M
    x = np.arange(west + CELL_M / 2, east, CELL_M)
    y = np.arange(north - CELL_M / 2, south, -CELL_M)
    return from_origin(west, north, CELL_M, CELL_M), x, y


def interpolate(controls: Controls, x: FloatArray, y: FloatArray) -> NDArray[np.float32]:
    """Return heights in m, rows by columns, `NODATA` farther than `REACH_M` from any control."""
    centres = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    known = np.vstack([controls.readings[:, :2], controls.shore])
    distance, _ = cKDTree(known).query(centres)
    height = np.where(distance <= REACH_M, fit_surface(controls)(centres), NODATA)
    return height.reshape(len(y), len(x)).astype(np.float32)


def write_dem(pbf: Path, controls: Controls, out: Path, sigma_m: float, correlation_m: float) -> None:
    """Write the raster to `out`, with its error (m) and correlation length (m) as tags."""
    transform, x, y = grid_of(pbf)
    height = interpolate(controls, x, y)
    out.unlink(missing_ok=True)  # an old file would be updated in place and keep dead bytes
    with rasterio.open(
        out, "w", driver="GTiff", crs=CRS, transform=transform, width=len(x), height=len(y),
        count=1, dtype="float32", nodata=NODATA, compress="deflate", predictor=3, zlevel=9,
    ) as raster:  # fmt: skip
        raster.write(height, 1)
        raster.set_band_unit(1, "m")
        raster.update_tags(
            SAFEROUTE_SIGMA_M=f"{sigma_m:.2f}",
            SAFEROUTE_CORRELATION_M=f"{correlation_m:.0f}",
            SAFEROUTE_SOURCE="Helsinki sample, interpolated from OSM spot heights",
            SAFEROUTE_ATTRIBUTION="Heights interpolated from OpenStreetMap ele tags, ODbL 1.0",
        )


def report(controls: Controls, pairs: Pairs, sigma_m: float, correlation_m: float) -> str:
    """Print in two tables how wrong the heights (m) and the slopes (%) are."""
    lines = [
        f"{len(controls.readings)} readings, {len(controls.shore)} shore points",
        f"leave-one-out RMSE {sigma_m:.2f} m, correlation length {correlation_m:.0f} m",
        "",
        "controls held out within m: RMSE, median |error|, worst |error|, bias (m)",
    ]
    for radius in RADII_M:
        error = leave_one_out(controls, radius)
        size = np.abs(error)
        numbers = (rms(error), float(np.median(size)), float(size.max()), float(error.mean()))
        lines.append(f"{radius:6d}: " + " ".join(f"{v:6.2f}" for v in numbers))
    lines += ["", "pairs m apart: pairs, correlation of errors, slope error measured and by the tags (%)"]
    for low, high in pairwise(BINS_M):
        k = (pairs.distance >= low) & (pairs.distance < high)
        a, b, d = pairs.first[k], pairs.second[k], pairs.distance[k]
        rho = 2 * float(np.mean(a * b)) / float(np.mean(a**2 + b**2))
        by_tags = rms(np.array([slope_error_pct(v, sigma_m, correlation_m) for v in d]))
        lines.append(f"{low:4d}-{high:3d}: {k.sum():4d} {rho:6.2f} {100 * rms((a - b) / d):6.2f} {by_tags:6.2f}")
    lines += [f"slope over {d} m by the tags: ±{slope_error_pct(d, sigma_m, correlation_m):.1f} %" for d in (60, 200)]
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Write the raster and print its errors."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pbf", type=Path, default=HERE / "helsinki.osm.pbf", help="OpenStreetMap extract")
    parser.add_argument("--out", type=Path, default=HERE / "dem.tif", help="raster to write")
    options = parser.parse_args(argv)
    controls = read_controls(options.pbf)
    pairs = leave_pairs_out(controls)
    sigma_m = rms(leave_one_out(controls))
    correlation_m = correlation_length(pairs, sigma_m)
    write_dem(options.pbf, controls, options.out, sigma_m, correlation_m)
    print(report(controls, pairs, sigma_m, correlation_m))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
