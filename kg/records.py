"""The graph as tables for analysis, one row a fact: Parquet for programs, CSV for people.

Read from the Turtle, not from the build's own values: whoever has only the file gets the same tables. Sums are decimals, days
are dates, roles that may have several values are lists (in CSV joined by ；). Concepts are their local names (`loan`).
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import KgError
from .model import DIVISION_KINDS, decimal_text
from .ontology import superclasses
from .view import clean, write_whole

if TYPE_CHECKING:
    from .rdf import Node
    from .terms import Memo

Value = str | int | Decimal | date | tuple[str, ...] | None
Record = dict[str, Value]
Select = Callable[[str], Iterator[Mapping[str, str]]]
TEXT, LIST, NUMBER, DAY, WHOLE = "text", "list", "number", "day", "whole"
TABLES = ("financings", "observations", "agreements", "tenures", "relations", "entities", "mentions")
SCALE = 8  # digits after the point; 30 before it

_SUM = {"amount": NUMBER, "amount_min": NUMBER, "amount_max": NUMBER, "bound": TEXT, "currency": TEXT, "unit": TEXT, "amount_text": TEXT}
_TIME = {"date_from": DAY, "date_to": DAY, "time_text": TEXT, "time_basis": TEXT, "time_role": TEXT}
_GROUND = {
    "status": TEXT,
    "confidence": NUMBER,
    "rule": TEXT,
    "sentence": TEXT,
    "article": TEXT,
    "file": TEXT,
    "file_page": WHOLE,
    "offset": WHOLE,
    "articles": WHOLE,
}


def _named(*names: str) -> dict[str, str]:
    return {column: LIST for name in names for column in (name, f"{name}_iri")}


COLUMNS: dict[str, dict[str, str]] = {
    "financings": {
        "fact": TEXT,
        **_named("financier", "recipient", "purpose", "product"),
        **_SUM,
        **dict.fromkeys(("instrument", "stage", "aggregation", "per"), TEXT),
        **dict.fromkeys(("interest_rate", "term", "count"), NUMBER),
        **dict.fromkeys(("interest_rate_text", "term_text", "count_text"), TEXT),
        **_named("guarantor"),
        **dict.fromkeys(("collateral", "part_of_total", "under_agreement"), LIST),
        **_TIME,
        **_GROUND,
    },
    "observations": {
        "fact": TEXT,
        **_named("about"),
        "metric": TEXT,
        "metric_concept": TEXT,
        **_SUM,
        **dict.fromkeys(("aggregation", "per", "compared_with"), TEXT),
        **_TIME,
        **_GROUND,
    },
    "agreements": {"fact": TEXT, **_named("party", "document"), **_TIME, **_GROUND},
    "tenures": {"fact": TEXT, **_named("member"), "title": TEXT, **_named("organization", "at_division"), **_TIME, **_GROUND},
    "relations": {"fact": TEXT, "subject": TEXT, "predicate": TEXT, "object": TEXT, "subject_iri": TEXT, "object_iri": TEXT, **_TIME, **_GROUND},
    "entities": {
        "iri": TEXT,
        "label": TEXT,
        "kind": TEXT,
        "aliases": LIST,
        **_named("unit_of", "located_in"),
        "county": TEXT,
        "prefecture": TEXT,
        "province": TEXT,
        "division_code": TEXT,
        "size": NUMBER,
        "size_text": TEXT,
        "mentions": WHOLE,
        "articles": WHOLE,
    },
    "mentions": {
        "mention": TEXT,
        "text": TEXT,
        "refers_to": TEXT,
        "label": TEXT,
        "kind": TEXT,
        "file": TEXT,
        "file_page": WHOLE,
        "offset": WHOLE,
        "offset_end": WHOLE,
        "sentence": TEXT,
        "article": TEXT,
    },
}
RANK = "_rank"  # in a row of a fact, beside the columns: the lower, the better its sentence
SENTENCE = ("sentence", "article", "file", "offset")
_CLASSES = {"financings": "FinancingEvent", "observations": "Observation", "agreements": "AgreementEvent", "tenures": "Tenure", "relations": "Claim"}
# The property of a column, where the names differ by more than _ and capitals.
_PROPERTY = {"rule": "foundBy", "metric_concept": "metric", "subject_iri": "subject", "object_iri": "object"}
_UNREAD = ("quote", "within", "sha256")
_LABELLED = {"metric", "per", "compared_with", "subject", "object"}
_FACTS = {"part_of_total", "under_agreement"}  # lists of facts, which have no name


@dataclass(frozen=True, slots=True)
class Source:
    """What the file says: subject → local name of the property → values, in order."""

    said: Mapping[str, Mapping[str, list[str]]]
    evidence: Mapping[str, list[str]]  # quantity → its mentions

    def all(self, subject: str, name: str) -> list[str]:
        said = self.said.get(subject)
        return said.get(name, []) if said else []

    def one(self, subject: str, name: str) -> str:
        found = self.all(subject, name)
        return found[0] if found else ""

    def kind(self, subject: str) -> str:
        """The narrowest class."""
        return _narrowest(tuple(self.all(subject, "type")))

    def label(self, subject: str) -> str:
        return self.one(subject, "prefLabel") or local(subject)

    def word(self, value: str) -> str:
        """The name of a thing or concept; plain words are their own."""
        return self.label(value) if "://" in value else value

    def labels(self, subject: str, name: str) -> tuple[str, ...]:
        return tuple(map(self.word, self.all(subject, name)))


@cache
def _narrowest(types: tuple[str, ...]) -> str:
    found = {local(t) for t in types}
    return min(found - {wide for t in found for wide in superclasses().get(t, ())}, default="")


def local(iri: str) -> str:
    """
    >>> local("https://w3id.org/gongfu-kg/concept/loan"), local("行长")
    ('loan', '行长')
    """
    return iri[max(iri.rfind("#"), iri.rfind("/")) + 1 :] if "://" in iri else iri


def records(select: Select) -> dict[str, list[Record]]:
    """The rows of every table, by IRI. `select` answers a SPARQL SELECT with plain text."""
    source = _read(select)
    out = rows(source, source.said)
    mentions, articles = seen(out["mentions"])
    out["entities"] = entities(source, mentions, articles)
    return out


def rows(source: Source, mine: Iterable[str]) -> dict[str, list[Record]]:
    """The rows of facts and mentions among some subjects, by IRI."""
    kinds = {s: source.kind(s) for s in sorted(mine)}
    out: dict[str, list[Record]] = {}
    for table, kind in _CLASSES.items():
        out[table] = [_fact(source, table, s) for s, k in kinds.items() if k == kind]
    named = ((m, t) for m, k in kinds.items() if k == "Mention" for t in source.all(m, "refersTo"))
    out["mentions"] = [_mention(source, m, t, source.kind(t)) for m, t in named if source.one(t, "prefLabel")]
    return out


def seen(mentions: Iterable[Record]) -> tuple[Counter[str], Counter[str]]:
    """How many mentions each thing has, and in how many articles, by IRI."""
    counts = Counter(str(row["refers_to"]) for row in mentions)
    articles = Counter(thing for thing, _ in {(str(row["refers_to"]), _article(str(row["mention"]))) for row in mentions})
    return counts, articles


def _article(mention: str) -> str:
    """What names of one article's mentions begin with."""
    return mention.rsplit("_", 2)[0]


