"""Markdown without its marks: links, emphasis, tables, fences and front matter; what is no markup stays as it is."""

from __future__ import annotations

import re

from . import plain

_FRONT = re.compile(r"\A---[ \t]*\n(.*?\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"^([A-Za-z_]+|[\u4e00-\u9fff]{2,6})[ \t]*[:：][ \t]*(.*?)[ \t]*$", re.MULTILINE)
_FENCE = re.compile(r"[ ]{0,3}(`{3,}|~{3,})[^`]*$")
_RULE = re.compile(r"[ ]{0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_UNDER = re.compile(r"[ ]{0,3}(=+|-+)[ \t]*$")
_SPLIT = re.compile(r"[ ]{0,3}\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)*\|?[ \t]*$")
_DEFINED = re.compile(r"[ ]{0,3}\[[^\]]+\]:[ \t]*\S+.*$")
_ITEM = re.compile(r"[ \t]*[-*+][ \t]+(?:\[[ xX]\][ \t]+)?")
_INLINE = (
    (re.compile(r"<!--.*?-->", re.DOTALL), ""),
    (re.compile(r"!\[[^\]\n]*\](?:\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)|\[[^\]\n]*\])"), ""),
    (re.compile(r"\[([^\]\[\n]+)\]\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)"), r"\1"),
    (re.compile(r"\[([^\]\[\n]+)\]\[[^\]\n]*\]"), r"\1"),
    (re.compile(r"<(https?://[^>\s]+|[\w.+-]+@[\w-]+\.[\w.-]+)>"), r"\1"),
    (re.compile(r"</?(?:b|i|u|em|strong|span|font|sub|sup|center|p|div|br)(?:\s[^<>\n]*)?/?>", re.IGNORECASE), ""),
    (re.compile(r"(`+)(?!`)([^`\n]+?)(?<!`)\1(?!`)"), r"\2"),
    (re.compile(r"\*\*(?=\S)([^*\n]+?)(?<=\S)\*\*"), r"\1"),
    (re.compile(r"__(?=\S)([^_\n]+?)(?<=\S)__(?!\w)"), r"\1"),
    (re.compile(r"(?<![*0-9A-Za-z])\*(?=[^\s*])([^*\n]+?)(?<=[^\s*])\*(?![*0-9A-Za-z])"), r"\1"),
    (re.compile(r"(?<![_\w])_(?=[^\s_])([^_\n]+?)(?<=[^\s_])_(?![_\w])"), r"\1"),
    (re.compile(r"~~(?=\S)([^~\n]+?)(?<=\S)~~"), ""),  # struck out: taken back
    (re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>~])"), r"\1"),
)
_TITLE = ("title", "标题", "题目")


def read_markdown(text: str) -> tuple[str, dict[str, str]]:
    """The text, and the fields of its front matter by name in lower case; the text itself where it has no markup to take out.

    >>> read_markdown("# 标题\\n\\n**某行**向[某村](http://a.b)贷款2*3万元。\\n")
    ('# 标题\\n\\n某行向某村贷款2*3万元。\\n', {})
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    fields: dict[str, str] = {}
    front = _FRONT.match(text)
    if front and _FIELD.search(front[1]):
        fields = {m[1].lower(): m[2].strip("\"'") for m in _FIELD.finditer(front[1])}
        text = text[front.end() :]
        title = next((fields[k] for k in _TITLE if fields.get(k)), "")
        if title and title not in text[: len(title) + 80]:
            text = f"# {title}\n\n{text.lstrip(chr(10))}"
    out: list[str] = []
    fence = ""
    lines = text.split("\n")
    for number, one in enumerate(lines):
        mark = _FENCE.match(one)
        if mark and (not fence or (mark[1][0] == fence[0] and len(mark[1]) >= len(fence) and one.strip() == mark[1])):
            fence = "" if fence else mark[1]
        elif fence:
            out.append(one)
        elif _SPLIT.match(one) and "|" in one and number and "|" in lines[number - 1]:
            pass
        elif _is_row(lines, number):
            out.append(plain.row(_inline(one.strip().strip("|")).split("|")))
        elif _UNDER.match(one) and number and lines[number - 1].strip() and not _UNDER.match(lines[number - 1]) and _lone(lines, number - 1):
            out[-1] = plain.heading(out[-1])
        elif _DEFINED.match(one) or (_RULE.match(one) and not one.strip(" \t*-_")):
            out.append("")
        else:
            item = _ITEM.match(one)
            out.append(_inline(one[item.end() :] if item else one))
    return "\n".join(out), fields


def _lone(lines: list[str], number: int) -> bool:
    """Whether a line is a paragraph of its own and may be a title: short, no list, no heading yet."""
    return (number == 0 or not lines[number - 1].strip()) and len(lines[number]) <= 60 and lines[number].lstrip()[0] not in "#>-*+|"


def _is_row(lines: list[str], number: int) -> bool:
    """Whether a line is a row of a table: bars in it, and the table's rule above or below without a gap."""
    if "|" not in lines[number]:
        return False
    if number + 1 < len(lines) and _SPLIT.match(lines[number + 1]) and "|" in lines[number + 1]:
        return True
    at = number - 1
    while at >= 0 and "|" in lines[at]:
        if _SPLIT.match(lines[at]):
            return at > 0 and "|" in lines[at - 1]
        at -= 1
    return False


def _inline(text: str) -> str:
    if not re.search(r"[\[<`*_~\\]", text):
        return text
    for pattern, shown in _INLINE:
        text = pattern.sub(shown, text)
    return text
