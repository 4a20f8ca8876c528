"""The presenter of results: it shows and saves them by means of the reports, the exports and the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from saferoute.model import WGS84, Explanation, InvalidInput, Ranking, Session

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd
    from matplotlib.axes import Axes

    from saferoute.page import OfflineFigure
    from saferoute.report.closing import Details
    from saferoute.report.text import Parts

    AnyResult: TypeAlias = Ranking | Session | Explanation


class _ReportPresenter:
    """A presenter that uses `saferoute.report`, `saferoute.page` and `saferoute.exports`.

    Each method imports what it needs, because most programs use only one or two of them.
    """

    def format_line(self, result: AnyResult) -> str:
        """Return a result in one line, and what to do with it."""
        from saferoute.report import explanation, table, timetable

        if isinstance(result, Explanation):
            return f"Explanation: {explanation.fact_lines(result)[0]}. Next: print() tells why."
        if isinstance(result, Session):
            if not result:
                return "Session: no stretch can be reached. Next: .notes tell why."
            return f"{timetable.summary_lines(result)[0]} Next: print(), .map(), .save('run.gpx')."
        following = ", ".join(table.STEPS_IN_PYTHON) if result else ".exclusions() counts what is excluded"
        return f"Ranking: {table.heading_line(result)} Next: print(), {following}."

    def format_text(self, result: AnyResult) -> str:
        """Return a result as lines of text."""
        from saferoute.report.text import format_parts

        return format_parts(list_parts(result))

    def format_html(self, result: AnyResult) -> str:
        """Return a result as HTML for a notebook."""
        from saferoute.report import notebook

        if isinstance(result, Explanation):
            return notebook.explanation_html(result)
        return notebook.session_html(result) if isinstance(result, Session) else notebook.ranking_html(result)

    def build_table(self, result: Ranking | Session, layer: str, crs: Any) -> gpd.GeoDataFrame:
        """Return a layer of a result as a table of plain values in a CRS."""
        from pyproj.exceptions import CRSError

        from saferoute.exports import build_tables

        named = build_tables(result)
        if layer not in named:
            raise InvalidInput(f"layer {layer!r}: choose one of {', '.join(named)}")
        try:
            return named[layer].to_crs(crs)
        except (CRSError, ValueError) as error:
            raise InvalidInput(f"crs {crs!r} is no coordinate system; write one as in EPSG:3067") from error

    def explain_stretch(self, ranking: Ranking, i: int) -> Explanation:
        """Return the explanation of the stretch of rank `i`."""
        import geopandas as gpd

        found = ranking.stretches[ranking.stretches["rank"] == i]
        if not len(found):
            ranks = f"ranks are 1 to {len(ranking)}"
            there = ranks if ranking else "nothing was found; `excluded` tells what is excluded, and why"
            raise InvalidInput(f"no stretch has rank {i!r}: {there}")
        here = gpd.points_from_xy([ranking.place.lon], [ranking.place.lat], crs=WGS84).to_crs(ranking.area.crs)[0]
        row = {str(key): value for key, value in found.iloc[0].items()}
        away_m = float(row["geometry"].distance(here))
        return Explanation(
            away_m, recommended=True, row=row, ranking=ranking, subject=f"Stretch {i}", presenter=ranking.presenter
        )

    def explain_data(self, result: AnyResult) -> pd.DataFrame:
        """Return what the search of a result met in its data and did not understand."""
        from saferoute.report.register import build_register

        return build_register(result if isinstance(result, Ranking) else result.ranking)

    def draw_map(self, result: Ranking | Session) -> OfflineFigure:
        """Return a result as a map."""
        from saferoute.page import make_figure

        return make_figure(result)

    def explore_map(self, result: Ranking | Session) -> OfflineFigure:
        """Return a result as a map, and open the browser where no notebook shows it."""
        from saferoute.page.explore import explore_map

        return explore_map(result)

    def plot_map(self, ranking: Ranking, ax: Axes | None) -> Axes:
        """Return axes of matplotlib with a map of a ranking."""
        from saferoute.page.plot import plot_ranking

        return plot_ranking(ranking, ax)

    def list_columns(self) -> pd.DataFrame:
        """Return what the columns of stretches mean."""
        from saferoute.exports.layers import tabulate_columns

        return tabulate_columns()

    def save_file(self, result: Ranking | Session, path: Path) -> None:
        """Write a result in the format of the path's suffix."""
        from saferoute.search.formats import write_file

        write_file(result, path)


PRESENTER = _ReportPresenter()
"""The presenter that searches attach to their results."""


def list_parts(result: AnyResult, details: Details | None = None) -> Parts:
    """Return the parts of the text of a result: its first line, its table and the lines below.

    Parameters
    ----------
    result : Ranking, Session or Explanation
    details : Details, optional
        What is shown besides the most important.

    Returns
    -------
    Parts
    """
    from saferoute.report.closing import BRIEF

    details = details or BRIEF
    if isinstance(result, Explanation):
        from saferoute.report.explanation import explanation_parts

        return explanation_parts(result, details)
    if isinstance(result, Session):
        from saferoute.report.timetable import session_parts

        return session_parts(result, details)
    from saferoute.report.table import ranking_parts

    return ranking_parts(result, details)
