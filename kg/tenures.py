"""Tenures: a person's post in a body, the body named before the title or the one in focus that such a title belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .discourse import Scene
from .facts import build
from .linking import LEVEL_OF, home_at
from .model import DIVISION_KINDS, Fact, Mention, Span
from .people import Post


def tenures(s: Scene, posts: Sequence[Post]) -> Iterator[Fact]:
    """One fact a post; without a body where none is named and none in focus fits."""
    for p in posts:
        if not s.entity(p.person):
            continue
        number = s.number_of(p.sentence.start)
        title = s.article.at(p.title)
        stated = (_named(s, p.body) or _of_level(s, p.body)) if p.body else None
        body = stated or _in_focus(s, s.article.folded[p.title.start : p.title.end], p.title.start)
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


def _named(s: Scene, body: Span) -> Mention | None:
    """The linked mention that the body's span is, ends with, or lies at the end of."""
    linked = [m for m in s.linked.entity_of if m.span.meets(body)]
    exact = next((m for m in linked if m.span == body), None)
    return exact or max((m for m in linked if m.span.end == body.end or body.covers(m.span)), key=lambda m: (m.span.end, len(m.span)), default=None)


def _of_level(s: Scene, body: Span) -> Mention | None:
    """县委, 镇党委: the article's own division of that level."""
    word = s.article.folded[body.start : body.end]
    own = home_at(LEVEL_OF.get(word[:1], ""), word[:1], s.linked.home, s.linked.entities)
    target = {"村": s.linked.home_village, "镇": s.linked.home_town, "乡": s.linked.home_town}.get(word[:1], "") or (own.id if own else "")
    return next((m for m, e in s.linked.entity_of.items() if e == target), None)


def _in_focus(s: Scene, title: str, offset: int) -> Mention | None:
    """The last mention before the title, within the article, of a kind such a title belongs to (lexicon title_bodies)."""
    table = s.pack.by_name["title_bodies"]
    entry = next((table[title[i:]] for i in range(len(title)) if title[i:] in table), None)
    if entry is None:
        return None
    kinds = entry.note.split("|")
    before = [m for m in s.outer if m.span.end <= offset and s.kind(m) in kinds and s.entity(m)]
    for kind in kinds:
        if kind in DIVISION_KINDS:
            own = {"Village": s.linked.home_village, "Township": s.linked.home_town}.get(kind, "")
            wanted = [m for m in before if s.kind(m) == kind]
            if own and (found := next((m for m, e in s.linked.entity_of.items() if e == own), None)):
                return wanted[-1] if wanted and s.number_of(offset) == s.number_of(wanted[-1].span.start) else found
            if wanted:
                return wanted[-1]
    fitting = [m for m in before if title.endswith("长") and s.linked.entities[s.entity(m)].label.endswith(title[-2:-1])]
    return next(iter(reversed(fitting or before)), None)
