"""From a raw page to its articles: parts them, rejoins broken lines, sets bylines and captions apart, drops second printings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from .bylines import authors, credits, has_dateline, names_of
from .copies import Parts, second_printings
from .fold import fold, simplified
from .lines import (
    HIDDEN,
    STARTER,
    Line,
    ending,
    goes_on,
    header_meta,
    heading_sign,
    is_caption,
    is_credit,
    is_header,
    is_noise,
    is_scene,
    is_short,
    page_number,
    read_lines,
    sheet_head,
    stated_date,
    usual_gap,
    words,
)
from .model import SENTENCE_END, Article, Block, Copy, Meta, Run, Segment, SourceFile, Span, TimeRef, digest
from .pack import Pack, load
from .prints import fingerprint

NOTHING_KNOWN = Meta()
LONGEST_ARTICLE = 30_000  # characters; a longer text is read as several articles, so that time grows with its length and no faster


@dataclass(frozen=True, slots=True)
class _Page:
    """The lines of a page, what each was taken for, and the page's habits."""

    lines: list[Line]
    kinds: list[str]
    usual: int  # empty lines between two lines
    width: int  # characters of a full line where the page is hard-wrapped, else 0
    pack: Pack

    def soft(self, number: int) -> bool:
        """Whether a line follows the one before with no empty line between, on a page that parts paragraphs by them."""
        return self.usual > 0 and number > 0 and self.lines[number].gap == 0

    def full(self, number: int) -> bool:
        return self.width > 0 and len(self.lines[number].text) >= self.width - 2


def read_pages(source: SourceFile, meta: Meta = NOTHING_KNOWN, pack: Pack | None = None, span: Span | None = None) -> tuple[Article, ...]:
    """The articles of a source file, in reading order; none where it holds no text. `anchor` is left to the dating stage.
    `span`: the stretch to read, all by default.

    >>> page = SourceFile("p.txt", "", "utf-8", "茶园生金\\n\\n叶晓琳\\n\\n大龙村海拔高，茶\\n\\n好，路却难走。\\n")
    >>> [(a.title, a.at(a.byline[0]), a.at(a.blocks[-1].span)) for a in read_pages(page)]
    [('茶园生金', '叶晓琳', '大龙村海拔高，茶好，路却难走。')]
    """
    pack = pack or load()
    page = _read(source.text, pack, span or Span(0, len(source.text)))
    copies = second_printings(page.lines, page.kinds)
    kept = [n for n in range(len(page.lines)) if n not in copies]
    starts = _starts(page, kept)
    articles: list[Article] = []
    place: dict[int, tuple[int, int]] = {}  # line → article, offset in its clean text
    known, issued = Meta(), None
    for first, after in pairwise([*_in_stretches(page, kept, starts), len(kept)]):
        blocks = _arrange(page, kept[first:after])
        article, offsets = _assemble(page, blocks)
        known, issued = _dated(page, blocks, known, issued)
        place.update({n: (len(articles), at) for n, at in offsets.items()})
        day = meta.date or known.date
        if meta.date:
            issued = TimeRef(meta.date.isoformat(), meta.date, meta.date, "timeStated", "asOf")
        about = Meta(day, meta.paper or known.paper, meta.page or known.page, meta.url or known.url)
        articles.append(replace(article, path=source.path, meta=about, issued=issued))
    again = _copied(page, copies, place)
    return tuple(replace(a, copies=tuple(again.get(n, ()))) for n, a in enumerate(articles))


def unread(source: SourceFile, articles: tuple[Article, ...]) -> list[Segment]:
    """The stretches of the raw file, white space apart, that stand in no article and no copy: marks of headings and page furniture."""
    taken = sorted((r.raw, r.raw + r.length) for a in articles for runs in (a.runs, *(c.runs for c in a.copies)) for r in runs)
    out, at = [], 0
    for start, end in [*taken, (len(source.text), len(source.text))]:
        for piece in _inked(source.text, at, start):
            out.append(piece)
        at = max(at, end)
    return out


