"""Graph files for other tools: GraphML, GEXF, Cytoscape's JSON and two CSV tables.

A `Shape` is a way to draw the graph as nodes and edges. `SIMPLE`, here: entities are nodes, facts are labelled edges. A
financing is an edge from financier to each recipient and purpose; an observation has one end, so it is counted on its
node; an agreement joins its parties pairwise. An edge's `amount_value` is empty where one sum was stated for several ends
together (it is then in `amount_total`), so that adding up a column never counts a sum twice. The shape that has facts as
nodes is in kg/unfold.py.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from typing import Any

from .model import Fact, Graph
from .view import BASE, KINDS, PROPERTIES, Quote, View, clean, local, view, write_whole

Cell = str | int | float | None
Row = dict[str, Cell]

# What a financing or an observation adds to its row. A sum `per` household, or part of another sum, is not to be added up.
AMOUNT_COLUMNS: dict[str, type] = {
    "amount_low": float,
    "amount_high": float,
    "amount_text": str,
    "amount_bound": str,
    "currency": str,
    "unit": str,
    "instrument": str,
    "stage": str,
    "aggregation": str,
    "per": str,
    "part_of_total": str,
}
TIME_COLUMNS: dict[str, type] = {"date_from": str, "date_to": str, "time_text": str, "time_basis": str}
GROUND_COLUMNS: dict[str, type] = {"status": str, "confidence": float, "rule": str, "sentence": str, "article": str, "file": str, "offset": int}
# One type a column, in the order of the CSV files. None of id, pid, start, end, type, viz: graph tools hijack these names.
ENTITY_COLUMNS: dict[str, type] = {
    "node": str,
    "label": str,
    "kind": str,
    "kind_label": str,
    "aliases": str,
    "division_code": str,
    "parent": str,
    "size_text": str,
    "mentions": int,
    "articles": int,
    "facts": int,
    "observations": int,
}
NODE_COLUMNS: dict[str, type] = {**ENTITY_COLUMNS, "iri": str}
EDGE_COLUMNS: dict[str, type] = {
    "edge": str,
    "source": str,
    "target": str,
    "relation": str,
    "interaction": str,
    "label": str,
    "weight": float,
    "event": str,
    "amount_value": float,
    "amount_total": float,
    "amount_ends": int,
    **AMOUNT_COLUMNS,
    **TIME_COLUMNS,
    **GROUND_COLUMNS,
    "fact": str,
}
# The page's colours, by kind; facts and articles have their own.
COLOURS: dict[str, str] = {
    "Bank": "#17468f",
    "Branch": "#3f78c9",
    "Insurer": "#1c7f9c",
    "Guarantor": "#26708a",
    "FinancialInstitution": "#2b4a86",
    "Company": "#1a7f76",
    "PublicBody": "#a62f47",
    "OtherOrganization": "#66707f",
    "Person": "#5a6270",
    "Group": "#8b8377",
    "Project": "#cc5220",
    "Programme": "#7645a8",
    "FinancialProduct": "#b23a73",
    "Document": "#8c7f68",
    "Workshop": "#b17a08",
    "Facility": "#8c6a32",
    "Village": "#3b8f52",
    "Township": "#568f68",
    "County": "#2c7048",
    "Prefecture": "#24604a",
    "Province": "#1d5145",
    "Country": "#17433b",
    "FinancingEvent": "#b9762c",
    "Observation": "#c9b458",
    "AgreementEvent": "#d98f5c",
    "Tenure": "#9aa5b5",
    "Claim": "#b8b2a7",
    "Article": "#d8d2c4",
}
OTHER_COLOUR = "#6f7886"


def ends(v: View, fact: Fact) -> tuple[tuple[str, str, str, str], ...]:
    """The edges of a fact: (source, target, relation, Chinese label), for entities only, sorted and each once."""

    def known(*roles: str) -> list[str]:
        return [x for r in roles for x in fact.role(r) if x in v.entities]

    out: set[tuple[str, str, str, str]] = set()
    if fact.kind == "FinancingEvent":
        relation = next(map(local, fact.role("instrument")), "financing")
        label = v.names(fact, "instrument") or PROPERTIES["financing"][0]
        targets = known("recipient", "purpose") or known("product")
        out |= {(a, b, relation, label) for a in known("financier") for b in targets}
        if not known("financier"):  # who lends is not said: what is left is who gets it for what
            out |= {(a, b, "purpose", PROPERTIES["purpose"][0]) for a in known("recipient") for b in known("purpose", "product")}
        out |= {(a, b, "guarantees", PROPERTIES["guarantees"][0]) for a in known("guarantor") for b in targets}
    elif fact.kind == "AgreementEvent":
        out |= {(a, b, "agreement", PROPERTIES["agreement"][0]) for a, b in combinations(sorted(set(known("party"))), 2)}
        out |= {(a, b, "signs", PROPERTIES["signs"][0]) for a in known("party") for b in known("document")}
    elif fact.kind == "Tenure":
        label = v.names(fact, "title") or PROPERTIES["tenure"][0]
        out |= {(a, b, "tenure", label) for a in known("member") for b in known("organization") or known("atDivision")}
    elif fact.kind == "Claim":
        relation = next(map(local, fact.role("predicate")), "")
        out |= {(a, b, relation, v.names(fact, "predicate")) for a in known("subject") for b in known("object")}
    return tuple(sorted((a, b, r, w) for a, b, r, w in out if a != b))


def participants(v: View, fact: Fact) -> tuple[str, ...]:
    """The entities a fact speaks of, sorted, each once."""
    return tuple(sorted({x for _, x in fact.roles if x in v.entities}))


def collapse(graph: Graph, *, base: str = BASE) -> tuple[list[Row], list[Row]]:
    """The collapsed graph as plain rows: nodes by id, edges numbered e000001 … in the order of source, target, relation, fact.

    Division hierarchy from the register is there as `locatedIn` edges of rule `register`, without a sentence.
    """
    v = view(graph)
    return list(entity_rows(v, base)), numbered([*_fact_rows(v, base), *register_rows(v)], EDGE_COLUMNS)


def entity_rows(v: View, base: str) -> Iterator[Row]:
    """A row an entity, by id, with how often it is named and how many facts speak of it."""
    graph = v.graph
    mentions = Counter(x.entity for x in graph.links)
    articles = Counter(entity for entity, _ in {(x.entity, x.mention.article) for x in graph.links})
    facts = Counter(x for f in graph.facts for x in participants(v, f))
    observed = Counter(x for f in graph.facts if f.kind == "Observation" for x in set(f.role("about")))
    for e in sorted(graph.entities, key=lambda e: e.id):
        yield {
            "node": e.id,
            "label": e.label,
            "kind": e.kind,
            "kind_label": KINDS.get(e.kind, (e.kind,))[0],
            "aliases": "；".join(e.aliases),
            "division_code": e.code,
            "parent": e.parent,
            "size_text": e.size.quantity.verbatim if e.size else None,
            "mentions": mentions[e.id],
            "articles": articles[e.id],
            "facts": facts[e.id],
            "observations": observed[e.id],
            "iri": base + e.id,
        }


def _fact_rows(v: View, base: str) -> Iterator[Row]:
    for fact in v.graph.facts:
        found = ends(v, fact)
        if not found:
            continue
        row = fact_cells(v, fact, base) | {"event": fact.kind, "fact": base + fact.id}
        if amount := fact.amount():
            whole = float(amount.quantity.value)
            row |= {"amount_value": whole if len(found) == 1 else None, "amount_total": whole, "amount_ends": len(found)}
        for source, target, relation, label in found:
            yield row | {"source": source, "target": target, "relation": relation, "label": label}


def fact_cells(v: View, fact: Fact, base: str) -> Row:
    """What a fact says of itself wherever it is drawn: kind of money, bounds of its sum, time, status, sentence."""
    row: Row = {"status": fact.status, "confidence": fact.confidence, "rule": fact.found_by}
    row |= {k: "；".join(map(local, fact.role(k))) or None for k in ("instrument", "stage", "aggregation")}
    row |= {"per": v.names(fact, "per") or None, "part_of_total": "；".join(base + x for x in fact.role("partOfTotal")) or None}
    if amount := fact.amount():
        q = amount.quantity
        row |= {"amount_low": _number(q.low), "amount_high": _number(q.high), "amount_text": q.verbatim, "amount_bound": q.bound or "exact"}
        row |= {"currency": q.currency, "unit": q.unit}
    if time := fact.time:
        row |= {"date_from": _day(time.start), "date_to": _day(time.end), "time_text": time.text, "time_basis": time.basis}
    return row | quote_cells(v, v.first_quote(fact))


def quote_cells(v: View, quote: Quote | None) -> Row:
    """Where it is said."""
    return {"sentence": quote.text, "article": v.titles[quote.article.id], "file": quote.article.path, "offset": quote.offset} if quote else {}


def register_rows(v: View) -> Iterator[Row]:
    """A division lies in the register's next higher one."""
    for e in v.graph.entities:
        if e.parent in v.entities and e.parent != e.id:
            link: Row = {"source": e.id, "target": e.parent, "relation": "locatedIn", "label": PROPERTIES["locatedIn"][0]}
            yield link | {"status": "reported", "confidence": 1.0, "rule": "register"}


