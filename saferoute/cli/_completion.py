"""``saferoute completion``: print the script with which a shell completes commands and options."""

from __future__ import annotations

import click

from saferoute.cli._command import Command
from saferoute.cli._layout import HELP_SETTINGS, Argument
from saferoute.cli._typos import Word

SHELLS = ("bash", "zsh", "fish")
_VARIABLE = "_SAFEROUTE_COMPLETE"
_HELP = """\
Print what makes a shell complete commands, options and their values:

\b
bash, in ~/.bashrc:               eval "$(saferoute completion bash)"
zsh, in ~/.zshrc after compinit:  eval "$(saferoute completion zsh)"
fish, once:                       saferoute completion fish >
                                  ~/.config/fish/completions/saferoute.fish
"""


@click.command(
    cls=Command,
    context_settings=HELP_SETTINGS,
    help=_HELP,
    short_help="make a shell complete commands and options",
)
@click.argument("shell", cls=Argument, type=Word(SHELLS), help="the shell that shall complete")
@click.pass_context
def completion(ctx: click.Context, shell: str) -> int:
    """Print the completion script of a shell."""
    from click.shell_completion import get_completion_class

    complete = get_completion_class(shell)
    assert complete is not None
    print(complete(ctx.find_root().command, {}, "saferoute", _VARIABLE).source())
    return 0
