"""The graph as RDF: Turtle, N-Quads, JSON-LD, and an rdflib graph.

`nodes` is the single source: it yields every statement once, grouped by subject, as a line of Turtle (see kg/terms.py).
The Turtle writer only joins these lines, the others respell them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from . import __version__
from .concepts import Concepts
from .model import Fact, Graph, Predicate, Quantity, TimeRef, digest
from .ontology import ontology_dir, superclasses
from .pack import Pack, load
from .spans import Spans, article_name, span_article
from .terms import SPACES, Memo, decimal, declared, expander, line, namer, prefixes_of, text
from .view import BASE

if TYPE_CHECKING:
    import rdflib

_PROPERTY = {"subject": "rdf:subject", "predicate": "rdf:predicate", "object": "rdf:object", "member": "org:member", "organization": "org:organization"}
_JUSTIFIED = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")  # 周　静: a name set to the width of three characters
_DATED = ("FinancingEvent", "Observation", "AgreementEvent")  # facts that say so where their time is unknown


class Node(NamedTuple):
    """What is said of one subject, a line a predicate and value: `gf:start 408`, `prov:wasDerivedFrom source:p_1 , source:m_1`.

    Only resources are joined by " , ". `graphs`: the articles that say it, none for the default graph.
    """

    subject: str
    lines: list[str]
    graphs: tuple[str, ...] = ()

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Predicate and value, one by one."""
        for said in self.lines:
            p, _, o = said.partition(" ")
            if o[0] == '"' or " , " not in o:
                yield p, o
            else:
                for each in o.split(" , "):
                    yield p, each


# ---------------------------------------------------------------- statements


# the parts of the file, in order
RUN, FILES, ARTICLES, THINGS, OTHERS, FACTS, ASIDES, SPANS, CONCEPTS, DECLARED = range(10)

Placed = tuple[int, str, Node]  # part of the file; what its nodes are sorted by there (nodes of one place stand together)


def nodes(graph: Graph, base: str = BASE, pack: Pack | None = None) -> Iterator[Node]:
    """All that is written, subject by subject, in the order of the file: sources, things, facts, spans, concepts, relations of packs."""
    pack = pack or load()
    yield run_node(((s.path, s.sha256) for s in graph.sources), pack, models_of(graph.facts))
    for _, _, node in placed(graph, base, pack):
        yield node


def models_of(facts: Iterable[Fact]) -> list[str]:
    """The language models that proposed facts, sorted."""
    return sorted({f.found_by.removeprefix("llm:") for f in facts if f.found_by.startswith("llm:")})


def placed(graph: Graph, base: str, pack: Pack) -> Iterator[Placed]:
    """All nodes but that of the run, each with its place in the file."""
    name = namer(base)
    own = declared(graph)
    concepts, spans = Concepts(pack, graph.metrics, name), Spans(graph, name)
    facts = sorted(_with_implied(graph.facts, own), key=lambda f: f.id)
    yield from _sources(graph)
    yield from _things(graph, facts, spans, concepts, own)
    yield from _facts(graph, facts, spans, concepts)
    for subject, lines, article in spans.nodes():
        yield SPANS, article, Node(subject, lines, (article,))
    for identifier, subject, lines in concepts.nodes():
        yield CONCEPTS, identifier, Node(subject, lines)
    for predicate in own.values():
        yield DECLARED, predicate.id, Node(predicate.id, _declaration(predicate))


def triples(graph: Graph, base: str = BASE, pack: Pack | None = None) -> Iterator[tuple[str, str, str]]:
    """Every triple once, its terms as N-Triples spells them."""
    full = expander(base, prefixes_of(graph, base))
    for node in nodes(graph, base, pack):
        subject = full[node.subject]
        for p, o in node.pairs():
            yield subject, full[p], full[o]


