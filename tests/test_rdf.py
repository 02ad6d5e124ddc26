"""The writers: what is said, that every serialisation says the same, and that every quote is in the file."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal

import handmade
import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib.compare import graph_diff, isomorphic, to_isomorphic

from kg.model import Aside, Entity, Fact, Graph, Mention, Metric, Quantity, Span, TimeRef
from kg.rdf import to_rdflib, triples, write_jsonld, write_nquads, write_turtle
from kg.terms import prefixes
from kg.terms import text as literal

GRAPH = handmade.graph()
TURTLE = write_turtle(GRAPH)


def parsed(text: str, form: str = "turtle") -> rdflib.Graph:
    return rdflib.Graph(bind_namespaces="none").parse(data=text, format=form)


@pytest.fixture(scope="module")
def golden() -> rdflib.Graph:
    return parsed(TURTLE)


def ask(graph: rdflib.Graph, pattern: str) -> bool:
    return bool(graph.query(f"ASK {{ {pattern} }}", initNs=prefixes()).askAnswer)


def test_golden(golden: rdflib.Graph) -> None:
    """The hand-made graph is written as the golden file, which was read through by hand, says."""
    wanted = rdflib.Graph().parse(handmade.DATA / "golden.ttl")
    if not isomorphic(golden, wanted):
        _, extra, missing = graph_diff(to_isomorphic(golden), to_isomorphic(wanted))
        pytest.fail("written but not wanted:\n" + "\n".join(sorted(extra.serialize(format="nt").split("\n"))) + "\nmissing:\n" + missing.serialize(format="nt"))


def test_two_parsers_count_the_same(golden: rdflib.Graph) -> None:
    """rdflib and pyoxigraph read as many triples as were written."""
    store = ox.Store()
    store.load(TURTLE.encode(), ox.RdfFormat.TURTLE)
    assert len(golden) == len(store) == len(set(triples(GRAPH))) == len(list(triples(GRAPH)))


def test_only_known_prefixes(golden: rdflib.Graph) -> None:
    """No made-up prefix, neither in our text nor when rdflib writes the graph again; no blank node."""
    assert [line.split()[1] for line in TURTLE.split("\n") if line.startswith("@prefix")] == [p + ":" for p in prefixes()]
    assert "ns1:" not in to_rdflib(GRAPH).serialize(format="turtle")
    assert not any(isinstance(t, rdflib.BNode) for triple in golden for t in triple)


def test_same_bytes_whatever_the_order() -> None:
    """A second run, and a run over the same values in another order, give the same bytes."""
    names = ("sources", "articles", "links", "entities", "facts", "asides", "metrics")
    turned = Graph(*(tuple(reversed(getattr(GRAPH, n))) for n in names))
    for write in (write_turtle, write_nquads, write_jsonld):
        assert write(GRAPH) == write(handmade.graph()) == write(turned)


def test_every_quote_is_in_the_file(golden: rdflib.Graph) -> None:
    """raw[start:end] == quote of every passage, mention and segment; white space aside, the quotes make up the clean text."""
    rows = list(golden.query("SELECT ?x ?s ?e ?q WHERE { ?x gf:start ?s ; gf:end ?e ; gf:quote ?q }", initNs=prefixes()))
    assert len(rows) > 25
    for x, start, end, quote in rows:
        assert handmade.RAW[int(start) : int(end)] == str(quote), x
    for x, exact in golden.query("SELECT ?x ?t WHERE { ?x gf:exact ?t }", initNs=prefixes()):
        segments = golden.query("SELECT ?q WHERE { ?x gf:segment ?g . ?g gf:index ?i ; gf:quote ?q } ORDER BY ?i", initNs=prefixes(), initBindings={"x": x})
        quote = "".join(str(q) for (q,) in segments) or str(golden.value(x, rdflib.URIRef(prefixes()["gf"] + "quote")))
        assert "".join(quote.split()) == "".join(str(exact).split())


def test_nquads_are_the_same_triples(golden: rdflib.Graph) -> None:
    """The union of the named graphs is the Turtle; each article's graph has its facts, the default graph the things."""
    data = rdflib.Dataset()
    data.parse(data=write_nquads(GRAPH), format="nquads")
    assert {q[:3] for q in data.quads()} == set(golden)
    named = {str(g.identifier).rpartition("/")[2]: len(g) for g in data.graphs() if len(g)}
    assert set(named) == {"a_a1b2c3d4e5", "default"} or {n for n in named if n.startswith("a_")} == {"a_a1b2c3d4e5"}
    lines = [line for line in write_nquads(GRAPH).split("\n") if "/fact/f_" in line.split(" ")[0]]
    assert lines and all(line.endswith("/source/a_a1b2c3d4e5> .") for line in lines)


