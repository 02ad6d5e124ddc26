"""What one document says, as bytes: for the cache, and for the way from a worker to the process that merges.

JSON of plain lists, compressed: nothing is run when it is read, so a cache that came with somebody's folder can do no harm. A
mention, which a link, a fact and its evidence share, stands once.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from .build import surest
from .model import (
    Amount,
    Article,
    Aside,
    Block,
    Copy,
    DocumentFacts,
    Entity,
    Evidence,
    Fact,
    Link,
    Mention,
    Meta,
    Metric,
    Predicate,
    Quantity,
    Run,
    SourceFile,
    Span,
    TimeRef,
)
from .reprints import Story, packed, stories

Plain = list[Any]


class Packed(NamedTuple):
    """A part as bytes: all of it, and the little that finding out which documents meet needs: what is told, what is named."""

    path: str  # of the source file
    sha256: str
    encoding: str
    stories: bytes
    outline: bytes
    body: bytes


class Outline(NamedTuple):
    """What a part names: its articles; its facts, each as surely as it is said; its entities and metrics as lines of JSON."""

    articles: list[str]
    facts: list[tuple[str, float, str, str]]  # id, confidence, rule, first article
    entities: list[tuple[str, str]]  # id, row
    metrics: list[tuple[str, str]]
    claims: list[tuple[str, str]]  # `pair` and id of each reported claim
    predicates: list[str]  # relations of packs, as lines of JSON
    kept: str  # where the text of its source is kept


def pack(part: DocumentFacts) -> Packed:
    """The bytes of a part; `unpack` gives back an equal one, `outline` what it names."""
    table, s = _Mentions(), part.source
    body = [
        [s.path, s.sha256, s.encoding, s.text, s.kept, s.pages],
        list(map(_article, part.articles)),
        table.rows,
        [[table.number(k.mention), k.entity] for k in part.links],
        [[e.id, e.kind, e.label, e.aliases, e.parent, e.code, table.amount(e.size), e.apart] for e in part.entities],
        [_fact(f, table) for f in part.facts],
        [[*table.amount(a.amount), a.reason, a.review] for a in part.asides],
        [[m.id, m.label, m.aliases] for m in part.metrics],
        list(map(_predicate, part.predicates)),
    ]
    told = [[x.article, x.order, _day(x.day), x.prints.tolist(), x.names.tolist(), x.numbers.tolist()] for x in stories(part)]
    return Packed(s.path, s.sha256, s.encoding, *(zlib.compress(_json(plain), 1) for plain in (told, outline_of(part), body)))


def stories_of(data: bytes) -> Iterator[Story]:
    """The stories that were packed."""
    for article, (issued, path, raw), day, prints, names, numbers in json.loads(zlib.decompress(data)):
        yield Story(article, (issued, path, raw), _day_of(day), packed(prints), packed(names), packed(numbers))


def outline_of(part: DocumentFacts) -> Outline:
    """What a part names."""
    facts: dict[str, Fact] = {}
    for f in part.facts:
        if f.id not in facts or surest(f) < surest(facts[f.id]):
            facts[f.id] = f
    return Outline(
        [a.id for a in part.articles],
        [(f.id, f.confidence, f.found_by, f.evidence[0].article if f.evidence else "") for f in facts.values()],
        [(e.id, entity_row(e)) for e in part.entities],
        [(m.id, metric_row(m)) for m in part.metrics],
        [(pair(f), f.id) for f in facts.values() if f.kind == "Claim" and f.status == "reported"],
        [predicate_row(p) for p in part.predicates],
        part.source.kept,
    )


def pair(claim: Fact) -> str:
    """The two ends of a claim, whichever way round."""
    return "\t".join(sorted((*claim.role("subject"), *claim.role("object"))))


def outline(data: bytes) -> Outline:
    """The outline that was packed."""
    return Outline(*json.loads(zlib.decompress(data).decode("utf-8", "surrogatepass")))


def unpack(data: bytes) -> DocumentFacts:
    """The part that was packed, from its `body`."""
    source, articles, rows, links, entities, facts, asides, metrics, predicates = json.loads(zlib.decompress(data).decode("utf-8", "surrogatepass"))
    path, sha256, encoding, text, kept, pages = source
    mentions = [Mention(a, Span(start, end), kind, found_by, _value(v), anaphor) for a, start, end, kind, found_by, v, anaphor in rows]

    def amount(quantity: Plain, mention: int) -> Amount:
        return Amount(_quantity(quantity), mentions[mention])

    def evidence(article: str, passages: Plain, numbers: Plain) -> Evidence:
        return Evidence(article, _spans(passages), tuple([mentions[m] for m in numbers]))

    return DocumentFacts(
        SourceFile(path, sha256, encoding, text, kept, tuple(pages)),
        tuple([_article_of(*a) for a in articles]),
        tuple([Link(mentions[m], e) for m, e in links]),
        tuple(
            [
                Entity(i, kind, label, tuple(names), up, code, amount(*size) if size else None, tuple(apart))
                for i, kind, label, names, up, code, size, apart in entities
            ]
        ),
        tuple(
            [
                Fact(
                    i,
                    kind,
                    tuple([(k, v) for k, v in roles]),
                    tuple([(k, amount(q, m)) for k, q, m in amounts]),
                    _time_of(time),
                    status,
                    tuple([evidence(*e) for e in said]),
                    confidence,
                    found_by,
                    review,
                )
                for i, kind, roles, amounts, time, status, said, confidence, found_by, review in facts
            ]
        ),
        tuple([Aside(amount(q, m), reason, review) for q, m, reason, review in asides]),
        tuple([Metric(i, label, tuple(names)) for i, label, names in metrics]),
        tuple([Predicate(*p) for p in predicates]),
    )


def entity_row(e: Entity) -> str:
    """An entity as one line of JSON; equal entities have equal lines."""
    table = _Mentions()
    return _json([e.id, e.kind, e.label, e.aliases, e.parent, e.code, table.amount(e.size), e.apart, table.rows]).decode("utf-8", "surrogatepass")


def entity_of(row: str) -> Entity:
    """The entity of a line."""
    i, kind, label, names, up, code, size, apart, rows = json.loads(row)
    mentions = [Mention(a, Span(start, end), k, found_by, _value(v), anaphor) for a, start, end, k, found_by, v, anaphor in rows]
    return Entity(i, kind, label, tuple(names), up, code, Amount(_quantity(size[0]), mentions[size[1]]) if size else None, tuple(apart))


def metric_row(m: Metric) -> str:
    """A metric as one line of JSON."""
    return _json([m.id, m.label, m.aliases]).decode("utf-8", "surrogatepass")


def metric_of(row: str) -> Metric:
    """The metric of a line."""
    i, label, names = json.loads(row)
    return Metric(i, label, tuple(names))


def predicate_row(p: Predicate) -> str:
    """A relation of a pack as one line of JSON."""
    return _json(_predicate(p)).decode("utf-8", "surrogatepass")


def predicate_of(row: str) -> Predicate:
    """The relation of a line."""
    return Predicate(*json.loads(row))


def _json(plain: Any) -> bytes:
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


class _Mentions:
    """The mentions of a part, each once, by number."""

    def __init__(self) -> None:
        self.rows: list[Plain] = []
        self.numbers: dict[Mention, int] = {}

    def number(self, m: Mention) -> int:
        found = self.numbers.get(m)
        if found is None:
            found = self.numbers[m] = len(self.rows)
            value = None if m.value is None else _plain_quantity(m.value) if isinstance(m.value, Quantity) else _time(m.value)
            self.rows.append([m.article, m.span.start, m.span.end, m.kind, m.found_by, value, m.anaphor])
        return found

    def amount(self, a: Amount | None) -> Plain:
        return [_plain_quantity(a.quantity), self.number(a.mention)] if a else []


def _fact(f: Fact, table: _Mentions) -> Plain:
    amounts = [[k, *table.amount(a)] for k, a in f.amounts]
    evidence = [[e.article, _plain_spans(e.passages), [table.number(m) for m in e.mentions]] for e in f.evidence]
    return [f.id, f.kind, f.roles, amounts, _time(f.time), f.status, evidence, f.confidence, f.found_by, f.review]


def _predicate(p: Predicate) -> Plain:
    return [p.id, p.namespace, p.label, p.english, p.meaning, p.meaning_english, p.parent, p.subject, p.object, p.both]


def _plain_quantity(q: Quantity) -> Plain:
    low, high = ("" if x is None else str(x) for x in (q.low, q.high))
    return [str(q.value), low, high, q.unit, q.currency, q.bound, q.verbatim]


def _quantity(plain: Plain) -> Quantity:
    value, low, high, *rest = plain
    return Quantity(Decimal(value), Decimal(low) if low else None, Decimal(high) if high else None, *rest)


def _time(t: TimeRef | None) -> Plain | None:
    return [t.text, _day(t.start), _day(t.end), t.basis, t.role] if t else None


def _time_of(plain: Plain | None) -> TimeRef | None:
    return TimeRef(plain[0], _day_of(plain[1]), _day_of(plain[2]), plain[3], plain[4]) if plain else None


def _value(plain: Plain | None) -> Quantity | TimeRef | None:
    return _quantity(plain) if plain and len(plain) == 7 else _time_of(plain)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _day_of(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _plain_spans(spans: Sequence[Span]) -> Plain:
    return [x for s in spans for x in (s.start, s.end)]


def _spans(plain: Plain) -> tuple[Span, ...]:
    return tuple(map(Span, plain[::2], plain[1::2]))


def _plain_runs(runs: Sequence[Run]) -> Plain:
    return [x for r in runs for x in (r.start, r.raw, r.length)]


def _runs(plain: Plain) -> tuple[Run, ...]:
    return tuple(map(Run, plain[::3], plain[1::3], plain[2::3]))


def _article(a: Article) -> Plain:
    return [
        *(a.id, a.path, a.text, a.folded if a.folded != a.text else None),
        [[b.kind, b.span.start, b.span.end] for b in a.blocks],
        _plain_runs(a.runs),
        _plain_spans(a.byline),
        [[c.span.start, c.span.end, _plain_runs(c.runs)] for c in a.copies],
        _time(a.issued),
        _time(a.anchor),
        [_day(a.meta.date), a.meta.paper, a.meta.page, a.meta.url],
        a.prints,
        a.reprint_of,
    ]


def _article_of(i: str, path: str, text: str, folded: str | None, blocks: Plain, *rest: Any) -> Article:
    runs, byline, copies, issued, anchor, (day, *meta), prints, reprint_of = rest
    return Article(
        i,
        path,
        text,
        tuple([Block(kind, Span(start, end)) for kind, start, end in blocks]),
        _runs(runs),
        _spans(byline),
        tuple([Copy(Span(start, end), _runs(printed)) for start, end, printed in copies]),
        _time_of(issued),
        _time_of(anchor),
        Meta(_day_of(day), *meta),
        text if folded is None else folded,
        tuple(prints),
        reprint_of,
    )
