"""Folding for matching: widths and Traditional characters, one character for one, so that offsets stay."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

_TABLE = Path(__file__).parent / "pack" / "fold.txt"
# Letters, digits and the signs that stand with numbers; Chinese punctuation keeps its width.
_WIDE = {chr(code): chr(code - 0xFEE0) for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B), *map(ord, "％＋－／＆"))}
# Parts of characters that PDF fonts give for the characters themselves: 2F00–2FD5 have a compatibility form, these have none.
_RADICALS = dict(
    zip("⺠⺟⺫⺮⺼⻁⻄⻅⻆⻉⻋⻌⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰⻳", "民母目竹肉虎西见角刂车辶长门青韦页风飞食马骨鬼鱼鸟麦黄齐齿龙龟", strict=True)
)
_COMPATIBLE = re.compile("[\u2e80-\u2fd5\uf900-\ufaff\ufb00-\ufb06]")
_QUOTES = dict(zip("「」『』", "“”‘’", strict=True))
_HALF = {",": "，", ";": "；", ":": "：", "!": "！", "?": "？"}
_MARK = re.compile(r"(?<=[\u4e00-\u9fff”’）)%])[,;:!?]|[,;:!?](?=[\u4e00-\u9fff“‘])")  # Chinese set with half-width marks; 1,200 and 12:30 stay
_POINT = re.compile(r"(?<=[0-9])．(?=[0-9])")


@cache
def _traditional() -> tuple[dict[int, str], re.Pattern[str]]:
    """The translation of Traditional characters, radicals among them, and a pattern that finds the first."""
    old, new = (line for line in _TABLE.read_text("utf-8").splitlines() if not line.startswith("#"))
    table = dict(zip(old, new, strict=True))
    radicals = {c: u for c in map(chr, (*range(0x2E80, 0x2FD6), *range(0xF900, 0xFB00))) if (u := unified(c)) != c}
    table |= {c: table.get(u, u) for c, u in radicals.items()}
    return str.maketrans(table), re.compile("[" + re.escape("".join(sorted(table))) + "]")


@cache
def _folding() -> tuple[dict[int, str], re.Pattern[str]]:
    """The translation, and a pattern that finds the first character it would change."""
    table = {chr(code): c for code, c in _traditional()[0].items()} | _WIDE | _QUOTES
    return str.maketrans(table), re.compile("[" + re.escape("".join(sorted(table))) + "]")


def fold(text: str) -> str:
    """The text as rules and lexicons match it: full-width digits and letters in half width, half-width marks between
    Chinese in full width, Traditional characters and corner quotes in their Simplified forms. The length never changes.

    >>> fold("受災６１２畝，賠付５．６％（「菇農貸」）")
    '受灾612亩，赔付5.6%（“菇农贷”）'
    >>> fold("近日,发放1,200万元")
    '近日，发放1,200万元'
    """
    table, foldable = _folding()
    if foldable.search(text):
        text = text.translate(table)
    if "," in text or ":" in text or ";" in text or "!" in text or "?" in text:
        text = _MARK.sub(lambda m: _HALF[m[0]], text)
    return _POINT.sub(".", text) if "．" in text else text


@lru_cache(maxsize=8192)  # the same few names and lines are asked for again and again
def simplified(text: str) -> str:
    """The text with Traditional characters in their Simplified forms; widths and marks stay. The length never changes.

    >>> simplified("圖／記者 鍾麗芳")
    '图／记者 钟丽芳'
    """
    table, traditional = _traditional()
    return text.translate(table) if traditional.search(text) else text


def unified(text: str) -> str:
    """The text with the characters that look the same in the place of radicals, compatibility forms and ligatures; all else stays.

    >>> unified("⼀⾏⻓ ﬁn")
    '一行长 fin'
    """
    if not _COMPATIBLE.search(text):
        return text
    return _COMPATIBLE.sub(lambda m: _RADICALS.get(m[0]) or unicodedata.normalize("NFKC", m[0]), text)
