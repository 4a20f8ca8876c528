"""The version of this package, for files, servers and workers that are told it."""

__version__ = "0.1.0"
