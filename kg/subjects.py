"""Who a number is about: a ranking of the things in reach, by weighted features of where and how each is named.

The weights (lexicon `subject_weights`) are those of a conditional log-linear model, fitted by `scripts/fit_subjects.py` on
annotated articles; the features are a few yes-or-no statements, so that every choice can be explained and edited by hand.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from .discourse import Scene, clause_start
from .model import DIVISION_KINDS, Mention, Quantity, Span
from .pack import Pack

KINDS = frozenset(
    "Bank Insurer Guarantor Branch Company PublicBody OtherOrganization Person Group Province Prefecture County Township Village Facility Workshop Programme Project FinancialProduct".split()
)
_SPEECH = re.compile(r"(?:[^，。；“”]{0,6})?(?:说|表示|介绍|告诉|坦言|感慨|笑|算|回忆|道)")
_THEMES = {
    "build": re.compile(r"投资|占地|用地|建筑面积|厂房|工期|造价|建成后|路灯|管网"),
    "terms": re.compile(r"利率|额度|年化|期限|保费|保额|赔付|费率|自缴|贴息"),
    "bank": re.compile(r"存款|贷款|授信|不良|信贷|网点|减费|客户|信用村|续贷|用信|放款|笔"),
    "people": re.compile(r"户|人口|党员|劳动力|村民小组|农户|村民"),
    "income": re.compile(r"收入|增收|分红|租金|工资|挣|赚"),
    "trade": re.compile(r"产值|销售|营业额|订单|成交|出口|利润|产量|卖|销"),
    "jobs": re.compile(r"就业|岗位|用工|吸纳|带动"),
    "land": re.compile(r"种植|耕地|林地|茶园|基地|面积|养殖|果园"),
    "event": re.compile(r"培训|活动|参加|期|场|人次|选手|观看|游客"),
}
_UNITS = {"%": "percent", "百分点": "percent", "倍": "percent", "户": "household", "人": "person", "人次": "visit", "亩": "area", "平方米": "area", "家": "firm", "个": "item"}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A thing in reach, by its nearest mention, and what is said of it."""

    mention: Mention
    features: tuple[str, ...]


@cache
def weights(pack: Pack) -> Mapping[str, float]:
    return {e.name: float(e.note) for e in pack.entries("subject_weights")}


def best(scene: Scene, quantity: Mention, words: str, previous: str = "", reach: int = 6) -> tuple[Mention | None, float]:
    """The likeliest subject of a quantity whose metric is worded so, and its margin over the next (in log odds).

    `previous`: the entity that the number before it is about.
    """
    table = weights(scene.pack)
    ranked = sorted(
        ((sum(table.get(f, 0.0) for f in c.features), c.mention.span.start, c.mention) for c in candidates(scene, quantity, words, previous, reach)),
        key=lambda x: (-x[0], -x[1]),
    )
    if not ranked:
        return None, 0.0
    return ranked[0][2], ranked[0][0] - ranked[1][0] if len(ranked) > 1 else 9.0


