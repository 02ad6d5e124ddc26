"""Places: where a text names divisions, and which ones they are.

Three passes, each resting on the one before: countries to counties (`place_hits`); towns by the counties that the text names, and villages
by those towns and counties (`place_local`). The register decides what is a name. Everything is matched on `article.folded`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from .model import Article, Entity, Mention, Span, local_name
from .pack import Pack, load
from .place_hits import Folders, Hit, Reading, read_upper
from .place_local import counties_in_play, read_lone_towns, read_towns, read_villages
from .register import Register, load_register

__all__ = ["Resolution", "find_divisions", "find_place_anaphors", "find_zones", "load_register", "resolve"]

_ANAPHOR = re.compile(
    r"[该我本全][村镇乡县区市省]|我们[村镇乡县]|该街道|当地|本地|两地|(?<=[，。；：“、\n])(?:村|镇|乡|县)(?:里|上|集体(?!经济|收入|经营|资|增|分|林))(?!的)|(?<=[由给为向])(?:村|镇|乡|县)里(?!的)"
)
_NOT_ANAPHOR = re.compile(r"全[村镇乡县区市省]?[村区市](?:域|民)|本[市区县]场|我[省市区县](?!的)|全乡村|本村镇")
_ANAPHOR_KIND = {"村": "Village", "镇": "Township", "乡": "Township", "道": "Township", "县": "County", "区": "County", "市": "Prefecture", "省": "Province"}


@dataclass(frozen=True)
class Resolution:
    """What the mentions of one article refer to.

    `entities`: the places mentioned and all their ancestors. `home`: the id of the division that the article is about (the lowest one, down to
    the county, that holds at least half of what it names); `home_town` and `home_village`: the same for the levels below, where one dominates.
    """

    entity_of: Mapping[Mention, str]
    entities: tuple[Entity, ...]
    home: str = ""
    home_town: str = ""
    home_village: str = ""


def find_divisions(article: Article, pack: Pack) -> list[Mention]:
    """All mentions of countries and divisions, in text order; also inside longer names (萧山 in 工行萧山分行).

    `found_by` is place.full, place.short, place.chain, place.list, place.pattern or place.learnt, with `.office` after it where the name of
    an organisation seems to go on right behind (金华市 in 金华市恒泽帽业有限公司).
    """
    inside = _tails(pack.folders)
    found = _read(article.folded or article.text, _hidden(article), pack.folders)
    return [Mention(article.id, Span(h.start, h.end), h.kind, f"place.{h.how}{'.office' if inside.match(article.folded, h.end) else ''}") for h in found]


def find_zones(article: Article) -> list[Mention]:
    """Development zones, farms and the like that the statistical list counts as towns: places, but no divisions (kind Facility)."""
    zones, text = load_register().zones, article.folded
    out = []
    for m in re.finditer("[区场园城会处]", text):
        for length in range(min(14, m.end()), 3, -1):
            if text[m.end() - length : m.end()] in zones:
                out.append(Mention(article.id, Span(m.end() - length, m.end()), "Facility", "place.zone"))
                break
    return out


def find_place_anaphors(article: Article) -> list[Mention]:
    """该村, 全镇, 当地 and the like; kind is the level meant, Division for 当地, 本地, 两地.

    全县 and 全市 may be said of either level: County for 县 and 区, Prefecture for 市.
    """
    out = []
    for m in _ANAPHOR.finditer(article.folded):
        if not _NOT_ANAPHOR.match(article.folded, m.start()):
            level = next((c for c in reversed(m[0]) if c in _ANAPHOR_KIND), "")
            kind = _ANAPHOR_KIND.get(level, "Division") if m[0][0] not in "当两" and m[0] != "本地" else "Division"
            out.append(Mention(article.id, Span(*m.span()), kind, "place.anaphor", anaphor=True))
    return out


def resolve(article: Article, mentions: Sequence[Mention], register: Register, pack: Pack | None = None) -> Resolution:
    """The entities that the division mentions refer to; other mentions are left out.

    Ids are chains from the prefecture; a place that the register lacks is scoped by the town or county it is named with, else by the article.
    """
    hits = {(h.start, h.end): h for h in _read(article.folded or article.text, _hidden(article), (pack or load()).folders)}
    ids: dict[Mention, str] = {}
    forms: dict[str, Counter[str]] = {}
    made: dict[str, Entity] = {}
    seen: Counter[str] = Counter()
    titles = [b.span for b in article.blocks if b.kind == "title"]
    for mention in mentions:
        hit = hits.get((mention.span.start, mention.span.end))
        if hit is None or mention.kind != hit.kind:
            continue
        entity = _entity(hit, register, article.id)
        own = hit.code if hit.kind != "Country" else ""
        if known := own or hit.parent:
            if known not in seen:
                made.update((e.id, e) for e in (_of_code(c, register) for c in register.chain(known)))
            seen[known] += 3 if own and any(s.covers(mention.span) for s in titles) else 1
        made.setdefault(entity.id, entity)
        ids[mention] = entity.id
        forms.setdefault(entity.id, Counter())[article.at(mention.span)] += 1
    entities = []
    for id_, entity in sorted(made.items()):
        said = forms.get(id_, ())
        label = entity.label if entity.code or not said else min(said, key=lambda f: (-len(f), f))
        others = tuple(sorted(f for f in said if f != label))
        entities.append(replace(entity, label=label, aliases=others) if said else entity)
    home = _home(seen)
    towns = Counter({c: n for c, n in _rolled(seen, 9).items() if home and c.startswith(home)})
    villages = Counter({i: sum(f.values()) for i, f in forms.items() if made[i].kind == "Village"})
    return Resolution(ids, tuple(entities), register.id(home) if home else "", _leader(towns, register), _leading(villages))


@cache
def _of_code(code: str, register: Register) -> Entity:
    parent = register.parent(code)
    return Entity(register.id(code), register.level(code), register.name(code), parent=register.id(parent) if parent else "", code=code.ljust(12, "0"))


def _entity(hit: Hit, register: Register, article: str) -> Entity:
    if hit.kind == "Country":
        return Entity("place/" + local_name(hit.name), "Country", hit.name)
    if hit.code:
        return _of_code(hit.code, register)
    if hit.parent:
        up = register.id(hit.parent)
        return Entity(f"{up}.{local_name(hit.name)}", hit.kind, hit.name, parent=up)
    return Entity(f"place/{local_name(hit.name)}.{article}", hit.kind, hit.name)


def _rolled(seen: Counter[str], width: int) -> Counter[str]:
    out: Counter[str] = Counter()
    for code, n in seen.items():
        if len(code) >= width:
            out[code[:width]] += n
    return out


def _home(seen: Counter[str]) -> str:
    """The lowest code down to the county that holds half of its parent's weight; a place weighs less the higher it stands."""
    weights = Counter({c: n * (1 if len(c) <= 2 else 2) for c, n in seen.items()})
    home, total = "", sum(weights.values())
    for width in (2, 4, 6):
        below = _rolled(weights, width)
        if not below:
            break
        code, n = min(below.items(), key=lambda x: (-x[1], x[0]))
        if n * 2 < total:
            break
        home, total = code, n
    register = load_register()
    return home if home in register.names else next((home[:w] for w in (4, 2) if home[:w] in register.names), "")