def _inked(text: str, start: int, end: int) -> Iterator[Segment]:
    """The lines of a stretch, trimmed, without those that hold nothing to see."""
    for line in text[start:end].splitlines(keepends=True) if start < end else ():
        body = HIDDEN.sub(lambda m: " " * len(m[0]), line)
        if body.strip():
            yield Segment(start + len(body) - len(body.lstrip()), start + len(body.rstrip()))
        start += len(line)


# --- what each line is ---------------------------------------------------------------------------------------------------------


def _read(raw: str, pack: Pack, span: Span) -> _Page:
    lines = [line for line in read_lines(raw, span.start, span.end) if not is_noise(line, pack)]
    sizes = [len(line.text) for line in lines]
    width = max(sizes, default=0)
    wrapped = 15 <= width <= 60 and len(lines) >= 8 and 2 * sum(n >= width - 2 for n in sizes) >= len(lines)
    page = _Page(lines, [], usual_gap(lines), width if wrapped else 0, pack)
    head = True
    for number in range(len(lines)):
        kind = _kind(page, number, head)
        head = head and kind != "body"
        page.kinds.append(kind)
    _weak_captions(page)
    return page


def _kind(page: _Page, number: int, head: bool) -> str:
    """header, names, credit, caption, short or body, from the line and what stands around it; `head`: no prose stands above."""
    line, pack = page.lines[number], page.pack
    after = page.lines[number + 1] if number + 1 < len(page.lines) else None
    if is_header(line, pack):
        at_edge = head or after is None or is_short(after) or len(page.lines) - number <= 4
        if at_edge or words(pack).label.search(simplified(line.text)) or page_number(line):
            return "header"  # elsewhere a lone date is a heading, or the beginning of a broken sentence
    if head and after and sheet_head(line) and is_header(after, pack):
        return "header"
    if is_credit(line, pack) and (simplified(line.text).rstrip("）)影").endswith("摄") or not names_of(line.text, pack)):
        return "credit"
    if names_of(line.text, pack):
        return "names"
    if is_caption(line, pack):
        return "caption"
    return "short" if is_short(line) and not (page.full(number) and number > 1) and not has_dateline(line.text, pack) else "body"


def _weak_captions(page: _Page) -> None:
    """Captions that only the layout shows: a single sentence where a picture left more empty lines than the page's paragraphs have."""
    wide = page.usual + 2
    head = True
    for number, (line, kind) in enumerate(zip(page.lines, page.kinds, strict=True)):
        before = page.kinds[number - 1] if number else "header"
        next_wide = number + 1 < len(page.lines) and page.lines[number + 1].gap >= wide
        if kind == "body" and not head and line.gap >= wide and len(line.text) <= 90 and before not in ("names", "header") and not goes_on(line.text):
            ends = [m.end() for m in SENTENCE_END.finditer(line.text)]
            if ends == [len(line.text)]:
                page.kinds[number] = "caption"
        elif kind == "short" and not head and not line.marked and (line.gap >= wide or next_wide) and is_scene(line.text, page.pack):
            page.kinds[number] = "caption"
        head = head and kind != "body"


# --- where articles begin ------------------------------------------------------------------------------------------------------


