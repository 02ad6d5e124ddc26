"""The graph as RDF: Turtle, N-Quads, JSON-LD, and an rdflib graph.

`nodes` is the single source: it yields every statement once, grouped by subject, in prefixed names. The writers only
spell them. They write text themselves, which is some twenty times faster than a library's term objects.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from . import __version__
from .concepts import Concepts
from .model import Fact, Graph, Quantity, TimeRef, decimal_text, digest
from .ontology import ontology_dir, superclasses
from .pack import DEFAULT, Pack, load
from .spans import Spans, article_name
from .view import BASE

if TYPE_CHECKING:
    import rdflib

NAMESPACES: Mapping[str, str] = {
    "gf": "https://w3id.org/gongfu-kg/ns#",
    "gfc": "https://w3id.org/gongfu-kg/concept/",
    "org": "http://www.w3.org/ns/org#",
    "prov": "http://www.w3.org/ns/prov#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dct": "http://purl.org/dc/terms/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
SPACES = ("agent", "place", "thing", "fact", "source")
_PROPERTY = {"subject": "rdf:subject", "predicate": "rdf:predicate", "object": "rdf:object", "member": "org:member", "organization": "org:organization"}
_DATED = ("FinancingEvent", "Observation", "AgreementEvent")  # facts that say so where their time is unknown


class Literal(NamedTuple):
    """A value. type: "" for a plain string, "@zh" for a language, else a datatype (xsd:date)."""

    text: str
    type: str = ""


Term = str | Literal  # a str is a prefixed name


class Node(NamedTuple):
    """What is said of one subject; equal predicates stand together. `graphs`: the articles that say it, none for the default graph."""

    subject: str
    pairs: tuple[tuple[str, Term], ...]
    graphs: tuple[str, ...] = ()


def prefixes(base: str = BASE) -> dict[str, str]:
    """Every prefix of the output; `base` is that of the instances.

    >>> prefixes()["agent"], prefixes("http://localhost/kg/")["fact"]
    ('https://w3id.org/gongfu-kg/id/agent/', 'http://localhost/kg/fact/')
    """
    gf, gfc, *rest = NAMESPACES.items()
    return dict([gf, gfc, *((space, f"{base}{space}/") for space in SPACES), *rest])


# ---------------------------------------------------------------- statements


def nodes(graph: Graph, pack: Pack | None = None) -> Iterator[Node]:
    """All that is written, subject by subject, in the order of the file: sources, things, facts, spans, concepts."""
    pack = pack or load()
    concepts, spans = Concepts(pack, graph.metrics), Spans(graph)
    facts = sorted(_with_implied(graph.facts), key=lambda f: f.id)
    yield from _sources(graph, pack)
    for node in (*_things(graph, facts, spans, concepts), *_facts(graph, facts, spans, concepts)):
        for _, value in node.pairs:
            if isinstance(value, str) and value.startswith("gfc:"):
                concepts.use(value)
        yield node
    for subject, pairs, article in spans.nodes():
        yield Node(subject, tuple((p, Literal(*o) if isinstance(o, tuple) else o) for p, o in pairs), (article,))
    for subject, pairs in concepts.nodes():
        yield Node(subject, tuple((p, Literal(*o) if isinstance(o, tuple) else o) for p, o in pairs))


def triples(graph: Graph, base: str = BASE, pack: Pack | None = None) -> Iterator[tuple[str, str, Term]]:
    """Every triple once, as full IRIs and literals."""
    full = _expander(base)
    for node in nodes(graph, pack):
        subject = full(node.subject)
        for p, o in node.pairs:
            yield subject, full(p), full(o) if isinstance(o, str) else Literal(o.text, full(o.type) if o.type.startswith("xsd:") else o.type)


def _with_implied(facts: Iterable[Fact]) -> list[Fact]:
    """The facts, and for a gf:finances that no gf:supports goes with, that Claim too: both are written, on the same evidence."""
    facts = list(facts)
    claimed = {f.roles for f in facts if f.kind == "Claim" and f.status == "reported"}
    out = facts
    for f in facts:
        if f.kind == "Claim" and ("predicate", "gf:finances") in f.roles and f.status == "reported":
            roles = tuple(sorted(("predicate", "gf:supports") if r == ("predicate", "gf:finances") else r for r in f.roles))
            if roles not in claimed:
                claimed.add(roles)
                fact = Fact("fact/f_" + digest("implied", f.id), "Claim", roles, (), f.time, f.status, f.evidence, f.confidence, f.found_by)
                out = [*out, fact] if out is facts else [*out[:-1], out[-1], fact]
    return out


def _sources(graph: Graph, pack: Pack) -> Iterator[Node]:
    files = {s.path: "source:file_" + digest(s.path, s.sha256) for s in graph.sources}
    packs = ["default" if folder == DEFAULT else folder.name for folder in pack.folders]
    run: list[tuple[str, Term]] = [("rdf:type", "gf:ExtractionRun"), ("gf:version", Literal(__version__))]
    run += [("gf:pack", Literal(name)) for name in packs] + [("prov:used", file) for file in sorted(files.values())]
    yield Node("source:run_" + digest(__version__, *packs, *sorted(files.values())), tuple(run))
    for source in sorted(graph.sources, key=lambda s: s.path):
        said = (("gf:path", source.path), ("gf:sha256", source.sha256), ("gf:encoding", source.encoding))
        yield Node(files[source.path], (("rdf:type", "gf:SourceFile"), *((p, Literal(v)) for p, v in said)))
    for a in sorted(graph.articles, key=lambda a: a.id):
        pairs: list[tuple[str, Term]] = [("rdf:type", "gf:Article")]
        if a.path in files:
            pairs.append(("dct:isPartOf", files[a.path]))
        if a.title:
            pairs.append(("dct:title", Literal(" ".join(a.title.split()), "@zh")))
        pairs += [("gf:byline", Literal(name)) for name in sorted({a.at(span) for span in a.byline})]
        if a.issued and a.issued.start and a.issued.start == a.issued.end:
            pairs.append(("dct:issued", Literal(a.issued.start.isoformat(), "xsd:date")))
        pairs += [(p, Literal(v)) for p, v in (("gf:paper", a.meta.paper), ("gf:pageNumber", a.meta.page)) if v]
        if a.meta.url:
            pairs.append(("gf:url", Literal(a.meta.url, "xsd:anyURI")))
        yield Node(article_name(a.id), tuple(pairs), (article_name(a.id),))


def _things(graph: Graph, facts: Iterable[Fact], spans: Spans, concepts: Concepts) -> Iterator[Node]:
    relations: dict[str, set[tuple[str, str]]] = {}
    for f in facts:
        if f.kind == "Claim" and f.status == "reported":
            for s in f.role("subject"):
                for p in f.role("predicate"):
                    for o in f.role("object"):
                        relations.setdefault(_name(s), set()).add((p, _name(o)))
                        if p == "gf:cooperatesWith":
                            relations.setdefault(_name(o), set()).add((p, _name(s)))
    for e in sorted(graph.entities, key=lambda e: e.id):
        pairs: list[tuple[str, Term]] = [("rdf:type", "gf:" + name) for name in (e.kind, *superclasses().get(e.kind, ()))]
        pairs.append(("skos:prefLabel", Literal(_line(e.label), "@zh")))
        others = {_line(name) for name in (*e.aliases, *spans.surfaces.get(e.id, ()))} - {_line(e.label), ""}
        pairs += [("skos:altLabel", Literal(name, "@zh")) for name in sorted(others)]
        if e.code:
            pairs += [("gf:divisionCode", Literal(e.code)), ("skos:inScheme", "gfc:nbs2023")]
        if e.size:
            pairs.append(("gf:size", spans.size_name(e.id)))
        said = relations.pop(_name(e.id), set()) | ({("gf:locatedIn", _name(e.parent))} if e.parent else set())
        yield Node(_name(e.id), (*pairs, *sorted(said)))
        if e.size:
            yield Node(spans.size_name(e.id), _quantity(e.size.quantity, concepts))
    for subject, said in sorted(relations.items()):  # a subject that is no thing of this graph
        yield Node(subject, tuple(sorted(said)))


def _facts(graph: Graph, facts: Iterable[Fact], spans: Spans, concepts: Concepts) -> Iterator[Node]:
    for f in facts:
        graphs = tuple(sorted({article_name(e.article) for e in f.evidence}))
        pairs: list[tuple[str, Term]] = [("rdf:type", "gf:" + name) for name in (f.kind, *superclasses().get(f.kind, ()))]
        pairs += sorted({(_PROPERTY.get(role, "gf:" + role), _role_value(role, value, concepts)) for role, value in f.roles}, key=_reading)
        quantities = spans.quantities(f)
        pairs += [("gf:" + role, name) for role, name, _ in quantities]
        pairs += _time(f.time, f.kind)
        pairs.append(("gf:status", "gfc:" + f.status))
        pairs.append(("gf:confidence", _decimal(Decimal(str(round(f.confidence, 4))))))
        if f.found_by:
            pairs.append(("gf:foundBy", Literal(f.found_by)))
        pairs += [("prov:wasDerivedFrom", name) for name in spans.evidence(f)]
        yield Node(_name(f.id), tuple(pairs), graphs)
        for _, name, amount in quantities:
            yield Node(name, _quantity(amount.quantity, concepts), graphs)
    for name, aside in spans.asides(graph):
        reason = ("gf:setAside", "gfc:" + (aside.reason or "asideUnexplained"))
        yield Node(name, (*_quantity(aside.amount.quantity, concepts), reason), (article_name(aside.amount.mention.article),))


def _reading(pair: tuple[str, Term]) -> tuple[int, str, str]:
    """The order of a fact's roles: a claim's as one reads it, the others by name."""
    order = ("rdf:subject", "rdf:predicate", "rdf:object")
    return (order.index(pair[0]) if pair[0] in order else 9, pair[0], str(pair[1]))


def _quantity(q: Quantity, concepts: Concepts) -> tuple[tuple[str, Term], ...]:
    pairs: list[tuple[str, Term]] = [("rdf:type", "gf:MonetaryAmount")] if q.currency else []
    pairs.append(("rdf:type", "gf:Quantity"))
    for name, number in (("gf:value", q.value), ("gf:min", q.low), ("gf:max", q.high)):
        if number is not None:
            pairs.append((name, _decimal(number)))
    if q.currency:
        pairs.append(("gf:currency", Literal(q.currency)))
    else:
        pairs.append(("gf:unit", concepts.unit(q.unit or "个")))
    if q.bound:
        pairs.append(("gf:qualifier", "gfc:" + q.bound))
    return (*pairs, ("gf:verbatim", Literal(_line(q.verbatim))))


def _time(time: TimeRef | None, kind: str) -> list[tuple[str, Term]]:
    if time is None:
        return [("gf:timeBasis", "gfc:timeUnknown")] if kind in _DATED else []
    pairs: list[tuple[str, Term]] = [("gf:timeText", Literal(_line(time.text)))] if time.text else []
    pairs.append(("gf:timeBasis", "gfc:" + time.basis))
    if time.start and time.end:
        pairs += [("gf:startDate", Literal(time.start.isoformat(), "xsd:date")), ("gf:endDate", Literal(time.end.isoformat(), "xsd:date"))]
        pairs.append(("gf:timeRole", "gfc:" + time.role))
    return pairs


def _role_value(role: str, value: str, concepts: Concepts) -> Term:
    name = _name(value)
    if name != value:
        return name
    if value.startswith(("gfc:", "gf:", "org:")):
        return concepts.known(value)
    if role == "per":
        return concepts.unit(value)
    return concepts.by_label("comparison", value) or Literal(_line(value), "@zh")


def _name(identifier: str) -> str:
    """
    >>> _name("agent/李良.某行"), _name("gfc:loan")
    ('agent:李良.某行', 'gfc:loan')
    """
    space, slash, rest = identifier.partition("/")
    return f"{space}:{rest}" if slash and space in SPACES else identifier


def _line(text: str) -> str:
    return " ".join(text.split()) if "\n" in text or "\r" in text else text


def _decimal(number: Decimal) -> Literal:
    """One spelling in every serialisation: with a point, as Turtle's short form needs it."""
    text = decimal_text(number)
    return Literal(text if "." in text else text + ".0", "xsd:decimal")


