"""Who a number is about: a ranking of the things in reach, by weighted features of where and how each is named.

The weights (lexicon `subject_weights`) are those of a conditional random field over the numbers of an article in reading
order, fitted by `scripts/fit_subjects.py` on annotated articles: each number has features of every candidate, and a bond
to the number before it (numbers that follow each other tend to be about one thing). All features are yes-or-no statements,
so that every choice can be explained and edited by hand.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import pairwise, repeat
from operator import itemgetter
from typing import NamedTuple

from .discourse import Scene, clause_start
from .model import DIVISION_KINDS, Fact, Mention, Quantity
from .pack import Pack

GROUPS = {
    **dict.fromkeys(("Bank", "Insurer", "Guarantor", "Branch"), "lender"), "Company": "firm", "PublicBody": "body",
    "OtherOrganization": "union", "Person": "person", "Group": "group", "Project": "project", "Programme": "programme", "FinancialProduct": "product",
    **dict.fromkeys(("Province", "Prefecture", "County", "Township", "Village"), "place"), **dict.fromkeys(("Facility", "Workshop"), "site"),
}  # fmt: skip
MOST = 100  # things that can be meant: more are in reach of a number only where a text is a bare list
_OF_KIND = {kind: f"kind:{kind if kind in DIVISION_KINDS else group}" for kind, group in GROUPS.items()}
_EACH = re.compile(r"户均|村均|每户|每村|一户|一人|每人|人均|村每")
_SPEECH = re.compile(r"(?:[^，。；“”]{0,8})?(?:说|表示|介绍|告诉|坦言|感慨|笑|算|回忆|道)")
_CLASSES = (  # what a number is of, by the words around it: the first that fits
    ("terms", re.compile(r"利率|额度|年化|期限|保费|保额|最高可|顶格|费率|自缴|贴息|下浮")),
    ("bank", re.compile(r"存款|贷款|授信|不良|信贷|网点|减费|客户|信用村|续贷|用信|放款|承保|赔付|赔款")),
    ("build", re.compile(r"投资|占地|用地|建筑面积|厂房|工期|造价|建成后|路灯|管网|处理能力")),
    ("income", re.compile(r"收入|增收|分红|租金|工资|挣|赚|利润|分得|入账|到手|毛收")),
    ("trade", re.compile(r"产值|销售|营业额|订单|成交|出口|产量|卖|销|亩产|营收")),
    ("jobs", re.compile(r"就业|岗位|用工|吸纳|带动|工人|职工|员工|务工")),
    ("event", re.compile(r"培训|活动|参加|场次|选手|观看|游客|宣传|咨询|学员|举办")),
    ("people", re.compile(r"户|人口|党员|劳动力|村民小组|农户|村民|社员")),
    ("land", re.compile(r"种植|耕地|林地|茶园|基地|面积|养殖|果园|租|流转|种")),
)
_UNIT_CLASSES = {
    "%": "rate",
    "百分点": "rate",
    "倍": "rate",
    "户": "people",
    "人": "people",
    "人次": "event",
    "场次": "event",
    "亩": "land",
    "平方米": "land",
    "公里": "length",
}
_LEADS = re.compile(
    r"(?:截至|目前|如今|现在|今年|去年|同时|此外|另外|其中|不仅|而且|近年来|近年|据了解|据介绍|据悉|数据显示|为此|随后|接着|原来|[“‘（(\s的]|，)+"
)
_PREDICATE = re.compile(r"[”’]?(?:今年|去年|目前|现|共|已|有|累计|全年|年|是|就|还|也|把|将|在|通过|一|每|仅|只)")
_HOLDS = re.compile(r"(?![是有已共现如今])[^\W\d_]{1,8}的")
_LOCATIVE = re.compile(r"[”’]?(?:上|里|中|内|期间|现场)(?:[，、]|的|已|现|共|有)")


class Candidate(NamedTuple):
    """A thing in reach, by its nearest mention, and what is said of it."""

    mention: Mention
    entity: str
    features: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of an article as the ranking sees them: the candidates of each, and the bond of each to the one before."""

    candidates: tuple[tuple[Candidate, ...], ...]
    bonds: tuple[tuple[str, ...], ...]


@cache
def weights(pack: Pack) -> Mapping[str, float]:
    """The fitted weights: feature → log odds."""
    return {e.name: float(e.note) for e in pack.entries("subject_weights")}