def entities(source: Source, mentions: Mapping[str, int], articles: Mapping[str, int]) -> list[Record]:
    """The rows of things, by IRI; their counts come from elsewhere."""
    kinds = {s: source.kind(s) for s in sorted(source.said) if source.one(s, "prefLabel")}
    return [_entity(source, s, k, mentions.get(s, 0), articles.get(s, 0)) for s, k in kinds.items() if k not in ("Concept", "ConceptScheme")]


def _read(select: Select) -> Source:
    said: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    unread = ", ".join(f"gf:{name}" for name in _UNREAD)
    for row in select(f"SELECT ?s ?p ?o WHERE {{ ?s ?p ?o FILTER(?p NOT IN ({unread})) }}"):
        values = said[row["s"]][local(row["p"])]
        if row["o"] not in values[-1:]:
            values.append(row["o"])
    for row in select('SELECT ?s ?l WHERE { ?s skos:prefLabel ?l FILTER(LANG(?l) = "zh") }'):
        said[row["s"]]["prefLabel"] = [row["l"]]  # concepts have an English one too
    return _source(said)


def source_of(nodes: Iterable[Node], full: Memo) -> Source:
    """What nodes say: the same as read back from the file; `full` expands their terms."""
    said = defaultdict[str, dict[str, list[str]]](lambda: defaultdict(list))
    for node in nodes:
        properties = said[full[node.subject][1:-1]]
        for p, o in node.pairs():
            name = "type" if p == "a" else p.partition(":")[2]
            if name in _UNREAD or (name == "prefLabel" and o.endswith("@en")):
                continue
            if o[0] == '"':
                words = o[1 : o.rindex('"')]
                properties[name].append(json.loads(f'"{words}"') if "\\" in words else words)
            else:
                properties[name].append(o if o[0].isdigit() else full[o][1:-1])
    return _source(said)


