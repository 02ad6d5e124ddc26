"""Metrics: what a number measures, read from the words around it.

The metric is the noun before the number (各项存款余额695亿元), verb and noun around it (吸纳60余人就业), or the noun after it
(40家龙头企业); where there is none, what its unit counts (全村189户). A wording that the concept lexicon knows becomes that
concept, any other its own, labelled so that it can be read alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from .discourse import Scene, clause_end, clause_start
from .model import Mention, Metric, Quantity, local_name
from .pack import Pack

_GROWN = r"增长|增加|增幅|增速|提高|提升|上升|上涨|再涨|涨|多出|多了|多收|高出|高|净增|下降|减少|下滑|降低|降|少|低|回落|压降"
_STRONG = (  # verbs of which the number is the object
    "吸纳|带动|惠及|覆盖|培育|拥有|建成|新建|组建|评定|引进|接待|开出|栽种|招引|引入|举办|开展|提供|选派|提拔|收到|走访|对接|发放|办理|拆除|拆掉|埋下|下辖|辖有|签订|签下|入选|招聘|卖出|种下|交售|添置|购置|安装|装上|换上"
    "|选出|划成|理出|推出|派驻|派出|入驻|奖励|资助|救助|慰问|解答|兑换|受理|代烘|下发|接到|栽下|铺设|新修|硬化|帮销|助销|批下|租用|竖起|腾出|建起|设立|成立|创建|改造|流转|盘活|发动|组织|辐射|累计支持|支持|服务|培训|培养|递交|安排"
)
_VERB = (
    f"{_STRONG}|种植|养殖|投放|承包|整合|建设|修建|帮助|解决|建立|形成|涉及|发展|打造|"
    "引导|签约|完成|新增|增加|减少|包括|达成|收购|销售|出栏|参训|承接|处理|清理|修复|绿化|投用|联合|聘请"
)
_VERB_END = re.compile(
    rf"(?:(?:{_VERB})|^[^\W\d_]?(?:聘|辖|含|租|种|养|包|装|换|添|栽|建|修|办|开|收|卖|做|派|出|招|请|买|挖|铺|管|带|拉|领))(?:了|起|出|成|到|过|上|下)?$"
)
_WEAK = re.compile(r"(?:把|将|指|带|带着|在|给|趁势|靠|叫|说|来|去|用上|像|让|按|以|由|往|着)$")
_TAKES = re.compile(
    r"(?:获得|得到|享受|参加|参与|入驻|加入|受益|投运|投产|开工|落户|就业|返乡|回乡|上线|入股|参保|用信|批下|授信|脱贫|增收|拿到|用上|报名|签约|回岗)[^\W\d_]{0,4}"
)
_DATIVE = re.compile(r"(?:为|向|给|对|帮|替)(?:其中|全[村镇县市区])?$")
_ANNOUNCE = re.compile(
    r"(?:[已也就才只仅都共约可有是为达至到超了着过的:：]|(?<![户人村亩月年日斤])均|已经|达到|高达|多达|合计|共计|总计|累计|合计达|增加到|提高到|提升到|提到|扩到|上升到|增长到|减少到|下降到|降到|涨到|增至|升至|降至|扩大到|扩展到|由|从|不|仅有"
    r"|只有|突破|超过|控制在|保持在|稳定在|平均|大约|接近|将近|实现|预计|预计可|迈过|有望|一度|目前|左右|能|会|要|还|再|将|又|全部|分别|各|逾|近|大概|一共|按)+$"
)
_OPEN = re.compile(
    r"^(?:其中|目前|截至|今年|去年|以来|同时|另外|此外|累计|共计|总计|合计|现有|已经|如今|平均|近年来|预计|全年|当年|年内|先后|陆续|不断|成功|全部|总共|一共|一般|通过|进一步|我们|大家|他们|她们|这里|那时候|那时|每年|一年|实现"
    r"|完成(?=新增|投资)|主动|仅|光|连|头一年|头三天|头一天|上半年|下半年|本报讯|通讯员|记者|村里|镇里|县里|当地|一口气|均(?!价|衡)|计划|打算|拟|另(?!外)|有望|可以|要再|还要|有(?!限|机)|在(?!保|校|册|岗|建|读)|[，、；。：“”‘’（）()【】「」—\-\s的了与和及并还又也已将可就都由使让从至其该则却而再共现])+"
)
_CONDITION = re.compile(r"^.*(?:把|将|向|为|给|对|让|使|在|按|以|用|等|里|中|内|时|后|前|说|，)")
_PER = re.compile(r"(?:(?<![头第近前唯])(每|一)(?:个)?(户|村|人|亩|公斤|斤|吨|顶|件|单|条|张|箱|只|头|棵|株|天|月|年|季|晚)|(户|村|人|亩|月|年|日)均)")
_PERIOD = re.compile(r"(?:一|每)?(?:个)?(年|月|天|晚|季)[^\W\d_]{0,5}?(挣|赚|拿|收入|到手|领|进账)(?:到|了|个)?$")
_TRAIL = re.compile(r"的?([^\W\d_]{1,12})((?:（[^\W\d_]{1,6}）)?)")
_TRAIL_STOP = re.compile(
    r"(?:在|与|和|及|为|向|被|将|把|已|是|有|来|到|就|都|由|等|占|投向|参加|参与|成为|获得|享受|受益|落户|挂牌|组成|进行|开展|提供|通过|的|以上|左右|，|每|各|共|均|仅|又|才|还|则|却|也|再|从|按|用|给|让|使|以|于|其|这|那|该|并|且|或|不|没|可以|可达|要|围着|实现|人均|户均|走进|深入|经过|主动|合计|授信|累计|租下|用于|作为|计算|前往|赴|拿|搬|今|增|减|涨|扩|提高|说|正|赶|驱车|列入|：|去年|明年|改|合|平分|同意|忙着|有节奏|[\ue000-\uffff]).*$"
)
_CUT = re.compile(r"^(?:中|里|内|之|上|下|长|多|外|余|处|口|盏|人)$")
_NOUNS = re.compile(r"授信|贷款|分红|增收|收入|产值|租金|保费|工资|补助|奖金|奖励|利息|补贴|投资|出资")
_COMPARED = re.compile(r"(?:[比较](?!上|去|年初|前|往|以前|之|此|上届))[^，；。]{1,10}?(?:高|低|少|多|便宜|贵|快|省|涨)(?:出|了|卖|收|挣)*$")
_NEUTRAL = re.compile(
    r"(?:年|总|各项|全|每年|年均|月均|实际|已|累计|平均|全年|共|有|村里|实现|完成|获得|合计|预计|现有|达成|发放|签下|承接|接待|支付|给|建成|因地制宜)*"
)
_FAR = re.compile(r"(?:距离?|离)([^，。；]{2,12}?)(?:不过|仅|只有|有|约|不足|往[东南西北]{1,2})*$")
_NAMED_THINGS = frozenset(("Facility", "Workshop", "Programme", "Project", "FinancialProduct", "Document"))
_SUFFIX = frozenset(("", "额", "数", "量", "总额", "金额", "规模", "人数", "面积", "收入", "数量", "户数"))
# a bare verb before the number, what is counted, and the noun for it
_NAMED: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(r"(?:亏损?|亏掉)(?:了)?$"), "money", "亏损"),
    (re.compile(r"(?:缺|差|短缺)$"), "money", "资金缺口"),
    (re.compile(r"净(?:赚|挣)(?:了)?$"), "money", "净利润"),
    (re.compile(r"多(?:挣|赚|收|收入|拿)?(?:了)?$"), "money", "增收"),
    (re.compile(r"(?:省|省下|节省|节约)(?:了)?$"), "money", "节约成本"),
    (re.compile(r"(?:花|花费|花掉|前后花)(?:了)?$"), "money", "花费"),
    (re.compile(r"(?:只要|要价|标价|卖到)$"), "money", "价格"),
    (re.compile(r"(?:卖|卖出|卖掉|销售|售出|帮销)(?:了)?$"), "money", "销售额"),
    (re.compile(r"(?:卖|卖出|卖掉|售出)(?:了)?$"), "单 笔", "订单数"),
    (re.compile(r"(?:卖|卖出|卖掉|售出)(?:了)?$"), "count", "销量"),
    (re.compile(r"(?:入账|进账|(?:^|[天年月里])收)(?:了)?$"), "money", "收入"),
    (re.compile(r"(?:租|租用|租下)(?:了)?$"), "area", "租用面积"),
    (re.compile(r"(?:包|承包)(?:了|下)?$"), "area", "承包种植面积"),
    (re.compile(r"(?:种|种植|栽|栽种|种上)(?:了|下)?$"), "area", "种植面积"),
    (re.compile(r"(?:流转|流转了)$"), "area", "流转土地面积"),
    (re.compile(r"(?:承保|参保)(?:了)?$"), "area", "参保面积"),
    (re.compile(r"(?:得|分得|分)(?:了|到)?$"), "rate", "分成比例"),
    (re.compile(r"(?:做|加工|生产)(?:了|出)?$"), "count", "产量"),
)
_DEFAULTS = {
    "户": "户数",
    "人": "人数",
    "人次": "人次",
    "户次": "户次",
    "亩": "面积",
    "平方米": "面积",
    "平方公里": "面积",
    "公顷": "面积",
    "公里": "长度",
    "米": "长度",
    "场次": "场次",
    "%": "比例",
    "百分点": "变化",
    "倍": "倍数",
    "吨": "重量",
    "公斤": "重量",
    "斤": "重量",
}
_AREA = frozenset(("亩", "平方米", "平方公里", "公顷"))
_RATE = frozenset(("%", "百分点", "倍", "基点"))
_COUNTED = frozenset(["个", "家", "名", "位", "户", "条", "项", "座", "处", "所", "台", "件", "款", "支", "只", "头", "人"])


@dataclass(frozen=True, slots=True)
class Wording:
    """The words that name the metric: `lead` before the number, `trail` after it; `label` says both in one."""

    lead: str
    trail: str
    label: str
    raw: str = ""  # the words before the number as they stand, from the number or clause before
    growth: str = ""  # 增加, 增长 …: the number says by how much the metric before it has changed
    per: str = ""  # 户均, 每亩 …
    literal: bool = False  # the label says more than any concept: 利率比同类贷款低

    @property
    def words(self) -> str:
        """All words that name the metric, for the choice of its subject."""
        return self.raw + self.trail

    @property
    def known(self) -> tuple[str, ...]:
        """The wordings of the text, the fullest first."""
        return tuple(dict.fromkeys(w for w in (self.lead + self.trail, self.lead, self.trail) if len(w) >= 2))


@cache
def _table(pack: Pack) -> tuple[Mapping[str, str], re.Pattern[str], Mapping[str, str]]:
    words: dict[str, str] = {}
    for e in pack.entries("concepts"):
        if e.kind == "metric" and e.parent:
            for w in (e.note.split("|")[0], *e.aliases):
                words.setdefault(w, e.name)
    labels = {e.name: e.note.split("|")[0] for e in pack.entries("concepts")}
    pattern = re.compile("|".join(map(re.escape, sorted(words, key=lambda w: (-len(w), w)))))
    return words, pattern, labels


def sort_of(quantity: Quantity) -> str:
    """money, area, rate or count."""
    return "money" if quantity.currency else "area" if quantity.unit in _AREA else "rate" if quantity.unit in _RATE else "count"


def wordings(scene: Scene, numbers: Sequence[Mention]) -> list[Wording]:
    """The metric's words of each number, in reading order; a list shares the verb of its head (惠及3个乡镇、2.9万人)."""
    out: list[Wording] = []
    for n, q in enumerate(numbers):
        last = (numbers[n - 1], out[n - 1]) if n else None
        out.append(_wording(scene, q, last))
    return out


