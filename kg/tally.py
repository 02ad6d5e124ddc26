"""What a graph holds, in numbers: of the whole, or of one slice after another, added up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from . import view
from .model import Graph, Slice

Row = tuple[str, str, str, str, str, str, int]  # of an article: id, file, title, issued, anchor, its basis, copies dropped


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts that add up. `entities`, `facts` and `set_aside` count by kind or reason, `lenders` financings by financier."""

    sources: int = 0
    mentions: int = 0
    in_facts: int = 0
    articles: tuple[Row, ...] = field(default=(), repr=False)
    entities: Mapping[str, int] = field(default_factory=dict)
    facts: Mapping[str, int] = field(default_factory=dict)
    set_aside: Mapping[str, int] = field(default_factory=dict)
    unexplained: tuple[tuple[str, int, str], ...] = ()  # file, offset, words
    lenders: Mapping[str, int] = field(default_factory=dict)  # by name
    reprints: tuple[tuple[str, str], ...] = ()  # article and the one that it reprints

    @property
    def copies(self) -> int:
        """Passages dropped because they were printed before."""
        return sum(a[-1] for a in self.articles)

    @property
    def quantities(self) -> tuple[int, int, int]:
        """How many quantities are in facts, set aside with a reason, unexplained."""
        return self.in_facts, sum(self.set_aside.values()), len(self.unexplained)

    @property
    def lender(self) -> str:
        """The name of the most frequent financier, "" if there is none."""
        return min(self.lenders, key=lambda k: (-self.lenders[k], k), default="")

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.sources + other.sources,
            self.mentions + other.mentions,
            self.in_facts + other.in_facts,
            self.articles + other.articles,
            Counter(self.entities) + Counter(other.entities),
            Counter(self.facts) + Counter(other.facts),
            Counter(self.set_aside) + Counter(other.set_aside),
            self.unexplained + other.unexplained,
            Counter(self.lenders) + Counter(other.lenders),
            self.reprints + other.reprints,
        )


def of_graph(graph: Graph) -> Tally:
    """What a whole graph holds."""
    return _tally(graph, {a.id for a in graph.articles}, {e.id for e in graph.entities}, {f.id for f in graph.facts}, {s.path for s in graph.sources})


def of_slice(part: Slice) -> Tally:
    """What belongs to a slice."""
    own = {a.path for a in part.graph.articles if a.id in part.articles}
    return _tally(part.graph, part.articles, part.entities, part.facts, own)


def _tally(graph: Graph, articles: Collection[str], entities: Collection[str], facts: Collection[str], sources: Collection[str]) -> Tally:
    v = view.view(graph)
    own = [f for f in graph.facts if f.id in facts]
    used = {(a.mention.article, a.mention.span) for f in graph.facts for _, a in f.amounts}
    used |= {(m.article, m.span) for f in graph.facts for e in f.evidence for m in e.mentions if m.kind == "Quantity"}  # a sum told twice
    used |= {(e.size.mention.article, e.size.mention.span) for e in graph.entities if e.size}
    asides = [a for a in graph.asides if a.amount.mention.article in articles]
    open_ = []
    for a in asides:
        if not a.reason:
            article, offset = view.mention_place(v, a.amount.mention)
            open_.append((article.path, offset, a.amount.quantity.verbatim))
    return Tally(
        sum(s.path in sources for s in graph.sources),
        sum(k.mention.article in articles for k in graph.links),
        sum(article in articles for article, _ in used),
        tuple(
            (a.id, a.path, a.title, view.when(a.issued), view.when(a.anchor), a.anchor.basis if a.anchor else "", len(a.copies))
            for a in graph.articles
            if a.id in articles
        ),
        Counter(e.kind for e in graph.entities if e.id in entities),
        Counter(f.kind for f in own),
        Counter(a.reason for a in asides if a.reason),
        tuple(open_),
        Counter(v.entities[x].label for f in own if f.kind == "FinancingEvent" for x in f.role("financier") if x in v.entities),
        tuple((a.id, a.reprint_of) for a in graph.articles if a.reprint_of and a.id in articles),
    )


def plain(tally: Tally) -> dict[str, Any]:
    """The counts for a manifest: what `shown` needs to say them again. The first unexplained quantity is named, the others are counted."""
    used, aside, open_ = tally.quantities
    first = tally.unexplained[0] if tally.unexplained else None
    return {
        "files": tally.sources,
        "articles": len(tally.articles),
        "copies": tally.copies,
        "reprints": len(tally.reprints),
        "entities": dict(sorted(tally.entities.items())),
        "facts": dict(sorted(tally.facts.items())),
        "mentions": tally.mentions,
        "quantities": {"in_facts": used, "set_aside": aside, "unexplained": open_},
        "lender": tally.lender,
        "first_unexplained": f"{first[0]}:{first[1]}" if first else "",
    }
