"""What a person says of single facts and numbers in `corrections.tsv`: drop-fact, confirm, set-role, set-aside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from .build import one_fact
from .correction_lines import CHOSEN, ROLES, SINGLE, Correction, Unmatched, identifier
from .facts import PARTIES
from .model import Amount, Aside, Fact, Graph, Quantity, fact_id
from .spans import Spans

DROPPED = "asideCorrected"
CONFIRMED, CORRECTED = "confirmed", "corrected"
Find = Callable[[str], Sequence[str]]  # the ids that a name or IRI may mean


class Verdicts:
    """The lines about facts, each applied once: when its fact is there."""

    def __init__(self, rows: Iterable[Correction]) -> None:
        self.rows = {c: identifier(c.subject) for c in rows}
        self.contradicted: set[Correction] = set()

    def apply(self, graph: Graph, find: Find) -> Graph:
        """The graph after every line whose fact it has, and those whose fact these lines make."""
        while True:
            known = {f.id: f for f in graph.facts}
            lines: dict[str, list[Correction]] = defaultdict(list)
            for c, fact in self.rows.items():
                if fact in known and c not in self.contradicted:
                    lines[fact].append(c)
            self.contradicted |= {c for said in lines.values() if _disagree(said) for c in said}
            now: dict[str, Fact | None] = {}
            for identity, said in lines.items():
                ready = [c for c in said if c not in self.contradicted and (c.action != "set-role" or _settled(known[identity], c, find))]
                if ready:
                    now[identity] = _judged(known[identity], ready, find)
                for c in ready:
                    del self.rows[c]
            if not now:
                return graph
            graph = _without(graph, {i for i, f in now.items() if f is None})
            graph = _replaced(graph, {i: f for i, f in now.items() if f is not None})

    def left(self, graph: Graph, find: Find) -> list[Unmatched]:
        """The lines that were not applied, and why."""
        known = {f.id: f for f in graph.facts}
        out = []
        for c, fact in self.rows.items():
            if c in self.contradicted:
                out.append(Unmatched(c, "contradicted"))
            elif fact not in known:
                out.append(Unmatched(c, "unknown", c.subject))
            else:
                role, _, value = c.object.partition("=")
                found = tuple(find(value))
                able = role in ROLES[known[fact].kind]
                out.append(Unmatched(c, ("ambiguous" if found else "unknown") if able else "no-role", value if able else role, found if able else ()))
        return out


def _disagree(said: Iterable[Correction]) -> bool:
    """Whether a fact is both dropped and kept, or one role has two values where it can have one, or a value and none."""
    actions = {c.action for c in said}
    values: dict[str, set[str]] = defaultdict(set)
    for c in said:
        if c.action == "set-role":
            role, _, value = c.object.partition("=")
            values[role].add(value)
    return ("drop-fact" in actions and len(actions) > 1) or any(len(v) > 1 and (r in (*SINGLE, *CHOSEN) or "" in v) for r, v in values.items())


def _settled(fact: Fact, c: Correction, find: Find) -> bool:
    """Whether the role is one of the fact's kind, and its value known."""
    role, _, value = c.object.partition("=")
    return role in ROLES[fact.kind] and (not value or role in CHOSEN or len(find(value)) == 1)


def _judged(fact: Fact, said: Sequence[Correction], find: Find) -> Fact | None:
    """The fact after the lines about it; None where it is dropped."""
    if any(c.action == "drop-fact" for c in said):
        return None
    new: dict[str, set[str]] = defaultdict(set)
    for c in said:
        if c.action == "set-role":
            role, _, value = c.object.partition("=")
            new[role] |= {value if role == "status" else f"gfc:{value}" if role in CHOSEN else find(value)[0]} if value else set()
    if not new:
        return replace(fact, review=fact.review or CONFIRMED)
    status = next(iter(new.pop("status", ())), fact.status)
    swapped = {"atDivision": "organization", "organization": "atDivision"}  # a post is at one of them
    gone = set(new) | {swapped[r] for r in new if r in swapped and fact.kind == "Tenure"}
    roles = sorted({(r, v) for r, v in fact.roles if r not in gone} | {(r, v) for r, values in new.items() for v in values})
    if fact.kind == "Claim" and dict(roles)["subject"] == dict(roles)["object"]:
        return None  # said of one thing now
    return identified(replace(fact, roles=tuple(roles), status=status, review=CORRECTED))


