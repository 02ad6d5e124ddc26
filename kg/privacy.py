"""A graph for publication: private persons left out, quotes shortened.

A person is public where the text gives them a post (a `Tenure`). All others are left out: the entity, the facts it is a
party to, and its names in the sentences of what is left, where 某 stands for each of their characters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from .model import Entity, Graph, Span
from .view import Mark

NEAR = 14  # characters kept on either side of a mark in a shortened quote


def private_persons(graph: Graph) -> frozenset[str]:
    """The ids of the persons without a post."""
    public = {x for f in graph.facts if f.kind == "Tenure" and f.status != "negated" for x in f.role("member")}
    return frozenset(e.id for e in graph.entities if e.kind == "Person" and e.id not in public)


def published(graph: Graph) -> Graph:
    """The graph without its private persons; their names are masked in the articles, so every offset stays right."""
    gone = private_persons(graph)
    left = {f.id for f in graph.facts if not any(x in gone for _, x in f.roles)}
    facts = tuple(replace(f, roles=tuple((k, x) for k, x in f.roles if not x.startswith("fact/") or x in left)) for f in graph.facts if f.id in left)
    persons = [e for e in graph.entities if e.id in gone]
    names = {w for e in persons for w in _names(e)}
    spans: dict[str, list[Span]] = {}
    others: dict[str, list[Span]] = {}
    for link in graph.links:
        (spans if link.entity in gone else others).setdefault(link.mention.article, []).append(link.mention.span)
    pattern = re.compile("|".join(map(re.escape, sorted(names, key=lambda w: (-len(w), w))))) if names else None
    articles = []
    for article in graph.articles:
        kept = others.get(article.id, [])
        found = [Span(m.start(), m.end()) for m in pattern.finditer(article.text)] if pattern else []
        found = [*spans.get(article.id, []), *(s for s in found if not any(o.covers(s) for o in kept))]
        articles.append(replace(article, text=_masked(article.text, found), folded=_masked(article.folded, found)))
    return replace(
        graph,
        articles=tuple(articles),
        links=tuple(x for x in graph.links if x.entity not in gone),
        entities=tuple(e for e in graph.entities if e.id not in gone),
        facts=facts,
    )


def _names(entity: Entity) -> set[str]:
    """What a person is called: names of two characters and more."""
    return {w for w in (entity.label, *entity.aliases) if len(w) > 1}


def _masked(text: str, spans: Sequence[Span]) -> str:
    for s in spans:
        text = text[: s.start] + "某" * len(text[s.start : s.end]) + text[s.end :]
    return text


def shortened(text: str, marks: Sequence[Mark], near: int = NEAR) -> tuple[str, tuple[Mark, ...]]:
    """A quote cut down to its marks and what stands near them, … for the rest; the marks where they are now.

    >>> shortened("零" * 40 + "甲行" + "一" * 40, [Mark(40, 42, "Bank")], near=3)
    ('…零零零甲行一一一…', (Mark(start=4, end=6, kind='Bank', entity=''),))
    """
    pieces: list[tuple[int, int]] = []
    for low, high in sorted((max(0, m.start - near), min(len(text), m.end + near)) for m in marks) or [(0, min(len(text), 3 * near))]:
        if pieces and low <= pieces[-1][1] + 2:
            pieces[-1] = (pieces[-1][0], max(high, pieces[-1][1]))
        else:
            pieces.append((low if low > 2 else 0, high))
    last = pieces[-1]
    pieces[-1] = (last[0], len(text) if len(text) - last[1] <= 2 else last[1])
    out, moved, at = "", list(marks), 0
    for low, high in pieces:
        out += "…" if low > at else ""
        by = len(out) - low
        moved = [
            replace(new, start=old.start + by, end=old.end + by) if low <= old.start and old.end <= high else new for old, new in zip(marks, moved, strict=True)
        ]
        out += text[low:high]
        at = high
    return out + ("…" if at < len(text) else ""), tuple(moved)
