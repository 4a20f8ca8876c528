"""The base of results that show, draw and save themselves.

The work is done by rooms above, which write pages and files; a search hands
them to its results as a `Presenter`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from saferoute.model.errors import InvalidInput
from saferoute.model.places import WGS84

if TYPE_CHECKING:
    import geopandas as gpd


class Presenter(Protocol):
    """Something that can show, explain, draw and save results."""

    def format_line(self, result: Any) -> str:
        """Return a result in one line."""
        ...

    def format_text(self, result: Any) -> str:
        """Return a result as lines of text."""
        ...

    def format_html(self, result: Any) -> str:
        """Return a result as HTML for a notebook."""
        ...

    def build_table(self, result: Any, layer: str, crs: Any) -> gpd.GeoDataFrame:
        """Return a layer of a result as a table of plain values in a coordinate system."""
        ...

    def explain_stretch(self, ranking: Any, i: int) -> Any:
        """Return the explanation of the stretch of rank `i`."""
        ...

    def draw_map(self, result: Any) -> Any:
        """Return a result as a map."""
        ...

    def save_file(self, result: Any, path: Path) -> None:
        """Write a result in the format of the path's suffix."""
        ...


@dataclass(frozen=True, repr=False)
class Result:
    """Base of what a search returns.

    A notebook shows a result as a table with its notes; ``print`` shows what
    the command line prints.

    Attributes
    ----------
    presenter : Presenter, optional
        Set by a search. A result made without one holds its data, and cannot be shown or saved.
    """

    presenter: Presenter | None = field(default=None, kw_only=True, compare=False)

    def __str__(self) -> str:
        """Return the result as lines of text."""
        return self._require_presenter().format_text(self)

    def __repr__(self) -> str:
        """Return one line."""
        return f"<{self.presenter.format_line(self)}>" if self.presenter else object.__repr__(self)

    def _repr_html_(self) -> str:
        return self._require_presenter().format_html(self)

    def _require_presenter(self) -> Presenter:
        if self.presenter is None:
            raise InvalidInput(
                f"this {type(self).__name__} was not made by a search and has nothing to show it; "
                "set one: dataclasses.replace(result, presenter=saferoute.search.PRESENTER)"
            )
        return self.presenter


@dataclass(frozen=True, repr=False)
class MappedResult(Result):
    """Base of results that can be drawn on a map and saved."""

    def map(self) -> Any:
        """Return a map that a notebook shows, and that ``save(path)`` writes as a page.

        Returns
        -------
        OfflineFigure
            A Folium figure. It needs no network. In a notebook that is not
            trusted it is a still picture.
        """
        return self._require_presenter().draw_map(self)

    def save(self, path: Path | str) -> Path:
        """Write the result in the format of the path's suffix, whole or not at all.

        Parameters
        ----------
        path : path
            Ends with ``.html``, ``.geojson``, ``.gpx``, ``.gpkg``, ``.parquet``,
            ``.fgb``, ``.kml`` or ``.csv``; a session's also with ``.fit``, a course
            for a watch, or ``.workout.fit``, its steps as a workout.

        Returns
        -------
        Path
            Where it was written; ``~`` is the user's folder.

        Raises
        ------
        InvalidInput
            If no format has this suffix, or the file cannot be written.
        """
        written = Path(path).expanduser()
        self._require_presenter().save_file(self, written)
        return written

    def _build_table(self, layer: str, crs: Any = WGS84) -> gpd.GeoDataFrame:
        return self._require_presenter().build_table(self, layer, crs)
