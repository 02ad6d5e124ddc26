"""Times: every date, period and time word of an article, as whole days counted from the article's anchor, and the anchor itself.

The anchor is the issue date where it is known, else the year the page itself gives away; without one a relative word keeps
its text only. Nothing is ever counted from today.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

from . import pack as packs
from .model import Article, Mention, Span, TimeRef
from .pack import Pack

Days = tuple[date, date]

_CN = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "两": 2}
_YEAR = "(?:1[89]|20)[0-9]{2}"
_MONTH = "(?:1[0-2]|0?[1-9](?![0-9]))"
_DAY = "(?:3[01]|[12][0-9]|0?[1-9])(?![0-9])"
_TO = "(?:-|—{1,2}|–|~|～|至|到)"

# A digit that may begin a date; what follows is read by _DATED.
_NUMERAL = re.compile("[0-9](?<![0-9.][0-9])[0-9]{0,3}[年月日.\\-/—–~～至到]")
_RECURRING = re.compile("[每往历][年个]?的?$")
_DATED = re.compile(
    f"(?P<iy>{_YEAR})[.\\-/](?P<im>{_MONTH})[.\\-/](?P<id>{_DAY})"
    f"|(?P<y1>{_YEAR})年?{_TO}(?P<y2>{_YEAR})年(?![级龄])"
    f"|(?P<year>{_YEAR})年(?![级龄])"
    f"|(?P<decade>[1-9]0)年代"
    f"|(?P<only>3[01]|[12][0-9]|[1-9])日(?=[，上下晚从在])"
    f"|(?={_MONTH}(?:{_TO}{_MONTH})?月(?![饼球亮薪嫂子均租息收供龄票]))"
)
_PART = re.compile(
    f"的?(?:(?P<m1>{_MONTH})月?{_TO}(?P<m2>{_MONTH})月(?:份)?(?![0-9])"
    f"|(?P<m>{_MONTH}|十[一二]?|[一二三四五六七八九])月份?(?:(?P<d>{_DAY})[日号](?:{_TO}(?:(?P<tm>{_MONTH})月)?(?P<td>{_DAY})[日号])?|(?P<pos>末|底|初|上旬|中旬|下旬))?"
    "|(?P<half>上半年|下半年)|第?(?P<q>[一二三四1-4])季度|前(?P<qs>[二两三2-3])季度|(?:前|头)(?P<ms>[0-9]{1,2}|[两二三四五六七八九十]|十一)个月"
    "|全年|(?P<season>年?[初盛深暮仲晚早][春夏秋冬]|[春夏秋冬](?:天|季|日|节)?|国庆|清明)|(?P<edge>年?[初末底]))(?P<more>以来)?"
)
_SINCE = re.compile("以来")
_AS_OF = re.compile("(?:截[至止](?:到|于)?|(?<![甚直乃以])[至到])$")
_COMPARED = re.compile("(?:较|比|超过|超|低于|高于|多于|过)(?:了)?$")
_FUTURE = re.compile("将|力争|计划|目标|预计|规划|打算|确保|争取|实现.{0,6}目标|全面建成|到那时")

# word: (how it is read, number)
_WORDS: dict[str, tuple[str, int]] = {
    **{w: ("year", n) for w, n in {"今年": 0, "本年": 0, "去年": -1, "上年": -1, "上一年": -1, "前年": -2, "大前年": -3, "明年": 1}.items()},
    **{w: ("after", n) for w, n in {"当年": 0, "同年": 0, "次年": 1, "翌年": 1, "第二年": 1, "第三年": 2}.items()},
    **dict.fromkeys(("截至目前", "截止目前", "到目前为止", "到目前", "目前", "眼下", "当前", "现在", "如今", "迄今", "至今"), ("now", 0)),
    **dict.fromkeys(("近日", "日前", "近期", "近来"), ("recent", 0)),
    **dict.fromkeys(("近年来", "近年", "近几年来", "近几年", "这几年", "这些年", "多年来"), ("vague", 0)),
    **dict.fromkeys(("前不久", "不久前", "前段时间", "前些年", "前几年", "最近"), ("vague", 0)),
    **dict.fromkeys(("上半年", "下半年", "一季度", "二季度", "三季度", "四季度", "第一季度", "第二季度", "第三季度", "第四季度", "前三季度"), ("part", 0)),
    **dict.fromkeys(("年初", "年末", "年底", "年内", "全年", "岁末"), ("edge", 0)),
    **{w: ("month", n) for w, n in {"本月": 0, "上月": -1, "上个月": -1, "下月": 1, "这个月": 0, "下个月": 1}.items()},
    **{w: ("day", n) for w, n in {"昨天": -1, "昨日": -1, "前天": -2}.items()},
    **dict.fromkeys(("当天", "当日", "同日"), ("sameday", 0)),
    **dict.fromkeys(("今后", "未来", "接下来"), ("ahead", 0)),
    **{w: ("plan", n) for w, n in {"十一五": 2006, "十二五": 2011, "十三五": 2016, "十四五": 2021, "十五五": 2026}.items()},
    **{w: ("century", n) for w, n in {"上世纪": 1900, "二十世纪": 1900, "本世纪": 2000}.items()},
    **dict.fromkeys(("二〇", "二零", "二○", "一九"), ("cnyear", 0)),
}
_WORD = re.compile("|".join(sorted(_WORDS, key=lambda w: (-len(w), w))).replace("至今", "至今(?![年天])"))
# what must not stand before and after a word
_NOT_BEFORE = {
    "今年": "如", "去年": "过", "前年": "目提之以此日从空当超午0123456789几数多两三四五六七八九十", "明年": "说证声表光文透发",
    "当年": "相应担适恰正每", "同年": "共合协不如", "次年": "人场户批多首每几数一两三届架车班件航0123456789", "本年": "成基资日", "上年": "以",
    "目前": "年", "近日": "附最临邻", "日前": "今昔当往每近目多0123456789一二三四五六七八九十", "近期": "最", "近年": "最", "最近": "离距",
    "年初": "每历往", "年末": "每历往青少中老成", "年底": "每历往", "年内": "近多百千半几数0123456789一两二三四五六七八九十", "全年": "安",
    "本月": "成基资日", "现在": "出体实表呈展", "当前": "相", "未来": "“‘", "第二年": "续", "多年来": "0123456789十百千", "第三年": "续是这",
}  # fmt: skip
_NOT_AFTER = {
    "今年": "轻龄会", "去年": "轻", "前年": "轻均产", "当年": "轻龄", "次年": "轻会龄度", "同年": "级龄", "近年": "轻", "近日": "本", "上年": "纪轻",
    "本年": "轻", "上月": "球", "年底": "座", "明年": "轻", "当前": "页", "当日": "达",
}  # fmt: skip
_AHEAD = re.compile("(?:[0-9]{1,2}|[一两二三四五六七八九十几]+)(?:至[0-9一二三四五六七八九十]+)?(?:个)?(?:年|月|周|天)(?:内|里|时间)?")
_FIRST_MONTHS = re.compile("前(?:[1-9]|1[01])个月(?![免试内里])")
_DECADE = re.compile("([1-9]0|[二三四五六七八九]十)年代(初|末|中期)?")
_CN_YEAR = re.compile("[一二][〇零○九][〇零○一二三四五六七八九]{2}年")
_SOME_YEAR = re.compile(f"{_YEAR}[年.\\-/]|{_CN_YEAR.pattern}")  # no date is stated without one
_NUMBERS = {**{str(i): i for i in range(1, 13)}, **{c: i for i, c in enumerate("一二三四五六七八九十", 1)}, "两": 2, "十一": 11, "十二": 12}
_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4, "两": 2, "1": 1, "2": 2, "3": 3, "4": 4}
_SEASONS = {"春": (3, 5), "夏": (6, 8), "秋": (9, 11), "清": (4, 4), "国": (10, 10), "春节": (1, 2)}


@dataclass(frozen=True, slots=True)
class _State:
    """What the text has said so far: the last year, the last day, and where the sentence of the year ends."""

    year: int | None = None
    basis: str = "timeStated"
    at: int = 0
    day: date | None = None
    day_basis: str = "timeStated"


def find_times(article: Article) -> list[Mention]:
    """All times of an article in text order, resolved against `article.anchor`.

    What cannot be resolved keeps its text with basis timeUnknown. A year or period after 较 or 比 is a comparison, no time.
    """
    text = article.folded
    captions = [b.span for b in article.blocks if b.kind in ("caption", "credit", "header", "byline")]
    out: list[Mention] = []
    since: list[int] = []
    days: list[date] = []
    state, done = _State(), 0
    for start, end, form in _candidates(text):
        if start < done:
            continue
        inside = any(c.start <= start < c.end for c in captions) if captions else False
        found = _resolve(article, text, start, end, form, state)
        if found is None:
            continue
        begin, done, ref, rule, next_state = found
        if not inside:
            state = next_state
            if ref.end and ref.start == ref.end and rule != "time.now":
                days.append(ref.end)
        if rule == "time.compared":
            continue
        if rule == "time.since":
            since.append(len(out))
        out.append(Mention(article.id, Span(begin, done), "Time", rule, TimeRef(article.text[begin:done], ref.start, ref.end, ref.basis, ref.role)))
    if since:  # 今年以来 runs to the last stated date, which may stand later in the text
        days.sort()
        for i in since:
            out[i] = _until_last(article, out[i], days)
    return out


def _candidates(text: str) -> list[tuple[int, int, str]]:
    """Where a time may begin: digits before 年, 月 or a date sign ("" as form), and the words."""
    found = [(m.start(), m.end(), "") for m in _NUMERAL.finditer(text)]
    found += [(m.start(), m.end(), m[0]) for m in _WORD.finditer(text)]
    found += [(m.start(), m.end(), m[0]) for m in _FIRST_MONTHS.finditer(text)]
    return sorted(found)


_Found = tuple[int, int, TimeRef, str, _State]


def _resolve(article: Article, text: str, start: int, end: int, form: str, state: _State) -> _Found | None:
    """The time at a place: its span, value, rule and what the text has said after it."""
    if not form:
        return _resolve_digits(article, text, start, state)
    how, number = _WORDS.get(form, ("part", 0))
    before, after = text[start - 1 : start], text[end : end + 1]
    if (before and before in _NOT_BEFORE.get(form, "")) or (after and after in _NOT_AFTER.get(form, "")):
        return None
    anchor, basis = article.anchor, _relative(article.anchor)
    unknown = TimeRef("")
    if how == "year":
        year = anchor.start.year + number if anchor and anchor.start else None
        return _with_part(article, text, start, _past(text, end, "度"), year, basis, state, rule="time.year")
    if how == "after":
        near = state.year is not None and start - state.at < 300
        year = state.year + number if near and state.year is not None else None
        basis = "timeRelative" if state.basis == "timeStated" else state.basis
        return _with_part(article, text, start, end, year, basis, state, rule="time.after")
    if how in ("part", "edge"):
        return _with_part(article, text, start, start, *_year_here(article, text, start, state), state, rule="time.part")
    if how == "cnyear":
        m = _CN_YEAR.match(text, start)
        if m is None:
            return None
        year = int("".join(str(_CN[c]) for c in m[0][:4]))
        return _with_part(article, text, start, m.end(), year, "timeStated", state, rule="time.date")
    if how == "now":
        ref = replace(anchor, basis=basis, role="asOf") if anchor else replace(unknown, role="asOf")
        return start, end, ref, "time.now", state
    if how == "recent":
        days = (date(anchor.start.year, 1, 1), anchor.end) if anchor and anchor.start and anchor.end else None
        return start, end, _ref(days, basis), "time.recent", state
    if how == "vague":
        return start, end, unknown, "time.vague", state
    if how == "ahead":
        m = _AHEAD.match(text, end)
        return (start, m.end(), replace(unknown, role="throughout"), "time.ahead", state) if m else None
    if how == "plan":
        if before not in ("“", "‘") and not text.startswith(("时期", "期间", "规划"), end):
            return None
        start -= before == "“" and text[end : end + 1] == "”"
        end = _past(text, end, "”", "时期", "期间")
        return start, end, TimeRef("", date(number, 1, 1), date(number + 4, 12, 31), "timeStated", "throughout"), "time.plan", state
    if how == "century":
        m = _DECADE.match(text, end)
        if m is None:
            return None
        first = number + (int(m[1]) if m[1].isdigit() else 10 * _CN[m[1][0]])
        return start, m.end(), TimeRef("", date(first, 1, 1), date(first + 9, 12, 31), "timeStated"), "time.decade", state
    day = anchor.start if anchor and anchor.start and anchor.start == anchor.end else None
    if how == "month":
        if day is None:
            return start, end, unknown, "time.month", state
        year, month = divmod(day.year * 12 + day.month - 1 + number, 12)
        return start, end, _ref(_months(year, month + 1, month + 1), basis), "time.month", state
    if how == "day":
        moved = date.fromordinal(day.toordinal() + number) if day else None
        return start, end, _ref((moved, moved) if moved else None, basis), "time.day", replace(state, day=moved or state.day, day_basis=basis)
    if state.day is None:
        return start, end, unknown, "time.sameday", state
    basis = "timeRelative" if state.day_basis == "timeStated" else state.day_basis
    return start, end, _ref((state.day, state.day), basis), "time.sameday", state


def _resolve_digits(article: Article, text: str, start: int, state: _State) -> _Found | None:
    m = _DATED.match(text, start)
    if m is None:
        return None
    if m["iy"]:
        day = _day(int(m["iy"]), int(m["im"]), int(m["id"]))
        if day is None:
            return None
        return start, m.end(), TimeRef("", day, day, "timeStated"), "time.date", _State(day.year, "timeStated", m.end(), day, "timeStated")
    if m["y1"]:
        first, last = int(m["y1"]), int(m["y2"])
        if first >= last:
            return None
        ref = TimeRef("", date(first, 1, 1), date(last, 12, 31), "timeStated", "throughout")
        return start, m.end(), ref, "time.years", state
    if m["year"]:
        if text[start - 1 : start] in ("近", "约", "超", "逾") or text[m.end() : m.end() + 1] in ("历", "间", "多", "前"):
            return None
        return _with_part(article, text, start, m.end(), int(m["year"]), "timeStated", state, rule="time.date")
    if m["decade"]:
        lead = 3 if text[max(0, start - 4) : start] == "20世纪" else 0
        first = 1900 + int(m["decade"])
        return start - lead - bool(lead), m.end(), TimeRef("", date(first, 1, 1), date(first + 9, 12, 31), "timeStated"), "time.decade", state
    if m["only"]:
        return _day_only(article, text, start, int(m["only"]), m.end(), state)
    if _RECURRING.search(text, max(0, start - 3), start):
        return None
    return _with_part(article, text, start, start, *_year_here(article, text, start, state), state, rule="time.part")


def _day_only(article: Article, text: str, start: int, number: int, end: int, state: _State) -> _Found | None:
    """14日 of the issue's month, or of the month before where that day is still to come."""
    anchor = article.anchor
    if anchor is None or anchor.start is None or anchor.start != anchor.end or (start and text[start - 1] not in "，。：）) \u3000\n者“"):
        return None
    issue = anchor.start
    year, month = divmod(issue.year * 12 + issue.month - 1 - (number > issue.day), 12)
    day = _day(year, month + 1, number)
    return (start, end, _ref((day, day), _relative(anchor)), "time.day", replace(state, day=day, day_basis=_relative(anchor))) if day else None