_GROWTH = re.compile(rf"(?:同比|环比|[比较](?:上|去|前|年初|以|往|之|同|合|此)[^\W\d_]{{0,6}}?|还|能|再|分别|首次|有望|上|下)*(?P<word>{_GROWN})(?:了|约)?$")
_RAISED = re.compile(r"(?:增加|增长|提高|提升|上升|扩大?|涨|提|升|增|降|减少?|下降|缩减|变|发展)(?:到|至|成)了?$")


def _wording(scene: Scene, q: Mention, last: tuple[Mention, Wording] | None) -> Wording:
    text = scene.article.folded
    assert isinstance(q.value, Quantity)
    start, end = clause_start(scene, q.span.start), clause_end(scene, q.span.end)
    if text[start - 1 : start] in ("：", ":") and not text[start : q.span.start].strip("约近超共达 "):
        start = clause_start(scene, start - 1)  # 总投资：52000万元
    inside = [m for m in scene.between(start, end) if m.span.end <= q.span.start and not m.span.covers(q.span)]
    low = max(
        [
            start,
            *(m.span.end for m in inside if isinstance(m.value, Quantity)),
            *([last[0].span.end] if last is not None and last[0].span.start >= start else []),
        ]
    )
    holder = next((m for m in scene.between(low, q.span.start + 1) if m.span.covers(q.span) and m is not q), None)
    dropped = [
        m
        for m in inside
        if m.span.start >= low
        and (scene.kind(m) not in ("Programme", "FinancialProduct", "Group") or re.match(r"[\d一二两三四五六七八九十]", text[m.span.start]))
    ]
    raw = "".join(_without(text, low, q.span.start, [*dropped, *(t for t in scene.times if low <= t.span.start and t.span.end <= q.span.start)]))
    if low > start and last is not None and last[1].trail and raw.startswith(last[1].trail):
        raw = raw.removeprefix(last[1].trail)
    trail = _trail(scene, q, end, holder)
    sort = sort_of(q.value)
    if low > start and last is not None and raw in ("、", "和", "及", "，", "共", "、共"):
        verb = last[1].lead if _VERB_END.search(last[1].lead) or _DATIVE.search(last[1].lead) else ""
        return _made(verb, trail, q.value, verb)
    if q.found_by.endswith("doubling"):
        lead = _head(raw)
        return Wording(lead, "", lead + "增长" if lead else "增长", raw, "" if lead else "增长")
    if sort == "rate":
        if m := re.search(r"(?:在([^，]{2,8})(?:里|中))?占(?:了|到|比|据)?([^\W\d_]{0,8})$", raw):
            lead = _head(raw[: m.start()])
            if m[2] == "股":
                return Wording(lead, "", "占股比例", raw)
            return Wording(lead, trail, (lead or "") + (f"占{m[1]}比重" if m[1] else "占比"), raw, "" if lead else "占比")
        if re.search(r"按照?$", raw) and (
            m := re.match(r"(?:的比例|的标准)?(?:给予|予以|享受)?(补助|奖励|补贴|贴息|放款|分红|返还)", text[q.span.end : q.span.end + 10])
        ):
            return Wording("", m[1], m[1] + "比例", raw)
        if m := re.search(r"按([^\W\d_]{1,6})的?$", raw):
            return Wording(m[1], trail, f"按{m[1]}{trail}比例", raw)
    if q.value.unit in ("公里", "里", "米") and (m := _FAR.search(text[low : q.span.start])):
        return Wording("距离", "", f"距{m[1]}距离", raw, "", "", True)
    if q.value.unit == "百分点" and (m := re.search(r"(?:高于|低于|快于|慢于)[^，。；]{2,12}$", raw)):
        return Wording(_head(raw[: m.start()]), "", _head(raw[: m.start()]) + m[0], raw, "", "", True)
    if m := _COMPARED.search(raw):
        lead = _head(raw[: m.start()])
        return Wording(lead, "", lead + m[0].rstrip("了"), raw, "", "", True)
    grown = _GROWTH.search(raw)
    if grown and (grown[0][:1] in "比较同环还再" or grown["word"] not in ("多", "高", "低", "少", "降", "涨")):
        lead = _head(raw[: grown.start()])
        kind = _plain_growth(grown["word"], sort)
        if not lead:
            return Wording("", trail, trail and "新增" + trail if sort == "count" else grown[0].strip("还能再分别首次有望了约"), raw, kind)
        if sort == "rate":
            return Wording(lead, "", lead + kind, raw)
    if low > start and _RAISED.search(raw):
        return Wording("", trail, "", raw, "to")
    if not _OPEN.sub("", _ANNOUNCE.sub("", raw)) and "有" in raw and not trail and low == start and sort == "count" and text[start - 1 : start] == "，":
        before = clause_start(scene, start - 1)
        noun = text[before : start - 1].rpartition("的")[2]
        if 2 <= len(noun) <= 8 and re.fullmatch(r"[^\W\d_]+", noun) and "的" in text[before : start - 1]:
            return Wording(noun, "", noun + "数", raw)
    listed = raw.endswith("等") and trail  # 咖啡馆、汽车影院等11家店
    return _made("" if listed else _head(raw), trail, q.value, raw, text[q.span.end : q.span.end + 1] == "的", text[max(0, start - 60) : q.span.start])


