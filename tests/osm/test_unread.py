"""Tags that nobody understands are named; what is read in odd writing is not."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from saferoute.osm import slopes
from saferoute.osm.sports import is_other_track, is_walled_field
from saferoute.osm.unread import list_unread_tags


def test_each_tag_that_tells_of_the_ground_is_named_where_it_is_not_understood() -> None:
    odd = {
        "surface": "moss", "smoothness": "so so", "tracktype": "grade9", "width": "two carts", "incline": "quite",
        "access": "ask Bob", "lit": "moonlight", "sac_scale": "hard", "trail_visibility": "foggy", "atv": "maybe",
    }  # fmt: skip
    told = list_unread_tags(pd.DataFrame([odd, dict.fromkeys(odd)]))
    assert sorted(told[0]) == sorted(f"{key}={value}" for key, value in odd.items())
    assert told[1] == ()


@given(
    st.sampled_from(
        [("surface", "fine_gravel"), ("smoothness", "very_bad"), ("tracktype", "grade3"), ("sac_scale", "hiking")]
    ),
    st.sampled_from([str.upper, str.title, lambda text: text.replace("_", " "), lambda text: f"  {text} "]),
)
def test_odd_writing_is_understood(tag: tuple[str, str], write) -> None:
    key, value = tag
    assert list_unread_tags(pd.DataFrame({key: [write(value)]}))[0] == ()


def test_inclines_are_read_with_an_error_that_grows_with_them() -> None:
    told = slopes.read_inclines(pd.DataFrame({"incline": ["10 %", "-1:4", "0", "up", None]}))
    assert told.pct[:3].tolist() == [10.0, -25.0, 0.0]
    assert pd.isna(told.pct[3:]).all()
    assert told.sigma_pct[:3].tolist() == [2.5, 6.25, 1.5]


def test_inclines_in_words_tell_a_direction_or_that_it_is_steep() -> None:
    told = slopes.read_inclines(pd.DataFrame({"incline": ["up", "Down", "steep", "steep_down", "7%", "hilly"]}))
    assert told.direction.tolist() == [1, -1, 0, -1, 0, 0]
    assert (told.least_pct > 0).tolist() == [False, False, True, True, False, False]


def test_sports_that_nobody_here_knows_are_not_passed_over() -> None:
    pitch = pd.DataFrame({"leisure": "pitch", "sport": ["soccer", "bullfighting", "soccer;bullfighting", None]})
    assert is_walled_field(pitch).possible.tolist() == [False, True, True, False]
    track = pd.DataFrame(
        {"leisure": "track", "sport": ["running", "athletics;soccer", "running;motocross", "xyz", None]}
    )
    assert is_other_track(track).tolist() == [False, False, True, True, False]
