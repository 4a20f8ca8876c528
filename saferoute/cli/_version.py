"""``saferoute --version``: its own, and those of the libraries that data pass through."""

from __future__ import annotations

import argparse
import platform
import sys
from typing import Any

from saferoute.version import __version__


class Action(argparse.Action):
    """Print the versions and end; libraries are asked only then."""

    def __init__(self, option_strings: list[str], dest: str, **options: Any) -> None:
        super().__init__(option_strings, dest, nargs=0, default=argparse.SUPPRESS, **options)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        """Print, and exit with 0."""
        from saferoute.sources.libraries import list_versions

        rows = [("Python", f"{platform.python_version()} on {sys.platform} {platform.machine()}"), *list_versions()]
        width = max(len(name) for name, _ in rows)
        print(f"saferoute {__version__}")
        for name, version in rows:
            print(f"{name:{width}}  {version}")
        parser.exit()
