"""What README says is what there is."""

from __future__ import annotations

import re
from pathlib import Path

from saferoute import outputs
from saferoute.cli import parser
from saferoute.outputs.timetable import SECTIONS, STEPS
from saferoute.outputs.vector import SCHEMA

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")


def test_the_schema_stands_in_readme_word_for_word() -> None:
    table = README.split("<!-- schema -->")[1].split("<!-- /schema -->")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", table, flags=re.MULTILINE))
    assert rows == SCHEMA


def test_the_tables_of_a_session_stand_in_readme_word_for_word() -> None:
    for name, schema in (("steps", STEPS), ("sections", SECTIONS)):
        table = README.split(f"<!-- {name} -->")[1].split(f"<!-- /{name} -->")[0]
        assert dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", table, flags=re.MULTILINE)) == schema


def test_every_format_stands_in_readme_with_what_it_is_of() -> None:
    rows = re.findall(r"^\| ((?:`\.[\w.]+`(?:, )?)+) \| ([\w, ]+) \|", README, flags=re.MULTILINE)
    said = {suffix: of for cell, of in rows for suffix in re.findall(r"`(\.[\w.]+)`", cell)}
    assert {s for s, of in said.items() if "find" in of} == set(outputs.FORMATS)
    assert {s for s, of in said.items() if "plan" in of} == set(outputs.SESSION_FORMATS)


def test_every_option_stands_in_readme() -> None:
    commands = parser()._subparsers._group_actions[0].choices.values()
    options = {o for command in commands for action in command._actions for o in action.option_strings}
    assert options - {"-h", "--help", "-q", "--quiet", "--output"} <= set(
        re.findall(r"(?<![\w-])--?[a-z][a-z0-9-]*", README)
    )


def test_every_exit_code_stands_in_readme_and_in_help() -> None:
    said = dict(re.findall(r"^\| (\d) \| (.*) \|$", README, flags=re.MULTILINE))
    helped = dict(re.findall(r"^  (\d)  (.*)$", parser().format_help(), flags=re.MULTILINE))
    assert said == helped
    assert set(said) == set("0123456")


def test_the_commands_of_set_up_are_two() -> None:
    blocks = re.findall(r"```sh\n(.*?)```", README, flags=re.DOTALL)
    assert blocks[0].startswith("python3 -m venv")
    assert blocks[1].startswith(".venv/bin/python -m pytest")
