"""``saferoute cache``: show, check or clear stored network answers and indexes of extracts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from saferoute.cli._command import Command
from saferoute.cli._layout import HELP_SETTINGS, Argument
from saferoute.cli._options import cache_option, settings_option
from saferoute.cli._printing import print_message
from saferoute.cli._settings import BEHIND
from saferoute.cli._typos import Word
from saferoute.model import InvalidInput

if TYPE_CHECKING:
    from saferoute.sources.cache import Cache


_MEANT = {
    **dict.fromkeys(("delete", "remove", "rm", "purge", "empty", "clean", "reset"), "clear"),
    **dict.fromkeys(("list", "ls", "show", "size", "status"), "info"),
    **dict.fromkeys(("dir", "folder", "where"), "path"),
    **dict.fromkeys(("check", "test", "fsck"), "verify"),
}


@click.command(
    cls=Command,
    context_settings=HELP_SETTINGS | BEHIND,
    help="info says how much is kept, how old it is and what is damaged; verify reads every byte too, and names "
    "each damaged file (exit code 2); path prints the folder; clear deletes all answers, all indexes of extracts "
    "and all that searches found on open ground, and nothing else that lies in the folder. What is damaged is never "
    "used: it is fetched or made anew.",
    short_help="show, check or clear what was downloaded and indexed",
    examples=("cache info", "cache verify", "cache clear"),
)
@click.argument("action", cls=Argument, type=Word(["info", "path", "verify", "clear"], _MEANT.get), help="what to do")
@cache_option
@settings_option
def cache(action: str, **options: Any) -> int:
    """Show, check or clear the cache."""
    from saferoute.sources.osm import index
    from saferoute.sources.settings import Online

    kept = Online.from_settings(options).open_cache()
    if action == "path":
        print(kept.folder)
    elif action == "clear":
        count = kept.delete_entries()
        indexes = index.delete_indexes(kept)
        files = kept.drawers.delete_files()
        print_message(
            f"deleted {count} answers, {indexes} indexes of extracts and {files} files of searched ground "
            f"from {kept.folder}"
        )
    elif action == "verify":
        return _verify(kept)
    else:
        _print_info(kept)
    return 0


def _verify(cache: Cache) -> int:
    """Print the path of everything that is damaged, and return the exit code."""
    from saferoute.sources.osm import index

    usages, indexes = cache.measure_usage(), index.list_indexes(cache)
    damaged = [path for usage in usages for path in usage.damaged] + [kept.folder for kept in indexes if not kept.of]
    damaged += cache.drawers.list_damaged()
    for path in damaged:
        print(f"{path}: damaged: it will be {'fetched again' if path.is_file() else 'made anew'}")
    found = sum(usage.entries for usage in usages) + len(indexes) + len(cache.drawers.list_files())
    print_message(
        f"read all of {cache.folder}: {found - len(damaged)} answers, indexes and files of searched ground "
        f"are whole, {len(damaged)} damaged"
    )
    return InvalidInput.exit_code if damaged else 0


def _print_info(cache: Cache) -> None:
    """Print the size, age and damage of each kind of entry."""
    from saferoute.report.text import sanitize_text
    from saferoute.sources.cache import DRAWERS
    from saferoute.sources.osm import index
    from saferoute.sources.traffic import list_days

    print(cache.folder)
    for usage in cache.measure_usage():
        line = f"{usage.kind:10} {usage.entries:6d} answers {usage.bytes / 1e6:9.1f} MB"
        if usage.oldest and usage.newest:
            line += f", fetched {usage.oldest:%Y-%m-%d} to {usage.newest:%Y-%m-%d}"
        if usage.damaged:
            line += f", {len(usage.damaged)} damaged: they will be fetched again"
        print(line)
    files = cache.drawers.list_files()
    line = f"{DRAWERS:10} {len(files):6d} files {sum(path.stat().st_size for path in files) / 1e6:9.1f} MB"
    damaged = cache.drawers.list_damaged()
    print(line + (f", {len(damaged)} damaged: they will be searched again" if damaged else ""))
    for kept in index.list_indexes(cache):
        of = ", ".join(sanitize_text(name) for name in kept.of) or "damaged: it will be made anew"
        print(f"{index.KIND:10} {kept.bytes / 1e6:24.1f} MB, {of}")
    for server, today in list_days(cache):
        line = f"{'today':10} {today.answers:6d} answers {today.bytes / 1e6:9.1f} MB"
        print(f"{line} from {sanitize_text(server)}")
