"""A graph file as plain tables, for the review: nodes by name, labels, the sentence of a fact with its roles marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property

from .model import digest
from .ontology import superclasses
from .query import GraphFile
from .view import PROPERTIES

Node = Mapping[str, list[str]]
_NONE: Node = {}
_BREAKS = re.compile(r"^\s+|\s*[\r\n]+\s*|\s+$")
_ABOUT = {"rdf:type", "gf:status", "gf:confidence", "gf:foundBy", "gf:review", "prov:wasDerivedFrom"}
_TIMES = {"gf:startDate", "gf:endDate", "gf:timeText", "gf:timeBasis", "gf:timeRole"}


@dataclass(frozen=True, slots=True)
class Mark:
    """A role's words in a quote: half-open code points of its text."""

    start: int
    end: int
    role: str


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence: its words without line breaks, and where it stands in the decoded file, `raw[start:end]`, in code points.

    `before`: the sentence before it, where the graph has it: 该行 may be named there.
    """

    text: str
    path: str
    start: int
    end: int
    title: str = ""
    day: str = ""
    article: str = ""
    marks: tuple[Mark, ...] = ()
    before: str = ""


@dataclass(frozen=True)
class Nodes:
    """Every node of a graph: short name → property (with @language) → values, IRIs among them shortened."""

    data: GraphFile = field(repr=False)
    nodes: Mapping[str, Node] = field(repr=False)

    def get(self, name: str) -> Node:
        return self.nodes.get(name, _NONE)

    def first(self, name: str, key: str) -> str:
        """The first value of a property, "" if there is none."""
        return next(iter(self.get(name).get(key, ())), "")

    def label(self, name: str, language: str = "zh") -> str:
        """The label of a thing or concept, the wording of a number, else the short name."""
        node = self.get(name)
        for key in ("gf:verbatim", f"skos:prefLabel@{language}", "skos:prefLabel@zh"):
            if key in node:
                return node[key][0]
        prefix, _, local = name.partition(":")
        return PROPERTIES[local][language == "en"] if prefix in ("gf", "org") and local in PROPERTIES else name

    def labels(self, name: str) -> tuple[str, str]:
        return self.label(name), self.label(name, "en")

    @cached_property
    def facts(self) -> dict[str, str]:
        """Fact → its kind, without the claims that only repeat another (gf:supports beside gf:finances)."""
        kinds = {s: self.kind(s) for s, n in self.nodes.items() if "gf:Fact" in n.get("rdf:type", ())}
        repeated = {"fact:f_" + digest("implied", s.replace(":", "/", 1)) for s, kind in kinds.items() if kind == "Claim"}
        return {s: kind for s, kind in sorted(kinds.items()) if s not in repeated}

    @cached_property
    def things(self) -> dict[str, str]:
        """Thing → its kind."""
        spaces = ("agent:", "place:", "thing:")
        space = tuple(self.data.prefixes[s[:-1]] for s in spaces if s[:-1] in self.data.prefixes)  # names that no prefix shortens
        return {s: kind for s in sorted(self.nodes) if s.startswith((*spaces, *space)) and (kind := self.kind(s))}

    @cached_property
    def mentions(self) -> dict[str, list[str]]:
        """What is referred to → its mentions, in reading order."""
        out: dict[str, list[str]] = {}
        for s, n in self.nodes.items():
            if "gf:Mention" in n.get("rdf:type", ()):
                for referent in n.get("gf:refersTo", ()):
                    out.setdefault(referent, []).append(s)
        for places in out.values():
            places.sort(key=lambda m: (self.path(m), int(self.first(m, "gf:start") or 0)))
        return out

    @cached_property
    def in_article(self) -> dict[str, list[str]]:
        """Article → the things it mentions, by label."""
        found: dict[str, set[str]] = {}
        for thing in self.things:
            for m in self.mentions.get(thing, ()):
                found.setdefault(self.first(m, "gf:inArticle"), set()).add(thing)
        return {a: sorted(things, key=lambda t: (self.label(t), t)) for a, things in found.items()}

    def kind(self, name: str) -> str:
        """The narrowest of the classes that are written, "" if none is ours."""
        types = sorted(t.removeprefix("gf:") for t in self.get(name).get("rdf:type", ()) if t.startswith("gf:"))
        return next((k for k in types if not any(k in superclasses().get(other, ()) for other in types)), "")

    def path(self, span: str) -> str:
        return self.first(self.first(self.first(span, "gf:inArticle"), "dct:isPartOf"), "gf:path")

    # ------------------------------------------------------------ facts

    def roles(self, fact: str) -> dict[str, list[str]]:
        """Role → values, in the order of the contract."""
        out: dict[str, list[str]] = {}
        for key, values in self.get(fact).items():
            name = key.partition("@")[0]
            if name not in _ABOUT and name not in _TIMES:
                out[name.rpartition(":")[2]] = values
        order = {name: n for n, name in enumerate(("subject", "predicate", "object", *PROPERTIES))}
        return dict(sorted(out.items(), key=lambda x: order.get(x[0], 99)))

    def value(self, quantity: str, key: str = "gf:value") -> Decimal | None:
        text = self.first(quantity, key)
        return Decimal(text) if text else None

    def unit(self, quantity: str) -> str:
        return self.first(quantity, "gf:currency") or self.first(quantity, "gf:unit")

    def confidence(self, fact: str) -> float:
        return float(self.first(fact, "gf:confidence") or 1)

    def days(self, fact: str) -> str:
        """The days of a fact, 2022-01-01…2022-12-31 or one of them."""
        return "…".join(dict.fromkeys(x for x in (self.first(fact, "gf:startDate"), self.first(fact, "gf:endDate")) if x))

    def passages(self, fact: str) -> list[str]:
        return [p for p in self.get(fact).get("prov:wasDerivedFrom", ()) if "gf:Passage" in self.get(p).get("rdf:type", ())]

    def articles(self, fact: str) -> frozenset[str]:
        return frozenset(self.first(p, "gf:inArticle") for p in self.passages(fact))

    # ------------------------------------------------------------ sentences

    def quotes(self, fact: str, most: int = 3) -> tuple[Quote, ...]:
        """The sentences of a fact: the one with its number and most of its roles, and those that tell more, in reading order; second printings are left out."""
        sources = self.get(fact).get("prov:wasDerivedFrom", ())
        roles = {v: role for role, values in self.roles(fact).items() for v in values}
        mentions = [m for m in sources if "gf:Mention" in self.get(m).get("rdf:type", ())]
        printed: dict[tuple[str, str], Quote] = {}
        for p in self.passages(fact):
            quote = self.quote(p, mentions, roles)
            key = (quote.article, self.first(p, "gf:exact"))
            if key not in printed or (len(printed[key].marks), -printed[key].start) < (len(quote.marks), -quote.start):
                printed[key] = quote
        best = sorted(printed.values(), key=lambda q: (not any(m.role == "amount" for m in q.marks), -len(q.marks), q.path, q.start))
        shown, told = best[:1], {m.role for q in best[:1] for m in q.marks}
        for q in best[1:]:
            if len(shown) < most and ({m.role for m in q.marks} - told or (q.article != shown[0].article and q.marks)):
                shown.append(q)
                told |= {m.role for m in q.marks}
        ends = {q.end for q in shown}
        ordered = sorted(shown, key=lambda q: (q.path, q.start))
        return tuple(replace(q, before="") if any(q.start - 3 <= e <= q.start for e in ends) else q for q in ordered)

    def quote(self, passage: str, mentions: Iterable[str] = (), roles: Mapping[str, str] | None = None) -> Quote:
        """A sentence with the mentions in it marked by the role of what they refer to."""
        pieces = self._pieces(passage)
        text = [(start + n, c) for start, words in pieces for n, c in enumerate(words)]
        whole = "".join(c for _, c in text)
        dropped = {n for m in _BREAKS.finditer(whole) for n in range(m.start(), m.end())}
        kept = [place for n, place in enumerate(text) if n not in dropped]
        at = {offset: n for n, (offset, _) in enumerate(kept)}
        marks: list[Mark] = []
        for m in mentions:
            role = next((roles[r] for r in self.get(m).get("gf:refersTo", ()) if roles and r in roles), "")
            places = self._pieces(m)
            if places and places[0][0] in at and (last := places[-1][0] + len(places[-1][1]) - 1) in at:
                marks.append(Mark(at[places[0][0]], at[last] + 1, role))
        article = self.first(passage, "gf:inArticle")
        return Quote(
            "".join(c for _, c in kept),
            self.path(passage),
            int(self.first(passage, "gf:start") or 0),
            int(self.first(passage, "gf:end") or 0),
            self.first(article, "dct:title@zh"),
            self.first(article, "dct:issued"),
            article,
            _outer(marks),
            self._before(passage, article),
        )

    @cached_property
    def _ends(self) -> dict[tuple[str, int], str]:
        """Article and end → the passage that ends there."""
        return {
            (self.first(s, "gf:inArticle"), int(n["gf:end"][0])): s for s, n in self.nodes.items() if "gf:Passage" in n.get("rdf:type", ()) and "gf:end" in n
        }

    def _before(self, passage: str, article: str) -> str:
        """The words of the passage that ends where this one begins, a line break or two apart."""
        start = int(self.first(passage, "gf:start") or 0)
        found = next((self._ends[article, start - n] for n in range(4) if (article, start - n) in self._ends), "")
        return self.first(found, "gf:exact") if found else ""

    def mentioned(self, thing: str) -> tuple[Quote, ...]:
        """The sentence where a thing is first named."""
        for m in self.mentions.get(thing, ()):
            if passage := self.first(m, "gf:inPassage"):
                return (self.quote(passage, [m]),)
        return ()

    def _pieces(self, span: str) -> list[tuple[int, str]]:
        """Raw offset and words of each unbroken piece of a span."""
        node = self.get(span)
        if "gf:quote" in node:
            return [(int(node["gf:start"][0]), node["gf:quote"][0])]
        parts = sorted((self.get(s) for s in node.get("gf:segment", ())), key=lambda s: int(s["gf:index"][0]))
        return [(int(s["gf:start"][0]), s["gf:quote"][0]) for s in parts]


def _outer(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """Those that lie in no other; of two at one place the one with a role."""
    out: list[Mark] = []
    for m in sorted(set(marks), key=lambda m: (m.start, -m.end, not m.role)):
        if not out or m.start >= out[-1].end:
            out.append(m)
    return tuple(out)


def read_nodes(data: GraphFile) -> Nodes:
    """All triples of a graph as tables."""
    import pyoxigraph as ox

    short: dict[str, str] = {}

    def name(iri: str) -> str:
        if iri not in short:
            short[iri] = data.short(iri)
        return short[iri]

    nodes: dict[str, dict[str, list[str]]] = {}
    for quad in data.store:
        o = quad.object
        key = name(quad.predicate.value)
        if isinstance(o, ox.Literal):
            value = o.value
            if o.language:
                key = f"{key}@{o.language}"
        else:
            value = name(o.value)
        nodes.setdefault(name(quad.subject.value), {}).setdefault(key, []).append(value)
    for node in nodes.values():
        for values in node.values():
            if len(values) > 1:
                values[:] = sorted(set(values))
    return Nodes(data, nodes)
