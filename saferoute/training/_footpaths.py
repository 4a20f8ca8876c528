"""The graph of ways that one may run forwards on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from saferoute.table import Column, Tags
from saferoute.training._costs import is_road
from saferoute.training._pairs import NodePairs

if TYPE_CHECKING:
    import geopandas as gpd
    import networkx as nx
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray

_OF_EDGES = ("start", "end", "lines", "length_m", "cost", "way", "highway", "name", "crossings", "green")


@dataclass(frozen=True)
class FootpathGraph:
    """Ways for feet between their junctions, as arrays.

    Attributes
    ----------
    crs : str
    node_id : ndarray of shape (n,)
        OSM ids; negative for nodes that were added on or off a way.
    xy : ndarray of shape (n, 2)
    start, end : ndarray of shape (e,)
        Nodes of each edge, which may be run both ways.
    lines : ndarray of e LineStrings
        From start to end.
    length_m, cost : ndarray of shape (e,)
        Cost is a length weighted by roads, crossings and the like.
    way : ndarray of shape (e,)
        OSM id of the way, −1 = straight over open ground.
    highway, name : ndarray of e str
        ``""`` where there is none.
    crossings : ndarray of shape (e,)
        Roads that are crossed on it; half a one for each end at a road.
    green : ndarray of bool of shape (e,)
        Whether its middle lies in a park, a wood or the like.
    part : ndarray of shape (n,)
        Which connected part a node belongs to; 0 is the longest.
    part_m : ndarray of shape (parts,)
        Metres of each part.
    """

    crs: str
    node_id: IntArray
    xy: FloatArray
    start: IntArray
    end: IntArray
    lines: NDArray[np.object_]
    length_m: FloatArray
    cost: FloatArray
    way: IntArray
    highway: NDArray[np.object_]
    name: NDArray[np.object_]
    crossings: FloatArray
    green: BoolArray
    part: IntArray
    part_m: FloatArray

    def __len__(self) -> int:
        """Return the number of edges."""
        return len(self.start)

    @property
    def on_road(self) -> BoolArray:
        """Mask of edges that are roads for motor traffic."""
        return is_road(Tags(len(self.highway), {"highway": Column.from_texts(self.highway)}.get))

    @cached_property
    def pairs(self) -> NodePairs:
        """Pairs of nodes with an edge between them, which all searches share, whatever the costs."""
        return NodePairs.from_edges(self.start, self.end, len(self.node_id))

    def select_edges(self, which: BoolArray | IntArray) -> FootpathGraph:
        """Return the graph with some of its edges; nodes and parts stay."""
        chosen: dict[str, Any] = {name: getattr(self, name)[which] for name in _OF_EDGES}
        return replace(self, **chosen)

    def append_edges(self, more: FootpathGraph) -> FootpathGraph:
        """Return the graph with the edges of another on the same nodes; parts stay."""
        both: dict[str, Any] = {n: np.concatenate([getattr(self, n), getattr(more, n)]) for n in _OF_EDGES}
        return replace(self, **both)

    def append_nodes(self, xy: FloatArray) -> FootpathGraph:
        """Return the graph with nodes added, shape (k, 2), below all ids it has, and its parts numbered anew."""
        lowest = min(int(self.node_id.min(initial=0)), 0)
        ids = lowest - 1 - np.arange(len(xy))
        grown = replace(self, node_id=np.concatenate([self.node_id, ids]), xy=np.concatenate([self.xy, xy]))
        return grown.number_parts()

    def number_parts(self) -> FootpathGraph:
        """Return the graph with its connected parts numbered, the longest first."""
        from scipy import sparse  # .15 s that a session which is kept need not wait for
        from scipy.sparse import csgraph

        n = len(self.node_id)
        matrix = sparse.coo_array((np.ones(len(self)), (self.start, self.end)), shape=(n, n))
        count, label = csgraph.connected_components(matrix, directed=False) if n else (0, np.zeros(0, dtype=np.int64))
        metres = np.bincount(label[self.start], weights=self.length_m, minlength=count).astype(float)
        order = np.argsort(-metres, kind="stable")
        number = np.empty(count, dtype=np.int64)
        number[order] = np.arange(count)
        return replace(self, part=number[label], part_m=metres[order])

    def clip_to_circle(self, xy: FloatArray, radius_m: float) -> FootpathGraph:
        """Return the graph without the edges that end beyond a circle; nodes and parts stay."""
        near = np.hypot(*(self.xy - xy).T) <= radius_m
        return self.select_edges(near[self.start] & near[self.end])

    def to_networkx(self, crs: str | None = None) -> nx.MultiDiGraph:
        """Return the graph as OSMnx has them, every edge in both directions.

        Parameters
        ----------
        crs : str, optional
            Coordinates of the result: by default the graph's own, in metres;
            ``"EPSG:4326"`` gives degrees, which `osmnx.distance.nearest_nodes`
            takes as longitude and latitude.

        Returns
        -------
        networkx.MultiDiGraph
            Nodes by OSM id with ``x``, ``y`` and ``street_count``; edges with ``osmid``,
            ``length`` (m), ``cost``, ``highway``, ``name``, ``oneway``, ``reversed`` and
            ``geometry``.
        """
        from osmnx import convert, projection

        attributes = {"crs": self.crs, "simplified": True}
        graph = convert.graph_from_gdfs(self._tabulate_nodes(), self._tabulate_edges(), graph_attrs=attributes)
        return graph if crs is None else projection.project_graph(graph, to_crs=crs)

    def _tabulate_nodes(self) -> gpd.GeoDataFrame:
        """Return the nodes by OSM id, as OSMnx takes them."""
        import geopandas as gpd
        import pandas as pd

        degree = np.bincount(np.r_[self.start, self.end], minlength=len(self.node_id))
        return gpd.GeoDataFrame(
            {"x": self.xy[:, 0], "y": self.xy[:, 1], "street_count": degree},
            index=pd.Index(self.node_id, name="osmid"),
            geometry=shapely.points(self.xy),
            crs=self.crs,
        )

    def _tabulate_edges(self) -> gpd.GeoDataFrame:
        """Return the edges in both directions by the ids of their nodes and a number, as OSMnx takes them."""
        import geopandas as gpd

        ids = self.node_id
        edges = gpd.GeoDataFrame(
            {
                "u": np.r_[ids[self.start], ids[self.end]],
                "v": np.r_[ids[self.end], ids[self.start]],
                "osmid": np.r_[self.way, self.way],
                "length": np.r_[self.length_m, self.length_m],
                "cost": np.r_[self.cost, self.cost],
                "highway": [highway or "open ground" for highway in self.highway] * 2,
                "name": [name or None for name in self.name] * 2,
                "oneway": False,
                "reversed": np.repeat([False, True], len(self)),
            },
            geometry=np.r_[self.lines, shapely.reverse(self.lines)],
            crs=self.crs,
        )
        edges["key"] = edges.groupby(["u", "v"]).cumcount()
        return edges.set_index(["u", "v", "key"])