def numbered(rows: Iterable[Row], columns: Mapping[str, type]) -> list[Row]:
    """Edges in the order of what they say, numbered, with all columns."""
    ordered = sorted(rows, key=lambda r: (*(str(r.get(k) or "") for k in ("source", "target", "relation", "label", "fact", "file")), r.get("offset") or 0))
    empty: Row = dict.fromkeys(columns)
    return [empty | row | {"edge": f"e{n:06}", "interaction": row["relation"], "weight": 1.0} for n, row in enumerate(ordered, 1)]


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def flatten(row: Mapping[str, Cell], columns: Mapping[str, type]) -> dict[str, str | int | float]:
    """A row that every graph format can hold: nothing empty, one type a column, no character that XML forbids.

    >>> flatten({"label": "a\\x0bb", "weight": 1, "unit": None}, {"label": str, "weight": float, "unit": str})
    {'label': 'a b', 'weight': 1.0}
    """
    out: dict[str, str | int | float] = {}
    for name, cast in columns.items():
        value = row.get(name)
        if value is None or value == "":
            continue
        value = cast(value)
        out[name] = clean(value) if isinstance(value, str) else value
    return out


@dataclass(frozen=True, slots=True)
class Shape:
    """A way to draw the graph: the columns of its nodes and edges, and the rows."""

    nodes: Mapping[str, type]
    edges: Mapping[str, type]
    rows: Callable[[Graph, str], tuple[list[Row], list[Row]]]


