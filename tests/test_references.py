"""Whatever the texts of this repository refer to is there: pages, headings, files, names of the code."""

from __future__ import annotations

import ast
import importlib
import io
import re
import tokenize
from functools import cache
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
FOLDERS = ("saferoute", "tests", "docs", "data", "web", "notebooks", "maps")
PAGES = [*REPOSITORY.glob("*.md"), *(p for f in FOLDERS for p in (REPOSITORY / f).rglob("*.md"))]
PAGES = sorted(page for page in PAGES if page.name != "CHANGELOG.md" and "node_modules" not in page.parts)
"""All but the changes: they may name what is gone."""
CODE = sorted(p for f in ("saferoute", "tests", "docs", "data") for p in (REPOSITORY / f).rglob("*.py"))
EXAMPLES = set(re.findall(r'title="([\w/.]+)"', (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")))
"""Files that the worked examples make."""

PAGE = re.compile(r"(?<![\w/.-])((?:[\w.-]+/)*[\w-]+\.md)(?:`?, \*([^*\n]+)\*)?(#[\w-]+)?")
FILE = re.compile(rf"(?<![\w/.<-])((?:{'|'.join(FOLDERS)})/[\w/.-]*[\w/])(?![\w{{<*-])")
NAME = re.compile(r"(?<![\w/.-])(saferoute(?:\.[A-Za-z_]\w*)+)(?![\w/-])")
NUMBERED = re.compile(r"§ ?\d")
NAMED = re.compile(r"(?<!`)`([A-Za-z_][\w.]*)`(?!`)")
"""What stands between single backticks in a docstring is a name of the code; literals stand between two."""
NO_NAMES = {"saferoute.toml"}
MADE = {"maps/60.1755-24.947.html"}
"""What commands of the guide write."""


def list_words(text: str) -> list[str]:
    """Return the docstrings and comments of Python code."""
    strings = [n.value.value for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Expr) and is_text(n.value)]
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return [*strings, *(token.string for token in tokens if token.type == tokenize.COMMENT)]


def is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def list_names(text: str) -> set[str]:
    """Return all that code calls something: names, attributes, arguments, and the words of its strings."""
    tree = ast.parse(text)
    words = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    found: set[str] = set()
    for node in ast.walk(tree):
        found |= {
            part for a in ("id", "attr", "arg", "name", "module") for part in str(getattr(node, a, "")).split(".")
        }
        if is_text(node) and id(node) not in words:
            found.update(re.findall(r"\w+", node.value))
    return found


@cache  # within a test: whoever runs other tests only does not wait for it
def read_words(path: Path) -> str:
    """Return a page, or the docstrings and comments of a file of code."""
    text = path.read_text(encoding="utf-8")
    return "\n".join(list_words(text)) if path.suffix == ".py" else text


def find_page(name: str, near: Path) -> Path | None:
    """Return the page that a text means: beside it, in the guide, or at the top."""
    here = (folder / name for folder in (near.parent, REPOSITORY, REPOSITORY / "docs"))
    return next((page for page in here if page.is_file()), None)


def find_dangling_uses(text: str) -> set[str]:
    """Return what programs in the strings of Python code take from the package and do not find."""
    strings = [n.value for n in ast.walk(ast.parse(text)) if is_text(n) and "\n" in n.value and "saferoute" in n.value]
    return {name for program in strings for name in list_uses(program) if not can_import(name)}


def list_uses(program: str) -> set[str]:
    """Return the names of the package that a program imports or takes from a module; none of what is no program."""
    try:
        tree = ast.parse(program)
    except SyntaxError:
        return set()
    imports = [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and str(n.module).startswith("saferoute")]
    homes = {alias.asname or alias.name: f"{node.module}.{alias.name}" for node in imports for alias in node.names}
    taken = [n for n in ast.walk(tree) if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name)]
    return {*homes.values(), *(f"{homes[n.value.id]}.{n.attr}" for n in taken if n.value.id in homes)}


def list_headings(page: str) -> set[str]:
    return set(re.findall(r"^#+ (.*)$", page, re.MULTILINE))


def make_anchor(heading: str) -> str:
    """Return the anchor under which GitHub and mkdocs serve a heading."""
    return "#" + re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def find_dangling_pages(text: str, near: Path) -> set[str]:
    """Return the pages, headings and anchors that a text refers to and that are not there."""
    dangling = set()
    for found in PAGE.finditer(text):
        page = find_page(found[1], near)
        headings = list_headings(page.read_text(encoding="utf-8")) if page else set()
        anchors = {make_anchor(heading) for heading in headings}
        if page is None or (found[2] and found[2] not in headings) or (found[3] and found[3] not in anchors):
            dangling.add(found[0])
    own = {make_anchor(heading) for heading in list_headings(text)}
    dangling |= {anchor for anchor in re.findall(r"\]\((#[\w-]+)\)", text) if anchor not in own}
    return dangling | set(NUMBERED.findall(text))


def find_dangling_files(text: str) -> set[str]:
    """Return the files and folders that a text names and that are not there, nor made by the worked examples."""
    named = {name.rstrip("/.") for name in FILE.findall(text)} - EXAMPLES - MADE
    return {name for name in named if not (REPOSITORY / name).exists()}


def find_dangling_names(text: str) -> set[str]:
    """Return the dotted names of the package that cannot be imported."""
    examples = {name.removesuffix(".py").replace("/", ".") for name in EXAMPLES}
    named = {name for name in NAME.findall(text) if name not in NO_NAMES}
    return {
        name for name in named if not any(f"{name}.".startswith(f"{e}.") for e in examples) and not can_import(name)
    }


def can_import(name: str) -> bool:
    """Return whether a dotted name is a module, or a name in one, or an attribute of that."""
    parts = name.split(".")
    for n in range(len(parts), 0, -1):
        try:
            thing = importlib.import_module(".".join(parts[:n]))
        except ModuleNotFoundError:
            continue
        for part in parts[n:]:
            thing = getattr(thing, part, None) or getattr(thing, "__annotations__", {}).get(part)
        return thing is not None
    return False


@pytest.mark.parametrize("path", [*CODE, *PAGES], ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_what_a_text_refers_to_is_there(path):
    text = read_words(path)
    assert find_dangling_pages(text, path) | find_dangling_files(text) | find_dangling_names(text) == set()


@pytest.mark.parametrize("path", sorted((REPOSITORY / "tests" / "benchmarks").glob("*.py")), ids=lambda path: path.stem)
def test_programs_that_benchmarks_run_find_what_they_use(path):
    assert find_dangling_uses(path.read_text(encoding="utf-8")) == set()


def test_a_program_that_uses_what_is_gone_is_noticed():
    program = "from saferoute import scan\nscan.job_of()\nscan.create_job()"
    assert find_dangling_uses(f"RUN = {program!r}") == {"saferoute.scan.job_of"}


def test_names_in_docstrings_are_those_of_the_code():
    ours = [path for path in CODE if path.is_relative_to(REPOSITORY / "saferoute")]
    names = set().union(*(list_names(path.read_text(encoding="utf-8")) for path in CODE), *(p.parts for p in CODE))
    names |= {path.stem for path in CODE}
    dangling = {
        f"{path.relative_to(REPOSITORY)}: {name}"
        for path in ours
        for name in NAMED.findall(read_words(path))
        if name not in NO_NAMES and name.split(".")[-1] not in names
    }
    assert dangling == set()


@pytest.mark.parametrize(
    ("text", "dangling"),
    [
        ("see README.md and `docs/scoring.md`, *Limits*", set()),
        ("see docs/gone.md", {"docs/gone.md"}),
        ("`README.md`, *No such chapter*", {"README.md`, *No such chapter*"}),
        ("[limits](docs/scoring.md#limits)", set()),
        ("[limits](docs/scoring.md#lumits)", {"docs/scoring.md#lumits"}),
        ("# One\n[there](#one) [nowhere](#two)", {"#two"}),
        ("scoring.md §2", {"§2"}),
    ],
)
def test_a_page_or_heading_that_is_gone_is_noticed(text, dangling):
    assert find_dangling_pages(text, REPOSITORY / "README.md") == dangling


@pytest.mark.parametrize(
    ("text", "dangling"),
    [
        ("tests/test_references.py, tests/ and `saferoute/cli/`", set()),
        ("as in saferoute/outputs/map.py.", {"saferoute/outputs/map.py"}),
        ("saferoute/{version} or tests/test_*.py", set()),
    ],
)
def test_a_file_that_is_gone_is_noticed(text, dangling):
    assert find_dangling_files(text) == dangling


@pytest.mark.parametrize(
    ("text", "dangling"),
    [
        ("`saferoute.model.Ranking.stretches` and saferoute.limits", set()),
        ("saferoute.pipeline.find", {"saferoute.pipeline.find"}),
        ("saferoute.model.Chain", {"saferoute.model.Chain"}),
    ],
)
def test_a_name_that_is_gone_is_noticed(text, dangling):
    assert find_dangling_names(text) == dangling
