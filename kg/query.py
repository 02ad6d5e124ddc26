"""Questions to a graph file: SPARQL by text or by name.

pyoxigraph reads and answers: some hundred times faster than a library in Python, and it ships with every platform.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .answers import emptied, left_out, left_out_of, open_dimensions
from .encodings import read_lines
from .errors import KgError, chinese, say
from .folder import require_finished
from .model import decimal_text
from .ondisk import Stored, find, opened
from .ontology import ontology_dir
from .syntax import refuse_service
from .terms import NAMESPACES, prefixes

if TYPE_CHECKING:
    import pyoxigraph as ox

_OTHER = {
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "schema": "https://schema.org/",
    "sh": "http://www.w3.org/ns/shacl#",
}
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")


# ---------------------------------------------------------------- reading


@dataclass(frozen=True)
class GraphFile:
    """A graph read into memory or opened as a `stored` one, with its prefixes. Reads come from all of its named graphs."""

    path: Path
    store: ox.Store = field(repr=False)
    prefixes: Mapping[str, str] = field(repr=False)
    stored: Stored | None = field(default=None, repr=False)
    looked_up: dict[str, dict[str, list[str]]] = field(default_factory=dict, repr=False, compare=False)  # by `kg explain`, of one answer

    def select(self, query: str) -> Iterator[dict[str, str]]:
        """The rows of a SELECT that is known to be good, as plain text; unbound variables are left out."""
        found: Any = self.store.query(query, prefixes=dict(self.prefixes), use_default_graph_as_union=True)
        names = [v.value for v in found.variables]
        for row in found:
            yield {n: row[n].value for n in names if row[n] is not None}

    def ask(self, query: str) -> bool:
        """The answer to an ASK that is known to be good."""
        return bool(self.store.query(query, prefixes=dict(self.prefixes), use_default_graph_as_union=True))

    def short(self, iri: str) -> str:
        """An IRI as a prefixed name, if one of the prefixes fits."""
        for prefix, space in self.prefixes.items():
            if iri.startswith(space) and "/" not in iri[len(space) :]:
                return f"{prefix}:{iri[len(space) :]}"
        return iri


def read_graph(path: Path) -> GraphFile:
    """Read a graph file (Turtle, N-Triples, N-Quads, TriG, JSON-LD, RDF/XML), or graph.ttl of a folder; open a store. Raises KgError."""
    import pyoxigraph as ox

    if stored := find(path):
        return GraphFile(path, opened(stored), {**prefixes(stored.base), **_OTHER, **stored.spaces}, stored)
    if path.is_dir():
        require_finished(path)
        path = path / "graph.ttl"
    kind = ox.RdfFormat.from_extension(path.suffix.lstrip("."))
    if not path.exists():
        raise KgError("graph-missing", path=path)
    if kind is None:
        raise KgError("graph-format", path=path)
    store = ox.Store()
    try:
        with path.open("rb") as file:
            head = file.read(8192)
        if head.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):  # an editor or a shell has written it again
            text = read_lines(path)
            head = text[:8192].encode()
            store.bulk_load(text.encode(), format=kind)
        else:
            store.bulk_load(path=str(path), format=kind)
    except (KgError, OSError, SyntaxError, ValueError) as error:
        raise KgError("graph-unreadable", path=path, why=error) from None
    declared = dict(re.findall(r"@prefix (\w+): <([^>]*)> \.", head.decode("utf-8", "ignore")))
    return GraphFile(path, store, {**prefixes(), **_OTHER, **declared})


# ---------------------------------------------------------------- queries


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a row; `iri` is the full address of a resource, "" for a literal."""

    text: str
    iri: str = ""
    number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """The answer to a query. An unbound variable is None.

    `notes`: what a total leaves out; which condition leaves no row. `said`: which engine answered, where it is not the usual one.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell | None, ...], ...]
    notes: tuple[str, ...] = ()
    said: str = ""

    def to_text(self) -> str:
        """Columns side by side, for a terminal; a Chinese character is two wide."""
        lines = [self.columns, *(tuple(" ".join(c.text.split()) if c else "" for c in row) for row in self.rows)]
        widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
        lines.insert(1, tuple("-" * w for w in widths))
        table = "".join("  ".join(c + " " * (w - _width(c)) for c, w in zip(line, widths, strict=True)).rstrip() + "\n" for line in lines)
        return table + "".join(f"{note}\n" for note in ("", *self.notes) if self.notes)

    def to_csv(self) -> str:
        """Comma-separated, full addresses, line breaks quoted."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows([(c.iri or c.text) if c else "" for c in row] for row in self.rows)
        return out.getvalue()

    def to_json(self) -> str:
        """A list of objects; numbers as numbers, full addresses, unbound variables left out."""

        def plain(cell: Cell) -> object:
            if cell.number:
                return int(cell.text) if cell.text.lstrip("-").isdigit() else float(cell.text)
            return cell.iri or cell.text

        rows = [{n: plain(c) for n, c in zip(self.columns, row, strict=True) if c is not None} for row in self.rows]
        return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """One of the queries that ship: its name, its question and the variables that may be bound."""

    name: str
    zh: str
    en: str
    bind: tuple[str, ...]
    text: str = field(repr=False)
    path: Path = field(repr=False)


