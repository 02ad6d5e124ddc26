"""Observations: what a number says about whom, read from the words around it.

The metric is the noun before the number (各项存款余额695亿元), or verb and noun after it (吸纳60余人就业, 40家龙头企业); a
wording that the concept lexicon knows becomes that concept, any other its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from . import subjects
from .discourse import Scene, clause_end, clause_start, time_at
from .facts import build
from .model import Amount, Fact, Mention, Metric, Quantity, Span, local_name
from .modifiers import modifiers
from .pack import Pack

_ANNOUNCE = re.compile(
    r"(?:[已也就才只仅均都共约可有是为达至到占超了的:：]|已经|达到|高达|多达|合计|共计|总计|累计|合计达|增加到|提高到|提升到|上升到|增长到|减少到|下降到|降到|涨到|增至|升至|降至|扩大到|扩展到|由|从|不|仅有|只有|突破|超过|控制在|保持在|稳定在|平均|大约|接近|将近|实现|预计|预计可)+$"
)
_OPEN = re.compile(
    r"^(?:[，、；。：“”‘’（）()\s的了在与和及并还又也已将可就都均由使让从至其该]|目前|截至|今年|去年|以来|同时|另外|此外|累计|共计|合计|共|现有|现|已经|如今|其中|平均|近年来|预计|全年|当年|年内|先后|陆续|不断|成功|全部|总共|一共|通过|进一步|我们|大家|这里|每年|一年|实现|完成)+"
)
_PER = (("人均", "gfc:unit_person"), ("每人", "gfc:unit_person"), ("户均", "gfc:unit_household"), ("每户", "gfc:unit_household"), ("亩均", "gfc:unit_mu"), ("每亩", "gfc:unit_mu"),
        ("每公斤", "gfc:unit_kilogram"), ("每斤", "gfc:unit_jin"), ("每村", "gfc:unit_village"), ("村均", "gfc:unit_village"), ("月均", "gfc:unit_month"), ("每月", "gfc:unit_month"),
        ("每年", "gfc:unit_year"), ("年均", "gfc:unit_year"), ("一天", "gfc:unit_day"), ("每天", "gfc:unit_day"), ("日产", "gfc:unit_day"))
_GROWTH = re.compile(r"(?:同比|环比|比上年同期|较上年同期|比上年|较上年|比去年|较去年|较年初|比年初)?(?:分别)?(?:增长|增幅|增速|提高|提升|上升|下降|减少|下滑|增加)")
_TRAIL = re.compile(r"(?:的)?([^\W\d_]{1,12})")
_TRAIL_STOP = re.compile(r"(?:在|与|和|及|为|向|被|将|已|是|有|来|到|就|都|由|等|参加|参与|入驻|成为|获得|受益|落户|挂牌|组成|进行|开展|提供|通过|的|以上|左右|，).*$")
_VERB_END = re.compile(
    r"(?:吸纳|带动|惠及|覆盖|培养|培育|拥有|种植|建成|新建|组建|评定|引进|接待|开出|租了|栽种|种了|养殖|招引|引入|投放|流转|承包|整合|盘活|改造|建设|修建|创建|举办|开展|组织|服务|支持|帮助|提供|解决|安排|选派|提拔|建立|形成|设立|涉及|发展|打造|引导|培训|收到|走访|对接|发放|办理|签约|完成|新增|增加|减少|拆除|拆掉|埋下|辖|下辖|辖有|含|包括|达成|签订|入选|发动|招聘|收购|销售|卖出|卖了|种下|交售|出栏)了?$"
)


@dataclass(frozen=True, slots=True)
class Wording:
    """The words that name the metric: before the number, after it, and both as one label."""

    lead: str
    trail: str

    @property
    def label(self) -> str:
        if not self.lead:
            return self.trail
        return self.lead + self.trail if _VERB_END.search(self.lead) and self.trail else self.lead

    @property
    def words(self) -> str:
        """All words that name the metric, for the choice of its subject."""
        return self.lead + self.trail

    @property
    def known(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(w for w in (self.lead + self.trail, self.lead, self.trail) if len(w) >= 2))


@cache
def _metrics(pack: Pack) -> tuple[Mapping[str, str], re.Pattern[str], Mapping[str, str]]:
    words: dict[str, str] = {}
    for e in pack.entries("concepts"):
        if e.kind == "metric" and e.parent:
            for w in (e.note.split("|")[0], *e.aliases):
                words.setdefault(w, e.name)
    labels = {e.name: e.note.split("|")[0] for e in pack.entries("concepts")}
    pattern = re.compile("|".join(map(re.escape, sorted(words, key=lambda w: (-len(w), w)))))
    return words, pattern, labels


def wording(scene: Scene, q: Mention) -> Wording:
    """The metric's words around a quantity."""
    text = scene.article.folded
    start, end = clause_start(scene, q.span.start), clause_end(scene, q.span.end)
    inside = [m for m in scene.outer_in(Span(start, end)) if m.span.end <= q.span.start and not m.span.covers(q.span)]
    previous = [m for m in inside if isinstance(m.value, Quantity)]
    low = previous[-1].span.end if previous else start
    lead = "".join(_without(text, low, q.span.start, [m for m in inside if scene.kind(m) not in ("Programme", "FinancialProduct", "Group") and m.span.start >= low] + [t for t in scene.times if low <= t.span.start < q.span.start]))
    lead = re.split(r"[“”‘’（）()]", lead)[-1] if len(re.split(r"[“”‘’（）()]", lead)[-1]) >= 2 else re.sub(r"[“”‘’（）()]", "", lead)
    lead = _OPEN.sub("", _ANNOUNCE.sub("", lead))
    lead = re.split(r"、|[，：；]", lead)[-1] if len(lead) > 8 else lead
    stop = next((m.span.start for m in scene.outer_in(Span(q.span.end, end))), end)
    m = _TRAIL.match(text, q.span.end, min(max(stop, q.span.end), end))
    trail = _TRAIL_STOP.sub("", m[1]) if m else ""
    return Wording(lead[-14:], trail[:10])