def _year_here(article: Article, text: str, start: int, state: _State) -> tuple[int | None, str]:
    """The year of a month or quarter without one: that of the same sentence, else the anchor's."""
    if state.year is not None and start - state.at < 200 and "。" not in text[state.at : start] and "\n" not in text[state.at : start]:
        return state.year, "timeRelative" if state.basis == "timeStated" else state.basis
    anchor = article.anchor
    return (anchor.start.year if anchor and anchor.start else None), _relative(anchor)


def _with_part(article: Article, text: str, start: int, end: int, year: int | None, basis: str, state: _State, rule: str) -> _Found | None:
    """A year, or none yet, and the month, quarter or season after it, with 截至 before it and 以来 behind it."""
    bare = start == end  # the part stands alone
    part = _PART.match(text, end)
    if part is None and bare:
        return _edge(article, text, start, year, basis, state)
    days, exact, ends = (_months(year, 1, 12) if year else None), False, False
    stop = end
    if part is not None and (bare or not _breaks_word(text, part)):
        stop = part.end()
        issued = article.anchor.start if bare and article.anchor and article.anchor.start == article.anchor.end else None
        if year and issued and part["m"] and basis == "timeRelative" and state.year != year and _NUMBERS.get(part["m"].lstrip("0"), 0) - issued.month > 6:
            year -= 1
        days, exact, ends = _part_days(part, year)
        if year and days is None:
            return None  # 2月30日
    since = part["more"] if part and stop == part.end() else None
    if since is None and (m := _SINCE.match(text, stop)):
        since, stop = m[0], m.end()
    lead = _AS_OF.search(text, max(0, start - 4), start)
    if _COMPARED.search(text, max(0, start - 3), start) and not exact:
        return start, stop, TimeRef(""), "time.compared", state
    role = "asOf" if lead and ((lead[0][0] == "截") or ends) else "within"
    begin = lead.start() if lead and role == "asOf" else start
    if ends and part is not None and (role == "asOf" or "末" in part[0]):
        role, days = "asOf", (days[1], days[1]) if days else None
    elif role == "asOf" and days and not exact:
        days = (days[1], days[1])
    next_state = replace(state, year=year, basis=basis, at=stop) if year else state
    if days and days[0] == days[1] and exact:
        next_state = replace(next_state, day=days[0], day_basis=basis)
    return begin, stop, _ref(days, basis, role), "time.since" if since else rule, next_state