def _plain_growth(word: str, sort: str) -> str:
    down = re.match(r"下|减|降|少|低|回落|压降", word) is not None
    return ("下降" if down else "增长") if sort == "rate" else ("减少" if down else "增加")


def _trail(scene: Scene, q: Mention, end: int, holder: Mention | None) -> str:
    """The noun after the number, within its clause, up to the next mention."""
    text = scene.article.folded
    following = scene.between(max(q.span.end, holder.span.end if holder is not None else 0), end)
    stop = following[0].span.start if following else end
    if following and following[0].span.start == q.span.end and scene.kind(following[0]) in _NAMED_THINGS:
        return re.sub(r"[“”‘’《》]", "", text[q.span.end : following[0].span.end])[:12]
    quote = re.match(r"“([^\W\d_]{2,8})”", text[q.span.end : end])
    if quote:
        return quote[1]
    m = _TRAIL.match(text, q.span.end, min(max(stop, q.span.end), end))
    if not m:
        return ""
    said = _TAKES.match(m[1])
    if said:
        return said[0]
    return (_TRAIL_STOP.sub("", m[1]) + (m[2] if not _TRAIL_STOP.search(m[1]) else ""))[:12]


_FROM = re.compile(r"(?<=[^\W\d_]{2})(?:从(?![业事前来严])|由(?!此))[^，、]{0,6}$")
_AND_SO_ON = re.compile(r"、?等$")
_PARTS = re.compile(r"[“”‘’（）()，：；—「」【】]")
_OWNS = re.compile(r"[^\W\d_]{0,3}[下里村现还中内共只已上她他们处]有(?=[^\W\d_]{2,8}$)")


