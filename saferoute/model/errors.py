"""The errors that saferoute raises, as a tree of classes.

::

    SaferouteError            exit code 1
    ├── InvalidInput          2  a value, file or option breaks a stated rule
    │   ├── InvalidProfile    2  a profile does
    │   └── NoCoverage        2  a raster that was asked for covers nothing here
    ├── PlaceNotFound         3  no such place in the data at hand
    └── SourceUnavailable     4  a service did not answer

A search that finds nothing raises no error. It returns an empty
`saferoute.model.Ranking` whose exclusions are counted (exit code 5).
"""

from __future__ import annotations


class SaferouteError(Exception):
    """Base of errors that a user can act on; messages name the value, the rule and the way out."""

    exit_code = 1


class InvalidInput(SaferouteError):
    """A value, file or option breaks a stated rule."""

    exit_code = 2


class InvalidProfile(InvalidInput):
    """A profile file breaks the rules of profiles."""


class NoCoverage(InvalidInput):
    """A raster that was asked for covers nothing of the area."""


class PlaceNotFound(SaferouteError):
    """The place is not in the data at hand."""

    exit_code = 3


class SourceUnavailable(SaferouteError):
    """A service did not answer within its bounds."""

    exit_code = 4