def _starts(page: _Page, kept: list[int]) -> list[int]:
    """The places in `kept` where an article begins. When in doubt there is none: a title must stand there, and a byline, a
    dateline, a page header, the name of a sidebar or the end of what went before must tell it from a heading."""
    if not kept:
        return []
    lines, pack = page.lines, page.pack
    kinds = [page.kinds[n] for n in kept]
    texts = [lines[n].text for n in kept]

    def is_sheet(at: int) -> bool:
        return kinds[at] == "header" and (bool(stated_date(texts[at])) or bool(page_number(lines[kept[at]])))

    def title_above(at: int) -> int | None:
        """Where the title lines above a byline begin."""
        first = at
        while first > 0 and kinds[first - 1] in ("short", "names", "header") and at - first < 8:
            first -= 1
        while first < at and kinds[first] != "short" and not is_sheet(first):
            first += 1
        letters = sum(len(texts[k]) for k in range(first, at) if kinds[k] == "short")
        return first if letters >= 6 else None

    found = [0]
    prose = -1  # the last body line before `at`
    for at in range(1, len(kept)):
        prose = at - 1 if kinds[at - 1] == "body" else prose
        before = kinds[at - 1]
        prose_next = any(k == "body" for k in kinds[at + 1 : at + 4])
        if kinds[at] == "names" and before in ("short", "header") and prose_next:
            names = names_of(texts[at], pack)
            start = title_above(at) if names and len(names.spans) <= 6 else None
        elif kinds[at] == "body" and before in ("short", "names", "header") and has_dateline(texts[at], pack):
            start = title_above(at)
        elif (
            kinds[at] == "short"
            and (before not in ("short", "names", "header") and simplified(texts[at]).strip("【】[]■◆：: ") in words(pack).sidebar)
            and prose_next
        ):
            start = at
        elif kinds[at] == "short" and before == "header" and is_sheet(at - 1) and prose_next:
            start = at - 1
            while start > 0 and kinds[start - 1] == "header":
                start -= 1
        elif kinds[at] == "short" and before == "credit" and prose_next and _closes(texts[at - 1]):
            two = kinds[at + 1] == "short"
            start = at if two or (len(texts[at]) >= 14 and lines[kept[at]].gap <= page.usual + 1) else None
        else:
            start = None
        if start is not None and start > found[-1] and prose >= found[-1]:
            found.append(start)
    return found


def _in_stretches(page: _Page, kept: list[int], starts: list[int]) -> Iterator[int]:
    """The places where an article begins, and those where one goes on that is longer than any article is: before a line."""
    for first, after in pairwise([*starts, len(kept)]):
        yield first
        size = 0
        for at in range(first, after):
            size += len(page.lines[kept[at]].text)
            if size > LONGEST_ARTICLE:
                yield at
                size = len(page.lines[kept[at]].text)


def _closes(text: str) -> bool:
    """Whether a credit ends an article: it speaks of all its pictures, or says that it is complete."""
    text = simplified(text)
    return text[0] in "（(" and ("提供" in text or "供图" in text or text[1:-1] == "完")


# --- the blocks of an article --------------------------------------------------------------------------------------------------


def _arrange(page: _Page, numbers: list[int]) -> list[tuple[str, list[int]]]:
    """The blocks of an article: kind and lines. A paragraph goes on past captions, credits and page headers, never past a heading."""
    lines, kinds = page.lines, page.kinds
    text_after = [False] * (len(numbers) + 1)
    for at in range(len(numbers) - 1, -1, -1):
        text_after[at] = text_after[at + 1] or kinds[numbers[at]] == "body"
    untitled = not text_after[0]
    blocks: list[tuple[str, list[int]]] = []
    paragraph: list[int] | None = None  # the one that has not ended yet
    earlier = ""  # how the paragraph before it ended
    head, bylined = True, False

    def prose(number: int) -> None:
        nonlocal paragraph, earlier, head
        head = False
        if paragraph and _joins(page, paragraph[-1], number, earlier):
            paragraph.append(number)
        else:
            earlier = ending(lines[blocks[-1][1][-1]].text) if blocks and blocks[-1][0] == "body" else ""
            paragraph = [number]
            blocks.append(("body", paragraph))

    for at, number in enumerate(numbers):
        line, kind = lines[number], kinds[number]
        after = next((n for n in numbers[at + 1 : at + 7] if kinds[n] in ("body", "short", "names")), None)
        sign = None
        if kind == "names":
            names = names_of(line.text, page.pack)
            stray = not names or not names.sure
            rest = stray and line.gap > 0 and after is not None and page.soft(after) and kinds[after] == "body"
            if not rest and (head or not stray or not text_after[at + 1]):
                blocks.append(("byline", [number]))
                bylined = True
                continue
            sign = False if rest else None
            kind = "short"
        if kind == "short":
            if head and not bylined and not untitled:
                under_title = any(k == "title" for k, _ in blocks) and after is not None and kinds[after] == "body"
                cut_off = after is not None and line.gap > 0 and page.soft(after)  # the beginning of the first sentence
                if not under_title or heading_sign(line) or not (cut_off or ending(line.text) == "colon"):
                    blocks.append(("title", [number]))
                    continue
                sign = False
            if sign is None:
                sign = _is_heading(page, number, after if text_after[at + 1] else None, paragraph, bool(blocks) and blocks[-1][0] == "heading")
            if sign:
                blocks.append(("heading", [number]))
                paragraph, head = None, False
                continue
            kind = "body"
        if kind == "body":
            prose(number)
        else:
            blocks.append((kind, [number]))
    return blocks


