"""Reporters' names: lines, datelines and labels that say who made a text; glued names are parted by their surnames."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from .fold import simplified
from .model import Span
from .pack import Pack

HAN = "㐀-䶿一-鿿"
_LONGEST = 18  # characters of glued names
_LINE = 60  # characters of a line of names
_STOP = re.compile(r"\s{2,}|　|[）)；;]|\S{2,6}[:：|｜]")


@dataclass(frozen=True)
class _Words:
    surnames: frozenset[str]
    common: frozenset[str]
    not_names: frozenset[str]
    units: frozenset[str]
    token: re.Pattern[str]
    dateline: re.Pattern[str]
    wire: re.Pattern[str]
    trailer: re.Pattern[str]
    author: re.Pattern[str]
    credit: re.Pattern[str]
    photo: re.Pattern[str]


@cache
def _words(pack: Pack) -> _Words:
    def any_of(*kinds: str) -> str:
        return pack.any_of("report_words", *kinds)

    role = f"(?:{any_of('role', 'author')}|[文图](?=[\\s/／|｜丨:：和])|摄影报道|报道|摄(?=[\\s/／）)。]*$))"
    opener = f"[^（）()。，]{{0,14}}?{any_of('wire')}|{any_of('role')}"
    return _Words(
        surnames=frozenset(pack.words("surnames", "1", "2")),
        common=frozenset(pack.words("report_words", "common_surname")),
        not_names=frozenset(pack.words("report_words", "not_name")),
        units=frozenset(pack.words("report_words", "unit")),
        token=re.compile(rf"(?P<role>{role})|(?P<han>(?:(?!{any_of('role')})[{HAN}·])+)|(?P<gap>[^{HAN}A-Za-z0-9０-９。！？!?%％]+)"),
        dateline=re.compile(rf"(?:{opener})?\s*[（(](?P<names>[^（）()。，]{{2,60}})[）)]"),
        wire=re.compile(rf"[{HAN}]{{0,8}}{any_of('wire')}(?=[\s（(])"),
        trailer=re.compile(rf"[（(](?P<names>{any_of('role', 'author')}[^（）()。，]{{2,60}})[）)]$"),
        author=re.compile(rf"{any_of('author')}\s*[:：|｜丨/]\s*"),
        credit=re.compile(rf"{any_of('credit')}\s*[:：|｜丨/]\s*"),
        photo=re.compile(rf"(?:^|[\s。！？”）)（(]|{any_of('role')})(?P<names>[{HAN}][{HAN}\s、]{{1,14}}?)\s*[/／]?(?:摄影|摄)(?:[/／]\w+)?[）)]?$"),
    )


def split_names(text: str, pack: Pack) -> tuple[int, ...]:
    """The lengths of the names that a run of Chinese characters is made of; empty where it is not made of names.

    >>> from kg import pack
    >>> split_names("孟文陈飞施翼", pack.load()), split_names("郑一鸣吴春花", pack.load()), split_names("欧阳明远", pack.load())
    ((2, 2, 2), (3, 3), (4,))
    """
    words = _words(pack)
    if not 2 <= len(text) <= _LONGEST or text in words.not_names or (len(text) <= 4 and text[:2] in words.not_names):
        return ()
    best: list[tuple[float, tuple[int, ...]] | None] = [(0.0, ()), *[None] * len(text)]
    for end in range(2, len(text) + 1):
        for size in (2, 3, 4):
            before = best[end - size] if end >= size else None
            if before is None:
                continue
            double = text[end - size : end - size + 2] in words.surnames
            single = text[end - size] in words.surnames
            if not (double and size >= 3) and not (single and size <= 3):
                continue
            # three characters are the usual length; a rare surname is a doubtful one
            cost = 0.2 if double and size >= 3 else {2: 1.3, 3: 0.3}[size] + (0.0 if text[end - size] in words.common else 1.5)
            found = best[end]
            if found is None or before[0] + cost < found[0]:
                best[end] = (before[0] + cost, (*before[1], size))
    return best[-1][1] if best[-1] else ()


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a line that holds nothing else. `sure`: a role word, or more than one name set apart, says so."""

    spans: tuple[Span, ...]
    sure: bool


