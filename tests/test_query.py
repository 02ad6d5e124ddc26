"""Questions, checks and explanations over the hand-made graph."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import handmade
import pytest
import rdflib

from kg.answers import open_dimensions
from kg.checks import check, exit_code
from kg.cli import main
from kg.errors import KgError
from kg.explain import explain
from kg.ontology import ontology_dir
from kg.query import Cell, GraphFile, NamedQuery, Table, named_queries, read_graph, run_query
from kg.rdf import write_jsonld, write_nquads, write_turtle
from kg.terms import NAMESPACES, prefixes

QUERIES = sorted((ontology_dir() / "queries").glob("*.rq"))
CHECKS = sorted((ontology_dir() / "checks").glob("*.rq"))


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("graph") / "graph.ttl"
    file.write_text(write_turtle(handmade.graph()), "utf-8")
    return file


@pytest.fixture(scope="module")
def data(path: Path) -> GraphFile:
    return read_graph(path)


@pytest.fixture(scope="module")
def graph(path: Path) -> rdflib.Graph:
    return rdflib.Graph().parse(path)


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")


def texts(table: Table) -> list[tuple[str, ...]]:
    return [tuple(c.text if c else "" for c in row) for row in table.rows]


# ---------------------------------------------------------------- the queries that ship


@pytest.mark.parametrize("file", [pytest.param(f, id=f"{f.parent.name}/{f.stem}") for f in [*QUERIES, *CHECKS]])
def test_two_engines_agree(data: GraphFile, graph: rdflib.Graph, file: Path) -> None:
    """Each query parses and gives as many rows in rdflib as in pyoxigraph, over the graph and over an empty one."""
    text = file.read_text("utf-8")
    assert len(list(graph.query(text))) == len(run_query(data, text).rows)
    assert list(rdflib.Graph().query(text)) == []


@pytest.mark.parametrize("query", [pytest.param(q, id=q.name) for q in named_queries()])
def test_every_query_says_what_it_answers(query: NamedQuery) -> None:
    """A query has its question in both languages, and only variables that it has can be bound."""
    assert query.zh.endswith("？") and "?" in query.en, query
    assert all(f"VALUES ?{name} " in query.text for name in query.bind)


def test_there_are_26_questions() -> None:
    """Each competency question has one query."""
    codes = sorted(line.rpartition("(")[2].rstrip(")") for f in QUERIES for line in f.read_text("utf-8").split("\n") if line.startswith("# reader:"))
    assert codes == sorted([f"J{n}" for n in range(1, 9)] + [f"B{n}" for n in range(1, 10)] + [f"G{n}" for n in range(1, 10)])


ANSWERS = [
    pytest.param("villages-financed", {}, [("白鹤村", "白鹤村茶叶加工园项目", "中国农业银行萧山支行")], id="villages"),
    pytest.param("posts", {}, [("李明", "行长", "中国农业银行萧山支行")], id="posts"),
    pytest.param("workshops", {}, [("白鹤“共富工坊”", "")], id="workshops"),
    pytest.param("workshops", {"programme": "千万工程"}, [], id="workshops of another programme"),
    pytest.param("loans-by-financier", {}, [("中国农业银行萧山支行", "CNY", "0", "5000000", "1", "1")], id="loans, no lower bound"),
    pytest.param("loans-by-bank", {}, [("中国农业银行", "5000000")], id="loans rolled up"),
    pytest.param("sums-at-least", {}, [("fact:f_line", "不少于20亿元", "承诺")], id="certainly a hundred million"),
    pytest.param("sums-at-least", {"least": "3000000000"}, [], id="certainly three billion"),
    pytest.param("balance-on-day", {"metric": "涉农贷款余额", "day": "2023-06-30"}, [("中国农业银行萧山支行", "4870000000", "CNY")], id="balance"),
    pytest.param("hedged-sums", {}, [("不少于20亿元", "不少于"), ("近500万元", "近")], id="hedges"),
    pytest.param("committed-and-lent", {}, [("中国农业银行", "0", "2000000000", "5000000")], id="committed and lent"),
    pytest.param("projects-by-county", {}, [("萧山区", "1")], id="projects by county"),
    pytest.param("counties-without-financing", {}, [], id="no county without"),
    pytest.param("agreements", {}, [("萧山区人民政府", "中国农业银行萧山支行", "年初", "不少于20亿元")], id="agreements"),
    pytest.param(
        "sentence-behind-figure",
        {"figure": "48.7亿元"},
        [("fact:f_balance", "农行萧山支行：信贷活水润山乡", "golden.txt", "84", "119", "至2023年6月末，该行涉农贷款余额48.7亿元，同比增长12.5%。")],
        id="sentence",
    ),
    pytest.param(
        "evidence-for-branch", {"branch": "农行萧山支行"}, [("中国农业银行", "农行萧山支行持续支持乡村振兴，有“一行一策”。", "0.9")], id="evidence, by an alias"
    ),
    pytest.param(
        "to-review", {"below": "0.81"}, [("fact:f_line", "0.8", "年初，该行与萧山区人民政府签订协议，今后3年提供不少于20亿元的意向融资额度。")], id="to review"
    ),
]


@pytest.mark.parametrize(("name", "bindings", "rows"), ANSWERS)
def test_answers(data: GraphFile, name: str, bindings: dict[str, str], rows: list[tuple[str, ...]]) -> None:
    """Queries by name, with and without bindings, answer what the page says."""
    found = texts(run_query(data, name, bindings))
    assert sorted(found) == sorted(rows)


# ---------------------------------------------------------------- asking


def test_prefixes_are_known(data: GraphFile) -> None:
    """A query needs no PREFIX lines."""
    assert texts(run_query(data, "SELECT ?x WHERE { ?x a gf:Bank ; skos:prefLabel ?l ; ?p ?o } LIMIT 1")) == [("agent:中国农业银行",)]


def test_prefixes_of_another_base(tmp_path: Path) -> None:
    """The prefixes of instances are those that the file declares."""
    file = tmp_path / "graph.ttl"
    file.write_text(write_turtle(handmade.graph(), base="http://localhost/kg/"), "utf-8")
    table = run_query(tmp_path, "SELECT ?l WHERE { agent:中国农业银行 skos:prefLabel ?l }")
    assert texts(table) == [("中国农业银行",)]
    assert "中国农业银行萧山支行" in explain(file, "f_line")


@pytest.mark.parametrize(("suffix", "write"), [pytest.param(".nq", write_nquads, id="N-Quads"), pytest.param(".jsonld", write_jsonld, id="JSON-LD")])
def test_other_formats(data: GraphFile, tmp_path: Path, suffix: str, write: object) -> None:
    """The same questions have the same answers over the other serialisations."""
    file = tmp_path / f"graph{suffix}"
    file.write_text(write(handmade.graph()), "utf-8")
    for name in ("loans-by-bank", "numbers-set-aside", "metric-over-time"):
        assert texts(run_query(file, name)) == texts(run_query(data, name))


BOUND = [
    pytest.param("agent:李明.中国农业银行萧山支行", id="prefixed name"),
    pytest.param("<https://w3id.org/gongfu-kg/id/agent/李明.中国农业银行萧山支行>", id="IRI"),
]


@pytest.mark.parametrize("value", BOUND)
def test_a_resource_is_bound(data: GraphFile, value: str) -> None:
    """A variable without VALUES of its own is bound to a resource, a string also to a label."""
    assert texts(run_query(data, "SELECT ?who WHERE { ?who skos:prefLabel ?l }", {"l": "李明"})) == [("agent:李明.中国农业银行萧山支行",)]
    assert texts(run_query(data, "SELECT ?l WHERE { ?who skos:prefLabel ?l }", {"who": value})) == [("李明",)]


def test_a_bound_string_is_only_a_string(data: GraphFile) -> None:
    """A value with quotes and braces stays a value: it cannot change the query."""
    assert texts(run_query(data, "workshops", {"programme": '"} ?s ?p ?o . VALUES ?z { "\\1'})) == []


def test_other_kinds_of_query(data: GraphFile) -> None:
    """ASK and CONSTRUCT answer as tables."""
    assert texts(run_query(data, "ASK { ?x a gf:Bank }")) == [("true",)]
    assert run_query(data, "CONSTRUCT { ?x a gf:Body } WHERE { ?x a gf:Bank }").columns == ("subject", "predicate", "object")


def test_a_query_file(data: GraphFile, tmp_path: Path) -> None:
    """A query is read from a file, given as a path or as a name that ends in .rq."""
    file = tmp_path / "mine.rq"
    file.write_text("SELECT ?x WHERE { ?x a gf:Person }", "utf-8")
    assert texts(run_query(data, file)) == texts(run_query(data, str(file))) == [("agent:李明.中国农业银行萧山支行",)]


MISTAKES = [
    pytest.param("SELEC ?x", {}, "query-syntax", id="syntax"),
    pytest.param("SELECT ?x WHERE { ?x nope:y ?z }", {}, "query-syntax", id="unknown prefix"),
    pytest.param("loans-by-bonk", {}, "query-unknown", id="unknown name"),
    pytest.param("nowhere/mine.rq", {}, "query-unreadable", id="no such file"),
    pytest.param("INSERT DATA { <a:a> <a:b> <a:c> }", {}, "query-update", id="update"),
    pytest.param("SELECT ?x WHERE { SERVICE <http://localhost/> { ?x ?y ?z } }", {}, "query-syntax", id="network"),
    pytest.param("SELECT ?x WHERE { ?x ?y 1SERVICE<http://localhost/> { ?x ?y ?z } }", {}, "query-syntax", id="network-without-space"),
    pytest.param("workshops", {"county": "x"}, "query-binding", id="unknown variable"),
]


@pytest.mark.parametrize(("query", "bindings", "slug"), MISTAKES)
def test_mistakes_are_told(data: GraphFile, query: str, bindings: dict[str, str], slug: str) -> None:
    """A mistake is one KgError whose message says what to do."""
    with pytest.raises(KgError) as caught:
        run_query(data, query, bindings)
    assert caught.value.slug == slug


def test_a_near_name_is_offered(data: GraphFile) -> None:
    """A name that is nearly right is answered with the right one."""
    with pytest.raises(KgError, match="loans-by-bank"):
        run_query(data, "loans-by-bonk")


@pytest.mark.parametrize(
    ("name", "content", "slug"),
    [
        pytest.param("graph.ttl", "this is no Turtle", "graph-unreadable", id="broken"),
        pytest.param("graph.xyz", "", "graph-format", id="format"),
        pytest.param("none.ttl", None, "graph-missing", id="missing"),
    ],
)
def test_unreadable_graphs(tmp_path: Path, name: str, content: str | None, slug: str) -> None:
    """A graph that cannot be read is told by a KgError."""
    if content is not None:
        (tmp_path / name).write_text(content, "utf-8")
    with pytest.raises(KgError) as caught:
        read_graph(tmp_path / name)
    assert caught.value.slug == slug


# ---------------------------------------------------------------- sums

FIXED = "gf:instrument gfc:loan ; gf:stage gfc:disbursed ; gf:aggregation gfc:single ; gf:status gfc:reported"
NOT_PER = "FILTER NOT EXISTS { ?e gf:per ?p }"
SUMS = [
    pytest.param("SELECT (SUM(?v) AS ?s) { ?e gf:amount/gf:value ?v }", "instrument stage aggregation currency status per", id="nothing fixed"),
    pytest.param(f'SELECT (SUM(?v) AS ?s) {{ ?e {FIXED} ; gf:amount ?a . ?a gf:value ?v ; gf:currency "CNY" {NOT_PER} }}', "", id="all fixed"),
    pytest.param(f'SELECT (SUM(?v) AS ?s) {{ ?e {FIXED} ; gf:amount ?a . ?a gf:value ?v ; gf:currency "CNY" }}', "per", id="per left open"),
    pytest.param(
        f"SELECT ?c (SUM(?v) AS ?s) {{ ?e {FIXED} ; gf:amount ?a . ?a gf:value ?v ; gf:currency ?c {NOT_PER} }} GROUP BY ?c", "", id="grouped by currency"
    ),
    pytest.param(
        f"SELECT (SUM(?v) AS ?s) {{ ?e {FIXED} ; gf:amount ?a . ?a gf:value ?v ; gf:currency ?c {NOT_PER} }}", "currency", id="a variable is not fixed"
    ),
    pytest.param(
        f'SELECT (SUM(?v) AS ?s) {{ ?e {FIXED} ; gf:amount ?a . ?a gf:value ?v ; gf:currency ?c {NOT_PER} FILTER(?c = "CNY") }}', "", id="fixed by a filter"
    ),
    pytest.param(
        f'SELECT (SUM(?v) AS ?s) {{ VALUES ?c {{ "CNY" "USD" }} ?e {FIXED} ; gf:amount ?a . ?a gf:value ?v ; gf:currency ?c {NOT_PER} }}',
        "currency",
        id="two values",
    ),
    pytest.param(
        f'SELECT (SUM(?v) AS ?s) {{ VALUES ?c {{ "CNY" }} ?e {FIXED} ; gf:amount ?a . ?a gf:value ?v ; gf:currency ?c {NOT_PER} }}', "", id="one value"
    ),
    pytest.param(
        f'SELECT (SUM(?v) AS ?s) {{ ?e a gf:Fact OPTIONAL {{ ?e {FIXED} }} ?e gf:amount ?a . ?a gf:value ?v ; gf:currency "CNY" {NOT_PER} }}',
        "instrument stage aggregation status",
        id="an OPTIONAL fixes nothing",
    ),
    pytest.param(
        "SELECT (AVG(?v) AS ?s) { ?o a gf:Observation ; gf:metric gfc:loans ; gf:amount ?a . ?a gf:value ?v }",
        "aggregation currency status per",
        id="observations",
    ),
    pytest.param("SELECT (COUNT(?e) AS ?n) (MAX(?v) AS ?m) { ?e gf:amount/gf:value ?v }", "", id="a count and a maximum are no sums"),
    pytest.param("SELECT (SUM(?c) AS ?s) { ?e gf:confidence ?c ; gf:amount ?a }", "", id="a sum of something else"),
    pytest.param("SELECT ?x { ?x skos:prefLabel 'SUM(' ; gf:amount/gf:value ?v }", "", id="a sum in a string"),
]


@pytest.mark.parametrize(("text", "wanted"), SUMS)
def test_a_sum_says_of_what_kind(data: GraphFile, text: str, wanted: str) -> None:
    """What a sum of amounts leaves open is named, and the query refused unless it is wanted all the same."""
    assert " ".join(open_dimensions(text)) == wanted
    if wanted:
        with pytest.raises(KgError, match="--any-sum") as caught:
            run_query(data, text)
        assert caught.value.slug == "query-sum" and all(f"gf:{d}" in str(caught.value) for d in wanted.split())
    assert run_query(data, text, any_sum=True).columns


def test_what_a_total_leaves_out(data: GraphFile) -> None:
    """By kind, with their sum; of a sum of observations by metric; nothing under an answer without a sum."""
    assert run_query(data, "loans-by-bank").notes == ("left out of the total (of the whole graph):", "  1  credit line · committed · single · CNY  2000000000")
    kind = "gf:metric gfc:agriLoans ; gf:aggregation gfc:stock ; gf:status gfc:reported"
    observed = f'SELECT (SUM(?v) AS ?s) {{ ?o {kind} ; gf:amount ?a . ?a gf:value ?v ; gf:currency "CNY" '
    notes = run_query(data, observed + "FILTER NOT EXISTS { ?o gf:per ?p } }").notes
    assert notes[0].startswith("observations left out") and len(notes) == 2 and "people brought into work" in notes[1]
    assert run_query(data, "posts").notes == ()


LEFT_OUT = [
    pytest.param("fact:f_loan gf:partOfTotal fact:f_line", "within another total · CNY", id="part of a total"),
    pytest.param("fact:f_loan gf:per gfc:unit_household", "per household", id="per household"),
    pytest.param("fact:f_new a gf:FinancingEvent ; gf:instrument gfc:loan", "no sum stated", id="no sum"),
]


@pytest.mark.parametrize(("said", "kind"), LEFT_OUT)
def test_why_it_is_left_out(graph: rdflib.Graph, tmp_path: Path, said: str, kind: str) -> None:
    """The kind says why."""
    changed = rdflib.Graph()
    changed += graph
    changed.update(f"INSERT DATA {{ {said} }}", initNs=prefixes())
    changed.serialize(tmp_path / "graph.nt", format="nt", encoding="utf-8")
    assert kind in "\n".join(run_query(tmp_path / "graph.nt", "loans-by-bank").notes + run_query(tmp_path / "graph.nt", "loans-by-financier").notes)


EMPTY = [
    pytest.param("SELECT ?x { ?x a gf:Bank ; gf:locatedIn gf:nowhere }", "?x gf:locatedIn gf:nowhere", id="a condition that nothing meets"),
    pytest.param("SELECT ?x { ?x a gf:Bank ; skos:prefLabel ?l FILTER(?l = 'x') }", "FILTER( ?l = 'x' )", id="a filter"),
    pytest.param("SELECT ?x { ?x a gf:Bank . ?x a gf:Person . ?x gf:status ?s }", "?x a gf:Person", id="the first of two"),
    pytest.param("SELECT ?x { ?x a gf:Bank MINUS { ?x skos:prefLabel ?l } }", "MINUS { ?x skos:prefLabel ?l }", id="a MINUS"),
    pytest.param("SELECT ?x { ?x a gf:Bank FILTER NOT EXISTS { ?y gf:financier/org:unitOf* ?x } }", "NOT EXISTS", id="a NOT EXISTS"),
    pytest.param("SELECT ?x { { ?x a gf:Nothing } UNION { ?x a gf:Nobody } }", "UNION", id="a UNION"),
    pytest.param("SELECT ?x (COUNT(?y) AS ?n) { ?x a gf:Bank ; ?y ?z } GROUP BY ?x HAVING(COUNT(?y) > 99)", "HAVING", id="a HAVING"),
    pytest.param("SELECT ?x { ?x a gf:Bank OPTIONAL { ?x gf:size ?n } ?x gf:offers ?o }", "?x gf:offers ?o", id="an OPTIONAL takes no row away"),
]


@pytest.mark.parametrize(("query", "condition"), EMPTY)
def test_an_empty_answer_says_why(data: GraphFile, query: str, condition: str) -> None:
    """The condition that leaves no row is named."""
    table = run_query(data, query)
    assert table.rows == () and len(table.notes) == 1
    assert table.notes[0].startswith("no rows: ") and condition in table.notes[0]


def test_an_empty_answer_names_the_value_asked_for(data: GraphFile) -> None:
    """A bound value stands beside the condition."""
    assert '(?programme = "无此计划")' in run_query(data, "workshops", {"programme": "无此计划"}).notes[0]


# ---------------------------------------------------------------- the forms of an answer

TABLE = Table(("name", "n"), ((Cell("农行\n萧山"), Cell("4870000000", number=True)), (Cell("agent:x", "http://a/x"), None)))


def test_as_text() -> None:
    """Columns line up, a Chinese character being two wide; a line break is a space."""
    assert TABLE.to_text() == "name       n\n---------  ----------\n农行 萧山  4870000000\nagent:x\n"


def test_notes_stand_under_the_table_only() -> None:
    """As text they follow an empty line; CSV and JSON are data alone."""
    noted = Table(("n",), ((Cell("1", number=True),),), ("left out:", "  2  x"))
    assert noted.to_text() == "n\n-\n1\n\nleft out:\n  2  x\n"
    assert noted.to_csv() == "n\n1\n" and json.loads(noted.to_json()) == [{"n": 1}]


def test_as_csv() -> None:
    """CSV has full addresses and keeps line breaks."""
    assert list(csv.reader(io.StringIO(TABLE.to_csv()))) == [["name", "n"], ["农行\n萧山", "4870000000"], ["http://a/x", ""]]


def test_as_json() -> None:
    """JSON has numbers as numbers and leaves unbound variables out."""
    assert json.loads(TABLE.to_json()) == [{"name": "农行\n萧山", "n": 4870000000}, {"name": "http://a/x"}]


# ---------------------------------------------------------------- checks


def found(path: Path, sources: Path | None = None) -> list[tuple[str, str]]:
    return [(f.check, f.severity) for f in check(path, sources)]


def test_a_good_graph(path: Path) -> None:
    """The hand-made graph has no fault, and one number that is unexplained; every quote is in the file."""
    assert found(path, handmade.DATA / "golden.txt") == [("unexplained-number", "note")]


def test_headers_of_checks() -> None:
    """Each check names its severity and, in both languages, the problem, its cause and its cure."""
    for file in CHECKS:
        head = [line.partition(":")[0] for line in file.read_text("utf-8").split("\n") if line.startswith("#")]
        assert head == ["# severity", *(f"# {part} {language}" for part in ("problem", "cause", "cure") for language in ("zh", "en"))], file.stem


def kg(*args: object) -> int:
    """The exit code of the command."""
    with pytest.raises(SystemExit) as caught:
        main([str(a) for a in args])
    return int(caught.value.code or 0)


def test_exit_codes(path: Path, graph: rdflib.Graph, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """0 for a whole graph (notes do not count), 1 for a broken one, 3 for one to look at, 2 where the input is bad."""

    def broken(removed: str) -> Path:
        changed = rdflib.Graph()
        changed += graph
        changed.update(f"DELETE WHERE {{ {removed} }}", initNs=prefixes())
        changed.serialize(tmp_path / "graph.nt", format="nt", encoding="utf-8")
        return tmp_path / "graph.nt"

    assert kg("check", path, "--sources", handmade.DATA / "golden.txt") == 0
    assert kg("check", broken("fact:f_loan gf:financier ?x")) == 3
    out = capsys.readouterr().out
    assert "warning  shape-FinancingEvent  The financing names no financier." in out and "    fact:f_loan\n" in out and "cure" in out
    assert kg("check", broken("fact:f_loan gf:stage ?x")) == 1
    assert kg("check", tmp_path / "none.ttl") == 2
    assert exit_code([]) == 0


def test_the_command_sets_a_variable_and_refuses_a_sum(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--set gives a variable its value; a sum that is refused is one line and exit code 2; --any-sum asks all the same."""
    assert kg("query", path, "workshops", "--set", "programme=共富工坊") == 0
    assert "白鹤“共富工坊”" in capsys.readouterr().out
    query = "SELECT (SUM(?v) AS ?s) { ?e gf:amount/gf:value ?v }"
    assert kg("query", path, query) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "gf:stage" in error and "--any-sum" in error
    assert kg("query", path, query, "--any-sum") == 0
    assert kg("query", path, "loans-by-bank", "--format", "csv") == 0
    printed = capsys.readouterr()
    assert printed.out.endswith("bank,total\n中国农业银行,5000000\n") and "left out of the total" in printed.err


