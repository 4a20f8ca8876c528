"""Heights of several sources fall into their places; a grid of tiles reads as one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from saferoute.sources.elevation.samples import (
    InTurn,
    distinct_keys,
    gather_heights,
    interpolate_between,
    merge_heights,
    read_heights_where,
    unknown_heights,
)


class Known:
    """A source that knows the points east of a line."""

    def __init__(self, name, east_of, notes=(), above_m=0.0):
        self.name, self.east_of, self.notes, self.above_m, self.asked = name, east_of, notes, above_m, []

    def read_heights(self, xy, _crs):
        self.asked.append(len(xy))
        known = xy[:, 0] > self.east_of
        blank = unknown_heights(len(xy))
        return replace(
            blank,
            elevation_m=np.where(known, xy[:, 0] + self.above_m, np.nan),
            sigma_m=np.where(known, 0.5, np.nan),
            cell_m=np.where(known, 1.0, np.nan),
            source=np.where(known, 0, -1),
            sources=(self.name,),
            surface_model=known,
            attribution=(f"© {self.name}",),
            notes=self.notes,
        )


XY = np.column_stack([np.arange(10.0), np.zeros(10)])


def test_later_source_is_asked_for_what_is_missing_only():
    first, second = Known("a", 5, ("a is slow",)), Known("b", 2)
    samples = InTurn([first, second]).read_heights(XY, "")
    assert (first.asked, second.asked) == ([10], [6])
    assert np.isnan(samples.elevation_m[:3]).all()
    np.testing.assert_array_equal(samples.elevation_m[3:], np.arange(3.0, 10))
    assert samples.source.tolist() == [-1, -1, -1, 1, 1, 1, 0, 0, 0, 0]
    assert (samples.sources, samples.notes) == (("a", "b"), ("a is slow",))
    assert samples.attribution == ("© a", "© b")


def test_second_source_rests_while_the_first_knows_all():
    second = Known("b", 2)
    InTurn([Known("a", -1), second]).read_heights(XY, "")
    assert second.asked == []


def test_nobody_is_thanked_for_nothing():
    samples = InTurn([Known("a", 99, ("a is out",))]).read_heights(XY, "")
    assert (samples.attribution, samples.notes) == ((), ("a is out",))


def test_a_step_between_sources_is_said_and_makes_errors_larger():
    assert InTurn([Known("a", 5), Known("b", -1)]).read_heights(XY, "").notes == ()
    found = InTurn([Known("a", 5), Known("b", -1, above_m=30.0)]).read_heights(XY, "")
    assert len([note for note in found.notes if "differ by" in note]) == 1
    assert (found.sigma_m[np.isfinite(found.elevation_m)] > 25).all()


def test_points_elsewhere_stay_unknown():
    where = XY[:, 0] < 8
    samples = read_heights_where(Known("a", 5), XY, "", where=where)
    assert np.flatnonzero(np.isfinite(samples.elevation_m)).tolist() == [6, 7]
    assert read_heights_where(Known("a", 5), XY, "", where=np.zeros(10, bool)).sources == ()


def test_filling_leaves_the_samples_as_they_were():
    blank = unknown_heights(10)
    merge_heights(blank, Known("a", 5).read_heights(XY, ""), np.ones(10, bool))
    assert np.isnan(blank.elevation_m).all()


def test_cells_are_gathered_from_their_tiles():
    keys = np.array([[1, 0], [0, 0], [1, 0], [-2, 5]])
    at = np.array([[0, 1], [1, 1], [1, 0], [0, 0]])
    tiles = {(1, 0): np.array([[1.0, 2], [3, 4]]), (0, 0): np.array([[5.0, 6], [7, 8]]), (-2, 5): None}
    np.testing.assert_array_equal(gather_heights(keys, at, tiles.__getitem__), [2, 8, 3, np.nan])
    assert distinct_keys(keys) == [(-2, 5), (0, 0), (1, 0)]
    assert distinct_keys(keys[:0]) == []


@pytest.mark.parametrize(("low", "high", "share", "result"), [(1, 3, 0.5, 2), (1, np.nan, 0, 1), (np.nan, 3, 1, 3)])
def test_height_of_no_weight_may_be_unknown(low, high, share, result):
    assert interpolate_between(np.array([low]), np.array([high]), np.array([share])) == [result]
    assert np.isnan(interpolate_between(np.array([np.nan]), np.array([1.0]), np.array([0.5])))[0]
