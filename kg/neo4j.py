"""Files for Neo4j: two CSV tables for `neo4j-admin database import`, and a script that loads the same tables into a running server.

The shape is that of kg/unfold.py: facts are nodes. A node has its class and all superclasses as labels, and `Resource`, on whose
`iri` the script's constraint stands. Types are written into the headers, so that sums are numbers and days are dates.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from .model import Graph, digest
from .network import Cell, Row, write_csv
from .ontology import superclasses
from .unfold import EDGE_COLUMNS, NODE_COLUMNS, unfold
from .view import BASE, clean, write_whole

NODES, RELATIONSHIPS, SCRIPT = "nodes.csv", "relationships.csv", "load.cypher"
TYPES = {str: "", float: ":double", int: ":long"}
_DATES, _LISTS = ("date_from", "date_to"), ("aliases",)
_TO_CYPHER = {"": "{}", ":double": "toFloat({})", ":long": "toInteger({})", ":date": "date({})", ":string[]": "split({}, ';')"}


def write_neo4j(graph: Graph, folder: Path, *, base: str = BASE) -> None:
    """Write nodes.csv, relationships.csv and load.cypher. Same graph, same bytes."""
    nodes, edges = unfold(graph, base=base)
    node_heads = {name: head(name, kind) for name, kind in NODE_COLUMNS.items() if name not in ("node", "parent", "iri")}
    edge_heads = {
        name: head(name, kind) for name, kind in EDGE_COLUMNS.items() if name not in ("edge", "source", "target", "relation", "interaction", "weight")
    }
    node_rows = [_node(row, node_heads) for row in nodes]
    edge_rows = [_edge(row, edge_heads, base) for row in edges]
    write_csv(folder / NODES, _columns(("iri:ID", *node_heads.values(), ":LABEL"), NODE_COLUMNS), node_rows)
    write_csv(folder / RELATIONSHIPS, _columns((":START_ID", ":END_ID", ":TYPE", "id", *edge_heads.values()), EDGE_COLUMNS), edge_rows)
    kinds, types = sorted({str(r["kind"]) for r in nodes}), sorted({str(r[":TYPE"]) for r in edge_rows})
    write_whole(folder / SCRIPT, script(kinds, types, node_heads, edge_heads).encode())


def head(name: str, kind: type) -> str:
    """The header of a column, with its type.

    >>> head("amount_value", float), head("date_from", str), head("label", str)
    ('amount_value:double', 'date_from:date', 'label')
    """
    return name + (":date" if name in _DATES else ":string[]" if name in _LISTS else TYPES[kind])


def _columns(heads: Iterable[str], kinds: Mapping[str, type]) -> dict[str, type]:
    return {h: kinds.get(h.partition(":")[0], str) for h in heads}


def labels(kind: str) -> tuple[str, ...]:
    """The labels of a node, the narrowest first.

    >>> labels("Bank")
    ('Bank', 'FinancialInstitution', 'Organization', 'Resource')
    """
    return (re.sub(r"\W", "_", kind), *superclasses().get(kind, ()), "Resource")


def relationship_type(relation: str) -> str:
    """
    >>> relationship_type("unitOf"), relationship_type("financier")
    ('UNIT_OF', 'FINANCIER')
    """
    return re.sub(r"\W", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", relation)).upper()


def _plain(value: Cell) -> Cell:
    """A backslash before a quote would end a field early in Neo4j's reader: the full-width one is the same to a person."""
    return clean(value).replace("\\", "＼") if isinstance(value, str) else value


def _node(row: Row, heads: Mapping[str, str]) -> Row:
    out = {h: _plain(row[name]) for name, h in heads.items()} | {"iri:ID": row["iri"], ":LABEL": ";".join(labels(str(row["kind"])))}
    aliases = str(row["aliases"] or "").replace(";", "，")
    return out | {heads["aliases"]: str(_plain(aliases.replace("；", ";"))) or None}


def _edge(row: Row, heads: Mapping[str, str], base: str) -> Row:
    said = [row[k] for k in ("source", "target", "relation", "fact", "file", "offset", "sentence")]
    ends: Row = {":START_ID": f"{base}{row['source']}", ":END_ID": f"{base}{row['target']}", ":TYPE": relationship_type(str(row["relation"]))}
    return ends | {"id": "r_" + digest(*said, length=12)} | {h: _plain(row[name]) for name, h in heads.items()}


def script(kinds: Iterable[str], types: Iterable[str], node_heads: Mapping[str, str], edge_heads: Mapping[str, str]) -> str:
    """The script: constraint first, then nodes, their labels, relationships. To run it twice changes nothing."""
    nodes = f"LOAD CSV WITH HEADERS FROM 'file:///{NODES}' AS row"
    edges = f"LOAD CSV WITH HEADERS FROM 'file:///{RELATIONSHIPS}' AS row"
    about = (
        "// Loads nodes.csv and relationships.csv, which must lie in the server's import folder. Neo4j 5 or later.\n"
        "//   cypher-shell -f load.cypher\n"
        "// Everything is merged by IRI or id: to run it twice, or after a new build, makes no copies."
    )
    parts = [
        about,
        "CREATE CONSTRAINT resource_iri IF NOT EXISTS FOR (n:Resource) REQUIRE n.iri IS UNIQUE;",
        "CREATE INDEX resource_label IF NOT EXISTS FOR (n:Resource) ON (n.label);",
        f"{nodes}\nMERGE (n:Resource {{iri: row.`iri:ID`}})\nSET n += {_map(node_heads)};",
    ]
    for kind in kinds:
        names = labels(kind)
        parts.append(f"{nodes}\nWITH row WHERE row.`:LABEL` = '{';'.join(names)}'\nMATCH (n:Resource {{iri: row.`iri:ID`}})\nSET n:{':'.join(names[:-1])};")
    for name in types:
        parts.append(
            f"{edges}\nWITH row WHERE row.`:TYPE` = '{name}'\n"
            "MATCH (a:Resource {iri: row.`:START_ID`})\nMATCH (b:Resource {iri: row.`:END_ID`})\n"
            f"MERGE (a)-[r:{name} {{id: row.id}}]->(b)\nSET r += {_map(edge_heads)};"
        )
    return "\n\n".join(parts) + "\n"


def _map(heads: Mapping[str, str]) -> str:
    cells = (f"{name}: {_TO_CYPHER[h.removeprefix(name)].format(f'row.`{h}`')}" for name, h in heads.items())
    return "{\n  " + ",\n  ".join(cells) + "\n}"
