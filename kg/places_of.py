"""Where a thing is: the nearest place the text gives, by its kinds of evidence, the best kind first.

Stated (X位于P, 在P设立的X), in the name (P村合作社), just before it (P的X), a village of the article that lends its name
(江黄小学 of 江黄村), and for local things without any of these the village or town that the sentence or paragraph is about.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .actors import actors
from .discourse import Known, Scene, clause_start
from .facts import claim
from .linking import LENDERS
from .model import DIVISION_KINDS, Fact, Mention

_PLACED = ("Facility", "Workshop", "Project", "Company", "OtherOrganization")
_PLACES = (*DIVISION_KINDS, "Facility", "Workshop")
_LOCAL = ("Township", "Village", "Facility", "Workshop")
_WIDE = ("Country", "Province", "Prefecture", "County")
# after the thing, before the place: X位于P
_STATED = re.compile(
    r"[^，。；：！？]{0,4}?(?:位于|坐落于?在?|选址于?在?|地处|落户于?|落地于?在?|隶属于?|入驻|建在|设在|开在|办在|布局在|就在|设立在)"
    r"[^，。；：！？]{0,2}$"
)
# X在P建成
_AT = re.compile(r"[”’]?(?:[^，。；：！？]{0,8})?[在于]")
_OPENED = re.compile(r"(?:正式|顺利|率先|首个|全面)?(?:建成|落成|揭牌|挂牌|开工|启用|开张|成立|投用|投产|动工|奠基|开业|开园|落地|启动|试点|亮相)")
# 在P设立X: between the place and the thing
_FOUNDED = re.compile(
    r"(?:等地|等村|等镇|境内|[里内中])?[^，。；：！？]{0,8}?(?:设立|设了|设有|开设|建起|建成|建有|建设|新建|兴建|合建|共建|修建|打造|成立|创办|开办"
    r"|办起|布设|揭牌|开出|试点|落地)[^，。；：！？]{0,12}$"
)
_DIRECT = re.compile(r"(?:的|境内的?|内的?|里的?)?[“‘《]?")
# their names say whose they are, not where the text has them
_NOWHERE = re.compile(r"(?:大学|学院|科学院|研究所|研究院|银行|协会总会)$")
# things of one village or town
_HOMELY = re.compile(
    r"(?:合作社|合作总社|联合社|农场|小学|中学|幼儿园|学校|卫生院|卫生室|老人协会|理事会|工作室|图书馆|书院|文化礼堂|便利店|超市|农家乐|民宿"
    r"|促进会|工会|研学院|学堂|讲习所)$"
)
_LOCATIVE = re.compile(r"(?:的|里|内|，|境内|一带)")
_GOAL = re.compile(r"(?:位于|落户于?|落地|入驻|选址于?|坐落于?)$")
_LEVEL = re.compile(r"(?:自然村|行政村|村|镇|乡|街道|社区)$")
_PAIR = re.compile(r"[—－–\-至]")


@dataclass(frozen=True, slots=True)
class _Found:
    """A place for a thing: how sure its kind of evidence is, the mentions, the rule."""

    confidence: float
    thing: Mention
    place: Mention
    rule: str


@dataclass(frozen=True, slots=True)
class _Names:
    """The named mentions of an article in reading order, and the places that can lend their name to a thing."""

    linked: tuple[Known, ...]
    starts: tuple[int, ...]
    givers: tuple[tuple[str, str, tuple[Mention, ...]], ...]  # bare name, whole name, mentions

    def between(self, low: int, high: int) -> tuple[Known, ...]:
        """Those that start in [low, high)."""
        return self.linked[bisect_left(self.starts, low) : bisect_left(self.starts, high)]


def _names(scene: Scene, linked: Sequence[Known]) -> _Names:
    by_entity: dict[str, list[Mention]] = {}
    for m, e, kind in linked:
        if kind in _LOCAL and kind != "Workshop":
            by_entity.setdefault(e, []).append(m)
    givers = []
    for e, mentions in by_entity.items():
        whole = scene.linked.entities[e].label
        stem = whole if scene.kind(mentions[0]) == "Facility" else _LEVEL.sub("", whole)
        if len(stem) >= 2:
            givers.append((stem, whole, tuple(mentions)))
    return _Names(tuple(linked), tuple(m.span.start for m, _, _ in linked), tuple(givers))


def located(scene: Scene, mentions: Sequence[Mention]) -> Iterator[Fact | None]:
    """gf:locatedIn of facilities, workshops, projects, companies and organisations: one place each."""
    everything = [(m, e, scene.kind(m)) for m in mentions if (e := scene.entity(m))]
    everything.sort(key=lambda x: (x[0].span.start, -x[0].span.end))
    names = _names(scene, [x for x in everything if not x[0].anaphor])
    best: dict[str, _Found] = {}
    for m, e, kind in everything:
        if kind in _PLACED:
            for found in _evidence(scene, m, names):
                old = best.get(e)
                if (old is None or found.confidence > old.confidence) and scene.entity(found.place) != e:
                    best[e] = found
    for f in best.values():
        if _encloses(scene, f.thing, best.get(scene.entity(f.place))):
            continue
        yield claim(scene, f.thing, "gf:locatedIn", f.place, sentence=scene.number_of(f.thing.span.start), confidence=f.confidence, rule=f.rule)


def _encloses(scene: Scene, thing: Mention, other: _Found | None) -> bool:
    """Whether the place found is itself found inside the thing."""
    return other is not None and scene.entity(other.place) == scene.entity(thing)


def _evidence(scene: Scene, m: Mention, names: _Names) -> Iterator[_Found]:
    text = scene.article.folded
    kind, label = scene.kind(m), scene.linked.entities[scene.entity(m)].label
    sentence = scene.sentences[scene.number_of(m.span.start)].span
    own = scene.entity(m)
    near = [x for x, e, sort in names.between(sentence.start, sentence.end) if sort in _PLACES and e != own]
    inside = [x for x in near if m.span.covers(x.span)]
    before = [x for x in near if x.span.end <= m.span.start]
    after = [x for x in near if x.span.start >= m.span.end]
    named = _inside(scene, m, inside)
    wide = named is None or scene.kind(named) in _WIDE

    if after and _STATED.fullmatch(text[m.span.end : after[0].span.start]):
        yield _Found(0.95, m, _last(text, after), "place.stated")
    if after and _AT.fullmatch(text[m.span.end : after[0].span.start]) and _OPENED.match(text, _last(text, after).span.end):
        yield _Found(0.92, m, _last(text, after), "place.opened")
    if m.anaphor:
        return
    start = clause_start(scene, m.span.start)
    founded = [
        x
        for x in before
        if x.span.start >= start and text[start : _chain_start(text, before, x)].endswith(("在", "于")) and _FOUNDED.fullmatch(text[x.span.end : m.span.start])
    ]
    if founded and wide and not _listed(text, founded):
        yield _Found(0.9, m, founded[-1], "place.founded")
    if named is not None and not wide:
        yield _Found(0.88, m, named, "place.of-name")
    outer = [x for x in before if _is_outer(scene, x)]
    direct = bool(outer) and bool(_DIRECT.fullmatch(text[outer[-1].span.end : m.span.start]))
    if direct and (wide or not inside) and scene.kind(outer[-1]) in (_PLACES if kind != "Company" else _LOCAL):
        yield _Found(0.87, m, outer[-1], "place.before-name")
    if (lent := _lends_name(m, names, label)) is not None:
        yield _Found(0.89 if scene.kind(lent) in ("Village", "Facility") else 0.8, m, lent, "place.lends-name")
    if kind in ("OtherOrganization", "Company") and _NOWHERE.search(label):
        return
    homely = bool(_HOMELY.search(label))
    goal = _GOAL.search(text[max(0, m.span.start - 4) : m.span.start])
    if (wide or homely) and not goal and (focus := _focus(scene, m, outer, named)) is not None:
        yield _Found(0.75 if wide else 0.885, m, focus, "place.in-sentence")
    if named is not None and wide and (kind != "Company" or "某" in label or text[named.span.start - 1] in "（("):
        yield _Found(0.7, m, named, "place.of-name")
    if founded_by := _founder(scene, m, kind, named):
        yield _Found(0.7, m, founded_by, "place.of-founder")
    local = named is None and not _PAIR.search(label) and (kind in ("Facility", "Project", "Workshop") or homely)
    if local and (around := _paragraph(scene, m, names)) is not None:
        yield _Found(0.6, m, around, "place.in-paragraph")


def _inside(scene: Scene, m: Mention, inside: Sequence[Mention]) -> Mention | None:
    """The innermost of the chain that opens the name; of a pair A—B neither. A facility named in front counts (黄酒城 of 黄酒城仓储中心)."""
    text = scene.article.folded
    inside = [x for x in inside if x.span.end < m.span.end]
    if not inside:
        return None
    end = inside[0].span.end
    chain = [inside[0]]
    for x in inside[1:]:
        if x.span.start <= end + 1:
            chain.append(x)
            end = max(end, x.span.end)
    last = max(chain, key=lambda x: (x.span.end, x.span.start))
    if _PAIR.match(text, last.span.end) or any(_PAIR.match(text, x.span.end) or text[x.span.end] == "至" for x in chain):
        return None
    return last


def _is_outer(scene: Scene, x: Mention) -> bool:
    return x in scene.cases or any(o == x for o in scene.outer_in(x.span))


def _last(text: str, places: Sequence[Mention]) -> Mention:
    """The last of the chain that starts with the first place: 大柘镇大田村."""
    last = places[0]
    for x in places[1:]:
        if last.span.end <= x.span.start <= last.span.end + (1 if text[last.span.end : last.span.end + 1] == "的" else 0):
            last = x
    return last


def _chain_start(text: str, places: Sequence[Mention], last: Mention) -> int:
    """Where the unbroken chain of places that ends with `last` begins."""
    start = last.span.start
    for x in reversed(places):
        if x.span.end == start or x.span == last.span:
            start = x.span.start
    return start


def _listed(text: str, founded: Sequence[Mention]) -> bool:
    """在A、B、C等地: no one place."""
    return text[founded[-1].span.end : founded[-1].span.end + 1] in ("、", "等") or text[founded[-1].span.start - 1] == "、"


def _lends_name(m: Mention, names: _Names, label: str) -> Mention | None:
    """The village, town or facility of the article whose bare name stands in the thing's own (江黄 in 江黄小学), by its nearest mention before."""
    found: list[tuple[int, bool, int, Mention]] = []
    for stem, whole, mentions in names.givers:
        at = label.find(stem)
        if at >= 0 and len(label) - at - len(stem) >= 2 and not _PAIR.search(label) and (stem != whole or at == 0):
            before = bisect_left(mentions, m.span.start, key=lambda x: x.span.start)
            x = mentions[max(before - 1, 0)]
            early = x.span.start < m.span.start
            found.append((at, early, x.span.start if early else -x.span.start, x))
    return max(found, key=lambda f: f[:3])[3] if found else None


