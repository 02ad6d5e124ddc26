"""The Neo4j tables in an embedded property-graph database that speaks Cypher (ladybug): it proves the tables, not Neo4j.

A node there has one label and every relationship its kinds of ends, so that tables are made for what the files hold: the
narrowest label of each node, and each pair of ends of each type. The files are read by the database itself, as they are.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

TYPES = {"": "STRING", "double": "DOUBLE", "long": "INT64", "date": "DATE", "string[]": "STRING", "ID": "STRING"}
IDS = {":START_ID": "from_iri", ":END_ID": "to_iri", ":TYPE": "rel_type", ":LABEL": "node_labels"}


def _columns(path: Path) -> list[tuple[str, str]]:
    """Name and type of each column, from the header."""
    with path.open(encoding="utf-8", newline="") as file:
        head = next(csv.reader(file))
    return [(IDS[h], "STRING") if h in IDS else (h.partition(":")[0], TYPES[h.partition(":")[2]]) for h in head]


def _names(columns: list[tuple[str, str]], sign: str) -> str:
    return ", ".join(sign.format(name) for name, _ in columns if name not in IDS.values())


def load(folder: Path) -> Any:
    """A connection to a new database in memory that holds the two tables of `folder`."""
    import ladybug

    database = ladybug.Connection(ladybug.Database(":memory:"))
    nodes, edges = folder / "nodes.csv", folder / "relationships.csv"
    for table, path, key in (("AllNodes", nodes, "iri"), ("AllEdges", edges, "id")):  # each file is read once, whole
        columns = sorted(_columns(path), key=lambda c: c[0] != key)
        database.execute(f"CREATE NODE TABLE {table}({', '.join(f'`{n}` {k}' for n, k in columns)}, PRIMARY KEY({key}))")
        spelled = ", ".join(f"`{n}` {k}" for n, k in _columns(path))
        wanted = ", ".join(f"`{n}`" for n, _ in columns)
        database.execute(f"COPY {table} FROM (LOAD WITH HEADERS ({spelled}) FROM '{path.as_posix()}' (HEADER=true, PARALLEL=false) RETURN {wanted})")
    with nodes.open(encoding="utf-8", newline="") as file:
        kinds = {row["iri:ID"]: row[":LABEL"].split(";")[0] for row in csv.DictReader(file)}
    columns = _columns(nodes)
    spelled = ", ".join(f"`{n}` {k}" for n, k in columns if n not in IDS.values())
    for kind in sorted(set(kinds.values())):
        database.execute(f"CREATE NODE TABLE `{kind}`({spelled}, PRIMARY KEY(iri))")
        database.execute(f"COPY `{kind}` FROM (MATCH (n:AllNodes) WHERE starts_with(n.node_labels, '{kind};') RETURN {_names(columns, 'n.`{}`')})")
    with edges.open(encoding="utf-8", newline="") as file:
        ends = sorted({(row[":TYPE"], kinds[row[":START_ID"]], kinds[row[":END_ID"]]) for row in csv.DictReader(file)})
    columns = _columns(edges)
    spelled = ", ".join(f"`{n}` {k}" for n, k in columns if n not in IDS.values())
    for name in sorted({e[0] for e in ends}):
        pairs = ", ".join(f"FROM `{a}` TO `{b}`" for n, a, b in ends if n == name)
        database.execute(f"CREATE REL TABLE `{name}`({pairs}, {spelled})")
    for name, a, b in ends:
        database.execute(
            f"COPY `{name}` FROM (MATCH (e:AllEdges), (a:`{a}`), (b:`{b}`) WHERE e.rel_type = '{name}' AND a.iri = e.from_iri AND b.iri = e.to_iri "
            f"RETURN a.iri, b.iri, {_names(columns, 'e.`{}`')}) (from='{a}', to='{b}')"
        )
    database.execute("DROP TABLE AllNodes")
    database.execute("DROP TABLE AllEdges")
    return database


def ask(database: Any, query: str) -> list[tuple[Any, ...]]:
    """The rows of an answer."""
    return [tuple(row) for row in database.execute(query).get_all()]
