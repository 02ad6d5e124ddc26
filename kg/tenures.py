"""Tenures: a person's post in a body, the body named before the title or the one in focus that such a title belongs to."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .discourse import Scene
from .facts import build
from .linking import LEVEL_OF, home_at
from .model import DIVISION_KINDS, Fact, Mention, Span
from .people import Post


def tenures(s: Scene, posts: Sequence[Post]) -> Iterator[Fact]:
    """One fact a post; without a body where none is named and none in focus fits."""
    names = _Names.of(s)
    for p in posts:
        if not s.entity(p.person):
            continue
        number = s.number_of(p.sentence.start)
        title = s.article.at(p.title)
        stated = (_named(names, p.body) or _of_level(s, names, p.body)) if p.body else None
        body = stated or _in_focus(s, names, s.article.folded[p.title.start : p.title.end], p.title.start)
        roles = [("member", p.person)]
        if body is not None:
            roles.append(("atDivision" if s.kind(body) in DIVISION_KINDS else "organization", body))
        confidence = 0.95 if stated else 0.75 if body else 0.6
        yield build(
            s,
            "Tenure",
            roles,
            [("title", title)],
            sentence=number,
            confidence=confidence,
            rule="post.before-name" if p.title.end <= p.person.span.start else "post.after-name",
        )


@dataclass(frozen=True, slots=True)
class _Names:
    """The linked mentions of an article, for look-ups by place, by what they mean and by kind."""

    linked: Sequence[tuple[int, int, Mention]]  # start, number in the order of linking, mention
    longest: int
    first: Mapping[str, Mention]  # entity → the mention linked first
    fit: dict[tuple[str, ...], tuple[list[int], list[Mention]]]  # kinds → ends and mentions of the outer ones; filled when asked for

    @classmethod
    def of(cls, s: Scene) -> _Names:
        linked = sorted((m.span.start, n, m) for n, m in enumerate(s.linked.entity_of))
        return cls(linked, max((len(m.span) for m in s.linked.entity_of), default=0), {e: m for m, e in reversed([*s.linked.entity_of.items()])}, {})

    def meeting(self, span: Span) -> list[Mention]:
        """Those that share a character with a span, in the order of linking."""
        low, high = bisect_left(self.linked, (span.start - self.longest,)), bisect_left(self.linked, (span.end,))
        return [m for _, m in sorted((n, m) for _, n, m in self.linked[low:high] if m.span.meets(span))]

    def last(self, s: Scene, offset: int, kinds: Sequence[str], ending: str = "") -> Mention | None:
        """The last outer mention before an offset of one of the kinds, whose label ends so."""
        key = (*kinds, ending)
        if key not in self.fit:
            found = [m for m in s.outer if s.kind(m) in kinds and (e := s.entity(m)) and s.linked.entities[e].label.endswith(ending)]
            self.fit[key] = [m.span.end for m in found], found
        ends, found = self.fit[key]
        before = bisect_right(ends, offset)
        return found[before - 1] if before else None


def _named(names: _Names, body: Span) -> Mention | None:
    """The linked mention that the body's span is, ends with, or lies at the end of."""
    linked = names.meeting(body)
    exact = next((m for m in linked if m.span == body), None)
    return exact or max((m for m in linked if m.span.end == body.end or body.covers(m.span)), key=lambda m: (m.span.end, len(m.span)), default=None)


def _of_level(s: Scene, names: _Names, body: Span) -> Mention | None:
    """县委, 镇党委: the article's own division of that level."""
    word = s.article.folded[body.start : body.end]
    own = home_at(LEVEL_OF.get(word[:1], ""), word[:1], s.linked.home, s.linked.entities)
    target = {"村": s.linked.home_village, "镇": s.linked.home_town, "乡": s.linked.home_town}.get(word[:1], "") or (own.id if own else "")
    return names.first.get(target)


def _in_focus(s: Scene, names: _Names, title: str, offset: int) -> Mention | None:
    """The last mention before the title, within the article, of a kind such a title belongs to (lexicon title_bodies)."""
    table = s.pack.by_name["title_bodies"]
    entry = next((table[title[i:]] for i in range(len(title)) if title[i:] in table), None)
    if entry is None:
        return None
    kinds = entry.note.split("|")
    for kind in kinds:
        if kind in DIVISION_KINDS:
            own = {"Village": s.linked.home_village, "Township": s.linked.home_town}.get(kind, "")
            wanted = names.last(s, offset, (kind,))
            if own and (found := names.first.get(own)):
                return wanted if wanted and s.number_of(offset) == s.number_of(wanted.span.start) else found
            if wanted:
                return wanted
    fitting = names.last(s, offset, kinds, title[-2:-1]) if title.endswith("长") else None
    return fitting or names.last(s, offset, kinds)