SIMPLE = Shape(NODE_COLUMNS, EDGE_COLUMNS, lambda graph, base: collapse(graph, base=base))


def to_networkx(graph: Graph, *, base: str = BASE, shape: Shape = SIMPLE) -> Any:
    """The graph as a `networkx.MultiDiGraph`; node keys are ids of entities (and facts), edge keys e000001 …"""
    import networkx

    nodes, edges = shape.rows(graph, base)
    out = networkx.MultiDiGraph()
    for row in nodes:
        data = flatten(row, shape.nodes)
        out.add_node(data.pop("node"), **data)
    for row in edges:
        data = flatten(row, shape.edges)
        out.add_edge(data.pop("source"), data.pop("target"), key=data["edge"], **data)  # `edge` stays as data: igraph mixes up edge ids
    return out


def write_graphml(graph: Graph, path: Path, *, base: str = BASE, shape: Shape = SIMPLE) -> None:
    """Write GraphML (read by networkx, igraph, Gephi, Cytoscape, yEd). Same graph, same bytes."""
    from networkx.readwrite.graphml import write_graphml_xml

    out = io.BytesIO()
    write_graphml_xml(to_networkx(graph, base=base, shape=shape), out, encoding="utf-8", named_key_ids=True, edge_id_from_attribute=None)
    write_whole(path, out.getvalue())


