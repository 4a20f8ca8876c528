"""Maps shown at once: below the cell of a notebook, or in the browser."""

from __future__ import annotations

import logging
import sys
import tempfile
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING

from saferoute.page import make_figure

if TYPE_CHECKING:
    from saferoute.model import Ranking, Session
    from saferoute.page._figure import OfflineFigure

_LOG = logging.getLogger(__name__)


def explore_map(thing: Ranking | Session) -> OfflineFigure:
    """Return a map of a result, which a notebook shows; elsewhere the browser opens it.

    Where no browser can be opened a warning is logged that tells where the map is.
    """
    figure = make_figure(thing)
    if not _is_in_notebook():
        path = Path(tempfile.mkdtemp(prefix="saferoute-")) / "map.html"
        figure.save(path)
        if not webbrowser.open(path.as_uri()):
            _LOG.warning("no browser can be opened here; the map is in %s", path)
    return figure


def _is_in_notebook() -> bool:
    """Return whether a notebook shows what a cell returns: a shell of IPython in a terminal does not."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return getattr(shell, "kernel", None) is not None
