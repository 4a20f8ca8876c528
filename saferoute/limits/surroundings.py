"""Grounds that close, ask for leave or cost money, and with them the ways and lawns within."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute.geometry import find_entering
from saferoute.osm import entry, ground
from saferoute.osm.tags import Tags

if TYPE_CHECKING:
    import shapely

    from saferoute.arrays import IntArray
    from saferoute.model import Features, Moment


class Surroundings:
    """Grounds around, asked for what may be done within.

    Parameters
    ----------
    features : Features
    moment : Moment, optional
        Hour at which they are asked; without it hours that change close nothing.

    Attributes
    ----------
    moment
    tags : Tags of n grounds
        Those with hours, a fee, or where it is not known whether everybody may go in.
    """

    def __init__(self, features: Features, moment: Moment | None) -> None:
        self.moment = moment
        of_areas, shapes = Tags.of(features.outlines), features.outlines.geometry.to_numpy()
        at_hour = entry.is_closed_at(of_areas, moment)
        around = entry.passes_on(of_areas)
        self._shut = shapes[ground.is_closed_to_strangers(of_areas) & ~at_hour.no]
        self._closed_at_hour = shapes[at_hour.yes & around]
        asked = ground.is_entered_by_leave(of_areas) | (around & entry.has_conditions(of_areas))
        self.tags, self._asked = of_areas.select_rows(asked), shapes[asked]

    def find_lines_on_shut_ground(self, lines: shapely.STRtree) -> IntArray:
        """Return which lines enter ground that is closed to strangers by its own tags."""
        return np.unique(find_entering(self._shut, lines)[1])

    def find_lines_closed_at_hour(self, lines: shapely.STRtree) -> IntArray:
        """Return which lines enter ground that is closed at the hour."""
        return np.unique(find_entering(self._closed_at_hour, lines)[1])

    def pair_with_lines(self, lines: shapely.STRtree) -> tuple[IntArray, IntArray]:
        """Return the pairs of grounds, as rows of `tags`, and the lines that enter them."""
        return find_entering(self._asked, lines)
