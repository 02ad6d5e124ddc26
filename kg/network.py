"""Graph files for other tools: GraphML, GEXF and two CSV tables of the collapsed graph.

Collapsed: entities are nodes, facts are labelled edges. A financing is an edge from financier to each recipient and
purpose; an observation has one end, so it is counted on its node; an agreement joins its parties pairwise. An edge's
`amount_value` is empty where one sum was stated for several ends together (it is then in `amount_total`), so that
adding up a column never counts a sum twice.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from typing import Any

from .model import Fact, Graph
from .view import BASE, KINDS, PROPERTIES, View, clean, local, view, write_whole

Cell = str | int | float | None
Row = dict[str, Cell]

# One type a column, in the order of the CSV files. None of id, pid, start, end, type, viz: graph tools hijack these names.
NODE_COLUMNS: dict[str, type] = {
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
    "iri": str,
}
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
    "amount_low": float,
    "amount_high": float,
    "amount_text": str,
    "amount_bound": str,
    "currency": str,
    "unit": str,
    "instrument": str,
    "stage": str,
    "aggregation": str,
    "date_from": str,
    "date_to": str,
    "time_text": str,
    "time_basis": str,
    "status": str,
    "confidence": float,
    "rule": str,
    "sentence": str,
    "article": str,
    "file": str,
    "offset": int,
    "fact": str,
}


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
    mentions = Counter(x.entity for x in graph.links)
    articles = Counter(entity for entity, _ in {(x.entity, x.mention.article) for x in graph.links})
    facts = Counter(x for f in graph.facts for x in participants(v, f))
    observed = Counter(x for f in graph.facts if f.kind == "Observation" for x in set(f.role("about")))
    nodes: list[Row] = [
        {
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
        for e in sorted(graph.entities, key=lambda e: e.id)
    ]
    return nodes, _numbered([*_fact_rows(v, base), *_register_rows(v)])


def _fact_rows(v: View, base: str) -> Iterator[Row]:
    for fact in v.graph.facts:
        found = ends(v, fact)
        if not found:
            continue
        row: Row = {"event": fact.kind, "status": fact.status, "confidence": fact.confidence, "rule": fact.found_by, "fact": base + fact.id}
        row |= {k: "；".join(map(local, fact.role(k))) or None for k in ("instrument", "stage", "aggregation")}
        if amount := fact.amount():
            q = amount.quantity
            row |= {
                "amount_value": float(q.value) if len(found) == 1 else None,
                "amount_total": float(q.value),
                "amount_ends": len(found),
                "amount_low": _number(q.low),
                "amount_high": _number(q.high),
                "amount_text": q.verbatim,
                "amount_bound": q.bound or "exact",
                "currency": q.currency,
                "unit": q.unit,
            }
        if time := fact.time:
            row |= {"date_from": _day(time.start), "date_to": _day(time.end), "time_text": time.text, "time_basis": time.basis}
        if quote := v.first_quote(fact):
            row |= {"sentence": quote.text, "article": v.titles[quote.article.id], "file": quote.article.path, "offset": quote.offset}
        for source, target, relation, label in found:
            yield row | {"source": source, "target": target, "relation": relation, "label": label}


def _register_rows(v: View) -> Iterator[Row]:
    """A division lies in the register's next higher one."""
    for e in v.graph.entities:
        if e.parent in v.entities and e.parent != e.id:
            link: Row = {"source": e.id, "target": e.parent, "relation": "locatedIn", "label": PROPERTIES["locatedIn"][0]}
            yield link | {"status": "reported", "confidence": 1.0, "rule": "register"}


def _numbered(rows: Iterable[Row]) -> list[Row]:
    ordered = sorted(rows, key=lambda r: tuple(str(r.get(k) or "") for k in ("source", "target", "relation", "label", "fact")))
    empty: Row = dict.fromkeys(EDGE_COLUMNS)
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


def to_networkx(graph: Graph, *, base: str = BASE) -> Any:
    """The collapsed graph as a `networkx.MultiDiGraph`; node keys are entity ids, edge keys e000001 …"""
    import networkx

    nodes, edges = collapse(graph, base=base)
    out = networkx.MultiDiGraph()
    for row in nodes:
        data = flatten(row, NODE_COLUMNS)
        out.add_node(data.pop("node"), **data)
    for row in edges:
        data = flatten(row, EDGE_COLUMNS)
        out.add_edge(data.pop("source"), data.pop("target"), key=data["edge"], **data)  # `edge` stays as data: igraph mixes up edge ids
    return out


def write_graphml(graph: Graph, path: Path, *, base: str = BASE) -> None:
    """Write GraphML (read by networkx, igraph, Gephi, Cytoscape, yEd). Same graph, same bytes."""
    from networkx.readwrite.graphml import write_graphml_xml

    out = io.BytesIO()
    write_graphml_xml(to_networkx(graph, base=base), out, encoding="utf-8", named_key_ids=True, edge_id_from_attribute=None)
    write_whole(path, out.getvalue())


def write_gexf(graph: Graph, path: Path, *, base: str = BASE) -> None:
    """Write GEXF 1.2 (Gephi, Gephi Lite). The writer's clock is taken out: same graph, same bytes."""
    from networkx.readwrite.gexf import write_gexf

    network = to_networkx(graph, base=base)
    for *_, data in network.edges(data=True):
        data["id"] = data["edge"]  # else the writer numbers edges anew
    out = io.BytesIO()
    write_gexf(network, out, encoding="utf-8", version="1.2draft")
    head, meta, rest = out.getvalue().partition(b"<graph ")
    write_whole(path, re.sub(rb' lastmodifieddate="[^"]*"', b"", head) + meta + rest)


def write_nodes_csv(graph: Graph, path: Path, *, base: str = BASE) -> None:
    """Write the nodes as CSV: UTF-8 without byte-order mark, header, line feeds."""
    _write_csv(path, NODE_COLUMNS, collapse(graph, base=base)[0])


def write_edges_csv(graph: Graph, path: Path, *, base: str = BASE) -> None:
    """Write the edges as CSV; `source` and `target` are the `node` column of the nodes file."""
    _write_csv(path, EDGE_COLUMNS, collapse(graph, base=base)[1])


def _write_csv(path: Path, columns: Mapping[str, type], rows: Sequence[Row]) -> None:
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
