"""Lays README and other files of the top into the guide, and writes the pages that the code knows best."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click
from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

TOP = Path(__file__).resolve().parents[1]
PAGES = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "NOTICE.md": "notice.md",
}
"""Files of the top that are pages of the guide, and what they are called there."""
CARRIED = ("maps/helsinki.webp", "CITATION.cff")
"""Files of the top that pages show or link to."""
ASIDE = {"cli", "profiles"}
"""Folders of the package without a page of docstrings: the page of commands shows one, the other holds TOML."""


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put a page for each room of the package beside that of the public names."""
    assert config.nav is not None
    for entry in config.nav:
        if "Python" in entry:
            entry["Python"] = ["reference.md", *(f"reference/{room}.md" for room in _rooms())]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages."""
    for name, page in PAGES.items():
        text = (TOP / name).read_text(encoding="utf-8")
        files.append(File.generated(config, page, content=_links(text, "")))
    for name in CARRIED:
        files.append(File.generated(config, name, abs_src_path=str(TOP / name)))
    files.append(File.generated(config, "commands.md", content=_commands()))
    for room, modules in _rooms().items():
        text = "\n\n".join([f"# {room.capitalize()}", *(f"::: {module}" for module in modules)])
        files.append(File.generated(config, f"reference/{room}.md", content=text))
    return files


def on_page_markdown(markdown: str, **_: object) -> str:
    """Turn links from docs/ to the top into links to the pages they are here."""
    return _links(markdown, "docs")


def _links(text: str, folder: str) -> str:
    def moved(found: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(folder, found[1]))
        target = PAGES.get(target, target.removeprefix("docs/"))
        return f"]({target})"

    return re.sub(r"\]\(((?:\.\./)?[\w/.-]+\.(?:md|webp|cff))\)", moved, text)


def _rooms() -> dict[str, list[str]]:
    """Return the public modules of each room, by room."""
    rooms: dict[str, list[str]] = {}
    for path in sorted((TOP / "saferoute").rglob("*.py")):
        parts = path.relative_to(TOP / "saferoute").with_suffix("").parts
        parts = parts[:-1] if parts[-1] == "__init__" else parts
        if parts and parts[0] not in ASIDE and not any(part.startswith("_") for part in parts):
            rooms.setdefault(parts[0], []).append(".".join(("saferoute", *parts)))
    return {room: sorted(modules) for room, modules in rooms.items()}


def _commands() -> str:
    """Return a page with every command and option, from the parser itself."""
    from saferoute.cli import program

    parts = [
        "# Commands",
        f"{program.help} Each command says the same with `--help-all`, and with `--help` what is needed most.",
    ]
    for name, command in program.commands.items():
        words = (command.help or "").replace("\b\n", "").strip()
        parts += [f"## saferoute {name}", f"```text\n{words}\n```"]
        parts.append("\n".join(["```sh", *(f"saferoute {example}" for example in command.examples), "```"]))
        parts.append("\n".join(["| argument | what it does |", "|---|---|", *_rows(command)]))
    return "\n\n".join(parts) + "\n"


def _rows(command: click.Command) -> list[str]:
    context = click.Context(command)
    rows = []
    for parameter in command.params:
        takes = "" if getattr(parameter, "is_flag", False) else parameter.make_metavar(context)
        names = [*parameter.opts, *parameter.secondary_opts] if isinstance(parameter, click.Option) else []
        called = " ".join([", ".join(names), takes]).strip()
        rows.append(f"| `{called}` | {_cell(str(parameter.help))} |")
    return rows


def _cell(text: str) -> str:
    return re.sub(r"([<>*_`|\[\]\\])", r"\\\1", " ".join(text.split()))
