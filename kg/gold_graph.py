"""What the builder states of a document, read from the triples of its graph by the terms of the ontology."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from . import rdf
from .gold import LEVELS, PREDICATES, TYPES, Account, Days, Financing, Number, Post, Relation, Sum, Thing
from .model import Graph
from .pack import Pack
from .query import read_graph

_BOUNDS = {"nearly": "approx", "about": "approx", "atLeast": "over", "moreThan": "over", "someOver": "over", "lessThan": "under", "atMost": "under"}
_INSTRUMENTS = {"creditLine": "credit_line", "equity": "investment", "guarantee": "insurance"}
_FUTURE = ("intended", "approved", "committed")


def from_graph(graph: Graph, pack: Pack | None = None) -> Account:
    """What the builder states, in the words of the guidelines."""
    return from_triples(rdf.triples(graph, pack=pack))


def from_file(path: Path) -> Account:
    """What a graph file states (any format that `kg query` reads). Raises KgError."""
    return from_triples((str(q.subject), str(q.predicate), str(q.object)) for q in read_graph(path).store)


class _Said:
    """What the triples say, by subject and local name of the predicate; objects sorted, so that the first is always the same one."""

    def __init__(self, triples: Iterable[tuple[str, str, str]]) -> None:
        self.by: dict[str, dict[str, list[str]]] = {}
        for s, p, o in sorted({(_text(s), p, o) for s, p, o in triples}):
            self.by.setdefault(s, {}).setdefault(_local(_text(p)), []).append(o)

    def all(self, subject: str, predicate: str) -> list[str]:
        return [_text(o) for o in self.by.get(subject, {}).get(predicate, ())]

    def one(self, subject: str, predicate: str) -> str | None:
        return next(iter(self.all(subject, predicate)), None)

    def local(self, subject: str, predicate: str) -> str:
        """The local name of the first object, "" where there is none."""
        return _local(self.one(subject, predicate) or "")

    def chinese(self, subject: str, predicate: str) -> list[str]:
        """Literals in Chinese or of no language."""
        return [_text(o) for o in self.by.get(subject, {}).get(predicate, ()) if not o.startswith('"') or o[-1] == '"' or "@zh" in o[o.rindex('"') :]]

    def number(self, subject: str, predicate: str) -> float | None:
        found = self.one(subject, predicate)
        return None if found is None else float(found)

    def kinds(self) -> dict[str, set[str]]:
        return {s: set(map(_local, self.all(s, "type"))) for s in sorted(self.by)}


def _local(iri: str) -> str:
    return re.split(r"[#/]", iri)[-1]


def _text(term: str) -> str:
    """A term of N-Triples without its brackets, quotes, escapes, language and datatype.

    >>> _text('<http://a/b>'), _text('"甲\\\\n乙"@zh')
    ('http://a/b', '甲\\n乙')
    """
    if term[0] == "<":
        return term[1:-1]
    if term[0] != '"':
        return term
    inside = term[1 : term.rindex('"')]
    return re.sub(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", _unescape, inside) if "\\" in inside else inside


def _unescape(m: re.Match[str]) -> str:
    code = m[1] or m[2]
    return chr(int(code, 16)) if code else {"n": "\n", "r": "\r", "t": "\t"}.get(m[3], m[3])


def from_triples(triples: Iterable[tuple[str, str, str]]) -> Account:
    """What the triples of a graph state, terms spelled as in N-Triples. Only things with a mention count; nothing negated does."""
    said = _Said(triples)
    kinds = said.kinds()
    facts = [s for s in kinds if said.local(s, "status") != "negated"]
    named = {o for s in said.by for o in said.all(s, "refersTo")}
    things = [_thing(said, s, kinds.get(s, set())) for s in sorted(named) if not kinds.get(s, set()).isdisjoint(TYPES)]
    return Account(
        tuple(things),
        tuple(_relations(said, {t.id: t.type for t in things}, [s for s in facts if "Claim" in kinds[s]])),
        tuple(p for s in facts if "Tenure" in kinds[s] for p in _posts(said, s)),
        tuple(_event(said, s) for s in facts if "FinancingEvent" in kinds[s]),
        tuple(n for s in facts if "Observation" in kinds[s] for n in _observed(said, s)),
    )


def _thing(said: _Said, s: str, kinds: Collection[str]) -> Thing:
    kind = "Workshop" if "Workshop" in kinds else next(t for t in TYPES if t in kinds)
    labels = said.chinese(s, "prefLabel") or [_local(s)]
    level = kind.lower() if kind.lower() in LEVELS else ""
    return Thing(s, TYPES[kind], labels[0], (*labels[1:], *said.all(s, "altLabel")), level)


def _relations(said: _Said, types: Mapping[str, str], claims: Iterable[str]) -> Iterator[Relation]:
    """The plain triples, each with the confidence of its Claim; what no mention names is stepped over on the way up."""
    sure: dict[tuple[str, str, str], float] = {}
    for claim in claims:
        ends = said.one(claim, "subject") or "", said.local(claim, "predicate"), said.one(claim, "object") or ""
        sure[ends] = max(said.number(claim, "confidence") or 0.0, sure.get(ends, 0.0))
        if ends[1] == "cooperatesWith":
            sure[ends[2], ends[1], ends[0]] = sure[ends]
    found: dict[tuple[str, str, str], float | None] = {}
    for s in sorted(types):
        for p, word in PREDICATES.items():
            for near in said.all(s, p):
                o = near
                if p in ("locatedIn", "unitOf"):
                    passed: set[str] = set()
                    while o not in types and o not in passed and (above := said.one(o, p)) is not None:
                        passed.add(o)
                        o = above
                if o in types and (word != "supports" or types[o] not in ("Person", "Group")):
                    confidence = sure.get((s, p, near))
                    if confidence is not None or (s, word, o) not in found:
                        found[s, word, o] = max(confidence or 0.0, found.get((s, word, o)) or 0.0) if confidence is not None else None
    for (s, word, o), confidence in sorted(found.items(), key=lambda x: x[0]):
        yield Relation(s, word, o, confidence)


def _posts(said: _Said, s: str) -> Iterator[Post]:
    org = said.one(s, "organization") or said.one(s, "atDivision")
    title = next(iter(said.chinese(s, "title")), "")
    for person in said.all(s, "member"):
        yield Post(person, title, org, said.number(s, "confidence"))


def _quantity(said: _Said, s: str) -> Sum | None:
    """The amount of a fact."""
    q = said.one(s, "amount")
    if q is None or (value := said.number(q, "value")) is None:
        return None
    unit = said.one(q, "currency")
    if unit is None:
        concept = said.one(q, "unit")
        unit = "个" if concept is None else said.one(concept, "notation") or next(iter(said.chinese(concept, "prefLabel")), _local(concept))
    bound = said.local(q, "qualifier")
    low, high = said.number(q, "min"), said.number(q, "max")
    ends = (low, high) if bound == "range" and low is not None and high is not None else ()
    return Sum(value, unit, _BOUNDS.get(bound, "exact"), ends)


def _span(said: _Said, s: str) -> Days | None:
    first, last = said.one(s, "startDate"), said.one(s, "endDate")
    return (first, last) if first is not None and last is not None else None


def _quote(said: _Said, s: str) -> str:
    """The number as written, else the first words the fact rests on."""
    written = said.one(said.one(s, "amount") or "", "verbatim")
    return written or next((q for m in said.all(s, "wasDerivedFrom") for q in (*said.all(m, "exact"), *said.all(m, "quote"))), "")


def _event(said: _Said, s: str) -> Financing:
    instrument, stage = said.local(s, "instrument") or "none", said.local(s, "stage")
    kind = stage if stage in ("repaid", "waived") else _INSTRUMENTS.get(instrument, instrument)
    kinds = ["commitment"] if stage in _FUTURE else []
    if stage not in _FUTURE or kind != "loan":
        kinds.append(kind)
    if said.local(s, "status") == "planned" and stage not in _FUTURE:
        kinds.append("commitment")
    return Financing(
        tuple(kinds),
        tuple(said.all(s, "financier")),
        (*said.all(s, "recipient"), *said.all(s, "purpose")),
        said.one(s, "product"),
        _quantity(said, s),
        "",
        _span(said, s),
        _quote(said, s),
        confidence=said.number(s, "confidence"),
    )


def _observed(said: _Said, s: str) -> Iterator[Number]:
    """The number of an Observation; a range is two, as the guidelines have it."""
    amount, subject, metric = _quantity(said, s), said.one(s, "about"), said.one(s, "metric")
    if amount is None or subject is None:
        return
    words = [""] if metric is None else [*said.chinese(metric, "prefLabel"), *said.chinese(metric, "altLabel")] or [_local(metric)]
    for value, qual in zip(amount.ends, ("over", "under"), strict=True) if amount.ends else [(amount.value, amount.qual)]:
        yield Number(subject, tuple(words), value, amount.unit, qual, "", _span(said, s), _quote(said, s), (), said.number(s, "confidence"))
