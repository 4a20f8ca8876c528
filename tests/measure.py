"""Figures of the package's code: ``python tests/measure.py [FOLDER]``.

Lines, lengths of functions, names of one word, comments, and files that are too long. A comment counts
by the line; a function's length is its lines from ``def`` to its end, docstring included.
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from pathlib import Path
from statistics import median

LONGEST_FILE = 300


def list_functions(tree: ast.Module) -> list[ast.FunctionDef]:
    """Return all functions and methods, nested ones included."""
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def count_comments(text: str) -> int:
    """Return the number of comments, without those that only speak to tools."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    comments = [token.string for token in tokens if token.type == tokenize.COMMENT]
    return sum(not comment.startswith(("# noqa", "# type:", "# fmt:")) for comment in comments)


def is_one_word(name: str) -> bool:
    return "_" not in name.strip("_")


def measure(folder: Path) -> dict[str, str]:
    """Return the figures by their names."""
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.py"))}
    trees = [ast.parse(text) for text in texts.values()]
    functions = [function for tree in trees for function in list_functions(tree)]
    named = [f for f in functions if not f.name.startswith("__")]
    lengths = [f.end_lineno - f.lineno + 1 for f in functions]
    longest = max(functions, key=lambda f: f.end_lineno - f.lineno)
    docstrings = [text for f in functions if (text := ast.get_docstring(f))]
    lines = {path: text.count("\n") for path, text in texts.items()}
    total = sum(lines.values())
    too_long = sorted(str(path.relative_to(folder)) for path, n in lines.items() if n > LONGEST_FILE)
    return {
        "lines": f"{total}",
        "files": f"{len(texts)}",
        "functions": f"{len(functions)}",
        "median lines of a function": f"{median(lengths):g}",
        "longest function": f"{max(lengths)} ({longest.name})",
        "functions of one word": f"{100 * sum(is_one_word(f.name) for f in named) / len(named):.1f} %",
        "comments per 100 lines": f"{100 * sum(map(count_comments, texts.values())) / total:.2f}",
        "docstrings of one line": f"{100 * sum(len(d.splitlines()) == 1 for d in docstrings) / len(docstrings):.0f} %",
        f"files of more than {LONGEST_FILE} lines": f"{len(too_long)} {' '.join(too_long)}".strip(),
    }


if __name__ == "__main__":
    package = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1] / "saferoute"
    for name, figure in measure(package).items():
        print(f"{name}: {figure}")