def named_queries() -> list[NamedQuery]:
    """The queries that ship, by name."""
    out = []
    for path in sorted((ontology_dir() / "queries").glob("*.rq")):
        text = path.read_text("utf-8")
        head = dict(re.findall(r"^# (\w+): (.*)$", text, re.M))
        out.append(NamedQuery(path.stem, head.get("zh", ""), head.get("en", ""), tuple(head.get("bind", "").split()), text, path))
    return out


def run_query(graph: Path | GraphFile, query: str | Path, bindings: Mapping[str, str] | None = None, *, any_sum: bool = False) -> Table:
    """Answer a SPARQL query: its text, a file, or the name of one that ships. All prefixes are known without PREFIX lines.

    `bindings`: variable → value: a prefixed name or <IRI>, a number, or a string (with and without the tag @zh). A value takes
    the place of the query's own `VALUES ?variable { … }` if it has one. A sum of amounts that leaves open what kind of money it
    adds is refused, unless `any_sum`. Raises KgError.
    """
    text = _query_text(query)
    data = graph if isinstance(graph, GraphFile) else read_graph(graph)
    twin = None if bindings or data.stored is None else twin_of(text)
    if twin and find_spec("duckdb"):
        return by_tables(data, text, twin)
    for name, value in (bindings or {}).items():
        text = _bind(text, name.lstrip("?$"), value, data.prefixes)
    refuse_service(text)
    table = answer(data, text)
    missing = () if any_sum else open_dimensions(text)
    if missing:
        raise KgError("query-sum", open=" ".join(f"gf:{d}" for d in missing))
    why = [emptied(data, text)] if not table.rows else []
    slow = say("没有 DuckDB，分组汇总较慢：", "without DuckDB sums take their time: ") + 'pip install "gongfu-kg[big]"' if twin else ""
    return replace(table, notes=tuple(note for note in (*why, *left_out(data, text)) if note), said=slow)


def twin_of(text: str) -> str | None:
    """The SQL that answers a query that ships over the tables of a store, None where it has none."""
    path = next((q.path.with_suffix(".sql") for q in named_queries() if q.text == text), None)
    return path.read_text("utf-8") if path and path.is_file() else None


def by_tables(data: GraphFile, text: str, sql: str) -> Table:
    """The answer to a query that ships by its SQL, with the same notes. Raises KgError."""
    from .sums import ask

    assert data.stored
    columns, rows, events, counted = ask(data.stored.tables, sql)
    concepts = NAMESPACES["gfc"]

    def cell(value: object) -> Cell | None:
        if value is None:
            return None
        if isinstance(value, int | Decimal):
            return Cell(decimal_text(Decimal(value)), number=True)
        return Cell(data.short(str(value)), str(value)) if str(value).startswith(data.stored.base if data.stored else "") else Cell(str(value))

    def told(event: Mapping[str, str]) -> dict[str, str]:
        labels = {k + "l": _concept(data, concepts + event[k]) for k in ("i", "s", "k", "t") if k in event}
        return {k: concepts + v if k + "l" in labels else v for k, v in event.items()} | labels

    table = Table(
        tuple(columns), tuple(tuple(map(cell, row)) for row in rows), said=say("由 DuckDB 从事实表算出", "answered by DuckDB from the tables of facts")
    )
    why = [emptied(data, text)] if not rows else []
    left = left_out_of(text, ((told(e), n, total) for e, n, total in events), counted) if events is not None else []
    return replace(table, notes=tuple(note for note in (*why, *left) if note))