def assign(scene: Scene, numbers: Sequence[tuple[Mention, str]], money: Sequence[Fact] = ()) -> list[tuple[Mention | None, float]]:
    """The likeliest subject of each number (quantity, words of its metric; in reading order) and how likely it is, 0…1."""
    table = weights(scene.pack)
    seen = survey(scene, numbers, money)
    scores = [[sum(map(table.get, c.features, repeat(0.0))) for c in row] for row in seen.candidates]
    bonds = [sum(map(table.get, b, repeat(0.0))) for b in seen.bonds]
    odds = marginals([[c.entity for c in row] for row in seen.candidates], scores, bonds)[0]
    out: list[tuple[Mention | None, float]] = []
    for row, chances in zip(seen.candidates, odds, strict=True):
        top = max(range(len(row)), key=lambda i: (chances[i], row[i].mention.span.start), default=None)
        out.append((None, 0.0) if top is None else (row[top].mention, chances[top]))
    return out


def marginals(names: Sequence[Sequence[str]], scores: Sequence[Sequence[float]], bonds: Sequence[float]) -> tuple[list[list[float]], list[float], float]:
    """Forward and backward over a chain: chance of each candidate, chance that a number has the subject of the one before, log of the sum.

    `names`: the entities of each number's candidates, each once; `bonds[i]`: the score added where i and i - 1 have one subject.
    """
    n = len(names)
    ahead: list[list[float]] = []
    log_sum = 0.0
    before: dict[str, float] = {}
    for i in range(n):
        top = max(scores[i], default=0.0)
        gain = math.exp(bonds[i]) - 1
        row = [math.exp(s - top) * (1 + gain * before.get(e, 0.0)) for e, s in zip(names[i], scores[i], strict=True)]
        total = sum(row)
        ahead.append([x / total for x in row] if total else [])
        log_sum += top + (math.log(total) if total else 0.0)
        before = dict(zip(names[i], ahead[i], strict=True))
    chances: list[list[float]] = [[] for _ in range(n)]
    same = [0.0] * n
    back: dict[str, float] = {}
    rest = 1.0
    for i in range(n - 1, -1, -1):
        # back[e]: what the bond to the next number adds for e; rest: what all of the next number's candidates give to any e
        row = [a * (rest + back.get(e, 0.0)) for e, a in zip(names[i], ahead[i], strict=True)]
        total = sum(row)
        chances[i] = [x / total for x in row] if total else []
        top = max(scores[i], default=0.0)
        gain = math.exp(bonds[i]) - 1
        held = {e: math.exp(s - top) * (rest + back.get(e, 0.0)) for e, s in zip(names[i], scores[i], strict=True)}
        if i:
            earlier = dict(zip(names[i - 1], ahead[i - 1], strict=True))
            joint = sum(p * h * (gain + 1) for e, h in held.items() if (p := earlier.get(e, 0.0)))
            whole = sum(h * (1 + gain * earlier.get(e, 0.0)) for e, h in held.items())
            same[i] = joint / whole if whole else 0.0
        rest = sum(held.values())
        back = {e: gain * h for e, h in held.items()}
        if not held:
            rest, back = 1.0, {}
        elif rest:
            back, rest = {e: b / rest for e, b in back.items()}, 1.0
    return chances, same, log_sum


def survey(scene: Scene, numbers: Sequence[tuple[Mention, str]], money: Sequence[Fact] = ()) -> Numbers:
    """Candidates and bonds of the numbers (quantity, words of its metric) of an article. `money`: its financings."""
    view = _look(scene, money)
    rows, bonds = [], []
    last: Mention | None = None
    for q, words in numbers:
        rows.append(tuple(_candidates(view, q, words)))
        bonds.append(tuple(_bond(view, last, q)) if last is not None else ())
        last = q
    return Numbers(tuple(rows), tuple(bonds))


# ---------------------------------------------------------------- what the article as a whole says


@dataclass(frozen=True, slots=True)
class _View:
    """Facts of an article that all its numbers share."""

    scene: Scene
    count: Counter[str]
    top: int
    things: tuple[tuple[tuple[Mention, str], ...], ...]  # of each sentence: what can be a subject, and its entity
    sentence_topic: tuple[str, ...]  # of each sentence: the entity of its first subject
    block_topic: Mapping[int, str]
    frequent: tuple[tuple[Mention, str], ...]  # first mentions of what the article names most
    titles: tuple[tuple[Mention, str], ...]
    sums: tuple[tuple[int, frozenset[str], frozenset[str]], ...]  # of each financing: offset of its sum, who pays, who receives
    stands: Callable[[Mention], str]  # these ask each thing but once, however many numbers are near it
    form: Callable[[Mention, str, bool], tuple[str, ...]]


