"""A saved web page as text: the article with its title and its date line, without navigation, scripts, shares and footers.

Pages of electronic newspapers, of government sites and of public accounts say what they hold in fields of their own; these
are taken first. Elsewhere all that reads like prose, headings and tables is kept.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

from . import plain
from .errors import KgError

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]+)|<\?xml[^>]{0,80}?encoding\s*=\s*[\"']([\w-]+)", re.IGNORECASE)
_FOUNDER = re.compile(r"<!--\s*enpproperty(.*?)/enpproperty\s*-->", re.DOTALL)  # what 方正 systems say of an article
_CONTENT = re.compile(r"<!--\s*enpcontent\s*-->(.*?)<!--\s*/enpcontent\s*-->", re.DOTALL)
_SAVED = re.compile(r"<!--\s*saved from url=\(\d+\)(\S+)\s*-->")
_SECONDS = re.compile(r"\b(?:ct|create_time|oriCreateTime)\s*[=:]\s*[\"'](\d{10})[\"']")  # of public accounts: seconds since 1970

_DROP = frozenset(
    "head script style noscript template nav footer aside button select option svg canvas object embed iframe frameset audio video map dialog".split()
)
_BLOCKS = frozenset(
    "address article blockquote body center dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre "
    "section summary table tbody td tfoot th thead tr ul founder-content founder-title".split()
)
_FURNITURE = re.compile(
    r"^(?:nav|navbar|menu|topbar|toolbar|breadcrumbs?|crumbs?|footer|foot|bottom|sidebar|side|aside|share|sharebar|bdshare\w*|social|related|recommend\w*|"
    r"comments?|pinglun|advert\w*|ads?|adbox|banner|copyright|login|search|searchbar|pager|pagination|qrcode|tags?|hot|rank|friendlinks?|links|tools?|weizhi|dqwz)$",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_IDS = ("js_content", "ozoom", "zoom", "Zoom", "UCAP-CONTENT", "content_area", "ArticleContent", "articleContent", "contentText")  # of the article
_CLASSES = ("TRS_Editor", "trs_editor_view", "article-content", "article_content", "rm_txt_con")
_BODY = (
    *(f"//*[@id='{name}']" for name in _IDS),
    "//*[@itemprop='articleBody']",
    *(f"//*[contains(concat(' ', @class, ' '), ' {name} ')]" for name in _CLASSES),
    "//article",
)
_TITLES = ("//*[@id='activity-name']", "//founder-title", "//meta[@name='ArticleTitle']/@content", "//h1", "//meta[@property='og:title']/@content", "//title")
_NAMED = _TITLES[-2:]  # with the name of the site, maybe
_DATES = ("PubDate", "publishdate", "publish_date", "pubdate", "article:published_time", "og:release_date", "weibo: article:create_at", "datePublished")
_DATELINE = re.compile(r"(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}")


@dataclass(frozen=True, slots=True)
class Page:
    """The text of a page and what its head says: `fields` by date, source, page, url, as written."""

    text: str
    fields: dict[str, str] = field(default_factory=dict)


def charset(raw: bytes) -> str:
    """The encoding that a page declares, "" if none. GB2312 and GBK are read as GB18030, which holds both.

    >>> charset(b'<html><meta http-equiv="Content-Type" content="text/html; charset=gb2312">')
    'gb18030'
    """
    m = _CHARSET.search(raw[:4096])
    name = (m[1] or m[2]).decode("ascii", "replace").lower() if m else ""
    return "gb18030" if name in ("gb2312", "gbk", "gb_2312-80", "x-gbk", "gb18030") else name


def unpack(raw: bytes, name: str) -> bytes:
    """The page of a web archive (.mht): its first part that is HTML, in UTF-8 or as it declares. Raises KgError."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            body: Any = part.get_payload(decode=True)
            given = part.get_content_charset()
            if given and not charset(body):
                body = f'<meta charset="{given}">'.encode() + body
            return bytes(body)
    raise KgError("file-broken", path=name, why="no HTML part")


