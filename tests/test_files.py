"""Files as people have them: Word, web pages, lists, Markdown, chats, archives; what is extracted is kept and re-sliced."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import made_pdf
import openpyxl
import pytest
import rdflib
from made_files import ARTICLE, BODY, LEAD, LIST, PAPER, SITE, TITLE, archive, locked_archive, saved, word, workbook

from kg import checks, outputs, texts
from kg.chat import messages
from kg.documents import read_inputs
from kg.errors import KgError
from kg.explain import explain
from kg.markdown import read_markdown
from kg.model import Document
from kg.pages import read_pages

DATA = Path(__file__).parent / "data"
GF = rdflib.Namespace("https://w3id.org/gongfu-kg/ns#")
WIRE = "工行萧山分行向横一村发放贷款30万元。"


def put(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def one(tmp_path: Path, name: str, content: str | bytes) -> Document:
    """The one document of a file."""
    (document,) = read_inputs([put(tmp_path, {name: content}) / name]).documents
    return document


def failure(call: Callable[[], object]) -> KgError:
    with pytest.raises(KgError) as caught:
        call()
    assert "\n" not in str(caught.value)
    return caught.value


# ---------------------------------------------------------------- Word


def test_a_word_file_is_its_paragraphs_headings_and_tables(tmp_path: Path) -> None:
    """A title is marked as one, a row of a table is a sentence of its own; the hash is that of the file."""
    raw = word(rows=[["银行", "金额"], ["农行萧山分行", "50万元"]])
    source = one(tmp_path, "a.docx", raw).source
    assert source.text == f"# {TITLE}\n{LEAD}\n{BODY}\n银行；金额。\n农行萧山分行；50万元。\n"
    assert (source.kept, len(source.sha256)) == ("texts/a.docx.txt", 64)
    (article,) = read_pages(source)
    assert article.title == TITLE


def test_word_keeps_what_changes_put_in_and_drops_what_they_took_out(tmp_path: Path) -> None:
    """Insertions, links, text boxes and notes are text; deletions and field codes are not."""
    from docx import Document as Word
    from docx.oxml import parse_xml

    w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    document = Word()
    document.element.body.insert(
        0,
        parse_xml(
            f"<w:p {w}><w:r><w:t>某行</w:t></w:r><w:ins w:id='1' w:author='x'><w:r><w:t>新</w:t></w:r></w:ins>"
            "<w:del w:id='2' w:author='x'><w:r><w:delText>旧</w:delText></w:r></w:del><w:hyperlink><w:r><w:t>放款</w:t></w:r></w:hyperlink>"
            "<w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>30</w:t><w:br/><w:t>次行</w:t></w:r>"
            "<w:r><w:pict><w:txbxContent><w:p><w:r><w:t>框内</w:t></w:r></w:p></w:txbxContent></w:pict></w:r></w:p>"
        ),
    )
    assert one(tmp_path, "a.docx", saved(document)).source.text == "某行新放款30\n次行\n框内\n"


# ---------------------------------------------------------------- web pages


@pytest.mark.parametrize(("encoding", "told"), [("gb18030", "gb18030"), ("utf-8", "utf-8")])
def test_a_page_of_an_electronic_newspaper(tmp_path: Path, encoding: str, told: str) -> None:
    """Title, date, page number, byline and paragraphs are kept, in the encoding that is true; menus and scripts are not."""
    document = one(tmp_path, "a.htm", PAPER.encode(encoding))
    assert document.source.text == f"# {TITLE}\n——工行支持乡村建设\n2023年07月11日 第04版：要闻 来源：萧山日报\n　　{LEAD}\n　　{BODY}\n"
    assert (document.meta.date, document.meta.page, document.source.encoding) == (date(2023, 7, 11), "4", told)
    (article,) = read_pages(document.source, document.meta)
    assert (article.title, article.meta.paper) == (f"{TITLE} ——工行支持乡村建设", "萧山日报")


def test_a_page_of_a_site(tmp_path: Path) -> None:
    """What the head states of date, source and address is known; lists of links and furniture are left out, tables are rows."""
    document = one(tmp_path, "a.html", SITE)
    assert document.source.text == f"# {TITLE}\n{LEAD}\n{BODY}\n银行；金额。\n农行萧山分行；50万元。\n"
    assert (document.meta.date, document.meta.paper, document.meta.url) == (date(2023, 7, 11), "萧山日报", "https://example.org/a")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_a_page_without_a_charset(tmp_path: Path, encoding: str) -> None:
    """It is decoded as any text; <br> ends a paragraph."""
    assert one(tmp_path, "a.html", f"<p>{LEAD}<br>{BODY}</p>".encode(encoding)).source.text == f"{LEAD}\n{BODY}\n"


def test_a_page_of_a_public_account(tmp_path: Path) -> None:
    """Hidden until its script has run; its day stands in the script, in Beijing time."""
    page = (
        f'<html><head><meta charset="utf-8"><meta property="og:title" content="{TITLE}"></head><body>'
        f'<h1 id="activity-name"> {TITLE} </h1><em id="publish_time"></em>'
        f'<div id="js_content" style="visibility: hidden"><section><p><span>{LEAD[:20]}</span>{LEAD[20:]}</p></section><p>{BODY}</p></div>'
        '<script>var ct = "1689091520";</script></body></html>'
    )
    document = one(tmp_path, "a.html", page)
    assert (document.source.text, document.meta.date) == (f"# {TITLE}\n{LEAD}\n{BODY}\n", date(2023, 7, 12))


@pytest.mark.parametrize("window", [TITLE, f"{TITLE}-某区人民政府", f"某日报_{TITLE}", f"{TITLE} - 新闻 - 某网", "某日报数字报"])
def test_a_title_is_one_that_the_page_shows(tmp_path: Path, window: str) -> None:
    """The window's title without the name of the site, and the line of date and source above the article."""
    page = f"""<html><head><title>{window}</title></head><body><div class="bt">{TITLE}</div>
<div><span>发布日期：2023-07-11 10:12</span><span>来源：萧山日报</span></div>
<div id="zoom"><p>{LEAD}</p><p>{BODY}</p></div><div class="footer">主办：某区</div></body></html>"""
    lines = one(tmp_path, "a.html", page).source.text.split("\n")
    assert lines[-4:-1] == ["发布日期：2023-07-11 10:12 来源：萧山日报", LEAD, BODY]
    assert lines[:-4] == ([f"# {TITLE}"] if TITLE in window else [])