def _look(scene: Scene, money: Sequence[Fact]) -> _View:
    count: Counter[str] = Counter()
    firsts: dict[str, Mention] = {}
    topics: list[str] = []
    blocks: dict[int, str] = {}
    titles: list[tuple[Mention, str]] = []
    modifies = frozenset(_modifying(scene))
    stands = cache(partial(_stands, scene, modifies))
    form = cache(partial(_form, scene, modifies, stands))
    things = tuple(_things(scene, s.span.start, s.span.end) for s in scene.sentences)
    for s, inside in zip(scene.sentences, things, strict=True):
        for m, e in inside:
            count[e] += 1
            firsts.setdefault(e, m)
        topic = next((e for m, e in inside if stands(m) == ""), "")
        topics.append(topic)
        if s.kind == "title":
            titles += inside
        elif topic:
            blocks.setdefault(s.block, topic)
    linked = scene.linked
    own = [x for x in (linked.home, linked.home_town, linked.home_village) if x in firsts]
    often = [e for e, n in count.most_common(12) if n >= 2]
    return _View(
        scene,
        count,
        max(count.values(), default=1),
        things,
        tuple(topics),
        blocks,
        tuple((firsts[e], e) for e in dict.fromkeys([*often, *own])),
        tuple(titles),
        _sums(money),
        stands,
        form,
    )


def _sums(money: Sequence[Fact]) -> tuple[tuple[int, frozenset[str], frozenset[str]], ...]:
    found = [
        (a.mention.span.start, frozenset(f.role("financier")), frozenset((*f.role("recipient"), *f.role("purpose"), *f.role("product"))))
        for f in money
        for k, a in f.amounts
        if k == "amount"
    ]
    return tuple(sorted(found, key=lambda x: x[0]))


def _things(scene: Scene, low: int, high: int) -> tuple[tuple[Mention, str], ...]:
    """What can be a subject and starts in [low, high), with its entity."""
    return tuple((m, e) for m, e, kind in scene.known_between(low, high) if e and kind in GROUPS)


def _modifying(scene: Scene) -> Iterator[Mention]:
    """The mentions that only open the next: 萧山区|进化镇|下坂底村, 工行|的“兴农贷”."""
    text = scene.article.folded
    for m, following in pairwise(scene.outer):
        gap = following.span.start - m.span.end
        if gap == 0 or (gap == 1 and text[m.span.end] in "的“"):
            yield m


def _stands(scene: Scene, modifies: frozenset[Mention], m: Mention) -> str:
    """Why a mention is no subject of its clause: its case, or that it is compared with, a place of it, a predicate, a speaker …; "" = it may be one."""
    text = scene.article.folded
    before, follow = text[max(0, m.span.start - 2) : m.span.start], text[m.span.end : m.span.end + 14]
    case = scene.case(m)
    if case:
        return case
    if m in modifies:
        return "modifier"
    if before[-1:] in ("较", "比", "占") or before in ("高于", "低于", "超过", "多于"):
        return "compared"
    if before[-1:] == "是" or before in ("作为", "称为", "成为", "叫做", "名叫"):
        return "predicate"
    if _LOCATIVE.match(follow):
        return "locative"
    if scene.kind(m) == "Person" and _SPEECH.match(follow):
        return "speaker"
    return ""