# ---------------------------------------------------------------- spelling

# What Turtle allows after the colon without a backslash. Narrower than the standard: every tool met agrees on it.
_CHARS = r"A-Za-z0-9_\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_LOCAL = re.compile(rf"[{_CHARS}](?:[{_CHARS}.]*[{_CHARS}])?")
_ESCAPED = re.compile(r'["\\\x00-\x1f\x7f]')
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
# No IRI may hold these: white space and controls of any alphabet, private and unassigned places, delimiters.
_FORBIDDEN = re.compile(r'[\s\x00-\x20<>"{}\[\]#?%|\\^`\x7f-\x9f\u200b-\u200f\u2028-\u202f\u2060-\u206f\ud800-\uf8ff\ufeff\ufff0-\uffff\U000e0000-\U0010ffff]')


def _quoted(text: str) -> str:
    """
    >>> print(_quoted('他说"好"' + chr(10)))
    "他说\\"好\\"\\n"
    """
    if _ESCAPED.search(text):
        text = _ESCAPED.sub(lambda m: _ESCAPES.get(m[0]) or f"\\u{ord(m[0]):04X}", text)
    return f'"{text}"'


class _Memo(dict[str, str]):
    """A table that fills itself by a function."""

    def __init__(self, make: Callable[[str], str]) -> None:
        super().__init__()
        self.make = make

    def __missing__(self, key: str) -> str:
        self[key] = value = self.make(key)
        return value


