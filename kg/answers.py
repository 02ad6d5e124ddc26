"""What is said beside an answer: which sums may not be made, what a total leaves out, and which condition emptied an answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from .errors import chinese, say
from .model import decimal_text
from .sparql import Condition, conditions, everywhere, joined, parts, tokens

if TYPE_CHECKING:
    from .query import GraphFile

# What tells one kind of money from another. A sum that leaves one of them open adds what must not be added.
FINANCING = ("instrument", "stage", "aggregation", "currency", "status", "per")
OBSERVED = ("metric", "aggregation", "currency", "status", "per")
_NAMES = {  # of what keeps a financing out of a sum
    "total": ("已含于另一合计", "within another total"),
    "per": ("按每户、每人等计", "per household, person or the like"),
    "bare": ("未写金额", "no sum stated"),
    "other": ("不符合查询的其他条件", "other conditions of the query are not met"),
}


# ---------------------------------------------------------------- sums


@dataclass(frozen=True, slots=True)
class _Sum:
    """A query that sums amounts: the tokens of its pattern, the variable of the facts, what it leaves open."""

    prefixes: str
    pattern: list[str]
    fact: str
    observed: bool
    open: tuple[str, ...]


def _summed(text: str) -> _Sum | None:
    words = tokens(text)
    upper = [w.upper() for w in words]
    if not any(w in ("SUM", "AVG") and words[i + 1 : i + 2] == ["("] for i, w in enumerate(upper)):
        return None
    prefixes, pattern, _ = parts(text)
    said = list(everywhere(pattern))
    triples = [c for c in everywhere(pattern, "{", "GRAPH") if c.kind == "triple"]  # not those of an OPTIONAL or NOT EXISTS
    amounts = [c for c in triples if re.search(r"\bgf:amount\b", c.predicate)]
    if not amounts or not any(re.search(r"\bgf:(?:value|min|max)\b", c.predicate) for c in triples):
        return None
    used = set(re.findall(r"\bgf:(\w+)", " ".join(c.text for c in said)))
    observed = bool(used & {"metric", "Observation", "about"}) and not used & {"instrument", "stage", "FinancingEvent", "financier"}
    wanted = OBSERVED if observed else FINANCING
    missing = tuple(d for d in wanted if not _fixed(d, said, triples, words))
    return _Sum(prefixes, pattern, amounts[0].subject, observed, missing)


def _fixed(dimension: str, said: list[Condition], triples: list[Condition], words: list[str]) -> bool:
    """Whether the sum has one value of it: a constant, a column that is grouped by or told apart in every sum, or (per) none."""
    names = rf"\bgf:{dimension}\b" if dimension != "currency" else r"\bgf:(?:currency|unit)\b"
    if dimension == "per" and any(c.kind in ("FILTER", "MINUS") and re.search(r"(?:NOT EXISTS|MINUS) \{[^{}]*\bgf:per\b", c.text, re.I) for c in said):
        return True
    grouped = _grouped(words)
    sums = re.findall(r"\b(?:SUM|AVG)\((.*?)\) AS ", joined(words), re.I)
    for c in triples:
        if not re.search(names, c.predicate):
            continue
        if not c.object.startswith(("?", "$")):
            return True
        variable = "?" + c.object[1:]
        values = {v for w in said if w.kind == "VALUES" for v in _values(w.text, variable)}
        equal = any(x.kind == "FILTER" and re.search(rf"\{variable}(?: \))? = |= \{variable}(?!\w)", x.text) for x in said)
        if variable in grouped or equal or len(values) == 1 or (values and all(f"{variable} " in s + " " for s in sums)):
            return True
    return False


def _grouped(words: list[str]) -> set[str]:
    """The variables that the query or a sub-query groups by."""
    out: set[str] = set()
    for i, w in enumerate(words):
        if w.upper() == "GROUP":
            for x in words[i + 2 :]:
                if x.upper() in ("HAVING", "ORDER", "LIMIT", "OFFSET", "}", "{"):
                    break
                if x.startswith(("?", "$")):
                    out.add("?" + x[1:])
    return out


def _values(text: str, variable: str) -> set[str]:
    """The values that a VALUES gives to a variable."""
    words = tokens(text)[1:]
    if words[0] == variable:
        return {"".join(words[2:-1])} if len(words) == 4 else set(words[2:-1])
    if words[0] != "(" or variable not in words[: words.index(")")]:
        return set()
    names = words[1 : words.index(")")]
    rows = re.findall(r"\( ([^()]*) \)", " ".join(words[words.index(")") + 1 :]))
    return {row.split(" ")[names.index(variable)] for row in rows if len(row.split(" ")) == len(names)}


def open_dimensions(text: str) -> tuple[str, ...]:
    """What a query that sums amounts leaves open, of instrument, stage, aggregation, currency, status and per.

    >>> open_dimensions('SELECT (SUM(?v) AS ?s) { ?e gf:instrument gfc:loan ; gf:amount ?a . ?a gf:value ?v ; gf:currency "CNY" }')
    ('stage', 'aggregation', 'status', 'per')
    >>> open_dimensions("SELECT (COUNT(?e) AS ?n) { ?e gf:amount ?a }")
    ()
    """
    found = _summed(text)
    return found.open if found else ()


def left_out(data: GraphFile, text: str) -> list[str]:
    """What a total does not hold, a line a kind: the facts of the graph that have a sum, or could, and are not in it."""
    found = _summed(text)
    if found is None or not found.fact.startswith("?"):
        return []
    if found.observed:
        return _other_observations(data, found)
    counted = _counted(data, found)
    events = (row for row in data.select(_EVENTS.replace("LANG", _language())) if row["e"] not in counted)
    return left_out_of(text, ((row, 1, Decimal(row.get("v", "0"))) for row in events), bool(counted))


def left_out_of(text: str, events: Iterable[tuple[Mapping[str, str], int, Decimal]], counted: bool) -> list[str]:
    """The same of events that are known: values as `_EVENTS` names them, how many, their sum. `counted`: whether the total holds any."""
    found = _summed(text)
    if found is None:
        return []
    named = {word for c in everywhere(found.pattern) for word in tokens(c.text)}
    kinds: dict[str, tuple[int, Decimal]] = {}
    for row, count, total in events:
        kind = _kind(row, named)
        n, so_far = kinds.get(kind, (0, Decimal()))
        kinds[kind] = n + count, so_far + total
    if not counted and not kinds:
        return []
    title = say("未计入合计（全图）", "left out of the total (of the whole graph)")
    if not kinds:
        return [title + say("：无", ": nothing")]
    lines = sorted(((n, kind, total) for kind, (n, total) in kinds.items()), key=lambda x: (-x[0], x[1]))
    width = len(str(lines[0][0]))
    return [title + say("：", ":"), *(f"  {n:>{width}}  {kind}" + (f"  {decimal_text(total)}" if total else "") for n, kind, total in lines)]


_EVENTS = """SELECT ?e ?i ?il ?s ?sl ?k ?kl ?t ?tl ?v ?c (EXISTS { ?e gf:partOfTotal ?w } AS ?part) (EXISTS { ?e gf:per ?p } AS ?each) WHERE {
    ?e a gf:FinancingEvent OPTIONAL { ?e gf:instrument ?i } OPTIONAL { ?e gf:stage ?s } OPTIONAL { ?e gf:aggregation ?k } OPTIONAL { ?e gf:status ?t }
    OPTIONAL { ?e gf:amount ?a . ?a gf:value ?v OPTIONAL { ?a gf:currency ?c } }
    OPTIONAL { ?i skos:prefLabel ?il FILTER(lang(?il) = "LANG") } OPTIONAL { ?s skos:prefLabel ?sl FILTER(lang(?sl) = "LANG") }
    OPTIONAL { ?k skos:prefLabel ?kl FILTER(lang(?kl) = "LANG") } OPTIONAL { ?t skos:prefLabel ?tl FILTER(lang(?tl) = "LANG") } } ORDER BY ?e"""


def _counted(data: GraphFile, found: _Sum) -> set[str]:
    """The facts that the total holds."""
    query = f"{found.prefixes} SELECT DISTINCT {found.fact} WHERE {{ {joined(found.pattern)} }}"
    return {row[found.fact[1:]] for row in data.select(query) if row}


def _kind(row: Mapping[str, str], named: set[str]) -> str:
    """Why an event is not in the total: the values of it that the query does not name, or else what else keeps it out."""

    def name(key: str) -> str:
        return row.get(key + "l") or row.get(key, "").rpartition("/")[2]

    if "v" not in row:
        return say(*_NAMES["bare"])
    differs = [name(k) for k in ("i", "s", "k", "t") if row.get(k) and not named & {"gfc:" + row[k].rpartition("/")[2], f"<{row[k]}>"}]
    money = row.get("c", "")
    if money and any(v.startswith('"') for v in named) and f'"{money}"' not in named and any(re.fullmatch('"[A-Z]{3}"', v) for v in named):
        differs.append(money)
    if differs:
        return " · ".join([*(name(k) for k in ("i", "s", "k") if row.get(k)), *([name("t")] if name("t") in differs else []), money])
    reason = "total" if row.get("part") == "true" else "per" if row.get("each") == "true" else "other"
    return say(*_NAMES[reason]) + f" · {money}"


def _other_observations(data: GraphFile, found: _Sum) -> list[str]:
    """Of a sum of observations: how many others there are, by metric."""
    counted = _counted(data, found)
    rows: dict[str, int] = {}
    for row in data.select(f'SELECT ?o ?l {{ ?o a gf:Observation ; gf:amount ?a ; gf:metric/skos:prefLabel ?l FILTER(lang(?l) = "{_language()}") }}'):
        if row["o"] not in counted:
            rows[row["l"]] = rows.get(row["l"], 0) + 1
    lines = sorted(rows.items(), key=lambda x: (-x[1], x[0]))
    more = [say(f"  另有 {len(lines) - 9} 项指标", f"  {len(lines) - 9} metrics more")] if len(lines) > 10 else []
    shown = lines[:9] if more else lines
    title = say("未计入合计的观测，按指标：", "observations left out of the total, by metric:")
    return [title, *(f"  {n}  {label}" for label, n in shown), *more] if lines else []


def _language() -> str:
    return "zh" if chinese() else "en"


# ---------------------------------------------------------------- empty answers


def emptied(data: GraphFile, text: str) -> str:
    """Which condition leaves no row, as one line; "" where the query cannot be taken apart."""
    prefixes, pattern, _ = parts(text)
    found = list(conditions(pattern))
    if not found:
        return ""

    def holds(chosen: list[Condition]) -> bool:
        body = " ".join(c.text + (" ." if c.kind == "triple" else "") for c in chosen)
        return data.ask(f"{prefixes} ASK {{ {body} }}")

    so_far: list[Condition] = []
    for c in _in_order(found):
        if c.kind == "OPTIONAL":
            so_far.append(c)
            continue
        if not holds([*so_far, c]):
            given = [v for v in so_far if v.kind == "VALUES"]
            alone = c.kind == "triple" and not holds([*given, c])
            return _said(c, given, alone)
        so_far.append(c)
    return say("没有结果：被 HAVING、LIMIT 或 OFFSET 去掉了", "no rows: the conditions are met, but HAVING, LIMIT or OFFSET takes all away")


def _in_order(found: list[Condition]) -> list[Condition]:
    """Values first; each filter as soon as the variables that it shares with the other conditions have been met."""
    filters = [c for c in found if c.kind in ("FILTER", "MINUS")]
    others = sorted((c for c in found if c not in filters), key=lambda c: c.kind != "VALUES")
    known = {v for c in others for v in _variables(c)}
    out: list[Condition] = []
    met: set[str] = set()
    for c in others:
        out.append(c)
        met |= _variables(c)
        ready = [f for f in filters if _variables(f) & known <= met and f not in out]
        out += ready
    return out + [f for f in filters if f not in out]


def _variables(c: Condition) -> set[str]:
    return {"?" + w[1:] for w in tokens(c.text) if w[0] in "?$" and len(w) > 1}


def _said(c: Condition, given: list[Condition], alone: bool) -> str:
    shown = " ".join(c.text.split())
    shown = shown if len(shown) <= 160 else shown[:157] + "…"
    values = "".join(f"（{v}）" if chinese() else f" ({v})" for v in _bindings(given))
    if alone:
        return say(f"没有结果：图中没有一处满足 {shown}{values}", f"no rows: nothing in the graph meets  {shown}{values}")
    return say(f"没有结果：加上这一条就没有了：{shown}{values}", f"no rows: the conditions before it are met, this one is not:  {shown}{values}")


def _bindings(given: list[Condition]) -> Iterator[str]:
    for v in given:
        words = tokens(v.text)
        if words[1].startswith("?"):
            yield f"{words[1]} = {' '.join(words[3:-1])}"