def test_jsonld_is_the_same_graph(golden: rdflib.Graph) -> None:
    """The JSON-LD, its context in the file, is the same set of triples."""
    assert set(parsed(write_jsonld(GRAPH), "json-ld")) == set(golden)


def test_rdflib_graph_is_the_same(golden: rdflib.Graph) -> None:
    """The rdflib graph has the same terms, spelled the same."""
    assert set(to_rdflib(GRAPH)) == set(golden)


def test_base_moves_instances_only() -> None:
    """Another base changes the addresses of instances, not those of the vocabulary."""
    base = "http://localhost/kg/"
    for write in (write_turtle, write_nquads, write_jsonld):
        text = write(GRAPH, base=base)
        assert "https://w3id.org/gongfu-kg/id/" not in text
        assert base in text and "https://w3id.org/gongfu-kg/ns#" in text
    assert set(parsed(write_jsonld(GRAPH, base=base), "json-ld")) == set(parsed(write_turtle(GRAPH, base=base)))


SAID = [
    pytest.param("place:白鹤共富工坊.杭州市.萧山区 a gf:Workshop , gf:Facility", True, id="own superclasses are written"),
    pytest.param("?x a org:Organization", False, id="foreign superclasses are not"),
    pytest.param("?x skos:altLabel '农行萧山支行'@zh", True, id="a surface form is an alias"),
    pytest.param("?x skos:altLabel '该行'@zh", False, id="an anaphor is none"),
    pytest.param("place:杭州市.萧山区 gf:locatedIn place:杭州市 ; gf:divisionCode '330109000000' ; skos:inScheme gfc:nbs2023", True, id="division"),
    pytest.param("agent:中国农业银行萧山支行 gf:finances ?p ; gf:supports ?p", True, id="finances implies supports"),
    pytest.param("?c a gf:Claim ; rdf:predicate gf:supports ; prov:wasDerivedFrom ?p . ?p a gf:Passage", True, id="implied supports has a claim"),
    pytest.param("?a gf:cooperatesWith ?b . ?b gf:cooperatesWith ?a", True, id="cooperation both ways"),
    pytest.param("thing:白鹤村茶叶加工园项目.杭州市.萧山区 gf:underProgramme ?x", False, id="a denied relation is no plain triple"),
    pytest.param("fact:f_denied a gf:Claim ; gf:status gfc:negated", True, id="but a claim"),
    pytest.param("fact:f_loan prov:wasDerivedFrom ?a , ?b . ?a a gf:Passage . ?b a gf:Passage FILTER(?a != ?b)", True, id="second printing is evidence"),
    pytest.param("fact:f_balance prov:wasDerivedFrom ?a , ?b . ?a a gf:Passage . ?b a gf:Passage FILTER(?a != ?b)", False, id="one printing, one passage"),
    pytest.param("?m gf:exact '近500万元' ; gf:refersTo ?q . fact:f_loan gf:amount ?q", True, id="a number's mention refers to the quantity"),
    pytest.param("?m gf:exact '农行' ; gf:within/gf:exact '农行萧山支行'", True, id="a mention within another"),
    pytest.param("?q gf:verbatim '近500万元' ; gf:max 5000000.0 FILTER NOT EXISTS { ?q gf:min ?x }", True, id="an open bound is absent"),
    pytest.param("?q gf:verbatim '30万元' ; gf:setAside gfc:asideUnexplained", True, id="unexplained number"),
    pytest.param("fact:f_jobs gf:timeBasis gfc:timeUnknown FILTER NOT EXISTS { fact:f_jobs gf:startDate ?x }", True, id="unknown time"),
    pytest.param("fact:f_jobs gf:per gfc:unit_year", True, id="a unit word is a concept"),
    pytest.param("fact:f_post gf:title '行长'@zh", True, id="a title is a literal"),
    pytest.param("agent:30余人.a1b2c3d4e5 gf:size/gf:value 30.0", True, id="size of a group"),
    pytest.param("gfc:agriLoans skos:broader gfc:loans . gfc:loans skos:prefLabel '贷款余额'@zh", True, id="broader metrics are described"),
    pytest.param("gfc:metric_涉农贷款增速 skos:prefLabel '涉农贷款增速'@zh ; skos:altLabel '同比增长'@zh", True, id="a minted metric keeps the wording"),
    pytest.param("?x gf:metric|gf:unit|gf:status|gf:stage|gf:qualifier ?c FILTER NOT EXISTS { ?c skos:prefLabel ?l }", False, id="every concept has a label"),
    pytest.param("?q a gf:Quantity . ?a ?p ?q . ?b ?r ?q FILTER(?a != ?b && ?p != gf:refersTo && ?r != gf:refersTo)", False, id="no quantity is shared"),
]