def _expander(base: str) -> Callable[[str], str]:
    """Prefixed name → full IRI, characters that no IRI may hold percent-encoded."""
    spaces = prefixes(base)

    def expand(name: str) -> str:
        prefix, _, local = name.partition(":")
        if _FORBIDDEN.search(local):
            local = _FORBIDDEN.sub(lambda m: quote(m[0], safe="", errors="surrogatepass"), local)
        return spaces[prefix] + local

    return _Memo(expand).__getitem__


def write_turtle(graph: Graph, *, base: str = BASE, pack: Pack | None = None) -> str:
    """The graph as Turtle: the same bytes for the same graph.

    `base`: IRI of the instances, ending in / or #. `pack`: the pack whose concepts are described, the default one if None.
    """
    full = _expander(base)
    name = _Memo(lambda n: n if _LOCAL.fullmatch(n.partition(":")[2]) else f"<{full(n)}>")
    predicate = _Memo(lambda p: "a" if p == "rdf:type" else p)
    out = [f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in prefixes(base).items()]
    for node in nodes(graph, pack):
        lines = []
        for p, group in groupby(node.pairs, itemgetter(0)):
            values = " , ".join([name[o] if isinstance(o, str) else _turtle_literal(o) for _, o in group])
            lines.append(f"{predicate[p]} {values}")
        out.append(f"\n{name[node.subject]} " + " ;\n    ".join(lines) + " .\n")
    return "".join(out)


