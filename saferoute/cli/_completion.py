"""``saferoute completion``: what makes a shell complete commands, options and their values."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from saferoute.cli._shared import new_command

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

SHELLS = ("bash", "zsh", "fish")

_HOW = """\
bash: add to ~/.bashrc                        eval "$(saferoute completion bash)"
zsh:  add to ~/.zshrc, after compinit         eval "$(saferoute completion zsh)"
fish: run once   saferoute completion fish > ~/.config/fish/completions/saferoute.fish

"""


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    completion = new_command(
        commands,
        "completion",
        short="print what makes a shell complete saferoute's commands and options",
        long="Print what makes a shell complete commands, options and their values:\n\n" + _HOW,
    )
    completion.add_argument("shell", choices=SHELLS, help="the shell that shall complete")
    completion.set_defaults(run=run_command)


def run_command(arguments: argparse.Namespace) -> int:
    """Print the shell's code."""
    from argcomplete.shell_integration import shellcode

    print(shellcode(["saferoute"], use_defaults=False, shell=arguments.shell))
    return 0


def answer_completion(top: argparse.ArgumentParser) -> None:
    """Answer a shell that asks for completions, and end; do nothing where none asks."""
    if "_ARGCOMPLETE" not in os.environ:
        return
    import argcomplete

    commands: Any = top._subparsers  # noqa: SLF001  # argparse has no public way to its parsers
    for parser in (top, *commands._group_actions[0].choices.values()):  # noqa: SLF001
        for action in parser._actions:  # noqa: SLF001
            action.completer = _choose_completer(action)
    argcomplete.autocomplete(top)


def _choose_completer(action: argparse.Action) -> Any:
    """Return what completes an argument: by its choices, else by the word that help shows for its value."""
    from argcomplete.completers import ChoicesCompleter

    from saferoute.sources.profiles import LEVELS

    choices: Any = action.choices
    if choices is not None:
        return ChoicesCompleter(choices)
    of: dict[Any, Any] = {
        "FILE": _path_completer(),
        "DIR": _path_completer(files=()),
        "LEVEL": _path_completer(LEVELS, files=(".toml",)),
        "SOURCE": _path_completer(("mapterhorn", "glo30", "none")),
    }
    return of.get(action.metavar, ChoicesCompleter({}))  # a number or a time: there is nothing to offer


def _path_completer(words: tuple[str, ...] = (), *, files: tuple[str, ...] = ("",)) -> Callable[..., Iterator[str]]:
    """Return a function that gives words, folders, and files that end with one of `files`."""

    def complete(prefix: str, **_: object) -> Iterator[str]:
        yield from (word for word in words if word.startswith(prefix))
        if prefix.startswith("~") and os.environ.get("_ARGCOMPLETE_SHELL") == "zsh":
            return  # zsh would quote the tilde, and look for a folder of that name
        head, start = os.path.split(prefix)
        head += "/" if head and not head.endswith("/") else ""
        try:
            found = sorted(Path(head or ".").expanduser().iterdir())
        except (OSError, RuntimeError):  # no such folder, or no such user's home
            return
        for path in found:
            hidden = path.name.startswith(".") and not start.startswith(".")
            if path.name.startswith(start) and not hidden and (path.is_dir() or path.name.lower().endswith(files)):
                yield f"{head}{path.name}{'/' if path.is_dir() else ''}"

    return complete