def _edge(article: Article, text: str, start: int, year: int | None, basis: str, state: _State) -> _Found | None:
    """年初, 年末, 全年 without a year word."""
    if _COMPARED.search(text, max(0, start - 3), start):
        return start, start + 2, TimeRef(""), "time.compared", state
    days = None
    role = "within"
    if year:
        days = {"年初": _months(year, 1, 3), "年末": _months(year, 12, 12), "年底": _months(year, 12, 12), "岁末": _months(year, 12, 12)}.get(
            text[start : start + 2], _months(year, 1, 12)
        )
    lead = _AS_OF.search(text, max(0, start - 4), start)
    if text[start + 1] in "末底" and lead:
        role, days = "asOf", (days[1], days[1]) if days else None
    return (lead.start() if lead and role == "asOf" else start), start + 2, _ref(days, basis, role), "time.part", state


def _breaks_word(text: str, part: re.Match[str]) -> bool:
    """Whether what follows a year is no part of it: 今年初中 (middle school), 去年春晖公司."""
    if part["edge"]:
        return text[part.end() : part.end() + 1] in ("中", "级", "心", "次", "步", "衷", "创", "期", "端", "座", "气", "蕴")
    return bool(part["season"]) and len(part["season"]) == 1 and text[part.end() : part.end() + 1] not in ("，", "、", "。", "起", "以", "的", "")


