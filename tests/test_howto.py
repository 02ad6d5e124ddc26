"""docs/howto: both languages show the same blocks, and every block runs, over the graph of seeds/, where its tool can run."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import built
import duckdb
import node_reader
import property_graph
import pytest

from kg.neo4j import write_neo4j
from kg.network import write_cyjs
from kg.ontology import ontology_dir
from kg.query import answer, run_query
from kg.records import write_tables

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "howto"
PAGES = sorted(p.stem for p in FOLDER.glob("*.md") if p.stem != "README" and "." not in p.stem)
LOANS = """SELECT ?lender (SUM(?v) AS ?total) WHERE {
  ?e gf:financier/skos:prefLabel ?lender ; gf:instrument gfc:loan ; gf:stage gfc:disbursed ; gf:aggregation gfc:single ; gf:status gfc:reported ; gf:amount ?a .
  ?a gf:value ?v ; gf:currency "CNY" FILTER NOT EXISTS { ?e gf:per ?each } FILTER NOT EXISTS { ?e gf:partOfTotal ?whole } } GROUP BY ?lender"""


def blocks(page: str, kind: str = "") -> list[tuple[str, str]]:
    """The fenced blocks of a page: what is said after the fence, and the text."""
    found = re.findall(r"^```([\w ]+)\n(.*?)^```", (FOLDER / f"{page}.md").read_text("utf-8"), re.M | re.S)
    return [b for b in found if not kind or b[0] == kind]


def loans() -> dict[str, Decimal]:
    """What SPARQL says of every lender."""
    table = run_query(built.seeds_file(), LOANS)
    found = {row[0].text: Decimal(row[1].text) for row in table.rows if row[0] and row[1]}
    assert len(found) > 1
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the pages speak of: output/graph.ttl, output/graph.cyjs, output/neo4j, tables, ontology."""
    out = tmp_path_factory.mktemp("howto")
    (out / "output").mkdir()
    shutil.copy(built.seeds_path(), out / "output" / "graph.ttl")
    shutil.copytree(ontology_dir(), out / "ontology")
    write_cyjs(built.seeds(), out / "output" / "graph.cyjs")
    write_neo4j(built.seeds(), out / "output" / "neo4j")
    write_tables(built.seeds_file().select, out / "tables")
    return out


