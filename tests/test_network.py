"""Graph files: what is collapsed to what, and what the files are made of. That other programs read them: test_graph_readers.py."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from pathlib import Path

import pytest
from sample_graph import ABC, ABC_XS, ABC_ZJ, BEI, BRANCH, GC, GOV, HONG, HUAN, HZ, LI, LOAN, MEI_PROJECT, WATER, XS, YU, ZHU, sample

from kg.network import COLOURS, SIMPLE, collapse, write_cyjs, write_edges_csv, write_gexf, write_graphml, write_nodes_csv
from kg.unfold import FULL

WRITERS = [write_graphml, write_gexf, write_cyjs, write_nodes_csv, write_edges_csv]
NODES, EDGES = collapse(sample())


@pytest.mark.parametrize(
    ("source", "target", "relation", "label"),
    [
        pytest.param(BRANCH, BEI, "loan", None, id="lender to purpose"),
        pytest.param(ABC, XS, "creditLine", None, id="lender to recipient"),
        pytest.param(ABC_ZJ, GOV, "agreement", "签约", id="parties pairwise"),
        pytest.param(LI, ABC_XS, "tenure", "行长", id="person to organisation, by title"),
        pytest.param(YU, GC, "tenure", "组织委员", id="person to place where only that is named"),
        pytest.param(ABC_XS, LOAN, "offers", "推出", id="claim"),
        pytest.param(XS, HZ, "locatedIn", "位于", id="register hierarchy"),
    ],
)
def test_edge(source: str, target: str, relation: str, label: str | None) -> None:
    """Each kind of fact becomes its edge."""
    found = [e for e in EDGES if (e["source"], e["target"], e["relation"]) == (source, target, relation)]
    assert found
    assert label is None or label in [e["label"] for e in found]


def test_shared_sum_is_no_value() -> None:
    """One sum for three projects stays one sum: no edge of the three has a value to add up."""
    three = [e for e in EDGES if e["target"] in (ZHU, HONG, HUAN) and e["relation"] == "loan"]
    assert [(e["amount_value"], e["amount_total"], e["amount_ends"], e["amount_text"]) for e in three] == [(None, 460000000.0, 3, "4.6亿元")] * 3


def test_bounds_are_kept() -> None:
    """近亿元 has a high end and no low one, 不少于 a low end and no high one."""
    near = next(e for e in EDGES if e["target"] == BEI)
    least = next(e for e in EDGES if e["target"] == XS and e["relation"] == "creditLine")
    assert (near["amount_low"], near["amount_high"], near["amount_bound"]) == (None, 1e8, "nearly")
    assert (least["amount_low"], least["amount_high"], least["amount_bound"]) == (2e11, None, "atLeast")


def test_observations_are_counted_on_the_node() -> None:
    """An observation has one end: no edge, a count."""
    counts = {n["node"]: n["observations"] for n in NODES}
    assert counts[ABC_XS] == 2
    assert not [e for e in EDGES if e["event"] == "Observation"]


def test_sentence_and_offset_are_the_raw_file() -> None:
    """An edge's sentence stands at its offset in its file."""
    graph = sample()
    raw = {s.path: s.text for s in graph.sources}
    edge = next(e for e in EDGES if e["target"] == WATER)
    assert "𠮷" in str(edge["sentence"])
    assert raw[str(edge["file"])][int(edge["offset"] or 0) :].startswith(str(edge["sentence"]))


def test_csv_reads_back(tmp_path: Path) -> None:
    """The CSV tables hold the same rows, without a byte-order mark, and every end of an edge is a node."""
    write_nodes_csv(sample(), tmp_path / "nodes.csv")
    write_edges_csv(sample(), tmp_path / "edges.csv")
    assert (tmp_path / "nodes.csv").read_bytes()[:4] == b"node"
    with (tmp_path / "nodes.csv").open(encoding="utf-8", newline="") as file:
        nodes = list(csv.DictReader(file))
    with (tmp_path / "edges.csv").open(encoding="utf-8", newline="") as file:
        edges = list(csv.DictReader(file))
    assert [n["label"] for n in nodes] == [n["label"] for n in NODES]
    assert {x[k] for x in edges for k in ("source", "target")} <= {n["node"] for n in nodes}
    assert next(e for e in edges if e["relation"] == "creditLine")["amount_value"] == "200000000000"
    assert [e["sentence"] for e in edges] == [e["sentence"] or "" for e in EDGES]


@pytest.mark.parametrize("write", WRITERS)
def test_same_bytes(write, tmp_path: Path) -> None:
    """The same graph gives the same bytes, and no part file is left."""
    write(sample(), tmp_path / "one")
    write(sample(), tmp_path / "two")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one", "two"]


def test_lender_unsaid_joins_recipient_and_purpose() -> None:
    """Without a financier the recipient is joined to the purpose."""
    graph = sample()
    fact = next(f for f in graph.facts if ("purpose", MEI_PROJECT) in f.roles)
    bare = replace(fact, roles=tuple(sorted([(k, x) for k, x in fact.roles if k != "financier"] + [("recipient", XS)])))
    _, edges = collapse(replace(graph, facts=(bare,)))
    assert [(e["source"], e["target"], e["relation"]) for e in edges if e["event"]] == [(XS, MEI_PROJECT, "purpose")]


def test_the_colours_are_the_page_s() -> None:
    """One kind has one colour everywhere."""
    words = (Path(__file__).parent.parent / "kg" / "page_assets" / "words.js").read_text("utf-8")
    page = dict(re.findall(r'^    (\w+): \["\w+", "(#\w{6})", "#\w{6}"\],$', words, re.M))
    assert page and {kind: COLOURS[kind] for kind in page} == page


@pytest.mark.parametrize("shape", [SIMPLE, FULL], ids=["simple", "full"])
def test_no_column_has_a_name_that_graph_tools_take_for_theirs(shape) -> None:
    """None of the names that Gephi, Cytoscape, igraph and networkx hijack, and no two that differ by case alone."""
    for columns in (shape.nodes, shape.edges):
        assert not {"id", "pid", "start", "end", "type", "viz", "key", "for", "parents", "spells", "slices", "x", "y", "z", "size", "color"} & set(columns)
        assert len({c.lower() for c in columns}) == len(columns)