def _head(raw: str) -> str:
    """The noun or verb that the words before a number end in: without openers, announcers, modifiers."""
    raw = raw.rstrip("：: 　")
    lead = _AND_SO_ON.sub("", _ANNOUNCE.sub("", _FROM.sub("", raw)))
    parts = [p for p in _PARTS.split(lead) if p]
    lead = parts[-1] if parts and len(parts[-1]) >= 2 else "".join(parts[-2:])
    lead = _OPEN.sub("", lead)
    if "的" in lead.rstrip("的") and len(lead.rpartition("的")[2]) >= 2:
        lead = lead.rpartition("的")[2]
    lead = _ANNOUNCE.sub("", _OPEN.sub("", lead))
    if len(lead) > 2:
        verbs = list(re.finditer(_STRONG, lead))
        if verbs and (verbs[-1].start() <= 4 or len(lead) > 8):
            lead = lead[verbs[-1].start() :]
    if len(lead) > 6:
        lead = lead.rpartition("、")[2] if len(lead.rpartition("、")[2]) >= 2 else lead
        cut = _CONDITION.match(lead)
        if cut and len(lead) - cut.end() >= 2:
            lead = lead[cut.end() :]
    owns = _OWNS.match(lead)
    lead = lead[owns.end() :] if owns else lead  # 手下有加工户
    return "" if lead in "中里内上下" else lead[-16:].strip("、，")