def _concept(data: GraphFile, iri: str) -> str:
    language = "zh" if chinese() else "en"
    rows = data.select(f'SELECT ?l {{ <{iri}> skos:prefLabel ?l FILTER(LANG(?l) = "{language}") }}')
    return next((row["l"] for row in rows), "")


def answer(data: GraphFile, text: str) -> Table:
    """The bare answer to a query's text. Raises KgError."""
    import pyoxigraph as ox

    try:
        found = data.store.query(text, prefixes=dict(data.prefixes), use_default_graph_as_union=True)
        if isinstance(found, ox.QuerySolutions):
            columns = tuple(v.value for v in found.variables)
            return Table(columns, tuple(tuple(_cell(row[c], data) for c in columns) for row in found))
        if isinstance(found, ox.QueryTriples):
            triples = (tuple(_cell(t, data) for t in (x.subject, x.predicate, x.object)) for x in found)
            return Table(("subject", "predicate", "object"), tuple(sorted(triples, key=str)))
        return Table(("ask",), ((Cell("true" if found else "false"),),))
    except SyntaxError as error:
        if re.search(r"^\s*(?:INSERT|DELETE|LOAD|CLEAR|DROP|CREATE)\b", re.sub(r"^\s*(?:#.*|PREFIX .*)$", "", text, flags=re.M | re.I), re.I | re.M):
            raise KgError("query-update") from None
        raise KgError("query-syntax", why=" ".join(str(error).split())) from None
    except (ValueError, RuntimeError, OSError) as error:
        raise KgError("query-syntax", why=" ".join(str(error).split())) from None


def _query_text(query: str | Path) -> str:
    if isinstance(query, str) and not re.fullmatch(r"[\w-]+", query):
        if not query.endswith(".rq") or "\n" in query or "{" in query:
            return query
        query = Path(query)
    if isinstance(query, Path):
        try:
            return read_lines(query)
        except OSError as error:
            raise KgError("query-unreadable", path=query, why=error.strerror) from None
        except KgError as error:
            raise KgError("query-unreadable", path=query, why=error) from None
    shipped = {q.name: q.text for q in named_queries()}
    if query not in shipped:
        near = get_close_matches(query, shipped, 3, 0.5) or sorted(shipped)
        raise KgError("query-unknown", name=query, hint=say("可用：", "There are: ") + " ".join(near))
    return shipped[query]


def _bind(text: str, name: str, value: str, known: Mapping[str, str]) -> str:
    """The query with a variable bound: in its own VALUES, or else in one put at the head of its pattern."""
    if not re.search(rf"[?$]{re.escape(name)}\b", text):
        variables = sorted(set(re.findall(r"VALUES \?(\w+)", text)) or set(re.findall(r"[?$](\w+)", text)))
        raise KgError("query-binding", name=name, known=" ".join(variables))
    spelled = _spelled(value, known)
    # functions, not templates: the value may hold a backslash
    bound, count = re.subn(rf"(VALUES\s+\?{re.escape(name)}\s*)\{{[^}}]*\}}", lambda m: f"{m[1]}{{ {spelled} }}", text)
    if count:
        return bound
    both = f"{spelled} {spelled}@zh" if spelled.startswith('"') else spelled  # labels are tagged, other strings are not
    start = "WHERE" if re.search(r"\bWHERE\s*\{", text, re.I) else ""
    return re.sub(rf"{start}\s*\{{", lambda m: f"{m[0]} VALUES ?{name} {{ {both} }} ", text, count=1, flags=re.I)


def _spelled(value: str, known: Mapping[str, str]) -> str:
    """A value as SPARQL: an IRI, a number or a string."""
    import pyoxigraph as ox

    prefix, colon, local = value.partition(":")
    iri = value[1:-1] if value.startswith("<") and value.endswith(">") else known[prefix] + local if colon and prefix in known else ""
    if iri and not re.search(r'[\x00-\x20<>"{}|\\^`]', iri):
        return f"<{iri}>"
    return value if _NUMBER.fullmatch(value) else str(ox.Literal(value))


def _cell(term: Any, data: GraphFile) -> Cell | None:
    import pyoxigraph as ox

    if term is None:
        return None
    if isinstance(term, ox.NamedNode):
        return Cell(data.short(term.value), term.value)
    if isinstance(term, ox.Literal):
        if term.datatype.value.rpartition("#")[2] in ("decimal", "integer", "double") and _NUMBER.fullmatch(term.value):
            return Cell(decimal_text(Decimal(term.value)), number=True)
        return Cell(term.value)
    return Cell(str(term))


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1 for c in text)
