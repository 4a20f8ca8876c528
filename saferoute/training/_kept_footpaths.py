"""The graph of ways on foot, as an earlier session around the same place made it."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from saferoute.products import recall_or_compute
from saferoute.training._build import build_footpaths
from saferoute.training._connectors import remember_walls
from saferoute.training._footpaths import FootpathGraph
from saferoute.training._squares import add_square_edges

if TYPE_CHECKING:
    from saferoute.model import Features
    from saferoute.products import Arrays

_ARRAYS = [field.name for field in fields(FootpathGraph) if field.name != "crs"]


def recall_or_build_footpaths(features: Features, crs: str) -> FootpathGraph:
    """Return the graph of ways on foot of some features in a coordinate system, and of lines across their squares."""

    def build() -> Arrays:
        graph = add_square_edges(build_footpaths(features), features, walls=remember_walls(features))
        return {name: getattr(graph, name) for name in _ARRAYS}

    return FootpathGraph(crs=crs, **recall_or_compute(features, "footpaths", [], build))
