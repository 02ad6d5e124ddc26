"""Two things that may be one: their names are alike, their kind is the same, and nothing in the graph speaks against it.

Precision before recall: each way of being alike has a weight, a sentence or a fact that names both speaks against the pair, and
what is left is ranked. Numbers, directions and ranks are what tells things of one series apart (一期 and 二期, 城东 and 城西).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from .alike import bank_forms, norm
from .model import DIVISION_KINDS
from .pack import load
from .register import load_register
from .review_graph import Nodes

KINDS = frozenset(
    "Bank Branch Insurer Guarantor FinancialInstitution Company PublicBody OtherOrganization Person Project Programme FinancialProduct Workshop "
    "Facility Document Village Township".split()
)
_FAMILY = {"Workshop": "Facility", "Branch": "Bank", "FinancialInstitution": "Bank"}  # kinds that are told apart by a word of the name
_TAIL = re.compile(r"(?:股份|集团|控股|有限|责任|公司|总公司|项目|工程|行动|计划|业务|产品|服务|模式|平台|中心|基地)+$")
_NAMELESS = re.compile(r"某|^(?:一|两|几|多|该|本|全|各|\d)|^[老小]?.(?:先生|女士|大哥|大姐|大叔|大爷|大妈|阿姨|师傅|老板)$")
_SERIES = frozenset("0123456789一二三四五六七八九十百甲乙丙丁东西南北中上下左右前后内外大小新老正副总省市区县镇乡村")
_PLACE = re.compile(r"^(?:[\u4e00-\u9fff]{2,7}?(?:省|市|区|县|镇|乡|街道|村))+")
# how sure each way of being alike makes one that two names are one thing
WEIGHTS = {"label": 0.9, "bank": 0.85, "tail": 0.8, "place": 0.75, "short": 0.6, "slip": 0.55}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two things; the first is the one to keep: named more fully, or more often. how: a key of WEIGHTS."""

    first: str
    second: str
    how: str
    weight: float


def pairs(nodes: Nodes) -> list[Pair]:
    """The pairs that may be one, likeliest first; those that a person told apart are among them."""
    things = {t: k for t, k in nodes.things.items() if k in KINDS and not _NAMELESS.search(nodes.label(t))}
    names = {t: norm(nodes.label(t)) for t in things}
    found: dict[tuple[str, str], str] = {}
    for how, a, b in _alike(things, names):
        key = (min(a, b), max(a, b))
        if a != b and WEIGHTS[how] > WEIGHTS.get(found.get(key, ""), 0):
            found[key] = how
    told = {(a, b) for a in things for b in nodes.get(a).get("gf:distinctFrom", ())}
    out = []
    near = _Near(nodes)
    for (a, b), how in found.items():
        if (a, b) in told or not near.against(a, b, how):
            weight = WEIGHTS[how] + near.speaks_for(a, b)
            first, second = sorted((a, b), key=lambda t: (-len(nodes.label(t)), -len(nodes.mentions.get(t, ())), t))
            out.append(Pair(first, second, how, weight))
    return sorted(out, key=lambda p: (-p.weight, p.first, p.second))


