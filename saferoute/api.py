"""What one types in a notebook or script: `find`, `plan`, `explain`, and results that show themselves.

`saferoute.search` computes on sources that are handed to it, and knows no
file; here places, folders and rasters are named, and what comes back can be
looked at, turned into a table and saved.
"""

from __future__ import annotations

import io
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from saferoute import model, search
from saferoute.model import WGS84, InvalidInput, Profile, Wish
from saferoute.sources.open import LocalFiles, open_sources
from saferoute.sources.osm.extract import SUFFIXES
from saferoute.sources.profiles import load_profile
from saferoute.sources.settings import ELEVATIONS, Online

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from rich.console import RenderableType

    from saferoute.page import OfflineFigure
    from saferoute.sources.open import Sources

    Paths = Path | str | Sequence[Path | str]

__all__ = ["Explanation", "Ranking", "Session", "explain", "find", "plan"]

_COLUMNS_WIDE = 160


class Explanation(model.Explanation):
    """What is known of one way: how it scores and why, or which limit leaves it out.

    A notebook shows it as a table; ``print`` as ``saferoute explain`` does.

    Attributes
    ----------
    distance_m : float
        From the place to the way.
    recommended : bool
        True: `row` is a row of `Ranking.stretches`, else of `Ranking.excluded`.
    row : mapping
    ranking : saferoute.model.Ranking
    """

    def __str__(self) -> str:
        """Return the explanation as lines of text."""
        from saferoute.report.table import explanation_lines

        return "\n".join(explanation_lines(self, self._name_subject()))

    def __repr__(self) -> str:
        """Return one line."""
        from saferoute.report.table import fact_lines

        return f"<Explanation: {fact_lines(self, self._name_subject())[0]}>"

    def _repr_html_(self) -> str:
        from saferoute.report.notebook import explanation_html

        return explanation_html(self, self._name_subject())

    def _name_subject(self) -> str:
        return f"Stretch {self.row['rank']}" if self.recommended else "Nearest"


class Ranking(model.Ranking):
    """Stretches near a place, best first, and all that was left out, with reasons.

    A notebook shows it as a table with its notes; ``print`` as ``saferoute
    find`` does.

    Attributes
    ----------
    stretches : GeoDataFrame
        One LineString a stretch, in metres of ``area.crs``, in order of rank;
        columns as in docs/files.md, *GeoJSON*, and some for the map.
    excluded : GeoDataFrame
        Lines that were left out: ``reason``, ``rule``, ``length_m``, ``osm_ids``, ``name``.
    considered : mapping
        What was looked at: ``ways``, ``length_m``, ``windows``, ``stretches``.
    area, profile, features, attribution, notes, data_date, formula
        As in `saferoute.model.Ranking`.

    Examples
    --------
    >>> ranking = find("60.172,24.944", region="data/helsinki", radius_m=600)
    >>> ranking.to_geodataframe()[["length_m", "surface"]].shape[1]
    2
    >>> ranking.explain(1).recommended
    True
    """

    @classmethod
    def from_model(cls, ranking: model.Ranking) -> Self:
        """Return what `saferoute.search.find` gave, with the methods of this class."""
        return cls(**_field_values(ranking))

    def __len__(self) -> int:
        """Return the number of stretches."""
        return len(self.stretches)

    def __bool__(self) -> bool:
        """Return whether there is any stretch."""
        return len(self) > 0

    def __str__(self) -> str:
        """Return the table, what was left out and the notes as text."""
        from saferoute.report import table

        lines = ["Left out:", *table.exclusion_lines(self), "", *table.closing_lines(self)]
        return _render_text(table.heading_line(self), table.ranking_table(self) if self else None, lines)

    def __repr__(self) -> str:
        """Return one line."""
        from saferoute.report.table import heading_line

        return f"<Ranking: {heading_line(self)}>"

    def _repr_html_(self) -> str:
        from saferoute.report.notebook import ranking_html

        return ranking_html(self)

    def to_geodataframe(self, crs: Any = WGS84) -> gpd.GeoDataFrame:
        """Return the stretches as a table of plain values, as files have it.

        Parameters
        ----------
        crs : object
            What pyproj takes for a coordinate system; longitude and latitude
            by default, ``ranking.area.crs`` for metres.

        Returns
        -------
        GeoDataFrame
            A row a stretch, best first, with the columns of docs/files.md, *GeoJSON*
            (`saferoute.exports.schema.SCHEMA`); lists are joined by "; ",
            unknown is NaN. ``attrs`` holds attribution, licence, date of the
            data, caution and notes.

        Raises
        ------
        InvalidInput
            If `crs` is none.
        """
        return _layer_in_crs(self, "stretches", crs)

    def map(self) -> OfflineFigure:
        """Return a map that a notebook shows, and that ``save(path)`` writes as a page.

        Returns
        -------
        OfflineFigure
            A Folium figure. It needs no network. In a notebook that is not
            trusted it is a still picture.
        """
        from saferoute.page import make_figure

        return make_figure(self)

    def explain(self, i: int) -> Explanation:
        """Return how a stretch scores, and why.

        Parameters
        ----------
        i : int
            Its rank, from 1.

        Raises
        ------
        InvalidInput
            If no stretch has this rank.
        """
        found = self.stretches[self.stretches["rank"] == i]
        if not len(found):
            there = f"ranks are 1 to {len(self)}" if self else "nothing was found; `excluded` tells what was left out"
            raise InvalidInput(f"no stretch has rank {i!r}: {there}")
        import geopandas as gpd

        here = gpd.points_from_xy([self.place.lon], [self.place.lat], crs=WGS84).to_crs(self.area.crs)[0]
        row = {str(key): value for key, value in found.iloc[0].items()}
        return Explanation(float(row["geometry"].distance(here)), recommended=True, row=row, ranking=self)

    def save(self, path: Path | str) -> Path:
        """Write the ranking in the format of the path's suffix, whole or not at all.

        Parameters
        ----------
        path : path
            Ends with one of `saferoute.exports.FORMATS`: ``.html``,
            ``.geojson``, ``.gpx``, ``.gpkg``, ``.parquet``, ``.fgb``, ``.kml``, ``.csv``.

        Returns
        -------
        Path

        Raises
        ------
        InvalidInput
            If no format has this suffix, or the file cannot be written.
        """
        return _save_result(self, path)