def _with_implied(facts: Iterable[Fact], own: Mapping[str, Predicate]) -> list[Fact]:
    """The facts, and for a relation that is a kind of another (gf:finances of gf:supports) that Claim too, on the same evidence, if none says it."""
    above = {"gf:finances": "gf:supports", **{p.id: p.parent for p in own.values() if p.parent}}
    both = {"gf:cooperatesWith", *(p.id for p in own.values() if p.both)}
    out = list(facts)
    claimed = {f.roles for f in out if f.kind == "Claim" and f.status == "reported"}
    for f in out:  # what is added is looked at too
        if f.kind == "Claim" and f.status == "reported" and (parent := above.get(f.role("predicate")[0])):
            (s,), (o,) = f.role("subject"), f.role("object")
            roles = _roles(s, parent, o)
            if roles not in claimed and not (parent in both and _roles(o, parent, s) in claimed):
                claimed.add(roles)
                out.append(Fact(implied(f.id), "Claim", roles, (), f.time, f.status, f.evidence, f.confidence, f.found_by, f.review))
    return out


def implied(fact: str) -> str:
    """The id of the Claim that goes with a Claim whose relation is a kind of another."""
    return "fact/f_" + digest("implied", fact)


def _roles(subject: str, predicate: str, object_: str) -> tuple[tuple[str, str], ...]:
    return ("object", object_), ("predicate", predicate), ("subject", subject)


def _declaration(p: Predicate) -> list[str]:
    """What the graph says of a relation that the vocabulary has not; ends of several classes stay open."""
    lines = ["a owl:ObjectProperty" + (" , owl:SymmetricProperty" if p.both else "")]
    said = (("rdfs:label", p.label, p.english), ("skos:definition", p.meaning, p.meaning_english))
    lines += [f"{name} {text(line(words), tag)}" for name, zh, en in said for words, tag in ((zh, "@zh"), (en, "@en")) if words]
    lines += [f"rdfs:subPropertyOf {p.parent}"] if p.parent else []
    return lines + [f"rdfs:{end} gf:{kind}" for end, kind in (("domain", p.subject), ("range", p.object)) if kind in superclasses()]


def run_node(files: Iterable[tuple[str, str]], pack: Pack, models: Sequence[str] = ()) -> Node:
    """The run of the program that made the graph, over files of these paths and hashes; `models` proposed facts."""
    return run_of(sorted({_file(*f) for f in files}), pack, models)


def run_of(names: Sequence[str], pack: Pack, models: Sequence[str] = ()) -> Node:
    """The same over files of these terms, sorted."""
    packs = list(map(str, pack.manifests))
    run = ["a gf:ExtractionRun", f"gf:version {text(__version__)}", *(f"gf:pack {text(name)}" for name in packs)]
    if models:
        from .proposals import PROMPT

        run += [f"gf:model {text(f'{model}, prompt {PROMPT}')}" for model in models]
    return Node("source:run_" + digest(__version__, *packs, *models, *names), run + [f"prov:used {file}" for file in names])


def _file(path: str, sha256: str) -> str:
    return "source:file_" + digest(path, sha256)


def _sources(graph: Graph) -> Iterator[Placed]:
    files = {s.path: _file(s.path, s.sha256) for s in graph.sources}
    for s in sorted(graph.sources, key=lambda s: s.path):
        lines = ["a gf:SourceFile", f"gf:path {text(s.path)}", f"gf:sha256 {text(s.sha256)}", f"gf:encoding {text(s.encoding)}"]
        lines += [f"gf:extractedText {text(s.kept)}"] if s.kept else []
        yield FILES, s.path, Node(files[s.path], lines)
    for a in sorted(graph.articles, key=lambda a: a.id):
        lines = ["a gf:Article"]
        if a.path in files:
            lines.append(f"dct:isPartOf {files[a.path]}")
        if a.title:
            lines.append(f"dct:title {text(' '.join(a.title.split()), '@zh')}")
        lines += [f"gf:byline {text(name)}" for name in sorted({_JUSTIFIED.sub("", line(a.at(span))) for span in a.byline})]
        if a.issued and a.issued.start and a.issued.start == a.issued.end:
            lines.append(f'dct:issued "{a.issued.start}"^^xsd:date')
        lines += [f"{p} {text(v)}" for p, v in (("gf:paper", a.meta.paper), ("gf:pageNumber", a.meta.page)) if v]
        if a.reprint_of:
            lines.append(f"gf:reprintOf {article_name(a.reprint_of)}")
        if a.meta.url:
            lines.append(f"gf:url {text(a.meta.url, '^^xsd:anyURI')}")
        yield ARTICLES, a.id, Node(article_name(a.id), lines, (article_name(a.id),))


