"""The text layer of a PDF, columns in reading order, and where each page begins in it.

A page is made of pieces: stretches of one line that stand unbroken. Lines that run over a gutter (titles, page heads) part a
page into bands, gutters part a band into columns, and within a column lines become paragraphs by indent, length and distance.
"""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import hypot, pi
from statistics import median
from typing import Any

from . import plain
from .errors import KgError
from .fold import unified

_NUMBER = re.compile(r"[-—–·\s]*(?:第\s*)?\d{1,4}(?:\s*页)?(?:\s*[/／,，]?\s*(?:共\s*)?\d{1,4}\s*页)?(?:\s*[/／]\s*\d{1,4})?[-—–·\s]*")
_ENDED = re.compile(r"[。！？!?；;：:…][”’」』）)]*$")
_EDGE = 0.09  # of a page's height, where its head and foot stand


@dataclass(frozen=True, slots=True)
class Pdf:
    """`pages`: offset of each page in `text`; `bare`: numbers (from 1) of the pages that are pictures without text."""

    text: str
    pages: tuple[int, ...]
    bare: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters of one line with their box: x to the right, y down, in points. `size`: height of a character."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    size: float


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a column. `cells`: its pieces where they stand apart like those of a table, and where these begin."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    cells: tuple[str, ...]
    starts: tuple[float, ...]