def _leader(towns: Counter[str], register: Register) -> str:
    best = _leading(towns)
    return register.id(best) if best else ""


def _leading(counts: Counter[str]) -> str:
    """The key with at least three mentions and half of all, or the only one."""
    if not counts:
        return ""
    key, n = min(counts.items(), key=lambda x: (-x[1], x[0]))
    return key if len(counts) == 1 or (n >= 3 and 2 * n >= sum(counts.values())) else ""


def _hidden(article: Article) -> tuple[tuple[int, int], ...]:
    return tuple((s.start, s.end) for s in (*(b.span for b in article.blocks if b.kind == "byline"), *article.byline))


@cache
def _tails(folders: Folders) -> re.Pattern[str]:
    """What an organisation's name looks like behind a place: a few characters, then its tail."""
    return re.compile(r"[^\s，。、；：！？“”‘’《》的在与和是有为将及]{0,12}?" + load(*folders[1:]).any_of("place_words", "office"))


@lru_cache(maxsize=8)
def _read(text: str, hidden: tuple[tuple[int, int], ...], folders: Folders) -> tuple[Hit, ...]:
    """All hits in text order, without overlaps. Pure: the cache only spares `resolve` the second reading."""
    reading = Reading(text, hidden, folders)
    read_upper(reading)
    play = counties_in_play(reading)
    read_towns(reading, play)
    read_villages(reading, play)
    read_lone_towns(reading, play)
    return tuple(sorted(reading.hits, key=lambda h: h.start))
