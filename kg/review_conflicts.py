"""Facts that cannot all be right: two sums for one thing, one money read twice, two titles, two parents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from .review_graph import Nodes

WORTH = {"sums": 0, "figures": 1, "twice": 2, "parents": 3, "titles": 4}  # what is worst, first


@dataclass(frozen=True, slots=True)
class Conflict:
    """Facts that exclude each other. how: a key of WORTH."""

    how: str
    facts: tuple[str, ...]


def conflicts(nodes: Nodes) -> list[Conflict]:
    """Each once, money first."""
    found = {*_figures(nodes), *_sums(nodes), *_twice(nodes), *_titles(nodes), *_parents(nodes)}
    return sorted(found, key=lambda c: (WORTH[c.how], c.facts))


def _reported(nodes: Nodes, kind: str) -> Iterator[str]:
    return (f for f, k in nodes.facts.items() if k == kind and nodes.first(f, "gf:status") == "gfc:reported")


def _group(nodes: Nodes, facts: Iterable[str], *keys: str) -> Iterator[list[str]]:
    """The facts by their values of some properties, those that have the first of them; only groups of two to twelve."""
    groups: dict[tuple[tuple[str, ...], ...], list[str]] = defaultdict(list)
    for f in facts:
        node = nodes.get(f)
        if keys[0] in node:
            groups[tuple(tuple(node.get(k, ())) for k in keys)].append(f)
    return (g for g in groups.values() if 1 < len(g) <= 12)


def _figures(nodes: Nodes) -> Iterator[Conflict]:
    """As ontology/checks/contradiction.rq has it: one subject, metric, aggregation and time, and numbers whose bounds exclude each other."""
    for group in _group(
        nodes, _reported(nodes, "Observation"), "gf:about", "gf:metric", "gf:aggregation", "gf:startDate", "gf:endDate", "gf:per", "gf:comparedWith"
    ):
        if nodes.first(group[0], "gf:startDate"):
            yield from (Conflict("figures", tuple(sorted(part))) for part in _excluding(nodes, group))


def _sums(nodes: Nodes) -> Iterator[Conflict]:
    """Financings of the same parties, instrument and stage in different articles, at times that may be one, of sums that exclude each other."""
    events = [f for f in _reported(nodes, "FinancingEvent") if {"gf:recipient", "gf:purpose"} & nodes.get(f).keys()]
    for group in _group(nodes, events, "gf:financier", "gf:recipient", "gf:purpose", "gf:instrument", "gf:stage", "gf:aggregation"):
        for n, a in enumerate(group):
            for b in group[n + 1 :]:
                if not nodes.articles(a) & nodes.articles(b) and _may_meet(nodes, a, b) and list(_excluding(nodes, [a, b])):
                    yield Conflict("sums", tuple(sorted((a, b))))


def _twice(nodes: Nodes) -> Iterator[Conflict]:
    """As ontology/checks/counted-twice.rq has it: one financier, article and sum, and two instruments or stages."""
    held: dict[tuple[str, str, Decimal, str], list[str]] = defaultdict(list)
    for f, kind in nodes.facts.items():
        if kind == "FinancingEvent" and (amount := nodes.first(f, "gf:amount")) and (value := nodes.value(amount)) is not None:
            for financier in nodes.get(f).get("gf:financier", ()):
                for article in nodes.articles(f):
                    held[financier, article, value, nodes.unit(amount)].append(f)
    for group in held.values():
        for n, a in enumerate(group):
            for b in group[n + 1 :]:
                what = [(nodes.first(x, "gf:instrument"), nodes.first(x, "gf:stage")) for x in (a, b)]
                if what[0] != what[1] and b not in nodes.get(a).get("gf:partOfTotal", ()) and a not in nodes.get(b).get("gf:partOfTotal", ()):
                    yield Conflict("twice", tuple(sorted((a, b))))


def _titles(nodes: Nodes) -> Iterator[Conflict]:
    """One person at one body, called otherwise in another article; who holds two posts is told so in one article."""
    for group in _group(nodes, _reported(nodes, "Tenure"), "org:member", "org:organization", "gf:atDivision"):
        for n, a in enumerate(group):
            for b in group[n + 1 :]:
                titles = [nodes.first(x, "gf:title@zh") for x in (a, b)]
                within = titles[0] in titles[1] or titles[1] in titles[0]
                if not within and not nodes.articles(a) & nodes.articles(b) and _may_meet(nodes, a, b):
                    yield Conflict("titles", tuple(sorted((a, b))))


def _parents(nodes: Nodes) -> Iterator[Conflict]:
    """A thing that is a unit of two bodies, or lies in two places, by different sentences; neither of the two lies in the other."""
    claims = [f for f in _reported(nodes, "Claim") if nodes.first(f, "rdf:predicate") in ("org:unitOf", "gf:locatedIn")]
    for group in _group(nodes, claims, "rdf:subject", "rdf:predicate"):
        rest = [f for f in group if not any(_above(nodes, nodes.first(o, "rdf:object")) >= {nodes.first(f, "rdf:object")} for o in group if o != f)]
        for n, a in enumerate(rest):
            for b in rest[n + 1 :]:
                if not set(nodes.passages(a)) & set(nodes.passages(b)):
                    yield Conflict("parents", tuple(sorted((a, b))))


def _above(nodes: Nodes, thing: str) -> set[str]:
    out: set[str] = set()
    new = [thing]
    while new:
        node = nodes.get(new.pop())
        steps = {x for key in ("org:unitOf", "gf:locatedIn") for x in node.get(key, ())} - out
        out |= steps
        new += steps
    return out


def _excluding(nodes: Nodes, group: Iterable[str]) -> Iterator[list[str]]:
    """The facts of one unit, where the bounds of some two of them do not meet."""
    units: dict[str, list[str]] = defaultdict(list)
    for f in group:
        if amount := nodes.first(f, "gf:amount"):
            units[nodes.unit(amount)].append(f)
    for facts in units.values():
        highs = [x for f in facts if (x := nodes.value(nodes.first(f, "gf:amount"), "gf:max")) is not None]
        lows = [x for f in facts if (x := nodes.value(nodes.first(f, "gf:amount"), "gf:min")) is not None]
        if highs and lows and min(highs) < max(lows):
            yield facts


def _may_meet(nodes: Nodes, a: str, b: str) -> bool:
    """Whether the times of two facts share a day, as far as both are known."""
    (s1, e1), (s2, e2) = ((nodes.first(x, "gf:startDate"), nodes.first(x, "gf:endDate")) for x in (a, b))
    return not (s1 and s2) or (s1 <= e2 and s2 <= e1)