def candidates(scene: Scene, quantity: Mention, words: str, previous: str = "", reach: int = 6) -> Iterator[Candidate]:
    """Each thing in reach once, with its features: of this sentence, the sentences before, the title, the article's own place."""
    offset = quantity.span.start
    number = scene.number_of(offset)
    sentence = scene.sentences[number]
    start = clause_start(scene, offset)
    counts = frequency(scene)
    top = max(counts.values(), default=1)
    seen: dict[str, tuple[Mention, set[str]]] = {}

    def put(m: Mention, *where: str) -> None:
        e = scene.entity(m)
        kind = scene.kind(m)
        if not e or kind not in KINDS:
            return
        known = seen.get(e)
        if known is None:
            seen[e] = (m, {*where, *form(scene, m)})
        else:
            known[1].add("again")

    here = scene.outer_in(Span(sentence.span.start, offset))
    clauses = clause_numbers(scene, sentence.span.start, offset)
    for m in reversed(here):
        back = clauses[-1][1] - next(n for s, n in reversed(clauses) if s <= m.span.start)
        put(m, "clause" if m.span.start >= start else f"clauses-{min(back, 4)}")
    for m in scene.outer:  # a counted group holds the number itself
        if m.span.covers(quantity.span) and m is not quantity:
            put(m, "holds-number")
    end = sentence.span.end
    for m in scene.outer_in(Span(quantity.span.end, min(end, quantity.span.end + 30))):
        if scene.entity(m) not in seen:
            put(m, "after-of" if scene.article.folded[quantity.span.end : m.span.start] in ("的", "长的", "") else "after")
    seen_blocks = 0
    for n in range(number - 1, max(-1, number - reach - 1), -1):
        s = scene.sentences[n]
        if s.kind in ("caption", "credit", "byline", "header", "heading", "title"):
            continue
        if s.block != sentence.block and s.block != scene.sentences[n + 1].block:
            seen_blocks += 1
        where = f"sentence-{min(number - n, 4)}" if s.block == sentence.block else f"block-{min(seen_blocks, 2)}"
        for m in reversed(scene.outer_in(s.span)):
            put(m, where)
    for n, s in enumerate(scene.sentences):
        if s.kind == "title" or (s.kind == "heading" and n < number and s.block > sentence.block - 3):
            for m in scene.outer_in(s.span):
                put(m, s.kind)
    linked = scene.linked
    own = {linked.home: "home", linked.home_town: "home-town", linked.home_village: "home-village"}
    for m in scene.outer:
        if own.get(scene.entity(m)) and scene.entity(m) not in seen and m.span.start < offset:
            put(m, "far")
    unit = "money" if isinstance(quantity.value, Quantity) and quantity.value.currency else _UNITS.get(quantity.value.unit if isinstance(quantity.value, Quantity) else "", "other")
    themes = [name for name, pattern in _THEMES.items() if pattern.search(words)]
    for e, (m, features) in seen.items():
        kind = scene.kind(m)
        group = "Division" if kind in DIVISION_KINDS else kind
        features |= {f"kind:{kind}", f"{unit}:{group}", *(f"{t}:{group}" for t in themes)}
        if e == previous:
            features.add("previous")
            if any(f in features for f in ("clause", "clauses-1", "clauses-2", "clauses-3", "clauses-4")):
                features.add("previous-here")
        if e in own:
            features.add(own[e])
        if counts[e] >= 3 and counts[e] * 2 >= top:
            features.add("frequent")
        elif counts[e] == 1:
            features.add("once")
        yield Candidate(m, tuple(sorted(features)))


def frequency(scene: Scene) -> Counter[str]:
    """How often each entity is meant in the article."""
    return Counter(e for m in scene.outer if (e := scene.entity(m)))


def clause_numbers(scene: Scene, start: int, end: int) -> list[tuple[int, int]]:
    """(start, number) of the clauses in a stretch of one sentence."""
    out, n = [(start, 0)], 0
    text = scene.article.folded
    for i in range(start, end):
        if text[i] in "，；：":
            n += 1
            out.append((i + 1, n))
    return out


def form(scene: Scene, m: Mention) -> Iterator[str]:
    """How a mention stands: its case, first in its clause, an anaphor, a speaker, a mere modifier of what follows."""
    text = scene.article.folded
    case = scene.case(m)
    yield f"case:{case or 'none'}"
    lead = text[clause_start(scene, m.span.start) : m.span.start]
    if not lead.strip("“‘"):
        yield "first"
        if scene.sentences[scene.number_of(m.span.start)].span.start >= m.span.start - 1:
            yield "opens-sentence"
    elif len(lead) <= 6:
        yield "near-first"
    if m.anaphor:
        yield "anaphor"
        if text[m.span.start] == "全":
            yield "whole"
    if m in scene.posts:
        yield "post"
    follow = text[m.span.end : m.span.end + 12]
    if scene.kind(m) == "Person" and _SPEECH.match(follow):
        yield "speaker"
    if follow[:1] == "的":
        yield "genitive"
    following = scene.outer_in(Span(m.span.end, m.span.end + 2))
    if following and following[0].span.start <= m.span.end + (1 if follow[:1] in "的“" else 0):
        yield "modifier"
    if re.match(r"[“”]?(?:今年|去年|目前|现|共|已|有|的|累计|全年|年|是|就|还|也|把|将|在|通过)", follow):
        yield "predicate-follows"