def _part_days(part: re.Match[str], year: int | None) -> tuple[Days | None, bool, bool]:
    """The days of a part of a year; whether it is one day or so; whether it is an end (末, 底)."""
    exact, ends = bool(part["d"]), (part["pos"] or (part["edge"] or "x")[-1]) in ("末", "底")
    if year is None:
        return None, exact, ends
    if part["m1"]:
        return _months(year, int(part["m1"]), int(part["m2"])), False, False
    if part["m"]:
        month = _NUMBERS[part["m"].lstrip("0")]
        if part["d"]:
            first = _day(year, month, int(part["d"]))
            last = _day(year, int(part["tm"] or month), int(part["td"])) if part["td"] else first
            return ((first, last) if first and last and first <= last else None), True, False
        length = monthrange(year, month)[1]
        low, high = {"初": (1, 10), "上旬": (1, 10), "中旬": (11, 20), "下旬": (21, length)}.get(part["pos"] or "", (1, length))
        return (date(year, month, low), date(year, month, high)), False, ends
    if part["half"]:
        return (_months(year, 1, 6) if part["half"][0] == "上" else _months(year, 7, 12)), False, False
    if part["q"]:
        last_month = 3 * _QUARTERS[part["q"]]
        return _months(year, last_month - 2, last_month), False, False
    if part["qs"]:
        return _months(year, 1, 3 * _QUARTERS[part["qs"]]), False, False
    if part["ms"]:
        return _months(year, 1, min(12, _NUMBERS.get(part["ms"].lstrip("0"), 12))), False, False
    if part["edge"]:
        return (_months(year, 1, 3) if part["edge"][-1] == "初" else _months(year, 12, 12)), False, ends
    season = next((v for k, v in reversed(_SEASONS.items()) if k in (part["season"] or "")), (1, 12))
    return _months(year, *season), False, False


