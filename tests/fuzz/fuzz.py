"""Read damaged files of every format, and count what happened; nothing may crash, hang or change results unsaid.

python tests/fuzz/fuzz.py [--count N] [--seed S] [FORMAT…]

Each mutant is read by ``saferoute find`` in a process of its own, with bounds
of time and memory. It *survived* if it was read, or refused in one line by a
documented exit code. It *failed* if it ended in a traceback, a signal, the exit
code 1, after a minute or above 4 GB; for formats with checksums also if it gave
another result than the whole file without a word on stderr or in the notes.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1])]

from formats import FORMATS, Format, arguments, point_to, read_visible, serve, write_files  # noqa: E402
from mutants import mutate  # noqa: E402

SECONDS, BYTES = 60.0, 4 << 30
"""Most time and memory that a mutant may take."""
SEED = "2026"


@dataclass(frozen=True)
class Outcome:
    """What one command did.

    Attributes
    ----------
    code : int
        Exit code; minus the signal that ended it.
    out, err : str
        What it printed.
    seconds : float
    megabytes : float
    """

    code: int
    out: str
    err: str
    seconds: float
    megabytes: float


def run_bounded(words: list[str], folder: Path, *, stopped: bool = False) -> Outcome:
    """Run saferoute in a forked process, which has all libraries loaded, and return what it did.

    A scan prints nothing: its result are the checksums of its files. It may be stopped once its tiles are there.
    """
    begun = time.monotonic()
    child = begin(words, folder, stopped=stopped)
    while True:
        pid, status, used = os.wait4(child, os.WNOHANG)
        if pid:
            break
        if time.monotonic() - begun > SECONDS:
            os.kill(child, signal.SIGKILL)
        time.sleep(0.005)
    said, told = (path.read_text(encoding="utf-8", errors="replace") for path in (folder / "out", folder / "err"))
    written = {name: sha256(content).hexdigest() for name, content in read_visible(folder / "cache/scan").items()}
    code = os.waitstatus_to_exitcode(status)
    return Outcome(code, said or json.dumps(written), told, time.monotonic() - begun, used.ru_maxrss / 1024)


def begin(words: list[str], folder: Path, *, stopped: bool = False) -> int:
    """Begin to run saferoute in a forked process, which prints into a folder, and return its number."""
    (folder / "out").unlink(missing_ok=True)
    child = os.fork()
    if not child:
        if stopped:
            _stop_scans()
        _become(words, folder / "out", folder / "err")
    return child


def _stop_scans() -> None:
    """Have scans of this process end before they put their tiles together."""

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    import saferoute.scan

    saferoute.scan.assemble_outputs = stop


def _become(words: list[str], out: Path, err: Path) -> None:
    """Run saferoute in this process, and end it."""
    for stream, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    time.sleep = lambda _: None  # who waits for a busy server does not hang
    code = 1
    try:
        from saferoute.cli import main

        code = main(words)
    except BaseException:  # noqa: BLE001 - whatever it is, it is to be seen
        import traceback

        traceback.print_exc()
    finally:
        with suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def judge(outcome: Outcome, whole: Outcome, form: Format) -> str:
    """Return what became of a mutant: ``same``, ``other``, ``refused``, or ``failed: `` and why."""
    if outcome.code < 0:
        return f"failed: signal {-outcome.code}"
    if outcome.code not in (0, 2, 3, 4, 5) or "Traceback" in outcome.err:
        return f"failed: exit code {outcome.code}"
    if outcome.code in (2, 3, 4):
        last = outcome.err.strip().splitlines()[-1:]
        return "refused" if last and last[0].startswith("saferoute: ") else "failed: no word"
    if (outcome.code, outcome.out) == (whole.code, whole.out):
        return "same"
    if form.sealed and _list_notes(outcome) == _list_notes(whole):
        return "failed: another result without a word"
    return "other"


def _list_notes(outcome: Outcome) -> list[str]:
    return json.loads(outcome.out).get("notes", []) if outcome.out else []


def fuzz_format(name: str, count: int, seed: str, folder: Path) -> Counter[str]:
    """Return how often each outcome came of some mutants of a format; failed ones are printed and kept."""
    form, found = FORMATS[name], Counter[str]()
    os.chdir(folder)
    os.environ["SAFEROUTE_CACHE_DIR"] = str(folder / "cache")
    words = arguments(form)
    for name_of_cache in ("cache", "filled"):
        shutil.rmtree(folder / name_of_cache, ignore_errors=True)
    (folder / "cache" / "scan").mkdir(parents=True)
    with serve(folder) as server:
        point_to(server)
        whole = run_bounded(words, folder)
        assert whole.code == 0, whole.err
        if form.scanned:
            shutil.rmtree(folder / "cache" / "scan")
            (folder / "cache" / "scan").mkdir()
            run_bounded(words, folder, stopped=True)
        shutil.copytree(folder / "cache", folder / "filled")
        for number in range(count):
            _restore_cache(folder, form)
            files = sorted(path for path in folder.glob(form.file) if path.is_file())
            path = files[number % len(files)]
            content = path.read_bytes()
            bad = mutate(content, f"{seed} {name} {number}")
            path.write_bytes(bad)
            outcome = run_bounded(words, folder)
            if not form.kept:  # the cache is filled anew each time
                path.write_bytes(content)
            verdict = "same" if bad == content else judge(outcome, whole, form)
            found[verdict.split(":")[0]] += 1
            if verdict.startswith("failed"):
                _keep(f"{name}-{number}", path.name, bad, verdict, outcome.err)
    return found


def _restore_cache(folder: Path, form: Format) -> None:
    """Empty the cache, or fill it for formats of its own."""
    shutil.rmtree(folder / "cache", ignore_errors=True)
    if form.kept:
        shutil.copytree(folder / "filled", folder / "cache")


def _keep(name: str, file: str, bad: bytes, verdict: str, err: str) -> None:
    """Print why a mutant failed, and keep it with what was said."""
    kept = Path(tempfile.gettempdir()) / "saferoute-fuzz" / name.replace(" ", "-")
    kept.mkdir(parents=True, exist_ok=True)
    (kept / file).write_bytes(bad)
    (kept / "stderr.txt").write_text(err, encoding="utf-8")
    last = (err.strip().splitlines() or [""])[-1]
    print(f"{kept / file}: {verdict}: {last[:200]}", file=sys.stderr, flush=True)


def load_libraries() -> None:
    """Load what a search loads, so that forked processes need not."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    import saferoute.scan
    import saferoute.search
    import saferoute.sources.elevation.mapterhorn
    import saferoute.sources.osm.index
    import saferoute.sources.osm.overpass
    import saferoute.sources.places.nominatim  # noqa: F401


def main() -> int:
    """Fuzz formats and print a table; return 1 if a mutant failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("formats", nargs="*", default=list(FORMATS), metavar="FORMAT")
    parser.add_argument("--count", type=int, default=400, help="mutants of each format (default 400)")
    parser.add_argument("--seed", default=SEED)
    options = parser.parse_args()
    load_libraries()
    print(
        "| format | mutants | same result | another result | refused in one line | failed | seconds |\n|" + "---|" * 7
    )
    failed = 0
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as name:
        folder = Path(name).resolve()
        write_files(folder)
        for form in options.formats:
            begun = time.monotonic()
            found = fuzz_format(form, options.count, options.seed, folder)
            failed += found["failed"]
            counts = " | ".join(str(found[kind]) for kind in ("same", "other", "refused", "failed"))
            print(f"| {form} | {options.count} | {counts} | {time.monotonic() - begun:.0f} |", flush=True)
        os.chdir("/")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
