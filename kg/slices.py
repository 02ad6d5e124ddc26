"""A corpus as slices of its merged graph, with little in memory: what `build.merge` makes of all parts at once, a stretch of documents at a time.

First the outlines of all documents go into an index: which document an article, an entity or a fact is from first, who words a fact
best, how many documents read an entity how. Then each slice needs its own documents, the index, and where a fact is worded best
elsewhere that one document. Slices can be cut in any process and any order.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from . import codec, store
from .build import article_key, aside_key, evidence_key, link_key, one_entity, one_fact, one_metric, surest, without
from .corpus import Corpus
from .model import Article, Aside, DocumentFacts, Entity, Fact, Graph, Metric, Slice, SourceFile
from .reprints import First, Story, find, renamed, stories

SIZE = 500  # articles of a slice, about
_ASKED = 500  # ids in one question to the index

_TABLES = """
PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536;
CREATE TABLE document (number INTEGER PRIMARY KEY, path TEXT, sha256 TEXT, key BLOB, part INTEGER, changed TEXT, kept TEXT);
CREATE TABLE article (id TEXT PRIMARY KEY, document INTEGER) WITHOUT ROWID;
CREATE TABLE reading (id TEXT, row TEXT, times INTEGER, first INTEGER, PRIMARY KEY (id, row)) WITHOUT ROWID;
CREATE TABLE claim (ends TEXT, id TEXT, document INTEGER, PRIMARY KEY (ends, id)) WITHOUT ROWID;
CREATE TABLE predicate (row TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE said (id TEXT, document INTEGER, confidence REAL, rule TEXT, article TEXT);
"""
_READING = "INSERT INTO reading VALUES (?, ?, 1, ?) ON CONFLICT (id, row) DO UPDATE SET times = times + 1"
_SHARED = """
CREATE TABLE shared (id TEXT PRIMARY KEY, best INTEGER, first INTEGER) WITHOUT ROWID;
INSERT INTO shared SELECT id, document, first FROM (
  SELECT id, document, row_number() OVER (PARTITION BY id ORDER BY confidence DESC, rule, article, document) AS place,
         min(document) OVER (PARTITION BY id) AS first, count(*) OVER (PARTITION BY id) AS times FROM said
) WHERE place = 1 AND times > 1;
DROP TABLE said;
"""


@dataclass(frozen=True, slots=True)
class Index:
    """Where the parts and the index of a corpus are, and the ranges of documents of its slices."""

    parts: Path
    path: Path
    ranges: tuple[tuple[int, int], ...]
    documents: int
    duplicates: int  # articles that stand in an earlier document too

    def __len__(self) -> int:
        return len(self.ranges)


def index(corpus: Corpus, path: Path, size: int = SIZE) -> Index:
    """Make the index of a corpus that is in a store. `size`: articles of a slice."""
    assert corpus.path
    reader, base = store.Reader(corpus.path), sqlite3.connect(path, isolation_level=None)
    base.executescript(_TABLES)
    base.execute("BEGIN")
    again, told = _stories(reader, corpus)
    same = find(told)
    bounds, articles = [0], 0
    for number, (place, (name, sha256, packed)) in enumerate(zip(corpus.places, reader.outlines(corpus.places), strict=True)):
        named = codec.outline(packed)
        gone, copies = again.get(number, ()), {a: same[a] for a in named.articles if a in same}
        if gone or copies:
            named = codec.outline_of(renamed(without(codec.unpack(next(reader.bodies([place]))), gone), copies))
        changed = json.dumps([gone, [(a, f.article, f.day and f.day.isoformat()) for a, f in copies.items()]]) if gone or copies else ""
        base.execute("INSERT INTO document VALUES (?, ?, ?, ?, ?, ?, ?)", (number, name, sha256, *place, changed, named.kept))
        base.executemany("INSERT OR IGNORE INTO article VALUES (?, ?)", ((a, number) for a in named.articles))
        base.executemany(_READING, ((i, row, number) for i, row in (*named.entities, *named.metrics)))
        base.executemany("INSERT INTO said VALUES (?, ?, ?, ?, ?)", ((f[0], number, *f[1:]) for f in named.facts))
        base.executemany("INSERT OR IGNORE INTO claim VALUES (?, ?, ?)", ((*row, number) for row in named.claims))
        base.executemany("INSERT OR IGNORE INTO predicate VALUES (?)", ((row,) for row in named.predicates))
        articles += len(named.articles)
        if articles >= size:
            bounds.append(number + 1)
            articles = 0
    base.execute("COMMIT")
    base.executescript(_SHARED)
    base.close()
    reader.close()
    if bounds[-1] < len(corpus):
        bounds.append(len(corpus))
    return Index(corpus.path, path, tuple(pairwise(bounds)), len(corpus), sum(map(len, again.values())))


def _stories(reader: store.Reader, corpus: Corpus) -> tuple[dict[int, list[str]], list[Story]]:
    """By document the articles that an earlier one has; and the stories of all others."""
    known: set[str] = set()
    again: dict[int, list[str]] = {}
    out: list[Story] = []
    for number, (place, data) in enumerate(zip(corpus.places, reader.stories(corpus.places), strict=True)):
        told = list(codec.stories_of(data))
        gone = sorted(known.intersection(s.article for s in told))
        if gone:
            again[number] = gone
            told = list(stories(without(codec.unpack(next(reader.bodies([place]))), gone)))
        known.update(s.article for s in told)
        out += told
    return again, out


def files(of: Index) -> Iterator[tuple[str, str]]:
    """Path and hash of every document."""
    base = sqlite3.connect(of.path)
    yield from base.execute("SELECT path, sha256 FROM document ORDER BY number")
    base.close()


def kept(of: Index) -> Iterator[SourceFile]:
    """The sources whose text is kept beside the graph."""
    base, reader = sqlite3.connect(of.path), store.Reader(of.parts)
    for body in reader.bodies(base.execute("SELECT key, part FROM document WHERE kept != '' ORDER BY number")):
        yield codec.unpack(body).source
    base.close()
    reader.close()


def slices(of: Index, least: float = 0.5) -> Iterator[Slice]:
    """All slices, in the order of the documents' paths. `least`: facts below this confidence stay out (`build.sure`)."""
    for number in range(len(of)):
        yield cut(of, number, least)


def cut(of: Index, number: int, least: float = 0.5) -> Slice:
    """One slice. Depends on nothing but the index and the store, and may be called in any process."""
    cutter = _Cutter(of, *of.ranges[number])
    try:
        return cutter.slice(least)
    finally:
        cutter.close()


class _Cutter:
    """The documents of a slice (`low` to `high`, half-open), and what it looks up beyond them."""

    def __init__(self, of: Index, low: int, high: int) -> None:
        self.low, self.high = low, high
        self.base, self.store = sqlite3.connect(of.path), store.Reader(of.parts)
        self.loaded: dict[int, DocumentFacts] = {}
        self.own = [self.part(n) for n in range(low, high)]
        self.articles = {a.id: a for p in self.own for a in p.articles}
        self.said: dict[str, list[Fact]] = {}
        for p in self.own:
            for f in p.facts:
                self.said.setdefault(f.id, []).append(f)
        self.shared = self.sharing(self.said)
        self.predicates = tuple(sorted((codec.predicate_of(row) for (row,) in self.base.execute("SELECT row FROM predicate")), key=lambda p: p.id))
        self.kinds = {"gf:finances", *(p.id for p in self.predicates if p.parent)}

    def close(self) -> None:
        self.base.close()
        self.store.close()

    def part(self, number: int) -> DocumentFacts:
        """What a document says, without the articles that an earlier one has; its reprints as their first printings say it."""
        found = self.loaded.get(number)
        if found is None:
            key, place, changed = self.base.execute("SELECT key, part, changed FROM document WHERE number=?", (number,)).fetchone()
            found = codec.unpack(next(self.store.bodies([(key, place)])))
            if changed:
                gone, copies = json.loads(changed)
                same = {a: First(first, date.fromisoformat(day) if day else None) for a, first, day in copies}
                found = renamed(without(found, gone), same)
            self.loaded[number] = found
        return found

    def mine(self, document: int) -> bool:
        return self.low <= document < self.high

    def look(self, table: str, columns: str, wanted: Iterable[str]) -> dict[str, list[tuple[Any, ...]]]:
        """The rows of the index by id, of those ids that have any."""
        ids, out = sorted(set(wanted)), dict[str, list[tuple[Any, ...]]]()
        for n in range(0, len(ids), _ASKED):
            some = ids[n : n + _ASKED]
            for identifier, *row in self.base.execute(f"SELECT id, {columns} FROM {table} WHERE id IN ({','.join('?' * len(some))})", some):
                out.setdefault(identifier, []).append(tuple(row))
        return out

    def sharing(self, facts: Iterable[str]) -> dict[str, tuple[int, int]]:
        """Of facts that several documents say: which words it best, which says it first."""
        return {i: (best, first) for i, [(best, first)] in self.look("shared", "best, first", facts).items()}

    def readings(self, identifiers: Iterable[str]) -> dict[str, list[tuple[str, int, int]]]:
        """Of entities and metrics: their lines, how many documents have each, and which first."""
        return {i: [(row, times, first) for row, times, first in rows] for i, rows in self.look("reading", "row, times, first", identifiers).items()}

    def fact(self, identifier: str) -> tuple[Fact, bool]:
        """A fact said here in the surest wording of all, with the evidence of this slice; whether it belongs here."""
        here = self.said[identifier]
        if identifier not in self.shared:
            return one_fact(here), True
        best, first = self.shared[identifier]
        worded = here if self.mine(best) else [f for f in self.part(best).facts if f.id == identifier]
        evidence = tuple(sorted({e for f in here for e in f.evidence}, key=evidence_key))
        return replace(min(worded, key=surest), evidence=evidence), self.mine(first)

    def elsewhere(self, identifier: str, document: int) -> Fact | None:
        """A fact that is not said here, which a wording of another document names: with the evidence of that document."""
        document, _ = self.sharing([identifier]).get(identifier, (document, 0))
        there = [f for f in self.part(document).facts if f.id == identifier]
        return one_fact(there) if there else None

    def beside(self, claim: Fact) -> list[tuple[str, int]]:
        """The claims between the ends of a claim that is a kind of another, with a document that says each: whether the other is said."""
        (predicate,) = claim.role("predicate") if claim.kind == "Claim" and claim.status == "reported" else ("",)
        if predicate not in self.kinds:
            return []
        return self.base.execute("SELECT id, document FROM claim WHERE ends=?", (codec.pair(claim),)).fetchall()

    def slice(self, least: float) -> Slice:
        found = {i: self.fact(i) for i in self.said}
        gone = {i: f for i, (f, _) in found.items() if f.confidence < least}
        facts = {i: f for i, (f, _) in found.items() if i not in gone}
        todo = [(facts[i], best) for i, (best, _) in self.shared.items() if i in facts and not self.mine(best)]
        for f in tuple(facts.values()):
            for identifier, document in self.beside(f):
                if identifier not in found and (other := self.elsewhere(identifier, document)):
                    (facts if other.confidence >= least else gone)[identifier] = other
                    todo.append((other, document))
        while todo:  # what a wording from another document names is said there
            f, document = todo.pop()
            for _, value in f.roles:
                if value.startswith("fact/") and not (value in facts or value in gone) and (other := self.elsewhere(value, document)):
                    (facts if other.confidence >= least else gone)[value] = other
                    todo.append((other, document))
        facts = {i: _without_roles(f, gone) for i, f in facts.items()}
        named = {e.id for p in self.own for e in p.entities} | {k.entity for p in self.own for k in p.links} | {v for f in facts.values() for _, v in f.roles}
        entities, entities_here = self.entities(named)
        metrics = {m.id for p in self.own for m in p.metrics} | {v for f in facts.values() for _, v in f.roles if v.startswith("gfc:")}
        held = {a.mention for f in facts.values() for _, a in f.amounts} | {e.size.mention for e in entities.values() if e.size}
        loose = {a for f in gone.values() for _, a in f.amounts if a.mention not in held and a.mention.article in self.articles}
        wanted = {e.article for f in facts.values() for e in f.evidence} | {m.article for m in held}
        articles, sources = self.around(wanted)
        return Slice(
            Graph(
                sources,
                articles,
                tuple(sorted({k for p in self.own for k in p.links}, key=link_key)),
                tuple(entities[i] for i in sorted(entities)),
                tuple(facts[i] for i in sorted(facts)),
                tuple(sorted({*(a for p in self.own for a in p.asides), *(Aside(a, "asideUncertain") for a in loose)}, key=aside_key)),
                self.metrics(metrics),
                self.predicates,
            ),
            frozenset(self.articles),
            frozenset(entities_here),
            frozenset(i for i, (_, own) in found.items() if own and i in facts),
        )

    def entities(self, named: Iterable[str]) -> tuple[dict[str, Entity], set[str]]:
        """The things of these ids and those above them, as all documents agree on them; which belong here."""
        out: dict[str, Entity] = {}
        here: set[str] = set()
        todo = {i for i in named if i.startswith(("agent/", "place/", "thing/"))}
        while todo:
            for identifier, readings in self.readings(todo).items():
                out[identifier] = one_entity({codec.entity_of(row): times for row, times, _ in readings})
                if self.mine(min(first for _, _, first in readings)):
                    here.add(identifier)
            todo = {e.parent for e in out.values() if e.parent} - out.keys() - todo
        return out, here

    def metrics(self, named: Iterable[str]) -> tuple[Metric, ...]:
        """The metrics among some concepts, with the names that all documents give them."""
        found = self.readings(named)
        return tuple(one_metric([codec.metric_of(row) for row, _, _ in found[i]]) for i in sorted(found))

    def around(self, wanted: Iterable[str]) -> tuple[tuple[Article, ...], tuple[SourceFile, ...]]:
        """This slice's articles and those wanted, with their files."""
        articles, sources = dict(self.articles), {p.source for p in self.own}
        for identifier in sorted(set(wanted) - articles.keys()):
            for (document,) in self.base.execute("SELECT document FROM article WHERE id=?", (identifier,)).fetchall():
                part = self.part(document)
                articles |= {a.id: a for a in part.articles if a.id == identifier}
                sources.add(part.source)
        return tuple(sorted(articles.values(), key=article_key)), tuple(sorted(sources, key=lambda s: (s.path, s.sha256)))


def _without_roles(fact: Fact, gone: Iterable[str]) -> Fact:
    return replace(fact, roles=tuple(r for r in fact.roles if r[1] not in gone)) if any(v in gone for _, v in fact.roles) else fact
