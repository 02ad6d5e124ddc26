"""Where a name begins: the left edge of a name whose right edge is known by its suffix."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from .model import Mention, Span
from .pack import Pack

_BREAK = re.compile(r"[^\w·&+—\-“”‘’（）()]")
_MARK = re.compile(r"“[^“”，。！？；]{1,14}”|‘[^‘’，。！？；]{1,14}’|（[^（），。！？；]{1,14}）|\([^()，。！？；]{1,14}\)|[“”‘’（）()]")


@dataclass(frozen=True, slots=True)
class Spans:
    """Mentions of one article by start and by end, for look-ups."""

    starts: tuple[int, ...]
    by_start: tuple[Mention, ...]
    ends: tuple[int, ...]
    by_end: tuple[Mention, ...]

    @classmethod
    def of(cls, mentions: Sequence[Mention]) -> Spans:
        a = tuple(sorted(mentions, key=lambda m: (m.span.start, -m.span.end)))
        b = tuple(sorted(mentions, key=lambda m: (m.span.end, -m.span.start)))
        return cls(tuple(m.span.start for m in a), a, tuple(m.span.end for m in b), b)

    def starting_in(self, low: int, high: int) -> tuple[Mention, ...]:
        """Mentions that start in [low, high), by start."""
        return self.by_start[bisect_left(self.starts, low) : bisect_left(self.starts, high)]

    def ending_at(self, end: int) -> tuple[Mention, ...]:
        """Mentions that end just there, shortest first."""
        return self.by_end[bisect_left(self.ends, end) : bisect_right(self.ends, end)]

    def chain_start(self, end: int, low: int = 0) -> int:
        """Where the unbroken chain of mentions that ends at `end` starts; `end` itself if none does."""
        while True:
            before = [m for m in self.ending_at(end) if m.span.start >= low]
            if not before:
                return end
            end = min(m.span.start for m in before)


def meeting(spans: Iterable[Span]) -> Callable[[Span], bool]:
    """A test whether one of the spans shares a character with another one.

    >>> meets = meeting([Span(2, 4), Span(3, 9)])
    >>> meets(Span(8, 10)), meets(Span(9, 10))
    (True, False)
    """
    ordered = sorted(spans)
    starts, reach = [s.start for s in ordered], [*accumulate((s.end for s in ordered), max)]

    def meets(span: Span) -> bool:
        before = bisect_left(starts, span.end)
        return before > 0 and reach[before - 1] > span.start

    return meets


def covering(spans: Iterable[Span]) -> Callable[[Span], bool]:
    """A test whether one of the spans covers another one.

    >>> covered = covering([Span(2, 4), Span(3, 9)])
    >>> covered(Span(4, 9)), covered(Span(2, 9))
    (True, False)
    """
    ordered = sorted(spans)
    starts, reach = [s.start for s in ordered], [*accumulate((s.end for s in ordered), max)]

    def covered(span: Span) -> bool:
        before = bisect_right(starts, span.start)
        return before > 0 and reach[before - 1] >= span.end

    return covered


def occurrences(text: str, word: str) -> Iterator[tuple[int, int]]:
    """Start and end of each place where a word stands, from left to right, without overlaps.

    >>> list(occurrences("李良说，李良笑", "李良"))
    [(0, 2), (4, 6)]
    """
    at = text.find(word)
    while at >= 0:
        yield at, at + len(word)
        at = text.find(word, at + len(word))


@cache
def stop_pattern(pack: Pack) -> re.Pattern[str]:
    """Words that cannot stand inside a name, to its left: verbs and function words (lexicon edge_words)."""
    words = pack.words("edge_words", "word")
    return re.compile("|".join((*map(re.escape, words), *(e.name for e in pack.entries("edge_words") if e.kind == "regex"))))


def left_edge(text: str, end: int, places: Spans, pack: Pack, limit: int = 24) -> int:
    """The start of the name that ends at `end`, at most `limit` characters to the left.

    Punctuation ends a name, so does a stop word outside a place name; a name that holds places starts with the first
    of them, unless only Latin letters or a quoted brand stand before it.
    """
    low = max(0, end - limit)
    for m in _BREAK.finditer(text, low, end):
        low = m.end()
    for m in _MARK.finditer(text, low, end):
        if m[0][0] in "”’）)(（“‘" and len(m[0]) == 1:  # a mark without its partner
            low = m.end()
    inside = [m.span for m in places.starting_in(low, end)]
    for m in stop_pattern(pack).finditer(text, low, end):
        if not any(s.meets(Span(m.start(), m.end())) for s in inside):
            low = max(low, m.end())
    first = next((s.start for s in inside if s.start >= low and text[s.start - 1 : s.start] not in ("（", "(")), None)
    if first is not None and not re.fullmatch(r"[A-Za-z0-9]*|“[^”]*”|‘[^’]*’", text[low:first]):
        low = first
    return low
