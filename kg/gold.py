"""What one reader states of a document, as values, and read from JSON.

The JSON form is that of docs/gold.md: NAME.json beside NAME.txt, with `entities`, `relations`, `posts`,
`financings`, `observations`, and `optional_…` for what only one of two annotators stated.
"""

from __future__ import annotations

import calendar
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from .encodings import read_lines
from .errors import KgError

T = TypeVar("T")
Days = tuple[str, str]  # first and last day, ISO

LEVELS = ("country", "province", "prefecture", "county", "township", "village")
QUALIFIERS = ("exact", "approx", "over", "under")
# class or property of the ontology → word of the annotation guidelines
TYPES: Mapping[str, str] = {
    **dict.fromkeys(("Bank", "Insurer", "Guarantor", "FinancialInstitution"), "Bank"),
    "Branch": "BankBranch",
    "PublicBody": "Government",
    "OtherOrganization": "Organization",
    **dict.fromkeys((*map(str.title, LEVELS), "Division"), "Division"),
    "Facility": "Site",
    "FinancialProduct": "Product",
    **{kind: kind for kind in ("Company", "Programme", "Project", "Workshop", "Document", "Person", "Group")},
}
PREDICATES: Mapping[str, str] = {
    "unitOf": "branchOf",
    "locatedIn": "locatedIn",
    "participatesIn": "participatesIn",
    **dict.fromkeys(("underProgramme", "subProgrammeOf", "productLine"), "partOf"),
    "offers": "offers",
    "undertakes": "builds",
    **dict.fromkeys(("supports", "finances"), "supports"),
    "cooperatesWith": "cooperatesWith",
    "issues": "issued",
}


@dataclass(frozen=True, slots=True)
class Thing:
    """An entity. `level`: of a Division. `optional`: one annotator of two has it."""

    id: str
    type: str
    name: str
    aliases: tuple[str, ...] = ()
    level: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount. `ends`: both bounds, where a range is stated; either will do."""

    value: float
    unit: str
    qual: str = "exact"
    ends: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Relation:
    """Subject, predicate, object. `confidence` is the builder's; None where it gives none (what only the register says)."""

    subject: str
    predicate: str
    object: str
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """A person's post in an organisation."""

    person: str
    title: str
    org: str | None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Financing:
    """Money from a financier. `to`: recipients and purposes; `alt_…`: the other annotator's choice; `time`: as annotated."""

    kinds: tuple[str, ...]
    lenders: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    product: str | None = None
    amount: Sum | None = None
    time: str = ""
    days: Days | None = None
    quote: str = ""
    alt_kinds: tuple[str, ...] = ()
    alt_lenders: tuple[str, ...] = ()
    alt_to: tuple[str, ...] = ()
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Number:
    """An observation: a number about a subject. `metric`: its name and other wordings."""

    subject: str
    metric: tuple[str, ...]
    value: float
    unit: str
    qual: str = "exact"
    time: str = ""
    days: Days | None = None
    quote: str = ""
    alt_subjects: tuple[str, ...] = ()
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """All that one reader states of a document. What is optional neither counts nor costs."""

    things: tuple[Thing, ...] = ()
    relations: tuple[Relation, ...] = ()
    posts: tuple[Post, ...] = ()
    financings: tuple[Financing, ...] = ()
    numbers: tuple[Number, ...] = ()
    optional_relations: tuple[Relation, ...] = ()
    optional_posts: tuple[Post, ...] = ()
    optional_financings: tuple[Financing, ...] = ()
    optional_numbers: tuple[Number, ...] = ()


def interval(time: str | None) -> Days | None:
    """First and last day of an ISO time at any grain, None where it is none.

    >>> interval("2022-Q1"), interval("2020/2022-02"), interval("2022-11-30"), interval("soon")
    (('2022-01-01', '2022-03-31'), ('2020-01-01', '2022-02-28'), ('2022-11-30', '2022-11-30'), None)
    """
    if not time:
        return None
    first, slash, last = time.partition("/")
    if slash:
        low, high = interval(first), interval(last)
        return (low[0], high[1]) if low and high else None
    m = _GRAIN.fullmatch(time)
    if not m:
        return None
    if m["day"]:
        return time, time
    year = int(m["year"])
    if m["quarter"]:
        start, months = 3 * int(m["quarter"]) - 2, 3
    elif m["half"]:
        start, months = 6 * int(m["half"]) - 5, 6
    elif m["month"]:
        start, months = int(m["month"]), 1
    else:
        start, months = 1, 12
    end = start + months - 1
    if not 1 <= start <= end <= 12:
        return None
    return f"{year}-{start:02}-01", f"{year}-{end:02}-{calendar.monthrange(year, end)[1]:02}"


_GRAIN = re.compile(r"(?P<year>\d{4})(?:-(?:Q(?P<quarter>[1-4])|H(?P<half>[12])|(?P<month>\d\d)(?:-(?P<day>\d\d))?))?")


# ---------------------------------------------------------------- JSON


def find_gold(path: Path) -> list[Path]:
    """The annotated documents of a folder (all below it), or the one file given. Raises KgError where there is none."""
    found = [path] if path.is_file() else sorted(path.rglob("*.json"))
    if not found:
        raise KgError("gold-none", path=path)
    return found