def read_pdf(raw: bytes, name: str) -> Pdf:
    """The text of a PDF. Raises KgError if it is broken, locked, a scan without a text layer, or its characters have no meaning."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(raw)
        count = len(document)
    except pypdfium2.PdfiumError as error:
        # the library may tell the fault of the file before
        if "password" in str(error).lower() and b"/Encrypt" in raw:
            raise KgError("file-locked", path=name) from None
        raise KgError("file-broken", path=name, why="no PDF that can be read") from None
    pages: list[list[Row | None]] = []  # None: a page's end of a region
    heights: list[tuple[float, float]] = []
    bare: list[int] = []
    for number in range(count):
        try:
            page = document[number]
            pieces = _pieces(page)
            if not pieces and _pictured(page):
                bare.append(number + 1)
            page.close()
        except pypdfium2.PdfiumError:
            pieces = []
            bare.append(number + 1)
        upright = [p for p in pieces if not _is_upended(p)]
        blocks = [*([p] for p in pieces if _is_upended(p)), *_blocks(upright, _body(upright))]
        pages.append([row for block in blocks for row in (*_rows(block), None)])
        heights.append((min((p.y0 for p in pieces), default=0), max((p.y1 for p in pieces), default=0)))
    document.close()
    written = "".join(row.text for rows in pages for row in rows if row)
    if not written.strip():
        raise KgError("pdf-scan" if bare else "file-no-text", path=name)
    strange = sum(c == "\ufffd" or "\ue000" <= c <= "\uf8ff" or c < " " for c in written)
    if strange * 3 > len(written):
        raise KgError("pdf-garbled", path=name)
    body = _common((row.size, len(row.text)) for rows in pages for row in rows if row)
    dropped = _furniture(pages, heights)
    out: list[str] = []
    starts: list[int] = []
    at = 0
    for number, rows in enumerate(pages):
        starts.append(at)
        kept = [None if row is None or (number, row.y0, row.text) in dropped else row for row in rows]
        told = plain.text(_paragraphs(kept, body))
        out.append(told)
        at += len(told)
    return Pdf("".join(out), tuple(starts), tuple(bare))


# ---------------------------------------------------------------- characters


@dataclass(frozen=True, slots=True)
class Char:
    """A character with its box, y down, once the page is turned as it reads. `apart`: how it stands off from the one before: 0, by
    a gap that the library took for a space (1), by a space that was drawn (2)."""

    text: str
    x0: float
    x1: float
    base: float
    size: float
    apart: int


def _pieces(page: Any) -> list[Piece]:
    """The pieces of a page, turned so that most of its text runs to the right; text of another direction follows it."""
    ways = _chars(page)
    main = max(ways, key=lambda t: (t >= 0, len(ways[t]), -t), default=0)
    upright = _upended(_joined(ways.pop(main, [])))
    others: list[Piece] = []
    low = max((p.y1 for p in upright), default=0.0)
    for way in sorted(ways):
        for piece in _joined(ways[way]):
            if len(piece.text) > 1:
                low += 3 * piece.size  # below all else, each by itself
                others.append(replace(piece, x0=0, x1=piece.x1 - piece.x0, y0=low - piece.size, y1=low))
    return [*upright, *others]


def _chars(page: Any) -> dict[int, list[Char]]:
    """The characters of a page as drawn, by the direction that they run in: quarter turns, -1 for what is slanted."""
    import pypdfium2.raw as pdfium

    textpage = page.get_textpage()
    raw, box, matrix = textpage.raw, pdfium.FS_RECTF(), pdfium.FS_MATRIX()
    x, y = ctypes.c_double(), ctypes.c_double()
    out: dict[int, list[Char]] = {}
    apart = 0
    for i in range(pdfium.FPDFText_CountChars(raw)):
        code = pdfium.FPDFText_GetUnicode(raw, i)
        if code <= 32 or code in (0xA0, 0x3000, 0xFFFE):
            if code in (32, 0xA0, 0x3000):
                apart = max(apart, 1 if pdfium.FPDFText_IsGenerated(raw, i) == 1 else 2)
            continue
        pdfium.FPDFText_GetLooseCharBox(raw, i, ctypes.byref(box))
        pdfium.FPDFText_GetCharOrigin(raw, i, ctypes.byref(x), ctypes.byref(y))
        pdfium.FPDFText_GetMatrix(raw, i, ctypes.byref(matrix))
        size = pdfium.FPDFText_GetFontSize(raw, i) * hypot(matrix.c, matrix.d)
        quarters = pdfium.FPDFText_GetCharAngle(raw, i) / (pi / 2)
        way = round(quarters) % 4 if abs(quarters - round(quarters)) < 0.05 else -1
        left, _, right, _ = _turned(way, box.left, box.bottom, box.right, box.top)
        start, base, _, _ = _turned(way, x.value, y.value, x.value, y.value)
        text = chr(code) if code < 0x110000 else "\ufffd"
        out.setdefault(way, []).append(Char(text, min(left, start), right, base, size or 1.0, apart))
        apart = 0
    textpage.close()
    return out


def _turned(way: int, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
    """x0, y0, x1, y1 with y down, after turning the page so that text of this direction runs to the right."""
    if way == 3:
        return bottom, left, top, right
    if way == 2:
        return -right, bottom, -left, top
    if way == 1:
        return -top, -right, -bottom, -left
    return left, -top, right, -bottom


_REACH = (0.8, 0.5, 1.3)  # characters that a gap may be wide within a piece: without a space, with a supposed, with a drawn one


def _joined(chars: Iterable[Char]) -> list[Piece]:
    """Characters as pieces: one goes on while the next character stands right behind on the same line."""
    out: list[Piece] = []
    held: list[str] = []
    x0 = x1 = base = size = 0.0
    for c in (*chars, None):
        gap = c.x0 - x1 if c else 0.0
        if c and held and 0.6 * size <= c.size <= 1.6 * size and abs(c.base - base) <= 0.3 * size and -0.6 * size <= gap <= _REACH[c.apart] * size:
            ascii_ = c.text.isascii() and held[-1].isascii()
            if (c.apart and gap > 0.15 * size) or gap > (0.18 if ascii_ else 0.7) * size:
                held.append(" ")
            held.append(c.text)
            x1, size = max(x1, c.x1), max(size, c.size)
            continue
        if held:
            out.append(Piece(unified("".join(held)), x0, base - 0.88 * size, x1, base + 0.12 * size, size))
        if c:
            held, x0, x1, base, size = [c.text], c.x0, c.x1, c.base, c.size
    return out


def _upended(pieces: list[Piece]) -> list[Piece]:
    """Titles set downwards, character under character, are one piece."""
    out: list[Piece] = []
    stack: list[Piece] = []

    def close() -> None:
        if len(stack) >= 3:
            out.append(Piece("".join(p.text for p in stack), min(p.x0 for p in stack), stack[0].y0, max(p.x1 for p in stack), stack[-1].y1, stack[0].size))
        else:
            out.extend(stack)
        stack.clear()

    for p in pieces:
        last = stack[-1] if stack else None
        if last and not (
            len(p.text) == 1 and abs(p.size - last.size) < 0.2 * p.size and abs(p.x0 - last.x0) < 0.4 * p.size and -0.3 < (p.y0 - last.y1) / p.size < 0.9
        ):
            close()
        if len(p.text) == 1:
            stack.append(p)
        else:
            out.append(p)
    close()
    return out


def _is_upended(piece: Piece) -> bool:
    return len(piece.text) >= 3 and piece.y1 - piece.y0 > 2 * (piece.x1 - piece.x0)


def _pictured(page: Any) -> bool:
    """Whether a page shows a picture."""
    import pypdfium2.raw as pdfium

    return any(True for _ in page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_IMAGE,), max_depth=3))


def _common(sizes: Iterable[tuple[float, int]]) -> float:
    """The size that most characters have, to half a point."""
    counts: Counter[float] = Counter()
    for size, weight in sizes:
        counts[round(size * 2) / 2] += weight
    return max(counts, key=lambda s: (counts[s], -s), default=10.0)


def _body(pieces: Iterable[Piece]) -> float:
    return _common((p.size, len(p.text)) for p in pieces)


# ---------------------------------------------------------------- columns


def _blocks(pieces: Sequence[Piece], em: float) -> Iterator[list[Piece]]:
    """The pieces of each column of each band, in reading order."""
    gutter = _gutter(pieces, em)
    if gutter is None:
        if pieces:
            yield list(pieces)
        return
    over = [p for p in pieces if p.x0 < gutter < p.x1]
    beside = [p for p in pieces if not p.x0 < gutter < p.x1]
    inset = [p for p in over if p.size < 1.2 * em and _enclosed(p, beside, gutter) and not _level(p, beside)]
    over = [p for p in over if p not in inset]
    over += [p for p in beside if _level(p, over)]  # other columns than these
    beside = [p for p in beside if p not in over]
    for band in _bands(over, beside, em):
        if any(p in over for p in band):
            yield from _blocks(band, em) if len(band) < len(pieces) else [band]
        else:
            yield from _blocks([p for p in band if p.x1 <= gutter], em)
            yield from _blocks([p for p in band if p.x0 >= gutter], em)
    if inset:
        yield inset


def _level(piece: Piece, others: Iterable[Piece]) -> bool:
    """Whether one of the others stands on the line of a piece."""
    return any(min(piece.y1, p.y1) - max(piece.y0, p.y0) > 0.5 * min(piece.size, p.size) for p in others)


def _enclosed(piece: Piece, beside: Iterable[Piece], gutter: float) -> bool:
    """Whether both columns stand above and below a piece: the caption of a picture in their midst."""
    around = {(p.x0 >= gutter, p.y0 > piece.y0) for p in beside}
    return len(around) == 4


def _bands(over: list[Piece], beside: list[Piece], em: float) -> list[list[Piece]]:
    """From the top down: the pieces that run over a gutter, and what stands between them. A title over one column begins a band
    too, where white stands above it from edge to edge."""
    out: list[list[Piece]] = []
    kind, floor = "", 0.0
    for p in sorted([*over, *beside], key=lambda p: (p.y0 + p.y1, p.x0)):
        now = "over" if p in over else "beside"
        if now == "beside" and kind == "over" and p.size >= 1.25 * em and abs(p.size - out[-1][-1].size) < 0.1 * em and p.y0 - floor < 0.8 * p.size:
            now = "over"  # the rest of a title
        titled = now == kind == "beside" and p.size >= 1.25 * em and p.y0 >= floor + 0.5 * em
        if now != kind or titled:
            out.append([])
        out[-1].append(p)
        floor = max(floor, p.y1) if not titled and now == kind else p.y1
        kind = now
    return out


def _gutter(pieces: Sequence[Piece], em: float) -> float | None:
    """The middle of the white strip that parts the most even columns of prose, or None. Few pieces may run over it."""
    if len(pieces) < 6:
        return None
    found: list[tuple[int, float, float]] = []  # pieces that run over, width, middle
    for edge in sorted({round(p.x1, 1) for p in pieces}):
        left = [p for p in pieces if p.x1 <= edge + 0.1]
        right = [p for p in pieces if p.x0 >= edge + 0.4 * em]
        over = len(pieces) - len(left) - len(right)
        if len(left) < 3 or len(right) < 3 or over * 3 > len(pieces):
            continue
        width = min(p.x0 for p in right) - edge
        middle = edge + width / 2
        clear = width >= 0.55 * em and over == sum(p.x0 < middle < p.x1 for p in pieces)  # none begins or ends within the strip
        if clear and _prose(left) and _prose(right) and _side_by_side(left, right):
            found.append((over, -width, middle))
    return min(found)[2] if found else None


def _prose(side: Sequence[Piece]) -> bool:
    """Whether a side is made of lines and not of a table's cells."""
    return median(len(p.text) for p in side) >= 6


