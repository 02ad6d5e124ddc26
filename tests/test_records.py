"""The tables: one row a fact, the same in Parquet and CSV, and sums that are SPARQL's."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import handmade
import pytest
from built import SEEDS, seeds
from sample_graph import sample

from kg import outputs
from kg.cli import main
from kg.model import Graph
from kg.query import GraphFile, read_graph, run_query
from kg.rdf import write_turtle
from kg.records import COLUMNS, TABLES, files, write_tables

GRAPHS: dict[str, Callable[[], Graph]] = {"sample": sample, "handmade": handmade.graph, "seeds": seeds}
CLASSES = {"financings": "FinancingEvent", "observations": "Observation", "agreements": "AgreementEvent", "tenures": "Tenure", "relations": "Claim"}
Tables = tuple[str, GraphFile, Path]


@pytest.fixture(scope="module", params=list(GRAPHS))
def tables(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """Name of the graph, its Turtle read, the folder of tables."""
    folder = tmp_path_factory.mktemp("tables")
    (folder / "graph.ttl").write_text(turtle(GRAPHS[request.param]()), "utf-8", newline="\n")
    graph = read_graph(folder)
    write_tables(graph.select, folder)
    return request.param, graph, folder


def turtle(graph: Graph) -> str:
    """Its Turtle; the sample's articles have ids that look like paths."""
    return write_turtle(graph).replace("source/a_", "")