def _speaker(view: _View, offset: int) -> tuple[Mention | None, Mention | None]:
    """(speaker, the speaker's body) of the quotation that holds an offset: “…”村支书X说 or X说：“…”."""
    scene, text = view.scene, view.scene.article.folded
    opened = text.rfind("“", max(0, offset - 200), offset)
    if opened < 0 or text.find("”", opened, offset) >= 0:
        return None, None
    closed = text.find("”", offset, offset + 200)
    stop = text.find("\n", offset, offset + 300)
    if closed < 0 or (0 <= stop < closed):
        return None, None
    after = scene.between(closed, min(len(text), closed + 60))
    before = scene.between(max(0, opened - 60), opened)
    for found in (after, before[::-1]):
        for m in found:
            if (
                scene.kind(m) == "Person"
                and _SPEECH.match(text[m.span.end : m.span.end + 14])
                and (m.span.start > closed or not re.search(r"[。”\n]", text[m.span.end : opened]))
            ):
                near = [
                    b
                    for b in scene.between(max(0, m.span.start - 40), m.span.start)
                    if scene.kind(b) in GROUPS and scene.kind(b) != "Person" and not re.search(r"[，。；”\n]", text[b.span.end : m.span.start])
                ]
                return m, near[-1] if near else None
            if found is after and m.span.start > closed and re.search(r"[。\n]", text[closed + 1 : m.span.start]):
                break
    return None, None


# ---------------------------------------------------------------- candidates of one number


def _candidates(view: _View, quantity: Mention, words: str, reach: int = 8) -> Iterator[Candidate]:
    """Each thing in reach once: of this sentence, the sentences before, title and headings, what the article names most."""
    scene, text = view.scene, view.scene.article.folded
    offset = quantity.span.start
    number = scene.number_of(offset)
    sentence = scene.sentences[number]
    start = clause_start(scene, offset)
    seen: dict[str, tuple[Mention, list[str]]] = {}

    def put(m: Mention, e: str, where: str, near: str = "back") -> None:
        if e not in seen and len(seen) < MOST:
            seen[e] = (m, [where, *view.form(m, near, where == "holds-number")])

    here = [x for x in view.things[number] if x[0].span.start < offset]
    for m, e in reversed(here):
        if e not in seen:
            put(m, e, "clause" if m.span.start >= start else f"clauses-{min(sum(text.count(mark, m.span.end, start) for mark in '，；：'), 3)}", "here")
    subjects_here = [(m, e) for m, e in here if view.stands(m) == ""]
    part = max(text.rfind("；", sentence.span.start, offset), sentence.span.start)
    topics = (next((e for m, e in subjects_here if m.span.start >= part), None), next((e for _, e in reversed(subjects_here)), None))
    for topic, name in zip(topics, ("part-topic", "nearest"), strict=True):
        if topic in seen:
            seen[topic][1].append(name)
    for m, e in _things(scene, max(sentence.span.start, offset - 20), offset + 1):
        if m.span.covers(quantity.span) and m is not quantity:  # a counted group holds the number itself
            put(m, e, "holds-number")
    for m, e in _things(scene, quantity.span.end, min(sentence.span.end, quantity.span.end + 30)):
        if e not in seen:
            put(m, e, "after-of" if text[quantity.span.end : m.span.start] in ("的", "长的", "") else "after")
    blocks = 0
    for n in range(number - 1, max(-1, number - reach - 1), -1):
        s = scene.sentences[n]
        if s.kind in ("caption", "credit", "byline", "header", "heading", "title"):
            continue
        if s.block != sentence.block and s.block != scene.sentences[n + 1].block:
            blocks += 1
        where = f"sentence-{min(number - n, 3)}" if s.block == sentence.block else f"block-{min(blocks, 2)}"
        for m, e in reversed(view.things[n]):
            if e not in seen:
                put(m, e, where)
    heading = next((n for n in range(number - 1, max(-1, number - 12), -1) if scene.sentences[n].kind == "heading"), None)
    if heading is not None:
        for m, e in view.things[heading]:
            put(m, e, "heading")
    for m, e in view.titles:
        put(m, e, "title")
    for m, e in view.frequent:
        if m.span.start < offset:
            put(m, e, "far")
    speaker, body = _speaker(view, offset)
    for voice, name in ((speaker, "speaker-self"), (body, "speaker-body")):
        if voice is not None and (e := scene.entity(voice)):
            put(voice, e, "far")
            if e in seen:
                seen[e][1].append(name)
    sort = _class(quantity, words)
    linked = scene.linked
    own = {linked.home: "home", linked.home_town: "home-town", linked.home_village: "home-village"}
    per = bool(_EACH.search(words))
    block = view.block_topic.get(sentence.block, "")
    earlier = view.sentence_topic[number - 1] if number and scene.sentences[number - 1].block == sentence.block else ""
    near = view.sums[bisect_left(view.sums, sentence.span.start - 60, key=itemgetter(0)) : bisect_left(view.sums, offset, key=itemgetter(0))]
    payers = {e for _, pay, _ in near for e in pay}
    payees = {e for _, _, get in near for e in get}
    for e, (m, features) in seen.items():
        kind = scene.kind(m)
        group = GROUPS[kind]
        if e in payers:
            features.append("payer")
        if e in payees:
            features.append("payee")
        features.append(_OF_KIND[kind])
        features.append(f"{sort}:{group}")
        if e == block:
            features.append("block-topic")
        if e == earlier:
            features.append("earlier-topic")
        if per:
            features.append(f"per:{group}")
        if e in own:
            features.append(own[e])
        label = text[m.span.start : m.span.end].rstrip("”’")
        if len(label) >= 2 and label[-2:] in words:
            features.append("named-in-metric")
        told = view.count[e]
        if told >= 3 and told * 2 >= view.top:
            features.append("frequent")
        elif told == 1:
            features.append("once")
        yield Candidate(m, e, tuple(features))