def _source(said: Mapping[str, Mapping[str, list[str]]]) -> Source:
    for properties in said.values():
        for values in properties.values():
            if len(values) > 1:
                values[:] = sorted(set(values))
    evidence: dict[str, list[str]] = defaultdict(list)
    for subject in sorted(said):
        for target in said[subject].get("refersTo", ()):
            evidence[target].append(subject)
    return Source({s: dict(p) for s, p in said.items()}, dict(evidence))


# ---------------------------------------------------------------- rows


@cache
def _plan(table: str) -> list[tuple[str, str, str, bool]]:
    """The columns that a property fills: column, property, kind, whether with addresses."""
    return [
        (column, _PROPERTY.get(column) or _camel(column.removesuffix("_iri")), kind, column.endswith("_iri") or column in _FACTS)
        for column, kind in COLUMNS[table].items()
        if kind in (LIST, TEXT)
    ]


def _fact(source: Source, table: str, fact: str) -> Record:
    row: Record = {}
    said = source.said.get(fact, {})
    for column, name, kind, iris in _plan(table):
        values = said.get(name)
        if not values:
            row[column] = () if kind == LIST else None
        elif kind == LIST:
            row[column] = tuple(values) if iris else tuple(map(source.word, values))
        else:
            value = values[0]
            row[column] = (value if iris else source.word(value) if column in _LABELLED else local(value)) or None
    if "amount" in COLUMNS[table]:
        row |= _sum(source, source.one(fact, "amount"))
    if table == "financings":
        for column in ("interest_rate", "term", "count"):
            side = source.one(fact, _camel(column))
            row |= {column: _number(source.one(side, "value")), f"{column}_text": source.one(side, "verbatim") or None}
    row |= {
        "date_from": _day(source.one(fact, "startDate")),
        "date_to": _day(source.one(fact, "endDate")),
        "confidence": _number(source.one(fact, "confidence")),
    }
    return row | _ground(source, fact) | {"fact": fact}


def _sum(source: Source, quantity: str) -> Record:
    """A quantity with its bounds. An absent bound is an open one; `bound` is `exact` where the number is."""
    if not quantity:
        return {}
    unit = source.one(quantity, "unit")
    return {
        "amount": _number(source.one(quantity, "value")),
        "amount_min": _number(source.one(quantity, "min")),
        "amount_max": _number(source.one(quantity, "max")),
        "bound": local(source.one(quantity, "qualifier")) or "exact",
        "currency": source.one(quantity, "currency") or None,
        "unit": (source.one(unit, "notation") or source.label(unit)) if unit else None,
        "amount_text": source.one(quantity, "verbatim") or None,
    }


def _ground(source: Source, fact: str) -> Record:
    """The sentence that states the number, else the one with most of the fact's mentions, else the first."""
    derived = source.all(fact, "wasDerivedFrom")
    passages = [s for s in derived if source.kind(s) == "Passage"]
    held = Counter(source.one(m, "inPassage") for m in derived if source.one(m, "inPassage"))
    stated = {source.one(m, "inPassage") for m in source.evidence.get(source.one(fact, "amount"), ())}
    best = min(passages, key=lambda p: (p not in stated, -held[p], source.one(p, "inArticle"), int(source.one(p, "start") or 0)), default="")
    if not best:
        return {"articles": 0}
    place, article = _place(source, best), source.one(best, "inArticle")
    rank = f"{int(best not in stated)} {10**8 - held[best]} {article} {place['offset'] or 0:012}"
    return place | {"sentence": source.one(best, "exact"), "articles": len({source.one(p, "inArticle") for p in passages}), RANK: rank}


def _place(source: Source, span: str) -> Record:
    article = source.one(span, "inArticle")
    start = source.one(span, "start")
    file = source.one(source.one(article, "isPartOf"), "path")
    page = source.one(span, "filePage") or source.one(source.one(span, "inPassage"), "filePage")
    return {
        "article": source.one(article, "title") or None,
        "file": file or None,
        "file_page": int(page) if page else None,
        "offset": int(start) if start else None,
    }