def _founder(scene: Scene, m: Mention, kind: str, named: Mention | None) -> Mention | None:
    """临海组建X联盟: an organisation or facility without a place of its own is where the place that sets it up is."""
    text = scene.article.folded
    if named is not None or kind not in ("OtherOrganization", "Facility"):
        return None
    low = clause_start(scene, m.span.start)
    verb = re.search(r"(?:组建|设立|成立|创办|开办|建起|建成|打造)(?:了)?[^，。；]{0,8}$", text[low : m.span.start].rstrip("“‘"))
    found = actors(scene, low + verb.start()) if verb else []
    return found[0] if found and scene.kind(found[0]) in DIVISION_KINDS else None


def _focus(scene: Scene, m: Mention, before: Sequence[Mention], named: Mention | None) -> Mention | None:
    """A place of this sentence before the thing that may hold it: 在P，X…; P村注册了X合作社; narrower than the name's own."""
    text = scene.article.folded
    kind, label = scene.kind(m), scene.linked.entities[scene.entity(m)].label
    sentence = scene.sentences[scene.number_of(m.span.start)].span
    kinds = _LOCAL if named is not None or kind in ("Company", "OtherOrganization") else _PLACES
    fits = [x for x in before if scene.case(x) in ("place", "", "agent") and scene.kind(x) in kinds]
    fits = [x for x in fits if scene.kind(x) not in ("Facility", "Workshop") or scene.case(x) == "place" or _LOCATIVE.match(text, x.span.end)]
    fits = [x for x in fits if text[x.span.end : x.span.end + 1] not in ("与", "和", "、", "至", "—")]
    fits = [x for x in fits if named is None or _within(scene, x, scene.entity(named))]
    if named is not None and scene.kind(named) not in _WIDE:
        fits = [x for x in fits if scene.kind(x) == "Village" and scene.kind(named) == "Township"]
    if not fits:
        return None
    last = fits[-1]
    if kind == "Company" and any(scene.kind(x) in _PLACED for x in scene.between(last.span.end, m.span.start)):
        return None
    if kind == "Company" and not _HOMELY.search(label):
        opens = not any(scene.kind(x) not in _PLACES and scene.entity(x) for x in scene.between(sentence.start, last.span.start))
        return last if opens and ("place" in (scene.case(last), scene.case(fits[0])) or _LOCATIVE.match(text, last.span.end)) else None
    if kind == "OtherOrganization" and not _HOMELY.search(label):
        return None
    if clause_start(scene, m.span.start) > last.span.start:
        others = {scene.entity(x) for x in fits if scene.kind(x) == scene.kind(last)}
        if scene.kind(last) not in _LOCAL or len(others) > 1:
            return None
    return last


