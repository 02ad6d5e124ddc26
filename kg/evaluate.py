"""How well the builder reads: its facts against annotated ones, document by document.

    entity       type and name, any alias             relation   subject, predicate, object
    post         person, title, organisation          financing  kind, lender, recipients-and-purposes and amount all right
    roles        each lender, recipient, purpose and product of the financings
    observation  subject, metric, value and unit all right
    money        the sums alone, in whatever fact
    facts        the mean F1 of relation, post, financing and observation
    bound, time  among matched facts: the share with the right hedge; with the right time, where the gold has one

What only one of two annotators stated is optional: finding it is neither rewarded nor punished.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .alike import close, group_keys, keys, norm, same_metric, same_sum, unit_of, within
from .gold import Account, Financing, Number, Post, Relation, Thing, thing

__all__ = ["Count", "Error", "Score", "Verdict", "align", "score", "total", "unit_of"]

MEASURES = ("entity", "relation", "post", "financing", "roles", "observation", "money", "bound", "time")
SHARES = ("bound", "time")  # measured among matched facts only
FACTS = ("relation", "post", "financing", "observation")
CURRENCIES = ("CNY", "USD", "EUR", "HKD")


@dataclass(frozen=True, slots=True)
class Count:
    """How many are right, how many the gold has, how many were found (what is optional left out)."""

    right: int = 0
    gold: int = 0
    found: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.right + other.right, self.gold + other.gold, self.found + other.found)

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """
        >>> Count(1, 2, 2).f1, Count().f1
        (0.5, 0.0)
        """
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(frozen=True, slots=True)
class Error:
    """What went wrong in one place. kind: missed, wrong or unlike (paired with a gold fact, but not right)."""

    measure: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """A fact found, how sure the builder was of it, and whether the gold has it. What is optional gets none."""

    kind: str
    confidence: float | None
    right: bool


@dataclass(frozen=True, slots=True)
class Score:
    """The measures of one document or of several.

    `sums`: of the financings found whose amount is that of a gold financing, how many name a financier that is not the
    gold's (`right`, that is wrong) and how many there are (`found`).
    """

    counts: Mapping[str, Count]
    errors: tuple[Error, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    strange_financiers: int = 0
    paired_sums: int = 0

    @property
    def facts(self) -> float:
        """The mean F1 of relations, posts, financings and observations."""
        return sum(self.counts[m].f1 for m in FACTS) / len(FACTS)


def total(scores: Iterable[Score]) -> Score:
    """The sums over documents."""
    scores = list(scores)
    return Score(
        {m: sum((s.counts[m] for s in scores), Count()) for m in MEASURES},
        tuple(e for s in scores for e in s.errors),
        tuple(v for s in scores for v in s.verdicts),
        sum(s.strange_financiers for s in scores),
        sum(s.paired_sums for s in scores),
    )


def score(gold: Account, found: Account) -> Score:
    """One document: what was found against what the gold has."""
    names = _Names(gold, found)
    seen = names.translated(found)
    counts: dict[str, Count] = {}
    entity, errors = _entities(gold, found, names)
    relation, relation_errors, verdicts = _relations(gold, seen, names)
    post, post_errors, post_verdicts = _posts(gold, seen, names)
    money = _Financings(gold, seen, names)
    numbers = _Numbers(gold, seen, names)
    matched = [*money.matched, *numbers.matched]
    hedges = [right for right, _ in matched if right is not None]
    times = [right for _, right in matched if right is not None]
    counts = {
        "entity": entity,
        "relation": relation,
        "post": post,
        "financing": money.count,
        "roles": money.roles,
        "observation": numbers.count,
        "money": _sums(gold, found),
        "bound": Count(sum(hedges), len(hedges), len(hedges)),
        "time": Count(sum(times), len(times), len(times)),
    }
    return Score(
        counts,
        (*errors, *relation_errors, *post_errors, *money.errors, *numbers.errors),
        (*verdicts, *post_verdicts, *money.verdicts, *numbers.verdicts),
        money.strange,
        money.paired_sums,
    )


# ---------------------------------------------------------------- entities


def align(gold: Iterable[Thing | Mapping[str, Any]], found: Iterable[Thing | Mapping[str, Any]], typed: bool) -> dict[str, str]:
    """Pair entities one to one by a shared name: found id → gold id. Both as values or as rows of the JSON.

    Equal types go first, then equal names, then the longest name shared. `typed`: only equal types are paired.

    >>> align([Thing("g", "BankBranch", "中国农业银行萧山分行")], [Thing("f", "BankBranch", "萧山农行")], True)
    {'f': 'g'}
    """
    named = [[(t, keys(t)) for t in map(thing, side)] for side in (gold, found)]
    pairs = []
    for f, f_keys in named[1]:
        for g, g_keys in named[0]:
            alike = f.type == g.type
            if (typed and not alike) or (alike and g.type == "Division" and f.level and g.level and f.level != g.level):
                continue
            shared = f_keys & g_keys or (group_keys(f_keys, g_keys) if alike and g.type == "Group" else set())
            if shared:
                pairs.append((not alike, norm(f.name) != norm(g.name), -max(map(len, shared)), f.id, g.id))
    out: dict[str, str] = {}
    taken: set[str] = set()
    for *_, f_id, g_id in sorted(pairs):
        if f_id not in out and g_id not in taken:
            out[f_id] = g_id
            taken.add(g_id)
    return out


class _Names:
    """Which things of the two readers are the same, and what they are called."""

    def __init__(self, gold: Account, found: Account) -> None:
        self.typed = align(gold.things, found.things, True)
        self.loose = align(gold.things, found.things, False)
        self.free = {t.id for t in gold.things if t.optional}
        self.found = {t.id: f"{t.type}:{t.name}" for t in found.things}
        self.labels = {t.id: f"{t.type}:{t.name}" for t in gold.things}
        self.kinds = {**{t.id: t.type for t in gold.things}, **{"?" + self.found[t.id]: t.type for t in found.things}}
        self.bare = {**{t.id: norm(t.name) for t in gold.things}, **{"?" + self.found[t.id]: norm(t.name) for t in found.things}}

    def gold_id(self, found: str) -> str:
        """The gold's thing for a found one; `?Type:name` where the gold has none."""
        return self.loose.get(found) or "?" + self.found.get(found, found)

    def show(self, identifier: str | None) -> str:
        return "–" if identifier is None else self.labels.get(identifier, identifier)

    def translated(self, found: Account) -> Account:
        """What was found, in the gold's ids."""
        to = self.gold_id
        return replace(
            found,
            relations=tuple(replace(r, subject=to(r.subject), object=to(r.object)) for r in found.relations),
            posts=tuple(replace(p, person=to(p.person), org=to(p.org) if p.org is not None else None) for p in found.posts),
            financings=tuple(
                replace(f, lenders=tuple(map(to, f.lenders)), to=tuple(map(to, f.to)), product=to(f.product) if f.product is not None else None)
                for f in found.financings
            ),
            numbers=tuple(replace(n, subject=to(n.subject)) for n in found.numbers),
        )

    def same_body(self, a: str | None, b: str | None) -> bool:
        """One and the same for a reader: equal, a place and its government or committee, or a branch and its section."""
        if a is None or b is None or a == b:
            return a == b
        x, y = self.bare.get(a, ""), self.bare.get(b, "")
        if not x or not y or not (x.startswith(y) or y.startswith(x)):
            return False
        kinds = {self.kinds[a], self.kinds[b]}
        return kinds <= {"Government", "Division"} or (kinds == {"BankBranch"} and max(x, y, key=len)[-1] in "部科室")


