"""What extracted text looks like: a paragraph a line, headings marked with #, a row of a table as one sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import unescape

_END = re.compile(r"[。！？!?；;：:…]+[”’」』）)]*$")
_HAN = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f“”‘’…—"
_SOFT = re.compile(rf"(?<=[{_HAN}])[ \t\xa0]*\n[ \t\xa0\n]*(?=[{_HAN}])")
_TAGGED = re.compile(r"</(?:p|div|span|strong|td|a)>|<br\s*/?>", re.IGNORECASE)
_BREAKS = re.compile(r"\s*</(?:p|div|tr|li|h\d)>\s*|\s*<br\s*/?>\s*", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][\w:-]*(?:\s[^<>]*)?/?>|<!--.*?-->", re.DOTALL)
LONG = 80  # characters of a cell that is no cell of a table of figures, but prose set in a frame


def line(text: str) -> str:
    """One line: line breaks and runs of white space become a space, or nothing between two Chinese characters.

    >>> line(" 发放\\n  贷款 30  万元 ")
    '发放贷款 30 万元'
    """
    return re.sub(r"[ \t\r\n\f\v\x1c-\x1e\x85\u2028\u2029]+", " ", _SOFT.sub("", text.replace("\r", "\n"))).strip(" ")


def heading(text: str) -> str:
    """A heading as its own line; the mark is no part of what is read."""
    return f"# {text}" if text and not text.startswith("#") else text


def row(cells: Sequence[str]) -> str:
    """A row of a table: cells parted by ；, closed by 。 so that no row runs into the next.

    >>> row(["某支行", "", "路灯改造项目", "500万元"])
    '某支行；路灯改造项目；500万元。'
    """
    told = [c for c in map(line, cells) if c]
    text = "；".join(c.rstrip("；;。") for c in told)
    return text if len(told) < 2 or _END.search(text) else text + "。"


def table(rows: Iterable[Sequence[Sequence[str]]]) -> list[str]:
    """The lines of a table, each cell a list of paragraphs. Cells of several paragraphs, or of long ones, are prose: layout, not figures."""
    out: list[str] = []
    for cells in rows:
        if any(len([p for p in cell if p.strip()]) > 1 or len("".join(cell)) > LONG for cell in cells):
            out += [p for cell in cells for p in cell]
        else:
            out.append(row(["".join(cell) for cell in cells]))
    return out


def without_tags(words: str) -> str:
    """Text that was cut out of a web page with its tags: paragraphs and line breaks as lines, all other tags gone.

    >>> without_tags("<p>某行&nbsp;放款<b>30</b>万元。</p><p>a<b</p>"), without_tags("a<b, c>d")
    ('某行\\xa0放款30万元。\\na<b\\n', 'a<b, c>d')
    """
    if not _TAGGED.search(words):
        return words
    return unescape(_TAG.sub("", _BREAKS.sub("\n", words)))


def text(lines: Iterable[str]) -> str:
    """The lines as a text; those that hold nothing are left out."""
    return "".join(f"{one}\n" for one in lines if one.strip())