def _replaced(graph: Graph, now: Mapping[str, Fact]) -> Graph:
    """The graph with some facts in place of others; roles that name them follow, facts that became one are one."""
    if not now:
        return graph
    grouped: dict[str, list[Fact]] = defaultdict(list)
    for old in graph.facts:
        f = now.get(old.id, old)
        if any(v in now for _, v in f.roles):
            f = replace(f, roles=tuple(sorted((r, now[v].id if v in now else v) for r, v in f.roles)))
        grouped[f.id].append(f)
    return replace(graph, facts=tuple(one_fact(grouped[i]) for i in sorted(grouped)))


def identified(fact: Fact) -> Fact:
    """The fact with the id of what it says now, as extraction gives it: links to other facts are not part of it."""
    roles = [(k, v) for k, v in fact.roles if not v.startswith("fact/")]
    known = {v for k, v in roles if k in PARTIES and v.startswith(("agent/", "place/", "thing/"))}
    scope = fact.evidence[0].article if len(known) < 2 and fact.evidence else ""
    return replace(fact, id=fact_id(fact.kind, roles, fact.amounts, fact.time, fact.status, scope))


def _without(graph: Graph, dropped: set[str]) -> Graph:
    """The graph without some facts; a number that only they used is set aside."""
    if not dropped:
        return graph
    facts = []
    for f in graph.facts:
        if f.id not in dropped:
            roles = tuple((k, v) for k, v in f.roles if v not in dropped)
            facts.append(f if roles == f.roles else replace(f, roles=roles))

    def places(fs: Iterable[Fact]) -> dict[tuple[str, int, int], Amount]:
        stated = [Amount(m.value, m) for f in fs for e in f.evidence for m in e.mentions if isinstance(m.value, Quantity)]
        stated += [a for f in fs for _, a in f.amounts]
        return {(a.mention.article, a.mention.span.start, a.mention.span.end): a for a in stated}

    taken = places(facts).keys() | {(a.mention.article, a.mention.span.start, a.mention.span.end) for a in [e.size for e in graph.entities if e.size]}
    taken |= {(x.amount.mention.article, x.amount.mention.span.start, x.amount.mention.span.end) for x in graph.asides}
    free = [Aside(a, DROPPED) for place, a in places([f for f in graph.facts if f.id in dropped]).items() if place not in taken]
    asides = sorted((*graph.asides, *free), key=lambda x: (x.amount.mention.article, x.amount.mention.span, x.reason))
    return replace(graph, facts=tuple(facts), asides=tuple(asides))


def of_numbers(graph: Graph, rows: Iterable[Correction], unmatched: list[Unmatched]) -> Graph:
    """The graph with the numbers that a person looked at marked, and given the reasons that the lines name."""
    lines: dict[str, list[Correction]] = defaultdict(list)
    for c in rows:
        if (number := identifier(c.subject)).startswith("fact/q_"):
            lines[number].append(c)
    if not lines:
        return graph
    judged: dict[Aside, Aside] = {}
    for name, aside in Spans.asides(graph):
        said = lines.pop(name.replace(":", "/"), [])
        reasons = {c.object for c in said if c.action == "set-aside"}
        if len(reasons) > 1:
            unmatched += [Unmatched(c, "contradicted") for c in said]
        elif said:
            judged[aside] = Aside(aside.amount, reasons.pop(), CORRECTED) if reasons else replace(aside, review=CONFIRMED)
    unmatched += [Unmatched(c, "unknown", c.subject) for said in lines.values() for c in said]
    return replace(graph, asides=tuple(judged.get(a, a) for a in graph.asides))