BROKEN = [
    pytest.param("fact:f_loan prov:wasDerivedFrom ?x", "", "fact-without-passage", id="no passage"),
    pytest.param("?m gf:quote ?q", "", "quote-or-segments", id="no quote"),
    pytest.param("?c rdf:predicate org:unitOf", "", "unclaimed-relation", id="relation without claim"),
    pytest.param("?q gf:setAside ?w", "", "quantity-owner", id="quantity without owner"),
    pytest.param("", "place:浙江省 gf:locatedIn place:杭州市 .", "location-cycle", id="circle"),
    pytest.param("", "agent:另一行 a gf:Bank ; skos:altLabel '农行'@zh .", "shared-bank-name", id="one name, two banks"),
    pytest.param(
        "",
        "fact:f_x a gf:FinancingEvent ; gf:financier agent:中国农业银行萧山支行 ; gf:instrument gfc:grant ; gf:stage gfc:disbursed ; gf:amount fact:q_x ; "
        "prov:wasDerivedFrom source:p_x . source:p_x gf:inArticle source:a_a1b2c3d4e5 . fact:q_x gf:value 5000000.0 ; gf:currency 'CNY' .",
        "counted-twice",
        id="counted twice",
    ),
    pytest.param(
        "",
        "fact:f_y gf:about agent:中国农业银行萧山支行 ; gf:metric gfc:agriLoans ; gf:aggregation gfc:stock ; gf:status "
        "gfc:reported ; gf:startDate '2023-06-30'^^xsd:date ; "
        "gf:endDate '2023-06-30'^^xsd:date ; gf:amount fact:q_y . fact:q_y gf:currency 'CNY' ; gf:min 1 ; gf:max 1 ; gf:verbatim '1元' .",
        "contradiction",
        id="contradiction",
    ),
    pytest.param("?m gf:end ?e", "source:m_a1b2c3d4e5_62_68 gf:end 1 .", "quote-length", id="length"),
    pytest.param("", "place:孤村 a gf:Village , gf:Division ; skos:prefLabel '孤村'@zh .", "village-without-township", id="a village of nowhere"),
    pytest.param(
        "",
        " ".join(
            f"fact:f_{m} gf:about agent:中国农业银行 ; gf:metric gfc:{m} ; gf:aggregation gfc:stock ; gf:endDate '2022-11-30'^^xsd:date ; "
            f"gf:amount fact:q_{m} . fact:q_{m} gf:value {v}00000000.0 ; gf:currency 'CNY' ."
            for m, v in (("deposits", 695), ("loans", 805), ("depositsAndLoans", 1600))
        ),
        "deposits-and-loans",
        id="695 and 805 are not 1600",
    ),
]


