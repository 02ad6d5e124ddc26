"""Articles in Traditional characters: read as if they were Simplified, so that all names link alike; told as they are written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .fold import simplified
from .model import Amount, Article, Aside, DocumentFacts, Entity, Evidence, Fact, Link, Mention, Quantity, Span, TimeRef

_WORDED = ("title", "collateral")  # roles that hold words of the text


def read_as_simplified(article: Article, read: Callable[[Article], DocumentFacts]) -> DocumentFacts:
    """What `read` finds in an article, whatever characters it is written in. Labels and metrics are Simplified, with the written
    forms as aliases; posts, quantities and times are worded as written. A fact keeps the id of its Simplified twin.
    """
    text = simplified(article.text)
    if text == article.text:
        return read(article)
    return _as_written(read(replace(article, text=text)), article, text)


def _as_written(part: DocumentFacts, article: Article, text: str) -> DocumentFacts:
    def words(said: str, start: int, end: int) -> str:
        """What the article has in the place of some words that stand between two offsets."""
        at = text.find(said, start, end) if said else -1
        return said if at < 0 else article.text[at : at + len(said)]

    def mention(m: Mention) -> Mention:
        if isinstance(m.value, Quantity):
            return replace(m, value=replace(m.value, verbatim=words(m.value.verbatim, m.span.start, m.span.end)))
        if isinstance(m.value, TimeRef):
            return replace(m, value=replace(m.value, text=words(m.value.text, m.span.start, m.span.end)))
        return m

    def amount(a: Amount) -> Amount:
        span = a.mention.span
        return Amount(replace(a.quantity, verbatim=words(a.quantity.verbatim, span.start, span.end)), mention(a.mention))

    def fact(f: Fact) -> Fact:
        evidence = tuple(Evidence(e.article, e.passages, tuple(map(mention, e.mentions))) for e in f.evidence)
        around = [span for e in f.evidence for span in e.passages] or [Span(0, 0)]
        low, high = min(around).start, max(s.end for s in around)
        time = f.time and replace(f.time, text=words(f.time.text, low, high))
        roles = tuple((k, words(v, low, high) if k in _WORDED else v) for k, v in f.roles)
        return replace(f, roles=roles, amounts=tuple((k, amount(a)) for k, a in f.amounts), time=time, evidence=evidence)

    written: dict[str, set[str]] = {}
    for link in part.links:
        if not link.mention.anaphor:
            written.setdefault(link.entity, set()).add(article.at(link.mention.span))

    def entity(e: Entity) -> Entity:
        forms = {*e.aliases, *written.get(e.id, ())} - {e.label}
        return replace(e, aliases=tuple(sorted(forms)), size=e.size and amount(e.size))

    return replace(
        part,
        articles=(article,),
        links=tuple(Link(mention(k.mention), k.entity) for k in part.links),
        entities=tuple(map(entity, part.entities)),
        facts=tuple(map(fact, part.facts)),
        asides=tuple(Aside(amount(a.amount), a.reason) for a in part.asides),
    )