def read_gold(path: Path) -> Account:
    """An annotated document, checked: types, relations and hedges are those of the guidelines, every id is an entity's. Raises KgError."""
    account = read_account(path)
    known = {t.id for t in account.things}

    def check(where: str, good: bool, what: object) -> None:
        if not good:
            raise KgError("gold-bad", path=path, why=f"{where}: {what}")

    for t in account.things:
        check(f"entity {t.id}", sum(t.id == other.id for other in account.things) == 1, "its id stands here twice")
        check(f"entity {t.id}", t.type in TYPES.values(), f"no such type: {t.type}")
        check(f"entity {t.id}", t.type != "Division" or t.level in LEVELS, f"no such level: {t.level or '(none)'}")
    for r in (*account.relations, *account.optional_relations):
        check(f"relation {r.subject} {r.object}", r.predicate in PREDICATES.values(), f"no such relation: {r.predicate}")
    for where, used, qual in _references(account):
        check(where, used <= known, f"no entity has the id {min(used - known, default='')}")
        check(where, qual in QUALIFIERS, f"no such qual: {qual}")
    return account


def _references(a: Account) -> Iterator[tuple[str, set[str], str]]:
    """Each fact as worded, the ids it names, and its hedge."""
    for r in (*a.relations, *a.optional_relations):
        yield f"relation {r.predicate}", {r.subject, r.object}, "exact"
    for p in (*a.posts, *a.optional_posts):
        yield f"post {p.title}", {p.person, *([p.org] if p.org is not None else [])}, "exact"
    for f in (*a.financings, *a.optional_financings):
        yield f"financing {f.quote}", {*f.lenders, *f.to, *([f.product] if f.product is not None else [])}, f.amount.qual if f.amount else "exact"
    for n in (*a.numbers, *a.optional_numbers):
        yield f"observation {n.quote}", {n.subject}, n.qual


def read_account(path: Path) -> Account:
    """A document as some reader states it in JSON, unchecked but for its form. Raises KgError."""
    try:
        data = json.loads(read_lines(path))
    except OSError as error:
        raise KgError("gold-bad", path=path, why=error.strerror) from None
    except (ValueError, KgError) as error:
        raise KgError("gold-bad", path=path, why=error) from None
    if not isinstance(data, dict):
        raise KgError("gold-bad", path=path, why="not an object {…}")

    def each(key: str, make: Callable[[Any], T]) -> tuple[T, ...]:
        out = []
        rows = data.get(key) or []
        for number, row in enumerate(rows if isinstance(rows, list) else [rows]):
            try:
                out.append(make(row))
            except KeyError as error:
                raise KgError("gold-bad", path=path, why=f"{key}[{number}]: no {error}") from None
            except (TypeError, ValueError, AttributeError) as error:
                raise KgError("gold-bad", path=path, why=f"{key}[{number}]: {error}") from None
        return tuple(out)

    return Account(
        each("entities", thing),
        each("relations", _relation),
        each("posts", _post),
        each("financings", _financing),
        each("observations", _number),
        each("optional_relations", _relation),
        each("optional_posts", _post),
        each("optional_financings", _financing),
        each("optional_observations", _number),
    )


def thing(row: Thing | Mapping[str, Any]) -> Thing:
    """An entity as a value, from its row in the JSON or as it is.

    >>> thing({"id": "e1", "type": "Bank", "name": "农业银行", "aliases": ["农行"]})
    Thing(id='e1', type='Bank', name='农业银行', aliases=('农行',), level='', optional=False)
    """
    if isinstance(row, Thing):
        return row
    return Thing(row["id"], row["type"], row["name"], tuple(row.get("aliases") or ()), row.get("level") or "", bool(row.get("optional")))


def _relation(row: Any) -> Relation:
    subject, predicate, object_ = row
    return Relation(subject, predicate, object_)


def _post(row: Any) -> Post:
    return Post(row["person"], row["title"], row.get("org"))


def _sum(row: Any) -> Sum | None:
    if not row:
        return None
    low, high = row.get("low"), row.get("high")
    ends = (float(low), float(high)) if row.get("range") and low is not None and high is not None else ()
    return Sum(float(row["value"]), row["unit"], row.get("qual") or "", ends)


def _days(row: Any) -> Days | None:
    given = row.get("days")
    return (given[0], given[1]) if given else interval(row.get("time"))


def _financing(row: Any) -> Financing:
    given = row.get("lender")
    lenders = given if isinstance(given, list) else [given, *row.get("co_lenders", [])]
    return Financing(
        tuple(row.get("kinds") or [row["kind"]]),
        tuple(x for x in lenders if x is not None),
        (*(row.get("recipient") or ()), *(row.get("purpose") or ())),
        row.get("product"),
        _sum(row.get("amount")),
        row.get("time") or "",
        _days(row),
        row.get("quote") or "",
        tuple(row.get("alt_kind") or ()),
        tuple(row.get("alt_lenders") or ()),
        (*(row.get("alt_recipient") or ()), *(row.get("alt_purpose") or ())),
    )


def _number(row: Any) -> Number:
    return Number(
        row["subject"],
        tuple(row["metric"]),
        float(row["value"]),
        row["unit"],
        row.get("qual") or "",
        row.get("time") or "",
        _days(row),
        row.get("quote") or "",
        tuple(row.get("alt_subjects") or ()),
    )