class Session(model.Session):
    """A run through some stretches and home again.

    A notebook shows it as a timetable with its notes; ``print`` as
    ``saferoute plan`` does.

    Attributes
    ----------
    steps, sections, track, figures, wish, notes
        As in `saferoute.model.Session`; columns as in docs/files.md.
    ranking : Ranking
        Where the stretches come from.
    """

    @classmethod
    def from_model(cls, session: model.Session) -> Self:
        """Return what `saferoute.search.plan` gave, with the methods of this class."""
        return cls(**{**_field_values(session), "ranking": Ranking.from_model(session.ranking)})

    def __len__(self) -> int:
        """Return the number of steps."""
        return len(self.steps)

    def __bool__(self) -> bool:
        """Return whether there is anything to run."""
        return len(self) > 0

    def __str__(self) -> str:
        """Return the timetable, what to check and the notes as text."""
        from saferoute.report import timetable

        if not self:
            return "\n".join(timetable.closing_lines(self))
        first, *others = timetable.summary_lines(self)
        return _render_text(first, timetable.steps_table(self), [*others, "", *timetable.closing_lines(self)])

    def __repr__(self) -> str:
        """Return one line."""
        from saferoute.report.timetable import summary_lines

        return f"<{summary_lines(self)[0] if self else 'Session: no stretch can be reached'}>"

    def _repr_html_(self) -> str:
        from saferoute.report.notebook import session_html

        return session_html(self)

    def to_geodataframe(self, layer: str = "steps", *, crs: Any = WGS84) -> gpd.GeoDataFrame:
        """Return the steps or the sections as a table of plain values, as files have it.

        Parameters
        ----------
        layer : str
            ``steps`` or ``sections``.
        crs : object
            As of `Ranking.to_geodataframe`.

        Raises
        ------
        InvalidInput
            If there is no such layer, or `crs` is none.
        """
        return _layer_in_crs(self, layer, crs)

    def map(self) -> OfflineFigure:
        """Return a map with the route and a card to print, as `Ranking.map` does."""
        from saferoute.page import make_figure

        return make_figure(self)

    def save(self, path: Path | str) -> Path:
        """Write the session in the format of the path's suffix, as `Ranking.save` does.

        Besides the suffixes of a ranking there are ``.fit``, a course for a
        watch, and ``.workout.fit``, its steps as a workout.
        """
        return _save_result(self, path)


def _field_values(thing: Any) -> dict[str, Any]:
    """Return the fields of a dataclass as they are, without copies."""
    return {field.name: getattr(thing, field.name) for field in fields(thing)}


def _layer_in_crs(thing: Ranking | Session, name: str, crs: Any) -> gpd.GeoDataFrame:
    from pyproj.exceptions import CRSError

    from saferoute.exports import build_tables

    named = build_tables(thing)
    if name not in named:
        raise InvalidInput(f"layer {name!r}: choose one of {', '.join(named)}")
    try:
        return named[name].to_crs(crs)
    except (CRSError, ValueError) as error:
        raise InvalidInput(f"crs {crs!r} is no coordinate system; write one as in EPSG:3067") from error


def _save_result(thing: Ranking | Session, path: Path | str) -> Path:
    from saferoute import exports

    exports.write_file(thing, Path(path).expanduser())
    return Path(path).expanduser()


def _render_text(first: str, table: RenderableType | None, lines: Sequence[str]) -> str:
    from rich.console import Console

    out = io.StringIO()
    if table is not None:
        Console(width=_COLUMNS_WIDE, file=out, highlight=False, markup=False, emoji=False).print(table)
    return "\n".join([first, *out.getvalue().splitlines(), *lines])


