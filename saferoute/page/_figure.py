"""A branca figure that holds everything it needs and renders no text twice.

Stock Folium links a dozen files from content networks. It also passes rendered
text through Jinja once more, so that a tag ``{{ … }}`` is executed. Neither is
acceptable in a file that shows strangers' tags and is opened on a beach.
"""

# ruff: noqa: SLF001 - branca has no public way to its sections, ids and rendered texts
from __future__ import annotations

import re
from base64 import b64encode
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from branca.element import CssLink, Element, Figure, JavascriptLink, Link

from saferoute.model import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_MARK = "<!-- map -->"
_VENDORED = (
    (JavascriptLink, re.compile(r"/leaflet@1\.9\.\d+/dist/leaflet\.js$"), "leaflet.js"),
    (CssLink, re.compile(r"/leaflet@1\.9\.\d+/dist/leaflet\.css$"), "leaflet.css"),
)
_LOADS = re.compile(
    r"<(?:script|link|iframe|img)\b[^>]*?\b(?:src|href)\s*=\s*[\"']?\s*(?!data:)([^\"'\s>]+)", re.IGNORECASE
)
_VIEWPORT = re.compile(r"<meta\s+name=[\"']viewport[\"'][^>]*>", re.IGNORECASE)
_SANDBOX = "allow-scripts allow-popups allow-popups-to-escape-sandbox allow-modals"
"""Rights of a page in a notebook's frame.

It may run its scripts, open links in map apps and print. It has no origin and cannot reach its parent.
"""
SCRIPT = re.compile(r"<script>(.*?)</script>", re.IGNORECASE | re.DOTALL)
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_CSS_SPACE = re.compile(r"""("[^"]*"|'[^']*')|\s*([{};])\s*|([:,])\s+|\s*\n\s*""")
"""Strings, which stay, and what may be written without the space around it."""
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)


@cache
def read_asset(name: str) -> str:
    """Return the text of a file in ``assets``."""
    return files(__package__).joinpath("assets", name).read_text(encoding="utf-8")


class OfflineFigure(Figure):
    """A figure whose page loads nothing from a network.

    Parameters
    ----------
    title : str
        Plain text; it is escaped.
    body : str
        The static page; ``<!-- map -->`` marks where the map goes.
    css : str
        Style of the page, after that of the map.
    scripts : sequence of str
        Its behaviour, likewise.
    data : str
        Text that cannot close its script element (see `payload.pack_json`).
    picture : callable, optional
        Function that returns an SVG to show where a notebook lets no page run.

    Raises
    ------
    InvalidInput
        On rendering, if a layer links a script or style that is not in
        ``assets``.

    Notes
    -----
    Text elements in ``header``, ``html`` and ``script`` are written as they
    are, while branca would render them as templates.
    """

    def __init__(
        self,
        *,
        title: str,
        body: str = _MARK,
        css: str = "",
        scripts: Sequence[str] = (),
        data: str = "",
        picture: Callable[[], str] | None = None,
    ) -> None:
        super().__init__(title=title, height="720px")
        # This class writes the head itself, with the content policy in front.
        self.header._children.clear()
        self._body = body
        self._css = css
        self._scripts = scripts
        self._data = data
        self._picture = picture

    def render(self, **kwargs: Any) -> str:
        """Return the page as HTML.

        Parameters
        ----------
        **kwargs
            Passed on to the layers.
        """
        for number, element in enumerate(_walk_descendants(self)):
            # branca draws random ids; numbers let equal results give equal files.
            element._id = str(number)
        with self._restore_sections():
            for child in list(self._children.values()):
                child.render(**kwargs)
            head = _VIEWPORT.sub("", _render_section(self.header, **kwargs))
            html = _render_section(self.html, **kwargs)
            code = _render_section(self.script, **kwargs)
        return self._assemble_page(head, html, code)

    def _repr_html_(self, **kwargs: Any) -> str:
        """Return the page in a sandboxed frame, over a still picture of the map.

        A notebook that is not trusted removes frames and keeps pictures, so that its
        reader sees the picture.
        """
        page = escape(self.render(**kwargs))
        height = escape(str(self.height))
        return (
            f'<div style="position: relative; width: 100%; height: {height}; overflow: hidden">{self._still_picture()}'
            f'<iframe srcdoc="{page}" title="{escape(self.title or "Map")}" sandbox="{_SANDBOX}" '
            'style="position: absolute; top: 0; left: 0; width: 100%; height: 100%; border: 0; background: #fff" '
            "allowfullscreen></iframe></div>"
        )

    def _still_picture(self) -> str:
        if self._picture is None:
            return ""
        source = b64encode(self._picture().encode()).decode()
        return (
            f'<img alt="{escape(self.title or "Map")}" src="data:image/svg+xml;base64,{source}" '
            'style="display: block; max-width: 100%; max-height: 92%; margin: 0 auto">'
            '<p style="text-align: center">A picture of the map. Run the cell, or trust the notebook, '
            "for one that moves.</p>"
        )

    @contextmanager
    def _restore_sections(self) -> Iterator[None]:
        """Restore the sections on exit, so that a second rendering starts from the same state."""
        sections = (self.header, self.html, self.script)
        before = [section._children.copy() for section in sections]
        try:
            yield
        finally:
            for section, children in zip(sections, before, strict=True):
                section._children = children

    def _assemble_page(self, head: str, html: str, code: str) -> str:
        for part in (head, html):
            _refuse_loads(part)
        scripts = "\n".join(f"<script>{text}</script>" for text in (code, *self._scripts) if text.strip())
        # The policy stands first in the head: it does not bind what comes before it.
        before, _, after = self._body.partition(_MARK)
        return (
            "<!DOCTYPE html>\n"
            '<html lang="en">\n<head>\n'
            f'<meta http-equiv="Content-Security-Policy" content="{_content_policy(head + scripts)}">\n'
            '<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta name="color-scheme" content="light dark">\n'
            f"<title>{escape(self.title or '')}</title>\n"
            f"{head}\n<style>{shorten_style(self._css)}</style>\n</head>\n<body>\n"
            f"{before}{html}{after}\n"
            f'<script type="text/plain" id="saferoute-data">{self._data}</script>\n'
            f"{scripts}\n</body>\n</html>\n"
        )