def names_of(text: str, pack: Pack, *, labelled: bool = False) -> Names | None:
    """The names of a byline, None where the text is no byline. `labelled`: a label before it says that names follow.

    >>> from kg import pack
    >>> [("■ 通讯员 项子豪 本报记者 周 静"[s.start : s.end]) for s in names_of("■ 通讯员 项子豪 本报记者 周 静", pack.load()).spans]
    ['项子豪', '周 静']
    """
    text, words = simplified(text), _words(pack)
    if not 2 <= len(text) <= _LINE:
        return None
    spans: list[Span] = []
    roles, glued, at = 0, 0, 0
    lone: list[int] = []  # single characters set apart: 周 静

    def pair() -> bool:
        """Whether the single characters make names: two or three of them, the first a surname."""
        sizes = [3] if len(lone) == 3 else [2] * (len(lone) // 2)
        if sum(sizes) != len(lone):
            return False
        for size in sizes:
            if text[lone[0]] not in words.surnames:
                return False
            spans.append(Span(lone[0], lone[size - 1] + 1))
            del lone[:size]
        return True

    while at < len(text):
        m = words.token.match(text, at)
        if m is None:
            return None
        kind, at = m.lastgroup, m.end()
        run = m[0].strip("·")
        if kind == "han" and len(run) == 1:
            lone.append(m.start())
            continue
        if kind != "gap" and not pair():
            return None
        if kind == "role":
            roles += 1
        elif kind == "han":
            sizes = split_names(run, pack)
            apart = m.start() == 0 or text[m.start() - 1] in " \t　:：/｜|丨、"
            if not sizes and (labelled or roles) and apart and 2 <= len(run) <= 4 and run[-1] not in words.units:
                sizes = (len(run),)  # a pen name, or a surname no list has
            if not sizes:
                return None
            glued += len(sizes) > 1
            start = m.start()
            for size in sizes:
                spans.append(Span(start, start + size))
                start += size
    if not pair() or not spans:
        return None
    common = sum(text[s.start] in words.common or text[s.start : s.start + 2] in words.surnames for s in spans)
    if not roles and not labelled and 2 * common < len(spans):
        return None
    return Names(tuple(spans), bool(roles) or len(spans) - glued > 1)


def _follow(text: str, start: int, pack: Pack) -> Iterator[Span]:
    """Names right after a label: up to the next double space, label or bracket."""
    end = _STOP.search(text, start)
    stop = end.start() if end else min(len(text), start + _LINE)
    part = text[start:stop].rstrip()
    found = names_of(part, pack, labelled=True)
    if found:
        yield from (Span(start + s.start, start + s.end) for s in found.spans)


def authors(text: str, pack: Pack) -> tuple[Span, ...]:
    """The names of those who wrote the text, from a dateline at its start, a label 作者：, or a bracket at its end.

    >>> from kg import pack
    >>> [("本报讯（占晓峰 记者 周晴）3月6日"[s.start : s.end]) for s in authors("本报讯（占晓峰 记者 周晴）3月6日", pack.load())]
    ['占晓峰', '周晴']
    """
    text, words = simplified(text), _words(pack)
    out: list[Span] = []
    for m in (words.dateline.match(text), words.trailer.search(text, max(0, len(text) - 70))):
        found = m and names_of(m["names"], pack)
        if m and found and (found.sure or m.start("names") > 2):
            out += [Span(m.start("names") + s.start, m.start("names") + s.end) for s in found.spans]
    if not out and len(text) <= 4 * _LINE:
        for m in words.author.finditer(text):
            out += _follow(text, m.end(), pack)
    return tuple(dict.fromkeys(out))


def credits(text: str, pack: Pack) -> tuple[Span, ...]:
    """The names of those who took the pictures, edited the page or drew for it: 编辑:毛晓红, 徐立 摄.

    >>> from kg import pack
    >>> [("图为开工现场。 周晴 摄"[s.start : s.end]) for s in credits("图为开工现场。 周晴 摄", pack.load())]
    ['周晴']
    """
    text, words = simplified(text), _words(pack)
    out: list[Span] = []
    if len(text) > 4 * _LINE:
        return ()
    for m in words.credit.finditer(text):
        out += _follow(text, m.end(), pack)
    photo = words.photo.search(text, max(0, len(text) - 30))
    if photo and (found := names_of(photo["names"], pack, labelled=True)):
        out += [Span(photo.start("names") + s.start, photo.start("names") + s.end) for s in found.spans]
    return tuple(sorted(set(out)))


def has_dateline(text: str, pack: Pack) -> bool:
    """Whether a paragraph opens with a dateline: 本报讯（记者 周晴）, 本报讯 ….

    >>> from kg import pack
    >>> has_dateline("郓城融媒讯（记者 田野）“这钱", pack.load()), has_dateline("电话（记者）", pack.load())
    (True, False)
    """
    text, words = simplified(text), _words(pack)
    if words.wire.match(text) and re.match(r"\S{0,3}[本新][报网台刊华]\S*\s", text[:12]):
        return True
    m = words.dateline.match(text)
    found = m and names_of(m["names"], pack)
    return bool(m and found and (found.sure or m.start("names") > 3))
