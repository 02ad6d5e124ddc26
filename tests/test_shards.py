"""Shards hold the whole graph and each fact once; a store answers like the file, and stays whole whatever happens."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import built
import handmade
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kg import ondisk, outputs, shards, slices
from kg.build import extract_all, merge
from kg.checks import check
from kg.cli import main
from kg.documents import text_source
from kg.errors import KgError
from kg.explain import explain
from kg.model import Document, Graph
from kg.query import GraphFile, named_queries, read_graph, run_query, twin_of
from kg.rdf import triples, write_nquads, write_turtle
from kg.records import TABLES, write_tables_of
from kg.workers import Pool, Question

SAID = [  # one fact in several files, a claim in words of its own beside an implied one, a thing named in many
    "工行萧山分行为北干街道集中安置房项目投放贷款近亿元。",
    "工行萧山分行支持北干街道集中安置房项目建设。截至6月末，工行萧山分行涉农贷款48.7亿元。",
    "日前，工行萧山分行为北干街道集中安置房项目投放贷款近亿元。农行萧山分行向某企业发放贷款500万元。",
    "农业银行萧山分行党委书记、行长李良介绍，截至6月末，工行萧山分行涉农贷款48.7亿元。30余名村民受益。",
    "在梅林村，工行萧山分行为北干街道集中安置房项目投放贷款近亿元，支持“千万工程”。",
]


@cache
def told() -> Graph:
    """A graph whose facts rest on several articles."""
    parts, failed = extract_all([Document(text_source(text, f"{n}.txt")) for n, text in enumerate(SAID)])
    assert not failed
    return merge(parts)


PAIRED = [  # a relation of a pack, which implies one of the vocabulary's; a story printed twice; and the implied relation said by itself
    "福建省福州市马尾区与宁夏回族自治区固原市原州区结对。天津市武清区对口帮扶甘肃省静宁县。",
    "宁夏回族自治区固原市原州区与福建省福州市马尾区合作。",
    "福建省福州市马尾区与宁夏回族自治区固原市原州区结对。",
    "日前，农业银行萧山分行向某公司发放贷款500万元，用于梅林村共富工坊建设。该公司负责人说，这笔贷款利率3.5%，期限3年，帮了大忙。",
    "日前，农业银行萧山分行向某公司发放贷款500万元，用于梅林村共富工坊建设。该公司负责人说，这笔贷款利率3.5%，期限三年，帮了大忙！",
]


@cache
def paired() -> Graph:
    """A graph with relations of a pack, and with a reprint."""
    parts, failed = extract_all([Document(text_source(text, f"{n}.txt")) for n, text in enumerate(PAIRED)], (Path("east-west"),))
    assert not failed
    return merge(parts)


GRAPHS: dict[str, Callable[[], Graph]] = {"handmade": handmade.graph, "told": told, "paired": paired, "seeds": built.seeds}
CASES = [pytest.param(name, size, id=f"{name} by {size}") for name in GRAPHS for size in (1, 2, 1000)]


def lines(manifest: shards.Manifest) -> list[str]:
    return [line for path in manifest.of("graph") for line in gzip.open(path, "rt", encoding="utf-8")]


def rows(paths: list[Path]) -> list[dict[str, Any]]:
    return sorted(pa.concat_tables([pq.read_table(p) for p in paths]).to_pylist(), key=str)


# ---------------------------------------------------------------- shards


@pytest.mark.parametrize(("name", "size"), CASES)
def test_all_shards_are_the_whole_graph(name: str, size: int, tmp_path: Path) -> None:
    """The statements of the N-Quads file, no more and no fewer, and the rows of the tables, each once."""
    graph = GRAPHS[name]()
    manifest = shards.write(shards.slices_of(graph, size), tmp_path / "shards", least=1)
    assert set(lines(manifest)) == set(write_nquads(graph).splitlines(keepends=True))
    write_tables_of(write_turtle(graph), tmp_path)
    for table in TABLES:
        assert rows(manifest.of(table)) == rows([tmp_path / f"{table}.parquet"]), table


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_large_corpus_is_written_slice_by_slice(jobs: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With little in memory, in any number of processes: the same statements and rows, the same summary of what there is."""
    news = tmp_path / "news"
    news.mkdir()
    for n, text in enumerate([*SAID, *PAIRED]):
        (news / f"{n:02}.txt").write_text(text, "utf-8")
    whole = outputs.run([news], tmp_path / "whole", formats=["nquads", "tables"], pack=(Path("east-west"),))
    monkeypatch.setattr(outputs, "MANY", 1)
    monkeypatch.setattr(slices.index, "__defaults__", (3,))
    streamed = outputs.run([news], tmp_path / "out", formats=["turtle", "shards"], pack=(Path("east-west"),), jobs=jobs)
    assert not streamed.graph.articles and streamed.counts["facts"] == whole.counts["facts"]  # nothing was held
    manifest = shards.read(tmp_path / "out")
    assert len(manifest.of("graph")) > 3
    assert set(lines(manifest)) == set((tmp_path / "whole" / "graph.nq").read_text("utf-8").splitlines(keepends=True))
    for table in TABLES:
        assert rows(manifest.of(table)) == rows([tmp_path / "whole" / "tables" / f"{table}.parquet"]), table