def test_a_web_archive_is_its_page(tmp_path: Path) -> None:
    """.mht as browsers save it."""
    from email.mime.multipart import MIMEMultipart
    from email.mime.text import MIMEText

    message = MIMEMultipart("related")
    message.attach(MIMEText(f"<html><body><p>{LEAD}</p></body></html>", "html", "gb18030"))
    assert one(tmp_path, "a.mht", message.as_bytes()).source.text == f"{LEAD}\n"


# ---------------------------------------------------------------- lists


def test_a_spreadsheet_is_a_list_of_articles(tmp_path: Path) -> None:
    """One document a row, named by the row's number; Chinese column names, under a heading line; empty rows are passed over."""
    first, second = read_inputs([put(tmp_path, {"list.xlsx": LIST}) / "list.xlsx"]).documents
    assert (first.source.path, first.source.text, first.source.kept) == ("list.xlsx#3", f"{TITLE}\n{LEAD}\n{BODY}", "texts/list.xlsx#3.txt")
    assert (first.meta.date, first.meta.paper, first.meta.page, first.meta.url) == (date(2023, 7, 11), "萧山日报", "4", "https://example.org/a")
    assert (second.source.path, second.meta.date) == ("list.xlsx#5", date(2023, 7, 12))


def test_a_sheet_that_is_no_list_is_told(tmp_path: Path) -> None:
    """By name, and the others are read."""
    book = workbook({"新闻": [["标题", "正文"], ["题", WIRE]], "说明": [["办公室整理"]]})
    found = read_inputs([put(tmp_path, {"a.xlsx": book}) / "a.xlsx"])
    assert [d.source.path for d in found.documents] == ["a.xlsx#2"]
    assert [(p.slug, p.values["name"]) for p in found.problems] == [("sheet-columns", "a.xlsx#说明")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_csv_list_with_chinese_columns(tmp_path: Path, encoding: str) -> None:
    """As spreadsheets save it, in a folder or by name."""
    content = f'日期,来源,标题,正文\r\n2023/7/11,萧山日报,{TITLE},"{LEAD}"\r\n'.encode(encoding)
    (document,) = read_inputs([put(tmp_path / "n", {"list.csv": content})]).documents
    assert (document.source.path, document.source.text, document.meta.date) == ("n/list.csv#1", f"{TITLE}\n{LEAD}", date(2023, 7, 11))


def test_cells_cut_out_of_web_pages_lose_their_tags(tmp_path: Path) -> None:
    """As databases export them."""
    book = workbook({"a": [["标题", "正文"], [TITLE, f"<p>{LEAD}</p><p><b>{BODY}</b></p>"]]})
    assert one(tmp_path, "a.xlsx", book).source.text == f"{TITLE}\n{LEAD}\n{BODY}\n"


def test_a_cell_just_as_it_stands_is_not_kept_again(tmp_path: Path) -> None:
    """A corpus of texts alone is its own raw text, however many rows it has."""
    assert one(tmp_path, "a.jsonl", json.dumps({"text": WIRE}) + "\n").source.kept == ""


# ---------------------------------------------------------------- Markdown


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("**某行**放款", "某行放款"),
        ("*某行*与_某村_", "某行与_某村_"),
        ("[某行](http://a.b/c_(d)) ![图](x.png)", "某行 "),
        ("`代码` ~~删去~~", "代码 "),
        ("- 一\n* 二\n+ 三\n1. 四", "一\n二\n三\n1. 四"),
        ("标题\n====\n正文", "# 标题\n正文"),
        ("| 银行 | 金额 |\n|---|---:|\n| 某行 | 30万元 |", "银行；金额。\n某行；30万元。"),
        ("```\n某行放款\n```", "某行放款"),
        ("一\n\n---\n\n二", "一\n\n\n\n二"),
        ("<!-- 注 -->正文", "正文"),
    ],
)
def test_markup_is_taken_out(markdown: str, plain: str) -> None:
    """Of Markdown, what is seen stays."""
    assert read_markdown(markdown)[0] == plain