def write_gexf(graph: Graph, path: Path, *, base: str = BASE, shape: Shape = SIMPLE) -> None:
    """Write GEXF 1.2 (Gephi, Gephi Lite): kinds in the page's colours, a spell for what is dated. The writer's clock is taken out."""
    from networkx.readwrite.gexf import write_gexf

    network = to_networkx(graph, base=base, shape=shape)
    for *_, data in network.edges(data=True):
        data["id"] = data["edge"]  # else the writer numbers edges anew
    for _, data in network.nodes(data=True):
        data["viz"] = {"color": colour(str(data.get("kind", "")))}
    for *_, data in (*network.nodes(data=True), *network.edges(data=True)):
        if "date_from" in data:  # whole days, both inclusive; what has no day has no spell and is always there
            data["spells"] = [(data["date_from"], data.get("date_to", data["date_from"]))]
    out = io.BytesIO()
    write_gexf(network, out, encoding="utf-8", version="1.2draft")
    head, meta, rest = out.getvalue().partition(b"<graph ")
    if key := re.search(rb'\s*<attribute id="(\d+)" title="networkx_key"[^>]*>', rest):  # the writer's own, a second edge id
        rest = re.sub(rb'\s*<attvalue for="%b"[^>]*>' % key[1], b"", rest.replace(key[0], b"", 1))
    write_whole(path, re.sub(rb' lastmodifieddate="[^"]*"', b"", head) + meta + rest)


def colour(kind: str) -> dict[str, int | float]:
    """The colour of a kind, as GEXF spells it.

    >>> colour("Bank")
    {'r': 23, 'g': 70, 'b': 143, 'a': 1.0}
    """
    red, green, blue = bytes.fromhex(COLOURS.get(kind, OTHER_COLOUR)[1:])
    return {"r": red, "g": green, "b": blue, "a": 1.0}


def write_cyjs(graph: Graph, path: Path, *, base: str = BASE, shape: Shape = SIMPLE) -> None:
    """Write the JSON that Cytoscape and cytoscape.js read. `id`, `source` and `target` are theirs; the columns stand beside them.

    `parent` is theirs too, and would draw a county as a box around its towns: it is called `division_parent` here.
    """
    nodes, edges = shape.rows(graph, base)
    renamed = {"division_parent" if k == "parent" else k: kind for k, kind in shape.nodes.items()}
    node_data = [flatten(r | {"division_parent": r["parent"]}, renamed) for r in nodes]
    edge_data = [flatten(r, shape.edges) for r in edges]
    elements = {
        "nodes": [{"data": {"id": d["node"], "name": d.get("label", ""), **d}} for d in node_data],
        "edges": [{"data": {"id": d["edge"], **d}} for d in edge_data],
    }
    write_whole(path, (json.dumps({"data": {"name": "gongfu-kg"}, "elements": elements}, ensure_ascii=False, indent=0) + "\n").encode())


def write_nodes_csv(graph: Graph, path: Path, *, base: str = BASE) -> None:
    """Write the nodes as CSV: UTF-8 without byte-order mark, header, line feeds."""
    write_csv(path, NODE_COLUMNS, collapse(graph, base=base)[0])


def write_edges_csv(graph: Graph, path: Path, *, base: str = BASE) -> None:
    """Write the edges as CSV; `source` and `target` are the `node` column of the nodes file."""
    write_csv(path, EDGE_COLUMNS, collapse(graph, base=base)[1])


def write_csv(path: Path, columns: Mapping[str, type], rows: Sequence[Row]) -> None:
    """Write rows as CSV, as flat as in every other file."""
    out = io.StringIO()
    table = csv.DictWriter(out, list(columns), restval="", lineterminator="\n")
    table.writeheader()
    table.writerows({k: _plain(x) for k, x in flatten(row, columns).items()} for row in rows)
    write_whole(path, out.getvalue().encode())


def _plain(value: str | int | float) -> str | int:
    """A number without exponent or useless .0, for people and strict importers.

    >>> _plain(2e11), _plain(0.9)
    (200000000000, '0.9')
    """
    if isinstance(value, float):
        return int(value) if value.is_integer() else format(Decimal(repr(value)), "f")
    return value
