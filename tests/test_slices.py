"""The slices of a corpus: all of them together are the merged graph, however the documents meet."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from test_build import PARTS

from kg import build, codec, documents, pack, rdf, slices, store, stream, tally, view
from kg.corpus import Corpus
from kg.extract import extract
from kg.model import Article, Document, DocumentFacts, Entity, Fact, Graph, Meta, Slice

SAID = (
    "工行萧山分行为北干街道集中安置房项目投放贷款近亿元。",
    "截至2023年6月末，工行萧山分行涉农贷款余额48.7亿元。",
    "农行萧山分行向萧山区瓜沥镇梅林村发放贷款4000万元，共15户。",
    "杭州银行为某公司办理了贷款30万元。",
    "今后5年，农行将向萧山区提供不少于2000亿元的意向融资额度，双方签订战略合作协议。",
    "为支持供水和污水处理等基础设施建设，该行还为杭州市第二水源输水通道（江南线）项目投放资金6.52亿元，其中首笔1亿元已到位。",
    "瓜沥镇梅林村位于杭州市萧山区，有150多户商户，存款余额增长12%。",
    "工行萧山分行行长李良介绍，该行支持艾鑫“共富工坊”。",
)


@cache
def read(name: str, said: tuple[int, ...]) -> DocumentFacts:
    """What a document of some of the sentences says, in paragraphs of two."""
    words = [SAID[n] for n in said]
    text = "\n\n".join("".join(words[n : n + 2]) for n in range(0, len(words), 2)) + "\n"
    return extract(Document(documents.text_source(text, name), Meta()), pack.load())


DOCUMENTS = st.lists(st.lists(st.integers(0, len(SAID) - 1), min_size=1, max_size=4).map(tuple), min_size=1, max_size=7).map(
    lambda texts: [read(f"n/{n}.txt", said) for n, said in enumerate(texts)]
)


def shelved(parts: Sequence[DocumentFacts], folder: Path) -> Corpus:
    """Parts put into a store in the order given, known in the order of their names."""
    shelf = store.Store(folder / "parts")
    keys = {}
    for n, part in enumerate(parts):
        keys[part.source.path, part.source.sha256, n] = key = f"{n}".encode()
        shelf.put(key, [codec.pack(part)])
    shelf.close()
    return Corpus((), folder / "parts", tuple((keys[k], 0) for k in sorted(keys)), (), (), (), "", len(parts))


def cut(parts: Sequence[DocumentFacts], size: int, least: float = 0.5) -> list[Slice]:
    with tempfile.TemporaryDirectory() as folder:
        return list(slices.slices(slices.index(shelved(parts, Path(folder)), Path(folder, "index"), size), least))


def whole(graph: Graph) -> Graph:
    """A graph with the evidence of its facts in order: that of a fact said once stands as it was found."""
    return replace(graph, facts=tuple(replace(f, evidence=tuple(sorted(set(f.evidence), key=build.evidence_key))) for f in graph.facts))


def union(parts: Sequence[Slice]) -> Graph:
    """What slices say together. A value that several have must be the same in all, but for the evidence of a fact."""
    articles: dict[str, Article] = {}
    entities: dict[str, Entity] = {}
    facts: dict[str, list[Fact]] = {}
    for s in parts:
        for a in s.graph.articles:
            assert articles.setdefault(a.id, a) == a
        for e in s.graph.entities:
            assert entities.setdefault(e.id, e) == e
        for f in s.graph.facts:
            facts.setdefault(f.id, []).append(replace(f, evidence=()))
    assert all(len(set(same)) == 1 for same in facts.values())
    evidence = {i: {e for s in parts for f in s.graph.facts if f.id == i for e in f.evidence} for i in facts}
    return Graph(
        tuple(sorted({x for s in parts for x in s.graph.sources}, key=lambda x: (x.path, x.sha256))),
        tuple(sorted(articles.values(), key=build.article_key)),
        tuple(sorted({k for s in parts for k in s.graph.links}, key=build.link_key)),
        tuple(entities[i] for i in sorted(entities)),
        tuple(replace(facts[i][0], evidence=tuple(sorted(evidence[i], key=build.evidence_key))) for i in sorted(facts)),
        tuple(sorted({a for s in parts for a in s.graph.asides}, key=build.aside_key)),
        tuple(sorted({m for s in parts for m in s.graph.metrics}, key=lambda m: m.id)),
        tuple(sorted({p for s in parts for p in s.graph.predicates}, key=lambda p: p.id)),
    )


@given(DOCUMENTS, st.sampled_from([0.5, 0.9, 0.96]), st.integers(1, 3))
@settings(max_examples=40, deadline=None)
def test_slices_together_are_the_merged_graph(parts: list[DocumentFacts], least: float, size: int) -> None:
    """Whatever the documents share: articles printed again, facts said twice, names read in two ways, facts below the least confidence."""
    graph = build.sure(build.merge(parts), least)
    found = cut(parts, size, least)
    assert union(found) == whole(graph)
    for name in ("articles", "entities", "facts"):
        owned = [i for s in found for i in getattr(s, name)]
        assert sorted(owned) == sorted(x.id for x in getattr(graph, name)), name


@given(st.permutations(PARTS), st.integers(1, 4))
@settings(max_examples=30, deadline=None)
def test_slices_do_not_depend_on_the_order_of_documents(parts: list[DocumentFacts], size: int) -> None:
    """Handmade documents that agree on nothing: kind, label, wording and confidence differ."""
    assert cut(parts, size) == cut(PARTS, size)
    assert union(cut(parts, size)) == whole(build.merge(PARTS))


@given(DOCUMENTS, st.integers(1, 3))
@settings(max_examples=20, deadline=None)
def test_a_slice_is_closed_and_counts_add_up(parts: list[DocumentFacts], size: int) -> None:
    """Whatever its facts, links and quantities name is in it."""
    graph = build.sure(build.merge(parts))
    found = cut(parts, size)
    everything = {e.id for e in graph.entities} | {f.id for f in graph.facts}
    for s in found:
        g = s.graph
        here = {e.id for e in g.entities} | {f.id for f in g.facts}
        named = {k.entity for k in g.links} | {v for f in g.facts for _, v in f.roles} | {e.parent for e in g.entities}
        assert named & everything <= here
        articles = {a.id for a in g.articles}
        assert {e.article for f in g.facts for e in f.evidence} | {a.mention.article for f in g.facts for _, a in f.amounts} <= articles
        assert all(f.evidence for f in g.facts)
        assert {a.path for a in g.articles} <= {x.path for x in g.sources}
    together = sum(map(tally.of_slice, found), start=tally.Tally())
    assert replace(together, sources=0) == replace(tally.of_graph(graph), sources=0)


@given(DOCUMENTS, st.integers(1, 3), st.sampled_from([0.5, 0.96]))
@settings(max_examples=30, deadline=None)
def test_turtle_of_slices_is_the_turtle_of_the_graph(parts: list[DocumentFacts], size: int, least: float) -> None:
    """Byte for byte."""
    graph = build.sure(build.merge(parts), least)
    with tempfile.TemporaryDirectory() as folder:
        of = slices.index(shelved(parts, Path(folder)), Path(folder, "index"), size)
        held = stream.write_turtle(of, Path(folder), base=view.BASE, least=least)
        assert Path(folder, "graph.ttl").read_text("utf-8") == rdf.write_turtle(graph)
    assert replace(held, sources=0) == replace(tally.of_graph(graph), sources=0)


PAIRED = (
    "福建省福州市马尾区与宁夏回族自治区固原市原州区结对。",
    "福建省福州市马尾区与宁夏回族自治区固原市原州区开展合作，签订战略合作协议。",
    "天津市武清区对口帮扶甘肃省静宁县。",
    "静宁县由天津市武清区结对帮扶。天津市武清区支持甘肃省静宁县。",
    "宁夏回族自治区固原市原州区与福建省福州市马尾区合作。",
)


@given(st.lists(st.sampled_from(PAIRED), min_size=1, max_size=5))
@settings(max_examples=15, deadline=None)
def test_relations_of_a_pack_are_those_of_the_graph(texts: list[str]) -> None:
    """With what they imply, which another slice may say in so many words; prefixes and declarations too."""
    name = Path("east-west")
    parts = [extract(Document(documents.text_source(text, f"n/{n}.txt"), Meta()), pack.load(name)) for n, text in enumerate(texts)]
    with tempfile.TemporaryDirectory() as folder:
        of = slices.index(shelved(parts, Path(folder)), Path(folder, "index"), 1)
        stream.write_turtle(of, Path(folder), base=view.BASE, packs=(name,))
        assert Path(folder, "graph.ttl").read_text("utf-8") == rdf.write_turtle(build.sure(build.merge(parts)), pack=pack.load(name))


LONG = [*SAID, "客户经理某先生走村入户，为某公司办理了贷款30万元，近日又发放贷款12万元。", "截至6月末，该行支持农户3200户，发放贷款9.3亿元，带动1500人就业。"]


@given(st.lists(st.tuples(st.integers(0, len(LONG)), st.sampled_from(["2023-07-11", "2023-07-12", ""])), min_size=1, max_size=5), st.integers(1, 3))
@settings(max_examples=20, deadline=None)
def test_reprints_are_those_of_the_graph(printed: list[tuple[int, str]], size: int) -> None:
    """An article printed in several documents, each without another of its sentences, on days of their own."""
    parts = []
    for n, (left_out, day) in enumerate(printed):
        text = "\n\n".join(words for k, words in enumerate(LONG) if k != left_out) + "\n"
        parts.append(extract(Document(documents.text_source(text, f"n/{n}.txt"), Meta(documents.read_date(day))), pack.load()))
    graph = build.sure(build.merge(parts))
    assert any(a.reprint_of for a in graph.articles) == (len(graph.articles) > 1)
    assert union(cut(parts, size)) == whole(graph)
    with tempfile.TemporaryDirectory() as folder:
        held = stream.write_turtle(slices.index(shelved(parts, Path(folder)), Path(folder, "index"), size), Path(folder), base=view.BASE)
        assert Path(folder, "graph.ttl").read_text("utf-8") == rdf.write_turtle(graph)
    assert replace(held, sources=0) == replace(tally.of_graph(graph), sources=0)