@pytest.mark.parametrize(("removed", "added", "name"), BROKEN)
def test_checks_find(graph: rdflib.Graph, tmp_path: Path, removed: str, added: str, name: str) -> None:
    """Each fault put into the graph is found by its check."""
    broken = rdflib.Graph()
    broken += graph
    if removed:
        broken.update(f"DELETE WHERE {{ {removed} }}", initNs=prefixes())
    if added:
        broken.update(f"INSERT DATA {{ {added} }}", initNs=prefixes())
    broken.serialize(tmp_path / "graph.nt", format="nt", encoding="utf-8")
    assert name in [f.check for f in check(tmp_path / "graph.nt")]


def test_changed_sources(path: Path, tmp_path: Path) -> None:
    """A source that was edited since, one that is gone, and a quote that is not in the file are found."""
    source = tmp_path / "golden.txt"
    source.write_bytes((handmade.DATA / "golden.txt").read_bytes() + "。".encode())
    assert ("source-changed", "error") in found(path, source)
    (tmp_path / "other.txt").write_text("别的文字。", "utf-8")
    assert ("source-missing", "warning") in found(path, tmp_path / "other.txt")
    edited = tmp_path / "graph.ttl"
    edited.write_text(path.read_text("utf-8").replace('gf:quote "48.7亿元"', 'gf:quote "49.7亿元"'), "utf-8")
    assert ("quote-differs", "error") in found(edited, handmade.DATA / "golden.txt")


