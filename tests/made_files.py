"""Real files of each kind, made for the tests: Word, spreadsheets, web pages, archives."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

TITLE = "柿子林里有了新路灯"
LEAD = "本报讯（记者 王小明）近日，工行萧山分行为临浦镇横一村路灯改造项目发放贷款300万元。"
BODY = "截至2023年6月末，该行涉农贷款余额48.7亿元。"
ARTICLE = (TITLE, LEAD, BODY)


def saved(thing: Any) -> bytes:
    out = io.BytesIO()
    thing.save(out)
    return out.getvalue()


def word(paragraphs: Sequence[str] = ARTICLE, rows: Sequence[Sequence[str]] = ()) -> bytes:
    """A document: the first paragraph is its title, then a table."""
    import docx

    document = docx.Document()
    for n, text in enumerate(paragraphs):
        document.add_paragraph(text, style="Title" if n == 0 else None)
    if rows:
        table = document.add_table(rows=len(rows), cols=len(rows[0]))
        for row, cells in zip(table.rows, rows, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
    return saved(document)


def workbook(sheets: dict[str, Sequence[Sequence[Any]]]) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    return saved(book)


LIST = workbook(
    {
        "新闻": [
            ["乡村振兴报道汇总"],
            ["序号", "标题", "正文", "发布日期", "来源", "版面", "链接"],
            [1, TITLE, f"{LEAD}\n{BODY}", datetime(2023, 7, 11), "萧山日报", 4, "https://example.org/a"],
            [2, "", "", "", "", "", ""],
            [3, "又一条", "农行萧山分行发放贷款50万元。", "2023年7月12日", "", "", ""],
        ]
    }
)

# as the systems of electronic newspapers write an article
PAPER = f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312"><title>某日报电子版</title>
<script>var pages = 3;</script><style>p {{color: red}}</style></head><body>
<!--enpproperty <articleid>7</articleid><date>2023-07-11 00:00:00.0</date><author>王小明</author><title>{TITLE}</title><keyword></keyword>
<subtitle>——工行支持乡村建设</subtitle><introtitle></introtitle><siteid>2</siteid><nodename>04版：要闻</nodename>/enpproperty-->
<div class="nav"><a href="a">首页</a> <a href="b">要闻</a> <a href="c">经济</a> <a href="d">社会</a></div>
<table><tr><td><founder-title>{TITLE}</founder-title></td></tr><tr><td>2023年07月11日 第04版：要闻 来源：萧山日报</td></tr>
<tr><td><founder-content><P>　　{LEAD}</P><P>　　{BODY}</P></founder-content></td></tr></table>
<div id="footer">版权所有</div></body></html>"""

# as a site of a government writes it
SITE = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><meta name="ArticleTitle" content="{TITLE}"><meta name="PubDate" content="2023-07-11 10:12">
<meta name="ContentSource" content="萧山日报"><link rel="canonical" href="https://example.org/a"></head><body>
<header><a href="/">首页</a></header><nav><ul><li><a href="1">要闻</a></li></ul></nav>
<div class="breadcrumb">当前位置：首页 &gt; 要闻</div>
<div class="share">分享到：微信</div>
<p>{LEAD}</p><p>{BODY}</p>
<table><tr><th>银行</th><th>金额</th></tr><tr><td>农行萧山分行</td><td>50万元</td></tr></table>
<ul class="list"><li><a href="1">链接一</a></li><li><a href="2">链接二</a></li><li><a href="3">链接三</a></li><li><a href="4">链接四</a></li></ul>
<footer>版权所有</footer></body></html>"""


def archive(files: dict[str, str | bytes], *, encoding: str = "") -> bytes:
    """A .zip; with an `encoding`, its names are in that, unmarked, as Windows writes them."""
    out = io.BytesIO()
    swapped: list[tuple[bytes, bytes]] = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for n, (name, content) in enumerate(files.items()):
            real = name.encode(encoding) if encoding else b""
            held = f"{n:0{len(real)}d}" if encoding else name
            swapped.append((held.encode(), real))
            z.writestr(held, content.encode() if isinstance(content, str) else content)
    data = out.getvalue()
    for held_bytes, real in swapped if encoding else ():
        data = data.replace(held_bytes, real)
    return data


def locked_archive(name: str, content: bytes, password: bytes = b"x") -> bytes:
    """A .zip whose one entry is locked, by the cipher of PKZIP."""
    keys = [0x12345678, 0x23456789, 0x34567890]

    def step(byte: int) -> None:
        keys[0] = zlib.crc32(bytes([byte]), keys[0] ^ 0xFFFFFFFF) ^ 0xFFFFFFFF
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = zlib.crc32(bytes([keys[1] >> 24]), keys[2] ^ 0xFFFFFFFF) ^ 0xFFFFFFFF

    def locked(byte: int) -> int:
        t = (keys[2] | 2) & 0xFFFF
        out = byte ^ ((t * (t ^ 1)) >> 8) & 0xFF
        step(byte)
        return out

    for byte in password:
        step(byte)
    check = zlib.crc32(content)
    body = bytes(map(locked, bytes(11) + bytes([check >> 24]) + content))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as z:
        z.writestr(zipfile.ZipInfo(name), bytes(len(body)))
    plain = zlib.crc32(bytes(len(body)))
    data = out.getvalue().replace(bytes(len(body)), body, 1)
    data = data.replace(plain.to_bytes(4, "little"), check.to_bytes(4, "little"))
    data = data.replace(len(body).to_bytes(4, "little") * 2, len(body).to_bytes(4, "little") + len(content).to_bytes(4, "little"))
    local, central = data.index(b"PK\x03\x04"), data.index(b"PK\x01\x02")
    marked = bytearray(data)
    marked[local + 6] |= 1
    marked[central + 8] |= 1
    return bytes(marked)