def _within(scene: Scene, x: Mention, above: str) -> bool:
    """Whether a place lies in a division (a facility: not known, so it may)."""
    e = scene.linked.entities.get(scene.entity(x))
    if e is None or e.kind not in DIVISION_KINDS:
        return True
    while e is not None:
        if e.id == above:
            return True
        e = scene.linked.entities.get(e.parent)
    return False


def _paragraph(scene: Scene, m: Mention, names: _Names) -> Mention | None:
    """The division named last before a local thing in its paragraph (not in a bank's or firm's name), else the only village or town of the article."""
    block = scene.article.blocks[scene.sentences[scene.number_of(m.span.start)].block]
    end = 0
    listed = scene.article.folded.rfind("、", block.span.start, m.span.start)
    near: Mention | None = None
    for x, _, kind in names.between(block.span.start, m.span.start):
        if kind in LENDERS or kind == "Company":
            end = max(end, x.span.end)
        elif x.span.end <= listed and not _is_outer(scene, x) and scene.number_of(x.span.start) == scene.number_of(m.span.start):
            continue  # the place of another item of the list
        elif kind in ("Village", "Township", "County") and end <= x.span.start and scene.case(x) not in ("with", "source"):
            near = x if x.span.end <= m.span.start else near
    if near is not None:
        return near
    only = [mentions[0] for stem, whole, mentions in names.givers if scene.kind(mentions[0]) in ("Village", "Township")]
    return only[0] if len(only) == 1 else None
