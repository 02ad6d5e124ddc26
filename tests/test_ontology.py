"""The vocabulary: complete in two languages, in step with the writer and the concepts, and without contradiction."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import handmade
import pytest
import rdflib
from rdflib import OWL, RDF, RDFS, SKOS

from kg.concepts import labels
from kg.model import DIVISION_KINDS
from kg.ontology import ontology_dir, properties, superclasses
from kg.pack import DEFAULT, Entry, read_lexicon
from kg.rdf import to_rdflib
from kg.terms import NAMESPACES, prefixes
from kg.view import KINDS

GF = NAMESPACES["gf"]
ROOT = Path(__file__).parent.parent


def words(text: str) -> list[str]:
    return text.split()


CLASSES = words("""FinancialInstitution Bank Insurer Guarantor Branch Company PublicBody OtherOrganization Organization Person Group Country Province Prefecture
County Township Village Division Facility Workshop Programme Project FinancialProduct Document Fact FinancingEvent Observation AgreementEvent Tenure Claim
Quantity MonetaryAmount SourceFile Article Passage Mention Segment ExtractionRun""")
PROPERTIES = words("""locatedIn participatesIn underProgramme subProgrammeOf productLine offers undertakes supports
finances cooperatesWith issues divisionCode size status
confidence foundBy financier recipient purpose product amount instrument stage aggregation interestRate term collateral guarantor count partOfTotal
underAgreement about metric per comparedWith party document atDivision title value min max currency unit qualifier verbatim setAside startDate endDate
timeText timeBasis timeRole path sha256 encoding byline paper pageNumber url inArticle inPassage refersTo within start end exact quote segment index
version""")


@pytest.fixture(scope="module")
def ontology() -> rdflib.Graph:
    return rdflib.Graph().parse(ontology_dir() / "gongfu.ttl")


@pytest.fixture(scope="module")
def golden() -> rdflib.Graph:
    return to_rdflib(handmade.graph())


def own(ontology: rdflib.Graph) -> set[rdflib.URIRef]:
    return {s for s in ontology.subjects(unique=True) if isinstance(s, rdflib.URIRef) and s.startswith(GF)}


def test_every_term_is_described(ontology: rdflib.Graph) -> None:
    """Each term has one label and one definition in each language, and says which vocabulary it is of."""
    for term in own(ontology):
        for property_ in (RDFS.label, SKOS.definition):
            assert sorted(str(o.language) for o in ontology.objects(term, property_)) == ["en", "zh"], (term, property_)
        assert ontology.value(term, RDFS.isDefinedBy) == rdflib.URIRef(GF.rstrip("#"))


def test_names_are_spelled_as_their_kind(ontology: rdflib.Graph) -> None:
    """Classes begin with a capital, properties with a small letter."""
    for term in own(ontology):
        is_class = (term, RDF.type, OWL.Class) in ontology
        assert term[len(GF)].isupper() == is_class, term


@pytest.mark.parametrize("name", CLASSES)
def test_classes_of_the_contract(ontology: rdflib.Graph, name: str) -> None:
    """Every class of the contract is there."""
    assert (rdflib.URIRef(GF + name), RDF.type, OWL.Class) in ontology


@pytest.mark.parametrize("name", PROPERTIES)
def test_properties_of_the_contract(name: str) -> None:
    """Every property of the contract is there, and the line reader sees it."""
    assert name in properties()


def test_line_reader_sees_what_a_parser_sees(ontology: rdflib.Graph) -> None:
    """The superclasses and properties read by lines are those that an RDF parser reads."""
    parsed = {
        str(c)[len(GF) :]: {str(s)[len(GF) :] for s in ontology.transitive_objects(c, RDFS.subClassOf) if s != c and str(s).startswith(GF)}
        for c in ontology.subjects(RDF.type, OWL.Class)
        if isinstance(c, rdflib.URIRef)
    }
    assert {k: set(v) for k, v in superclasses().items() if v} == {k: v for k, v in parsed.items() if v}
    kinds = (OWL.ObjectProperty, OWL.DatatypeProperty, RDF.Property)
    assert set(properties()) == {str(p)[len(GF) :] for kind in kinds for p in ontology.subjects(RDF.type, kind)}


def test_every_kind_of_entity_is_a_class() -> None:
    """The kinds of the model and of the views are classes, divisions under Division."""
    assert set(KINDS) <= set(superclasses())
    assert all(superclasses()[kind] == ("Division",) for kind in DIVISION_KINDS)


def test_licence_and_version(ontology: rdflib.Graph) -> None:
    """The ontology has a version IRI and the licence CC BY 4.0, and imports nothing."""
    it = rdflib.URIRef(GF.rstrip("#"))
    assert ontology.value(it, OWL.versionIRI) is not None
    assert "creativecommons.org/licenses/by/4.0" in str(ontology.value(it, rdflib.DCTERMS.license))
    assert ontology.value(it, OWL.imports) is None


def test_every_term_written_is_defined(ontology: rdflib.Graph, golden: rdflib.Graph) -> None:
    """The writer uses no class or property of ours that the ontology lacks."""
    used = {t for s, p, o in golden for t in ((p, o) if p == RDF.type else (p,)) if str(t).startswith(GF)}
    assert used <= own(ontology)


def test_every_term_of_the_queries_is_defined() -> None:
    """Queries, checks and shapes use no term of ours that the ontology lacks."""
    known = set(properties()) | set(superclasses())
    for path in [*ontology_dir().glob("*/*.rq"), ontology_dir() / "shapes.ttl", ontology_dir() / "alignments.ttl"]:
        assert set(re.findall(r"\bgf:(\w+)", path.read_text("utf-8"))) <= known, path.name


def test_every_concept_of_the_queries_ships() -> None:
    """Queries, checks and shapes use no concept that does not ship."""
    known = {e.name for e in concepts()}
    for path in [*ontology_dir().glob("*/*.rq"), ontology_dir() / "shapes.ttl"]:
        assert set(re.findall(r"\bgfc:(\w+)", path.read_text("utf-8"))) <= known, path.name


def test_nothing_contradicts(ontology: rdflib.Graph, golden: rdflib.Graph) -> None:
    """The OWL 2 RL closure of ontology and graph finds no contradiction; with a branch that is also a bank it does."""
    import owlrl

    def errors(*triples: tuple[rdflib.term.Node, ...]) -> list[str]:
        closure = rdflib.Graph()
        for triple in [*ontology, *triples]:
            closure.add(triple)
        owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(closure)
        return [str(o) for s, p, o in closure if "ErrorMessage" in str(p) or "error" in str(p).lower()]

    typed = [t for t in golden if not str(t[1]).startswith((str(SKOS), GF + "exact", GF + "quote"))]
    assert errors(*typed) == []
    branch = rdflib.URIRef(prefixes()["agent"] + "中国农业银行萧山支行")
    assert errors((branch, RDF.type, rdflib.URIRef(GF + "Branch")), (branch, RDF.type, rdflib.URIRef(GF + "Bank")))


# ---------------------------------------------------------------- concepts


def concepts() -> list[Entry]:
    return read_lexicon(DEFAULT / "concepts.tsv")


def test_generated_files_are_fresh() -> None:
    """concepts.ttl and context.jsonld are what the script makes of their sources."""
    done = subprocess.run([sys.executable, str(ROOT / "scripts" / "build_concepts.py"), "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_concepts_are_complete() -> None:
    """Names are unique; kinds and parents exist; each has two labels; a word names one concept of its scheme; units have a notation."""
    entries = {e.name: e for e in concepts()}
    assert len(entries) == len(concepts())
    words: dict[tuple[str, str], str] = {}
    for e in entries.values():
        zh, en, notation = labels(e)
        assert zh and en, e.name
        assert bool(notation) == (e.kind == "unit"), e.name
        assert e.kind == "scheme" or entries[e.kind].kind == "scheme", e.name
        assert not e.parent or entries[e.parent].kind == e.kind, e.name
        for word in {zh, notation, *e.aliases} - {""}:
            assert words.setdefault((e.kind, word), e.name) == e.name, word


def test_metrics_have_their_label_as_a_word() -> None:
    """A metric that groups others has no words; every other has its label, or a word of it, among its words."""
    for e in concepts():
        if e.kind == "metric":
            assert bool(e.aliases) != e.name.startswith("metric"), e.name


def test_concepts_parse_and_hang_together() -> None:
    """concepts.ttl is legal SKOS: no cycle, and each concept is in one scheme."""
    graph = rdflib.Graph().parse(ontology_dir() / "concepts.ttl")
    for c in graph.subjects(RDF.type, SKOS.Concept):
        assert len(list(graph.objects(c, SKOS.inScheme))) == 1
        assert c not in set(graph.transitive_objects(c, SKOS.broader)) - {c} or (c, SKOS.broader, c) not in graph
        assert bool(graph.value(c, SKOS.broader)) != bool(graph.value(c, SKOS.topConceptOf))


@pytest.mark.parametrize(
    "name",
    [
        "asideDuration",
        "asideOrdinal",
        "asideName",
        "asideRule",
        "asideAge",
        "asideAddress",
        "asideDate",
        "asideFigurative",
        "asidePhysical",
        "asideUnexplained",
    ],
)
def test_aside_reasons(name: str) -> None:
    """Each reason why a quantity is set aside ships."""
    assert {e.name: e.kind for e in concepts()}[name] == "aside"


def test_alignments_only_point() -> None:
    """The alignments use rdfs:seeAlso alone, and only on terms of ours."""
    graph = rdflib.Graph().parse(ontology_dir() / "alignments.ttl")
    assert {p for _, p, _ in graph} == {RDFS.seeAlso}
    assert {str(s)[len(GF) :] for s, _, _ in graph} <= set(properties()) | set(superclasses())


def test_context_types_every_link() -> None:
    """In the JSON-LD context every object property of ours is typed as a link."""
    context = json.loads((ontology_dir() / "context.jsonld").read_text("utf-8"))["@context"]
    assert all(context[name] == {"@type": "@id"} for name, (kind, _) in properties().items() if kind == "object")


# ---------------------------------------------------------------- shapes


@pytest.fixture(scope="module")
def shapes() -> rdflib.Graph:
    return rdflib.Graph().parse(ontology_dir() / "shapes.ttl")


def report(graph: rdflib.Graph, shapes: rdflib.Graph) -> tuple[bool, str]:
    import pyshacl

    conforms, _, text = pyshacl.validate(graph, shacl_graph=shapes, advanced=True)
    return bool(conforms), str(text)


def test_golden_conforms(golden: rdflib.Graph, shapes: rdflib.Graph) -> None:
    """The hand-made graph keeps every shape, warnings included."""
    conforms, text = report(golden, shapes)
    assert conforms, text


BROKEN = [
    pytest.param("DELETE WHERE { fact:f_loan gf:stage ?x }", "one stage", id="no stage"),
    pytest.param("INSERT DATA { fact:f_loan gf:stage gfc:approved }", "one stage", id="two stages"),
    pytest.param("DELETE WHERE { fact:f_loan gf:financier ?x }", "names no financier", id="no financier"),
    pytest.param("DELETE WHERE { fact:f_balance gf:about ?x }", "about one thing", id="no subject"),
    pytest.param(
        "DELETE { ?f gf:endDate ?d } INSERT { ?f gf:endDate '2020-01-01'^^xsd:date } WHERE { ?f gf:endDate ?d }", "end before", id="ends before it starts"
    ),
    pytest.param("DELETE { ?f gf:confidence ?d } INSERT { ?f gf:confidence 1.5 } WHERE { ?f gf:confidence ?d }", "between 0 and 1", id="confidence above one"),
    pytest.param("DELETE { ?q gf:min ?d } INSERT { ?q gf:min 1e99 } WHERE { ?q gf:min ?d }", "lower bound", id="bounds the wrong way round"),
    pytest.param("DELETE WHERE { ?m gf:quote ?q }", "quote or segments", id="no quote"),
    pytest.param("DELETE { ?m gf:quote ?q } INSERT { ?m gf:quote 'x' } WHERE { ?m a gf:Mention ; gf:quote ?q }", "as long as", id="quote of another length"),
    pytest.param("DELETE WHERE { ?c rdf:predicate gf:locatedIn }", "has no claim", id="relation without a claim"),
    pytest.param("DELETE WHERE { ?q gf:setAside ?x }", "or is set aside", id="quantity without an owner"),
    pytest.param("INSERT DATA { place:浙江省 gf:locatedIn place:杭州市 }", "in a circle", id="places in a circle"),
    pytest.param("DELETE WHERE { ?x org:unitOf ?y }", "unit of one", id="branch of nothing"),
    pytest.param("INSERT DATA { thing:共富工坊 skos:prefLabel '又一名'@zh }", "one name", id="two names"),
    pytest.param("INSERT DATA { fact:f_post gf:atDivision place:杭州市 }", "one body or one place", id="a post at two bodies"),
]


@pytest.mark.parametrize(("change", "message"), BROKEN)
def test_shapes_find(golden: rdflib.Graph, shapes: rdflib.Graph, change: str, message: str) -> None:
    """Each broken graph is reported, in words that say what is wrong."""
    graph = rdflib.Graph()
    graph += golden
    graph.update(change, initNs=prefixes())
    conforms, text = report(graph, shapes)
    assert not conforms and message in text, text