def _made(lead: str, trail: str, quantity: Quantity, raw: str, of: bool = False, sentence: str = "") -> Wording:
    """The wording of a number, with a label that can be read alone. `of`: 的 follows the number."""
    unit, sort = quantity.unit, sort_of(quantity)
    per = _PER.search(lead) or _PER.search(raw[-6:])
    each = "" if per is None else f"{per[3]}均" if per[3] else f"每{per[2]}"
    period = _PERIOD.search(raw) if sort == "money" else None
    default = _DEFAULTS.get(unit, unit + "数" if sort == "count" else "金额")
    if period and not re.search(r"均|每[人户]", raw[-8:]):
        return Wording(lead, trail, f"{'日' if period[1] in '天晚' else period[1]}收入", raw, "", each)
    if of and sort in ("money", "rate") and len(trail) >= 2:
        return Wording("", trail, each + trail, raw, "", each)  # 86万美元的木制玩具订单
    bare = re.sub(_PER, "", lead)
    for pattern, wanted, noun in _NAMED:
        m = pattern.search(bare) if wanted == sort or unit in wanted.split() else None
        if m and len(bare) - len(m[0]) <= 4 and not (trail and sort == "count"):
            return Wording(lead, trail, each + noun, raw, "", each)
    if (_DATIVE.search(raw) or re.search(r"(?:为|向|给)[^\W\d_]{0,6}$", raw)) and unit in ("户", "家", "名", "人", "户次", "个"):
        return Wording(lead, trail, (trail or "受益") + ("数" if trail.endswith(("户", "人", "者")) else default), raw, "", each)
    if each and len(bare) < 2:
        said = list(_NOUNS.finditer(sentence))
        return Wording(lead, trail, each + said[-1][0] if said and sort == "money" else "", raw, "", each)
    if re.fullmatch(r"最[大小多少高低长短](?:的)?(?:一户|一家|一个)?", lead):
        return Wording(lead, trail, lead, raw, "最")
    counted = sort == "count" and unit not in ("人次", "户次", "吨", "公斤", "斤")
    if raw.endswith("的") and lead and counted and len(trail) >= 2 and len(lead) <= 6:
        return Wording(lead, trail, re.sub(r"^[给为向把对]", "", lead) + trail + "数", raw, "", each)
    if counted and len(trail) >= 2 and lead and not _VERB_END.search(lead) and (_WEAK.search(lead) or len(lead) > 4):
        lead = ""
    if sort == "area" and len(trail) >= 2 and "面积" not in lead and not _CUT.search(trail):
        return Wording(lead, trail, trail + ("" if trail.endswith("面积") else "面积"), raw, "", each)
    if len(lead) == 1 and _WEAK.search(lead):
        lead = ""
    if not lead:
        if not trail or _CUT.search(trail):
            return Wording("", "", "", raw, "", each)
        if len(trail) == 1:
            return Wording("", trail, trail + "数", raw, "", each)
        ends = re.search(r"数$|量$|额$|度$", trail)
        return Wording(
            "",
            trail,
            trail + (default if _TAKES.match(trail) else "数" if counted and not ends and len(trail) <= 8 else "面积" if sort == "area" and not ends else ""),
            raw,
            "",
            each,
        )
    if _VERB_END.search(lead):
        verb = re.sub(r"[了起过]$", "", lead)
        alone = re.fullmatch(_VERB, verb) is not None or len(verb) <= 2
        return Wording(lead, trail, verb + (trail or (default if alone and unit not in ("个", "家") else "数量" if alone else "")), raw, "", each)
    if sort == "rate":
        return Wording(lead, trail, lead if re.search(r"率|比|例|幅|速|浮|息|收益|增|降|化$", lead) else lead + "比例", raw, "", each)
    if counted and len(trail) >= 2:
        return Wording(lead, trail, lead + trail, raw, "", each)
    return Wording(lead, trail, lead, raw, "", each)


