"""GraphML, GEXF and Cytoscape's JSON, read back by programs people use, node by node and edge by edge, in both shapes."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import igraph
import networkx
import node_reader
import pytest
from built import seeds
from sample_graph import hostile, sample

from kg.model import Graph
from kg.network import SIMPLE, Shape, colour, flatten, write_cyjs, write_gexf, write_graphml
from kg.unfold import FULL
from kg.view import BASE

GRAPHS = {"sample": sample, "hostile": hostile, "seeds": seeds}
SHAPES = {"simple": SIMPLE, "full": FULL}
CASES = [pytest.param(g, s, id=f"{g}-{s}") for g in GRAPHS for s in SHAPES]
Told = dict[str, Any]


def wanted(graph: Graph, shape: Shape) -> tuple[dict[str, Told], dict[str, tuple[str, str, Told]]]:
    """Nodes by id with their columns; edges by id with ends and columns: what every reader is to see."""
    nodes, edges = shape.rows(graph, BASE)
    flat = [flatten(n, shape.nodes) for n in nodes]
    lines = [flatten(e, shape.edges) for e in edges]
    return (
        {str(n["node"]): {k: x for k, x in n.items() if k != "node"} for n in flat},
        {str(e["edge"]): (str(e["source"]), str(e["target"]), {k: x for k, x in e.items() if k not in ("source", "target")}) for e in lines},
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every graph in every shape and format."""
    out = tmp_path_factory.mktemp("graphs")
    for name, make in GRAPHS.items():
        for shape_name, shape in SHAPES.items():
            for write, kind in ((write_graphml, "graphml"), (write_gexf, "gexf"), (write_cyjs, "cyjs")):
                write(make(), out / f"{name}-{shape_name}.{kind}", shape=shape)
    return out


@pytest.fixture(scope="module")
def told(files: Path) -> dict[str, Any]:
    """What node's programs read of each file; one process for all."""
    paths = sorted(files.iterdir())
    answers = node_reader.read(*(("cytoscape" if p.suffix == ".cyjs" else "graphology", p) for p in paths))
    return {p.name: answer for p, answer in zip(paths, answers, strict=True)}


@pytest.mark.parametrize(("graph", "shape"), CASES)
def test_networkx_reads_graphml(files: Path, graph: str, shape: str) -> None:
    """All nodes, all edges, all columns."""
    nodes, edges = wanted(GRAPHS[graph](), SHAPES[shape])
    read = networkx.read_graphml(files / f"{graph}-{shape}.graphml", force_multigraph=True)
    assert dict(read.nodes(data=True)) == nodes
    assert {d["edge"]: (a, b, d) for a, b, d in read.edges(data=True)} == edges
    assert read.number_of_edges() == len(edges)


@pytest.mark.parametrize(("graph", "shape"), CASES)
def test_networkx_reads_gexf(files: Path, graph: str, shape: str) -> None:
    """All of it, the colour of each kind, and a spell of whole days exactly where there is a date."""
    nodes, edges = wanted(GRAPHS[graph](), SHAPES[shape])
    read = networkx.read_gexf(files / f"{graph}-{shape}.gexf")
    assert read.is_multigraph() or len({(a, b) for a, b, _ in edges.values()}) == len(edges)

    def plain(data: Told) -> Told:
        assert data.get("spells", []) == ([(data["date_from"], data["date_to"])] if "date_from" in data else [])
        return {k: x for k, x in data.items() if k not in ("viz", "spells", "id")}

    assert {n: d["viz"]["color"] for n, d in read.nodes(data=True)} == {n: colour(d["kind"]) for n, d in nodes.items()}
    assert {n: plain(d) for n, d in read.nodes(data=True)} == nodes
    assert {d["edge"]: (a, b, plain(d)) for a, b, d in read.edges(data=True)} == edges
    assert read.number_of_edges() == len(edges)


