"""The merge of documents into one graph, the map in processes, and the files a build leaves."""

from __future__ import annotations

import json
import pickle
import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_graph import sample

from kg import outputs, tally
from kg.build import merge
from kg.errors import MESSAGES, KgError
from kg.model import Amount, Article, Aside, Block, DocumentFacts, Entity, Evidence, Fact, Graph, Link, Mention, Metric, Quantity, Run, SourceFile, Span

SEEDS = Path(__file__).parent.parent / "seeds"
NEWS = {
    "a.txt": "工行萧山分行为北干街道集中安置房项目投放贷款近亿元。\n截至2023年6月末，工行萧山分行涉农贷款余额48.7亿元。\n",
    "b.txt": "农行萧山分行向萧山区瓜沥镇梅林村发放贷款4000万元。\n",
    "c.txt": "杭州银行为某公司办理了贷款30万元，工行萧山分行为北干街道集中安置房项目投放贷款近亿元。\n",
}


def parts_of(graph: Graph) -> list[DocumentFacts]:
    """A graph taken apart by source file: each part with what its articles say."""
    out = []
    for source in graph.sources:
        ids = {a.id for a in graph.articles if a.path == source.path}
        links = tuple(k for k in graph.links if k.mention.article in ids)
        facts = tuple(f for f in graph.facts if f.evidence[0].article in ids)
        asides = tuple(a for a in graph.asides if a.amount.mention.article in ids)
        out.append(DocumentFacts(source, tuple(a for a in graph.articles if a.id in ids), links, graph.entities, facts, asides, graph.metrics))
    return out


def part(
    name: str, *, article: str = "", kind: str = "Company", label: str = "甲公司", confidence: float = 0.8, alias: str = "", text: str = "甲公司获贷500万元。"
) -> DocumentFacts:
    """A document of one article with one entity, one fact and one quantity set aside."""
    a = Article(article or f"source/a_{name}", f"{name}.txt", text, (Block("body", Span(0, len(text))),), (Run(0, 0, len(text)),))
    who, sum_ = (
        Mention(a.id, Span(0, 3), kind, "t"),
        Mention(a.id, Span(5, 10), "Quantity", "t", Quantity(Decimal(5), Decimal(5), Decimal(5), currency="CNY", verbatim="500万元")),
    )
    assert isinstance(sum_.value, Quantity)
    amount = Amount(sum_.value, sum_)
    return DocumentFacts(
        SourceFile(f"{name}.txt", name, "utf-8", text),
        (a,),
        (Link(who, "agent/甲公司"),),
        (Entity("agent/甲公司", kind, label, (alias,) if alias else ()),),
        (
            Fact(
                "fact/f_1",
                "FinancingEvent",
                (("recipient", "agent/甲公司"),),
                (("amount", amount),),
                evidence=(Evidence(a.id, (Span(0, len(text)),), (who, sum_)),),
                confidence=confidence,
                found_by="t",
            ),
        ),
        (Aside(amount, "asideCount"),),
        (Metric("gfc:deposits", "存款", (alias,) if alias else ()),),
    )


def test_merge_gives_back_a_graph_that_was_taken_apart() -> None:
    """Nothing is lost and nothing made up."""
    whole, again = sample(), merge(parts_of(sample()))
    assert {f.id for f in again.facts} == {f.id for f in whole.facts}
    assert (again.entities, again.links, again.metrics) == (whole.entities, whole.links, whole.metrics)
    assert (set(again.articles), set(again.asides), set(again.sources)) == (set(whole.articles), set(whole.asides), set(whole.sources))


PARTS = [
    *parts_of(sample()),
    part("a", alias="甲"),
    part("b", kind="Facility", label="甲股份公司", confidence=0.9),
    part("c", kind="Facility"),
    part("d", article="source/a_a", label="甲集团公司"),
]


@given(st.permutations(PARTS))
@settings(max_examples=40, deadline=None)
def test_merge_does_not_depend_on_order(parts: list[DocumentFacts]) -> None:
    """Any order of the documents gives the same graph."""
    assert merge(parts) == merge(PARTS)


def test_a_fact_said_twice_is_one_fact_with_two_evidences() -> None:
    """The surer saying gives the confidence."""
    facts = merge([part("a", confidence=0.7), part("b", confidence=0.9)]).facts
    assert len(facts) == 1
    assert (facts[0].confidence, [e.article for e in facts[0].evidence]) == (0.9, ["source/a_a", "source/a_b"])


def test_an_entity_of_many_names_has_the_longest_as_label() -> None:
    """The others are aliases; the kind is the one most documents give."""
    entity = merge([part("a", alias="甲"), part("b", label="甲股份公司", kind="Facility"), part("c", kind="Facility")]).entities[0]
    assert (entity.label, entity.aliases, entity.kind) == ("甲股份公司", ("甲", "甲公司"), "Facility")


def test_an_article_in_two_files_counts_once() -> None:
    """It is that of the first file by path; what rests on the second alone is dropped, its file stays known."""
    graph = merge([part("b", article="source/a_x", confidence=0.9), part("a", article="source/a_x", confidence=0.7)])
    assert [a.path for a in graph.articles] == ["a.txt"]
    assert [(f.confidence, len(f.evidence)) for f in graph.facts] == [(0.7, 1)]
    assert (len(graph.links), len(graph.asides), len(graph.sources)) == (1, 1, 2)


def test_merge_of_nothing_is_an_empty_graph() -> None:
    """No document, no fact."""
    assert merge([]) == Graph((), (), (), (), (), (), ())


