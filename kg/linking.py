"""Linking: which entity each mention means.

Names first (bank-name algebra, the divisions register, full and short forms), then anaphors (该行, 该村, 该项目) by the
focus of the discourse: a plain value, the mention named last of each kind, kept over paragraphs.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from . import banks
from .model import DIVISION_KINDS, Article, Entity, Mention, Span, local_name
from .pack import NAMING, Pack
from .places import Resolution

Put = Callable[[Mention, Entity], None]  # notes which entity a mention means

FINANCIAL = ("Bank", "Insurer", "Guarantor")
LENDERS = (*FINANCIAL, "Branch")
LEVEL_OF = {"省": "Province", "市": "Prefecture", "县": "County", "区": "County", "镇": "Township", "乡": "Township", "街道": "Township", "村": "Village"}
_LEVEL_NAME = re.compile(
    r"^(省|市|县|区|镇|乡|街道|村)(?=委|政府|人民政府|人大|政协|纪委|党|财政|妇联|农合联|总工会|工会|团委|股份经济合作社|老人协会|慈善|商会|[^\W\d_]{1,12}(?:局|厅|办|中心|协会|部))"
)


@dataclass(frozen=True, slots=True)
class Linked:
    """The result: mention → entity id, the entities by id, the article's own place."""

    entity_of: Mapping[Mention, str]
    entities: Mapping[str, Entity]
    home: str = ""
    home_town: str = ""
    home_village: str = ""

    def kind(self, mention: Mention) -> str:
        """The class of the entity a mention means (of the mention itself where it is not linked)."""
        known = self.entities.get(self.entity_of.get(mention, ""))
        return known.kind if known else mention.kind


def link(article: Article, mentions: Sequence[Mention], places: Resolution, pack: Pack, bodies: Mapping[Mention, Span] | None = None) -> Linked:
    """Entities for all mentions of one article. `bodies`: person mention → the span that names the person's body."""
    of: dict[Mention, str] = dict(places.entity_of)
    entities: dict[str, Entity] = {e.id: e for e in places.entities}
    named = sorted((m for m in mentions if not m.anaphor and m not in of and m.kind not in ("Quantity", "Time")), key=lambda m: (m.span.start, -m.span.end))
    county = scope_of(places.home, entities) or article.id

    def put(mention: Mention, entity: Entity) -> None:
        of[mention] = entity.id
        old = entities.get(entity.id)
        text = article.at(mention.span)
        if old is None:
            forms = () if text == entity.label else (text,)
            entities[entity.id] = entity if forms == entity.aliases else replace(entity, aliases=forms)
        elif text != old.label and text not in old.aliases:
            entities[entity.id] = replace(old, aliases=(*old.aliases, text))

    inner = _Inner.of([m for m in of if m.kind in DIVISION_KINDS])
    province = home_at("Province", "省", places.home, entities)
    _banks(article, [m for m in named if m.kind in LENDERS], pack, put, _wider(article, inner, of, entities), province.label if province else "")
    for m in sorted(named, key=lambda m: (-len(m.span), m.span.start)):
        if m.kind == "PublicBody" or (
            m.kind == "OtherOrganization" and (_LEVEL_NAME.match(article.folded[m.span.start : m.span.end]) or _level_office(article, m, inner))
        ):
            _public_body(article, m, of, entities, inner, places, put)
        elif m.kind in ("Company", "OtherOrganization"):
            _organisation(article, m, entities, county, put)
    forms = sorted({local_name(article.folded[d.span.start : d.span.end]) for d in inner.mentions}, key=lambda x: (-len(x), x))
    bares: dict[str, str] = {}  # name → without the places in front
    for m in named:
        if m.kind in ("Project", "Facility", "Workshop", "Programme", "FinancialProduct", "Document", "Group"):
            _thing(article, m, entities, county, pack, forms, bares, put)
    owners = {x.span: e for x, e in reversed([*of.items()])} if bodies else {}
    people = {e.label: e for e in entities.values() if e.kind == "Person"}
    for m in named:
        if m.kind == "Person":
            body = (bodies or {}).get(m)
            owner = owners.get(body, "") if body else ""
            name = article.at(m.span)
            known = people.get(name)
            if known is None and (called := _CALLED.match(name)):  # 老汪, 吴师傅: the one person of that surname named in full
                full = [e for label, e in people.items() if len(label) >= 2 and label.startswith(called[1] or called[2]) and not _CALLED.match(label)]
                known = full[0] if len(full) == 1 else None
            anonymous = re.search(r"[某哥姐叔婶伯爷妈嫂]$|女士$|先生$|师傅$|^[老小阿]", name)
            scope = owner.partition("/")[2] if owner and not anonymous else article.id
            known = known or Entity(f"agent/{local_name(name)}.{local_name(scope)}", "Person", name)
            put(m, known)
            people.setdefault(known.label, known)
    state = Linked(of, entities, places.home, places.home_town, places.home_village)
    return resolve_anaphors(article, mentions, state, frozenset(bodies or ()))