def _until_last(article: Article, mention: Mention, days: list[date]) -> Mention:
    """今年以来: from January 1 to the last day the article states in the anchor's year, else to the end of the anchor."""
    ref, anchor = mention.value, article.anchor
    if not isinstance(ref, TimeRef) or ref.start is None or anchor is None or anchor.end is None:
        return mention
    at = bisect_right(days, anchor.end)
    last = days[at - 1] if at and days[at - 1] >= ref.start else anchor.end
    return replace(mention, value=replace(ref, end=max(last, ref.start)))


def _relative(anchor: TimeRef | None) -> str:
    return "timeUnknown" if anchor is None or anchor.start is None else "timeInferred" if anchor.basis == "timeInferred" else "timeRelative"


def _ref(days: Days | None, basis: str, role: str = "within") -> TimeRef:
    return TimeRef("", days[0], days[1], basis, role) if days else TimeRef("", role=role)


def _day(year: int, month: int, day: int) -> date | None:
    return date(year, month, day) if 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1] else None


def _months(year: int, first: int, last: int) -> Days:
    """
    >>> _months(2023, 4, 6)[1].isoformat()
    '2023-06-30'
    """
    first, last = min(first, last), max(first, last)
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


def _past(text: str, at: int, *words: str) -> int:
    """The place after the words that stand here, each at most once, in this order."""
    for word in words:
        at += len(word) * text.startswith(word, at)
    return at


