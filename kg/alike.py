"""When two readers mean the same: names, amounts, units, metrics and times that count as one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from .gold import Days, Number, Sum, Thing

# full name, short name, shortest: the last stands for all
_BANKS = (
    ("中国工商银行", "工商银行", "工行"),
    ("中国农业银行", "农业银行", "农行"),
    ("中国建设银行", "建设银行", "建行"),
    ("中国农业发展银行", "农业发展银行", "农发行"),
    ("中国邮政储蓄银行", "邮政储蓄银行", "邮储银行", "邮储"),
    ("国家开发银行", "国开行"),
    ("中国人民银行", "人民银行", "人行"),
    ("农村商业银行", "农商银行", "农商行"),
    ("农村信用合作联社", "农村信用联社", "农信联社", "信用联社", "联社"),
    ("中国银行", "中行"),
    ("交通银行", "交行"),
    ("招商银行", "招行"),
    ("中信银行",),
    ("兴业银行",),
    ("浦发银行",),
    ("民生银行",),
    ("光大银行",),
    ("华夏银行",),
)
_LOCAL_BANKS = ("农商行", "联社")  # of a county each: 萧山农商行 is no branch of one bank
_STATUS = re.compile(r"(?:(?:畲族|土家族|苗族|回族|壮族|藏族|彝族)?自治[县州区]|特别行政区|省|市|区|县|镇|乡|街道|行政村|村|社区)$")
_ABOVE = re.compile(r"(?:省|市|区|县|镇|乡|街道)(?=.{2})")
_RANK = re.compile(r"(?:分行|支行|分理处|省|市|区|县)")
_MARKS = re.compile(r"[\s“”\"'‘’「」『』《》〈〉【】\[\]（）()·•]")
_SIMPLE = str.maketrans("戶個畝萬億貸戲縣鎮鄉農銀聯產業發", "户个亩万亿贷戏县镇乡农银联产业发")
_UNITS = {
    **dict.fromkeys(("名", "位"), "人"),
    "余户": "户",
    **dict.fromkeys(("所", "座", "处", "条", "项"), "个"),
    "个百分点": "百分点",
    **dict.fromkeys(("㎡", "平方"), "平方米"),
    "公斤": "千克",
    "元": "CNY",
    "美元": "USD",
}
_APART = (("存款", "贷款"), ("人均", "户均", "亩均", "村均"), ("制造业", "涉农", "普惠"), ("收入", "支出"), ("最高", "最低"))
_GROWTH = re.compile(r"增速|增长率|增幅|同比|增长")


def norm(name: str) -> str:
    """A name without white space, quotes, brackets and differences of width and case.

    >>> norm("艾鑫“共富工坊”"), norm("ＡＢＣ 公司")
    ('艾鑫共富工坊', 'abc公司')
    """
    return _MARKS.sub("", unicodedata.normalize("NFKC", name)).lower()


def bank_forms(name: str) -> set[str]:
    """Keys under which the full, the short and the inverted name of a bank or branch meet.

    >>> bank_forms("中国农业银行萧山分行") & bank_forms("萧山农行")
    {'农行|萧山'}
    """
    for forms in _BANKS:
        short = forms[-1]
        written = next((f for f in sorted(forms, key=len, reverse=True) if f in name), None)
        if written:
            before, _, after = name.partition(written)
            marked = f"{before}<{short}>{after}".replace("股份有限公司", "")
            place = _RANK.sub("", marked.replace(f"<{short}>", "", 1))
            inverts = place and len(forms) > 1 and short not in _LOCAL_BANKS
            return {marked, f"{short}|{place}"} if inverts else {marked}
    return {name.replace("股份有限公司", "")}


def keys(thing: Thing) -> set[str]:
    """All names under which a thing may be found: as written, a bank's other forms, a division's without its parent and its status.

    >>> sorted(keys(Thing("e1", "Division", "浙江省杭州市")))
    ['杭州', '杭州市', '浙江省杭州', '浙江省杭州市']
    """
    names = {norm(n) for n in (thing.name, *thing.aliases)} - {""}
    if thing.type in ("Bank", "BankBranch"):
        names |= {form for n in names for form in bank_forms(n)}
    if thing.type == "Division":
        names |= {n[m.end() :] for n in set(names) for m in _ABOVE.finditer(n)}
        names |= {bare for n in set(names) if len(bare := _STATUS.sub("", n)) >= 2}
    return names


def group_keys(a: set[str], b: set[str]) -> set[str]:
    """The names of `a` that describe the same group as one of `b`: one holds the other, and their numbers, where both have some, agree.

    >>> group_keys({"137户"}, {"花木种植户137户"}), group_keys({"50多户"}, {"150多户"})
    ({'137户'}, set())
    """

    def agree(x: str, y: str) -> bool:
        in_x, in_y = (re.findall(r"\d+(?:\.\d+)?", n) for n in (x, y))
        return not in_x or not in_y or in_x == in_y

    return {x for x in a for y in b if min(len(x), len(y)) >= 2 and (x in y or y in x) and agree(x, y)}


def close(a: float, b: float) -> bool:
    """Equal within one in a thousand.

    >>> close(1000, 1001), close(1000, 1002)
    (True, False)
    """
    return abs(a - b) <= 1e-3 * max(abs(a), abs(b), 1e-9)


def same_sum(a: Sum | None, b: Sum | None) -> bool:
    """Equal in unit and value; of a range either end will do. No sum equals no sum.

    >>> same_sum(Sum(300000, "CNY"), Sum(300000, "CNY", ends=(100000, 300000))), same_sum(None, Sum(1, "CNY"))
    (True, False)
    """
    if a is None or b is None:
        return a is b
    return a.unit == b.unit and any(close(x, y) for x in (a.value, *a.ends) for y in (b.value, *b.ends))


def unit_of(fact: Number | Mapping[str, Any]) -> str:
    """The unit of an observation (a value, or its row in the JSON) in its one spelling.

    >>> unit_of({"unit": "名"}), unit_of({"unit": "畝"})
    ('人', '亩')
    """
    unit = str(fact["unit"] if isinstance(fact, Mapping) else fact.unit).translate(_SIMPLE)
    return _UNITS.get(unit, unit)


def same_metric(a: Sequence[str], b: Sequence[str], unit: str) -> bool:
    """Whether two metrics can be one: among the first six names of each, two share two characters in a row and no word parts them.

    A growth and a balance are two, unless both are in per cent.

    >>> same_metric(["各项存款余额"], ["存款余额"], "CNY"), same_metric(["存款余额"], ["贷款余额"], "CNY")
    (True, False)
    """

    def one(x: str, y: str) -> bool:
        for words in _APART:
            in_x, in_y = ({w for w in words if w in n} for n in (x, y))
            if in_x and in_y and in_x.isdisjoint(in_y):
                return False
        if unit != "%" and bool(_GROWTH.search(x)) != bool(_GROWTH.search(y)) and "余额" in x + "|" + y:
            return False
        return x == y or any(x[i : i + 2] in y for i in range(len(x) - 1))

    first, second = ([norm(n).translate(_SIMPLE) for n in names[:6] if n] for names in (a, b))
    return any(one(x, y) for x in first for y in second)


def within(gold: Days | None, found: Days | None) -> bool:
    """Whether the days found lie within those of the gold.

    >>> within(("2022-01-01", "2022-12-31"), ("2022-11-30", "2022-11-30")), within(("2022-11-30", "2022-11-30"), None)
    (True, False)
    """
    return gold is not None and found is not None and gold[0] <= found[0] and found[1] <= gold[1]