def test_facts_rest_on_several_articles() -> None:
    """The graph of these tests has what makes slices hard: facts said in two slices, and claims with and without an implied one."""
    assert max(len(f.evidence) for f in told().facts) >= 3
    assert sum(f.kind == "Claim" for f in told().facts) > 2
    assert paired().predicates and any(a.reprint_of for a in paired().articles)


@pytest.mark.parametrize("size", [1, 2])
def test_each_part_belongs_to_one_slice(size: int) -> None:
    """Articles, things and facts are parted among the slices, and what a slice names it holds."""
    graph = told()
    pieces = list(shards.slices_of(graph, size))
    for name in ("articles", "entities", "facts"):
        found = [x for piece in pieces for x in getattr(piece, name)]
        assert sorted(found) == sorted(x.id for x in getattr(graph, name))
    assert any(f.id not in piece.facts for piece in pieces for f in piece.graph.facts)
    for piece in pieces:
        held, things = {a.id for a in piece.graph.articles}, {e.id for e in piece.graph.entities}
        assert piece.articles <= held
        assert {e.article for f in piece.graph.facts for e in f.evidence} <= held
        assert {k.entity for k in piece.graph.links} | {e.parent for e in piece.graph.entities if e.parent} <= things


def test_statements_of_no_article_have_no_article_as_object() -> None:
    """So that the name of a line's graph can be told by the line's end."""
    for graph in (told(), built.seeds()):
        bare = [line for line in write_nquads(graph).splitlines() if line.endswith(" .") and "/source/a_" in line[line.rindex(" <") :]]
        assert all(line[: line.rindex(" <")].count("> ") >= 2 for line in bare)  # subject, predicate and object stand before it


def test_shards_are_the_same_bytes_again(tmp_path: Path) -> None:
    """In whatever order the slices' things come; the files of earlier shards go."""
    first = shards.write(shards.slices_of(told(), 2), tmp_path / "one")
    again = shards.write(shards.slices_of(told(), 2), tmp_path / "two")
    assert {p.name: p.read_bytes() for p in first.folder.iterdir()} == {p.name: p.read_bytes() for p in again.folder.iterdir()}
    other = shards.write(shards.slices_of(handmade.graph(), 2), tmp_path / "two")
    assert {p.name for p in other.folder.iterdir()} == {f.name for f in other.files} | {shards.MANIFEST}


def test_what_no_manifest_names_is_not_read(tmp_path: Path) -> None:
    """A file that another run left behind is no shard."""
    manifest = shards.write(shards.slices_of(told()), tmp_path)
    (tmp_path / "graph-00009-00000000.nq.gz").write_bytes(gzip.compress(b"<a:a> <a:b> <a:c> .\n"))
    stored, _ = ondisk.load(tmp_path, tmp_path / "store")
    assert stored.statements == len(set(triples(told())))
    assert [p.name for p in manifest.of("graph")] == [p.name for p in shards.read(tmp_path).of("graph")]


def test_a_missing_or_changed_shard_is_told(tmp_path: Path) -> None:
    """Nothing is loaded of shards that are not whole."""
    with pytest.raises(KgError) as error:
        shards.read(tmp_path)
    assert error.value.slug == "shards-none"
    manifest = shards.write(shards.slices_of(told()), tmp_path)
    path = manifest.of("graph")[-1]
    data = path.read_bytes()
    path.write_bytes(data[:-1] + b"x")
    with pytest.raises(KgError) as error:
        ondisk.load(tmp_path, tmp_path / "store")
    assert error.value.slug == "shards-changed"
    path.unlink()
    with pytest.raises(KgError) as error:
        ondisk.load(tmp_path, tmp_path / "store")
    assert error.value.slug == "shards-lost"
    assert not (tmp_path / "store").exists()


# ---------------------------------------------------------------- stores


