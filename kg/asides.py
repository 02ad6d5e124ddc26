"""Asides: why a quantity is no value of a fact, by its own form and its near context.

A duration, an age, the number of an item or of a rule; a count of things just listed (茶叶、烤薯两个产业); a threshold that only
describes (收入不足10万元的占四成); a second telling of the same count.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from .model import Article, Mention, Quantity

# concept local name: (Chinese, English)
ASIDE_REASONS: dict[str, tuple[str, str]] = {
    "asideDuration": ("期限或时长", "a duration or term"),
    "asideOrdinal": ("序数或编号", "an ordinal or number of an item"),
    "asideName": ("名称的一部分", "part of a name"),
    "asideRule": ("规则、标准或条件中的数", "a number of a rule, standard or condition"),
    "asideAge": ("年龄", "an age"),
    "asideAddress": ("门牌、电话等地址信息", "a house number, telephone number or address"),
    "asideDate": ("日期或时刻", "a date or time of day"),
    "asideFigurative": ("修辞或概说，非确数", "figurative, not a count"),
    "asidePhysical": ("物理量或产品规格", "a physical measure or specification"),
    "asideListed": ("所列事项的计数", "a count of what was just listed"),
    "asideExample": ("个人叙述或举例中的数", "a number in a tale or example"),
    "asideRepeated": ("同一数字的重复", "a second statement of the same number"),
}

_DIGITS = frozenset("零〇一二两三四五六七八九")
_SCALES = frozenset("十百千万亿")
_MARKS = "，。；：！？,;!?、\n"
_QUOTED = {"“": "”", "‘": "’", "《": "》", "【": "】", "「": "」", "『": "』"}
_BREAK = frozenset("，。；：！？,;!?\n")
_RULE = re.compile("联系|结对|包联|挂联|挂钩|对应|对接|负责|至少有|配备|服务")
_EACH = re.compile(f"每[^{_MARKS}]{{1,12}}$")
_ONE_OF = re.compile("(?:1|一)(?:名|位|个|家|户|支|人|村)")
_KIN = re.compile(r"(?:个|位|名)?(?:亲戚|亲友|兄弟|姐妹|儿子|女儿|孩子|孙子|孙女|朋友|同伴|伙伴|老乡|方面|问题|难题|事|件事|阶段|层面|字)")
_LISTED = re.compile(r"(?:、[^、，。；\d]{1,14}|[”》][“《][^、，。；\d]{1,14}[”》])(?:等|这)?$")
_THRESHOLD = re.compile(r"的?(?:占(?!地)|已有|共有|有(?=[0-9])|[^\W\d_的]{0,4}(?:经纪人|农户|企业|主体|家庭|客户|商户|村(?!集体)|户)(?!均))")
_OF_THRESHOLD = re.compile(r"的(?:占(?!地)|已有|共有|有(?=[0-9])|村|经纪人|农户|企业|主体|家庭|客户|商户|户)")
_DOCUMENT = re.compile("(?:意见|措施|举措|政策|办法|规定|细则|准则|要求)")


def aside_reason(article: Article, mention: Mention) -> str:
    """Why this quantity is no value of a fact, by its own form and its near context; "" where nothing speaks against it.

    A local name of ASIDE_REASONS. It is meant for the quantities that no fact has used: a term (期限10年) is a duration too.
    """
    quantity = mention.value
    if not isinstance(quantity, Quantity):
        return ""
    text, kind = article.folded, mention.found_by.rpartition(".")[2]
    start, end = mention.span.start, mention.span.end
    before, after = text[max(0, start - 1) : start], text[end : end + 8]
    if kind == "age":
        return "asideAge"
    if before == "第" or (quantity.unit in ("位", "名", "人", "强") and before == "前") or (quantity.unit == "期" and quantity.verbatim[0] in _DIGITS):
        return "asideOrdinal"
    if kind == "time":
        return "asideDate" if quantity.unit == "月" and before in ("前", "头") else "asideDuration"
    if kind == "physical":
        return "asidePhysical"
    if kind in ("count", "ratio", "area") and (_in_name(text, start, end) or (quantity.unit == "条" and _DOCUMENT.match(after))):
        return "asideName"
    if quantity.verbatim.endswith("县") and text[max(0, start - 2) : start] in ("山区", "海岛"):
        return "asideName"
    if (
        before in ("每", "逢")
        or (kind == "count" and quantity.value == 1 and _EACH.search(text, max(0, start - 14), start))
        or (kind == "count" and quantity.value == 1 and _in_rule(text, start, end))
    ):
        return "asideFigurative" if quantity.verbatim.startswith("一分") else "asideRule"
    if quantity.unit == "趟" or quantity.verbatim[0] == "几":
        return "asideExample" if quantity.unit == "趟" else "asideFigurative"
    small = quantity.verbatim[0] in _DIGITS and quantity.value <= 10 and not quantity.bound
    if kind == "count" and small and _KIN.match(after):
        return "asideExample"
    if kind == "count" and quantity.verbatim[0] in _DIGITS | {"十"} and text[end - 1 : end] == "大":
        return "asideName"  # 十大产业链
    if kind == "count" and small and _LISTED.search(text, max(0, start - 20), start):
        return "asideListed"
    if (quantity.bound == "atLeast" and quantity.verbatim.endswith("以上") and kind != "ratio" and _THRESHOLD.match(text, end)) or (
        quantity.bound in ("lessThan", "moreThan", "atLeast", "atMost") and _OF_THRESHOLD.match(text, end)
    ):
        return "asideRule"  # 收入不足10万元的占四成, 50万元以上的经纪人
    if before in ("这", "那") or text[max(0, start - 2) : start] in ("上述", "前述", "这些", "那些"):
        return "asideRepeated"
    if kind == "half" and not quantity.bound and text[max(0, start - 2) : start].strip("了到") not in ("占", "超"):
        return "asideFigurative"
    bare = quantity.verbatim[0] in _SCALES and quantity.verbatim[0] != "十" and not quantity.bound
    if bare and (kind != "money" or before not in ("达", "为")) and text[max(0, start - 2) : start] not in ("超过", "达到", "突破"):
        return "asideFigurative"  # 万亩茶园, 百亿产业
    return ""


def _in_name(text: str, start: int, end: int) -> bool:
    """Whether the span stands in a short quoted phrase without a break: “4张清单”, 《十六条意见》."""
    for i in range(start - 1, max(-1, start - 13), -1):
        if text[i] in _BREAK or text[i] in "”’》】」』":
            return False
        if text[i] in _QUOTED:
            for j in range(end, min(len(text), end + 12)):
                if text[j] == _QUOTED[text[i]]:
                    return True
                if text[j] in _BREAK:
                    return False
            return False
    return False


def _in_rule(text: str, start: int, end: int) -> bool:
    """Whether 1名 or 1个 stands in a rule of who serves whom: 1名领导联系1个工坊."""
    near = text[max(0, start - 40) : start] + "#" + text[end : end + 40]
    return _RULE.search(near) is not None and _ONE_OF.search(near) is not None


def aside_reasons(article: Article, quantities: Sequence[Mention]) -> Mapping[Mention, str]:
    """The reason of every quantity, "" = it may state a fact. A count told again (same number, unit and noun) is a repetition."""
    out: dict[Mention, str] = {}
    told: dict[tuple[object, ...], Mention] = {}
    titles = [b.span for b in article.blocks if b.kind in ("title", "heading")]
    for q in sorted(quantities, key=lambda m: (m.span.start, m.span.end)):
        out[q] = aside_reason(article, q)
        value = q.value
        if out[q] or not isinstance(value, Quantity) or value.unit == "%":
            continue
        noun = re.match(r"[^\W\d_]", article.folded[q.span.end : q.span.end + 1])
        rare = len(value.value.normalize().as_tuple().digits) >= 3
        if not rare and q.found_by.rpartition(".")[2] != "count":
            continue
        key = (value.value, value.unit, value.currency, "#" if rare else noun[0] if noun else "")
        first = told.setdefault(key, q)
        if first is not q and key[3] and key[3] not in "的以左、在和与，":
            in_title = any(t.covers(first.span) for t in titles)
            out[first if in_title else q] = "asideRepeated"
            if in_title:
                told[key] = q
    return out