@pytest.mark.parametrize("text", ["2*3*4万元", "a_b_c", "[注]见下", "5 * 3 = 15 * 1", "甲|乙", "# 标题\n\n正文", "1. 一", "C:\\dir\\新闻"])
def test_what_is_no_markup_stays(text: str) -> None:
    """The file is then read as it is, and its text is not kept again."""
    assert read_markdown(text) == (text, {})


def test_front_matter_dates_and_names_a_text(tmp_path: Path) -> None:
    """Title and date of the front matter are known, its other fields are not text."""
    document = one(tmp_path, "a.md", f"---\ntitle: {TITLE}\ndate: 2023-07-11\nsource: 萧山日报\ntags: [x]\n---\n{LEAD}\n")
    assert (document.source.text, document.meta.date, document.meta.paper) == (f"# {TITLE}\n\n{LEAD}\n", date(2023, 7, 11), "萧山日报")


def test_markdown_without_markup_is_its_own_text(tmp_path: Path) -> None:
    """Offsets are those of the file, carriage returns and all."""
    source = one(tmp_path, "a.md", f"# {TITLE}\r\n\r\n{LEAD}\r\n").source
    assert (source.kept, source.text) == ("", f"# {TITLE}\r\n\r\n{LEAD}\r\n")


# ---------------------------------------------------------------- chats

CHATS = {
    "above, dated": "张三 2023-07-11 10:12\n一{0}\n李四 2023-07-12 09:01:30\n二{0}\n张三 2023-07-12 09:05\n[图片]\n",
    "before the name": "2023-07-11 10:12:05 张三(12345)\n一{0}\n\n2023-07-12 09:01:30 李四<a@b.c>\n二{0}\n",
    "in brackets": "[2023/7/11 10:12] 张三: 一{0}\n[2023/7/12 09:01] 李四: 二{0}\n",
    "after a dash": "2023/7/11, 10:12 - 张三: 一{0}\n2023/7/12, 09:01 - 李四: 二{0}\n",
    "a day by itself": "群聊的聊天记录\n\n—————  2023-07-11  —————\n\n张三  10:12\n\n一{0}\n\n"
    "—————  2023-07-12  —————\n\n李四  09:01\n\n二{0}\n\n张三  09:05\n\n[动画表情]\n",
}


