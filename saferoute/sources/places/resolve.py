"""Finding of places: from what a text means to a point."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from saferoute.model import Place
from saferoute.sources.places.coordinates import Name, read_place
from saferoute.sources.places.grids import ShortCode, recover_code

if TYPE_CHECKING:
    from saferoute.sources.places.links import ObjectReference


class Finder(Protocol):
    """What knows where names and objects are: an extract or a service."""

    def find_name(self, text: str, pick: int | None = None) -> Place:
        """Return the place of a name or an address in words; `pick` is the number of the match, from 1."""
        ...

    def find_object(self, reference: ObjectReference) -> Place:
        """Return the place of an object."""
        ...


def find_place(text: str, finder: Finder, pick: int | None = None) -> Place:
    """Return the place that a text stands for, asking `finder` only for what the text itself does not tell.

    Parameters
    ----------
    text : str
        See `saferoute.sources.places.coordinates.read_place`.
    finder : Finder
    pick : int, optional
        Number of the match to choose, from 1 on, where several have the name; by default the first.

    Raises
    ------
    InvalidInput
        If the text breaks a rule, or `pick` is not the number of a match.
    PlaceNotFound
        If the finder knows no such name or object.
    SourceUnavailable
        If a service does not answer.
    """
    meant = read_place(text)
    if isinstance(meant, Place):
        return meant
    if isinstance(meant, Name):
        return finder.find_name(meant.text, pick)
    if isinstance(meant, ShortCode):
        near = find_place(meant.near, finder, pick)
        lat, lon = recover_code(meant.code, near.lat, near.lon)
        return Place(f"{meant.code} {near.name}", lon, lat, near.others)
    return finder.find_object(meant)
