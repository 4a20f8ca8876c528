"""``saferoute --version``: print the versions of saferoute and of the libraries it uses."""

from __future__ import annotations

import platform
import sys
from typing import TYPE_CHECKING

from saferoute.version import __version__

if TYPE_CHECKING:
    import click


def print_versions(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    """Print the versions and exit (callback of ``--version``)."""
    # click calls this for every command line; only a request may import the libraries.
    if not asked or ctx.resilient_parsing:
        return
    from saferoute.libraries import list_versions

    rows = [("Python", f"{platform.python_version()} on {sys.platform} {platform.machine()}"), *list_versions()]
    width = max(len(name) for name, _ in rows)
    print(f"saferoute {__version__}")
    for name, version in rows:
        print(f"{name:{width}}  {version}")
    ctx.exit()