# ---------------------------------------------------------------- the anchor

_ANNIVERSARY = re.compile("([0-9]{1,3}|[一二三四五六七八九十]{1,3})(?:周年|年(?!代|级|龄|底|初|末))")
_NOW = re.compile("今年|迎来|正值|恰逢|适逢|之际")


def anchored(articles: tuple[Article, ...], pack: Pack | None = None) -> tuple[Article, ...]:
    """The articles with `anchor` filled, file by file.

    In this order: the date given by meta; the issue date of the article, or of its file; the year of its last 截至 or 至 with a
    stated year; the year its first sentence begins with; an anniversary (千万工程 began in 2003: its 20周年 is 2023); the anchor of
    the file's other articles; the latest year it states, where no 今年 or 去年 shows that this is another year. All but the first
    two are marked timeInferred and are whole years.
    """
    by_file: dict[str, list[int]] = {}
    for i, a in enumerate(articles):
        by_file.setdefault(a.path, []).append(i)
    out = list(articles)
    for indices in by_file.values():
        issue = [_issue(articles[i]) for i in indices]
        shared = next((x for x in issue if x), None)
        years = [None if shared else _own_year(articles[i], pack or packs.load()) for i in indices]
        common = max((y for y in years if y), default=None)
        for i, own, year in zip(indices, issue, years, strict=True):
            year = year or common or (None if shared else _weak_year(articles[i]))
            anchor = own or shared or (TimeRef(str(year), date(year, 1, 1), date(year, 12, 31), "timeInferred") if year else None)
            out[i] = replace(articles[i], anchor=anchor)
    return tuple(out)