@dataclass(frozen=True, slots=True)
class _Inner:
    """The divisions of an article by start, for look-ups."""

    mentions: tuple[Mention, ...]
    starts: tuple[int, ...]

    @classmethod
    def of(cls, mentions: Sequence[Mention]) -> _Inner:
        ordered = tuple(sorted(mentions, key=lambda m: (m.span.start, -m.span.end)))
        return cls(ordered, tuple(m.span.start for m in ordered))

    def within(self, span: Span) -> list[Mention]:
        """Those that a span covers."""
        return [m for m in self.mentions[bisect_left(self.starts, span.start) : bisect_left(self.starts, span.end)] if span.covers(m.span)]


_CALLED = re.compile(r"^[老小阿]([^\W\d_])$|^([^\W\d_])(?:女士|先生|师傅|大姐|大哥|某|老板|经理)$")


def scope_of(home: str, entities: Mapping[str, Entity]) -> str:
    """The county of the article's own place as an IRI scope, 杭州市.萧山区; "" if there is none."""
    e = entities.get(home)
    while e is not None and e.kind in ("Township", "Village"):
        e = entities.get(e.parent)
    return e.id.partition("/")[2] if e is not None and e.kind in ("County", "Prefecture") else ""


def core(tail: str) -> str:
    """A branch's place and unit without the level words: 萧山区支行 → 萧山支行."""
    return re.sub(r"(?<=[^\W\d_]{2})[省市县区](?=[^\W\d_])", "", tail)


def _wider(article: Article, divisions: _Inner, of: Mapping[Mention, str], entities: Mapping[str, Entity]) -> Callable[[Mention], str]:
    """For a branch: the province and city named in it before their own county, 杭州 of 杭州萧山分行; "" if there are none."""

    def wider(m: Mention) -> str:
        inside = [d for d in divisions.within(m.span) if d in of]
        county = next((d for d in inside if entities[of[d]].kind == "County"), None)
        above = [d for d in inside if county and d.span.end <= county.span.start and entities[of[d]].kind in ("Province", "Prefecture")]
        joined = bool(above) and county is not None and max(d.span.end for d in above) == county.span.start
        return article.folded[min(d.span.start for d in above) : county.span.start] if joined and county else ""

    return wider