@pytest.mark.parametrize(("pattern", "holds"), SAID)
def test_said(golden: rdflib.Graph, pattern: str, holds: bool) -> None:
    """What the contract wants said is said, and what it forbids is not."""
    assert ask(golden, pattern) is holds


def only(*facts: Fact, **changes: object) -> rdflib.Graph:
    return parsed(write_turtle(replace(GRAPH, facts=facts, **changes)))


def test_unknown_unit_is_minted() -> None:
    """A unit that does not ship becomes a concept of its own, with label and notation."""
    number = Quantity(Decimal(3), Decimal(3), Decimal(3), "顶", verbatim="3顶")
    aside = Aside(replace(GRAPH.asides[0].amount, quantity=number), "asidePart")
    assert ask(only(asides=(aside,)), "?q gf:unit gfc:unit_顶 . gfc:unit_顶 skos:notation '顶' ; skos:prefLabel '顶'@zh ; skos:inScheme gfc:unit")


@pytest.mark.parametrize(
    ("unit", "name"),
    [
        pytest.param("%", "unit_percent", id="per cent"),
        pytest.param("名", "unit_person", id="a classifier of persons"),
        pytest.param("个百分点", "unit_percentagePoint", id="percentage points"),
        pytest.param("平方米", "unit_squareMetre", id="square metres"),
        pytest.param("", "unit_item", id="no unit word"),
    ],
)
def test_unit_words(unit: str, name: str) -> None:
    """A unit word and its variants are one concept."""
    number = Quantity(Decimal(3), Decimal(3), Decimal(3), unit, verbatim="3")
    assert ask(only(asides=(Aside(replace(GRAPH.asides[0].amount, quantity=number), "asidePart"),)), f"?q gf:unit gfc:{name}")


def test_numbers_have_one_spelling() -> None:
    """Equal numbers that were computed in different ways are one term, without an exponent."""
    for value in (Decimal("48.7") * 100000000, Decimal("48.7") * Decimal("1e8"), Decimal("4.87e9")):
        number = Quantity(value, None, value, currency="CNY", bound="nearly", verbatim="近48.7亿元")
        text = write_turtle(replace(GRAPH, asides=(Aside(replace(GRAPH.asides[0].amount, quantity=number), ""),)))
        assert "gf:value 4870000000.0 ;" in text and "E+" not in text


def test_a_fact_of_two_articles_has_both_graphs() -> None:
    """In N-Quads a fact that two articles state is in both their graphs, and rests on a passage of each."""
    other = replace(handmade.ARTICLE, id="ffffffffff", copies=())
    fact = next(f for f in GRAPH.facts if f.id == "fact/f_balance")
    first = fact.evidence[0]
    amount = next(a for _, a in fact.amounts)
    again = replace(first, article=other.id, mentions=(Mention(other.id, amount.mention.span, "Quantity", "by-hand", amount.quantity),))
    graph = replace(GRAPH, articles=(handmade.ARTICLE, other), facts=(replace(fact, evidence=(first, again)),))
    ends = {
        line.split(" ")[-2].rpartition("/")[2] for line in write_nquads(graph).split("\n") if line.startswith("<https://w3id.org/gongfu-kg/id/fact/f_balance>")
    }
    assert ends == {"a_a1b2c3d4e5>", "a_ffffffffff>"}
    assert ask(parsed(write_turtle(graph)), "fact:f_balance gf:amount ?q . ?m gf:refersTo ?q ; gf:inArticle source:a_ffffffffff")


