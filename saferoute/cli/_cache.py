"""``saferoute cache``: what the network's answers and the indexes of extracts take up, and how to be rid of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saferoute.cli._shared import add_cache_option, new_command, print_message

if TYPE_CHECKING:
    import argparse

    from saferoute.sources.cache import Cache


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    cache = new_command(
        commands,
        "cache",
        short="show or clear what is kept of the network's answers and of extracts",
        long="info says how much is kept, how old it is and what is damaged; path prints the folder; clear deletes "
        "all answers and all indexes of extracts, and nothing else that lies in the folder.",
    )
    cache.add_argument("action", choices=("info", "path", "clear"), help="what to do")
    add_cache_option(cache)
    cache.set_defaults(run=run_command)


def run_command(arguments: argparse.Namespace) -> int:
    """Show, or clear."""
    from saferoute.sources.osm import index
    from saferoute.sources.settings import Online

    cache = Online.from_settings(vars(arguments)).open_cache()
    if arguments.action == "path":
        print(cache.folder)
    elif arguments.action == "clear":
        count = cache.delete_entries()
        indexes = index.delete_indexes(cache)
        print_message(f"deleted {count} answers and {indexes} indexes of extracts from {cache.folder}")
    else:
        _print_info(cache)
    return 0


def _print_info(cache: Cache) -> None:
    from saferoute.report.text import sanitize_text
    from saferoute.sources.osm import index

    print(cache.folder)
    for usage in cache.measure_usage():
        line = f"{usage.kind:10} {usage.entries:6d} answers {usage.bytes / 1e6:9.1f} MB"
        if usage.oldest and usage.newest:
            line += f", fetched {usage.oldest:%Y-%m-%d} to {usage.newest:%Y-%m-%d}"
        if usage.damaged:
            line += f", {usage.damaged} damaged: they will be fetched again"
        print(line)
    for kept in index.list_indexes(cache):
        of = ", ".join(sanitize_text(name) for name in kept.of) or "damaged: it will be made anew"
        print(f"{index.KIND:10} {kept.bytes / 1e6:24.1f} MB, {of}")