def read_html(html: str, name: str) -> Page:
    """The text of a page. Raises KgError for a page of frames, and for one without text."""
    import lxml.html
    from lxml import etree

    # a declaration of an encoding is no longer true of a decoded text; a control character ends the parser's patience
    html = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", " ", re.sub(r"^\s*<\?xml[^>]*>", "", html))
    founder = _founder(html)
    fields = {k: founder[k] for k in ("date", "page") if founder.get(k)}
    try:
        root: Any = lxml.html.document_fromstring(html, parser=lxml.html.HTMLParser(encoding=None, huge_tree=True))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise KgError("page-empty", path=name) from None
    fields = _head(root, html) | fields
    framed = bool(root.xpath("//frameset|//frame|//iframe"))
    title, inner = _title(root, founder), _inner(root, html)
    try:
        lines = list(_lines(inner if inner is not None else root, strict=inner is None))
    except RecursionError:  # no page is nested so deep by design
        etree.strip_elements(root, *_DROP, with_tail=False)
        lines = [plain.line(words) for words in root.itertext()]
    body = plain.text(lines)
    if len(re.findall(r"\w", body)) < 10 and inner is not None:
        inner, lines = None, list(_lines(root, strict=True))
        body = plain.text(lines)
    if len(re.findall(r"\w", body)) < (60 if framed else 2):
        raise KgError("page-frames" if framed else "page-empty", path=name)
    head = [plain.line(founder.get("introtitle", "")), *([plain.heading(title)] if title else []), plain.line(founder.get("subtitle", ""))]
    if inner is not None:
        head.append(_dateline(root, inner))
    author = plain.line(founder.get("author", ""))
    if author and author not in body[:200]:
        head.append(author)
    first = body[:300].replace("# ", "")
    head = [h for h in head if h.removeprefix("# ") and _bare(h) not in {_bare(x) for x in first.split("\n")}]
    return Page(plain.text([*head, *lines]), {k: v for k, v in fields.items() if v})


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def _founder(html: str) -> dict[str, str]:
    """The fields of an article of an electronic newspaper."""
    m = _FOUNDER.search(html)
    if not m:
        return {}
    found = {k: plain.line(unescape(re.sub(r"<[^>]*>", " ", v))) for k, v in re.findall(r"<(\w+)>(.*?)</\1>", m[1], re.DOTALL)}
    sheet = re.match(r"第?\s*0*([A-Z]?\d{1,4})\s*版", found.get("nodename", ""))
    return found | ({"page": sheet[1]} if sheet else {})


def _head(root: Any, html: str) -> dict[str, str]:
    """What the head of a page says of date, source and address."""

    def meta(*names: str) -> str:
        low = {n.lower() for n in names}
        for each in root.xpath("//meta[@content]"):
            if (each.get("name") or each.get("property") or each.get("itemprop") or "").lower() in low:
                return plain.line(each.get("content"))
        return ""

    saved, seconds = _SAVED.search(html), _SECONDS.search(html)
    address = [*root.xpath("//link[@rel='canonical']/@href"), meta("og:url"), meta("Url"), saved[1] if saved else ""]
    day = meta(*_DATES)
    if not day and seconds and root.xpath("//*[@id='js_content']"):
        day = (datetime.fromtimestamp(int(seconds[1]), UTC) + timedelta(hours=8)).date().isoformat()  # Beijing time
    return {"date": day, "source": meta("ContentSource"), "url": next((a for a in address if re.match(r"https?://", a)), "")}


def _title(root: Any, founder: dict[str, str]) -> str:
    """The title that the page states for the article; that of the window only as far as the page itself shows it."""
    if founder.get("title"):
        return founder["title"]
    shown = _bare("".join(root.xpath("//body//text()")))
    for path in _TITLES:
        found = [plain.line(x if isinstance(x, str) else x.text_content()) for x in root.xpath(path)]
        found = [x for x in found if x]
        if len(found) == 1 and path not in _NAMED:
            return found[0]
        for title in found if path in _NAMED else ():
            cuts = [m.span() for m in re.finditer(r"\s*[-_|—–]+\s*", title)]  # before or after the name of the site, of the section
            parts = sorted({title, *(title[:a] for a, _ in cuts), *(title[b:] for _, b in cuts)}, key=lambda p: (-len(p), p))
            best = next((p for p in parts if len(_bare(p)) >= 4 and _bare(p) in shown), "")
            if best:
                return best
    return ""