def _class(quantity: Mention, words: str) -> str:
    """What a number is of: terms of a product, bank business, building, …; else by its unit."""
    found = next((name for name, pattern in _CLASSES if pattern.search(words)), "")
    value = quantity.value
    if found or not isinstance(value, Quantity):
        return found or "other"
    return "money" if value.currency else _UNIT_CLASSES.get(value.unit, "other")


def _bond(view: _View, last: Mention, quantity: Mention) -> Iterator[str]:
    """What binds a number to the one before it: how near, with what between them."""
    scene, text = view.scene, view.scene.article.folded
    a, b = scene.number_of(last.span.start), scene.number_of(quantity.span.start)
    between = text[last.span.end : quantity.span.start]
    if a == b:
        marks = sum(map(between.count, "，；："))
        yield "bond:clause" if not marks else "bond:next-clause" if marks == 1 else "bond:sentence"
    elif scene.sentences[a].block == scene.sentences[b].block:
        yield "bond:next-sentence" if b == a + 1 else "bond:block"
    else:
        yield "bond:other-block"
    inside = scene.known_between(last.span.end, quantity.span.start)
    if any(kind in GROUPS and view.stands(m) == "" for m, _, kind in inside):
        yield "bond:subject-between" if a == b else "bond:subject-between-far"
    elif not inside:
        yield "bond:nothing-between"
    if "其中" in between:
        yield "bond:among"


def _opens(scene: Scene, modifies: frozenset[Mention], m: Mention) -> bool:
    """Whether nothing but times, adverbs and what modifies it stands before a mention in its clause."""
    text = scene.article.folded
    begin = clause_start(scene, m.span.start)
    lead = text[begin : m.span.start]
    if len(lead) > 60:
        return False
    for t in scene.times[bisect_left(scene.times, begin, key=lambda t: t.span.start) : bisect_left(scene.times, m.span.start, key=lambda t: t.span.start)]:
        lead = lead.replace(text[t.span.start : t.span.end], "", 1)
    for o in scene.between(begin, m.span.start):  # 东方镇靖岳村的|胡秀蓉: what only opens a mention does not stand before it
        lead = lead.replace(text[o.span.start : o.span.end], "", 1) if o in modifies else lead
    return not _LEADS.sub("", lead)


def _form(scene: Scene, modifies: frozenset[Mention], stands: Callable[[Mention], str], m: Mention, near: str, counted: bool) -> tuple[str, ...]:
    """How a mention stands: its case, first in its clause, an anaphor, a speaker, a mere modifier of what follows.

    `near`: here (in the number's sentence) or back; `counted`: it holds the number itself.
    """
    text = scene.article.folded
    out = [f"{near}:{stands(m) or 'subject'}"]
    free = m not in modifies
    if m in scene.posts:
        out.append("post")
    if free and _opens(scene, modifies, m):
        out.append(f"first:{near}")
    if m.anaphor:
        out.append("anaphor")
        if text[m.span.start] == "全":
            out.append("whole")
    follow = text[m.span.end : m.span.end + 14]
    if follow[:1] == "的":
        out.append("genitive")
    if free and not counted and _HOLDS.match(follow):
        next_ = scene.between(m.span.end, m.span.end + 14)
        if not next_ or _HOLDS.match(follow[: next_[0].span.start - m.span.end]):
            out.append("attributive")
    if _PREDICATE.match(follow):
        out.append(f"predicate:{near}")
    return tuple(out)