def _side_by_side(left: Sequence[Piece], right: Sequence[Piece]) -> bool:
    """Whether at least two lines of each side have a neighbour on the other."""

    def beside(a: Sequence[Piece], b: Sequence[Piece]) -> int:
        return sum(any(p.y0 < q.y1 and q.y0 < p.y1 for q in b) for p in a)

    return beside(left, right) >= 2 and beside(right, left) >= 2


# ---------------------------------------------------------------- lines and paragraphs


def _rows(block: Sequence[Piece]) -> list[Row]:
    """The lines of a column, from the top down."""
    lines: list[list[Piece]] = []
    for p in sorted(block, key=lambda p: (p.y0 + p.y1, p.x0)):
        last = lines[-1] if lines else None
        if last and min(p.y1, last[0].y1) - max(p.y0, last[0].y0) > 0.5 * min(p.y1 - p.y0, last[0].y1 - last[0].y0):
            last.append(p)
        else:
            lines.append([p])
    return [_row(sorted(line, key=lambda p: p.x0)) for line in lines]


def _row(line: Sequence[Piece]) -> Row:
    text, cells, starts = line[0].text, [line[0].text], [line[0].x0]
    for before, p in pairwise(line):
        gap = p.x0 - before.x1
        if gap > 0.4 * p.size:
            cells.append(p.text)
            starts.append(p.x0)
        else:
            cells[-1] += p.text if gap < 0.2 * p.size else " " + p.text
        text += p.text if gap < 0.2 * p.size else " " + p.text
    size = _common((p.size, len(p.text)) for p in line)
    return Row(text, line[0].x0, min(p.y0 for p in line), max(p.x1 for p in line), max(p.y1 for p in line), size, tuple(cells), tuple(starts))