def test_time_without_days_has_no_role() -> None:
    """近年来 has no days: its words and basis are written, no date and no role."""
    fact = replace(GRAPH.facts[0], time=TimeRef("近年来"))
    assert ask(only(fact), "?f gf:timeText '近年来' ; gf:timeBasis gfc:timeUnknown FILTER NOT EXISTS { ?f gf:startDate|gf:timeRole ?x }")


def test_a_month_of_issue_is_no_date() -> None:
    """dct:issued is written for a whole day only."""
    article = replace(handmade.ARTICLE, issued=TimeRef("2023年7月", date(2023, 7, 1), date(2023, 7, 31), "timeStated"))
    assert not ask(only(articles=(article,)), "?a dct:issued ?d")


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=30))
def test_any_text_comes_back(text: str) -> None:
    """A literal of any characters is read back as it was by both parsers."""
    line = f"<a:a> <a:b> {literal(text)} ."
    assert str(next(iter(parsed(line)))[2]) == text
    assert next(iter(ox.parse(line.encode(), ox.RdfFormat.TURTLE))).object.value == text


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=("Cs", "Cn", "Co")), min_size=1, max_size=12))
def test_any_name_is_a_legal_iri(text: str) -> None:
    """Whatever the characters of an id, every serialisation parses and says the same."""
    entity = Entity("thing/" + text, "Project", "名")
    graph = Graph((), (), (), (entity,), (), (), ())
    turtle = parsed(write_turtle(graph))
    assert set(turtle) == set(parsed(write_nquads(graph), "nt")) == set(parsed(write_jsonld(graph), "json-ld"))
    store = ox.Store()
    store.load(write_turtle(graph).encode(), ox.RdfFormat.TURTLE)
    assert len(store) == len(turtle)


def test_labels_have_no_line_break() -> None:
    """A name with a line break inside is one line as a label."""
    graph = Graph((), (), (), (Entity("thing/x", "Project", "甲\n乙", ("丙\r\n丁",)),), (), (), ())
    assert "\n" not in str(parsed(write_turtle(graph)).value(None, rdflib.SKOS.altLabel, None) or "丙 丁")
    assert ask(parsed(write_turtle(graph)), "thing:x skos:prefLabel '甲 乙'@zh ; skos:altLabel '丙 丁'@zh")


def test_shipped_metric_keeps_its_label() -> None:
    """A text's wording of a shipped metric is an alias, the label is the shipped one."""
    graph = only(*GRAPH.facts, metrics=(Metric("gfc:agriLoans", "全行涉农贷款", ("三农贷款",)),))
    assert ask(graph, "gfc:agriLoans skos:prefLabel '涉农贷款余额'@zh ; skos:altLabel '全行涉农贷款'@zh , '三农贷款'@zh")


def test_a_mention_of_no_sentence_still_has_its_place() -> None:
    """A mention that spans two sentences has offsets and quote, and no passage."""
    start = handmade.spot("有“一行一策”").start
    link = replace(GRAPH.links[0], mention=Mention(handmade.ARTICLE.id, Span(start, start + 12), "Programme", "by-hand"))
    assert ask(only(links=(link,)), "?m a gf:Mention ; gf:quote ?q FILTER NOT EXISTS { ?m gf:inPassage ?p }")


def test_no_rdf_library_at_import() -> None:
    """Importing the writers, queries and explanations loads neither rdflib nor pyoxigraph."""
    code = "import sys, kg.rdf, kg.query, kg.explain; print([m for m in ('rdflib', 'pyoxigraph', 'networkx', 'jieba') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
