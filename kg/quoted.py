"""Quotation marks and brackets: pairing them inside one block, and saying what a quoted name names.

Quotes do not balance across paragraphs, so they are paired inside a block only; ‘ ’ may stand inside “ ”.
"""

from __future__ import annotations

import re
from typing import NamedTuple

CLOSER = {"“": "”", "‘": "’", "「": "」", "『": "』", "《": "》", "(": ")", "（": "）", "【": "】", "〈": "〉"}
OPENER = {v: k for k, v in CLOSER.items()}
QUOTES = "“‘「『\""
_MARKS = re.compile('["“”‘’「」『』《》()（）【】〈〉]')


class Pair(NamedTuple):
    """A pair of marks: the opening one is text[start], the closing one text[end - 1]; the name stands between."""

    mark: str
    start: int
    end: int


def pairs(text: str, start: int, end: int) -> list[Pair]:
    """The paired marks of text[start:end], by their closing mark; what is left open or never opened is no pair.

    >>> pairs("“做到‘一人一档’”，“杨", 0, 12)
    [Pair(mark='‘', start=3, end=9), Pair(mark='“', start=0, end=10)]
    """
    found: list[Pair] = []
    stack: list[tuple[str, int]] = []
    for m in _MARKS.finditer(text, start, end):
        mark, at = m.group(), m.start()
        wanted = OPENER.get(mark)
        if mark == '"':  # the straight mark opens and closes
            wanted = mark if any(k == mark for k, _ in stack) else None
        if wanted is None:
            if mark != "(" and stack and stack[-1][0] == mark:  # opened twice: the first was never closed
                stack.pop()
            stack.append((mark, at))
            continue
        depth = next((n for n in range(len(stack) - 1, -1, -1) if stack[n][0] == wanted), None)
        if depth is not None:
            opened = stack[depth][1]
            del stack[depth:]
            found.append(Pair(wanted, opened, at + 1))
    return found


def chain_ends(text: str, quotes: list[Pair]) -> dict[int, int]:
    """Outer end of each quote → outer end of the last of its chain: “A”“B”、“C”等 share what follows.

    >>> text = "“甲”、“乙”等活动"
    >>> chain_ends(text, pairs(text, 0, len(text)))
    {7: 7, 3: 7}
    """
    by_start = {q.start: q.end for q in quotes}
    ends: dict[int, int] = {}
    for q in sorted(quotes, key=lambda q: -q.start):
        after = q.end
        step = 1 if text[after : after + 1] in ("、", "和", "及", "与") else 0
        following = by_start.get(after + step)
        ends[after] = ends.get(following, following) if following is not None else after
    return ends
