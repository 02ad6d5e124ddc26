"""The files for Neo4j: loaded into an embedded database that speaks Cypher, node by node and edge by edge. The questions: test_howto.py."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import property_graph
import pytest
from built import seeds
from sample_graph import hostile, sample

from kg.model import Graph
from kg.neo4j import labels, write_neo4j
from kg.network import flatten
from kg.unfold import FULL
from kg.view import BASE


def hostile_text() -> Graph:
    """Markup, quotes, backslashes and control characters in every text; kinds and relations are the ontology's, as always."""
    graph = hostile()
    things = tuple(replace(e, kind=kind, label=e.label + '\\"\n;') for e, kind in zip(graph.entities, ("Bank", "Village"), strict=True))
    facts = tuple(replace(f, roles=tuple(("predicate", "gf:offers") if k == "predicate" else (k, x) for k, x in f.roles)) for f in graph.facts)
    return replace(graph, entities=things, facts=facts)


GRAPHS = {"sample": sample, "hostile": hostile_text, "seeds": seeds}
NOT_NODES, NOT_EDGES = {"node", "parent", "iri"}, {"edge", "source", "target", "relation", "interaction", "weight"}


@pytest.fixture(scope="module", params=list(GRAPHS))
def loaded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, Any]:
    """Name of the graph, its files, the database."""
    folder = tmp_path_factory.mktemp("neo4j")
    write_neo4j(GRAPHS[request.param](), folder)
    return request.param, folder, property_graph.load(folder)


def plain(data: dict[str, Any]) -> dict[str, Any]:
    """What Neo4j is to hold: full-width backslashes, days as days, aliases as a list, nothing empty."""
    out = {k: x.replace("\\", "＼") if isinstance(x, str) else x for k, x in data.items() if x not in (None, "")}
    out |= {k: date.fromisoformat(out[k]) for k in ("date_from", "date_to") if k in out}
    if "aliases" in out:
        out["aliases"] = out["aliases"].replace(";", "，").replace("；", ";")
    return out


def held(data: dict[str, Any]) -> dict[str, Any]:
    return {k: x for k, x in data.items() if x not in (None, "") and not k.startswith("_")}


def test_every_node_arrives_whole(loaded: tuple[str, Path, Any]) -> None:
    """With its class as label and all its properties in their types."""
    name, _, database = loaded
    nodes, _ = FULL.rows(GRAPHS[name](), BASE)
    want = {flatten(n, FULL.nodes)["iri"]: plain({k: x for k, x in flatten(n, FULL.nodes).items() if k not in NOT_NODES}) for n in nodes}
    got = {n["iri"]: held({k: x for k, x in n.items() if k != "iri"}) for (n,) in property_graph.ask(database, "MATCH (n) RETURN n")}
    assert got == want
    assert all(labels(kind)[0] == label for kind, label in property_graph.ask(database, "MATCH (n) RETURN n.kind, label(n)"))


def test_every_relationship_arrives_whole(loaded: tuple[str, Path, Any]) -> None:
    """From the right node to the right node, parallel ones included."""
    name, _, database = loaded
    _, edges = FULL.rows(GRAPHS[name](), BASE)
    clean = [flatten(e, FULL.edges) for e in edges]
    want = [(f"{BASE}{e['source']}", f"{BASE}{e['target']}", plain({k: x for k, x in e.items() if k not in NOT_EDGES})) for e in clean]
    rows = property_graph.ask(database, "MATCH (a)-[r]->(b) RETURN a.iri, b.iri, r")
    got = [(a, b, held({k: x for k, x in r.items() if k != "id"})) for a, b, r in rows]
    assert sorted(got, key=str) == sorted(want, key=str)
    assert len({r["id"] for _, _, r in rows}) == len(rows)


def test_the_importer_finds_every_end_and_no_node_twice(loaded: tuple[str, Path, Any]) -> None:
    """Neo4j's importer stops at either. No byte-order mark, no line break inside a cell, typed headers."""
    _, folder, _ = loaded
    with (folder / "nodes.csv").open(encoding="utf-8", newline="") as file:
        nodes = list(csv.DictReader(file))
    with (folder / "relationships.csv").open(encoding="utf-8", newline="") as file:
        edges = list(csv.DictReader(file))
    iris = [n["iri:ID"] for n in nodes]
    assert len(set(iris)) == len(iris)
    assert {e[k] for e in edges for k in (":START_ID", ":END_ID")} <= set(iris)
    assert all(re.fullmatch(r"[A-Z]+(_[A-Z]+)*", e[":TYPE"]) for e in edges)
    assert len((folder / "nodes.csv").read_text("utf-8").split("\n")) == len(nodes) + 2
    assert {"iri:ID", ":LABEL", "amount_value:double", "date_from:date", "aliases:string[]", "mentions:long"} <= set(nodes[0])
    assert all(n[":LABEL"] == ";".join(labels(n["kind"])) for n in nodes)


def test_the_script_merges_and_begins_with_the_constraint(loaded: tuple[str, Path, Any]) -> None:
    """So that running it twice makes no copies: nothing is created but by MERGE on iri or id. Its labels are those of the table."""
    _, folder, _ = loaded
    script = (folder / "load.cypher").read_text("utf-8")
    statements = [s.strip() for s in re.sub(r"^//.*$", "", script, flags=re.M).split(";\n") if s.strip()]
    assert statements[0].startswith("CREATE CONSTRAINT resource_iri IF NOT EXISTS")
    assert not [s for s in statements[2:] if "CREATE" in s]
    assert set(re.findall(r"MERGE .*", script)) <= {
        "MERGE (n:Resource {iri: row.`iri:ID`})",
        *re.findall(r"MERGE \(a\)-\[r:\w+ \{id: row\.id\}\]->\(b\)", script),
    }
    with (folder / "nodes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    own = {f"row.`:LABEL` = '{r[':LABEL']}'": "SET n:" + r[":LABEL"].removesuffix(";Resource").replace(";", ":") for r in rows}
    for condition, setting in own.items():
        assert len([s for s in statements if condition in s and s.endswith(setting)]) == 1


def test_same_bytes(tmp_path: Path) -> None:
    """The same graph gives the same files."""
    for name in ("one", "two"):
        write_neo4j(sample(), tmp_path / name)
    assert [p.read_bytes() for p in sorted((tmp_path / "one").iterdir())] == [p.read_bytes() for p in sorted((tmp_path / "two").iterdir())]