def _inner(root: Any, html: str) -> Any:
    """The element that holds the article, if the page marks it."""
    import lxml.html

    for each in root.xpath("//founder-content"):
        if len(each.text_content().strip()) >= 10:
            return each
    marked = max(_CONTENT.findall(html), key=len, default="")
    if len(re.sub(r"<[^>]*>|\s", "", marked)) >= 30:
        return lxml.html.fragment_fromstring(marked, create_parent="div")
    for path in _BODY:
        found = [x for x in root.xpath(path) if len(re.sub(r"\s", "", x.text_content())) >= 60]
        if len(found) == 1:
            return found[0]
    return None


def _dateline(root: Any, inner: Any) -> str:
    """The line of date and source that stands between title and article, outside the article's own element."""
    within = set(inner.iter())
    for each in root.iter():
        if each in within or not isinstance(each.tag, str) or each.tag in _DROP or each.tag in ("html", "body", "head", "title"):
            continue
        own = plain.line(" ".join(each.itertext())) if len(each) <= 8 else ""
        if 8 <= len(own) <= 100 and _DATELINE.search(own) and re.search(r"来源|发布|时间|日期|编辑|作者|记者|第\s*\w{1,4}\s*版|\d:\d\d", own):
            return own
    return ""


# ---------------------------------------------------------------- blocks


def _lines(element: Any, *, strict: bool) -> Iterator[str]:
    """The lines of an element. `strict`: furniture known by its name, and lists of links, are left out."""
    parts: list[str] = []

    def flush() -> Iterator[str]:
        words = "".join(parts)
        parts.clear()
        for part in words.split("\v"):  # the mark of <br>
            yield plain.line(part)

    def walk(node: Any) -> Iterator[str]:
        if node.text:
            parts.append(node.text)
        for child in node:
            if isinstance(child.tag, str) and not _left_out(child, strict):
                yield from visit(child)
            if child.tail:
                parts.append(child.tail)

    def visit(node: Any) -> Iterator[str]:
        if node.tag == "br":
            parts.append("\v")
        elif node.tag == "table":
            yield from flush()
            yield from _table(node, strict)
        elif node.tag in ("h1", "h2", "h3", "h4", "h5", "h6", "founder-title"):
            yield from flush()
            yield plain.heading(" ".join(_flat(walk(node), flush)))
        elif node.tag in _BLOCKS:
            yield from flush()
            yield from walk(node)
            yield from flush()
        else:
            yield from walk(node)

    yield from walk(element)
    yield from flush()


def _flat(lines: Iterator[str], flush: Any) -> list[str]:
    return [x for x in [*lines, *flush()] if x]


def _table(table: Any, strict: bool) -> Iterator[str]:
    """A table: layout, if it holds tables, headings or long cells; else rows of cells."""
    rows = [r for r in table.iter("tr") if next(r.iterancestors("table")) is table]
    nested = table.xpath(".//table|.//h1|.//h2|.//h3")
    cells = [[[*filter(None, _lines(c, strict=strict))] for c in r if c.tag in ("td", "th")] for r in rows if not _left_out(r, strict)]
    if nested:
        yield from (line for row in cells for cell in row for line in cell)
    else:
        yield from plain.table(cells)


def _left_out(node: Any, strict: bool) -> bool:
    if node.tag in _DROP or node.get("hidden") is not None or _HIDDEN.search(node.get("style") or "") or node.get("aria-hidden") == "true":
        return bool(node.get("id") != "js_content")  # hidden until its script has run
    if not strict or node.tag not in _BLOCKS or node.tag in ("body", "article", "main", "h1"):
        return False
    if node.tag == "header" and not node.xpath(".//h1"):
        return not _reads(node)
    names = [*(node.get("class") or "").split(), node.get("id") or ""]
    if any(_FURNITURE.match(part) for name in names for part in (name, *re.split(r"[-_]", name)[:1], *re.split(r"[-_]", name)[-1:])):
        return not _reads(node)
    return _only_links(node)


def _reads(node: Any) -> bool:
    """Whether it holds prose for all its name: 80 characters of whole sentences, not in links."""
    sentences = re.findall("[^。！？]+[。！？]", plain.line("".join(node.itertext())))
    return sum(len(s) for s in sentences if len(s) >= 15) >= 80 and not _only_links(node)


def _only_links(node: Any) -> bool:
    """Whether a list or box is made of links: four or more, and hardly a word beside them."""
    links = list(node.iter("a"))
    if len(links) < 4:
        return False
    linked = sum(len(re.sub(r"\s", "", a.text_content())) for a in links)
    return linked >= 0.7 * len(re.sub(r"[\s|·>»/]", "", "".join(node.itertext())))