def test_report_counts_every_quantity_once() -> None:
    """In facts, set aside, unexplained."""
    held = tally.of_graph(sample())
    amounts = sum(len(f.amounts) for f in sample().facts)
    assert held.quantities == (amounts, 1, 1)
    shown = outputs.as_json(outputs.Report(tally=held))
    assert shown["unexplained"] == [{"file": "seeds/002.txt", "offset": sample().sources[1].text.index("30余名"), "text": "30余名"}]


@pytest.mark.parametrize("slug", sorted(MESSAGES))
def test_errors_come_back_whole_from_a_worker(slug: str) -> None:
    """A KgError survives pickling, in both languages the message is one line with every value filled in."""
    values = {name: "x" for message in MESSAGES[slug] for name in re.findall(r"{(\w+)}", message)}
    error = pickle.loads(pickle.dumps(KgError(slug, **values)))
    assert (error.slug, error.values, str(error)) == (slug, values, str(KgError(slug, **values)))
    assert all("\n" not in m and "{" not in m.format(**values) for m in MESSAGES[slug])


def test_made_up_articles_are_the_same_for_the_same_seed() -> None:
    """What `make bench` measures over; about the size asked for, no slot left open."""
    from bench.generate import articles

    made = list(articles(30_000, 5))
    assert made == list(articles(30_000, 5)) != list(articles(30_000, 6))
    assert 30_000 <= sum(len(a.encode()) for a in made) < 40_000
    assert not any("{" in a for a in made)


# ---------------------------------------------------------------- the whole build


def news(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name, text in NEWS.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def files_of(out: Path) -> dict[str, bytes]:
    return {p.relative_to(out).as_posix(): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()}


def built(inputs: Sequence[Path], out: Path, formats: Sequence[str] = tuple(outputs.FILES), jobs: int = 1) -> dict[str, bytes]:
    outputs.run(inputs, out, formats=formats, jobs=jobs)
    return files_of(out)


def test_every_format_leaves_its_files_and_nothing_else(tmp_path: Path) -> None:
    """No temporary file stays."""
    files = built([news(tmp_path / "news")], tmp_path / "out")
    shards = {f"shards/{f['name']}" for f in json.loads(files["shards/manifest.json"])["files"]}
    assert set(files) == {f for names in outputs.FILES.values() for f in names} | {"manifest.json"} | shards
    assert all(files.values())


def test_same_bytes_in_every_order_and_with_any_number_of_processes(tmp_path: Path) -> None:
    """File order and --jobs change nothing in any file."""
    folder = news(tmp_path / "news")
    one = built([folder], tmp_path / "one")
    assert built([folder], tmp_path / "two", jobs=2) == one
    paths = [folder / n for n in NEWS]
    quick = ["turtle", "graphml", "report"]
    assert built(paths, tmp_path / "three", quick) == built(paths[::-1], tmp_path / "four", quick, jobs=3)


def test_turtle_does_not_depend_on_the_machine(tmp_path: Path) -> None:
    """Not on the folder the input lies in, also where a file is left out."""
    for folder in (tmp_path / "x" / "news", tmp_path / "y" / "z" / "news"):
        news(folder)
        (folder / "empty.txt").touch()
    a = built([tmp_path / "x" / "news"], tmp_path / "one", ["turtle", "report"])
    assert built([tmp_path / "y" / "z" / "news"], tmp_path / "two", ["turtle", "report"]) == a


def test_a_failing_writer_leaves_earlier_output_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are renamed only when all are written, so a build that is stopped in the middle changes nothing."""
    folder = news(tmp_path / "news")
    before = built([folder], tmp_path / "out", ["turtle", "csv"])
    (folder / "d.txt").write_text("建行萧山支行发放贷款7000万元。", "utf-8")
    from kg import network

    monkeypatch.setattr(network, "write_edges_csv", lambda *a, **k: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        built([folder], tmp_path / "out", ["turtle", "csv"])
    assert files_of(tmp_path / "out") == before


def test_a_document_that_breaks_the_program_is_left_out_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest is built; the report names the document."""
    from kg import build

    real = build.extract
    monkeypatch.setattr(build, "extract", lambda d, p: 1 / 0 if d.source.path.endswith("b.txt") else real(d, p))
    report = outputs.run([news(tmp_path / "news")], tmp_path / "out", formats=["turtle", "report"])
    assert [(p.slug, p.values["path"]) for p in report.problems] == [("extract-failed", "news/b.txt")]
    assert json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))["left_out"] == [{"error": "extract-failed", "file": "news/b.txt"}]


def test_a_folder_that_was_made_for_nothing_is_removed(tmp_path: Path) -> None:
    """A failed first build leaves no empty folder behind."""
    with pytest.raises(KgError):
        outputs.run([tmp_path / "missing"], tmp_path / "deep" / "out")
    assert list(tmp_path.iterdir()) == []


def test_the_seeds_build_with_no_document_left_out(tmp_path: Path) -> None:
    """Both pages, all formats of the README."""
    report = outputs.run([SEEDS], tmp_path / "out")
    assert not report.problems
    assert {p.name for p in report.written} == {f for name in outputs.USUAL for f in outputs.FILES[name]}
    assert replace(report, written=()).graph.facts


def test_the_committed_graph_is_what_the_build_writes(tmp_path: Path) -> None:
    """Stale? Run `make build` and commit output/graph.ttl."""
    committed = SEEDS.parent / "output" / "graph.ttl"
    outputs.run([SEEDS], tmp_path / "out", formats=["turtle"])
    fresh = (tmp_path / "out" / "graph.ttl").read_text("utf-8")
    assert committed.read_text("utf-8") == fresh, "output/graph.ttl is stale: run `make build` and commit it"
