"""Quantities: every number with a unit, its hedge and its bounds.

One expression finds a numeral with its unit (digits, Chinese numerals, or both: 3亿5000万, 两三千万, 20余万); what stands left
(近, 不少于) and right (以上, 左右) of it is then read in small windows, so the time is linear in the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from . import pack as packs
from .model import Article, Mention, Quantity, Span
from .pack import Pack

_DIGITS = {c: Decimal(i % 10) for i, c in enumerate("零一二三四五六七八九")} | {"〇": Decimal(0), "两": Decimal(2)}
_SCALES = {"十": Decimal(10), "百": Decimal(100), "千": Decimal(1000), "万": Decimal(10000), "亿": Decimal(100000000)}
_ONE = Decimal(1)
_PLAIN = re.compile(r"[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?")
_PIECE = re.compile(r"[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?|.")
_PAIR = re.compile(r"(?<![点零〇])([一二两三四五六七八九])([二两三四五六七八九])")
_VAGUE = re.compile(r"(?:(几|数)([十百千万亿]+)|(.+?)([多余来几])([十百千万亿]*))[多余]?")
_LEADING = re.compile(r"([0-9][0-9,.]*|[一二两三四五六七八九])([十百千万亿]+)")


class _Number(NamedTuple):
    """A numeral as read: low and high are None where unbounded; bound "" means exact."""

    value: Decimal
    low: Decimal | None
    high: Decimal | None
    bound: str = ""


def _exact(token: str) -> tuple[Decimal, Decimal] | None:
    """The value of a numeral without vagueness, and the place value of its last digit that is not zero; None if it is none."""
    if not token:
        return None
    if "点" in token:
        whole, _, rest = token.partition("点")
        head = _exact(whole)
        if head is None or not rest:
            return None
        digits = "".join(str(_DIGITS[c]) for c in rest if c in _DIGITS)
        return (head[0] + Decimal("0." + digits), _ONE.scaleb(-len(digits))) if len(digits) == len(rest) else None
    total = section = step = Decimal(0)
    number: Decimal | None = None
    scale = zero = Decimal(0)  # the scale read last; whether a 零 came after it
    for piece in _PIECE.findall(token):
        if piece in _SCALES:
            scale, zero = _SCALES[piece], Decimal(0)
            if scale >= 10000:
                section += number or 0
                if section:
                    total, step = total + section * scale, step * scale
                elif total:
                    total, step = total * scale, step * scale
                else:
                    total = step = scale
                section = Decimal(0)
            elif number is None and (section or total) and scale > 10:
                return None  # 千百, 万千
            else:
                section, step = section + (_ONE if number is None else number) * scale, scale * (step if number else _ONE)
            number = None
        elif number is not None:
            return None  # two digits in a row
        elif piece in "零〇":
            zero = _ONE
        elif piece in _DIGITS:
            number = step = _DIGITS[piece]
            step = _ONE
        elif _PLAIN.fullmatch(piece):
            number = Decimal(piece.replace(",", ""))
            step = _ONE.scaleb(int(number.normalize().as_tuple().exponent)) if number else _ONE
        else:
            return None
    if number is not None and scale > 10 and not zero and number < 10:  # 三百五, 两万五
        number, step = number * scale / 10, scale / 10
    return total + section + (number or 0), step


@lru_cache(4096)
def read_number(token: str) -> _Number | None:
    """Reads a numeral of the genre; None where the characters are none.

    >>> [str(x) for x in (read_number("20余万").low, read_number("20余万").high, read_number("三百五").value)]
    ['200000', '300000', '350']
    >>> read_number("两三千万").bound, read_number("万千") is None
    ('range', True)
    """
    if _PLAIN.fullmatch(token):
        value = _plain(Decimal(token.replace(",", "")))
        return _Number(value, value, value)
    if m := _VAGUE.fullmatch(token):
        few, scale, base, word, rest = m.groups()
        if few:
            unit = _exact(scale)
            return _Number(2 * unit[0], 2 * unit[0], 10 * unit[0], "someOver") if unit else None  # 几十: two tens or more
        head, tail = _exact(base), _exact(rest) if rest else (_ONE, _ONE)
        if head is None or tail is None or not head[0]:
            return None
        low, high = _plain(head[0] * tail[0]), _plain((head[0] + head[1]) * tail[0])
        return _Number(low, None, None, "about") if word == "来" else _Number(low, low, high, "someOver")
    if m := _PAIR.search(token):
        a, b = _DIGITS[m[1]], _DIGITS[m[2]]
        if b - a != 1 and (int(a), int(b)) != (3, 5):
            return None
        ends = [_exact(token[: m.start()] + c + token[m.end() :]) for c in m.groups()]
        return _Number(ends[1][0], ends[0][0], ends[1][0], "range") if ends[0] and ends[1] else None
    read = _exact(token)
    return _times(_Number(read[0], read[0], read[0]), _ONE) if read else None


# ---------------------------------------------------------------- the words around a numeral

_NOT_FEW = frozenset("人户次总件个额指基倍函参系分多少计无单票")  # 户数100, 总数十: no 数百, 数十
_MARKS = "，。；：！？,;!?、\n"
_VERB = (
    "(?:可以|可|能|将|要|会|为|达到|达|是|在)?"
    "(?:增收|增加|增长|提高|贷款|贷|赔付|赔|获得|获|补助|补贴|补|奖励|奖|享受|享|领|拿|给予|给|授信|授"
    "|申请|申贷|上浮|下浮|下降|降低|降|减免|减|节省|省|投入|支持|借)?"
)
_LEFT = re.compile(
    "(?:(?P<atMost>不超过|不多于|不高于|不大于|不超|不过|控制在)|(?P<lessThan>不到|不足|少于|低于|小于|未达|不满)"
    "|(?P<atLeast>不少于|不低于|不小于|不下于|不下|起码|(?<![以网线地马晚早路身海])上(?=#))"
    "|(?P<moreThan>超过|超出|突破|高于|多于|大于|迈过|跨过|(?<![高反赶])超|逾|(?<![打爆攻识])破|(?<![经通不])过(?=#))"
    "|(?P<nearly>接近|将近|近乎|(?<![最附邻临就靠相亲远])近)|(?P<about>大约|大概|约为|约合|(?<![签预合节特条契公违赴邀相续])约)"
    f"|(?P<least>(?:至少|最少|最低)(?P<gap>{_VERB}))|(?P<most>(?:最高|最多|至多)(?P<room>{_VERB})))#?$"
)
_SHARE_OF = re.compile(f"(?:(?P<atLeast>不低于|不少于)|(?P<atMost>不超过|不高于)|(?P<nearly>接近))[^{_MARKS}：0-9]{{1,9}}$")  # 不低于出资额6%
_LEFT_LAST = frozenset("过于超在到足达满下码上出破逾近乎约概为合少低高多" + "以可能将要会是收加长款贷付赔得获助贴补励奖受享领拿予给信授请浮降免减省入持借")
_RIGHT = re.compile(
    "(?P<atLeast>及?以上|起步|起(?![诉草来到源价航点]))|(?P<atMost>及?以内|之内|及?以下|封顶)|(?P<about>左右|上下)|(?P<someOver>出头|有余|开外|多(?![功年次种样元方个项家名彩]))|(?P<lessThan>不到)"
)
_RIGHT_FIRST = frozenset("及以起之封左上出有开多不")
_JOIN = re.compile("(?:-|—{1,2}|–|~|～|至|到)(?:约|近)?")
_JOIN_FIRST = frozenset("-—–~～至到")
_FRACTION = "[0-9]{1,9}(?:\\.[0-9]{1,9})?|[零一二两三四五六七八九十百点几多]{1,9}"
_TAIL = re.compile(
    "([0-9一二两三四五六七八九])(?:[角毛](?:([0-9一二两三四五六七八九])分)?钱?|(?=[^0-9一二两三四五六七八九十百千万亿.点个名家斤亩块元年月天%-])|$)"
)
_CENTS = re.compile("([0-9一二两三四五六七八九])分钱?")
_PIECES_OF = frozenset("田地屏牌石砖板匾玻农水林塑电菜")
_DOUBLING = re.compile("翻了?([一两二三四]?)番")
_HALF = re.compile("(?:一半|过半|半数(?![十百千万亿]))(?![路途夜天])")
_GROWTH = re.compile("(?:增长|增加|提高|提升|扩大|上涨|上升|增|涨)了?(?:近|约|超过|超|逾)?$")
_RATIO = frozenset(":：∶")
_WAGE = re.compile("(?:[一每](?:天|晚|年|个月|月|亩)|日薪|月薪)$")  # 一天一百二
_STATED_YEAR = re.compile("(?:1[89]|20)[0-9]{2}|0[0-9]")


@dataclass(frozen=True, slots=True)
class _Unit:
    kind: str
    unit: str
    currency: str
    factor: Decimal
    digits: bool


@dataclass(frozen=True, slots=True)
class _Grammar:
    number: re.Pattern[str]
    units: dict[str, _Unit]
    idioms: tuple[str, ...]
    finance_left: re.Pattern[str]
    finance_right: re.Pattern[str]


@cache
def _grammar(folders: tuple[Path, ...]) -> _Grammar:
    """The expressions and tables made of units.tsv of these pack folders."""
    pack = packs.load(*folders[1:])
    units: dict[str, _Unit] = {}
    for e in pack.entries("units"):
        if e.kind in ("idiom", "finance"):
            continue
        factor = Decimal(e.note) if e.note[:1].isdigit() else _ONE
        money = e.kind == "money"
        unit = _Unit(e.kind, "" if money else e.parent or e.name, e.parent if money else "", factor, e.note == "digits")
        for word in (e.name, *e.aliases):
            units.setdefault(word, unit)
    finance = pack.words("units", "finance")
    words = "|".join(map(re.escape, sorted(units, key=lambda w: (-len(w), w))))
    cn = "零〇一二两三四五六七八九十百千万亿"
    number = (
        # every part is bounded, so that a page of digits costs no more than a page of words
        "([0-9一二两三四五六七八九十百千万亿几数半](?:"
        "(?<=[0-9])(?<![0-9][0-9])(?<![0-9][.][0-9])[0-9]{0,17}(?:,[0-9]{3}(?![0-9])){0,5}(?:[.][0-9]{1,9}){0,3}"
        "(?:[十百千万亿]{1,3}[0-9]{1,8}(?![0-9.])){0,3}[十百千万亿多余来几]{0,6}"
        f"|(?<![0-9])[{cn}多余来几]{{0,17}}(?:点[零〇一二三四五六七八九]{{1,9}})?))"
        f"(?:分之({_FRACTION})|({words}|[角毛](?=[0-9一二两三四五六七八九]分))|(?<=[万亿])|(?<=[一二三四五六七八九][百千][一二三四五六七八九])|(?=(?:[-—–~～至到]{{1,2}})[约近]?[0-9{cn}]))"
    )
    return _Grammar(
        re.compile(number),
        units,
        pack.words("units", "idiom"),
        re.compile(f"(?:{'|'.join(map(re.escape, finance))})[^{_MARKS}]{{0,10}}$"),
        re.compile(f"[多余]?(?:以上|以内|左右|起)?(?:$|[{_MARKS}“”‘’）)·（(的用给]|{'|'.join(map(re.escape, finance))})"),
    )


# ---------------------------------------------------------------- the finder


class _Hit(NamedTuple):
    """A numeral with its unit, before its hedges."""

    start: int
    end: int
    token: str
    number: _Number
    unit: _Unit | None


_PERCENT = _Unit("percent", "%", "", _ONE, False)
_YUAN = _Unit("money", "", "CNY", _ONE, False)
_BLOCK = _Unit("count", "块", "", _ONE, False)


def find_quantities(article: Article, pack: Pack | None = None) -> list[Mention]:
    """All quantities of the article in text order: number, hedge and unit as one span, bounds by the contract.

    A numeral without a unit is none, nor is a year, 一 before a counter (一个, 一条), a ratio (5:3:2) or a number that lost
    its decimal point (9 5亿元).
    """
    grammar = _grammar((pack or packs.load()).folders)
    text = article.folded
    out: list[Mention] = []
    done = 0
    for m in grammar.number.finditer(text):
        if m.start() < done:
            continue
        hits = _with_range(grammar, text, m)
        for hit in hits:
            if hit.unit is not None:
                out.append(_mention(article, text, hit, hit.unit))
                done = hit.end
    for m in _DOUBLING.finditer(text):
        times = Decimal(2) ** int(_DIGITS.get(m[1], _ONE))
        value = (times - 1) * 100
        out.append(_mention(article, text, _Hit(m.start(), m.end(), "", _Number(value, value, value), _PERCENT), _PERCENT, "doubling"))
    inside = {m.span.end - 1 for m in out}  # 三块一半: the last sign of a sum is no half
    for m in _HALF.finditer(text):
        half = Decimal(50)
        number = _Number(half, half, None, "moreThan") if m[0] == "过半" else _Number(half, half, half)
        if text[m.start() - 1 : m.start()] not in ("另", "每") and m.start() not in inside:
            out.append(_mention(article, text, _Hit(m.start(), m.end(), "", number, _PERCENT), _PERCENT, "half"))
    return sorted(out, key=lambda x: x.span.start)


def _with_range(grammar: _Grammar, text: str, m: re.Match[str]) -> list[_Hit]:
    """The quantity at a match, or the one range that begins there, or the two ends of a change (从3万元到5万元)."""
    joint = _JOIN.match(text, m.end()) if text[m.end() : m.end() + 1] in _JOIN_FIRST else None
    if joint is None:
        hit = _read(grammar, text, m)
        return [hit] if hit and hit.unit else []
    first = _read(grammar, text, m, alone=False)
    following = grammar.number.match(text, joint.end()) if first else None
    second = (_read(grammar, text, following) or _read(grammar, text, following, alone=False)) if following else None
    if first is None or second is None or second.unit is None or not _same_measure(first, second.unit):
        hit = _read(grammar, text, m)
        return [hit] if hit and hit.unit else []
    low, high = _shared_scale(first, second), second.number.value
    if text[first.start - 1 : first.start] in ("从", "由"):
        low_number = _Number(low, low, low)
        return [_Hit(first.start, first.end, first.token, low_number, second.unit), second]
    if low > high:
        return [h for h in (first, second) if h.unit]
    return [_Hit(first.start, second.end, first.token, _Number(high, low, high, "range"), second.unit)]


def _same_measure(first: _Hit, unit: _Unit) -> bool:
    """Whether the first end of a range can have the unit of the second."""
    if first.unit is None:
        return not _STATED_YEAR.fullmatch(first.token)
    return (first.unit.kind, first.unit.unit, first.unit.currency) == (unit.kind, unit.unit, unit.currency)


def _shared_scale(first: _Hit, second: _Hit) -> Decimal:
    """The first number of a range, with the scale of the second where it has none of its own (八到九百亿, 90.4—95万)."""
    value, factor = first.number.low if first.number.low is not None else first.number.value, Decimal(0)
    if (m := _LEADING.fullmatch(second.token)) and not any(c in first.token for c in "万亿"):
        scale = _exact(m[2])
        bare = not any(c in _SCALES for c in first.token)
        big = next((_SCALES[c] for c in reversed(m[2]) if c in "万亿"), _ONE)
        factor = scale[0] if scale and bare else big
    unit = second.unit.factor if second.unit and first.unit is None else _ONE
    scaled = value * factor * unit
    return _plain(scaled if factor and scaled <= second.number.value else value * unit)


def _read(grammar: _Grammar, text: str, m: re.Match[str], alone: bool = True) -> _Hit | None:
    """The numeral and unit at a match; None where it is no quantity. `alone`: no end of a range."""
    token, over, word = m.group(1, 2, 3)
    start, end = m.span()
    first = token[0]
    digit = first.isdigit()
    if digit:
        before = text[start - 1 : start]
        if before in _RATIO and text[max(0, start - 2) : start - 1].isdigit():
            return None
        if before.isascii() and before.isalpha() and token.isdigit() and not over:
            return None  # G320, A4; but GDP1.2万亿元
        if before in (" ", "\u3000") and text[max(0, start - 2) : start - 1].isdigit() and not _STATED_YEAR.search(text, max(0, start - 5), start - 1):
            return None  # 9 5亿元: a lost decimal point is not guessed
        if text[end : end + 1] in _RATIO and text[end + 1 : end + 2].isdigit() and not word:
            return None
    elif token == "一" and alone and not over and word not in ("成", "倍", "块", "块钱", "元钱", "毛钱", "角钱", "分钱", "角", "毛"):
        return None  # the article: 一个, 一条
    elif (
        text.startswith(grammar.idioms, start)
        or (start > 1 and text[start - 2 : start + 2] in grammar.idioms)
        or (first == "数" and (len(token) < 2 or (start and text[start - 1] in _NOT_FEW)))
    ):
        return None
    if over:
        return _fraction(start, end, token, over)
    number = _Number(Decimal("0.5"), Decimal("0.5"), Decimal("0.5")) if token == "半" else read_number(token)
    if number is None:
        return None
    unit = grammar.units.get(word) if word else None
    if unit is None:
        if word:  # 四角五分
            cents = _CENTS.match(text, end)
            assert cents is not None
            value = number.value / 10 + _digit(cents[1]) / 100
            return _Hit(start, cents.end(), token, _Number(value, value, value), _YUAN)
        if alone and not (_is_money(grammar, text, start, end) if token[-1] in "万亿" else _WAGE.search(text, max(0, start - 4), start)):
            return None
        if alone and first in _SCALES and (not start or text[start - 1] not in "上超破过近逾"):
            return None  # 千万 alone is a word; 产值上亿 is a sum
        return _Hit(start, end, token, number, _YUAN if alone else None)
    if unit.kind == "not" or (unit.digits and not digit and not any(c in "十百千万亿" for c in token)):
        return None
    if unit.kind == "noun":
        if (not digit and token[-1] not in "百千万亿多余") or (digit and _STATED_YEAR.fullmatch(token)) or (len(word) == 1 and not digit):
            return None
        return _Hit(start, end if len(word) == 1 else end - len(word), token, number, _Unit("count", unit.unit, "", _ONE, False))
    if token == "半" and (unit.kind != "time" or (start and text[start - 1] in "上下前后大多一过对各")):
        return None
    if unit.kind == "time" and digit and word[0] == "年" and _STATED_YEAR.fullmatch(token):
        return None
    if unit.kind == "age" and unit.unit == "岁" and word == "后" and not (digit and len(token) == 2):
        return None
    if unit.kind == "time" and len(word) > 1:  # 两年半, 三个多月
        if "半" in word:
            value = number.value + Decimal("0.5")
            number = _Number(value, value, value)
        elif "多" in word or "余" in word:
            number = _Number(number.value, number.value, number.value + 1, "someOver")
    if unit.kind == "money":
        return _money(text, start, end, token, word, number, unit, digit)
    if word == "成":
        extra = _DIGITS.get(text[end : end + 1])
        if extra is not None and number.bound == "":
            value = number.value * 10 + extra
            return _Hit(start, end + 1, token, _Number(value, value, value), unit)
        return _Hit(start, end, token, _times(number, Decimal(10)), unit)
    if word == "倍" and number.value == 1 and not number.bound and _GROWTH.search(text, max(0, start - 6), start):
        return _Hit(start, end, token, _times(number, Decimal(100)), _PERCENT)
    return _Hit(start, end, token, number, unit)


def _money(text: str, start: int, end: int, token: str, word: str, number: _Number, unit: _Unit, digit: bool) -> _Hit | None:
    """A sum: 39块9, 3元5角; 三块 without 钱 counts pieces."""
    tail = _TAIL.match(text, end) if word in ("元", "块") and not number.bound else None
    if tail and (word == "块" or "角" in tail[0] or "毛" in tail[0]):
        value = _plain(number.value + _digit(tail[1]) / 10 + (_digit(tail[2]) / 100 if tail[2] else 0))
        return _Hit(start, tail.end(), token, _Number(value, value, value), unit)
    if word == "块" and (text[end : end + 1] in _PIECES_OF or (number.value < 10 and number.bound in ("", "range"))):
        return None if token == "一" else _Hit(start, end, token, number, _BLOCK)
    if token == "一" and word in ("元", "块"):
        return None
    return _Hit(start, end, token, number if unit.factor == 1 else _times(number, unit.factor), unit)


def _digit(char: str) -> Decimal:
    return Decimal(char) if char.isdigit() and char.isascii() else _DIGITS[char]


def _plain(number: Decimal) -> Decimal:
    """The number without trailing zeros, and without an exponent where it is of a size that can be counted."""
    whole = number.to_integral_value()
    return whole.quantize(_ONE) if whole == number and whole.adjusted() < 27 else number.normalize()


def _times(number: _Number, factor: Decimal) -> _Number:
    value, low, high = (None if x is None else _plain(x * factor) for x in number[:3])
    assert value is not None
    return _Number(value, low, high, number.bound)


def _fraction(start: int, end: int, token: str, over: str) -> _Hit | None:
    """百分之三十 30 %, 三分之二 66.67 %."""
    below, above = read_number(token), read_number(over)
    if below is None or above is None or not below.value or below.bound:
        return None
    if token == "百":
        return _Hit(start, end, token, above, _PERCENT)
    factor = 100 / below.value
    shares = [None if x is None else _plain(round(x * factor, 2)) for x in (above.value, above.low, above.high)]
    assert shares[0] is not None
    return _Hit(start, end, token, _Number(shares[0], shares[1], shares[2], above.bound), _PERCENT)


def _is_money(grammar: _Grammar, text: str, start: int, end: int) -> bool:
    """Whether N万 or N亿 without 元 is a sum: a finance word stands near, and no counted thing follows."""
    right = grammar.finance_right.match(text, end)
    if right is None:
        return False
    ends_with_word = right[0][-1:] not in _MARKS + "“”‘’）)·（(的用给" and len(right[0]) > 1
    return ends_with_word or grammar.finance_left.search(text, max(0, start - 16), start) is not None


def _mention(article: Article, text: str, hit: _Hit, unit: _Unit, kind: str = "") -> Mention:
    """The mention, with the hedges to the left and right of the number."""
    start, end, number = hit.start, hit.end, hit.number
    value, low, high, bound = number.value, number.low, number.high, number.bound
    if start and text[start - 1] in _LEFT_LAST and not (unit.kind == "time" and text[start - 1] == "近"):  # 近5年: the last five
        bare = "#" if hit.token[:1] in _SCALES else ""  # 上 and 过 are hedges only before 百, 千, 万, 亿
        m = _LEFT.search(text[max(0, start - 9) : start] + bare)
        if m and bound != "range":
            bound = {"least": "atLeast", "most": "atMost"}.get(m.lastgroup or "", m.lastgroup or "")
            if not (m["gap"] or m["room"]):
                start -= len(m[0].rstrip("#"))
            low, high = _bounds(bound, value)
    elif unit.unit == "%" and not bound and (far := _SHARE_OF.search(text, max(0, start - 14), start)):
        bound = far.lastgroup or ""
        low, high = _bounds(bound, value)
    if text[end : end + 1] in _RIGHT_FIRST and (r := _RIGHT.match(text, end)):
        end = r.end()
        if not bound:
            bound = r.lastgroup or ""
            low, high = _bounds(bound, value)
    found = Quantity(value, low, high, unit.unit, unit.currency, bound, article.text[start:end])
    return Mention(article.id, Span(start, end), "Quantity", "quantity." + (kind or unit.kind), found)


def _bounds(bound: str, value: Decimal) -> tuple[Decimal | None, Decimal | None]:
    """Lowest and highest value, both inclusive, that a hedge leaves."""
    if bound in ("atLeast", "moreThan", "someOver"):
        return value, None
    return (None, None) if bound == "about" else (None, value)
