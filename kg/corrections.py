"""Corrections by hand: `corrections.tsv` beside the input (kg/correction_lines.py), applied to the merged graph on every build.

The order of lines does not matter: names move first, then things unite, then the rest. A line about a fact (kg/verdicts.py) is
applied where the fact is, before its things are corrected or after.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from .build import link_key, one_fact, sure
from .correction_lines import OF_FACTS, Correction, Unmatched, find, identifier, read
from .model import DIVISION_KINDS, Amount, Article, Entity, Evidence, Fact, Graph, Link, Mention, Quantity, digest, local_name
from .verdicts import Verdicts, identified, of_numbers

__all__ = ["Correction", "Unmatched", "apply", "find", "read"]

# ---------------------------------------------------------------- applying


def apply(graph: Graph, corrections: Iterable[Correction], least: float = 0.0) -> tuple[Graph, tuple[Unmatched, ...]]:
    """The corrected graph, and the lines that match nothing or contradict each other. The order of the lines does not matter.

    Ids stay; a fact whose roles name another thing now has the id that extraction would have given it. Evidence stays. Facts
    below the confidence `least` leave it (build.sure), unless a person confirmed or corrected them.
    """
    rows = sorted(set(corrections))
    if not rows:
        return sure(graph, least), ()
    unmatched: list[Unmatched] = []

    def of(*actions: str) -> list[Correction]:
        return [c for c in rows if c.action in actions]

    verdicts = Verdicts(c for c in of(*OF_FACTS) if identifier(c.subject).startswith("fact/f_"))
    graph = verdicts.apply(graph, _Index(graph).one)
    graph, pairs = _move(graph, of("alias", "not-same"), unmatched)
    graph, now = _unite(graph, of("same"), pairs, unmatched)
    graph = _rename(graph, of("retype", "add-alias"), now, unmatched)
    graph = verdicts.apply(graph, _Index(graph, now).one)
    unmatched += verdicts.left(graph, _Index(graph, now).one)
    graph = of_numbers(sure(_apart(graph, pairs, now), least), of("confirm", "set-aside"), unmatched)
    return graph, tuple(sorted(unmatched, key=lambda u: (u.correction.path, u.correction.line, u)))


def _apart(graph: Graph, pairs: Iterable[frozenset[str]], now: Mapping[str, str]) -> Graph:
    """The graph with the pairs that a person told apart noted on both."""
    told: dict[str, set[str]] = defaultdict(set)
    known = {e.id for e in graph.entities}
    for pair in pairs:
        ids = {now.get(i, i) for i in pair}
        if len(ids) == 2 and ids <= known:
            for i in ids:
                told[i] |= ids - {i}
    return replace(graph, entities=tuple(replace(e, apart=tuple(sorted(told[e.id]))) if e.id in told else e for e in graph.entities)) if told else graph


class _Index:
    """The things of a graph by name, and their mentions."""

    def __init__(self, graph: Graph, now: Mapping[str, str] | None = None) -> None:
        self.entities = {e.id: e for e in graph.entities}
        self.now = now or {}  # ids that other things have taken over
        self.articles = {a.id: a for a in graph.articles}
        self.labels: dict[str, set[str]] = defaultdict(set)
        self.names: dict[str, set[str]] = defaultdict(set)
        self.read: dict[str, list[Link]] = defaultdict(list)  # words of the text → mentions that name something so
        for e in graph.entities:
            self.labels[_flat(e.label)].add(e.id)
            for name in e.aliases:
                self.names[_flat(name)].add(e.id)
        for link in graph.links:
            if not link.mention.anaphor:
                words = surface(self.articles[link.mention.article], link.mention)
                self.read[words].append(link)
                self.names[words].add(link.entity)

    def meant(self, reference: str) -> set[str]:
        """The ids of the things that a name or an IRI may mean."""
        if given := identifier(reference):
            return {self.now.get(given, given)} & self.entities.keys()
        return self.labels.get(_flat(reference)) or self.names.get(_flat(reference), set())

    def one(self, reference: str) -> tuple[str, ...]:
        """The same, sorted."""
        return tuple(sorted(self.meant(reference)))

    def find(self, correction: Correction, reference: str, unmatched: list[Unmatched]) -> str:
        """The id of the thing meant; "", and a line in `unmatched`, where it is none or not one."""
        found = self.meant(reference)
        if len(found) == 1:
            return next(iter(found))
        unmatched.append(Unmatched(correction, "ambiguous" if found else "unknown", reference, tuple(sorted(found))))
        return ""


def _flat(name: str) -> str:
    """A name without white space, in one normal form."""
    return "".join(unicodedata.normalize("NFC", name).split())


def surface(article: Article, mention: Mention) -> str:
    """The words of a mention without white space."""
    return _flat(article.at(mention.span))


def _move(graph: Graph, rows: Sequence[Correction], unmatched: list[Unmatched]) -> tuple[Graph, set[frozenset[str]]]:
    """Let mentions refer to other things (alias, not-same), and the pairs that are to stay apart."""
    index = _Index(graph)
    apart: set[frozenset[str]] = set()
    new: dict[str, Entity] = {}
    wanted: dict[Link, dict[str, list[Correction]]] = defaultdict(lambda: defaultdict(list))  # mention → target → the lines that say so
    for c in rows:
        if c.action == "alias":
            target = index.find(c, c.object, unmatched)
            links = index.read.get(_flat(c.subject), [])
            if target and not links:
                unmatched.append(Unmatched(c, "no-mention", c.subject))
            for link in links if target else ():
                wanted[link][target].append(c)
            continue
        thing = index.find(c, c.subject, unmatched)
        if not thing:
            continue
        label = _flat(index.entities[thing].label)
        # the name that is not the thing's own is the one to leave
        name = c.subject if _flat(c.object) == label and not identifier(c.subject) else c.object
        links = [] if _flat(name) == label else [k for k in index.read.get(_flat(name), ()) if k.entity == thing]
        others = index.labels.get(_flat(name), set()) - {thing}
        if links:
            own = index.entities[min(others)] if len(others) == 1 else _split(index.entities[thing], name, index.entities)
            new[own.id] = own
            apart.add(frozenset((thing, own.id)))
            for link in links:
                wanted[link][own.id].append(c)
        elif thing in index.names.get(_flat(name), set()) or _flat(name) == label:
            unmatched.append(Unmatched(c, "no-mention", name))
        elif other := index.find(c, name, unmatched):
            apart.add(frozenset((thing, other)))
    disputed = {c for targets in wanted.values() if len(targets) > 1 for said in targets.values() for c in said}
    unmatched += [Unmatched(c, "contradicted") for c in sorted(disputed)]
    moves = {link: t for link, targets in wanted.items() for t, said in targets.items() if t != link.entity and disputed.isdisjoint(said)}
    if not moves:
        return graph, apart
    _take_along(graph.links, moves)
    made = tuple(e for i, e in new.items() if i in moves.values() and i not in index.entities)
    return _rewrite(replace(graph, entities=(*graph.entities, *made)), {}, moves), apart


def _split(entity: Entity, name: str, known: Mapping[str, Entity]) -> Entity:
    """The thing of its own that a name becomes."""
    space = entity.id.partition("/")[0]
    own = f"{space}/{local_name(name) or digest(name)}"
    return Entity(f"{own}.{digest(entity.id)}" if own in known else own, entity.kind, name, (), entity.parent)


def _take_along(links: Iterable[Link], moves: dict[Link, str]) -> None:
    """该行 and the like move with the names of their article, where all of these move to one thing."""
    targets: dict[tuple[str, str], set[str]] = defaultdict(set)
    for link in links:
        if not link.mention.anaphor:
            targets[link.mention.article, link.entity].add(moves.get(link, link.entity))
    for link in links:
        to = targets.get((link.mention.article, link.entity), set())
        if link.mention.anaphor and len(to) == 1 and (target := next(iter(to))) != link.entity:
            moves[link] = target


def _unite(graph: Graph, rows: Sequence[Correction], apart: set[frozenset[str]], unmatched: list[Unmatched]) -> tuple[Graph, dict[str, str]]:
    """Make things one (same). Also: id → the id that took it over. Pairs that these lines dispute leave `apart`."""
    index = _Index(graph)
    pairs = {c: (index.find(c, c.subject, unmatched), index.find(c, c.object, unmatched)) for c in rows}
    pairs = {c: p for c, p in pairs.items() if all(p)}
    groups: list[set[str]] = []
    for pair in pairs.values():
        met = [g for g in groups if not g.isdisjoint(pair)]
        groups = [g for g in groups if g not in met] + [set(pair).union(*met)]
    now: dict[str, str] = {}
    for group in groups:
        mine = [c for c, p in pairs.items() if p[0] in group]
        if disputed := {pair for pair in apart if pair <= group}:
            unmatched += [Unmatched(c, "contradicted") for c in mine]
            apart -= disputed
            continue
        keeper = min(group - {p[1] for c, p in pairs.items() if c in mine and p[0] != p[1]} or group)
        now |= {i: keeper for i in group if i != keeper}
    return (_rewrite(graph, now, {}), now) if now else (graph, now)


def _rename(graph: Graph, rows: Sequence[Correction], now: Mapping[str, str], unmatched: list[Unmatched]) -> Graph:
    """Kinds and further names (retype, add-alias)."""
    index = _Index(graph, now)
    kinds: dict[str, dict[str, list[Correction]]] = defaultdict(lambda: defaultdict(list))
    names: dict[str, set[str]] = defaultdict(set)
    for c in rows:
        if thing := index.find(c, c.subject, unmatched):
            if c.action == "retype":
                kinds[thing][c.object].append(c)
            else:
                names[thing].add(c.object)
    for said in kinds.values():
        if len(said) > 1:
            unmatched += [Unmatched(c, "contradicted") for cs in said.values() for c in cs]

    def changed(e: Entity) -> Entity:
        kind = next(iter(kinds[e.id])) if e.id in kinds and len(kinds[e.id]) == 1 else e.kind
        return _placed(replace(e, kind=kind, aliases=_others(e.label, (*e.aliases, *names.get(e.id, ())))))

    return replace(graph, entities=tuple(changed(e) if e.id in kinds or e.id in names else e for e in graph.entities))


def _placed(e: Entity) -> Entity:
    """Only a division has a code and a parent in the register."""
    return e if e.kind in DIVISION_KINDS else replace(e, parent="", code="")


def _others(label: str, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names) - {label, ""}))


# ---------------------------------------------------------------- rewriting


def _rewrite(graph: Graph, now: Mapping[str, str], moves: Mapping[Link, str]) -> Graph:
    """The graph with things taken over (`now`: id → id) and single mentions moved (`moves`: link → id), facts and all."""

    def link_now(link: Link) -> Link:
        target = now.get(link.entity) or moves.get(link, link.entity)
        return replace(link, entity=target) if target != link.entity else link

    links = tuple(sorted(set(map(link_now, graph.links)), key=link_key))
    told: dict[tuple[Mention, str], str] = {(k.mention, k.entity): t for k, t in moves.items()}
    linked: dict[Mention, set[str]] = defaultdict(set)
    for k in graph.links:
        linked[k.mention].add(k.entity)

    def thing_now(value: str, evidence: Evidence | None) -> str:
        if value in now or evidence is None:
            return now.get(value, value)
        targets = {told.get((m, value), value) for m in evidence.mentions if value in linked.get(m, ())}
        return targets.pop() if len(targets) == 1 else value

    facts = _renamed(graph.facts, thing_now)
    entities = _entities(graph, links, facts, now, moves)
    return replace(graph, links=links, entities=entities, facts=facts)


def _renamed(facts: Sequence[Fact], thing_now: Callable[[str, Evidence | None], str]) -> tuple[Fact, ...]:
    """The facts with their roles renamed, evidence by evidence: where they part, so does the fact."""
    ids: dict[str, str] = {}
    out: list[Fact] = []
    for fact in facts:
        parts: dict[tuple[tuple[str, str], ...], list[Evidence]] = {}
        for e in fact.evidence or (None,):
            roles = tuple(sorted({(k, thing_now(v, e)) for k, v in fact.roles}))
            parts.setdefault(roles, []).extend([e] if e else [])
        for roles, evidence in parts.items():
            part = fact if len(parts) == 1 else replace(fact, evidence=tuple(evidence), amounts=_amounts_in(fact, evidence))
            if roles != fact.roles:
                if fact.kind == "Claim" and dict(roles).get("subject") == dict(roles).get("object"):
                    continue  # said of one thing now
                part = identified(replace(part, roles=roles))
                ids.setdefault(fact.id, part.id)
            else:
                ids[fact.id] = fact.id
            out.append(part)
    grouped: dict[str, list[Fact]] = defaultdict(list)
    for f in out:
        roles = tuple(sorted((k, ids.get(v, v)) for k, v in f.roles)) if any(v in ids for _, v in f.roles) else f.roles
        grouped[f.id].append(f if roles == f.roles else replace(f, roles=roles))
    return tuple(one_fact(grouped[i]) for i in sorted(grouped))


def _amounts_in(fact: Fact, evidence: Sequence[Evidence]) -> tuple[tuple[str, Amount], ...]:
    """The amounts of a fact as this part of its evidence states them."""
    mentions = [m for e in evidence for m in e.mentions if isinstance(m.value, Quantity)]

    def stated(a: Amount) -> Amount:
        q = a.quantity
        same = (m for m in mentions if isinstance(m.value, Quantity) and (m.value.value, m.value.unit, m.value.currency) == (q.value, q.unit, q.currency))
        return a if a.mention in mentions else Amount(q, next(same, a.mention))

    return tuple((k, stated(a)) for k, a in fact.amounts)


def _entities(graph: Graph, links: Iterable[Link], facts: Iterable[Fact], now: Mapping[str, str], moves: Mapping[Link, str]) -> tuple[Entity, ...]:
    """The things after the change: united ones hold all names; moved names go along; what nothing refers to any more is left out."""
    articles = {a.id: a for a in graph.articles}
    lost: dict[str, set[str]] = defaultdict(set)
    won: dict[str, set[str]] = defaultdict(set)
    for link, target in moves.items():
        if not link.mention.anaphor:
            words = articles[link.mention.article].at(link.mention.span)
            lost[link.entity].add(_flat(words))
            won[target].add(" ".join(words.split()))
    entities = {e.id: e for e in graph.entities}
    for old, keeper in sorted(now.items()):
        e, k = entities.pop(old), entities[keeper]
        united = replace(k, aliases=_others(k.label, (*k.aliases, e.label, *e.aliases)), parent=k.parent or e.parent, code=k.code or e.code)
        entities[keeper] = _placed(replace(united, size=k.size or (e.size if k.kind == "Group" else None)))
    used = {k.entity for k in links} | {v for f in facts for _, v in f.roles} | {e.parent for e in entities.values()}
    out = []
    for e in entities.values():
        if e.id in lost and e.id not in used:
            continue
        if e.id in lost or e.id in won:
            e = replace(e, aliases=_others(e.label, {n for n in e.aliases if _flat(n) not in lost[e.id]} | won[e.id]))
        parent = now.get(e.parent, e.parent)
        out.append(e if parent == e.parent else replace(e, parent="" if parent == e.id else parent))
    return tuple(sorted(out, key=lambda e: e.id))
