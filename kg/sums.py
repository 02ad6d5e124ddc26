"""Questions that group, over the tables of a store, by DuckDB: it adds up in a moment what the RDF store takes a minute for."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from .errors import KgError

# of the financings that a total leaves out: what tells them apart, how many, their sum; the names are those of answers._EVENTS
_LEFT = """SELECT instrument AS i, stage AS s, aggregation AS k, status AS t, currency AS c, amount IS NOT NULL AS v,
  len(part_of_total) > 0 AS part, per IS NOT NULL AS each, count(*), sum(amount)
FROM financings WHERE fact NOT IN (SELECT fact FROM counted) GROUP BY ALL ORDER BY ALL"""
_KEYS = ("i", "s", "k", "t", "c", "v", "part", "each")
Event = tuple[dict[str, str], int, Decimal]


def ask(tables: Mapping[str, Sequence[Path]], sql: str) -> tuple[list[str], list[tuple[Any, ...]], list[Event] | None, bool]:
    """The columns and rows of some SQL of ours over the tables; what its total leaves out (None: it makes none), and whether it holds any.

    The SQL makes a table `counted` of the facts in its total, if it has one. Raises KgError.
    """
    import duckdb

    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "temp_directory": tempfile.gettempdir(),
    }
    with duckdb.connect(config=config) as database:
        try:
            for name, files in tables.items():
                listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in files)
                database.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet([{listed}])")
            found = database.execute(sql)
            columns, rows = [d[0] for d in found.description or ()], found.fetchall()
            if "TABLE counted" not in sql:
                return columns, rows, None, False
            events = [(_event(row), row[-2], row[-1] or Decimal()) for row in database.execute(_LEFT).fetchall()]
            held = database.execute("SELECT count(*) FROM counted").fetchall()[0][0]
        except duckdb.Error as error:
            raise KgError("query-syntax", why=" ".join(str(error).split())) from None
    return columns, rows, events, held > 0


def _event(row: tuple[Any, ...]) -> dict[str, str]:
    said = {k: str(v).lower() if isinstance(v, bool) else str(v) for k, v in zip(_KEYS, row[:-2], strict=True) if v is not None}
    if said["v"] == "false":
        del said["v"]
    return said