def _types(kind: str) -> str:
    """A class and its own superclasses."""
    return "a " + " , ".join("gf:" + name for name in (kind, *superclasses().get(kind, ())))


def _things(graph: Graph, facts: Iterable[Fact], spans: Spans, concepts: Concepts, own: Mapping[str, Predicate]) -> Iterator[Placed]:
    name, types = concepts.spell, Memo(_types)
    both = {"gf:cooperatesWith", *(p.id for p in own.values() if p.both)}
    relations: dict[str, set[str]] = {}
    for f in facts:
        if f.kind == "Claim" and f.status == "reported":
            said = dict(f.roles)
            s, p, o = name[said["subject"]], said["predicate"], name[said["object"]]
            relations.setdefault(s, set()).add(f"{p} {o}")
            if p in both:
                relations.setdefault(o, set()).add(f"{p} {s}")
    for e in sorted(graph.entities, key=lambda e: e.id):
        label = line(e.label)
        lines = [types[e.kind], f"skos:prefLabel {text(label, '@zh')}"]
        others = {line(form) for form in (*e.aliases, *spans.surfaces.get(e.id, ()))} - {label, ""}
        lines += sorted(f"skos:altLabel {text(form, '@zh')}" for form in others)
        if e.code:
            lines += [f"gf:divisionCode {text(e.code)}", f"skos:inScheme {concepts.use('gfc:nbs2023')}"]
        if e.size:
            lines.append(f"gf:size {spans.size_name(e.id)}")
        plain = relations.pop(name[e.id], set()) | {f"gf:distinctFrom {name[other]}" for other in e.apart}
        if e.parent:
            plain.add(f"gf:locatedIn {name[e.parent]}")
        yield THINGS, e.id, Node(name[e.id], lines + sorted(plain))
        if e.size:
            yield THINGS, e.id, Node(spans.size_name(e.id), _quantity(e.size.quantity, concepts))
    for subject, plain in sorted(relations.items()):  # a subject that is no thing of this graph
        yield OTHERS, subject, Node(subject, sorted(plain))


def _facts(graph: Graph, facts: Iterable[Fact], spans: Spans, concepts: Concepts) -> Iterator[Placed]:
    name, use, types, articles = concepts.spell, concepts.use, Memo(_types), Memo(article_name)
    sure = Memo(lambda number: decimal(Decimal(number)))

    @cache
    def said(role: str, value: str) -> str:
        return f"{_PROPERTY.get(role) or 'gf:' + role} {value if role == 'predicate' else _role_value(role, value, concepts)}"

    for f in facts:
        graphs = tuple(sorted({articles[e.article] for e in f.evidence}))
        roles = {said(*role) for role in f.roles}
        quantities = spans.quantities(f)
        confidence = sure[str(round(f.confidence, 4))]
        lines = [types[f.kind], *(sorted(roles, reverse=True) if f.kind == "Claim" else sorted(roles))]  # subject, predicate, object: as one reads it
        lines += [f"gf:{role} {term}" for role, term, _ in quantities]
        lines += _time(f.time, f.kind, concepts)
        lines += [f"gf:status {use('gfc:' + f.status)}", f"gf:confidence {confidence}"]
        if f.review:
            lines.append(f"gf:review {use('gfc:' + f.review)}")
        if f.found_by:
            lines.append(f"gf:foundBy {text(f.found_by)}")
        sources = spans.evidence(f, quantities)
        if sources:
            lines.append("prov:wasDerivedFrom " + " , ".join(sources))
        yield FACTS, f.id, Node(name[f.id], lines, graphs)
        for _, term, amount in quantities:
            yield FACTS, f.id, Node(term, _quantity(amount.quantity, concepts), graphs)
    for term, aside in spans.asides(graph):
        reason = f"gf:setAside {use('gfc:' + (aside.reason or 'asideUnexplained'))}"
        review = [f"gf:review {use('gfc:' + aside.review)}"] if aside.review else []
        article = articles[aside.amount.mention.article]
        yield ASIDES, article, Node(term, [*_quantity(aside.amount.quantity, concepts), reason, *review], (article,))