@pytest.mark.parametrize("chat", CHATS.values(), ids=CHATS.keys())
def test_a_pasted_chat_is_its_messages(chat: str) -> None:
    """Each message is read by itself, dated by its header; headers and pictures are no text."""
    text = chat.format(WIRE)
    found = [(text[m.span.start : m.span.end].strip(), m.day) for m in messages(text) if "记录" not in text[m.span.start : m.span.end]]
    assert found == [(f"一{WIRE}", date(2023, 7, 11)), (f"二{WIRE}", date(2023, 7, 12))]


@pytest.mark.parametrize(
    "text",
    [
        f"{TITLE}\n来源：浙江日报 2023-07-11 10:12\n{LEAD}\n又一题\n来源：浙江日报 2023-07-12 09:01\n{BODY}\n",
        f"{TITLE}\n浙江日报 2023-07-11 10:12\n{LEAD}\n又一题\n浙江日报 2023-07-12 09:01\n{BODY}\n",
        "签约仪式议程\n开幕致辞 09:00\n主持人致辞。\n签约 09:30\n双方签约。\n合影 10:00\n全体合影。\n",
        f"{LEAD}\n张三 2023-07-11 10:12\n{BODY}\n",
        "\n".join(ARTICLE),
    ],
)
def test_other_text_is_no_chat(text: str) -> None:
    """Date lines of articles, a programme of the day and a single signature are left alone."""
    assert messages(text) == ()