def _entities(gold: Account, found: Account, names: _Names) -> tuple[Count, list[Error]]:
    spared = {f for pairs in (names.typed, names.loose) for f, g in pairs.items() if g in names.free}
    right = {f for f, g in names.typed.items() if g not in names.free} - spared
    wanted = [t for t in gold.things if not t.optional]
    met = set(names.typed.values())
    errors = [Error("entity", "missed", names.labels[t.id]) for t in wanted if t.id not in met]
    errors += [Error("entity", "wrong", names.found[t.id]) for t in found.things if t.id not in right | spared]
    return Count(len(right), len(wanted), len(found.things) - len(spared)), errors


# ---------------------------------------------------------------- relations and posts

_Triple = tuple[str, str, str]


def _triples(relations: Iterable[Relation], names: _Names) -> dict[_Triple, float | None]:
    """Subject, predicate, object → confidence. Cooperation has no direction; membership in and part of a programme are one."""
    out: dict[_Triple, float | None] = {}
    for r in relations:
        s, p, o = r.subject, r.predicate, r.object
        if p in ("participatesIn", "partOf") and names.kinds.get(o) == "Programme":
            p = "inProgramme"
        if p == "cooperatesWith":
            s, o = sorted((s, o))
        out[s, p, o] = _surer(out.get((s, p, o)), r.confidence)
    return out


