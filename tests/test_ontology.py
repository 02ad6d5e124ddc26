"""The vocabulary: complete in two languages, in step with the writer and the concepts, and without contradiction."""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import handmade
import pytest
import rdflib
from rdflib import OWL, RDF, RDFS, SKOS, VANN
from rdflib.collection import Collection

from kg import __version__
from kg.concepts import factor, labels
from kg.documents import text_source
from kg.extract import extract
from kg.metrics import _table
from kg.model import DIVISION_KINDS, Document
from kg.ontology import ontology_dir, properties, superclasses
from kg.pack import DEFAULT, Entry, load, read_lexicon
from kg.rdf import to_rdflib
from kg.terms import NAMESPACES, prefixes
from kg.view import KINDS

GF = NAMESPACES["gf"]
ROOT = Path(__file__).parent.parent
DATA = Path(__file__).parent / "data"


def words(text: str) -> list[str]:
    return text.split()


CLASSES = words("""FinancialInstitution Bank Insurer Guarantor Branch Company PublicBody OtherOrganization Organization Person Group Country Province Prefecture
County Township Village Division Facility Workshop Programme Project FinancialProduct Document Fact FinancingEvent Observation AgreementEvent Tenure Claim
Quantity MonetaryAmount SourceFile Article Passage Mention Segment ExtractionRun""")
PROPERTIES = words("""locatedIn participatesIn underProgramme subProgrammeOf productLine offers undertakes supports
finances cooperatesWith issues divisionCode size status
confidence foundBy financier recipient purpose product amount instrument stage aggregation interestRate term collateral guarantor count partOfTotal
underAgreement about metric per comparedWith party document atDivision title value min max currency unit qualifier verbatim setAside startDate endDate
factor baseUnit
timeText timeBasis timeRole path sha256 encoding extractedText filePage
byline paper pageNumber url reprintOf inArticle inPassage refersTo within start end exact quote segment index
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
    """The ontology has the version of the program, the licence CC BY 4.0, the prefix that people should use, and imports nothing."""
    it = rdflib.URIRef(GF.rstrip("#"))
    assert str(ontology.value(it, OWL.versionIRI)) == f"{it}/{__version__}" and str(ontology.value(it, OWL.versionInfo)) == __version__
    assert "creativecommons.org/licenses/by/4.0" in str(ontology.value(it, rdflib.DCTERMS.license))
    assert str(ontology.value(it, VANN.preferredNamespacePrefix)) == "gf"
    assert str(ontology.value(it, VANN.preferredNamespaceUri)) == GF
    assert ontology.value(it, OWL.imports) is None


def test_a_property_without_domain_or_range_says_why(ontology: rdflib.Graph) -> None:
    """Each property has a domain and a range, or a scope note in both languages."""
    for name in properties():
        term = rdflib.URIRef(GF + name)
        if not (ontology.value(term, RDFS.domain) and ontology.value(term, RDFS.range)):
            assert sorted(str(o.language) for o in ontology.objects(term, SKOS.scopeNote)) == ["en", "zh"], name


def test_every_term_has_an_example_from_the_seeds(ontology: rdflib.Graph) -> None:
    """What an example quotes in 「」 stands in the two pages; what they do not have is said to be missing."""
    pages = "".join("".join(p.read_text("utf-8").split()) for p in (ROOT / "seeds").glob("*.txt"))
    for term in own(ontology):
        examples = [str(o) for o in ontology.objects(term, SKOS.example)]
        assert len(examples) == 1, term
        for quote in re.findall("「(.*?)」", examples[0]):
            assert "".join(quote.split()) in pages, (term, quote)
        if examples[0].startswith("两页中没有"):
            assert "例：" in examples[0]


def test_disjoint_classes(ontology: rdflib.Graph) -> None:
    """Persons, organisations, programmes, products, documents, numbers, facts and mentions exclude each other, as do an institution and a
    branch; facility, project and division exclude nothing."""
    axioms = [{str(m)[len(GF) :] for m in Collection(ontology, head)} for head in ontology.objects(None, OWL.members)]
    apart = {frozenset(pair) for members in axioms for pair in itertools.combinations(members, 2)}
    kinds = ["Person", "Organization", "Programme", "FinancialProduct", "Document", "Quantity", "Fact", "Mention"]
    assert {frozenset(pair) for pair in itertools.combinations(kinds, 2)} <= apart
    assert frozenset(("FinancialInstitution", "Branch")) in apart
    assert not {"Facility", "Project", "Division"} & set().union(*axioms)


def test_every_term_defined_is_used_or_marked(ontology: rdflib.Graph) -> None:
    """A term that no part of the program writes has an editorial note that says so."""
    kinds = {k for kind in KINDS for k in (kind, *superclasses()[kind])}
    code = "\n".join(p.read_text("utf-8") for p in [*(ROOT / "kg").glob("*.py"), *(ROOT / "kg" / "pack").glob("*.toml")])
    used = kinds | {w for words in re.findall(r"\bgf:(\w+)|\"(\w+)\"|\b(\w+) *=|\{(\w+):", code) for w in words}
    for term in own(ontology):
        name = str(term)[len(GF) :]
        assert name in used or ontology.value(term, SKOS.editorialNote), name


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


# ---------------------------------------------------------------- consistency


@pytest.fixture(scope="module")
def axioms(ontology: rdflib.Graph) -> rdflib.Graph:
    """The vocabulary with its alignments, and those axioms of ORG, PROV and SKOS that bear on it."""
    whole = ontology + rdflib.Graph().parse(ontology_dir() / "alignments.ttl") + rdflib.Graph().parse(DATA / "standards.ttl")
    return sum_of(t for t in whole if not isinstance(t[2], rdflib.Literal) and t[1] not in (RDFS.seeAlso, RDFS.isDefinedBy))


def contradictions(*graphs: rdflib.Graph) -> list[str]:
    """What the OWL 2 RL closure of the graphs finds wrong."""
    import owlrl

    closure = rdflib.Graph()
    for graph in graphs:
        closure += graph
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(closure)
    return [str(o) for _, p, o in closure if "error" in str(p).lower()]


TEXT = (GF + "exact", GF + "quote", GF + "start", GF + "end", str(SKOS.prefLabel), str(SKOS.altLabel))  # say nothing to a reasoner, cost it much


def sum_of(triples: Iterable[tuple[rdflib.term.Node, rdflib.term.Node, rdflib.term.Node]]) -> rdflib.Graph:
    out = rdflib.Graph()
    for triple in triples:
        out.add(triple)
    return out


def facts_of(graph: rdflib.Graph) -> rdflib.Graph:
    return sum_of(t for t in graph if not str(t[1]).startswith(TEXT))


def test_nothing_contradicts(axioms: rdflib.Graph, golden: rdflib.Graph) -> None:
    """The hand-made graph, the vocabulary, its alignments and the standards that it builds on agree."""
    assert contradictions(axioms, facts_of(golden)) == []


def test_the_concepts_contradict_nothing(axioms: rdflib.Graph) -> None:
    """Nor do the concepts that ship."""
    shipped = rdflib.Graph().parse(ontology_dir() / "concepts.ttl")
    few = sum_of(t for t in shipped if t[1] in (RDF.type, SKOS.inScheme, SKOS.broader, SKOS.topConceptOf) and "/metric" not in str(t[0]))
    assert contradictions(axioms, few) == []


WRONG = [
    pytest.param("agent:中国农业银行萧山支行 a gf:Bank", id="a branch that is a bank"),
    pytest.param("agent:李明.中国农业银行萧山支行 a gf:PublicBody", id="a person that is an office"),
    pytest.param("thing:共富工坊 a gf:FinancialProduct", id="a programme that is a product"),
    pytest.param("fact:f_loan a gf:Mention", id="a fact that is a place in the text"),
    pytest.param("fact:f_loan gf:about thing:共富工坊", id="a financing that is an observation, by a domain"),
    pytest.param("fact:f_loan gf:product agent:李明.中国农业银行萧山支行", id="a person that is a product, by a range"),
    pytest.param("place:杭州市.萧山区 a gf:Township", id="a division of two levels"),
    pytest.param("source:run_213a1f686e a prov:Entity", id="a run that is an entity, by PROV"),
    pytest.param("gfc:loan a skos:ConceptScheme , skos:Concept", id="a concept that is a scheme, by SKOS"),
    pytest.param(
        "fact:f_post org:member agent:中国农业银行 . agent:中国农业银行 owl:differentFrom agent:李明.中国农业银行萧山支行", id="a post of two, by ORG"
    ),
]


@pytest.mark.parametrize("said", WRONG)
def test_a_contradiction_is_found(axioms: rdflib.Graph, golden: rdflib.Graph, said: str) -> None:
    """Each contradiction put into a small part of the graph is found."""
    names = set(re.findall(r"(?:agent|place|thing|fact|source):[\w.]+", said))
    known = "".join(f"@prefix {p}: <{iri}> . " for p, iri in {**prefixes(), "owl": str(OWL)}.items())
    part = rdflib.Graph().parse(data=f"{known} {said} .", format="turtle")
    subjects = {s for s in golden.subjects() if any(str(s) == prefixes()[n.split(":")[0]] + n.split(":", 1)[1] for n in names)}
    assert contradictions(axioms, part, sum_of(t for t in facts_of(golden) if t[0] in subjects))


# ---------------------------------------------------------------- concepts


def concepts() -> list[Entry]:
    return read_lexicon(DEFAULT / "concepts.tsv")


def test_generated_files_are_fresh() -> None:
    """concepts.ttl and context.jsonld are what the script makes of their sources."""
    done = subprocess.run([sys.executable, str(ROOT / "scripts" / "build_concepts.py"), "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_page_is_fresh_and_stands_alone() -> None:
    """docs/ontology.html is what the script makes of the ontology, loads nothing, and has an anchor for every term, concept and link in it."""
    done = subprocess.run([sys.executable, str(ROOT / "scripts" / "build_ontology_page.py"), "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    page = (ROOT / "docs" / "ontology.html").read_text("utf-8")
    assert not re.search(r"\bsrc=|<link|@import|url\((?!#)|href=\"http", page)
    anchors = re.findall(r'\bid="([^"]+)"', page)
    assert len(anchors) == len(set(anchors))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(anchors)
    assert set(superclasses()) | set(properties()) | {"c-" + e.name for e in concepts()} <= set(anchors)


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
    """The alignments say subclass, subproperty and see also alone, of terms of ours; each standard of the contract is among them."""
    graph = rdflib.Graph().parse(ontology_dir() / "alignments.ttl")
    links = [(s, p, o) for s, p, o in graph if p in (RDFS.seeAlso, RDFS.subClassOf, RDFS.subPropertyOf)]
    assert {str(s)[len(GF) :] for s, _, _ in links} <= set(properties()) | set(superclasses())
    assert {p for s, p, _ in graph if str(s).startswith(GF)} == {RDFS.seeAlso, RDFS.subClassOf, RDFS.subPropertyOf}
    for space in ("/ns/org#", "/ns/prov#", "schema.org/", "/fibo/", "nif-core#", "/m8g/", "/qudt/"):
        assert any(space in str(o) for _, _, o in links), space


def test_units_convert() -> None:
    """A unit with a factor has a base unit that is its own base, with factor 1; the factors are right."""
    entries = {e.name: e for e in concepts() if e.kind == "unit"}
    for e in entries.values():
        number, base = factor(e)
        assert bool(number) == bool(base), e.name
        if base:
            assert factor(entries[base]) == ("1", base), e.name
    known = {"unit_mu": 2000 / 3, "unit_hectare": 1e4, "unit_jin": 0.5, "unit_tonne": 1e3, "unit_kilometre": 1e3, "unit_day": 86400, "unit_year": 12}
    assert {n: float(factor(entries[n])[0]) for n in known} == pytest.approx(known)


METRICS = "存款余额 贷款余额 涉农贷款余额 授信户数 村集体经营性收入 人均增收 带动就业 订单总额 总投资 占地面积".split()


@pytest.mark.parametrize("name", METRICS)
def test_metrics_of_the_extractor_are_those_of_the_ontology(name: str) -> None:
    """A metric's label and its altLabels in concepts.ttl are the words by which the extractor finds it, and it stands in the hierarchy."""
    graph = rdflib.Graph().parse(ontology_dir() / "concepts.ttl")
    concept = graph.value(None, SKOS.prefLabel, rdflib.Literal(name, lang="zh"))
    assert concept is not None and graph.value(concept, SKOS.broader) is not None
    words, _, _ = _table(load())
    local = str(concept).rpartition("/")[2]
    assert {str(o) for o in graph.objects(concept, SKOS.altLabel)} | {name} == {w for w, n in words.items() if n == local} | {name}


def test_metrics_are_found_in_text_by_their_concepts() -> None:
    """A sentence with the word of a metric becomes an observation of it."""
    for words in ("存款余额", "涉农贷款余额"):
        done = extract(Document(text_source(f"至2022年11月末，农行萧山分行{words}695亿元。", "text")), load())
        local = next(e.name for e in concepts() if e.kind == "metric" and words in e.aliases)
        assert [("metric", "gfc:" + local) in f.roles for f in done.facts if f.kind == "Observation"] == [True]