@pytest.fixture(scope="module", params=["paired", "seeds", "generated"])
def stored(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Graph, GraphFile, GraphFile]:
    """A graph, its store, and its Turtle read."""
    folder = tmp_path_factory.mktemp("store")
    graph = generated() if request.param == "generated" else GRAPHS[request.param]()
    shards.write(shards.slices_of(graph, 3), folder / "shards", least=5000)
    ondisk.load(folder / "shards", folder / "store")
    (folder / "graph.ttl").write_text(write_turtle(graph), "utf-8", newline="\n")
    return graph, read_graph(folder / "store"), read_graph(folder / "graph.ttl")


@cache
def generated() -> Graph:
    from bench.sparql import graph_of

    return graph_of(6_000, 3)


def test_a_store_holds_each_statement_once(stored: tuple[Graph, GraphFile, GraphFile]) -> None:
    """Those of the Turtle."""
    graph, data, file = stored
    assert data.stored and data.stored.statements == len(file.store) == len(set(triples(graph)))
    assert {str(q.triple) for q in data.store} == {str(q.triple) for q in file.store}


def test_a_store_answers_like_the_file(stored: tuple[Graph, GraphFile, GraphFile]) -> None:
    """Every question that ships, sums by DuckDB among them, with what is said beside the answer."""
    _, data, file = stored
    for query in named_queries():
        ours, theirs = run_query(data, query.name), run_query(file, query.name)
        assert (ours.columns, sorted(ours.rows, key=str), ours.notes) == (theirs.columns, sorted(theirs.rows, key=str), theirs.notes), query.name
        assert bool(ours.said) == bool(twin_of(query.text)) and not theirs.said
        if ours.said:  # the order too
            assert ours.rows == theirs.rows, query.name


def test_every_question_that_groups_has_its_sql() -> None:
    """So that none of them takes minutes of a large store."""
    grouping = {q.name for q in named_queries() if q.text.partition("SELECT")[2].partition("WHERE")[0].count("(SUM(") or "GROUP BY" in q.text.splitlines()[-1]}
    assert {q.name for q in named_queries() if twin_of(q.text)} == grouping >= {"loans-by-bank", "facts-by-rule"}


def test_explain_and_check_take_a_store(stored: tuple[Graph, GraphFile, GraphFile]) -> None:
    """They say what they say of the file."""
    graph, data, file = stored
    label = max(graph.entities, key=lambda e: sum(k.entity == e.id for k in graph.links)).label
    article = graph.articles[0]
    for term in (label, graph.facts[0].id, f"{article.path}:{article.runs[0].raw + 3}"):
        assert explain(data, term) == explain(file, term)
    assert check(data) == check(file)


def test_graphs_can_be_kept(tmp_path: Path) -> None:
    """With --graphs each article's statements are a graph of their own; answers are the same."""
    shards.write(shards.slices_of(told(), 2), tmp_path / "shards")
    stored, made = ondisk.load(tmp_path / "shards", tmp_path / "store", graphs=True)
    data = read_graph(tmp_path / "store")
    assert made and len(list(data.store.named_graphs())) == len(told().articles) and stored.graphs
    bare, made = ondisk.load(tmp_path / "shards", tmp_path / "store")
    assert made and not bare.graphs and not list(read_graph(tmp_path / "store").store.named_graphs())


def test_the_same_shards_are_loaded_once(tmp_path: Path) -> None:
    """A second load says so; other shards take the place of the first."""
    shards.write(shards.slices_of(told(), 2), tmp_path / "shards")
    assert ondisk.load(tmp_path / "shards", tmp_path / "store")[1]
    assert not ondisk.load(tmp_path / "shards", tmp_path / "store")[1]
    shards.write(shards.slices_of(handmade.graph(), 2), tmp_path / "shards")
    assert ondisk.load(tmp_path / "shards", tmp_path / "store")[1]
    assert len(list((tmp_path / "store").iterdir())) == 2  # the marker and what it names
    assert read_graph(tmp_path / "store").ask('ASK { ?x skos:prefLabel "李明"@zh }')


def test_a_folder_that_is_no_store_is_left_alone(tmp_path: Path) -> None:
    """Nothing in it is touched."""
    shards.write(shards.slices_of(told()), tmp_path / "shards")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "a.txt").write_text("x")
    for out in (tmp_path / "mine", tmp_path / "mine" / "a.txt"):
        with pytest.raises(KgError) as error:
            ondisk.load(tmp_path / "shards", out)
        assert error.value.slug == "store-foreign"
    assert (tmp_path / "mine" / "a.txt").read_text() == "x"