def _alike(things: dict[str, str], names: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """How, and the two; each pair perhaps more than once. Every step is linear in the names: a key with too many holders says nothing."""
    tables: dict[str, dict[tuple[str, str], list[str]]] = {how: defaultdict(list) for how in WEIGHTS}
    cores: dict[tuple[str, str], list[str]] = defaultdict(list)
    for thing, kind in things.items():
        name, family = names[thing], _FAMILY.get(kind, kind)
        tables["label"][family, name].append(thing)
        if family == "Bank":
            for form in bank_forms(name):
                tables["bank"][family, form].append(thing)
        if kind == "Person":
            continue
        core = _TAIL.sub("", name)
        bare = _PLACE.sub("", core)
        if len(bare) >= 3 and kind not in DIVISION_KINDS:
            tables["place"][family, bare].append(thing)
        if len(core) >= 3 and family != "Bank":
            tables["tail"][family, core].append(thing)
            cores[family, core].append(thing)
        if len(name) >= 4:
            for n, c in enumerate(name):
                if c not in _SERIES:
                    tables["slip"][family, f"{name[:n]}*{name[n + 1 :]}"].append(thing)
    for how, table in tables.items():
        for held in table.values():
            if 1 < len(held) <= 12:
                yield from ((how, a, b) for n, a in enumerate(held) for b in held[n + 1 :])
    for (family, core), held in cores.items():
        for start in range(1, max(0, len(core) - 2)):
            shorter = cores.get((family, core[start:]), ())
            if 0 < len(shorter) <= 4 and len(core) - start >= 3 and core[start - 1] not in "、和与及":
                yield from (("short", a, b) for a in held[:4] for b in shorter)


class _Near:
    """What the rest of the graph says of a pair."""

    def __init__(self, nodes: Nodes) -> None:
        self.nodes = nodes
        self.facts: dict[str, set[str]] = defaultdict(set)
        for f in nodes.facts:
            for values in nodes.roles(f).values():
                for v in values:
                    self.facts[v].add(f)
        self.banks = {norm(name) for e in load().entries("banks") for name in (e.name, *e.aliases)}
        self.sentences = {t: {nodes.first(m, "gf:inPassage") for m in nodes.mentions.get(t, ())} - {""} for t in nodes.things}

    def against(self, a: str, b: str, how: str) -> bool:
        """A fact or a sentence names both, the register has both, or they lie in different places or under different parents."""
        get, names = self.nodes.get, (norm(self.nodes.label(a)), norm(self.nodes.label(b)))
        if self.facts[a] & self.facts[b] or self.sentences[a] & self.sentences[b]:
            return True
        if "gf:divisionCode" in get(a) and "gf:divisionCode" in get(b):
            return True
        if how in ("place", "short", "bank") and _differ(*(set(re.findall(r"\d+|[一二三四五六七八九十]+期", n)) for n in names)):
            return True
        if how == "slip" and (self.banks >= set(names) or _two_divisions(*names)):
            return True
        heads = [m[0] if (m := _PLACE.match(n)) else "" for n in names]
        if how != "slip" and ((all(heads) and not _within(*heads)) or _apart(*(_divisions_at(n, 0) for n in names))):
            return True
        scopes = [_scope(t) for t in (a, b)]
        if all(scopes) and not _within(*scopes):
            return True
        above = self._above(a), self._above(b)
        apart = bool(above[0] and above[1] and not above[0] & above[1] and a not in above[1] and b not in above[0])
        if self.nodes.kind(a) == "Person":
            return not self._bodies(a) & self._bodies(b) and not (self._ground(a) & self._ground(b) and len(names[0]) > 2)
        return apart or a in above[1] or b in above[0]

    def speaks_for(self, a: str, b: str) -> float:
        """More for what stands in one article, and for neighbours in common."""
        articles = [{self.nodes.first(m, "gf:inArticle") for m in self.nodes.mentions.get(t, ())} for t in (a, b)]
        around = [{v for f in self.facts[t] for values in self.nodes.roles(f).values() for v in values if v in self.nodes.things} - {a, b} for t in (a, b)]
        return (0.05 if articles[0] & articles[1] else 0) + (0.1 if around[0] & around[1] else 0)

    def _above(self, thing: str) -> set[str]:
        """What a thing lies in or is a unit of, all the way up but for provinces and countries."""
        out: set[str] = set()
        new = [thing]
        while new:
            node = self.nodes.get(new.pop())
            steps = {x for key in ("org:unitOf", "gf:locatedIn") for x in node.get(key, ())} - out
            out |= steps
            new += steps
        return {x for x in out if self.nodes.kind(x) not in ("Province", "Country", "Prefecture")}

    def _ground(self, thing: str) -> set[str]:
        """The counties and towns that the articles of a thing name."""
        articles = {self.nodes.first(m, "gf:inArticle") for m in self.nodes.mentions.get(thing, ())}
        return {t for article in articles for t in self.nodes.in_article.get(article, ()) if self.nodes.things[t] in ("County", "Township", "Village")}

    def _bodies(self, person: str) -> set[str]:
        found = (self.nodes.roles(f) for f in self.facts[person])
        return {x for roles in found for key in ("organization", "atDivision") for x in roles.get(key, ())}


def _scope(thing: str) -> str:
    """The place that parts a thing from its namesakes in its id; "" where that is an article.

    >>> _scope("thing:强村贷.临沂市.沂南县"), _scope("agent:某公司.a_57f258d0ab")
    ('临沂市.沂南县', '')
    """
    scope = thing.partition(".")[2]
    return "" if scope.startswith("a_") or (thing.startswith("agent:") and not _PLACE.match(scope)) else scope


def _two_divisions(a: str, b: str) -> bool:
    """Whether two names of one length differ in the name of a division that the register has in both spellings.

    >>> _two_divisions("润州区人民政府", "颍州区人民政府"), _two_divisions("润州区人民政府", "闰州区人民政府")
    (True, False)
    """
    return any(_apart(_divisions_at(a, n), _divisions_at(b, n)) for n, (x, y) in enumerate(zip(a, b, strict=True)) if x != y)


def _divisions_at(name: str, at: int) -> set[str]:
    """The codes of the divisions down to counties whose name, full or short, covers a place of a name."""
    register = load_register()
    words = {name[start:end] for start in range(max(0, at - 4), at + 1) for end in range(max(at + 1, start + 2), min(len(name), start + 7) + 1)}
    return {code for w in words for table in (register.full, register.short) for code in table.get(w, ())}


def _apart(a: set[str], b: set[str]) -> bool:
    """Whether both are known and no one of the one is, or lies in, one of the other."""
    return bool(a and b) and not any(x.startswith(y) or y.startswith(x) for x in a for y in b)


def _within(a: str, b: str) -> bool:
    return a in b or b in a


def _differ(a: set[str], b: set[str]) -> bool:
    return a != b and bool(a or b)