def _quantity(q: Quantity, concepts: Concepts) -> list[str]:
    value = decimal(q.value)
    lines = ["a gf:MonetaryAmount , gf:Quantity" if q.currency else "a gf:Quantity", f"gf:value {value}"]
    if q.low is not None:
        lines.append(f"gf:min {value if q.low == q.value else decimal(q.low)}")
    if q.high is not None:
        lines.append(f"gf:max {value if q.high == q.value else decimal(q.high)}")
    lines.append(f"gf:currency {text(q.currency)}" if q.currency else f"gf:unit {concepts.unit(q.unit or '个')}")
    if q.bound:
        lines.append(f"gf:qualifier {concepts.use('gfc:' + q.bound)}")
    lines.append(f"gf:verbatim {text(line(q.verbatim))}")
    return lines


def _time(time: TimeRef | None, kind: str, concepts: Concepts) -> list[str]:
    if time is None:
        return [f"gf:timeBasis {concepts.use('gfc:timeUnknown')}"] if kind in _DATED else []
    lines = [f"gf:timeText {text(line(time.text))}"] if time.text else []
    lines.append(f"gf:timeBasis {concepts.use('gfc:' + time.basis)}")
    if time.start and time.end:
        lines += [f'gf:startDate "{time.start}"^^xsd:date', f'gf:endDate "{time.end}"^^xsd:date', f"gf:timeRole {concepts.use('gfc:' + time.role)}"]
    return lines


def _role_value(role: str, value: str, concepts: Concepts) -> str:
    """A thing or fact by its id, a concept, a property, or plain words."""
    space, slash, _ = value.partition("/")
    if slash and space in SPACES:
        return concepts.spell[value]
    if value.startswith("gfc:"):
        return concepts.use(value)
    if value.startswith(("gf:", "org:")):
        return value
    if role == "per":
        return concepts.unit(value)
    return concepts.labelled("comparison", value) or text(line(value), "@zh")


# ---------------------------------------------------------------- writers


def write_turtle(graph: Graph, *, base: str = BASE, pack: Pack | None = None) -> str:
    """The graph as Turtle: the same bytes for the same graph.

    `base`: IRI of the instances, ending in / or #. `pack`: the pack whose concepts are described, the default one if None.
    """
    return turtle_head(prefixes_of(graph, base)) + "".join(map(turtle, nodes(graph, base, pack)))


def turtle_head(spaces: Mapping[str, str]) -> str:
    """The prefixes."""
    return "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in spaces.items())


def turtle(node: Node) -> str:
    """A node as Turtle."""
    return f"\n{node.subject} " + " ;\n    ".join(node.lines) + " .\n"


def nquads(node: Node, full: Memo) -> Iterator[str]:
    """What a node says as lines of N-Quads; `full` expands its terms.

    What a fact is derived from is said in the graph of that article alone.
    """
    start = full[node.subject]
    ends = [f" {full[graph]} .\n" for graph in node.graphs] or [" .\n"]
    for said in node.lines:
        p, _, o = said.partition(" ")
        first, predicate = o[0], full[p]
        values = (o,) if first == '"' or " , " not in o else o.split(" , ")
        if p == "prov:wasDerivedFrom":
            for value in values:
                yield f"{start} {predicate} {full[value]} {full[span_article(value)]} .\n"
            continue
        for value in values:
            for end in ends:
                yield f"{start} {predicate} {full[value]}{end}"