# ---------------------------------------------------------------- explanations

TERMS = [
    pytest.param("农行萧山支行", ["中国农业银行萧山支行", "Financing  fact:f_loan", "【amount：近500万元】", "rule by.hand"], id="alias"),
    pytest.param("agent:李明.中国农业银行萧山支行", ["Post|Tenure|行长", "【person：李明】"], id="prefixed name"),
    pytest.param("https://w3id.org/gongfu-kg/id/thing/共富工坊", ["fact:f_workshop", "negated"], id="IRI"),
    pytest.param(
        "fact/f_line",
        ["at least 2000000000… CNY", "2023-01-01…2023-03-31", "今后【term：3年】提供【amount：不少于20亿元】的意向融资额度。"],
        id="fact across a caption",
    ),
    pytest.param("f_loan", ["golden.txt:119 《农行萧山支行：信贷活水润山乡》 2023-07-03, again at 0", "发放贷款【amount：近500万元】"], id="second printing"),
    pytest.param("golden.txt:220", ["30余人", "unexplained", "李明 → 李明 (Person)", "fact:f_jobs"], id="place"),
    pytest.param("tests/data/golden.txt:150", ["set aside: a duration or term"], id="place by a longer path"),
    pytest.param("涉农贷款余额", ["fact:f_balance"], id="metric"),
    pytest.param("萧山区", ["萧山区", "in or of 杭州市 < 浙江省"], id="division"),
]


