"""Messages pasted from a chat: who spoke and when stands above each, or before it, and is no part of what was said."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from datetime import date

from .model import Span

_DAY = r"(?:(?P<y>(?:19|20)\d\d)[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})日?|(?P<m2>\d{1,2})[-/月](?P<d2>\d{1,2})日?)"
_CLOCK = r"(?:(?:上午|下午|凌晨|早上|中午|晚上|AM|PM)\s?)?\d{1,2}[:：]\d{2}(?P<s>[:：]\d{2})?(?:\s?[AP]M)?"
_WEEK = r"(?:\s*(?:星期|周)[一二三四五六日天])?"
_WHO = r"(?P<who>[^\s，。；！？][^，。；！？\n]{0,29}?)"
# One form a paste; of the third and fourth the message begins on the same line.
_FORMS = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        rf"^[ \t]*{_WHO}[:：]?[ \t\u3000]+(?:{_DAY}{_WEEK}[ \tT]*)?{_CLOCK}[ \t\r]*$",
        rf"^[ \t]*{_DAY}{_WEEK}[ \tT]+{_CLOCK}[ \t]+{_WHO}[:：]?[ \t\r]*$",
        rf"^[ \t\u200e]*[\[【(（]{_DAY}{_WEEK}[ \tT,，]*{_CLOCK}[\])）】][ \t]*{_WHO}[:：][ \t]?",
        rf"^[ \t\u200e]*{_DAY}[ \t,，]+{_CLOCK}[ \t]+[-–—][ \t]+{_WHO}[:：][ \t]?",
    )
)
_BETWEEN = re.compile(rf"^[ \t]*[-—–=*]*[ \t]*{_DAY}{_WEEK}(?:[ \t]+{_CLOCK})?[ \t]*[-—–=*]*[ \t\r]*$", re.MULTILINE)  # a day alone on its line
# Such lines stand above articles of a site too: its name, or a label, is no speaker's.
_SITE = re.compile(
    r"(?:报|网|台|社|客户端|频道|新闻|在线|公众号|日讯)$|来源|发布|时间|日期|编辑|责编|作者|记者|通讯员|浏览|阅读|点击|字号|地点|截至|截止|开始|结束|版"
)
_TOKEN = re.compile(
    r"\[[^\[\]\n]{1,12}\]|[“\"「]?[^\n“”\"]{1,20}[”\"」]?\s?(?:撤回了一条消息|加入了群聊|邀请[^\n]{1,40}加入了?群聊|拍了拍[^\n]{1,30})|以上是打招呼的内容|"
    r"以下(?:是|为)新消息|<媒体已忽略>|<Media omitted>"
)


@dataclass(frozen=True, slots=True)
class Message:
    """What was said at once: its place in the text, and its day if it is stated."""

    span: Span
    day: date | None = None


def messages(text: str, known: date | None = None) -> tuple[Message, ...]:
    """The messages of a paste, in order; none where the text is no paste of a chat. What stands above the first one is the
    first of them. `known`: the day of the file, which gives 7月11日 its year.

    >>> paste = "张三 2023-07-11 10:12\\n今天放款30万元。\\n李四 2023-07-12 08:01\\n收到。\\n"
    >>> [(paste[m.span.start : m.span.end], m.day.day) for m in messages(paste)]
    [('今天放款30万元。\\n', 11), ('收到。\\n', 12)]
    """
    best: list[re.Match[str]] = max((_headers(form, text) for form in _FORMS), key=len)
    if not best:
        return ()
    breaks = [m for m in _BETWEEN.finditer(text) if not any(h.start() <= m.start() < h.end() for h in best)]
    marks = sorted([*best, *breaks], key=lambda m: m.start())
    out: list[Message] = []
    day: date | None = None
    if text[: marks[0].start()].strip():
        out.append(Message(Span(0, marks[0].start())))
    for number, mark in enumerate(marks):
        end = marks[number + 1].start() if number + 1 < len(marks) else len(text)
        day = _day(mark, known, day)
        start = mark.end()
        while start < end and text[start] in "\r\n":
            start += 1
        if _TOKEN.sub("", text[start:end]).strip():
            out.append(Message(Span(start, end), day))
    return tuple(out)


def _headers(form: re.Pattern[str], text: str) -> list[re.Match[str]]:
    """The header lines of one form, if they are a chat's: several, with something said after most, at the beginning."""
    found = [m for m in form.finditer(text) if not _SITE.search(m["who"].strip())]
    if len(found) < 2:
        return []
    filled = sum(bool(text[m.end() : after].strip()) for m, after in zip(found, [*(m.start() for m in found[1:]), len(text)], strict=True))
    lines = [m.end() for m in re.finditer(r"[^\n]*\S[^\n]*", text)]
    above = bisect_left(lines, found[0].end())  # lines before the first header
    share = len(found) / max(1, len(lines) - above)
    speakers = Counter(m["who"].strip() for m in found)
    dated = sum(bool(m["y"] or m["m2"]) for m in found) * 2 >= len(found)
    again = max(speakers.values()) >= 2 or any(_BETWEEN.finditer(text))
    sure = dated or sum(bool(m["s"]) for m in found) * 2 >= len(found) or (again and len(found) >= 3)
    return found if filled * 2 > len(found) and above <= 3 and sure and (len(found) >= 3 or share >= 0.2) else []


def _day(mark: re.Match[str], known: date | None, before: date | None) -> date | None:
    """The day of a header: stated, with the year of the file or of the message before; else that of the message before."""
    month, day, year = mark["m"] or mark["m2"], mark["d"] or mark["d2"], mark["y"]
    if not month:
        return before or known
    near = before or known
    if not year and near is None:
        return None
    try:
        return date(int(year) if year else near.year if near else 0, int(month), int(day))
    except ValueError:
        return None
