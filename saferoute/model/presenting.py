"""Base classes of results that can be shown, drawn and saved.

Packages above do that work, as they write pages and files. A search hands them
to its results as a `Presenter`, so that nothing here needs to import them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from saferoute.model.errors import InvalidInput
from saferoute.model.places import WGS84

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd


class Presenter(Protocol):
    """Protocol of objects that show, explain, draw and save results."""

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

    def explain_data(self, result: Any) -> pd.DataFrame:
        """Return what a search met in its data and did not understand."""
        ...

    def draw_map(self, result: Any) -> Any:
        """Return a result as a map."""
        ...

    def explore_map(self, result: Any) -> Any:
        """Return a result as a map, and show it where no notebook does."""
        ...

    def plot_map(self, ranking: Any, ax: Any) -> Any:
        """Return axes of matplotlib with a map of a ranking."""
        ...

    def list_columns(self) -> pd.DataFrame:
        """Return what the columns of stretches mean."""
        ...

    def save_file(self, result: Any, path: Path) -> None:
        """Write a result in the format of the path's suffix."""
        ...


@dataclass(frozen=True, repr=False)
class Result:
    """Base of all results of a search.

    A notebook shows a result as a table with its notes; ``print`` shows what
    the command line prints.

    Attributes
    ----------
    presenter : Presenter, optional
        Set by a search. Without one a result holds its data but cannot be shown or saved.
    """

    presenter: Presenter | None = field(default=None, kw_only=True, compare=False)

    def __str__(self) -> str:
        """Return the result as lines of text."""
        return self._require_presenter().format_text(self)

    def __repr__(self) -> str:
        """Return the result in one line, or Python's default without a presenter."""
        return f"<{self.presenter.format_line(self)}>" if self.presenter else object.__repr__(self)

    def explain_data(self) -> pd.DataFrame:
        """Return what the search met in its data and did not understand, commonest first.

        Returns
        -------
        DataFrame
            ``what``: ``tag`` (a value that nobody here can read), ``part missing``
            (areas cut off or with a broken outline), or ``note`` (on map or
            heights). ``key`` and ``value`` of the tag, or the kind of area, or the
            note; ``count`` of objects, and ``example``, one of them, as in ``way/123``.
            Texts are those of the map: they may hold anything.

        Raises
        ------
        InvalidInput
            If the result was not made by a search.
        """
        return self._require_presenter().explain_data(self)

    def _repr_html_(self) -> str:
        return self._require_presenter().format_html(self)

    def _require_presenter(self) -> Presenter:
        """Return the presenter, or raise `InvalidInput` if there is none."""
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
        """Return a map that notebooks display and that ``save(path)`` writes as a page.

        Returns
        -------
        OfflineFigure
            A Folium figure that needs no network. In untrusted notebooks it is
            a still picture.

        Raises
        ------
        InvalidInput
            If the result was not made by a search.
        """
        return self._require_presenter().draw_map(self)

    def explore(self) -> Any:
        """Show the map, and return it: a notebook shows what its cell returns, elsewhere the browser opens it.

        Returns
        -------
        OfflineFigure
            As from `map`.

        Raises
        ------
        InvalidInput
            If the result was not made by a search.
        """
        return self._require_presenter().explore_map(self)

    def save(self, path: Path | str) -> Path:
        """Write the result to a file in the format of its suffix, completely or not at all.

        Parameters
        ----------
        path : path
            Ends with ``.html``, ``.geojson``, ``.gpx``, ``.gpkg``, ``.parquet``,
            ``.fgb``, ``.kml``, ``.csv`` or ``.semicolon.csv``; a session's also with ``.fit``, a course
            for a watch, or ``.workout.fit``, its steps as a workout.

        Returns
        -------
        Path
            The file written, with ``~`` expanded to the user's folder.

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