def _surer(a: float | None, b: float | None) -> float | None:
    return max((x for x in (a, b) if x is not None), default=None)


def _relations(gold: Account, seen: Account, names: _Names) -> tuple[Count, list[Error], list[Verdict]]:
    # support of a person or group is told by the financing already
    want = {t for t in _triples(gold.relations, names) if t[1] != "supports" or names.kinds.get(t[2]) not in ("Person", "Group")}
    spare = set(_triples(gold.optional_relations, names)) - want
    found = {t: c for t, c in _triples(seen.relations, names).items() if t not in spare and (t in want or names.free.isdisjoint((t[0], t[2])))}
    right = want & found.keys()

    def told(kind: str, triples: Iterable[_Triple]) -> list[Error]:
        return [Error("relation", kind, f"{names.show(s)} · {p} · {names.show(o)}") for s, p, o in sorted(triples)]

    verdicts = [Verdict("relation", c, t in right) for t, c in sorted(found.items())]
    return Count(len(right), len(want), len(found)), [*told("missed", want - right), *told("wrong", found.keys() - right)], verdicts


def _posts(gold: Account, seen: Account, names: _Names) -> tuple[Count, list[Error], list[Verdict]]:
    def unique(posts: Iterable[Post]) -> list[Post]:
        sure: dict[tuple[str, str, str | None], float | None] = {}
        for p in posts:
            key = p.person, norm(p.title), p.org
            sure[key] = _surer(sure.get(key), p.confidence)
        return [Post(*key, sure[key]) for key in sorted(sure, key=lambda k: (k[0], k[1], k[2] is None, k[2] or ""))]

    def same(a: Post, b: Post) -> bool:
        """县委书记 of 玉山县 is 书记 of 玉山县委; a 副行长 is no 行长."""
        if a.person != b.person or not names.same_body(a.org, b.org):
            return False
        short, long = sorted((a.title, b.title), key=len)
        lead = long[: len(long) - len(short)]
        bodies = "|".join(names.bare.get(p.org or "", "") for p in (a, b))
        return long.endswith(short) and lead in bodies

    want, found = unique(gold.posts), unique(seen.posts)
    pairs = _greedy(want, found, same)
    free = [replace(p, title=norm(p.title)) for p in gold.optional_posts]
    taken = set(pairs.values())
    spared = {j for j, p in enumerate(found) if j not in taken and any(same(p, f) for f in free)}

    def told(kind: str, posts: Sequence[Post], without: Iterable[int]) -> list[Error]:
        without = set(without)
        return [Error("post", kind, f"{names.show(p.person)} · {p.title} · {names.show(p.org)}") for n, p in enumerate(posts) if n not in without]

    verdicts = [Verdict("post", p.confidence, j in taken) for j, p in enumerate(found) if j not in spared]
    return Count(len(pairs), len(want), len(found) - len(spared)), [*told("missed", want, pairs), *told("wrong", found, taken | spared)], verdicts