def _issue(article: Article) -> TimeRef | None:
    """The issue date as given by meta or read from the page by an earlier stage."""
    if article.meta.date:
        return TimeRef(article.meta.date.isoformat(), article.meta.date, article.meta.date, "timeStated")
    return article.issued if article.issued and article.issued.start else None


def _stated(article: Article) -> list[tuple[Mention, TimeRef]]:
    """The stated times of the body that are no plan and no caption's."""
    out: list[tuple[Mention, TimeRef]] = []
    if not _SOME_YEAR.search(article.folded):
        return out
    captions = [b.span for b in article.blocks if b.kind in ("caption", "credit")]
    for mention in find_times(replace(article, anchor=None)):
        ref = mention.value
        if not isinstance(ref, TimeRef) or ref.basis != "timeStated" or ref.start is None or mention.found_by != "time.date":
            continue
        sentence = article.folded[mention.span.start : mention.span.end + 40].partition("。")[0]
        if not any(c.covers(mention.span) for c in captions) and not _FUTURE.search(sentence) and ref.start.year >= 1990:
            out.append((mention, ref))
    return out


def _own_year(article: Article, pack: Pack) -> int | None:
    """The year an article gives away beyond doubt, from its body."""
    stated = _stated(article)
    as_of = [ref.end.year for _, ref in stated if ref.role == "asOf" and ref.end]
    if as_of:
        return max(as_of)
    lead = next((b.span for b in article.blocks if b.kind == "body" and len(b.span) >= 30), None)
    if lead:
        first = [ref.start.year for mention, ref in stated if lead.start <= mention.span.start <= lead.start + 12 and ref.start]
        if first:
            return first[0]
    return _anniversary(article, pack.folders)


def _weak_year(article: Article) -> int | None:
    if re.search("今年|去年", article.folded):
        return None
    return max((ref.start.year for _, ref in _stated(article) if ref.start), default=None)


@cache
def _beginnings(folders: tuple[Path, ...]) -> tuple[re.Pattern[str], dict[str, int]]:
    """Names whose first year is known, and the years."""
    pack = packs.load(*folders[1:])
    years = {w: int(e.note) for e in pack.entries("anniversaries") for w in (e.name, *e.aliases)}
    return re.compile("|".join(map(re.escape, sorted(years, key=lambda w: (-len(w), w)))) or "(?!)"), years


def _anniversary(article: Article, folders: tuple[Path, ...]) -> int | None:
    """The year told by the N周年 of a thing whose beginning is known; N年 without 周 counts where nothing better stands."""
    names, years = _beginnings(folders)
    weak = None
    text = article.folded
    for m in names.finditer(text):
        near = _ANNIVERSARY.search(text, m.end(), m.end() + 14)
        if near is None or any(c in text[m.end() : near.start()] for c in "，。；\n"):
            continue
        number = int(near[1]) if near[1].isdigit() else _small(near[1])
        if not number or number < 3:
            continue
        year = years[m[0]] + number
        if near[0].endswith("周年") and _NOW.search(text, max(0, m.start() - 20), near.end() + 10):
            return year
        weak = weak or year
    return weak


def _small(numeral: str) -> int:
    """
    >>> _small("二十"), _small("十五"), _small("七十三")
    (20, 15, 73)
    """
    tens, ten, ones = numeral.rpartition("十")
    return 10 * _CN.get(tens, 1) * bool(ten) + _CN.get(ones, 0)