def test_a_load_that_is_killed_leaves_the_earlier_store_whole(tmp_path: Path) -> None:
    """Wherever it is ended: before, while and after the new one is written, up to the marker; the next load succeeds."""
    shards.write(shards.slices_of(handmade.graph()), tmp_path / "before")
    ondisk.load(tmp_path / "before", tmp_path / "store")
    shards.write(shards.slices_of(told()), tmp_path / "shards")
    kill = "import os, sys; from pathlib import Path; from kg import ondisk; import {module}\n{module}.{name} = lambda *a, **k: os._exit(9)\n"
    kill += "ondisk.load(Path(sys.argv[1]), Path(sys.argv[2]))"
    for module, name in (("shutil", "copyfile"), ("kg.ondisk", "write_whole"), ("kg.ondisk", "_Lines")):
        code = kill.format(module=module, name=name)
        assert subprocess.run([sys.executable, "-c", code, str(tmp_path / "shards"), str(tmp_path / "store")]).returncode == 9
        assert read_graph(tmp_path / "store").ask('ASK { ?x skos:prefLabel "李明"@zh }')
    assert ondisk.load(tmp_path / "shards", tmp_path / "store")[1]
    assert len(list((tmp_path / "store").iterdir())) == 2


def test_a_damaged_store_is_told_and_made_anew(tmp_path: Path) -> None:
    """Of one that lost a file no question is answered."""
    shards.write(shards.slices_of(told()), tmp_path / "shards")
    stored, _ = ondisk.load(tmp_path / "shards", tmp_path / "store")
    stored.tables["financings"][0].unlink()
    with pytest.raises(KgError) as error:
        read_graph(tmp_path / "store")
    assert error.value.slug == "store-damaged"
    assert ondisk.load(tmp_path / "shards", tmp_path / "store")[1]
    (tmp_path / "store" / ondisk.MARKER).write_text("{")
    with pytest.raises(KgError) as error:
        read_graph(tmp_path / "store")
    assert error.value.slug == "store-damaged"


def test_a_store_is_served_by_locked_workers(tmp_path: Path) -> None:
    """Which may open no file once they have started; several at a time have one store open."""
    shards.write(shards.slices_of(built.seeds(), 2), tmp_path / "shards", least=2000)
    stored, _ = ondisk.load(tmp_path / "shards", tmp_path / "store")
    with Pool(tmp_path / "store", size=2) as pool:
        assert pool.statements == stored.statements
        count = pool.ask(Question("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", form="csv")).body
        assert str(stored.statements).encode() in count
        assert json.loads(pool.ask(Question("SELECT ?l { ?x a gf:Bank ; skos:prefLabel ?l }")).body)["results"]["bindings"]


def test_without_duckdb_sums_are_sparql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer is the same, and a line says what would be faster."""
    shards.write(shards.slices_of(told()), tmp_path / "shards")
    ondisk.load(tmp_path / "shards", tmp_path / "store")
    data = read_graph(tmp_path / "store")
    fast = run_query(data, "loans-by-bank")
    monkeypatch.setattr("kg.query.find_spec", lambda name: None)
    slow = run_query(data, "loans-by-bank")
    assert (slow.rows, slow.notes) == (fast.rows, fast.notes) and fast.rows
    assert "gongfu-kg[big]" in slow.said


# ---------------------------------------------------------------- the command line


def test_build_load_and_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """`kg build --formats shards`, `kg load`, `kg query`; building again removes the shards of before."""

    def kg(*args: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as exit_:
            main(args)
        out, err = capsys.readouterr()
        return int(exit_.value.code or 0), out, err

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    shutil.copytree(built.SEEDS, "news")
    assert kg("build", "news", "-o", "out", "--formats", "shards,turtle")[0] == 0
    assert kg("load", "out", "-o", "store")[:2] == (0, f"store: {len(read_graph(Path('out')).store)} statements\n")
    assert "holds these shards already" in kg("load", "out/shards", "-o", "store")[2]
    code, out, err = kg("query", "store", "loans-by-bank", "--format", "csv")
    assert code == 0 and "中国工商银行" in out and "DuckDB" in err
    assert out == kg("query", "out/graph.ttl", "loans-by-bank", "--format", "csv")[1]
    next(Path("news").glob("*.txt")).unlink()
    assert kg("build", "news", "-o", "out", "--formats", "shards")[0] == 0
    manifest = shards.read(Path("out"))
    assert {p.name for p in manifest.folder.iterdir()} == {f.name for f in manifest.files} | {shards.MANIFEST}
    assert kg("query", "nothing", "loans-by-bank")[0] == 2
