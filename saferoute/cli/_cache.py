"""``saferoute cache``: what the network's answers take up, where they are, and how to be rid of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saferoute.cli._shared import add_cache_dir, new_command, say

if TYPE_CHECKING:
    import argparse

    from saferoute.sources.cache import Cache


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    cache = new_command(
        commands,
        "cache",
        short="show or clear what is kept of the network's answers",
        long="info says how much is kept, how old it is and what is damaged; path prints the folder; clear deletes "
        "all answers, and nothing else that lies in the folder.",
    )
    cache.add_argument("action", choices=("info", "path", "clear"), help="what to do")
    add_cache_dir(cache)
    cache.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Show, or clear."""
    from saferoute.sources.online import Online

    cache = Online.given(vars(arguments)).cache()
    if arguments.action == "path":
        print(cache.folder)
    elif arguments.action == "clear":
        count = cache.clear()
        say(f"deleted {count} answers from {cache.folder}")
    else:
        _print_info(cache)
    return 0


def _print_info(cache: Cache) -> None:
    print(cache.folder)
    for usage in cache.usage():
        line = f"{usage.kind:10} {usage.entries:6d} answers {usage.bytes / 1e6:9.1f} MB"
        if usage.oldest and usage.newest:
            line += f", fetched {usage.oldest:%Y-%m-%d} to {usage.newest:%Y-%m-%d}"
        if usage.damaged:
            line += f", {usage.damaged} damaged: they will be fetched again"
        print(line)
