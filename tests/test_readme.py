"""What README and the guide in docs/ say is what there is."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from saferoute.cli import program
from saferoute.model import WEIGHTS
from saferoute.search import formats
from saferoute.sources.elevation import raster
from saferoute.sources.osm import extract

REPOSITORY = Path(__file__).resolve().parents[1]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
PAGES = {path.name: path.read_text(encoding="utf-8") for path in sorted((REPOSITORY / "docs").glob("*.md"))}
CONTRIBUTING = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
GENERATED = ("reference.md",)
"""Pages that are of the built guide alone."""
GUIDE = "\n".join([README, *PAGES.values()])

COMMANDS = program.commands
EACH = [(name, parameter) for name, command in COMMANDS.items() for parameter in command.params]


def test_every_format_stands_in_the_guide_with_what_it_is_of() -> None:
    rows = re.findall(r"^\| ((?:`\.[\w.]+`(?:, )?)+) \| ([\w, ]+) \|", GUIDE, flags=re.MULTILINE)
    said = {suffix: of for cell, of in rows for suffix in re.findall(r"`(\.[\w.]+)`", cell)}
    assert {s for s, of in said.items() if "find" in of} == set(formats.FORMATS)
    assert {s for s, of in said.items() if "plan" in of} == set(formats.SESSION_FORMATS)


def test_every_criterion_stands_in_the_guide_with_its_weight() -> None:
    rows = re.findall(r"^\| (\w+) \| (\.\d\d) \|", GUIDE, flags=re.MULTILINE)
    assert {name: float(weight) for name, weight in rows} == WEIGHTS


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_stands_in_the_guide_and_says_what_it_does(name: str) -> None:
    assert f"`saferoute {name}" in GUIDE or f"\nsaferoute {name}" in GUIDE
    assert COMMANDS[name].help


@pytest.mark.parametrize(("name", "parameter"), EACH, ids=[f"{n} {p.name}" for n, p in EACH])
def test_every_argument_of_every_command_says_what_it_does(name: str, parameter: click.Parameter) -> None:
    assert name
    assert parameter.help
    if not getattr(parameter, "is_flag", False):  # all but switches show what they take
        assert parameter.metavar or isinstance(parameter.type, click.Choice)


SHOWN = re.findall(
    r"^(?:  |\.venv/bin/)?saferoute ([a-z].*)$",
    f"{GUIDE}\n{CONTRIBUTING}",
    re.MULTILINE,
)


@pytest.mark.parametrize("line", sorted(set(SHOWN)))
def test_every_command_that_is_shown_is_one_that_saferoute_takes(line: str) -> None:
    words = shlex.split(line, comments=True)
    words = words[: words.index(">")] if ">" in words else words
    with program.make_context("saferoute", words[:1]) as top:
        assert COMMANDS[words[0]].make_context(words[0], words[1:], parent=top, resilient_parsing=True).args == []


def test_every_suffix_that_a_region_may_hold_stands_in_the_guide() -> None:
    own = PAGES["data.md"].split("## Extracts")[0]
    said = set(re.findall(r"(?<=[ `])\.[a-z0-9.]+(?=[ `])", own))
    assert {*extract.SUFFIXES, *raster.SUFFIXES} <= said


def test_every_option_stands_in_the_guide() -> None:
    options = {o for _, p in EACH for o in (*p.opts, *p.secondary_opts) if o.startswith("-")}
    assert options - {"-h", "--help", "-q", "--quiet", "--output"} <= set(
        re.findall(r"(?<![\w-])--?[a-z][a-z0-9-]*", GUIDE)
    )


def test_every_page_of_the_guide_is_named_in_readme_and_every_link_leads_somewhere() -> None:
    assert {f"docs/{name}" for name in PAGES if name not in GENERATED} <= set(re.findall(r"\]\(([\w/.]+)\)", README))
    texts = {"README.md": README, "CONTRIBUTING.md": CONTRIBUTING, **{f"docs/{name}": PAGES[name] for name in PAGES}}
    for name, text in texts.items():
        for link in re.findall(r"\]\(([^)#]+)\)", text):
            assert "://" in link or ((REPOSITORY / name).parent / link).is_file(), f"{name}: {link}"


def test_the_commands_of_set_up_are_two() -> None:
    blocks = re.findall(r"```sh\n(.*?)```", README, flags=re.DOTALL)
    assert blocks[0].startswith("python3 -m venv")
    assert ".[test]" not in blocks[0]
    assert ".venv/bin/python -m pytest" in blocks[1]


def test_readme_is_read_in_three_minutes() -> None:
    prose = re.sub(r"```.*?```|^\|.*$|\]\([^)]*\)", "", README, flags=re.DOTALL | re.MULTILINE)
    assert len(prose.split()) < 3 * 300  # [J] words a minute of who looks for what to type
