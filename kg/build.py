"""A build is a map and a merge: `extract` over the documents, in any number of processes, and one order-free `merge`.

Cache, processes and a cluster rest on these two: the same documents give the same graph in every order and partition.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from . import pack, reprints
from .errors import KgError
from .extract import extract
from .model import Article, Aside, Document, DocumentFacts, Entity, Evidence, Fact, Graph, Link, Mention, Metric

T = TypeVar("T", Entity, Fact, Metric)


def extract_all(documents: Iterable[Document], folders: tuple[Path, ...] = ()) -> tuple[list[DocumentFacts], list[KgError]]:
    """What each document says, and which documents failed, in this process. Raises KgError for a bad pack."""
    done = [extract_one(d, folders) for d in documents]
    return [x for x in done if isinstance(x, DocumentFacts)], [x for x in done if isinstance(x, KgError)]


def extract_one(document: Document, folders: tuple[Path, ...] = ()) -> DocumentFacts | KgError:
    """One step of the map. A document that breaks the program is told and left out; KG_DEBUG=1 lets the fault through."""
    try:
        return extract(document, pack.load(*folders))
    except KgError:  # a fault of the pack, not of the document
        raise
    except Exception as error:
        if os.environ.get("KG_DEBUG"):
            raise
        return KgError("extract-failed", path=document.source.path, why=f"{type(error).__name__}: {error}")


def merge(parts: Iterable[DocumentFacts]) -> Graph:
    """All parts as one graph, sorted, each id once; their order does not matter.

    An article that stands in two files counts once, as read in the first file by path. One that reprints another, in other words
    here and there or in part, is marked so. Facts said twice are one fact with the evidence of both.
    """
    parts = _each_article_once(parts)
    same = reprints.find(s for p in parts for s in reprints.stories(p))
    parts = [reprints.renamed(p, same) for p in parts] if same else parts
    return Graph(
        sources=tuple(sorted({p.source for p in parts}, key=lambda s: (s.path, s.sha256))),
        articles=tuple(sorted((a for p in parts for a in p.articles), key=article_key)),
        links=tuple(sorted({k for p in parts for k in p.links}, key=link_key)),
        entities=tuple(one_entity(Counter(same)) for same in _by_id(e for p in parts for e in p.entities)),
        facts=tuple(map(one_fact, _by_id(f for p in parts for f in p.facts))),
        asides=tuple(sorted({a for p in parts for a in p.asides}, key=aside_key)),
        metrics=tuple(map(one_metric, _by_id(m for p in parts for m in p.metrics))),
        predicates=tuple(sorted({x for p in parts for x in p.predicates}, key=lambda x: x.id)),
    )


def sure(graph: Graph, least: float = 0.5) -> Graph:
    """The graph without the facts below a confidence that no person confirmed; numbers that only they hold are set aside as asideUncertain."""
    kept = {f.id for f in graph.facts if f.confidence >= least or f.review}
    if len(kept) == len(graph.facts):
        return graph
    gone = {f.id for f in graph.facts} - kept
    facts = tuple(_without_roles(f, gone) for f in graph.facts if f.id in kept)
    held = {a.mention for f in facts for _, a in f.amounts} | {e.size.mention for e in graph.entities if e.size}
    loose = {a for f in graph.facts if f.id in gone for _, a in f.amounts if a.mention not in held}
    asides = {*graph.asides, *(Aside(a, "asideUncertain") for a in loose)}
    return replace(graph, facts=facts, asides=tuple(sorted(asides, key=aside_key)))


def _without_roles(fact: Fact, gone: set[str]) -> Fact:
    """A fact that names no fact that is gone."""
    if gone.isdisjoint(value for _, value in fact.roles):
        return fact
    return replace(fact, roles=tuple(r for r in fact.roles if r[1] not in gone))


def _each_article_once(parts: Iterable[DocumentFacts]) -> list[DocumentFacts]:
    """The parts, sorted by path, without the articles that an earlier part has and what rests on them alone."""
    seen: set[str] = set()
    out = []
    for part in sorted(parts, key=lambda p: (p.source.path, p.source.sha256)):
        again = {a.id for a in part.articles} & seen
        seen |= {a.id for a in part.articles}
        out.append(without(part, again) if again else part)
    return out


def without(part: DocumentFacts, articles: Collection[str]) -> DocumentFacts:
    """A part without some of its articles and what rests on them alone."""
    facts = []
    for fact in part.facts:
        evidence = tuple(e for e in fact.evidence if e.article not in articles)
        if evidence:
            facts.append(replace(fact, evidence=evidence))
    rest = tuple(a for a in part.articles if a.id not in articles)
    return replace(
        part,
        articles=rest,
        links=tuple(k for k in part.links if k.mention.article not in articles),
        entities=part.entities if rest else (),
        facts=tuple(facts),
        asides=tuple(a for a in part.asides if a.amount.mention.article not in articles),
        metrics=part.metrics if rest else (),
    )


def _by_id(values: Iterable[T]) -> list[list[T]]:
    """The values of one id together, ids sorted."""
    groups: dict[str, list[T]] = {}
    for value in values:
        groups.setdefault(value.id, []).append(value)
    return [groups[k] for k in sorted(groups)]


def one_entity(same: Mapping[Entity, int]) -> Entity:
    """The entity the documents agree on (each reading with how many have it): the kind most of them give, the longest label, every other name an alias."""
    if len(same) == 1:
        return next(iter(same))
    kinds: Counter[str] = Counter()
    for e, times in same.items():
        kinds[e.kind] += times
    label = max((e.label for e in same), key=lambda text: (len(text), text))
    names = {n for e in same for n in (e.label, *e.aliases)}
    return Entity(
        id=next(iter(same)).id,
        kind=min(kinds, key=lambda k: (-kinds[k], k)),
        label=label,
        aliases=tuple(sorted(names - {label})),
        parent=min((e.parent for e in same if e.parent), default=""),
        code=min((e.code for e in same if e.code), default=""),
        size=min((e.size for e in same if e.size), key=lambda a: _mention_key(a.mention), default=None),
    )


def one_fact(same: list[Fact]) -> Fact:
    """The fact in its surest wording, with the evidence of all."""
    if len(same) == 1:
        return same[0]
    best = min(same, key=surest)
    return replace(best, evidence=tuple(sorted({e for f in same for e in f.evidence}, key=evidence_key)), review=max(f.review for f in same))


def surest(f: Fact) -> tuple[object, ...]:
    """The order of one fact's wordings, the surest first."""
    return -f.confidence, f.found_by, evidence_key(f.evidence[0]) if f.evidence else ()


def one_metric(same: list[Metric]) -> Metric:
    """The metric under its shortest label, every other name an alias."""
    if len(set(same)) == 1:
        return same[0]
    label = min((m.label for m in same), key=lambda text: (len(text), text))
    return Metric(same[0].id, label, tuple(sorted({n for m in same for n in (m.label, *m.aliases)} - {label})))


def _mention_key(m: Mention) -> tuple[str, int, int, str, str]:
    return m.article, m.span.start, m.span.end, m.kind, m.found_by


def article_key(a: Article) -> tuple[object, ...]:
    """The order of articles: as one reads the files."""
    return a.path, a.runs[0].raw if a.runs else 0, a.id


def link_key(link: Link) -> tuple[object, ...]:
    """The order of links."""
    return *_mention_key(link.mention), link.entity


def aside_key(aside: Aside) -> tuple[object, ...]:
    """The order of quantities set aside."""
    return *_mention_key(aside.amount.mention), aside.reason


def evidence_key(e: Evidence) -> tuple[object, ...]:
    """The order of a fact's evidence."""
    return e.article, e.passages, tuple(map(_mention_key, e.mentions))