def _walk_descendants(element: Element) -> Iterator[Element]:
    for child in element._children.values():
        yield child
        yield from _walk_descendants(child)


def _render_section(section: Element, **kwargs: Any) -> str:
    return "\n".join(_render_element(child, **kwargs) for child in section._children.values())


def _render_element(element: Element, **kwargs: Any) -> str:
    if isinstance(element, Link):
        return _inline_link(element)
    if element._template_str is not None:
        # Already rendered by the layer it comes from; branca would parse it as a template once more.
        return element._template_str
    return element.render(**kwargs)


def _inline_link(link: Link) -> str:
    for kind, pattern, name in _VENDORED:
        if isinstance(link, kind) and pattern.search(link.url):
            return f"<script>{read_script(name)}</script>" if kind is JavascriptLink else _style_element(name)
    raise _load_error(link.url)


def read_script(name: str) -> str:
    """Return a script in ``assets`` as it stands in a page."""
    return _SOURCE_MAP.sub("", read_asset(name))


def _style_element(name: str) -> str:
    return f"<style>{shorten_style(read_asset(name))}</style>"


def shorten_style(css: str) -> str:
    r"""Return a style without its comments, line breaks and the spaces that mean nothing.

    Examples
    --------
    >>> shorten_style('/* Wide */\na,\nb :hover {\n  color: red;\n  content: ": ";\n}\n')
    'a,b :hover{color:red;content:": "}'
    """
    short = _CSS_SPACE.sub(r"\1\2\3", _CSS_COMMENT.sub("", css))
    return short.replace(";}", "}")


def _refuse_loads(markup: str) -> None:
    found = _LOADS.search(markup)
    if found:
        raise _load_error(found[1])


def _load_error(url: str) -> InvalidInput:
    return InvalidInput(
        f"{url} would be fetched from the net: maps must open without it. Leave out the layer that links it, "
        "or vendor the file in saferoute/page/assets."
    )


def hash_scripts(markup: str) -> str:
    """Return the sources by which a policy allows the scripts of some markup and no others."""
    hashes = (b64encode(sha256(code.encode()).digest()).decode() for code in SCRIPT.findall(markup))
    return " ".join(f"'sha256-{digest}'" for digest in hashes) or "'none'"


def _content_policy(markup: str) -> str:
    """Return a content policy that allows the scripts of `markup` and no others.

    The markup must not hold text of the map data: a script in a tag would be allowed, too.
    """
    return (
        f"default-src 'none'; script-src {hash_scripts(markup)}; style-src 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
