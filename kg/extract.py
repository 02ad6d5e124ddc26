"""From one document to its facts: pure, and knowing no other document."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from .anaphors import find_anaphors
from .asides import aside_reasons
from .banks import find_banks
from .dates import anchored, find_times
from .discourse import Scene, scene
from .edges import covering
from .facts import numbers_of
from .financing import financings
from .groups import find_groups
from .linking import Linked, link
from .model import (
    DIVISION_KINDS,
    Amount,
    Article,
    Aside,
    Document,
    DocumentFacts,
    Entity,
    Fact,
    Link,
    Mention,
    Meta,
    Metric,
    Quantity,
    SourceFile,
    Span,
    digest,
)
from .names import find_names
from .observations import observations
from .orgs import find_orgs
from .pack import Pack
from .pages import read_pages
from .people import Post, find_people
from .places import find_divisions, find_place_anaphors, load_register, resolve
from .quantities import find_quantities
from .relations import relations
from .slots import Rendered
from .tenures import tenures
from .traditional import read_as_simplified

NESTED = (*DIVISION_KINDS, "Bank", "Branch", "Insurer", "Guarantor", "Facility", "Programme", "Project", "OtherOrganization", "PublicBody", "Company")
_PLACES = frozenset((*DIVISION_KINDS, "Division"))
_RANK = {
    k: n
    for n, k in enumerate(
        "Branch Bank Insurer Guarantor PublicBody Company OtherOrganization Workshop Document Project Programme FinancialProduct Facility Person Group".split()
    )
}


def extract(document: Document, pack: Pack) -> DocumentFacts:
    """All that one document says. Deterministic; reads nothing but its arguments and the shipped register."""
    articles = _articles(document, pack)
    parts = [read_as_simplified(a, lambda article: read_article(article, pack)) for a in articles]
    claimed = {v for p in parts for f in p.facts for v in f.role("predicate")}
    return DocumentFacts(
        document.source,
        articles,
        tuple(x for p in parts for x in p.links),
        _united(e for p in parts for e in p.entities),
        tuple(x for p in parts for x in p.facts),
        tuple(x for p in parts for x in p.asides),
        _metrics(x for p in parts for x in p.metrics),
        tuple(p for p in pack.predicates.values() if p.id in claimed),
    )


def _articles(document: Document, pack: Pack) -> tuple[Article, ...]:
    """The articles of a document; what is said in two of its parts counts once."""
    if not document.parts:
        return anchored(read_pages(document.source, document.meta, pack), pack)
    found: dict[str, Article] = {}
    for part in document.parts:
        for a in anchored(read_pages(document.source, part.meta, pack, part.span), pack):
            found.setdefault(a.id, a)
    return tuple(found.values())


def rendered(document: Document, pack: Pack) -> list[Rendered]:
    """The sentences of a document as the rules see them."""
    return [s for a in _articles(document, pack) for s in read(a, pack).scene.rendered]


def select(mentions: Iterable[Mention]) -> tuple[list[Mention], list[Mention]]:
    """(outer, nested): the longest win; a bank, division or named thing inside a longer name stays as nested."""
    outer: list[Mention] = []  # apart, by start
    starts: list[int] = []
    nested: dict[Mention, list[Mention]] = {}  # by the outer one
    for m in sorted(dict.fromkeys(mentions), key=_first_choice):
        low = bisect_right(starts, m.span.start)
        low -= low > 0 and outer[low - 1].span.end > m.span.start
        over = outer[low : bisect_left(starts, m.span.end, low)]
        if not over:
            outer.insert(low, m)
            starts.insert(low, m.span.start)
        elif len(over) == 1 and _stays(m, over[0]):
            others = nested.setdefault(over[0], [])
            if all(_inside(m.span, n.span) for n in others if n.span.meets(m.span)):
                others.append(m)
    return outer, sorted((m for others in nested.values() for m in others), key=_place)


def _first_choice(m: Mention) -> tuple[int, bool, int, int, str]:
    return m.span.start - m.span.end, m.anaphor, _RANK.get(m.kind, 50), m.span.start, m.kind


def _stays(inner: Mention, outer: Mention) -> bool:
    """Whether a name inside a longer one is a mention of its own."""
    named = inner.kind in NESTED and outer.kind not in ("Person", "Quantity", "Time")
    return named and _inside(inner.span, outer.span) and not inner.anaphor and not outer.anaphor


def _inside(inner: Span, outer: Span) -> bool:
    return outer.covers(inner) and outer != inner


def _place(m: Mention) -> tuple[int, int]:
    return m.span.start, -m.span.end


def _covering(mentions: Iterable[Mention]) -> Callable[[Mention], bool]:
    """A test whether one of the mentions covers another one."""
    covered = covering(m.span for m in mentions)
    return lambda m: covered(m.span)


def read_article(article: Article, pack: Pack) -> DocumentFacts:
    """The facts of one article."""
    r = read(article, pack)
    facts: dict[str, Fact] = {}
    metrics: list[Metric] = []
    money = _once(financings(r.scene))
    for f in [*money, *tenures(r.scene, r.posts), *relations(r.scene, r.kept, money)]:
        _say(facts, f)
    used = numbers_of(money)
    reasons = {q: reason for q, reason in r.reasons.items() if q not in used}
    for found, metric in observations(r.scene, r.stated(), money):
        if isinstance(found, Fact):
            _say(facts, found)
            if metric:
                metrics.append(metric)
        else:
            reasons[found] = ""
    stated = set(numbers_of(list(facts.values())))
    sums = {_sum(m.value) for m in stated if isinstance(m.value, Quantity)}
    kept_facts = _agreed(list(facts.values()))
    links, entities = links_of(r.scene.linked, r.kept, kept_facts, tuple(r.reasons))
    stated |= {e.size.mention for e in entities if e.size}
    asides = [
        Aside(Amount(q.value, q), reason or ("asideRepeated" if _sum(q.value) in sums else ""))
        for q, reason in reasons.items()
        if q not in stated and isinstance(q.value, Quantity)
    ]
    return DocumentFacts(
        SourceFile(article.path, "", "", ""),
        (article,),
        links,
        entities,
        tuple(kept_facts),
        tuple(sorted(asides, key=lambda a: a.amount.mention.span)),
        _metrics(metrics),
    )


def _say(facts: dict[str, Fact], fact: Fact) -> None:
    """Add a fact; one that was said before gains the evidence, and the surer of the two sayings stands."""
    said = facts.get(fact.id)
    if said is not None:
        best = fact if fact.confidence > said.confidence else said
        fact = replace(best, evidence=tuple(dict.fromkeys((*said.evidence, *fact.evidence))))
    facts[fact.id] = fact


@dataclass(frozen=True, slots=True)
class Reading:
    """An article read: its scene, all mentions kept, the posts, and each quantity with the reason why it states no fact ("" = none)."""

    scene: Scene
    kept: tuple[Mention, ...]
    posts: tuple[Post, ...]
    reasons: Mapping[Mention, str]

    def stated(self) -> list[Mention]:
        """The quantities that may state a fact, in reading order."""
        return [q for q in sorted(self.reasons, key=_place) if not self.reasons[q]]


def read(article: Article, pack: Pack) -> Reading:
    """Find, select and link all mentions of an article."""
    divisions = find_divisions(article, pack)
    banks = find_banks(article, pack, divisions)
    orgs = find_orgs(article, pack, [*divisions, *banks])
    quantities = find_quantities(article, pack)
    times = find_times(article)
    people, posts = find_people(article, pack, [*divisions, *banks, *orgs])
    names = find_names(article, pack, [*divisions, *banks, *orgs, *people, *quantities])
    groups = find_groups(article, pack, [*quantities, *divisions])
    named = [*divisions, *banks, *orgs, *people, *names, *groups, *find_place_anaphors(article), *find_anaphors(article, names)]
    in_number = _covering(quantities)
    outer, nested = select(m for m in named if m.kind == "Group" or not in_number(m))
    taken, grouped = (
        _covering([*(m for m in outer if m.kind != "Group"), *(t for t in times if t.found_by != "time.ahead")]),
        _covering(m for m in outer if m.kind == "Group"),
    )
    free = {q for q in quantities if not taken(q)}
    in_groups = {q for q in free if grouped(q)}
    kept = (*outer, *nested)
    resolution = resolve(article, [m for m in kept if m.kind in _PLACES], load_register(), pack)
    linked = link(article, kept, resolution, pack, {p.person: p.body for p in posts if p.body})
    office = {m for m in nested if m.found_by.endswith(".office")}
    free_places = {linked.entity_of[m] for m in kept if m in linked.entity_of and m not in office}
    kept = tuple(m for m in kept if m not in office or linked.entity_of.get(m) in free_places)  # 浙江 only in 浙江某公司 names no place
    made = scene(article, pack, linked, sorted([*outer, *(free - in_groups)], key=_place), times, frozenset(p.person for p in posts))
    return Reading(made, kept, tuple(posts), {q: reason if q in free else "asideName" for q, reason in aside_reasons(article, quantities).items()})


def reading(article: Article, pack: Pack) -> tuple[Scene, list[Mention]]:
    """The scene of an article and the numbers that may state a fact."""
    r = read(article, pack)
    return r.scene, r.stated()


def _sum(q: Quantity) -> tuple[Decimal, str, str]:
    """What makes two quantities the same sum."""
    return q.value, q.unit, q.currency


def _once(facts: Iterable[Fact]) -> list[Fact]:
    """A sum told twice in one article, once with more detail: one fact with both evidences."""
    out: list[Fact] = []
    told: dict[tuple[Decimal, str], list[int]] = {}  # the places in `out` of each sum
    for f in facts:
        a = f.amount()
        same = told.setdefault((a.quantity.value, a.quantity.currency), []) if a else []
        twin = next((i for i in same if _compatible(f, out[i])), None)
        if twin is None:
            same.append(len(out))
            out.append(f)
        else:
            g = out[twin]
            fuller, other = (f, g) if len(f.roles) > len(g.roles) else (g, f)
            out[twin] = replace(fuller, evidence=(*fuller.evidence, *other.evidence))
    return out


def _compatible(f: Fact, g: Fact) -> bool:
    """Same money, payer and receivers; product and time at most told by one."""
    to_f, to_g = ({*x.role("recipient"), *x.role("purpose")} for x in (f, g))
    products = {p for x in (f, g) if (p := x.role("product"))}
    days = {x.time.start for x in (f, g) if x.time and x.time.start}
    same = all(f.role(r) == g.role(r) for r in ("instrument", "financier"))
    return same and bool(to_f) and to_f == to_g and len(products) < 2 and len(days) < 2


def _agreed(facts: list[Fact]) -> list[Fact]:
    """A commitment in the sentence of an agreement, or the next, is under it."""
    agreements: dict[Span, Fact] = {}  # by passage, the first of each
    for f in facts:
        for passage in f.evidence[0].passages if f.kind == "AgreementEvent" else ():
            agreements.setdefault(passage, f)
    order = {f.id: n for n, f in enumerate(facts)}
    out = []
    for f in facts:
        if f.kind == "FinancingEvent" and f.role("stage") == ("gfc:committed",):
            near = min((agreements[p] for p in f.evidence[0].passages if p in agreements), key=lambda a: order[a.id], default=None)
            if near:
                f = replace(f, roles=tuple(sorted((*f.roles, ("underAgreement", near.id)))))
        out.append(f)
    return out


def links_of(linked: Linked, kept: Sequence[Mention], facts: Sequence[Fact], numbers: Sequence[Mention]) -> tuple[tuple[Link, ...], tuple[Entity, ...]]:
    """The links and entities that stay: a group only if a fact names it; register ancestors of what is mentioned."""
    named = {v for f in facts for _, v in f.roles if ("predicate", "gf:locatedIn") not in f.roles}
    links, wanted = [], set()
    for m in kept:
        target = linked.entity_of.get(m)
        if target is None or (
            target not in named
            and (linked.entities[target].kind == "Group" or ("某" in linked.entities[target].label and linked.entities[target].kind == "Company"))
        ):
            continue
        links.append(Link(m, target))
        wanted.add(target)
    todo = list(wanted)
    while todo:
        parent = linked.entities[todo.pop()].parent
        if parent and parent in linked.entities and parent not in wanted:
            wanted.add(parent)
            todo.append(parent)
    entities = []
    groups: dict[str, list[Span]] = {}
    for lk in links:
        if linked.entities[lk.entity].kind == "Group":
            groups.setdefault(lk.entity, []).append(lk.mention.span)
    counts = sorted(numbers, key=_place)
    starts = [q.span.start for q in counts]
    for e in linked.entities.values():
        if e.id in wanted:
            if e.kind == "Group":
                inside = (q for g in groups[e.id] for q in counts[bisect_left(starts, g.start) : bisect_left(starts, g.end)] if g.covers(q.span))
                count = next(inside, None)
                if count is not None and isinstance(count.value, Quantity):
                    e = replace(e, size=Amount(count.value, count))
            entities.append(e)
    return tuple(sorted(links, key=lambda x: (x.mention.span.start, -x.mention.span.end, x.entity))), tuple(sorted(entities, key=lambda e: e.id))


def _united(entities: Iterable[Entity]) -> tuple[Entity, ...]:
    out: dict[str, Entity] = {}
    for e in entities:
        old = out.get(e.id)
        if old is None:
            out[e.id] = e
        else:
            forms = sorted({*old.aliases, *e.aliases, e.label} - {old.label})
            out[e.id] = replace(old, aliases=tuple(forms), size=old.size or e.size)
    return tuple(out[k] for k in sorted(out))


def _metrics(metrics: Iterable[Metric]) -> tuple[Metric, ...]:
    out: dict[str, Metric] = {}
    for m in metrics:
        old = out.get(m.id)
        out[m.id] = m if old is None else replace(old, aliases=tuple(dict.fromkeys((*old.aliases, *m.aliases))))
    return tuple(out[k] for k in sorted(out))


def try_text(text: str, pack: Pack) -> list[dict[str, Any]]:
    """The facts of one pasted sentence as plain values: kind, rule, roles as worded, amount, time, status, confidence."""
    source = SourceFile("text", digest(text), "utf-8", text)
    done = extract(Document(source, Meta()), pack)
    articles = {a.id: a for a in done.articles}
    names = {e.id: e for e in done.entities}
    out = []
    for f in done.facts:
        roles: dict[str, list[str]] = {}
        for k, v in f.roles:
            here = [articles[ev.article].at(m.span) for ev in f.evidence for m in ev.mentions if any(lk.mention == m and lk.entity == v for lk in done.links)]
            roles.setdefault(k, []).append(here[0] if here else names[v].label if v in names else v)
        for k, a in f.amounts:
            roles[k] = [a.quantity.verbatim]
        out.append({"kind": f.kind, "rule": f.found_by, "roles": roles, "time": f.time, "status": f.status, "confidence": f.confidence})
    return out