def _banks(article: Article, mentions: Sequence[Mention], pack: Pack, put: Put, wider: Callable[[Mention], str], province: str) -> None:
    """Institutions and branches: canonical institution + core of the rest; bare names take a known branch's or the focus's."""
    seen: dict[tuple[str, str], Entity] = {}
    read = [(m, *banks.parts(article.folded[m.span.start : m.span.end], pack, province)) for m in mentions]
    focus = ""
    appositions: list[tuple[Mention, Mention]] = []
    made: dict[Mention, Entity] = {}
    kinds = _block_kinds(article)
    in_body = [r for r in read if kinds(r[0]) not in ("title", "heading")]
    covered = _covered_by_another(mentions)
    heads: dict[int, Mention] = {}  # start → the first branch that starts there
    for o in mentions:
        if o.kind == "Branch":
            heads.setdefault(o.span.start, o)
    first = next((i for x, i, _ in read if i and x.kind != "Guarantor"), "")
    for m, institution, tail in [*in_body, *(r for r in read if kinds(r[0]) in ("title", "heading"))]:
        outer = m in covered
        if outer and m.kind == "Bank" and not institution:
            continue  # the 农商行 of a headline's 农商行萧山分行
        twin = heads.get(m.span.end) if m.kind == "Branch" and not institution else None
        if twin is not None:
            appositions.append((m, twin))  # 科技专营支行杭州信息港支行
            continue
        if m.kind == "Guarantor" and re.fullmatch(r"[省市县区]?农担(?:公司)?", article.folded[m.span.start : m.span.end]):
            full = [e for e in seen.values() if e.kind == "Guarantor" and "担保" in e.id]
            if len({e.id for e in full}) == 1:
                put(m, full[0])
                continue
        if m.kind in FINANCIAL:
            key = institution or article.folded[m.span.start : m.span.end]
            if not institution or key != institution:
                key, tail = (institution, "") if institution else (key, "")
            own = f".{article.id}" if not institution and key[0] in "省市县区" else ""  # 省联社 of no known province: no other article's
            entity = seen.setdefault((key, ""), Entity("agent/" + local_name(key) + own, m.kind, _bank_label(key, article.at(m.span), pack)))
            put(m, entity)
            focus = focus if outer else key
            continue
        place = core(tail)
        if kinds(m) == "title" and (wrong := _BARE_LOCAL.match(place)) and any(_same_branch(k[1], place[wrong.end() :]) for k in seen if k[1]):
            continue  # a headline's 农商行萧山分行 over another bank's branch is a misprint: no name of either bank
        match = next((k for k in seen if k[1] and (not institution or k[0] == institution) and _same_branch(k[1], place)), None)
        if match is None and not institution:
            institution = focus or first
        known = seen.get(match) if match else None
        if known is None:
            label = (
                institution + tail
                if institution in pack.by_name["banks"]
                else (article.at(m.span) if banks.parts(article.folded[m.span.start : m.span.end], pack)[0] else institution + tail)
            )
            rank = tail.removeprefix(wider(m))  # 杭州萧山分行 is 萧山分行
            name = local_name(institution + rank) if institution else f"{local_name(tail)}.{article.id}"
            known = seen[(institution, place)] = Entity("agent/" + name, "Branch", label)
        put(m, known)
        made[m] = known
        focus = institution or focus
    for m, twin in appositions:
        if twin in made:
            for x, i, _ in read:  # the same words elsewhere mean it too
                if not i and x is not m and x.kind == "Branch" and article.at(x.span) == article.at(m.span):
                    put(x, made[twin])
            put(m, made[twin])


_BARE_LOCAL = re.compile(r"农(?:村商业银|商银|商)行")


def _bank_label(name: str, text: str, pack: Pack) -> str:
    return name if name in pack.by_name["banks"] or text.startswith("省") else text


def _same_branch(a: str, b: str) -> bool:
    """One branch in two lengths: 丽水庆元支行 and 庆元支行; inverted 萧山 (of 萧山农行) and 萧山分行."""
    if a == b or a.endswith(b) or b.endswith(a):
        return min(len(a), len(b)) >= 3
    strip = re.compile(r"(?:分行|支行|营业部)$")
    x, y = strip.sub("", a), strip.sub("", b)
    return (x.endswith(y) or y.endswith(x)) and min(len(x), len(y)) >= 2 and (not strip.search(a) or not strip.search(b))


def _covered_by_another(mentions: Sequence[Mention]) -> set[Mention]:
    """Those that stand inside another one."""
    out: set[Mention] = set()
    end, last = -1, None
    for m in sorted(mentions, key=lambda m: (m.span.start, -m.span.end)):
        if m.span.end <= end:
            out.add(m)
            if last is not None and m.span == last.span:
                out.add(last)
        if m.span.end >= end:
            end, last = m.span.end, m
    return out


def _block_kinds(article: Article) -> Callable[[Mention], str]:
    """Which kind of block a mention stands in."""
    starts = [b.span.start for b in article.blocks]

    def kind(m: Mention) -> str:
        block = article.blocks[max(bisect_right(starts, m.span.start) - 1, 0)]
        return block.kind if block.span.covers(m.span) else "body"

    return kind


