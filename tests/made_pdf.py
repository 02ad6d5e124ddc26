"""PDF files made for the tests: newspaper pages set in columns, reports, scans, locked and turned ones."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

FONT = "STSong-Light"
WIDTH, HEIGHT = 595.0, 842.0
INDENT = "　　"


def canvas(**options: Any) -> tuple[Any, io.BytesIO]:
    """A canvas that writes the same bytes each time, and where it writes to."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    out = io.BytesIO()
    return Canvas(out, pagesize=(WIDTH, HEIGHT), invariant=1, **options), out


def wrapped(paragraphs: Sequence[str], letters: int) -> Iterator[str]:
    """Paragraphs as lines of so many characters, the first indented by two."""
    for paragraph in paragraphs:
        text = INDENT + paragraph
        yield from (text[n : n + letters] for n in range(0, len(text), letters))


def put(page: Any, text: str, x: float, y: float, size: float = 10.0) -> None:
    page.setFont(FONT, size)
    page.drawString(x, y, text)


def columns(
    page: Any, lines: Sequence[str], *, count: int, x: float, y: float, letters: int, gutter: float = 12.0, size: float = 10.0, lead: float = 15.0
) -> float:
    """Set lines in columns of one height, side by side; returns the lowest line's y."""
    high = -(-len(lines) // count)
    for n, line in enumerate(lines):
        put(page, line, x + (n // high) * (letters * size + gutter), y - (n % high) * lead, size)
    return y - (high - 1) * lead


def finished(page: Any, out: io.BytesIO) -> bytes:
    page.save()
    return out.getvalue()


def sheet(title: str, paragraphs: Sequence[str], *, count: int = 2, letters: int = 22) -> Any:
    """Draws a page: a title over columns."""

    def draw(page: Any) -> None:
        put(page, title, 60, 760, 22)
        columns(page, list(wrapped(paragraphs, letters)), count=count, x=60, y=730, letters=letters)

    return draw


def bound(sheets: Sequence[Any], **options: Any) -> bytes:
    """The pages as one file."""
    page, out = canvas(**options)
    for draw in sheets:
        draw(page)
        page.showPage()
    return finished(page, out)