def write_nquads(graph: Graph, *, base: str = BASE, pack: Pack | None = None) -> str:
    """The graph as N-Quads, sorted: what an article says is in its own graph, things and concepts in the default graph."""
    full = expander(base, prefixes_of(graph, base))
    lines: set[str] = set()
    for node in nodes(graph, base, pack):
        lines.update(nquads(node, full))
    return "".join(sorted(lines))


def write_jsonld(graph: Graph, *, base: str = BASE, pack: Pack | None = None) -> str:
    """The graph as JSON-LD, compact by ontology/context.jsonld, which is written into the file: it stands alone."""
    context: dict[str, Any] = json.loads((ontology_dir() / "context.jsonld").read_text("utf-8"))["@context"]
    spaces = prefixes_of(graph, base)
    context.update({prefix: iri for prefix, iri in spaces.items() if prefix in SPACES or prefix not in context})
    typed = {term: rule["@type"] for term, rule in context.items() if isinstance(rule, dict) and "@type" in rule}

    def value(key: str, o: str) -> str:
        kind = typed.get(key, "")
        if key == "@type":
            return f'"{o.removeprefix("gf:")}"'
        if o[0] == '"':  # a literal's Turtle quotes and escapes are JSON's too
            words, tag = o[: o.rindex('"') + 1], o[o.rindex('"') + 1 :]
            if not tag or (kind and tag == "^^" + kind):
                return words
            return f'{{"@value": {words}, "@language": "{tag[1:]}"}}' if tag[0] == "@" else f'{{"@value": {words}, "@type": "{tag[2:]}"}}'
        if o[0].isdigit():
            return o if "." not in o else f'"{o}"' if kind == "xsd:decimal" else f'{{"@value": "{o}", "@type": "xsd:decimal"}}'
        name = json.dumps(o.strip("<>"), ensure_ascii=False)
        return name if kind == "@id" else f'{{"@id": {name}}}'

    items = []
    for node in nodes(graph, base, pack):
        said = [f'"@id": {json.dumps(node.subject.strip("<>"), ensure_ascii=False)}']
        values: dict[str, list[str]] = {}
        for p, o in node.pairs():
            key = "@type" if p == "a" else p.removeprefix("gf:")
            values.setdefault(key, []).append(value(key, o))
        said += [f'"{key}": ' + (found[0] if len(found) == 1 else f"[{', '.join(found)}]") for key, found in values.items()]
        items.append("{" + ", ".join(said) + "}")
    head = json.dumps(context, ensure_ascii=False, indent=1)
    return '{"@context": ' + head + ',\n"@graph": [\n' + ",\n".join(items) + "\n]}\n"


def to_rdflib(graph: Graph, base: str = BASE, pack: Pack | None = None) -> rdflib.Graph:
    """The graph as an rdflib graph, prefixes bound: the API for whoever goes on in Python."""
    import rdflib

    out = rdflib.Graph(bind_namespaces="none")
    for prefix, iri in prefixes_of(graph, base).items():
        out.bind(prefix, iri)

    def term(t: str) -> rdflib.URIRef | rdflib.Literal:
        if t[0] == "<":
            return rdflib.URIRef(t[1:-1])
        end = t.rindex('"') + 1
        words, tag = json.loads(t[:end]), t[end:]
        if tag.startswith("@"):
            return rdflib.Literal(words, lang=tag[1:])
        return rdflib.Literal(words, datatype=rdflib.URIRef(tag[3:-1]) if tag else None, normalize=False)

    out.addN((term(s), term(p), term(o), out) for s, p, o in triples(graph, base, pack))
    return out