def _public_body(article: Article, m: Mention, of: Mapping[Mention, str], entities: Mapping[str, Entity], inner: _Inner, places: Resolution, put: Put) -> None:
    """县农业农村局, 临海市委组织部: the division in front (or the article's own of that level) and the office."""
    text = article.at(m.span)
    folded = article.folded[m.span.start : m.span.end]
    if m.found_by == "org.corps":  # its units have numbers that no other has
        unit = re.sub(r"^(?:新疆)?(?:生产建设)?兵团|场$", "", folded)
        put(m, Entity("agent/新疆生产建设兵团" + unit, m.kind, "新疆生产建设兵团" + unit))
        return
    chain = inner.within(m.span)
    place: Entity | None = None
    rest = folded
    if chain:
        last = max(chain, key=lambda d: d.span.end)
        place, rest = entities.get(of[last]), folded[last.span.end - m.span.start :]
    else:
        level = _LEVEL_NAME.match(folded)
        if level:
            place, rest = home_at(LEVEL_OF[level[1]], level[1], places.home, entities), folded[level.end() :]
            own = {"村": places.home_village, "镇": places.home_town, "乡": places.home_town}.get(level[1], "")
            place = entities.get(own, place) if own else place
    if place is None:
        put(m, Entity(f"agent/{local_name(folded)}.{article.id}" if not chain else "agent/" + local_name(folded), m.kind, text))
        return
    label = place.label + rest
    if rest == "财政" and any(e.label == label + "局" for e in entities.values()):
        label += "局"
    scope = place.id.partition("/")[2]
    wide = place.kind in ("Province", "Prefecture", "County")
    put(m, Entity("agent/" + local_name(label) + ("" if wide else "." + scope.rpartition(".")[0] if "." in scope else "." + scope), m.kind, label))


LEVEL_OFFICE = re.compile(r"总工会|妇联|农合联|团委|商会|慈善总会|股份经济合作社|老人协会|科协|残联|红十字会")


def _level_office(article: Article, m: Mention, inner: _Inner) -> bool:
    """新仓镇总工会: an office that each division of a level has one of."""
    end = max((d.span.end for d in inner.within(m.span)), default=0)
    return bool(end) and bool(LEVEL_OFFICE.fullmatch(article.folded, end, m.span.end))


def home_at(level: str, word: str, home: str, entities: Mapping[str, Entity]) -> Entity | None:
    """The article's own division at a level: its home or one above it. 市 may be the county-level city."""
    e = entities.get(home)
    while e is not None:
        if e.kind == level or (word in ("市", "县", "区") and e.kind == "County" and e.label.endswith(word)):
            return e
        e = entities.get(e.parent)
    return None


_SPLIT = re.compile(r"^(?:其|该|本|我)")


def _organisation(article: Article, m: Mention, entities: Mapping[str, Entity], county: str, put: Put) -> None:
    """Full legal names are one everywhere; others within their county, anonymous ones within their article."""
    text, folded = article.at(m.span), article.folded[m.span.start : m.span.end]
    name = local_name(folded)
    if m.found_by == "org.short-name" or len(name) <= 6:
        known = next((e for e in entities.values() if e.kind == m.kind and _is_short(name, local_name(e.label))), None)
        if known:
            put(m, known)
            return
    longer = next(
        (
            e
            for e in entities.values()
            if e.kind == m.kind and "." in e.id and (e.label.endswith(folded) or folded.endswith(e.label)) and min(len(e.label), len(folded)) >= 4
        ),
        None,
    )
    if longer:
        put(m, longer)
        return
    if "某" in folded:
        scope = "." + article.id
    elif (folded.endswith(("有限公司", "有限责任公司", "股份公司", "大学", "科学院")) and len(folded) >= 8) or folded.endswith("大学"):
        scope = ""
    else:
        scope = "." + county
    put(m, Entity(f"agent/{name}{scope}", m.kind, text))


def _is_short(short: str, full: str) -> bool:
    """荻溪渔业 of 浙江荻溪渔业有限公司, 柚香源合作社 of 常山柚香源果业专业合作社."""
    if short == full:
        return False
    if short in full:
        return True
    stem = re.sub(r"(?:合作社|公司|集团|协会)$", "", short)
    return len(stem) >= 2 and stem in full and full.endswith(short[len(stem) :])


def bare(name: str, places: Sequence[str]) -> str:
    """A thing's name without the places in front of it (longest first in `places`) and a 的 after them.

    >>> bare("履坦镇范村文化礼堂", ("履坦镇", "范村")), bare("留贤村的共富工坊", ("留贤村",))
    ('履坦镇范村文化礼堂', '留贤村共富工坊')
    """
    rest = name
    while found := next((p for p in places if rest.startswith(p) and len(rest) - len(p) >= 4), ""):
        rest = rest[len(found) :].removeprefix("的")
    return rest if rest not in ("共富工坊", "工坊", "文化礼堂") or rest == name else name.replace("的", "")