def _without(text: str, start: int, end: int, cut: Sequence[Mention]) -> Iterator[str]:
    for m in sorted(cut, key=lambda m: m.span):
        if m.span.start >= start and m.span.end <= end:
            yield text[start : m.span.start]
            start = m.span.end
    yield text[start:end]


def metric(scene: Scene, words: Wording) -> Metric | None:
    """The concept that a wording names: a shipped one (longest known word, rightmost), else its own."""
    table, pattern, labels = _metrics(scene.pack)
    if not words.known and len(words.label) < 1:
        return None
    for candidate in (words.lead, words.lead + words.trail, words.trail):
        found = [m for m in pattern.finditer(candidate)]
        if found and found[-1].end() >= len(candidate) - 2 and len(found[-1][0]) >= max(2, len(candidate) - 4):
            name = table[found[-1][0]]
            return Metric("gfc:" + name, labels[name], tuple(w for w in words.known[:2] if w != labels[name]))
    label = words.label
    if not label or not local_name(label):
        return None
    return Metric("gfc:metric_" + local_name(label), label, tuple(w for w in words.known if w != label)[:2])


def observations(scene: Scene, quantities: Sequence[Mention], money: Sequence[Fact] = ()) -> Iterator[tuple[Fact | Mention, Metric | None]]:
    """(observation, its metric) for each quantity that says something; (the quantity's mention, None) where it does not.

    `money`: the financings of the article; their numbers state no observation.
    """
    used = {a.mention for f in money for _, a in f.amounts}
    asked = [(q, wording(scene, q)) for q in quantities if q not in used and isinstance(q.value, Quantity)]
    chosen = subjects.assign(scene, [(q, words.words) for q, words in asked], money)
    before: list[tuple[int, Metric]] = []
    for (q, words), (about, chance) in zip(asked, chosen, strict=True):
        number = scene.number_of(q.span.start)
        before = [b for b in before if b[0] == number]
        found, clause = _metric_of(scene, q, words, before)
        if found is None or about is None:
            yield q, None
            continue
        before.append((number, found))
        yield _observation(scene, q, found, about, chance, words, clause), found


def _metric_of(scene: Scene, q: Mention, words: Wording, before: Sequence[tuple[int, Metric]]) -> tuple[Metric | None, str]:
    clause = scene.article.folded[clause_start(scene, q.span.start) : q.span.start]
    assert isinstance(q.value, Quantity)
    if "分别" in clause and len(before) >= 1 and re.search(r"分别[^\d]{0,6}$", scene.article.folded[max(0, q.span.start - 12) : q.span.start]):
        return _grown(before[-min(2, len(before))][1], clause), clause
    if not words.label or re.fullmatch(r"[、和与及至到增加提高提升涨降升减少下了由从]+", words.label):
        return (before[-1][1] if before else None), clause
    if q.value.unit in ("%", "百分点", "倍", "个百分点") and before and re.fullmatch(_GROWTH, words.label):
        return _grown(before[-1][1], words.label), clause
    return metric(scene, words), clause


def _grown(base: Metric, words: str) -> Metric:
    m = _GROWTH.search(words)
    label = base.label + (m[0].replace("分别", "") if m else "增长")
    return Metric("gfc:metric_" + local_name(label), label, (base.label, m[0] if m else "增长"))


def _observation(scene: Scene, q: Mention, found: Metric, about: Mention, chance: float, words: Wording, clause: str) -> Fact:
    assert isinstance(q.value, Quantity)
    mods = modifiers(scene, q.span)
    label = found.label + words.lead
    aggregation = mods.aggregation or ("stock" if re.search(r"余额|存款|贷款总", label) else "single")
    per = [("per", concept) for word, concept in _PER if word in clause[-20:] + words.lead]
    compared = [("comparedWith", "gfc:" + e.name) for e in scene.pack.entries("concepts") if e.kind == "comparison" and any(a in clause for a in e.aliases)]
    number = scene.number_of(q.span.start)
    return build(
        scene,
        "Observation",
        [("about", about)],
        [("metric", found.id), ("aggregation", "gfc:" + aggregation), *per, *compared[:1]],
        [("amount", Amount(q.value, q))],
        sentence=number,
        time=time_at(scene, q.span),
        status=mods.status,
        confidence=round(0.35 + 0.6 * chance, 2),
        rule="observation.wording" if found.id.startswith("gfc:metric_") else "observation.concept",
    )