@pytest.fixture
def inside(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(folder)
    yield folder


@pytest.fixture(scope="module")
def database(folder: Path) -> Any:
    return property_graph.load(folder / "output" / "neo4j")


@pytest.mark.parametrize("page", PAGES)
def test_both_languages_show_the_same(page: str) -> None:
    """Same blocks, as many headings, and each names the other."""
    shown = [[(kind, re.findall(r"^\$ .*", text, re.M) if kind == "console" else text) for kind, text in blocks(p)] for p in (page, f"{page}.zh-CN")]
    assert shown[0] == shown[1] != []  # what is printed is in the page's language
    texts = [(FOLDER / f"{name}.md").read_text("utf-8") for name in (page, f"{page}.zh-CN")]
    assert len({len(re.findall(r"^#", t, re.M)) for t in texts}) == 1
    assert f"({page}.zh-CN.md)" in texts[0] and f"({page}.md)" in texts[1]


def test_the_index_names_every_page() -> None:
    """Nothing is hidden."""
    assert set(re.findall(r"\((\S+\.md)\)", (FOLDER / "README.md").read_text("utf-8"))) == {f"{p}{tail}.md" for p in PAGES for tail in ("", ".zh-CN")}


QUESTIONS = list(zip(blocks("neo4j", "cypher"), blocks("neo4j", "sparql"), strict=True))


def spelled(value: Any) -> str:
    """A value as SPARQL's answer has it."""
    return format(Decimal(str(value)).normalize(), "f") if isinstance(value, float | int) else value.isoformat() if isinstance(value, date) else str(value)


@pytest.mark.parametrize("number", range(5))
def test_cypher_and_sparql_give_the_same_rows(database: Any, number: int) -> None:
    """Each question of the page, in Cypher over the CSV tables and in SPARQL over the Turtle."""
    assert len(QUESTIONS) == 5
    (_, cypher), (_, sparql) = QUESTIONS[number]
    want = answer(built.seeds_file(), sparql)
    rows = sorted(tuple(spelled(x) for x in row) for row in property_graph.ask(database, cypher))
    assert rows == sorted(tuple(" ".join(c.text.split("\n")) if c else "" for c in row) for row in want.rows)
    assert rows
    assert tuple(re.findall(r"AS (\w+)", cypher)) == want.columns


def test_neo4j_has_nothing_against_the_scripts(folder: Path, tmp_path: Path) -> None:
    """Its own linter finds no fault in the load script (one statement of each form), the questions and the lines for n10s."""
    script = (folder / "output" / "neo4j" / "load.cypher").read_text("utf-8")
    forms = {re.sub(r"'[\w;]+'|SET n:.*|r:\w+", "", s): s for s in script.split(";\n")}
    assert len(forms) == 6 and script.count(";\n") > 20
    texts = [";\n".join(forms.values())]
    texts.append(";\n".join(text for _, text in blocks("neo4j", "cypher")))
    texts.append("".join(text for _, text in blocks("neo4j", "cypher n10s")))
    texts.append("MATCH (n RETURN n")
    for n, text in enumerate(texts):
        (tmp_path / f"{n}.cypher").write_text(text, "utf-8")
    *good, bad = node_reader.read(*(("cypher", tmp_path / f"{n}.cypher") for n in range(len(texts))))
    assert [a["faults"] for a in good] == [[], [], []]
    assert bad["faults"]


@pytest.mark.parametrize("number", range(len(blocks("duckdb", "sql"))))
def test_duckdb_runs_every_block(inside: Path, number: int) -> None:
    """As it stands, in the folder that holds tables/."""
    assert duckdb.connect().execute(blocks("duckdb", "sql")[number][1]).fetchall()


def test_duckdb_sums_as_sparql_does(inside: Path) -> None:
    """The first block: the total of every lender."""
    rows = duckdb.connect().execute(blocks("duckdb", "sql")[0][1]).fetchall()
    assert {lender: Decimal(total).normalize() for lender, total in rows} == {k: v.normalize() for k, v in loans().items()}


def test_pandas_sums_as_sparql_does(inside: Path) -> None:
    """All blocks of the page, one after the other."""
    names: dict[str, Any] = {}
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        for _, text in blocks("pandas", "python"):
            exec(compile(text, "docs/howto/pandas.md", "exec"), names)
    assert {k: Decimal(v).normalize() for k, v in names["totals"].items()} == {k: v.normalize() for k, v in loans().items()}
    assert len(names["deposits"]) and len(names["posts"])
    assert told.getvalue()


def test_cytoscape_runs_the_block(inside: Path) -> None:
    """A line for every loan with two ends."""
    node_reader.read()  # skips where there is none
    (_, code), *_ = blocks("cytoscape", "js")
    code = code.replace('"output/graph.cyjs"', json.dumps(str(inside / "output" / "graph.cyjs")))
    done = subprocess.run(["node", "--input-type=module"], input=code, cwd=node_reader.FOLDER, capture_output=True, encoding="utf-8", env=dict(os.environ))
    assert done.returncode == 0, done.stderr
    data = json.loads((inside / "output" / "graph.cyjs").read_text("utf-8"))
    assert len(done.stdout.splitlines()) == sum(e["data"]["relation"] == "loan" for e in data["elements"]["edges"]) > 0


def test_protege_gets_both_in_one_file(inside: Path) -> None:
    """Classes and facts."""
    import rdflib

    for _, text in blocks("protege", "python"):
        exec(compile(text, "docs/howto/protege.md", "exec"), {})
    both = rdflib.Graph().parse("output/both.ttl")
    assert both.query(
        "ASK { gf:FinancingEvent a owl:Class . ?e a gf:FinancingEvent }", initNs={"gf": "https://w3id.org/gongfu-kg/ns#", "owl": str(rdflib.OWL)}
    ).askAnswer
