"""Every rule of ontology/shapes.ttl: the hand-made graph keeps it, a change breaks it, and a SHACL engine says the same."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import built
import handmade
import pyoxigraph as ox
import pytest
import rdflib

from kg.checks import check
from kg.ontology import ontology_dir
from kg.query import GraphFile
from kg.rdf import write_turtle
from kg.shapes import Rule, rules
from kg.terms import prefixes

TURTLE = write_turtle(handmade.graph())
LOAN, LINE, BALANCE, POST, CLAIM = "fact:f_loan", "fact:f_line", "fact:f_balance", "fact:f_post", "fact:f_finances"
NUMBER, MONEY, ASIDE = "fact:q_a1e6308bbe", "fact:q_92ff5e819c", "fact:q_74132d30fd"
BRANCH, PERSON, PROJECT = "agent:中国农业银行萧山支行", "agent:李明.中国农业银行萧山支行", "thing:白鹤村茶叶加工园项目.杭州市.萧山区"
CITY, COUNTY, TOWN = "place:杭州市", "place:杭州市.萧山区", "place:杭州市.萧山区.蜀山街道"
VILLAGE = f"{TOWN}.白鹤村"
PASSAGE, SPLIT, PIECE, MENTION = "source:p_a1b2c3d4e5_44_79", "source:p_a1b2c3d4e5_115_154", "source:sp_a1b2c3d4e5_115_154_1", "source:m_a1b2c3d4e5_62_68"
ARTICLE, FILE = "source:a_a1b2c3d4e5", "source:file_083eda1afc"

# shape, message, then the changes that break it: subject, property and its new values ("" = none)
BROKEN: list[tuple[str, str, tuple[tuple[str, str, str], ...]]] = [
    ("AgreementEvent", "The agreement names fewer than two parties", (("fact:f_agreement", "gf:party", BRANCH),)),
    (
        "Article",
        "An article has one date of issue at most",
        ((ARTICLE, "dct:issued", '"2023"'), (ARTICLE, "dct:issued", '"2023-07-03"^^xsd:date , "2023-07-04"^^xsd:date')),
    ),
    ("Article", "An article reprints one article at most", ((ARTICLE, "gf:reprintOf", f"{ARTICLE} , {FILE}"), (ARTICLE, "gf:reprintOf", FILE))),
    ("Article", "An article is part of one source file", ((ARTICLE, "dct:isPartOf", ""), (ARTICLE, "dct:isPartOf", f"{FILE} , {PASSAGE}"))),
    (
        "Branch",
        "A branch is the unit of one institution or higher branch",
        ((BRANCH, "org:unitOf", ""), (BRANCH, "org:unitOf", f"agent:中国农业银行 , {PERSON}")),
    ),
    ("Claim", "A claim has one object", ((CLAIM, "rdf:object", ""), (CLAIM, "rdf:object", f"{PROJECT} , 'x'"))),
    ("Claim", "A claim has one subject", ((CLAIM, "rdf:subject", ""), (CLAIM, "rdf:subject", f"{BRANCH} , 'x'"))),
    (
        "Claim",
        "A claim's predicate is a relation of the vocabulary, or one that the graph declares",
        ((CLAIM, "rdf:predicate", ""), (CLAIM, "rdf:predicate", "gf:finances , gf:about")),
    ),
    ("Claimed", "The relation has no claim", ((PROJECT, "gf:locatedIn", f"{VILLAGE} , {CITY}"),)),
    ("Code", "A division code has twelve digits", ((COUNTY, "gf:divisionCode", '"330109"'), (COUNTY, "gf:divisionCode", '"330109000000" , "330110000000"'))),
    ("Code", "A division code names its dated scheme", ((COUNTY, "skos:inScheme", ""),)),
    ("Code", "Only a division has a division code", ((PERSON, "gf:divisionCode", '"330109000000"'),)),
    ("County", "A county is located in a prefecture or province", ((COUNTY, "gf:locatedIn", ""), (COUNTY, "gf:locatedIn", VILLAGE))),
    ("Currency", "A currency is one of the ISO codes agreed", ((MONEY, "gf:currency", ""), (MONEY, "gf:currency", '"RMB"'))),
    (
        "Fact",
        "A confidence is between 0 and 1",
        tuple((LOAN, "gf:confidence", v) for v in ("", "1.5", "-0.1", "0.9 , 0.8", "'0.9'")),
    ),
    ("Fact", "A dated fact has both days, a basis and a role", ((LOAN, "gf:endDate", ""), (LOAN, "gf:timeRole", ""))),
    ("Fact", "A fact has one status", ((LOAN, "gf:status", ""), (LOAN, "gf:status", "gfc:reported , gfc:planned"), (LOAN, "gf:status", "gfc:loan"))),
    ("Fact", "A fact names its rule", ((LOAN, "gf:foundBy", ""),)),
    ("Fact", "A review confirms or corrects", ((LOAN, "gf:review", "gfc:confirmed , gfc:corrected"), (LOAN, "gf:review", "gfc:loan"))),
    ("Fact", "A fact rests on a passage", ((LOAN, "prov:wasDerivedFrom", MENTION),)),
    ("Fact", "A time basis is one of four", ((LOAN, "gf:timeBasis", "gfc:asOf"), (LOAN, "gf:timeBasis", "gfc:timeStated , gfc:timeInferred"))),
    (
        "Fact",
        "A time does not end before it starts",
        (
            (LOAN, "gf:startDate", '"2024-01-01"^^xsd:date'),
            (LOAN, "gf:startDate", '"2023"'),
            (LOAN, "gf:startDate", '"2023-01-01"^^xsd:date , "2023-01-02"^^xsd:date'),
        ),
    ),
    (
        "Fact",
        "A time has one last day",
        ((LOAN, "gf:endDate", '"2023-7-3"^^xsd:date'), (LOAN, "gf:endDate", '"2023-07-03"^^xsd:date , "2023-07-04"^^xsd:date')),
    ),
    ("Fact", "A time role is one of three", ((LOAN, "gf:timeRole", "gfc:timeStated"), (LOAN, "gf:timeRole", "gfc:asOf , gfc:within"))),
    (
        "FinancingEvent",
        "A financing has one aggregation",
        ((LOAN, "gf:aggregation", ""), (LOAN, "gf:aggregation", "gfc:single , gfc:stock"), (LOAN, "gf:aggregation", "gfc:loan")),
    ),
    ("FinancingEvent", "A financing has one amount at most", ((LOAN, "gf:amount", "fact:q_b7b45f96f6 , fact:q_74132d30fd"), (LOAN, "gf:amount", PERSON))),
    (
        "FinancingEvent",
        "A financing has one instrument",
        ((LOAN, "gf:instrument", ""), (LOAN, "gf:instrument", "gfc:loan , gfc:bond"), (LOAN, "gf:instrument", "gfc:single")),
    ),
    (
        "FinancingEvent",
        "A financing has one stage",
        ((LOAN, "gf:stage", ""), (LOAN, "gf:stage", "gfc:disbursed , gfc:approved"), (LOAN, "gf:stage", "gfc:loan")),
    ),
    ("FinancingEvent", "The financing names no financier", ((LOAN, "gf:financier", ""),)),
    ("FinancingEvent", "The financing states no sum", ((LOAN, "gf:amount", ""),)),
    (
        "Mention",
        "A mention is in one passage at most",
        ((MENTION, "gf:inPassage", f"{PASSAGE} , {SPLIT}"), (MENTION, "gf:inPassage", PERSON)),
    ),
    ("Mention", "The mention is in no passage: it runs across two", ((MENTION, "gf:inPassage", ""),)),
    (
        "Observation",
        "An observation has one aggregation at most",
        ((BALANCE, "gf:aggregation", "gfc:stock , gfc:single"), (BALANCE, "gf:aggregation", "gfc:loan")),
    ),
    (
        "Observation",
        "An observation has one amount",
        ((BALANCE, "gf:amount", ""), (BALANCE, "gf:amount", f"{MONEY} , {ASIDE}"), (BALANCE, "gf:amount", PERSON)),
    ),
    (
        "Observation",
        "An observation has one metric",
        ((BALANCE, "gf:metric", ""), (BALANCE, "gf:metric", "gfc:loans , gfc:agriLoans"), (BALANCE, "gf:metric", PERSON)),
    ),
    ("Observation", "An observation is about one thing", ((BALANCE, "gf:about", ""), (BALANCE, "gf:about", f"{BRANCH} , {PERSON}"))),
    ("Prefecture", "A prefecture is located in a province", ((CITY, "gf:locatedIn", ""), (CITY, "gf:locatedIn", COUNTY))),
    ("Quantity", "A qualifier is one of those agreed", ((NUMBER, "gf:qualifier", "gfc:loan"), (NUMBER, "gf:qualifier", "gfc:about , gfc:nearly"))),
    ("Quantity", "A quantity belongs to a node or is set aside, one of the two", ((ASIDE, "gf:setAside", ""), (MONEY, "gf:setAside", "gfc:asideName"))),
    ("UnitOrCurrency", "A quantity has a unit or a currency, one of the two", ((NUMBER, "gf:unit", ""), (NUMBER, "gf:currency", '"CNY"'))),
    ("Quantity", "A quantity has its wording", ((NUMBER, "gf:verbatim", ""), (NUMBER, "gf:verbatim", '""'), (NUMBER, "gf:verbatim", '"a" , "b"'))),
    ("Quantity", "A quantity has one upper bound at most", ((NUMBER, "gf:max", "40.0 , 50.0"), (NUMBER, "gf:max", '"40"'))),
    ("Quantity", "A quantity has one value, not negative", tuple((NUMBER, "gf:value", v) for v in ("", "-30.0", "30.0 , 31.0", "'many'^^xsd:decimal"))),
    ("Quantity", "A quantity is not shared by two nodes", ((LOAN, "gf:amount", MONEY),)),
    (
        "Quantity",
        "The lower bound is not above the upper bound or the value",
        ((NUMBER, "gf:min", "35.0"), (NUMBER, "gf:min", "45.0"), (NUMBER, "gf:min", "20.0 , 30.0"), (NUMBER, "gf:min", "'x'")),
    ),
    ("Quoted", "The quote is not as long as its offsets say", ((MENTION, "gf:quote", '"48亿元"'), (PIECE, "gf:end", "191"))),
    ("Segment", "A segment has a quote", ((PIECE, "gf:quote", ""), (PIECE, "gf:quote", '"a" , "b"'))),
    ("Segment", "A segment has an index", tuple((PIECE, "gf:index", v) for v in ("", "0", "1 , 2", "'1'"))),
    ("Segment", "A segment starts before it ends", ((PIECE, "gf:start", ""), (PIECE, "gf:start", "500"), (PIECE, "gf:start", "156 , 157"))),
    ("Passage", "A page of the file is counted from 1", tuple((PASSAGE, "gf:filePage", v) for v in ("0", "1 , 2", "'1'"))),
    (
        "SourceFile",
        "An extracted text stands below texts/",
        tuple((FILE, "gf:extractedText", v) for v in ('"a.txt"', '"texts/a.txt" , "texts/b.txt"', '"texts/a.txt"@zh')),
    ),
    ("SourceFile", "A path is relative", ((FILE, "gf:path", ""), (FILE, "gf:path", '"/golden.txt"'), (FILE, "gf:path", '"a" , "b"'))),
    (
        "SourceFile",
        "A source file has its SHA-256",
        ((FILE, "gf:sha256", ""), (FILE, "gf:sha256", '"5fb0"'), (FILE, "gf:sha256", f'"{"a" * 64}" , "{"b" * 64}"')),
    ),
    ("Span", "A span has a quote or segments, one of the two", ((MENTION, "gf:quote", ""), (SPLIT, "gf:segment", PIECE))),
    ("Span", "A span has one end", ((MENTION, "gf:end", ""), (MENTION, "gf:end", "108 , 109"), (MENTION, "gf:end", "'108'"))),
    ("Span", "A span is in one article", ((MENTION, "gf:inArticle", ""), (MENTION, "gf:inArticle", f"{ARTICLE} , {FILE}"), (MENTION, "gf:inArticle", FILE))),
    ("Span", "A span starts before it ends", tuple((MENTION, "gf:start", v) for v in ("", "-1", "108", "102 , 101", "'102'"))),
    ("Span", "Clean text has no line break", ((MENTION, "gf:exact", ""), (MENTION, "gf:exact", '"48.7\\n亿元"'), (MENTION, "gf:exact", '"a" , "b"'))),
    ("Tenure", "A tenure has one title", ((POST, "gf:title", ""), (POST, "gf:title", '"行长"@zh , "主任"@zh'))),
    ("Tenure", "A tenure is at one body or one place", ((POST, "gf:atDivision", COUNTY),)),
    ("Tenure", "A tenure is of one person", ((POST, "org:member", ""), (POST, "org:member", f"{PERSON} , {BRANCH}"))),
    ("Tenure", "The tenure names no body or place", ((POST, "org:organization", ""),)),
    (
        "Thing",
        "A size is one quantity",
        (("agent:30余人.a1b2c3d4e5", "gf:size", f"fact:q_a1e6308bbe , {ASIDE}"), ("agent:30余人.a1b2c3d4e5", "gf:size", PERSON)),
    ),
    (
        "Thing",
        "A thing has one name per language, without a line break",
        tuple((PERSON, "skos:prefLabel", v) for v in ("", '"李明"', '"李\\n明"@zh', '"李明"@zh , "李敏"@zh')),
    ),
    ("Thing", "An alias has no line break", ((PERSON, "skos:altLabel", '"明"'), (PERSON, "skos:altLabel", '"李\\r明"@zh'))),
    ("Thing", "The locations or units run in a circle", ((CITY, "gf:locatedIn", VILLAGE), ("agent:中国农业银行", "org:unitOf", BRANCH))),
    ("Thing", "What a thing is located in is a division or a facility", ((PROJECT, "gf:locatedIn", PERSON),)),
    (
        "Township",
        "A township is located in one county",
        ((TOWN, "gf:locatedIn", ""), (TOWN, "gf:locatedIn", CITY), (TOWN, "gf:locatedIn", f"{COUNTY} , place:另一县")),
    ),
    ("Village", "A village is located in one township", ((VILLAGE, "gf:locatedIn", COUNTY), (VILLAGE, "gf:locatedIn", f"{TOWN} , place:另一镇"))),
]
CHANGES = [(name, message, how) for name, message, changes in BROKEN for how in changes]


def golden() -> ox.Store:
    store = ox.Store()
    store.load(TURTLE.encode(), ox.RdfFormat.TURTLE)
    return store


def change(store: ox.Store, subject: str, property_: str, values: str) -> None:
    """Give one property of one node other values, "" for none."""
    known = "".join(f"@prefix {p}: <{iri}> . " for p, iri in prefixes().items())
    s, p, _ = next(iter(ox.parse(f"{known} {subject} {property_} 0 .", ox.RdfFormat.TURTLE))).triple
    for quad in list(store.quads_for_pattern(s, p, None, None)):
        store.remove(quad)
    if values:
        store.load(f"{known} {subject} {property_} {values} .".encode(), ox.RdfFormat.TURTLE)
    if "另一" in values:
        store.load(f"{known} place:另一县 a gf:County . place:另一镇 a gf:Township .".encode(), ox.RdfFormat.TURTLE)


def changed(subject: str, property_: str, values: str) -> ox.Store:
    """The hand-made graph with one change."""
    store = golden()
    change(store, subject, property_, values)
    return store


def broken(store: ox.Store) -> list[Rule]:
    return [rule for rule in rules() if len(list(store.query(rule.query, prefixes=prefixes()))) > 0]  # type: ignore[arg-type]


@cache
def told(how: tuple[str, str, str]) -> list[Rule]:
    """The rules that a change breaks."""
    return broken(changed(*how))


def test_a_good_graph_keeps_every_rule() -> None:
    """No rule is broken by the hand-made graph, warnings included."""
    assert [(r.name, r.en) for r in broken(golden())] == []


@pytest.mark.parametrize(("name", "message", "how"), [pytest.param(*c, id=f"{c[0]}: {c[1]} ({i})") for i, c in enumerate(CHANGES)])
def test_a_broken_graph_breaks_the_rule(name: str, message: str, how: tuple[str, str, str]) -> None:
    """Each change is told by the rule that it breaks."""
    assert (name, message) in [(r.name, r.en) for r in told(how)]


def test_every_rule_has_a_change_that_breaks_it() -> None:
    """No constraint of the shapes goes untried, nor a shape without words, nor a message of no rule."""
    tried = {rule.query for _, _, how in CHANGES for rule in told(how)}
    assert [(r.name, r.en, r.query) for r in rules() if r.query not in tried] == []
    assert {(n, m) for n, m, _ in BROKEN} == {(r.name, r.en) for r in rules()}


def test_rules_speak_both_languages() -> None:
    """Each rule has a message in Chinese and in English, and a severity; a rule that is a check too names one that is there."""
    shipped = {p.stem for p in (ontology_dir() / "checks").glob("*.rq")} | {""}
    for rule in rules():
        assert re.search("[\u4e00-\u9fff]", rule.zh) and not re.search("[\u4e00-\u9fff]", rule.en), rule
        assert rule.severity in ("error", "warning") and rule.same in shipped, rule


def batches() -> list[dict[tuple[str, str], str]]:
    """All changes, as few graphs as will do: in one graph a property of a node is changed once."""
    out: list[dict[tuple[str, str], str]] = []
    for _, _, (subject, property_, values) in CHANGES:
        free = next((b for b in out if (subject, property_) not in b), None)
        if free is None:
            out.append(free := {})
        free[subject, property_] = values
    return out


@pytest.mark.parametrize("batch", batches())
def test_a_shacl_engine_says_the_same(batch: dict[tuple[str, str], str]) -> None:
    """pySHACL, over graphs with many faults each, finds the same nodes at fault, with the same messages and severities."""
    import pyshacl

    store = golden()
    for (subject, property_), values in batch.items():
        change(store, subject, property_, values)
    text = ox.serialize((q.triple for q in store), format=ox.RdfFormat.N_TRIPLES)
    shapes = rdflib.Graph().parse(ontology_dir() / "shapes.ttl")
    _, report, _ = pyshacl.validate(rdflib.Graph().parse(data=text, format="nt"), shacl_graph=shapes, advanced=True)
    sh = rdflib.Namespace("http://www.w3.org/ns/shacl#")
    english = {words: rule.en for rule in rules() for words in (rule.zh, rule.en)}
    wanted = {
        (str(report.value(r, sh.focusNode)), english[str(m)], str(report.value(r, sh.resultSeverity)).rpartition("#")[2])
        for r in report.subjects(rdflib.RDF.type, sh.ValidationResult)
        for m in report.objects(r, sh.resultMessage)
    }
    named = {"error": "Violation", "warning": "Warning"}
    found = {(row["this"].value, r.en, named[r.severity]) for r in rules() for row in store.query(r.query, prefixes=prefixes())}  # type: ignore[union-attr]
    assert found == wanted


def test_check_includes_the_shapes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`kg check` tells a broken shape in words; what a check says already is said once."""
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")

    def said(how: tuple[str, str, str]) -> list[tuple[str, str]]:
        return [(f.check, f.severity) for f in check(GraphFile(tmp_path, changed(*how), prefixes())) if f.check != "unexplained-number"]

    assert said((LOAN, "gf:stage", "")) == [("shape-FinancingEvent", "error")]
    assert said((LOAN, "prov:wasDerivedFrom", MENTION)) == [("fact-without-passage", "error")]
    assert said((VILLAGE, "gf:locatedIn", COUNTY)) == [("village-without-township", "warning")]


def test_nothing_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A constraint that is not understood is refused, not left out."""
    (tmp_path / "shapes.ttl").write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . <http://a/s#S> a sh:NodeShape ; sh:targetClass <http://a/C> ; sh:closed true ; sh:message 'x'@en .",
        "utf-8",
    )
    monkeypatch.setattr("kg.shapes.ontology_dir", lambda: tmp_path)
    rules.cache_clear()
    with pytest.raises(NotImplementedError, match="closed"):
        rules()
    rules.cache_clear()
    monkeypatch.undo()
    assert len(rules()) > 100


def test_the_seeds_keep_the_shapes() -> None:
    """The graph of the two pages breaks no rule of severity error."""
    data = built.seeds_file()
    assert [(r.name, r.en, row) for r in rules() if r.severity == "error" for row in data.select(r.query)] == []
