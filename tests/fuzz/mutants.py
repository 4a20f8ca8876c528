"""Damaged copies of a file: bits flipped, pages zeroed, pieces cut, doubled, moved, and words no reader expects."""

from __future__ import annotations

import random
import re

NUMBERS = (
    b"nan inf -inf 1e44 1e308 -1 0 1 2 9 60.18 24.9 99999999999999999999 4294967296 -180.0000001 91 0x10 1,5".split(
        b" "
    )
)
WORDS = (
    b"\xff\xfe \0 ' \" < > & ]]> "
    b"&#0; ../../../etc/passwd /vsicurl/http://127.0.0.1:9/x {} [] null true \xe2\x80\xae \x1b[31m"
).split(b" ")
"""What takes the place of a number or of a word in a text."""
_WORD = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|[A-Za-z_:]{2,}")


def mutate(content: bytes, seed: str) -> bytes:
    """Return a damaged copy of a file; the same of the same seed.

    Parameters
    ----------
    content : bytes
        Not empty.
    seed : str
    """
    dice = random.Random(seed)
    changes = [_flip, _flip, _zero, _fill, _cut, _drop, _double, _move, _insert]
    if _is_text(content):
        # Most damage to a text makes it one of no format at all, which the first line of any reader refuses.
        changes = [*changes, *[_word] * 20]
    for _ in range(dice.choice((1, 1, 1, 2, 4))):
        content = dice.choice(changes)(content, dice) or b"\0"
    return content


def _is_text(content: bytes) -> bool:
    return b"\0" not in content[:1000] and 32 <= content[0] < 127


def _span(content: bytes, dice: random.Random, longest: int = 4096) -> tuple[int, int]:
    start = dice.randrange(len(content))
    # Headers are short and decide much: one damage in three is near the start.
    start = start if dice.random() < 0.67 else min(start, dice.randrange(200))
    return start, min(start + dice.choice((1, 2, 4, 16, 256, longest)), len(content))


def _flip(content: bytes, dice: random.Random) -> bytes:
    bad = bytearray(content)
    for _ in range(dice.choice((1, 1, 3, 16))):
        bad[_span(content, dice)[0]] ^= 1 << dice.randrange(8)
    return bytes(bad)


def _zero(content: bytes, dice: random.Random) -> bytes:
    start, stop = _span(content, dice)
    return content[:start] + bytes(stop - start) + content[stop:]


def _fill(content: bytes, dice: random.Random) -> bytes:
    start, stop = _span(content, dice, 16)
    return content[:start] + dice.choice((b"\xff", b"\x7f", b"\x80", b"9")) * (stop - start) + content[stop:]


def _cut(content: bytes, dice: random.Random) -> bytes:
    return content[: _span(content, dice)[0]]


def _drop(content: bytes, dice: random.Random) -> bytes:
    start, stop = _span(content, dice)
    return content[:start] + content[stop:]


def _double(content: bytes, dice: random.Random) -> bytes:
    start, stop = _span(content, dice)
    return content[:stop] + content[start:]


def _move(content: bytes, dice: random.Random) -> bytes:
    (a, b), (c, _) = _span(content, dice), _span(content, dice)
    rest = content[:a] + content[b:]
    return rest[:c] + content[a:b] + rest[c:]


def _insert(content: bytes, dice: random.Random) -> bytes:
    start = _span(content, dice)[0]
    return content[:start] + dice.randbytes(dice.choice((1, 2, 8, 300))) + content[start:]


def _word(content: bytes, dice: random.Random) -> bytes:
    found = list(_WORD.finditer(content))
    if not found:
        return content
    match = dice.choice(found)
    return content[: match.start()] + dice.choice(NUMBERS if dice.random() < 0.7 else WORDS) + content[match.end() :]
