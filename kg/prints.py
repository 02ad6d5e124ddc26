"""Fingerprints of texts: a sample of their runs of eight letters and digits, as numbers; noise and cuts leave most of them standing."""

from __future__ import annotations

import re
from zlib import crc32

GRAM = 8  # letters and digits
SAMPLE = 4  # one run in so many is kept, chosen by its characters, so that two texts keep the same ones
_BESIDE = re.compile(r"[\W_]+")


def fingerprint(folded: str) -> tuple[int, ...]:
    """The kept runs of a folded text, sorted, each once; white space and marks do not count. The same on every machine.

    >>> one, other = fingerprint("梅林村的路灯亮了，老人们都说好。"), fingerprint("“梅林村的路灯亮了”：老人们都说好！")
    >>> one == other, len(one)
    (True, 1)
    """
    data = _BESIDE.sub("", folded).encode("utf-32-le", "surrogatepass")
    chosen = [at for at, low in enumerate(data[::4]) if not low % SAMPLE]  # by its first character: a look at each costs less than a number
    return tuple(sorted({crc32(data[4 * at : 4 * (at + GRAM)]) for at in chosen if at <= len(data) // 4 - GRAM}))