def _without(text: str, start: int, end: int, cut: Sequence[Mention]) -> Iterator[str]:
    for m in sorted(cut, key=lambda m: (m.span.start, m.span.end)):
        if m.span.start >= start and m.span.end <= end:
            yield text[start : m.span.start]
            start = m.span.end
    yield text[start:end]


def metric(scene: Scene, words: Wording, quantity: Quantity, before: tuple[Quantity, Metric] | None, whole: bool = False) -> Metric:
    """The concept a wording names: a shipped one (longest known word, rightmost), else its own.

    `before`: the number before it in the sentence and its metric, which a bare wording goes on with. `whole`: the number
    may count all of a place (全村189户、550人).
    """
    base = before[1] if before is not None else None
    sort = sort_of(quantity)
    like = base is not None and before is not None and sort_of(before[0]) == sort and (before[0].unit == quantity.unit or sort == "money")
    if words.literal:
        return _own((base.label if base is not None and not words.lead else "") + words.label, (words.label, *words.known))
    if words.growth == "最" and base is not None:
        return _own(words.lead + base.label, (words.lead,))
    if words.growth == "to" and base is not None:
        return base
    if words.growth and words.growth not in ("最", "to") and base is not None:
        return _own(re.sub(r"(?:增长|增加|减少|下降)$", "", base.label) + words.growth, (words.label, base.label))
    default = _DEFAULTS.get(quantity.unit, quantity.unit + "数" if sort == "count" else "金额")
    if words.per and not words.label:
        return _shipped(scene, words.per + (base.label if base is not None and like and "数" not in base.label else default), (), quantity)
    if not words.label:
        if base is not None and like and quantity.unit not in ("户", "人", "亩"):
            return base
        return _shipped(scene, "人口" if whole and quantity.verbatim.rstrip("左右以上").endswith("人") else default, (), quantity)
    return _shipped(scene, words.label, words.known, quantity, words)


