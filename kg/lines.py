"""The lines of a raw page and what each looks like taken alone: furniture, page header, byline, caption, credit, short line, prose."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from .bylines import HAN, credits, names_of
from .fold import fold, simplified
from .model import SENTENCE_END, Meta, Span
from .pack import Pack

# What no reader sees: zero-width characters, byte-order marks, soft hyphens, controls other than a tab and line ends.
HIDDEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\x00-\x08\x0e-\x1b\x7f]+")
LONGEST_LINE = 10_000  # characters; a longer one is taken for several, parted behind a sentence where there is one
_BREAK = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_EDGE = r"[\s\u3164\u2800" + HIDDEN.pattern[1:-2] + "]*"
_LEFT = re.compile(_EDGE + r"(?:(?P<mark>#{1,6})[ \t　]+" + _EDGE + r"|\*\*(?=\S.*\*\*[\s#]*$)|>[ \t]+)?", re.DOTALL)
_TAIL = re.compile(r"(?<=\S)[ \t]+#+$|(?<=\S)\*\*$")
_ENDING = re.compile(r"[\w。！？!?…；;：:，,、—.%％‰℃“‘（(《【][^\w。！？!?…；;：:，,、—.%％‰℃“‘（(《【]*$")
_PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)|<img [^>]*>|https?://\S+|[-=*_—·.。…~]{3,}|[^\w\s，。、；：！？“”‘’（）《》%]?")

DATE = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*(?:年|[-/.])\s*(\d{1,2})\s*(?:月|[-/.])\s*(\d{1,2})(?!\d)(?:\s*日(?!报))?+")
_CLOCK = r"(?<!\d)\d{1,2}[:：]\d{2}(?:[:：]\d{2})?|星期[一二三四五六日天]|周[一二三四五六日](?!\w)|农历\S{2,10}"
_SHEET = re.compile(r"第?\s*(?<![\d.])([A-Z]?\d{1,5})\s*版(?![权本图画])|^([A-Z]\d{2})(?=\s)|^(\d{1,2})(?=\s+\S)")
_NUMBERED = re.compile(
    r"(?:第?[一二三四五六七八九十]{1,3}[、．.]|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,2}(?:[、．.](?!\d)|\s+(?=[^\d\s]))|[❶-❿①-⑳]|PART\s*\d)"
)
STARTER = re.compile(rf"{_NUMBERED.pattern}|[【■□●◆▲△★☆◎※]|[QA问答][：:]|[—-]{{2}}[{HAN}]{{2,8}}[。：]")
_SPACED_NUMBER = re.compile(rf"(?<=[{HAN}，：、；（“])([ \u00a0]*)\d[\d.,]*([ \u00a0]+)(?=(?!版)[{HAN}%％])|(?<![\d.])(?:19|20)\d\d([ \u00a0]+)(?=年)")
_CLOSER = re.compile(r"[，。、；：！？”’）》」』】%％‰℃,;:)\]]|[.．]\d")
_SPACED = re.compile(rf"[{HAN}”’》！？：][ \t　]+[{HAN}“‘《\d]")
_BALANCE = (("“", "”"), ("（", "）"), ("《", "》"), ("‘", "’"))


@dataclass(frozen=True, slots=True)
class Line:
    """One line that holds something. `pieces`: (raw start, length) of its unbroken parts; `gap`: empty lines before it."""

    text: str
    pieces: tuple[tuple[int, int], ...]
    gap: int
    marked: bool


def read_lines(raw: str, start: int = 0, length: int | None = None) -> list[Line]:
    """The lines of the raw text, or of raw[start:length], edges and hidden characters left out. Linear in its length."""
    out: list[Line] = []
    gap, length = 0, len(raw) if length is None else length
    while start <= length:
        m = _BREAK.search(raw, start, length)
        end = m.start() if m else length
        found = [line for low, high in _pieces(raw, start, end) if (line := _line(raw, low, high, gap))]
        for number, line in enumerate(found):
            out.append(replace(line, gap=0) if number else line)
        gap = 0 if found else gap + 1
        start = m.end() if m else length + 1
    return out


def _pieces(raw: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A line, or the pieces of one that is longer than any paragraph is."""
    while end - start > LONGEST_LINE:
        high = start + LONGEST_LINE
        ends = [m.end() for m in SENTENCE_END.finditer(raw, start + LONGEST_LINE // 2, high)]
        cut = ends[-1] if ends else max(raw.rfind(mark, start + LONGEST_LINE // 2, high) for mark in "，、 ") + 1 or high
        yield start, cut
        start = cut
    yield start, end


def _line(raw: str, start: int, end: int, gap: int) -> Line | None:
    text = raw[start:end]
    left = _LEFT.match(text)
    first = left.end() if left else 0
    last = len(text)
    while last > first and (text[last - 1].isspace() or HIDDEN.match(text[last - 1])):
        last -= 1
    tail = _TAIL.search(text, max(first, last - 12), last) if left and left.end() and text[first - 1] in "*# \t　" else None
    last = tail.start() if tail else last
    pieces = []
    at = first
    for low, high in _left_out(text, first, last):
        pieces.append((start + at, low - at))
        at = high
    pieces = [p for p in (*pieces, (start + at, last - at)) if p[1] > 0]
    if not pieces:
        return None
    return Line("".join(raw[a : a + n] for a, n in pieces), tuple(pieces), gap, bool(left and left["mark"]))


def _left_out(text: str, first: int, last: int) -> list[tuple[int, int]]:
    """What the clean line leaves out: hidden characters, and the spaces set around a number (融资 70 万元)."""
    out = [m.span() for m in HIDDEN.finditer(text, first, last)]
    if " " in text or "\u00a0" in text:
        out += [m.span(g) for m in _SPACED_NUMBER.finditer(text, first, last) for g in (1, 2, 3) if m[g]]
        out.sort()
    return out


def usual_gap(lines: list[Line]) -> int:
    """The number of empty lines that stand between two lines most often; the larger of two that tie."""
    gaps = Counter(line.gap for line in lines[1:])
    return max(gaps, key=lambda g: (gaps[g], g), default=0)


def ending(text: str) -> str:
    """How a line ends: end (of a sentence), list (；), colon, dots (……), comma or open.

    >>> ending("收获颇丰。”"), ending("构建空铁联"), ending("占40.8%；"), ending("其中：")
    ('end', 'open', 'list', 'colon')
    """
    m = _ENDING.search(text[-12:])
    last = m[0][0] if m else "。"
    if last == "." and not re.search(r"[A-Za-z）)]\.\W*$", text[-6:]):
        return "open"
    return {"；": "list", ";": "list", "：": "colon", ":": "colon", "…": "dots", "，": "comma", ",": "comma", "、": "comma"}.get(
        last, "end" if last in "。！？!?." else "open"
    )


def balanced(text: str) -> bool:
    """Whether every bracket and quotation mark of a short line has its partner."""
    return all(text.count(a) == text.count(b) for a, b in _BALANCE)


def goes_on(text: str) -> bool:
    """Whether a line can only be the rest of another: it begins with a mark that closes or parts."""
    return bool(_CLOSER.match(text))


def heading_sign(line: Line) -> bool:
    """Whether a short line shows by itself that it is a heading: marked, numbered, of two halves, or announcing (湖州——)."""
    return line.marked or bool(_NUMBERED.match(line.text) or _SPACED.search(line.text)) or line.text.endswith("——")


def is_short(line: Line, longest: int = 50) -> bool:
    """Whether a line may be a title or a heading: short, whole in its quotation marks, and without the end of a sentence."""
    text = line.text
    if len(text) > longest or not balanced(text) or goes_on(text) or re.match("[QA问答][：:]", text):
        return False
    if line.marked:
        return "。" not in text
    return "。" not in text and "；" not in text and text.count("，") <= 2 and ending(text) in ("open", "colon") and bool(re.search(r"\w", text))


@dataclass(frozen=True)
class _Words:
    noise: re.Pattern[str]
    trail: re.Pattern[str]
    label: re.Pattern[str]
    token: re.Pattern[str]
    closing: re.Pattern[str]
    photo: re.Pattern[str]
    scene: re.Pattern[str]
    paper: re.Pattern[str]
    sidebar: frozenset[str]


@cache
def words(pack: Pack) -> _Words:
    """The patterns of the pack's report_words."""

    def any_of(*kinds: str) -> str:
        return pack.any_of("report_words", *kinds)

    label = rf"{any_of('source', 'author', 'credit')}\s*[:：|｜丨]|{any_of('author', 'credit')}[ 　]+(?=[{HAN}]{{2,4}}(?:\s|$))|^原创(?=\s)"
    paper = rf"《\s*(?P<quoted>[^》\s]{{2,16}})\s*》|(?P<bare>[{HAN}]{{1,10}}{any_of('paper')})(?![{HAN}])"
    return _Words(
        noise=re.compile(any_of("noise")),
        trail=re.compile(rf"^(?:{any_of('trail')})\s*[>＞»›:：/]|\S\s*[>＞»›]\s*\S+\s*[>＞»›]|^[{HAN}]{{2,10}}{any_of('trail')}\s*[:：]?$"),
        label=re.compile(label),
        token=re.compile(rf"(?:{label})\s*\S*|{DATE.pattern}|{_CLOCK}|{_SHEET.pattern}|《[^》]{{2,20}}》|[^\w]+"),
        closing=re.compile(rf"{any_of('closing', 'credit', 'source', 'role', 'author')}|^.完.$"),
        photo=re.compile(rf"^[▲△▼↑]|(?:^|[，。；\s（(]){any_of('caption')}"),
        scene=re.compile(any_of("scene")),
        paper=re.compile(paper),
        sidebar=frozenset(pack.words("report_words", "sidebar")),
    )


def is_noise(line: Line, pack: Pack) -> bool:
    """Whether a line is page furniture that says nothing: a share widget, a picture, an address, a rule of dashes."""
    return bool(len(line.text) <= 200 and _PICTURE.fullmatch(line.text)) or (len(line.text) <= 40 and bool(words(pack).noise.search(simplified(line.text))))


def is_header(line: Line, pack: Pack) -> bool:
    """Whether a line is made of date, page number, paper, source and editors, with at most a section's name beside them."""
    if len(line.text) > 100 or (line.text[0] in "（([" and line.text[-1] in "）)]"):
        return False
    text, w = fold(line.text), words(pack)
    if w.trail.search(text):
        return True
    if (
        "。" in text
        or not (DATE.search(text) or w.label.search(text) or re.search(r"\d\s*版", text))
        or re.search(rf"{DATE.pattern}[{HAN}]", _without_clock(text))
    ):
        return False
    rest = w.token.sub(" ", text)
    return len(re.sub(r"\W", "", rest)) <= 12 and "，" not in text


def _without_clock(text: str) -> str:
    return re.sub(_CLOCK + r"|第\s*\d|来源|编辑|作者|责编", " ", text)


def page_number(line: Line) -> str:
    """The page of a header line: 00018版:专版 → 18, A03 要闻 → A03; "" where it states none."""
    m = _SHEET.search(fold(line.text))
    found = next((g for g in m.groups() if g), "") if m else ""
    return (found.lstrip("0") or found) if found.isdigit() else found


def paper_name(line: Line, pack: Pack) -> str:
    """The paper or site that a header line names."""
    m = words(pack).paper.search(simplified(line.text))
    return line.text[slice(*m.span("quoted" if m["quoted"] else "bare"))] if m else ""


def stated_date(text: str) -> tuple[Span, date] | None:
    """The first whole and real date of a header line.

    >>> stated_date("2021年10月19日14:02　来源：浙江日报")
    (Span(start=0, end=11), datetime.date(2021, 10, 19))
    """
    for m in DATE.finditer(fold(text)):
        try:
            day = date(int(m[1]), int(m[2]), int(m[3]))
        except ValueError:
            continue
        return Span(m.start(), m.start() + len(m[0].rstrip())), day
    return None


def header_meta(line: Line, known: Meta, pack: Pack) -> Meta:
    """What is known, filled up from a header line; what is known already stays."""
    found = stated_date(line.text)
    return Meta(known.date or (found[1] if found else None), known.paper or paper_name(line, pack), known.page or page_number(line), known.url)


def is_credit(line: Line, pack: Pack) -> bool:
    """Whether a line says only who gave, drew, edited or signed: (图片由…提供), 徐立 摄, （制图：周毅）, (某院副研究员，张颖)."""
    text, w = simplified(line.text), words(pack)
    if len(text) > 60 or "。" in text or len(text) < 3:
        return False
    if text[0] in "（(【[" and text[-1] in "）)】]":
        signed = re.split(r"[，,、\s]", text[1:-1])[-1]
        return bool(w.closing.search(text)) or (len(text) > 8 and 2 <= len(signed) <= 4 and names_of(signed, pack) is not None)
    if w.label.match(text) and not re.search("，", text):
        return True
    return len(text) <= 24 and bool(re.search(r"摄(?:影)?$", text)) and bool(credits(text, pack))


def is_caption(line: Line, pack: Pack) -> bool:
    """Whether a line describes a picture by its own words: 图为…, … 摄."""
    text, w = simplified(line.text), words(pack)
    if len(text) > 120:
        return False
    return bool(w.photo.search(text)) or bool(re.search(r"摄(?:影)?[）)]?$", text) and credits(text, pack))


def is_scene(text: str, pack: Pack) -> bool:
    """Whether a short line without a full stop reads like what a picture shows, and not like a heading."""
    return 16 <= len(text) <= 70 and not _SPACED.search(text) and bool(words(pack).scene.search(simplified(text)))


def sheet_head(line: Line) -> bool:
    """Whether a short line is a page's number and section: 2 要闻."""
    return bool(re.fullmatch(r"[A-Z]?\d{1,3}\s+\S{2,6}|\S{2,6}\s+[A-Z]?\d{1,3}", fold(line.text)))