def rows(folder: Path, table: str, where: str = "true") -> list[dict[str, Any]]:
    found = duckdb.connect().execute(f"SELECT * FROM '{folder / table}.parquet' WHERE {where}")
    names = [d[0] for d in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@pytest.mark.parametrize("table", CLASSES)
def test_every_fact_is_one_row(tables: Tables, table: str) -> None:
    """Of the table of its kind."""
    _, graph, folder = tables
    want = sorted(r["f"] for r in graph.select(f"SELECT ?f {{ ?f a gf:{CLASSES[table]} }}"))
    assert [r["fact"] for r in rows(folder, table)] == want


SUMS = """
SELECT ?instrument ?stage ?aggregation ?currency (COUNT(?e) AS ?n) (SUM(?v) AS ?total) WHERE {
  ?e a gf:FinancingEvent ; gf:instrument ?i ; gf:stage ?s ; gf:aggregation ?g ; gf:status gfc:reported ; gf:amount ?a . ?a gf:value ?v ; gf:currency ?currency
  FILTER NOT EXISTS { ?e gf:per ?each } FILTER NOT EXISTS { ?e gf:partOfTotal ?whole }
  BIND(STRAFTER(STR(?i), "concept/") AS ?instrument) BIND(STRAFTER(STR(?s), "concept/") AS ?stage) BIND(STRAFTER(STR(?g), "concept/") AS ?aggregation)
} GROUP BY ?instrument ?stage ?aggregation ?currency"""


def test_sums_by_kind_of_money_are_those_of_sparql(tables: Tables) -> None:
    """To the last digit: count and total of every instrument, stage, aggregation and currency."""
    _, graph, folder = tables
    found = duckdb.connect().execute(
        f"SELECT instrument, stage, aggregation, currency, count(*), sum(amount) FROM '{folder}/financings.parquet' "
        "WHERE status = 'reported' AND currency IS NOT NULL AND per IS NULL AND len(part_of_total) = 0 "
        "AND instrument IS NOT NULL AND stage IS NOT NULL AND aggregation IS NOT NULL GROUP BY ALL"
    )
    got = {row[:4]: (row[4], row[5]) for row in found.fetchall()}
    want = {tuple(c.text for c in r[:4] if c): (int(r[4].text), Decimal(r[5].text)) for r in run_query(graph, SUMS, any_sum=True).rows if r[4] and r[5]}
    assert got == want and got


def test_sums_of_observations_are_those_of_sparql(tables: Tables) -> None:
    """Of every metric, aggregation and unit."""
    _, graph, folder = tables
    query = """SELECT ?metric ?aggregation ?unit (SUM(?v) AS ?total) WHERE {
      ?e a gf:Observation ; gf:metric ?m ; gf:aggregation ?g ; gf:amount ?a . ?m skos:prefLabel ?metric . FILTER(LANG(?metric) = "zh") ?a gf:value ?v .
      OPTIONAL { ?a gf:currency ?c } OPTIONAL { ?a gf:unit/skos:notation ?u }
      BIND(STRAFTER(STR(?g), "concept/") AS ?aggregation) BIND(COALESCE(?c, ?u) AS ?unit) } GROUP BY ?metric ?aggregation ?unit"""
    found = duckdb.connect().execute(f"SELECT metric, aggregation, coalesce(currency, unit), sum(amount) FROM '{folder}/observations.parquet' GROUP BY ALL")
    got = {row[:3]: row[3] for row in found.fetchall()}
    assert got == {tuple(c.text for c in r[:3] if c): Decimal(r[3].text) for r in run_query(graph, query, any_sum=True).rows if r[3]} and got


@pytest.mark.parametrize("table", TABLES)
def test_csv_says_the_same(tables: Tables, table: str) -> None:
    """Row by row; lists are joined, control characters are spaces."""
    from kg.view import clean

    _, _, folder = tables

    def plain(value: Any) -> str:
        if isinstance(value, list):
            return "；".join(map(plain, value))
        return "" if value is None else format(value.normalize(), "f") if isinstance(value, Decimal) else clean(str(value))

    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        got = list(csv.DictReader(file))
    assert got == [{k: plain(x) for k, x in row.items()} for row in rows(folder, table)]
    assert list(COLUMNS[table]) == next(csv.reader((folder / f"{table}.csv").open(encoding="utf-8")))


@pytest.mark.parametrize(
    ("written", "amount", "low", "high", "bound"),
    [
        pytest.param("4.6亿元", 460_000_000, 460_000_000, 460_000_000, "exact", id="exact"),
        pytest.param("近亿元", 100_000_000, None, 100_000_000, "nearly", id="near"),
        pytest.param("不少于2000亿元", 200_000_000_000, 200_000_000_000, None, "atLeast", id="at least"),
    ],
)
def test_bounds_are_columns(tmp_path: Path, written: str, amount: int, low: int | None, high: int | None, bound: str) -> None:
    """An open bound is empty, not zero and not the value."""
    (tmp_path / "graph.ttl").write_text(turtle(sample()), "utf-8")
    write_tables(read_graph(tmp_path).select, tmp_path)
    (row,) = rows(tmp_path, "financings", f"amount_text = '{written}'")
    assert (row["amount"], row["amount_min"], row["amount_max"], row["bound"], row["currency"]) == (amount, low, high, bound, "CNY")


def test_the_sentence_stands_at_its_offset_and_states_the_number(tables: Tables) -> None:
    """In the raw file, for every fact with a number."""
    name, _, folder = tables
    raw = {s.path: s.text for s in GRAPHS[name]().sources}
    seen = 0
    for table in ("financings", "observations"):
        for row in rows(folder, table, "amount_text IS NOT NULL"):
            assert "".join(row["amount_text"].split()) in "".join(row["sentence"].split())
            head = row["sentence"][:4].strip()
            assert raw[row["file"]][row["offset"] :].startswith(head)
            seen += 1
    assert seen


def test_days_are_dates_and_things_know_their_county(tmp_path: Path) -> None:
    """Nobody has to walk up the divisions."""
    (tmp_path / "graph.ttl").write_text(turtle(sample()), "utf-8")
    write_tables(read_graph(tmp_path).select, tmp_path)
    assert {r["date_to"] for r in rows(tmp_path, "observations", "amount_text = '695亿元'")} == {date(2022, 11, 30)}
    (village,) = rows(tmp_path, "entities", "kind = 'Village'")
    assert (village["label"], village["county"], village["prefecture"], village["province"]) == ("梅林村", "萧山区", "杭州市", "浙江省")


def test_same_bytes_from_every_form_of_the_graph(tmp_path: Path) -> None:
    """From Turtle by the command, from N-Quads, and from the build."""
    outputs.run([SEEDS], tmp_path / "build", formats=["turtle", "nquads", "tables"])
    for given, out in (("graph.ttl", "one"), ("graph.nq", "two"), ("", "three")):
        with pytest.raises(SystemExit) as done:
            main(["export", "--tables", str(tmp_path / "build" / given), "-o", str(tmp_path / out)])
        assert done.value.code == 0
    for name in files():
        one = (tmp_path / "one" / name).read_bytes()
        assert all((tmp_path / other / name).read_bytes() == one for other in ("two", "three", "build/tables"))


def without_pyarrow(*args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """`kg` in an interpreter that has no pyarrow."""
    hide = "import sys, importlib.util as u; f = u.find_spec; u.find_spec = lambda n, *a: None if n == 'pyarrow' else f(n, *a)\n"
    code = f"{hide}from kg.cli import main\nmain({list(args)!r})"
    env = {**os.environ, "LC_ALL": "C.UTF-8", "PYTHONPATH": str(SEEDS.parent)}
    return subprocess.run([sys.executable, "-c", code], cwd=cwd, capture_output=True, encoding="utf-8", env=env)


def test_without_pyarrow_it_is_told_what_to_install(tmp_path: Path) -> None:
    """Before any work, and nothing is written; `all` means the others, with a word."""
    (tmp_path / "a.txt").write_text("2023年，工行萧山分行发放贷款500万元。", "utf-8")
    (tmp_path / "graph.ttl").write_text(turtle(sample()), "utf-8")
    for args in (["export", "--tables", "graph.ttl", "-o", "out"], ["build", "a.txt", "-o", "out", "--formats", "tables"]):
        done = without_pyarrow(*args, cwd=tmp_path)
        assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
        assert "gongfu-kg[tables]" in done.stderr
        assert not (tmp_path / "out").exists()
    done = without_pyarrow("build", "a.txt", "-o", "out", "--formats", "all", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "tables and shards are left out" in done.stderr
    assert not (tmp_path / "out" / "tables").exists() and (tmp_path / "out" / "neo4j" / "load.cypher").exists()