def _is_heading(page: _Page, number: int, after: int | None, paragraph: list[int] | None, under_heading: bool) -> bool:
    """Whether a short line is a heading, and not the beginning, middle or end of a broken sentence."""
    line = page.lines[number]
    if after is None or page.full(number):
        return False
    rest = page.lines[after]
    if heading_sign(line):
        return True
    pending = ending(page.lines[paragraph[-1]].text) if paragraph else "end"
    if paragraph and pending != "end" and (page.soft(number) or page.full(paragraph[-1]) or pending == "comma" or any(c.isdigit() for c in line.text)):
        return False
    if page.soft(after) and (page.kinds[after] == "body" or ending(rest.text) == "colon") and not (under_heading and line.gap == 0):
        return False
    halves = line.text.split("，")  # 一塘好水，养出“金鲈鱼”; a sentence may be cut off right after its comma
    return not goes_on(rest.text) and ending(line.text) != "colon" and len(line.text) <= 26 and len(halves) <= 2 and min(map(len, halves)) >= 3


def _joins(page: _Page, head: int, tail: int, earlier: str) -> bool:
    """Whether a line goes on with the sentence of another. `earlier`: how the paragraph before that one ended."""
    first, rest = page.lines[head].text, page.lines[tail].text
    end = ending(first)
    if goes_on(rest):
        return True
    if end == "end" or STARTER.match(rest) or (first[0] in "（(" and first[-1] in "）)"):
        return False
    soft = page.soft(tail) and tail == head + 1
    if end == "dots":
        return soft
    if end in ("list", "colon"):
        if ending(rest) == "list" or (end == "list" and earlier in ("list", "colon")):
            return False
        return soft or len(first) > 60 or (end == "colon" and rest[0] in "“「")
    return True


# --- clean text ----------------------------------------------------------------------------------------------------------------


def _runs(line: Line, start: int, offset: int = 0, size: int | None = None) -> Iterator[Run]:
    """The runs of a line, or of a part of it, whose first character stands at `start` of the clean text."""
    stop = offset + (len(line.text) if size is None else size)
    at = 0
    for raw, length in line.pieces:
        low, high = max(at, offset), min(at + length, stop)
        if low < high:
            yield Run(start + low - offset, raw + low - at, high - low)
        at += length


def _assemble(page: _Page, arranged: list[tuple[str, list[int]]]) -> tuple[Article, dict[int, int]]:
    """The article of the blocks, and where each line stands in its clean text."""
    parts: list[str] = []
    runs: list[Run] = []
    blocks: list[Block] = []
    place: dict[int, int] = {}
    at = 0
    for kind, numbers in arranged:
        if at:
            parts.append("\n")
            at += 1
        start = at
        for number in numbers:
            line = page.lines[number]
            if at > start and parts[-1][-1].isascii() and parts[-1][-1].isalpha() and line.text[0].isascii() and line.text[0].isalpha():
                parts.append(" ")  # two Latin words; Chinese needs nothing between
                at += 1
            place[number] = at
            runs += _runs(line, at)
            parts.append(line.text)
            at += len(line.text)
        blocks.append(Block(kind, Span(start, at)))
    text = "".join(parts)
    byline = _byline(text, blocks, page.pack)
    folded = fold(text)
    return Article("a_" + digest(text), "", text, tuple(blocks), tuple(runs), byline, folded=folded, prints=fingerprint(folded)), place


