"""Facts as lines of text, for a person at a terminal: what was found in a sentence, in which role, by which rule."""

from __future__ import annotations

from . import view
from .errors import say
from .model import Fact, Graph

# the order in which a fact's roles are read out; others follow by name
ORDER = (
    "subject",
    "member",
    "financier",
    "guarantor",
    "party",
    "about",
    "predicate",
    "metric",
    "title",
    "organization",
    "atDivision",
    "object",
    "recipient",
    "purpose",
    "product",
    "document",
    "amount",
    "count",
    "interestRate",
    "term",
    "per",
    "instrument",
    "stage",
    "aggregation",
    "collateral",
    "comparedWith",
    "underAgreement",
    "partOfTotal",
)


def facts_text(graph: Graph) -> str:
    """Every fact of a graph with its roles, then the names and numbers that no fact uses.

    Meant for one sentence or a short text; the language is the user's.
    """
    v = view.view(graph)
    language = 0 if say("zh", "en") == "zh" else 1
    used = {x for f in graph.facts for _, x in f.roles}
    lines: list[str] = []
    kinds = list(view.FACTS)
    for fact in sorted(graph.facts, key=lambda f: (kinds.index(f.kind), f.evidence[0].passages, f.roles)):
        lines += [*_fact_lines(v, fact, language), ""]
    named = {k.entity for k in graph.links}
    if loose := [f"{e.label} ({view.KINDS.get(e.kind, (e.kind,) * 2)[language]})" for e in graph.entities if e.id in named - used]:
        lines.append(say("另有名称：", "Other names: ") + say("、", ", ").join(loose))
    if graph.asides:
        asides = (_aside(v, a.amount.quantity.verbatim, a.reason, language) for a in graph.asides)
        lines.append(say("另有数量：", "Other quantities: ") + say("、", ", ").join(asides))
    if not graph.facts:
        lines.insert(0, say("没有找到事实。", "No facts found."))
    return "\n".join(lines).strip()


def _fact_lines(v: view.View, fact: Fact, language: int) -> list[str]:
    kind = view.FACTS.get(fact.kind, (fact.kind,) * 2)[language]
    status = "" if fact.status == "reported" else f" · {v.name('gfc:' + fact.status, language)}"
    rows: dict[str, str] = {}
    for role, _ in fact.roles:
        rows[role] = v.names(fact, role, language)
    for role, amount in fact.amounts:
        q = amount.quantity
        exact = view.sum_words(q)
        rows[role] = q.verbatim if exact == q.verbatim else f"{q.verbatim}  ({exact})"
    if fact.time and fact.time.text:
        days = view.when(fact.time)
        rows["time"] = fact.time.text + (f"  ({days}, {v.name('gfc:' + fact.time.basis, language)})" if days else "")
    order = {r: n for n, r in enumerate(ORDER)}
    names = {r: view.PROPERTIES.get(r, {"time": ("时间", "time")}.get(r, (r, r)))[language] for r in rows}
    widest = max(map(width, names.values()), default=0)
    body = [f"  {names[r]}{' ' * (widest - width(names[r]))}  {rows[r]}" for r in sorted(rows, key=lambda r: (order.get(r, len(order)), r))]
    return [f"{kind}{status}  [{fact.found_by} {fact.confidence:.2f}]", *body]


def _aside(v: view.View, text: str, reason: str, language: int) -> str:
    return f"{text} ({v.name('gfc:' + reason, language) if reason else say('未解释', 'unexplained')})"


def width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two.

    >>> width("数额 a")
    6
    """
    return sum(2 if c > "\u1100" else 1 for c in text)