_NO_SUM = re.compile(r"数$|次$|人次|面积$|率$|比$|幅$|速$|游客")
_A_SUM = re.compile(r"[额元款金资润值税价费租红]$|收入$|增收$|余额$|利息$|让利$|成本$|损失$|总投资$")


def _fits(label: str, quantity: Quantity) -> bool:
    """Whether a concept of this label can have a value of this kind: no sum of money for a count, no 户数 of 人次."""
    sort = sort_of(quantity)
    if label.endswith(("户数", "人数", "人口")) and quantity.unit not in ("户", "人", "家", "个", "人次", "户次")[: 4 if label.endswith("户数") else 6]:
        return False
    if sort == "money":
        return not _NO_SUM.search(label)
    return sort == "rate" or not _A_SUM.search(label)


def _shipped(scene: Scene, label: str, wordings: Sequence[str], quantity: Quantity, words: Wording | None = None) -> Metric:
    table, pattern, labels = _table(scene.pack)
    composed = words is None or not words.lead or words.label != words.lead
    for candidate in dict.fromkeys((label,) if composed or words is None else (words.lead + words.trail, words.lead)):
        for found in reversed(list(pattern.finditer(candidate))):
            if _fits(labels[table[found[0]]], quantity) and candidate[found.end() :] in _SUFFIX and _NEUTRAL.fullmatch(candidate, 0, found.start()):
                name = table[found[0]]
                return Metric("gfc:" + name, labels[name], tuple(w for w in dict.fromkeys((label, *wordings)) if w != labels[name])[:3])
            break
    if sort_of(quantity) == "money" and re.search(r"订单$|产品$|项目$", label):
        label += "金额"
    return _own(label, wordings)


def _own(label: str, wordings: Sequence[str]) -> Metric:
    return Metric("gfc:metric_" + (local_name(label) or "数量"), label or "数量", tuple(w for w in dict.fromkeys(wordings) if w and w != label)[:3])