def _thing(
    article: Article, m: Mention, entities: Mapping[str, Entity], county: str, pack: Pack, places: Sequence[str], bares: dict[str, str], put: Put
) -> None:
    """Projects, facilities, workshops, programmes, products, documents, groups. `bares`: names without their places, as far as known."""

    def stem(word: str) -> str:
        if word not in bares:
            bares[word] = bare(word, places)
        return bares[word]

    text, folded = article.at(m.span), article.folded[m.span.start : m.span.end]
    name = local_name(folded)
    space = "place" if m.kind in ("Facility", "Workshop") else "agent" if m.kind == "Group" else "thing"
    tables = [pack.by_name.get(lexicon, {}) for lexicon in NAMING]
    entry = next((e for t in tables for w in (folded, re.sub(r"[“”‘’]", "", folded)) if (e := t.get(w)) and e.kind in (m.kind, "term")), None)
    if entry:
        put(m, Entity(f"{space}/{local_name(entry.name)}", m.kind, entry.name))
        return
    known = next((e for e in entities.values() if e.kind == m.kind and _same_name(m.kind, stem(name), stem(local_name(e.label)))), None)
    if known:
        put(m, known)
        return
    scope = article.id if m.kind == "Group" else "" if m.kind == "Document" and len(name) >= 8 else county
    put(m, Entity(f"{space}/{name}" + (f".{scope}" if scope else ""), m.kind, text))


_TYPE_TAIL = re.compile(r"(?:项目|工程|线上权益平台|产品线|产品|业务|贷款|服务点|机制|行动方案|建设|创建|名单|试点)$")


def _same_name(kind: str, a: str, b: str) -> bool:
    """A name and its longer or shorter form within one article: 协作产业园, 萧山—龙泉山海协作“飞地”产业园项目."""
    if a == b:
        return True
    short, long = sorted((a, b), key=len)
    if kind in ("Project", "Facility", "Workshop"):
        short, long = _TYPE_TAIL.sub("", short), _TYPE_TAIL.sub("", long)
        return len(short) >= 4 and long.endswith(short)
    if kind in ("Programme", "FinancialProduct"):
        return len(short) >= 3 and (_TYPE_TAIL.sub("", long) == _TYPE_TAIL.sub("", short) or (kind == "FinancialProduct" and long == short + "款"))
    return False


_ANAPHOR_KINDS = {
    "Bank": LENDERS,
    "Branch": ("Branch",),
    "Company": ("Company",),
    "OtherOrganization": ("OtherOrganization",),
    "Project": ("Project",),
    "Facility": ("Facility",),
    "Workshop": ("Workshop",),
    "Programme": ("Programme",),
    "Person": ("Person",),
    "Group": ("Group",),
    "FinancialProduct": ("FinancialProduct",),
    "Village": ("Village",),
    "Township": ("Township",),
    "County": ("County",),
    "Prefecture": ("Prefecture",),
    "Province": ("Province",),
    "Division": ("County", "Township", "Prefecture"),
}


def resolve_anaphors(article: Article, mentions: Sequence[Mention], state: Linked, officers: frozenset[Mention] = frozenset()) -> Linked:
    """Each anaphor gets the entity named last of its kind before it; places fall back on the article's own.

    `officers`: persons who hold a post; 他 means another, if there is one.
    """
    of = dict(state.entity_of)
    whole = sorted((m for m in mentions), key=lambda m: (m.span.start, -m.span.end))
    last: dict[str, str] = {}
    end = -1
    main = main_lender(article, whole, state)
    banks_of = tuple(e.id for e in state.entities.values() if e.kind in FINANCIAL)
    so_named = _so_named(article, state)
    block = -1
    fresh = False  # whether this paragraph has named a lender
    starts = [b.span.start for b in article.blocks]
    for m in whole:
        now = bisect_right(starts, m.span.start) - 1
        if now != block:
            block, fresh = now, False
        if m.span.end <= end and not m.anaphor and m.kind not in DIVISION_KINDS:
            continue  # a name inside a longer one does not take the focus
        inside = m.span.end <= end
        if m.anaphor and m not in of:
            found = _antecedent(article, m, last, state, so_named)
            if found and main and not fresh and m.kind == "Bank" and _below(found, main, state, banks_of):
                found = main  # 该行 at the head of a paragraph is the bank of the article, not the 支行 named last
            if found:
                of[m] = found
        target = of.get(m)
        if target is not None and target in state.entities and not inside:
            kind = state.entities[target].kind
            held = last.get("lender", "")
            if kind in LENDERS:
                fresh = True
                if not (kind in FINANCIAL and held and state.entities[held].kind == "Branch" and state.entities[held].id.startswith(target)):
                    last["lender"] = target
            if m not in officers or "Person" not in last:
                last[kind] = target
        end = max(end, m.span.end)
    return replace(state, entity_of=of)