@pytest.mark.parametrize(("graph", "shape"), CASES)
def test_igraph_reads_graphml(files: Path, graph: str, shape: str) -> None:
    """All of it; what is empty is an empty string or not a number there."""
    nodes, edges = wanted(GRAPHS[graph](), SHAPES[shape])
    read = igraph.Graph.Read_GraphML(str(files / f"{graph}-{shape}.graphml"))
    assert read.is_directed()

    def plain(data: Told) -> Told:
        return {k: x for k, x in data.items() if x not in (None, "") and not (isinstance(x, float) and math.isnan(x))}

    assert {v["id"]: plain({k: x for k, x in v.attributes().items() if k != "id"}) for v in read.vs} == nodes
    got = {e["edge"]: (read.vs[e.source]["id"], read.vs[e.target]["id"], plain({k: x for k, x in e.attributes().items() if k != "id"})) for e in read.es}
    assert got == edges and read.ecount() == len(edges)


@pytest.mark.parametrize("kind", ["graphml", "gexf"])
@pytest.mark.parametrize(("graph", "shape"), CASES)
def test_graphology_reads(told: dict[str, Any], graph: str, shape: str, kind: str) -> None:
    """Its GraphML and GEXF parsers see the same."""
    nodes, edges = wanted(GRAPHS[graph](), SHAPES[shape])
    read = told[f"{graph}-{shape}.{kind}"]

    def plain(data: Told) -> Told:
        return {k: x for k, x in data.items() if k != "color"}

    assert {n["id"]: plain(n["data"]) for n in read["nodes"]} == nodes
    assert {e["id"]: (e["source"], e["target"], plain(e["data"])) for e in read["edges"]} == edges
    assert len(read["edges"]) == len(edges)
    if kind == "gexf":
        want = {n: "rgba({r},{g},{b},{a})".format(**colour(d["kind"])) for n, d in nodes.items()}
        assert {n["id"]: n["data"]["color"] for n in read["nodes"]} == want


@pytest.mark.parametrize(("graph", "shape"), CASES)
def test_cytoscape_reads(told: dict[str, Any], graph: str, shape: str) -> None:
    """cytoscape.js sees the same, and no node is drawn inside another."""
    nodes, edges = wanted(GRAPHS[graph](), SHAPES[shape])
    read = told[f"{graph}-{shape}.cyjs"]
    assert not any(n["parent"] for n in read["nodes"])
    own = {"id", "name", "node"}
    renamed = {n: {"division_parent" if k == "parent" else k: x for k, x in d.items()} for n, d in nodes.items()}
    assert {n["id"]: {k: x for k, x in n["data"].items() if k not in own} for n in read["nodes"]} == renamed
    got = {e["id"]: (e["source"], e["target"], {k: x for k, x in e["data"].items() if k not in ("id", "source", "target")}) for e in read["edges"]}
    assert got == edges


def test_gexf_says_that_time_is_in_days(files: Path) -> None:
    """So that Gephi offers its timeline."""
    head = (files / "seeds-simple.gexf").read_text("utf-8")[:2000]
    graph = re.search(r"<graph [^>]*>", head)
    assert graph and 'mode="dynamic"' in graph[0] and 'timeformat="date"' in graph[0]


def test_the_full_shape_loses_no_fact_and_no_sentence(files: Path) -> None:
    """Every fact is a node, with an edge for each role and for each sentence that says it; planned and negated relations are claims only."""
    graph = seeds()
    nodes, edges = wanted(graph, FULL)
    base_edges = list(edges.values())
    assert {f.id for f in graph.facts} <= set(nodes)
    for fact in graph.facts:
        said = [(t, d["relation"]) for s, t, d in base_edges if s == fact.id]
        assert {(v, k) for k, v in fact.roles if v in nodes} <= set(said)
        assert sum(r == "saidIn" for _, r in said) == len({(e.article, p) for e in fact.evidence for p in e.passages})
    direct = {d["fact"].removeprefix(BASE) for _, _, d in base_edges if "fact" in d}
    assert direct == {f.id for f in graph.facts if f.kind == "Claim" and f.status == "reported"}


def test_the_packages_are_pinned_without_addresses() -> None:
    """Exact versions; the lock file names no registry."""
    own = json.loads((node_reader.FOLDER / "package.json").read_text("utf-8"))
    lock = json.loads((node_reader.FOLDER / "package-lock.json").read_text("utf-8"))
    assert all(re.fullmatch(r"\d+\.\d+\.\d+(-[\w.]+)?", v) for v in own["dependencies"].values())
    assert lock["packages"][""]["dependencies"] == own["dependencies"]
    assert not any("resolved" in p for p in lock["packages"].values())