def _greedy(want: Sequence[Post], found: Sequence[Post], same: Callable[[Post, Post], bool]) -> dict[int, int]:
    """Each wanted one with the first free one found that is the same."""
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for i, a in enumerate(want):
        j = next((j for j, b in enumerate(found) if j not in taken and same(a, b)), None)
        if j is not None:
            pairs[i] = j
            taken.add(j)
    return pairs


# ---------------------------------------------------------------- financings

_Roles = set[tuple[str, str]]  # lender, to or product, and who


def _roles(f: Financing) -> _Roles:
    product = {("product", f.product)} if f.product is not None else set()
    return {("lender", x) for x in f.lenders} | {("to", x) for x in f.to} | product


def _of(roles: _Roles, role: str) -> _Roles:
    return {r for r in roles if r[0] == role}


def _same_kind(gold: Financing, found: Financing) -> bool:
    return not {*gold.kinds, *gold.alt_kinds}.isdisjoint(found.kinds)


class _Financings:
    """The financings of two readers, paired by amount and, among those of one amount, by the number of agreeing roles."""

    def __init__(self, gold: Account, seen: Account, names: _Names) -> None:
        self.names = names
        want = [(f, _roles(f)) for f in gold.financings]
        found = [(f, _roles(f)) for f in seen.financings]
        pairs = self._pairs(want, found)
        self.matched: list[tuple[bool | None, bool | None]] = []  # hedge and time right, None where not judged
        self.errors = [Error("financing", "missed", f.quote) for i, (f, _) in enumerate(want) if i not in pairs]
        self.verdicts: list[Verdict] = []
        self.strange = self.paired_sums = 0
        right = role_right = role_found = 0
        for i, j in pairs.items():
            (f, wanted), (h, got) = want[i], found[j]
            got = self._reread(f, wanted, got)
            role_right += len(wanted & got)
            role_found += len(got)
            good = self._good(f, h, wanted, got)
            right += good
            if not good:
                self.errors.append(Error("financing", "unlike", f"{f.quote}: {self._told(f, wanted)}; found {self._told(h, got)}"))
            self.verdicts.append(Verdict("financing", h.confidence, good))
            hedge = None
            if f.amount and h.amount:
                hedge = f.amount.qual == h.amount.qual
                self.paired_sums += 1
                self.strange += not _of(got, "lender") <= _of(wanted, "lender")
            self.matched.append((hedge, within(f.days, h.days) if f.time else None))
        extra, spared = list(gold.optional_financings), set()
        taken = set(pairs.values())
        for j, (h, _) in enumerate(found):
            optional = next((f for f in extra if j not in taken and same_sum(f.amount, h.amount)), None)
            if optional:
                extra.remove(optional)
                spared.add(j)
        wrong = [j for j in range(len(found)) if j not in taken | spared]
        self.errors += [Error("financing", "wrong", f"{found[j][0].quote}: {self._told(*found[j])}") for j in wrong]
        self.verdicts += [Verdict("financing", found[j][0].confidence, False) for j in wrong]
        self.count = Count(right, len(want), len(found) - len(spared))
        self.roles = Count(role_right, sum(len(s) for _, s in want), role_found + sum(len(found[j][1]) for j in wrong))

    def _pairs(self, want: Sequence[tuple[Financing, _Roles]], found: Sequence[tuple[Financing, _Roles]]) -> dict[int, int]:
        """Gold → found. Without an amount, two roles (or one and the kind) must agree."""
        candidates = []
        for i, (f, wanted) in enumerate(want):
            for j, (h, got) in enumerate(found):
                if same_sum(f.amount, h.amount):
                    agreeing = len(wanted & self._reread(f, wanted, got)) + _same_kind(f, h)
                    if f.amount or agreeing >= 2:
                        candidates.append((f.amount is None, -agreeing, i, j))
        pairs: dict[int, int] = {}
        taken: set[int] = set()
        for *_, i, j in sorted(candidates):
            if i not in pairs and j not in taken:
                pairs[i] = j
                taken.add(j)
        return pairs

    def _reread(self, gold: Financing, wanted: _Roles, got: _Roles) -> _Roles:
        """The roles found, the other annotator's choices taken for this gold's."""
        out = set(got)
        for role in sorted(_of(got, "lender") - wanted):
            same = next((w for w in sorted(_of(wanted, "lender")) if w not in out and self.names.same_body(role[1], w[1])), None)
            if same or role[1] in gold.alt_lenders:
                out.discard(role)
                out |= {same} if same else _of(wanted, "lender")
        for role in sorted((out & {("to", x) for x in gold.alt_to}) - wanted):
            out.discard(role)
            out |= set(sorted(_of(wanted, "to") - out)[:1])
        return out

    @staticmethod
    def _good(gold: Financing, found: Financing, wanted: _Roles, got: _Roles) -> bool:
        """Kind right, a lender right, and at least half of all recipients and purposes shared (none where the gold has none)."""
        payers, to = (_of(wanted, "lender"), _of(got, "lender")), (_of(wanted, "to"), _of(got, "to"))
        paid = not payers[0].isdisjoint(payers[1]) if payers[0] else not payers[1]
        reached = 2 * len(to[0] & to[1]) >= len(to[0] | to[1]) if to[0] else not to[1]
        return _same_kind(gold, found) and paid and reached

    def _told(self, f: Financing, roles: _Roles) -> str:
        return " ".join(["/".join(f.kinds), *(f"{role}={self.names.show(who)}" for role, who in sorted(roles))])