def _copied(page: _Page, copies: dict[int, Parts], place: dict[int, tuple[int, int]]) -> dict[int, list[Copy]]:
    """The copies of each article; those that follow one another in the raw file and in the text are one."""
    out: dict[int, list[Copy]] = {}

    def resolve(parts: Parts) -> Iterator[tuple[int, int, int]]:
        for line, offset, size in parts:
            if line not in copies:
                yield line, offset, size
                continue
            for owner, start, length in copies[line]:  # the first printing was found to be a copy itself
                low, high = max(start, start + offset), min(start + length, start + offset + size)
                yield owner, low, high - low

    for number in sorted(copies):
        done = 0
        for line, offset, size in resolve(copies[number]):
            article, at = place[line]
            start = at + offset
            runs = tuple(_runs(page.lines[number], start, done, size))
            done += size
            known = out.setdefault(article, [])
            if known and known[-1].span.end == start and known[-1].runs[-1].raw < runs[0].raw:
                known[-1] = Copy(Span(known[-1].span.start, start + size), (*known[-1].runs, *runs))
            else:
                known.append(Copy(Span(start, start + size), runs))
    return out


def _byline(text: str, blocks: list[Block], pack: Pack) -> tuple[Span, ...]:
    """The reporters' names, each once: from byline lines, datelines, labels and the signature of a comment."""
    spans: dict[str, Span] = {}
    for block in blocks:
        if block.kind in ("title", "heading", "caption"):
            continue
        start, part = block.span.start, text[block.span.start : block.span.end]
        if block.kind == "byline":
            names = names_of(part, pack)
            found = names.spans if names else ()
        else:
            found = authors(part, pack)
            if block.kind == "credit" and not found:
                found = _signature(part, pack)
        for span in found:
            spans.setdefault("".join(part[span.start : span.end].split()), Span(start + span.start, start + span.end))
    return tuple(spans.values())


def _signature(text: str, pack: Pack) -> tuple[Span, ...]:
    """The name at the end of a line in brackets that gives its bearer's post: (某研究院副所长，张颖)."""
    if text[0] not in "（(" or words(pack).closing.search(simplified(text)):
        return ()
    start = max(text.rfind(mark) for mark in "，,、 　") + 1
    names = names_of(text[start:-1], pack) if start else None
    return tuple(Span(start + s.start, start + s.end) for s in names.spans) if names else ()


def credited(article: Article, pack: Pack | None = None) -> tuple[Span, ...]:
    """The names of others who worked on the page: photographers, editors, draughtsmen."""
    pack = pack or load()
    spans: dict[str, Span] = {}
    for block in article.blocks:
        if block.kind in ("caption", "credit", "header"):
            part = article.at(block.span)
            for s in credits(part, pack):
                spans.setdefault(part[s.start : s.end], Span(block.span.start + s.start, block.span.start + s.end))
    return tuple(spans.values())


def _dated(page: _Page, blocks: list[tuple[str, list[int]]], known: Meta, issued: TimeRef | None) -> tuple[Meta, TimeRef | None]:
    """What the article's page headers state; what they leave open holds on from the article before."""
    own = Meta()
    day: TimeRef | None = None
    for kind, numbers in blocks:
        if kind != "header":
            continue
        line = page.lines[numbers[0]]
        own = header_meta(line, own, page.pack)
        stated = stated_date(line.text)
        if stated and day is None:
            span, when = stated
            day = TimeRef(line.text[span.start : span.end], when, when, "timeStated", "asOf")
    return Meta(own.date or known.date, own.paper or known.paper, own.page or known.page), day or issued