def _furniture(pages: Sequence[Sequence[Row | None]], heights: Sequence[tuple[float, float]]) -> set[tuple[int, float, str]]:
    """Page numbers, and heads and feet that three pages and most of them repeat in the same place and words: all but the first."""
    out: set[tuple[int, float, str]] = set()
    seen: dict[tuple[str, int], list[tuple[int, float, str]]] = {}
    for number, (rows, (top, bottom)) in enumerate(zip(pages, heights, strict=True)):
        margin = _EDGE * (bottom - top)
        shown = [r for r in rows if r]
        for row in shown:
            if top + margin < (row.y0 + row.y1) / 2 < bottom - margin or len(shown) < 3:
                continue
            place = (number, row.y0, row.text)
            if _NUMBER.fullmatch(row.text):
                out.add(place)
            elif "版" not in row.text:
                words = re.sub(r"^[\W\d]+|[\W\d]+$", "", re.sub(r"\s", "", row.text))  # but for the page's number
                seen.setdefault((words, round(row.y0)), []).append(place)
    for places in seen.values():
        if len({p[0] for p in places}) >= max(3, 0.6 * len(pages)):
            out.update(places[1:])
    return out


def _paragraphs(rows: Sequence[Row | None], body: float) -> Iterator[str]:
    """The lines of a page as paragraphs and headings; None parts columns."""
    block: list[Row] = []
    for row in (*rows, None):
        if row is not None:
            block.append(row)
        elif block:
            yield from _block(block, body)
            block = []


def _block(rows: Sequence[Row], body: float) -> Iterator[str]:
    em = _common((r.size, len(r.text)) for r in rows)
    lefts = Counter(round(r.x0 / em) for r in rows if abs(r.size - em) < 0.2 * em)
    left = min((r.x0 for r in rows if lefts[round(r.x0 / em)] * 4 >= max(lefts.values(), default=1)), default=rows[0].x0)
    gap = median([max(0.0, b.y0 - a.y1) for a, b in pairwise(rows)] or [0.0])
    held = ""
    for n, row in enumerate(rows):
        before = rows[n - 1] if n else None
        if _tabular(rows, n):
            yield held
            yield plain.row(row.cells)
            held = ""
            continue
        titled = row.size >= 1.22 * body and len(row.text) <= 60
        right = max(r.x1 for r in rows[max(0, n - 4) : n + 3] if abs(r.size - row.size) < 0.2 * em)
        goes_on = (
            before is not None
            and bool(held)
            and not titled
            and abs(row.size - before.size) <= 0.15 * em
            and not 1.2 * em <= row.x0 - left <= 6 * em
            and before.x1 > right - (1.6 * em if _ENDED.search(held) else 0.3 * (right - left))
            and row.y0 - before.y1 <= 1.6 * gap + 0.4 * em
        )
        if goes_on:
            space = held[-1].isascii() and held[-1].isalnum() and row.text[0].isascii() and row.text[0].isalpha()
            held += (" " if space else "") + row.text
        else:
            yield held
            held = row.text
        if titled:
            yield plain.heading(held)
            held = ""
    yield held


def _tabular(rows: Sequence[Row], n: int) -> bool:
    """Whether a line is a row of a table: of two cells or more, which begin where those of a line next to it begin."""
    row = rows[n]
    return len(row.cells) > 1 and any(
        len(other.cells) == len(row.cells) and sum(abs(a - b) < 0.5 * row.size for a, b in zip(row.starts, other.starts, strict=True)) >= 2
        for other in (rows[k] for k in (n - 1, n + 1) if 0 <= k < len(rows))
    )