# ---------------------------------------------------------------- observations and sums


class _Numbers:
    """The observations of two readers, each of the gold's with the first free one found that says the same."""

    def __init__(self, gold: Account, seen: Account, names: _Names) -> None:
        want, found = gold.numbers, seen.numbers
        self.matched: list[tuple[bool | None, bool | None]] = []
        self.errors: list[Error] = []
        taken: set[int] = set()
        spared: set[int] = set()
        for i, o in enumerate((*want, *gold.optional_numbers)):
            near: Number | None = None
            for j, n in enumerate(found):
                if j in taken | spared or unit_of(o) != unit_of(n) or not close(o.value, n.value):
                    continue
                if any(names.same_body(n.subject, x) for x in (o.subject, *o.alt_subjects)) and same_metric(o.metric, n.metric, unit_of(o)):
                    if i < len(want):
                        taken.add(j)
                        self.matched.append((o.qual == n.qual, within(o.days, n.days) if o.time else None))
                    else:
                        spared.add(j)
                    break
                near = n
            else:
                if i < len(want):
                    unlike = f"; found {names.show(near.subject)} · {'/'.join(near.metric[:3])}" if near else ""
                    self.errors.append(Error("observation", "unlike" if near else "missed", self._told(o, names) + unlike))
        self.errors += [Error("observation", "wrong", self._told(n, names)) for j, n in enumerate(found) if j not in taken | spared]
        self.verdicts = [Verdict("observation", n.confidence, j in taken) for j, n in enumerate(found) if j not in spared]
        self.count = Count(len(taken), len(want), len(found) - len(spared))

    @staticmethod
    def _told(n: Number, names: _Names) -> str:
        return f"{n.quote}: {names.show(n.subject)} · {n.metric[0] if n.metric else ''} · {n.value:g} {n.unit}"


def _sums(gold: Account, found: Account) -> Count:
    """The sums of money in whatever fact; those that are optional neither count nor cost."""

    def stated(financings: Iterable[Financing], numbers: Iterable[Number]) -> Counter[tuple[float, str]]:
        paid = Counter((round(f.amount.value, 2), f.amount.unit) for f in financings if f.amount)
        return paid + Counter((round(n.value, 2), n.unit) for n in numbers if n.unit in CURRENCIES)

    want, got = stated(gold.financings, gold.numbers), stated(found.financings, found.numbers)
    spared = (got - want) & stated(gold.optional_financings, gold.optional_numbers)
    return Count((want & got).total(), want.total(), (got - spared).total())
