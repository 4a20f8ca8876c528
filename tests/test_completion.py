"""Shells complete commands, options and values: driven as a person does, with the tab key."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from saferoute.cli import main, program
from saferoute.sources.profiles import LEVELS

START = {
    "bash": (
        ["bash", "--norc", "--noprofile", "-i"],
        "bind 'set bell-style none'\nbind 'set enable-bracketed-paste off'\n",
    ),
    "zsh": (["zsh", "-f", "-i"], "bindkey -e\nautoload -Uz compinit\ncompinit -D -u\n"),
}
LINE_START, LINE_END = "\x01", "\x05"
KINDS = [
    ("saferoute pla", "saferoute plan"),
    ("saferoute find --lev", "saferoute find --level"),
    ("saferoute find --level inter", "saferoute find --level intermediate"),
    ("saferoute find --level ow", "saferoute find --level own.toml"),
    ("saferoute find --region cit", "saferoute find --region city/"),
    ("saferoute find --osm city/m", "saferoute find --osm city/map.osm.pbf"),
    ("saferoute find --osm city/map.osm.pbf --bare", "saferoute find --osm city/map.osm.pbf --barefoot"),
    ("saferoute find --osm ~/ho", "saferoute find --osm ~/home.osm"),
    ("saferoute find --elevation map", "saferoute find --elevation mapterhorn"),
    ("saferoute plan --return j", "saferoute plan --return jog"),
    ("saferoute cache cl", "saferoute cache clear"),
    ("saferoute find --near ow", "saferoute find --near ow"),
]
"""What is typed before the tab key, and what stands there after it."""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A folder of a runner's files, and saferoute on the path."""
    for name in ("work/city/map.osm.pbf", "work/own.toml", "work/other.txt", "home.osm"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "saferoute"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m saferoute "$@"\n')
    program.chmod(0o755)
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "HOME": str(tmp_path), "TERM": "dumb", "PS1": "$ ", "HISTFILE": ""}


def need(shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")


@pytest.mark.slow
@pytest.mark.parametrize("shell", START)
def test_the_tab_key_completes(shell: str, environment: dict[str, str]) -> None:
    need(shell)
    work = Path(environment["HOME"]) / "work"
    command, first = START[shell]
    keys = first + f'eval "$(saferoute completion {shell})"\n'
    for typed, _ in KINDS:
        keys += f"{typed}\t{LINE_START}echo '{LINE_END}' >> done.txt\n"
    type_into(command, keys + "exit\n", cwd=work, environment=environment)
    # zsh takes the slash behind a folder away again when the cursor leaves it.
    expected = [after.removesuffix("/") if shell == "zsh" else after for _, after in KINDS]
    assert [line.strip() for line in (work / "done.txt").read_text().splitlines()] == expected


def type_into(command: list[str], keys: str, *, cwd: Path, environment: dict[str, str]) -> None:
    """Run an interactive shell on a terminal of its own, and type."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=cwd, env=environment, start_new_session=True
    ) as shell:
        os.close(theirs)
        said = b""
        for line in keys.splitlines(keepends=True):
            os.write(ours, line.encode())
        try:
            while chunk := os.read(ours, 4096):
                said += chunk
        except OSError:  # the terminal is gone: the shell has ended
            pass
        finally:
            os.close(ours)
        shell.wait(timeout=60)


@pytest.mark.slow
def test_fish_completes(environment: dict[str, str]) -> None:
    need("fish")
    kinds = [kind for kind in KINDS[:-1] if "~" not in kind[0]]  # click's files for fish know no tilde
    ask = "saferoute completion fish | source; for typed in $argv; complete -C $typed | head -1 | cut -f1; end"
    done = subprocess.run(
        ["fish", "--no-config", "-c", ask, "--", *(typed for typed, _ in kinds)],
        cwd=Path(environment["HOME"]) / "work", env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines() == [after.split()[-1] for _, after in kinds], done.stderr


def answers(typed: str, environment: dict[str, str]) -> list[str]:
    """Return what saferoute offers, asked as bash asks."""
    asking = {"_SAFEROUTE_COMPLETE": "bash_complete", "COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" "))}
    seen = (
        "import atexit, sys\nfrom saferoute.cli import main\n"
        "heavy = {'numpy', 'pandas', 'geopandas', 'rich'}\n"
        "atexit.register(lambda: print(sorted(heavy & set(sys.modules)), file=sys.stderr))\n"
        "main([])"
    )
    run = {"cwd": Path(environment["HOME"]) / "work", "env": {**environment, **asking}}
    done = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=False, **run)
    assert done.stderr == "[]\n"
    return done.stdout.splitlines()


def test_every_command_and_option_is_offered(environment: dict[str, str]) -> None:
    assert set(answers("saferoute ", environment)) == {f"plain,{name}" for name in program.commands}
    for name, command in program.commands.items():
        options = {o for p in command.params for o in (*p.opts, *p.secondary_opts) if o.startswith("--")}
        assert {f"plain,{o}" for o in options} <= set(answers(f"saferoute {name} --", environment))


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("saferoute find --level ", {f"plain,{level}" for level in LEVELS}),
        ("saferoute find --level ow", {"file,ow"}),
        ("saferoute find --region ", {"dir,"}),
        ("saferoute find --osm ci", {"file,ci"}),
        ("saferoute find --elevation g", {"plain,glo30"}),
        ("saferoute plan --week ", {""}),
    ],
)
def test_values_are_offered_by_their_kind(typed: str, offered: set[str], environment: dict[str, str]) -> None:
    assert set(answers(typed, environment)) == offered


def test_an_unknown_shell_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "csh"]) == 2
    assert capsys.readouterr().err == "saferoute: SHELL: 'csh': choose one of bash, zsh, fish\n"