def _entity(source: Source, thing: str, kind: str, mentions: int, articles: int) -> Record:
    size = source.one(thing, "size")
    row: Record = {"iri": thing, "label": source.label(thing), "kind": kind, "aliases": tuple(source.all(thing, "altLabel"))}
    for column in ("unit_of", "located_in"):
        row |= {column: source.labels(thing, _camel(column)), f"{column}_iri": tuple(source.all(thing, _camel(column)))}
    row |= {k.lower(): name for k, name in _around(source, thing).items() if k in ("County", "Prefecture", "Province")}
    row |= {
        "division_code": source.one(thing, "divisionCode") or None,
        "size": _number(source.one(size, "value")),
        "size_text": source.one(size, "verbatim") or None,
    }
    return row | {"mentions": mentions, "articles": articles}


def _around(source: Source, thing: str) -> dict[str, str]:
    """The divisions a thing lies in and is, by kind: steps of locatedIn, the nearest of a kind."""
    out: dict[str, str] = {}
    seen, todo = {thing}, [thing]
    for place in todo:
        if (kind := source.kind(place)) in DIVISION_KINDS:
            out.setdefault(kind, source.label(place))
        todo += [p for p in source.all(place, "locatedIn") if p not in seen]
        seen.update(todo)
    return out


def _mention(source: Source, mention: str, thing: str, kind: str) -> Record:
    end = source.one(mention, "end")
    row: Record = {"mention": mention, "text": source.one(mention, "exact"), "refers_to": thing, "label": source.label(thing), "kind": kind}
    return row | _place(source, mention) | {"offset_end": int(end) if end else None, "sentence": source.one(source.one(mention, "inPassage"), "exact") or None}


@cache
def _camel(column: str) -> str:
    """
    >>> _camel("under_agreement")
    'underAgreement'
    """
    first, *rest = column.split("_")
    return first + "".join(w.capitalize() for w in rest)


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


# ---------------------------------------------------------------- files


def files() -> tuple[str, ...]:
    """The files of a folder of tables."""
    return tuple(f"{name}.{kind}" for name in TABLES for kind in ("parquet", "csv"))


def require_pyarrow() -> None:
    """Raises KgError where the library for Parquet is missing: to be called before the work."""
    if find_spec("pyarrow") is None:
        raise KgError("tables-pyarrow")


def write_tables(select: Select, folder: Path) -> list[Path]:
    """Write NAME.parquet and NAME.csv of every table. Same graph, same bytes. Raises KgError without pyarrow."""
    require_pyarrow()
    out = []
    for name, rows in records(select).items():
        for suffix, data in (("parquet", parquet(COLUMNS[name], rows)), ("csv", _csv(COLUMNS[name], rows))):
            write_whole(folder / f"{name}.{suffix}", data)
            out.append(folder / f"{name}.{suffix}")
    return out


def write_tables_of(turtle: str, folder: Path) -> list[Path]:
    """The same from a Turtle text."""
    import pyoxigraph as ox

    from .terms import prefixes

    store = ox.Store()
    store.bulk_load(turtle.encode(), format=ox.RdfFormat.TURTLE)

    def select(query: str) -> Iterator[Mapping[str, str]]:
        found: Any = store.query(query, prefixes=prefixes())
        names = [v.value for v in found.variables]
        return ({n: row[n].value for n in names} for row in found)

    return write_tables(select, folder)


def parquet(columns: Mapping[str, str], rows: Iterable[Record]) -> bytes:
    """Rows as a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {TEXT: pa.string(), LIST: pa.list_(pa.string()), NUMBER: pa.decimal128(38, SCALE), DAY: pa.date32(), WHOLE: pa.int64()}
    data = [{name: _fitted(row.get(name)) for name in columns} for row in rows]
    table = pa.Table.from_pylist(data, schema=pa.schema([(name, kinds[kind]) for name, kind in columns.items()]))
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd")
    return out.getvalue()


def _fitted(value: Value) -> object:
    if isinstance(value, Decimal):
        return round(value, SCALE)
    return list(value) if isinstance(value, tuple) else value


def _csv(columns: Mapping[str, str], rows: Iterable[Record]) -> bytes:
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(columns)
    table.writerows([_plain(row.get(name)) for name in columns] for row in rows)
    return out.getvalue().encode()


def _plain(value: Value) -> str:
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, tuple):
        return "；".join(map(clean, value))
    return "" if value is None else clean(str(value))