def main_lender(article: Article, mentions: Sequence[Mention], state: Linked) -> str:
    """The bank the article is about: that of its title, else the one meant most often; "" if there is none."""
    kinds = _block_kinds(article)
    counts: Counter[str] = Counter()
    for m in mentions:
        e = state.entity_of.get(m, "")
        if e and state.entities[e].kind in LENDERS and not m.anaphor:
            counts[e] += 3 if kinds(m) == "title" else 1
    branches = {e: n for e, n in counts.items() if state.entities[e].kind == "Branch"}
    pool = branches or counts
    return max(sorted(pool), key=lambda e: pool[e], default="")


def _below(found: str, main: str, state: Linked, banks_of: Sequence[str]) -> bool:
    """Whether `found` is a 支行 of the bank whose 分行 (or head) `main` is."""
    if found == main or not state.entities[found].label.endswith(("支行", "分理处", "营业部")) or state.entities[main].label.endswith("支行"):
        return False
    return any(found.startswith(b) and main.startswith(b) for b in banks_of)


def _so_named(article: Article, state: Linked) -> Callable[[str, str, int], str]:
    """A look-up: the entity of a kind whose label ends so, named last before an offset; "" if there is none."""
    by_kind: dict[str, list[Mention]] = {}
    for x, e in state.entity_of.items():
        by_kind.setdefault(state.entities[e].kind, []).append(x)
    tables: dict[tuple[str, str], tuple[list[int], list[Mention]]] = {}  # ends, and the last one by span of those that end there or before

    def named(kind: str, head: str, offset: int) -> str:
        if (kind, head) not in tables:
            found = [x for x in by_kind.get(kind, ()) if state.entities[state.entity_of[x]].label.endswith(head)]
            found.sort(key=lambda x: (x.span.end, x.span.start))
            tables[kind, head] = [x.span.end for x in found], [*accumulate(found, _later)]
        ends, best = tables[kind, head]
        before = bisect_right(ends, offset)
        return state.entity_of[best[before - 1]] if before else ""

    return named


def _later(a: Mention, b: Mention) -> Mention:
    return max(a, b, key=lambda x: x.span)


def _antecedent(article: Article, m: Mention, last: Mapping[str, str], state: Linked, so_named: Callable[[str, str, int], str]) -> str:
    text = article.folded[m.span.start : m.span.end]
    if m.kind in ("Bank", "Branch"):
        if text in ("支行", "该支行") or "支行" in text:
            return last.get("Branch", "")
        if "分行" in text:
            found = last.get("Branch", "")
            return found if found.endswith("分行") else next((e.id for e in state.entities.values() if e.kind == "Branch" and e.label.endswith("分行")), found)
        if "联社" in text or "农商" in text or "社" in text:
            return last.get("Bank", "") or last.get("lender", "")
        return last.get("lender", "")
    if m.kind in DIVISION_KINDS or m.kind == "Division":
        if m.kind == "Division":
            return next((last[k] for k in ("County", "Township", "Prefecture") if k in last), state.home)
        if m.kind == "Village":
            return last.get("Village", "") or state.home_village
        own = home_at(m.kind, next((c for c in reversed(text) if c in "省市县区镇乡"), ""), state.home, state.entities)
        if m.kind == "Township" and state.home_town:
            own = state.entities[state.home_town]
        if text[:1] in "全我本县镇乡" and own and not (m.kind == "Township" and last.get("Township")):
            return own.id
        return last.get(m.kind, "") or (own.id if own else "")
    if m.kind in ("Company", "OtherOrganization"):
        head = re.sub(r"^(?:该|本|我|这家|那家)", "", text)
        if head not in ("公司", "企业") and (named := so_named(m.kind, head, m.span.start)):
            return named
        lender = last.get("lender", "")
        if head == "公司" and lender and state.entities[lender].label.endswith("公司") and "Company" not in last:
            return lender
    return next((last[k] for k in _ANAPHOR_KINDS.get(m.kind, (m.kind,)) if k in last), "")


def common_banks(linked: Linked) -> Counter[str]:
    """How often each bank or branch is meant in the article."""
    return Counter(e for m, e in linked.entity_of.items() if linked.entities[e].kind in LENDERS)
