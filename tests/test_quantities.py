"""Quantities: what is a number with a unit, what it is worth, and why it may be no value of a fact."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kg import pack
from kg.asides import ASIDE_REASONS, aside_reason
from kg.fold import fold
from kg.model import Article, Block, Mention, Quantity, Run, Span
from kg.quantities import find_quantities, read_number

DATA = Path(__file__).parent / "data" / "quantities.tsv"


def article(text: str) -> Article:
    """An article of one body block."""
    return Article("article/x", "x.txt", text, (Block("body", Span(0, len(text))),), (Run(0, 0, len(text)),), folded=fold(text))


def value(mention: Mention) -> Quantity:
    assert isinstance(mention.value, Quantity)
    return mention.value


def rows(path: Path) -> list[list[str]]:
    """The cells of a corpus table, its header and remarks left out."""
    return [line.split("\t") for line in path.read_text("utf-8").splitlines()[1:] if not line.startswith("#")]


def cases() -> list[ParameterSet]:
    out: list[ParameterSet] = []
    for number, low, high, unit, bound, phrasings in rows(DATA):
        for text in phrasings.split("|"):
            out.append(pytest.param(number, low, high, unit, bound, text, id=text))
    return out


@pytest.mark.parametrize(("number", "low", "high", "unit", "bound", "text"), cases())
def test_corpus(number: str, low: str, high: str, unit: str, bound: str, text: str) -> None:
    """Each phrasing is found as marked, with value, bounds and unit; a row of value none gives nothing."""
    if number == "none":
        assert [value(m).verbatim for m in find_quantities(article(text))] == []
        return
    start, end = text.index("["), text.index("]") - 1
    found = {m.span: value(m) for m in find_quantities(article(text.replace("[", "").replace("]", "")))}
    assert Span(start, end) in found, [q.verbatim for q in found.values()]
    quantity = found[Span(start, end)]
    side = {"=": Decimal(number), "-": None}
    assert quantity.value == Decimal(number)
    assert (quantity.low, quantity.high) == (side[low] if low in side else Decimal(low), side[high] if high in side else Decimal(high))
    assert (quantity.unit or quantity.currency, quantity.bound) == (unit, bound)


ASIDES = [
    pytest.param("不到2天就到账", "asideDuration"),
    pytest.param("半个月内完成", "asideDuration"),
    pytest.param("家里过来5分钟就到", "asideDuration"),
    pytest.param("20年来，造就", "asideDuration"),
    pytest.param("今后5年", "asideDuration"),
    pytest.param("第2位", "asideOrdinal"),
    pytest.param("入选第二批名单", "asideOrdinal"),
    pytest.param("前十名各", "asideOrdinal"),
    pytest.param("二期建设", "asideOrdinal"),
    pytest.param("山区26县发展", "asideName"),
    pytest.param("《关于服务共富的十六条意见》", "asideName"),
    pytest.param("农户“4张清单”，推动", "asideName"),
    pytest.param("建立“三个一”制度", "asideName"),
    pytest.param("明确1名镇领导、1名驻村干部联系1个工坊", "asideRule"),
    pytest.param("每3户一组", "asideRule"),
    pytest.param("每个乡镇派驻1名指导员", "asideRule"),
    pytest.param("“90后”回乡", "asideAge"),
    pytest.param("55岁的渔民", "asideAge"),
    pytest.param("前10个月发放", "asideDate"),
    pytest.param("背靠万亩茶园", "asideFigurative"),
    pytest.param("管住每一分钱的去向", "asideFigurative"),
    pytest.param("自有资金只够一半。", "asideFigurative"),
    pytest.param("经过360度识别", "asidePhysical"),
    pytest.param("在3层的厂房", "asidePhysical"),
    pytest.param("6通道分选线", "asidePhysical"),
    pytest.param("这26户瓜农", "asideRepeated"),
    pytest.param("发放贷款30万元", ""),
    pytest.param("吸纳就业5948人", ""),
    pytest.param("“3万元，看着不多”", ""),
    pytest.param("占全省一半以上", ""),
    pytest.param("投放贷款近亿元", ""),
    pytest.param("亩产超过千斤", ""),
    pytest.param("村医1名", ""),
]


@pytest.mark.parametrize(("text", "reason"), ASIDES)
def test_aside_reason(text: str, reason: str) -> None:
    """A quantity that can be no value of a fact has a named reason, any other none."""
    a = article(text)
    assert {aside_reason(a, m) for m in find_quantities(a)} == {reason}


def test_aside_reasons_are_labelled() -> None:
    """Every reason used here has a Chinese and an English label."""
    assert {p.values[1] for p in ASIDES} - {""} <= set(ASIDE_REASONS)
    assert all(zh and en for zh, en in ASIDE_REASONS.values())


def test_a_change_is_two_quantities() -> None:
    """从3万元到5万元 states two values, not a range."""
    assert [str(value(m).value) for m in find_quantities(article("收入从3万元到5万元"))] == ["30000", "50000"]


def test_hedge_of_the_next_clause_stays_there() -> None:
    """不 of a following clause is no hedge of the sum before it."""
    (m,) = find_quantities(article("融资款项2900万美元，不仅解决了难题"))
    assert value(m).bound == ""


def test_several_sums_of_a_sentence() -> None:
    """The sums of a sentence are found in text order, each with its own span."""
    found = find_quantities(article("存款余额695亿元，贷款余额805亿元，存贷总量1500亿元"))
    assert [value(m).verbatim for m in found] == ["695亿元", "805亿元", "1500亿元"]
    assert {m.found_by for m in found} == {"quantity.money"}


def test_units_have_one_kind() -> None:
    """No word of units.tsv is a unit of two kinds."""
    seen: dict[str, str] = {}
    for e in pack.load().entries("units"):
        if e.kind in ("idiom", "finance"):
            continue
        for word in (e.name, *e.aliases):
            assert seen.setdefault(word, e.name) == e.name, word


UNITS = ("元", "美元", "亩", "户", "人", "家", "平方米", "公里", "%", "个百分点", "人次", "吨")
WIDE = str.maketrans("0123456789.%", "０１２３４５６７８９．％")
numbers = st.decimals(min_value=Decimal("0.01"), max_value=Decimal("99999"), places=2).map(lambda d: format(d.normalize(), "f"))


@given(numbers, st.sampled_from(("", "万", "亿")), st.sampled_from(UNITS), st.sampled_from(("", "近", "约", "超过", "不少于", "不到", "最高")))
@settings(max_examples=150, deadline=None)
def test_round_trip(number: str, scale: str, unit: str, hedge: str) -> None:
    """What is written with a hedge, a scale and a unit is read back, and a second rendering reads the same."""
    text = f"共{hedge}{number}{scale}{unit}，"
    (m,) = find_quantities(article(text))
    q = value(m)
    assert q.verbatim == text[1:-1]
    assert q.value == Decimal(number) * {"": 1, "万": 10**4, "亿": 10**8}[scale]
    (again,) = find_quantities(article(f"共{hedge}{q.value:f}{unit}，"))
    assert (value(again).value, value(again).low, value(again).high, value(again).bound) == (q.value, q.low, q.high, q.bound)


@given(numbers, st.sampled_from(("", "万", "亿", "余万", "多")), st.sampled_from(UNITS))
@settings(max_examples=100, deadline=None)
def test_width_does_not_matter(number: str, scale: str, unit: str) -> None:
    """Full-width and half-width forms have the same value, and each its own verbatim."""
    text = f"合计{number}{scale}{unit}。"
    half, full = find_quantities(article(text)), find_quantities(article(text.translate(WIDE)))
    assert [(value(m).value, value(m).low, value(m).high, value(m).unit, m.span) for m in half] == [
        (value(m).value, value(m).low, value(m).high, value(m).unit, m.span) for m in full
    ]


ALPHABET = "0123456789.,一二两三四五六七八九十百千万亿几数半多余来近约超不少于到至-—%元块亩户人个年月天第“”，。成点分之倍美"


@given(st.text(alphabet=ALPHABET, max_size=60))
@example("半数亿个")
@settings(max_examples=400, deadline=None)
def test_any_text(text: str) -> None:
    """Whatever the text: spans slice to the verbatim, do not overlap, bounds enclose the value, one of unit and currency is set."""
    a = article(text)
    found = find_quantities(a)
    for m in found:
        q = value(m)
        assert a.at(m.span) == q.verbatim
        assert q.low is None or q.low <= q.value
        assert q.high is None or q.value <= q.high
        assert bool(q.unit) != bool(q.currency)
        assert q.value >= 0
        assert aside_reason(a, m) in {"", *ASIDE_REASONS}
    assert all(x.span.end <= y.span.start for x, y in pairwise(found))


@given(st.integers(min_value=1, max_value=99_999_999))
@settings(max_examples=150, deadline=None)
def test_chinese_numerals(number: int) -> None:
    """A number spelt in Chinese numerals is read as that number."""
    read = read_number(spelt(number))
    assert read is not None
    assert (int(read.value), read.bound) == (number, "")


def spelt(number: int) -> str:
    """The number in Chinese numerals: 20300 is 二万零三百."""
    if number >= 10000:
        head, rest = divmod(number, 10000)
        return spelt(head) + "万" + (("零" if rest < 1000 else "") + spelt(rest) if rest else "")
    out, gap = "", False
    for scale, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, scale)
        if digit:
            out += ("零" if gap and out else "") + "零一二三四五六七八九"[digit] + name
        gap = not digit
    return out