def test_a_chat_pasted_into_kg_try() -> None:
    """Is read as one in a file."""
    done = subprocess.run(
        [sys.executable, "-m", "kg", "try"],
        input=CHATS["before the name"].format(WIRE),
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    assert (done.returncode, "30万元" in done.stdout, "张三" in done.stdout) == (0, True, False)


def test_a_chat_dates_its_facts_and_its_speakers_are_none(tmp_path: Path) -> None:
    """Each message is an article of its day; offsets are those of the file, and who spoke is nobody in the graph."""
    report = outputs.run([put(tmp_path, {"c.txt": CHATS["above, dated"].format(WIRE)}) / "c.txt"], tmp_path / "out", formats=["turtle"])
    assert sorted(str(a.issued.start) for a in report.graph.articles if a.issued) == ["2023-07-11", "2023-07-12"]
    assert {e.label for e in report.graph.entities} >= {"中国工商银行萧山分行"}
    assert not {"张三", "李四"} & {e.label for e in report.graph.entities}
    assert checks.check(tmp_path / "out" / "graph.ttl", tmp_path / "c.txt") == []


# ---------------------------------------------------------------- archives


def test_an_archive_is_a_folder(tmp_path: Path) -> None:
    """Its files by their paths in it, an archive within it too, its meta.csv, and Chinese names as Windows packs them."""
    inner = archive({"新闻/横一村.txt": WIRE}, encoding="gb18030")
    meta = "file,date,paper\na.txt,2023-07-11,萧山日报\n"
    found = read_inputs([put(tmp_path, {"n.zip": archive({"a.txt": WIRE, "b.zip": inner, "c.docx": word(), "d.jpg": b"x", "meta.csv": meta})}) / "n.zip"])
    assert [d.source.path for d in found.documents] == ["n.zip/a.txt", "n.zip/b.zip/新闻/横一村.txt", "n.zip/c.docx"]
    assert (found.documents[0].meta.date, found.documents[0].meta.paper) == (date(2023, 7, 11), "萧山日报")
    assert all(d.source.kept == texts.kept_name(d.source.path) for d in found.documents)
    assert found.passed == ((".jpg", 1),)


def test_nothing_of_an_archive_leaves_its_place(tmp_path: Path) -> None:
    """Steps up, roots and drives in its names are dropped, in the graph and where texts are kept."""
    put(tmp_path, {"n.zip": archive({"../../up.txt": WIRE, "/root.txt": WIRE + "甲", "C:\\win\\w.txt": WIRE + "乙"})})
    outputs.run([tmp_path / "n.zip"], tmp_path / "x" / "out", formats=["turtle"])
    kept = sorted(p.relative_to(tmp_path / "x" / "out").as_posix() for p in (tmp_path / "x").rglob("*.txt"))
    assert kept == ["texts/n.zip/root.txt.txt", "texts/n.zip/up.txt.txt", "texts/n.zip/win/w.txt.txt"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["n.zip", "x"]


# ---------------------------------------------------------------- what cannot be read

BAD: list[object] = [
    pytest.param("a.docx", word([]), "file-no-text", id="empty Word file"),
    pytest.param("a.docx", word()[:2000], "file-broken", id="half a Word file"),
    pytest.param("a.docx", b"plain", "file-broken", id="no Word file at all"),
    pytest.param("a.docx", (DATA / "locked.xlsx").read_bytes(), "file-locked", id="locked Word file"),
    pytest.param("a.xlsx", (DATA / "locked.xlsx").read_bytes(), "file-locked", id="locked spreadsheet"),
    pytest.param("a.xlsx", workbook({"a": []}), "file-no-text", id="empty spreadsheet"),
    pytest.param("a.xlsx", workbook({"a": [["甲", "乙"], [1, 2]]}), "sheet-columns", id="spreadsheet of figures"),
    pytest.param("a.xlsx", workbook({"a": [["正文", "日期"], [WIRE, "7月11日"]]}), "corpus-bad", id="day without a year"),
    pytest.param("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "file-kind", id="old Word file"),
    pytest.param("a.doc", b"{\\rtf1 x}", "file-kind", id="rich text"),
    pytest.param("a.pptx", archive({"[Content_Types].xml": "x", "ppt/presentation.xml": "x"}), "file-kind", id="slides"),
    pytest.param("a.html", b"<html><body><script>x</script></body></html>", "page-empty", id="page made by scripts"),
    pytest.param("a.html", b"<html><frameset><frame src='a.htm'></frameset></html>", "page-frames", id="page of frames"),
    pytest.param("a.html", b"\0\1\2", "file-not-text", id="no page at all"),
    pytest.param("a.html", "<div>" * 3000 + WIRE, "page-empty", id="page nested beyond reason"),
    pytest.param("a.zip", b"PK\3\4" + b"x" * 50, "file-broken", id="broken archive"),
    pytest.param("a.zip", locked_archive("a.txt", WIRE.encode()), "file-locked", id="locked archive"),
    pytest.param("a.zip", archive({"a.txt": b"0" * 30_000_000}), "zip-limit", id="archive packed beyond belief"),
    pytest.param("a.docx", archive({"word/document.xml": b" " * 30_000_000}), "zip-limit", id="Word file packed beyond belief"),
    pytest.param("a.zip", archive({"b.zip": archive({"c.zip": archive({"d.txt": WIRE})})}), "zip-deep", id="archives three deep"),
    pytest.param("a.zip", archive({"a.jpg": "x"}), "folder-empty", id="archive of pictures"),
    pytest.param("a.zip", archive({"a.docx": "x", "b.docx": "y"}), "zip-nothing", id="archive of broken files"),
]


@pytest.mark.parametrize(("name", "content", "slug"), BAD)
def test_what_cannot_be_read_is_one_clear_line(tmp_path: Path, name: str, content: str | bytes, slug: str) -> None:
    """Alone it is an error; in a folder it is told by its name there and the rest is read."""
    assert failure(lambda: one(tmp_path / "x", name, content)).slug == slug
    found = read_inputs([put(tmp_path / "n", {name: content, "good.txt": WIRE})])
    assert [d.source.path for d in found.documents] == ["n/good.txt"]
    (problem,) = found.problems
    assert (problem.slug, str(problem.values["name"]).startswith(f"n/{name}")) == (slug, True)


def test_a_broken_file_in_an_archive_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    """By its path in the archive."""
    found = read_inputs([put(tmp_path, {"n.zip": archive({"a.txt": WIRE, "b/x.docx": "x"})}) / "n.zip"])
    assert len(found.documents) == 1
    assert [(p.slug, p.values["name"]) for p in found.problems] == [("file-broken", "n.zip/b/x.docx")]


def test_files_go_by_what_they_hold(tmp_path: Path) -> None:
    """Systems save web pages as .doc, and Word files under any name."""
    assert one(tmp_path, "a.doc", f"<html><body><p>{LEAD}</p></body></html>").source.text == f"{LEAD}\n"
    assert one(tmp_path, "b.wps", word()).source.text.startswith(f"# {TITLE}\n")


def test_a_library_that_is_missing_is_named(tmp_path: Path) -> None:
    """With the extra that brings it; plain text goes on without."""
    put(tmp_path, {"a.docx": word(), "b.txt": WIRE})
    code = (
        "import sys; sys.modules['docx'] = None\nimport importlib.util as u; f = u.find_spec\n"
        "u.find_spec = lambda n, *a: None if n == 'docx' else f(n, *a)\n"
        f"from kg.cli import main; main(['build', {str(tmp_path)!r}, '-o', {str(tmp_path / 'out')!r}, '--formats', 'turtle'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", env={**os.environ, "LC_ALL": "en_US.UTF-8"})
    assert done.returncode == 1
    assert 'pip install "gongfu-kg[files]"' in done.stderr


# ---------------------------------------------------------------- the whole way


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of all kinds, and what is built of it in `out`."""
    folder = tmp_path_factory.mktemp("files")
    page = made_pdf.sheet("横一村装上新路灯", ["本报讯（记者 李红）近日，农行萧山分行为横一村路灯改造项目发放贷款500万元，用于村里道路照明。"] * 1)
    put(
        folder / "n",
        {
            "a.docx": word(),
            "b.pdf": made_pdf.bound([made_pdf.sheet("目录", ["本期内容见内页，欢迎读者来信来电提供新闻线索。"]), page]),
            "c.htm": PAPER.replace("300万元", "310万元").encode("gb18030"),
            "d.xlsx": LIST.replace(b"x", b"x"),
            "e.md": f"**{LEAD}**\n".replace("300万元", "320万元"),
            "f.zip": archive({"甲.txt": WIRE}),
            "g.txt": LEAD.replace("300万元", "330万元"),
            "h.jpg": b"x",
            "i.jpg": b"x",
            "~$a.docx": b"x",
            "j.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        },
    )
    outputs.run([folder / "n"], folder / "out", formats=["turtle", "xlsx", "report"])
    return folder


def test_every_quote_of_an_extracted_text_is_cut_again_from_the_output_alone(built: Path) -> None:
    """raw[start:end] == quote, raw being the kept text that the graph names."""
    graph = rdflib.Graph().parse(built / "out" / "graph.ttl")
    count = 0
    for file, kept in graph.subject_objects(GF.extractedText):
        raw = (built / "out" / str(kept)).read_bytes().decode()
        for article in graph.subjects(rdflib.DCTERMS.isPartOf, file):
            for span in graph.subjects(GF.inArticle, article):
                for piece in [*graph.objects(span, GF.segment)] or [span]:
                    start, end = (int(str(graph.value(piece, p))) for p in (GF.start, GF.end))
                    assert raw[start:end] == str(graph.value(piece, GF.quote))
                    count += 1
    assert count > 40
    assert {str(graph.value(f, GF.path)) for f in graph.subjects(GF.extractedText)} >= {
        "n/a.docx",
        "n/b.pdf",
        "n/c.htm",
        "n/d.xlsx#3",
        "n/e.md",
        "n/f.zip/甲.txt",
    }
    assert graph.value(graph.value(predicate=GF.path, object=rdflib.Literal("n/g.txt")), GF.extractedText) is None


def test_kg_check_cuts_quotes_from_kept_texts(built: Path, tmp_path: Path) -> None:
    """Without the sources; and it says where a kept text is missing or another."""
    assert checks.check(built / "out" / "graph.ttl") == []
    assert checks.check(built / "out" / "graph.ttl", built / "n") == []
    (tmp_path / "graph.ttl").write_bytes((built / "out" / "graph.ttl").read_bytes())
    assert {f.check for f in checks.check(tmp_path / "graph.ttl")} == {"text-missing"}
    for name in (built / "out" / "texts").rglob("*.txt"):
        put(tmp_path, {name.relative_to(built / "out").as_posix(): "改" + name.read_text("utf-8")})
    assert {f.check for f in checks.check(tmp_path / "graph.ttl")} == {"quote-differs"}


def test_the_page_of_a_pdf_is_evidence(built: Path) -> None:
    """On the passage, in kg explain, in the workbook."""
    graph = rdflib.Graph().parse(built / "out" / "graph.ttl")
    said = [(str(graph.value(p, GF.quote)), int(str(n))) for p, n in graph.subject_objects(GF.filePage)]
    assert [n for quote, n in said if "500万元" in quote] == [2]
    assert "n/b.pdf" in explain(built / "out" / "graph.ttl", "中国农业银行萧山分行") and "(page 2)" in explain(
        built / "out" / "graph.ttl", "中国农业银行萧山分行"
    )
    sheet = openpyxl.load_workbook(built / "out" / "facts.xlsx")["融资"]
    heads = [c.value for c in sheet[1]]
    rows = [dict(zip(heads, (c.value for c in row), strict=True)) for row in sheet.iter_rows(min_row=3)]
    assert {r["文件"]: r["页"] for r in rows if r["文件"] in ("n/b.pdf", "n/a.docx")} == {"n/b.pdf": 2, "n/a.docx": None}


def test_what_is_passed_over_is_told(built: Path) -> None:
    """Pictures by number, old formats by name, what a program keeps for itself not at all."""
    report = json.loads((built / "out" / "report.json").read_text("utf-8"))
    assert report["passed"] == {".jpg": 2}
    assert [(p["error"], p["file"]) for p in report["left_out"]] == [("file-kind", "n/j.doc")]


def test_the_index_names_every_kept_text(built: Path) -> None:
    """File, text, hash."""
    rows = list(csv.reader(io.StringIO((built / "out" / "texts" / "index.tsv").read_text("utf-8")), delimiter="\t"))
    assert rows[0] == ["file", "text", "sha256"]
    assert {r[1] for r in rows[1:]} == {p.relative_to(built / "out").as_posix() for p in (built / "out" / "texts").rglob("*.txt")}


def test_a_build_takes_away_the_texts_of_the_build_before_and_nothing_else(tmp_path: Path) -> None:
    """What a user put there stays."""
    put(tmp_path, {"a.docx": word(), "b/c.docx": word([TITLE, WIRE]), "out/texts/mine.txt": "x"})
    outputs.run([tmp_path / "a.docx", tmp_path / "b"], tmp_path / "out", formats=["turtle"])
    assert (tmp_path / "out" / "texts" / "b" / "c.docx.txt").is_file()
    outputs.run([tmp_path / "a.docx"], tmp_path / "out", formats=["turtle"])
    left = {p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out" / "texts").rglob("*")}
    assert left == {"texts/a.docx.txt", "texts/index.tsv", "texts/mine.txt"}


def test_a_build_does_not_read_what_it_wrote(tmp_path: Path) -> None:
    """The output inside the input folder, or the folder itself, changes nothing on the next build."""
    put(tmp_path / "n", {"a.docx": word()})
    for out in (tmp_path / "n" / "out", tmp_path / "n"):
        first = outputs.run([tmp_path / "n"], out).graph
        again = outputs.run([tmp_path / "n"], out)
        assert (again.graph, again.problems) == (first, ())


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("n/a.docx", "texts/n/a.docx.txt"),
        ("n/a:b?.docx", "texts/n/a_b_.docx~"),
        ("con.docx", "texts/_con.docx~"),
        ("n/../../x.md", "texts/n/x.md~"),
        ("n/" + "长" * 90 + ".docx", "texts/n/" + "长" * 53 + "~"),
    ],
)
def test_kept_names_are_good_on_every_system(path: str, kept: str) -> None:
    """A name that had to be changed is told apart from others by its hash."""
    assert texts.kept_name(path).startswith(kept)


def test_the_how_to_cuts_quotes_as_it_says(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Python of docs/howto/files.md runs over an output folder, and over one that was tampered with fails."""
    page = (Path(__file__).parent.parent / "docs" / "howto" / "files.md").read_text("utf-8")
    code = page.partition("```python\n")[2].partition("```")[0]
    shutil.copytree(built / "out", tmp_path / "output")
    monkeypatch.chdir(tmp_path)
    exec(code, {})
    (tmp_path / "output" / "texts" / "n" / "a.docx.txt").write_text("改", "utf-8")
    with pytest.raises(AssertionError):
        exec(code, {})