def _turtle_literal(value: Literal) -> str:
    text, kind = value
    if kind in ("xsd:decimal", "xsd:integer"):
        return text
    if not kind or kind[0] == "@":
        return _quoted(text) + kind
    return f"{_quoted(text)}^^{kind}"


def write_nquads(graph: Graph, *, base: str = BASE, pack: Pack | None = None) -> str:
    """The graph as N-Quads, sorted: what an article says is in its own graph, things and concepts in the default graph."""
    full = _expander(base)
    iri = _Memo(lambda n: f"<{full(n)}>")

    def spell(o: Term) -> str:
        if isinstance(o, str):
            return iri[o]
        return _quoted(o.text) + (o.type if not o.type or o.type[0] == "@" else "^^" + iri[o.type])

    lines: set[str] = set()
    for node in nodes(graph, pack):
        ends = [f" {iri[g]} .\n" for g in node.graphs] or [" .\n"]
        lines.update(f"{iri[node.subject]} {iri[p]} {spell(o)}{end}" for p, o in node.pairs for end in ends)
    return "".join(sorted(lines))


def write_jsonld(graph: Graph, *, base: str = BASE, pack: Pack | None = None) -> str:
    """The graph as JSON-LD, compact by ontology/context.jsonld, which is written into the file: it stands alone."""
    context: dict[str, Any] = json.loads((ontology_dir() / "context.jsonld").read_text("utf-8"))["@context"]
    context.update({space: f"{base}{space}/" for space in SPACES})
    coerced = {term: rule["@type"] for term, rule in context.items() if isinstance(rule, dict) and "@type" in rule}
    full = _expander(base)
    items = []
    for node in nodes(graph, pack):
        item: dict[str, Any] = {"@id": node.subject if _LOCAL.fullmatch(node.subject.partition(":")[2]) else full(node.subject)}
        for p, group in groupby(node.pairs, itemgetter(0)):
            key = "@type" if p == "rdf:type" else p.removeprefix("gf:")
            values = [str(o).removeprefix("gf:") if key == "@type" else _json_value(o, coerced.get(key, ""), full) for _, o in group]
            item[key] = values[0] if len(values) == 1 else values
        items.append(json.dumps(item, ensure_ascii=False))
    head = json.dumps(context, ensure_ascii=False, indent=1)
    return '{"@context": ' + head + ',\n"@graph": [\n' + ",\n".join(items) + "\n]}\n"


def _json_value(o: Term, coerced: str, full: Callable[[str], str]) -> Any:
    if isinstance(o, str):
        name = o if _LOCAL.fullmatch(o.partition(":")[2]) else full(o)
        return name if coerced == "@id" else {"@id": name}
    if o.type == "xsd:integer":
        return int(o.text)
    if not o.type:
        return o.text
    if o.type[0] == "@":
        return {"@value": o.text, "@language": o.type[1:]}
    return o.text if coerced == o.type else {"@value": o.text, "@type": o.type}


def to_rdflib(graph: Graph, base: str = BASE, pack: Pack | None = None) -> rdflib.Graph:
    """The graph as an rdflib graph, prefixes bound: the API for whoever goes on in Python."""
    import rdflib

    out = rdflib.Graph(bind_namespaces="none")
    for prefix, iri in prefixes(base).items():
        out.bind(prefix, iri)

    def term(o: Term) -> rdflib.URIRef | rdflib.Literal:
        if isinstance(o, str):
            return rdflib.URIRef(o)
        if o.type.startswith("@"):
            return rdflib.Literal(o.text, lang=o.type[1:])
        return rdflib.Literal(o.text, datatype=rdflib.URIRef(o.type) if o.type else None, normalize=False)

    out.addN((term(s), term(p), term(o), out) for s, p, o in triples(graph, base, pack))
    return out