def find(  # noqa: PLR0913 - as many choices as the command has groups of options
    near: str,
    *,
    region: Paths | None = None,
    elevation: Paths | None = None,
    online: Online | None = None,
    profile: Profile | str | None = None,
    radius_m: float = 1500.0,
    top: int = 20,
) -> Ranking:
    """Find the stretches near a place, anywhere in the world.

    Parameters
    ----------
    near : str
        ``lat,lon``, ``geo:lat,lon`` or a name.
    region : path or sequence of path, optional
        A folder with extracts and elevation rasters, or extracts one by one.
        Without it the map comes from OpenStreetMap's servers.
    elevation : path, sequence of path or str, optional
        Rasters, or ``"mapterhorn"``, ``"glo30"``, ``"none"``. By default those
        of the region; without a region Mapterhorn, and GLO-30 behind it.
    online : saferoute.Online, optional
        How the network and the cache are used.
    profile : Profile or str, optional
        A level, the path of a profile's TOML file, or what
        `saferoute.load_profile` returns; the beginner's by default.
    radius_m : float
        How far around the place.
    top : int
        Most stretches to return.

    Returns
    -------
    Ranking
        Empty, with the exclusions counted, where nothing qualifies.

    Raises
    ------
    SaferouteError
        As its classes say in `saferoute.model`.

    Examples
    --------
    >>> ranking = find("60.172,24.944", region="data/helsinki", radius_m=800, top=3)
    >>> len(ranking), int(ranking.stretches["rank"].iloc[0])
    (3, 1)
    """
    sources = _open_inputs(region, elevation, online)
    found = search.find(
        search.area_around(sources.find_place(near, None), radius_m),
        features_of=sources.features,
        profile=_resolve_profile(profile),
        elevation_of=sources.elevation,
        top=top,
    )
    return Ranking.from_model(found)


def explain(
    near: str,
    *,
    region: Paths | None = None,
    elevation: Paths | None = None,
    online: Online | None = None,
    profile: Profile | str | None = None,
) -> Explanation:
    """Say of the way nearest to a place how it scores, or which limit leaves it out.

    Parameters
    ----------
    near, region, elevation, online, profile
        As of `find`.

    Returns
    -------
    Explanation

    Raises
    ------
    PlaceNotFound
        If there is no way within 250 m.
    SaferouteError
        As its classes say in `saferoute.model`.

    Examples
    --------
    >>> print(explain("60.1757,24.9470", region="data/helsinki").row["surface"])
    unpaved
    """
    sources = _open_inputs(region, elevation, online)
    answer = search.explain(
        sources.find_place(near, None),
        features_of=sources.features,
        profile=_resolve_profile(profile),
        elevation_of=sources.elevation,
    )
    return Explanation(**_field_values(answer))


def plan(
    near: str,
    *,
    region: Paths | None = None,
    elevation: Paths | None = None,
    online: Online | None = None,
    profile: Profile | str | None = None,
    wish: Wish | None = None,
) -> Session:
    """Plan a session from a place through recommended stretches near it, and home again.

    Parameters
    ----------
    near, region, elevation, online, profile
        As of `find`.
    wish : Wish, optional
        Week, time or distance; the first week and the level's own time by default.

    Returns
    -------
    Session
        Without steps, and with a note that says why, where no stretch can be reached.

    Raises
    ------
    SaferouteError
        As its classes say in `saferoute.model`.

    Examples
    --------
    >>> session = plan("60.172,24.944", region="data/helsinki", wish=Wish(week=3, time_s=1500))
    >>> session.sections["duration_s"].max() <= 30
    np.True_
    """
    sources = _open_inputs(region, elevation, online)
    planned = search.plan(
        sources.find_place(near, None),
        features_of=sources.features,
        profile=_resolve_profile(profile),
        elevation_of=sources.elevation,
        wish=wish or Wish(),
    )
    return Session.from_model(planned)


def _resolve_profile(profile: Profile | str | None) -> Profile:
    return profile if isinstance(profile, Profile) else load_profile(profile or "beginner")


def _open_inputs(
    region: Paths | None,
    elevation: Paths | None,
    online: Online | None,
) -> Sources:
    """Open what `find`, `explain` and `plan` are given."""
    folder, extracts = _split_region(region)
    word = elevation.lower() if isinstance(elevation, str) and elevation.lower() in ELEVATIONS else None
    rasters = [] if word else _list_paths(elevation)
    return open_sources(LocalFiles(folder, extracts, rasters), elevation=word, online=online, join=search.join_ways)


def _split_region(region: Paths | None) -> tuple[Path | None, list[Path]]:
    """Tell a folder of data from extracts one by one."""
    paths = _list_paths(region)
    if region is not None and not paths:
        raise InvalidInput("the region names no file: give a folder or extracts, or leave it out to search online")
    if len(paths) == 1 and not paths[0].name.lower().endswith(SUFFIXES):
        return paths[0], []
    return None, paths


def _list_paths(paths: Paths | None) -> list[Path]:
    if paths is None:
        return []
    return [Path(p) for p in ([paths] if isinstance(paths, (str, Path)) else paths)]