@pytest.mark.parametrize(("term", "wanted"), TERMS)
def test_explained(data: GraphFile, term: str, wanted: list[str]) -> None:
    """A term of any kind is explained with sentence, roles, rule, confidence, time and amount."""
    text = explain(data, term)
    for part in wanted:
        assert any(choice in text for choice in part.split("|")), text


def test_explained_in_chinese(data: GraphFile, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a Chinese locale the explanation is Chinese."""
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "搁置：期限或时长" in explain(data, "golden.txt:150")


@pytest.mark.parametrize(
    ("term", "slug", "hint"),
    [
        pytest.param("不存在", "term-unknown", "file:offset", id="nothing near"),
        pytest.param("农行萧", "term-unknown", "农行萧山支行", id="something near"),
        pytest.param("other.txt:5", "term-place", "golden.txt", id="unknown file"),
        pytest.param("golden.txt:99999", "term-place", "206-238", id="beyond the end"),
        pytest.param("", "term-unknown", "file:offset", id="empty"),
    ],
)
def test_unknown_terms(data: GraphFile, term: str, slug: str, hint: str) -> None:
    """What is not in the graph is told, with what is near it."""
    with pytest.raises(KgError) as caught:
        explain(data, term)
    assert caught.value.slug == slug and hint in str(caught.value)


def test_vocabulary_prefixes_are_those_of_the_ontology() -> None:
    """The writer's prefixes are those that the ontology declares."""
    text = (ontology_dir() / "gongfu.ttl").read_text("utf-8")
    assert all(f"@prefix {p}: <{iri}> ." in text for p, iri in NAMESPACES.items())
