"""Reading inputs: paths to documents, decoding, and what is known about each from outside its text."""

from __future__ import annotations

import codecs
import hashlib
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.documents import date_in_name, decode, read_date, read_inputs
from kg.errors import KgError

TEXT = "浙江某村获贷款30万元。\n"


def put(folder: Path, files: dict[str, str | bytes]) -> Path:
    """Write files below a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def paths(*inputs: Path) -> list[str]:
    return [d.source.path for d in read_inputs(inputs).documents]


def failure(call: Callable[[], object]) -> KgError:
    with pytest.raises(KgError) as caught:
        call()
    assert "\n" not in str(caught.value)
    return caught.value


def test_a_folder_gives_its_text_files_named_from_its_own_name(tmp_path: Path) -> None:
    """All kinds that are read, at any depth, sorted; README, hidden and other files are passed over."""
    put(tmp_path / "news", {"b.txt": TEXT, "2023/a.md": TEXT, "README.md": "x", "readme.zh.txt": "x", ".hidden.txt": "x", ".git/c.txt": "x", "x.jpg": "x"})
    assert paths(tmp_path / "news") == ["news/2023/a.md", "news/b.txt"]


def test_a_file_alone_is_named_by_its_name(tmp_path: Path) -> None:
    """Nothing of the machine's folders is in a document's path."""
    put(tmp_path, {"a.txt": TEXT})
    assert paths(tmp_path / "a.txt") == ["a.txt"]


def test_the_current_folder_gives_its_own_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`kg build .` names files as `kg build ../news` does."""
    put(tmp_path / "news", {"a.txt": TEXT})
    monkeypatch.chdir(tmp_path / "news")
    assert paths(Path(".")) == ["news/a.txt"] == paths(Path("../news"))


@pytest.mark.parametrize("order", [1, -1])
def test_a_file_given_with_its_folder_counts_once(tmp_path: Path, order: int) -> None:
    """The longer name stays, whatever the order."""
    put(tmp_path / "news", {"a.txt": TEXT})
    assert paths(*[tmp_path / "news", tmp_path / "news" / "a.txt"][::order]) == ["news/a.txt"]


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    """Their facts could not be told apart."""
    put(tmp_path, {"a/n/1.txt": TEXT, "b/n/1.txt": TEXT})
    assert failure(lambda: paths(tmp_path / "a/n", tmp_path / "b/n")).slug == "input-twice"


def test_source_keeps_hash_of_the_bytes_and_newlines(tmp_path: Path) -> None:
    """sha256 is that of the file; CRLF stays, so that offsets are those of the decoded file."""
    raw = "一\r\n二\r\n".encode()
    put(tmp_path, {"a.txt": raw})
    source = read_inputs([tmp_path / "a.txt"]).documents[0].source
    assert (source.text, source.sha256, source.encoding) == ("一\r\n二\r\n", hashlib.sha256(raw).hexdigest(), "utf-8")


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        pytest.param(TEXT.encode(), "utf-8", id="utf-8"),
        pytest.param(codecs.BOM_UTF8 + TEXT.encode(), "utf-8-sig", id="byte-order mark"),
        pytest.param(TEXT.encode("utf-16"), "utf-16", id="utf-16"),
        pytest.param(codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16", id="utf-16 big end first"),
        pytest.param(TEXT.encode("gb18030"), "gb18030", id="gb18030"),
        pytest.param(TEXT.encode("gbk"), "gb18030", id="gbk"),
    ],
)
def test_decoding(raw: bytes, encoding: str) -> None:
    """Each encoding of the trade gives the same text."""
    assert decode(raw, Path("a.txt")) == (TEXT, encoding)


@given(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=3, max_size=60))
def test_gb18030_of_any_chinese_text_is_read_back(text: str) -> None:
    """The fallback never gives other characters than were written (where the bytes are not UTF-8 by chance)."""
    raw = text.encode("gb18030")
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        assert decode(raw, Path("a.txt"))[0] == text


@pytest.mark.parametrize(
    ("raw", "slug"),
    [
        pytest.param(b"", "file-empty", id="empty"),
        pytest.param(b" \r\n\t\n", "file-empty", id="white space"),
        pytest.param(codecs.BOM_UTF8, "file-empty", id="byte-order mark only"),
        pytest.param(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "file-not-text", id="image"),
        pytest.param(b"PK\x03\x04\x14\x00\x06\x00", "file-not-text", id="word or zip"),
        pytest.param(TEXT.encode("utf-16-le"), "file-not-text", id="utf-16 without mark"),
        pytest.param(codecs.BOM_UTF16_LE + b"\x00\xd8\x00", "file-not-text", id="broken utf-16"),
        pytest.param(b"\x01\x02\x03\x04" * 20 + b"abc", "file-not-text", id="control characters"),
        pytest.param((TEXT * 20).encode() + "浙".encode()[:2], "file-damaged", id="cut short"),
        pytest.param((TEXT * 20).encode() + b"\xff" + (TEXT * 20).encode(), "file-damaged", id="one bad byte"),
    ],
)
def test_bad_file(raw: bytes, slug: str) -> None:
    """Each kind of bad file has its own message."""
    assert failure(lambda: decode(raw, Path("a.txt"))).slug == slug


def test_a_damaged_file_is_told_with_the_place(tmp_path: Path) -> None:
    """The message names the byte."""
    assert failure(lambda: decode(TEXT.encode() * 9 + b"\xff", Path("a.txt"))).values["at"] == len(TEXT.encode() * 9)


def test_a_bad_file_in_a_folder_is_left_out_and_told(tmp_path: Path) -> None:
    """The rest is read."""
    put(tmp_path / "n", {"a.txt": TEXT, "b.txt": b"\x00\x01", "c.txt": b""})
    found = read_inputs([tmp_path / "n"])
    assert [d.source.path for d in found.documents] == ["n/a.txt"]
    assert [p.slug for p in found.problems] == ["file-not-text", "file-empty"]


def test_files_of_another_encoding_are_told(tmp_path: Path) -> None:
    """A reader of the graph must know how to slice them."""
    put(tmp_path / "n", {"a.txt": TEXT, "b.txt": TEXT.encode("gbk")})
    assert read_inputs([tmp_path / "n"]).recoded == (("n/b.txt", "gb18030"),)


@pytest.mark.parametrize(
    ("files", "slug"),
    [
        pytest.param({}, "input-missing", id="missing"),
        pytest.param({"n/x.jpg": "x", "n/README.md": "x"}, "folder-empty", id="folder without text"),
        pytest.param({"n/x.txt": ""}, "file-empty", id="nothing but an empty file"),
    ],
)
def test_nothing_to_read_is_an_error(tmp_path: Path, files: dict[str, str | bytes], slug: str) -> None:
    """Where nothing is left the first problem is raised."""
    put(tmp_path, files)
    assert failure(lambda: paths(tmp_path / "n")).slug == slug


@pytest.mark.parametrize(
    ("name", "day"),
    [
        pytest.param("2023-07-11_x.txt", date(2023, 7, 11), id="dashes"),
        pytest.param("20230711.txt", date(2023, 7, 11), id="eight digits"),
        pytest.param("rmrb20230711_04.txt", date(2023, 7, 11), id="after letters"),
        pytest.param("a_2023_7_1.txt", date(2023, 7, 1), id="underscores"),
        pytest.param("2023.07.11 第4版.txt", date(2023, 7, 11), id="full stops"),
        pytest.param("萧山日报2023年7月11日.txt", date(2023, 7, 11), id="Chinese"),
        pytest.param("n/2023-07-11/p4.txt", date(2023, 7, 11), id="folder"),
        pytest.param("2022-01-01/2023-07-11.txt", date(2023, 7, 11), id="the file's own before the folder's"),
        pytest.param("2023-07-11_2023-07-12.txt", None, id="two dates"),
        pytest.param("2023-13-01.txt", None, id="no such month"),
        pytest.param("000_890056f2ccfa06e8.txt", None, id="hash"),
        pytest.param("1202307110.txt", None, id="longer number"),
        pytest.param("20230711f0.txt", None, id="digits of a hash"),
        pytest.param("x.txt", None, id="none"),
    ],
)
def test_date_in_name(name: str, day: date | None) -> None:
    """The one date in a name is the document's date."""
    assert date_in_name(name) == day


@pytest.mark.parametrize("text", ["2023-07-11", "2023/7/11", "2023.7.11", "20230711", "2023年7月11日", "2023-07-11 08:30", "2023-07-11T08:30:00Z"])
def test_date_as_written(text: str) -> None:
    """The ways a day is written in a table."""
    assert read_date(text) == date(2023, 7, 11)


@pytest.mark.parametrize("text", ["", "11.7.2023", "2023-07", "2023-02-30", "yesterday", "2023-07-11 or so"])
def test_no_date(text: str) -> None:
    """What is not a day is not guessed at."""
    assert read_date(text) is None


def test_meta_csv(tmp_path: Path) -> None:
    """A folder's meta.csv tells date, paper, page and address of its files; a name's date fills what it leaves open."""
    put(
        tmp_path / "n",
        {
            "meta.csv": "file,date,paper,page,url\na.txt,2023-07-11,萧山日报,4,https://example.org/a\nsub/2022-05-01.txt,,临海报,,\n",
            "a.txt": TEXT,
            "sub/2022-05-01.txt": TEXT,
            "c.txt": TEXT,
        },
    )
    metas = {d.source.path: d.meta for d in read_inputs([tmp_path / "n"]).documents}
    assert (metas["n/a.txt"].date, metas["n/a.txt"].paper, metas["n/a.txt"].page, metas["n/a.txt"].url) == (
        date(2023, 7, 11),
        "萧山日报",
        "4",
        "https://example.org/a",
    )
    assert (metas["n/sub/2022-05-01.txt"].date, metas["n/sub/2022-05-01.txt"].paper) == (date(2022, 5, 1), "临海报")
    assert metas["n/c.txt"].date is None


def test_meta_csv_holds_for_a_file_given_alone(tmp_path: Path) -> None:
    """The same file has the same date however it is named on the command line."""
    put(tmp_path, {"meta.csv": "file,date\na.txt,2023-07-11\n", "a.txt": TEXT})
    assert read_inputs([tmp_path / "a.txt"]).documents[0].meta.date == date(2023, 7, 11)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_meta_csv_as_spreadsheets_save_it(tmp_path: Path, encoding: str) -> None:
    """With a byte-order mark, CRLF, or in the system's encoding."""
    put(tmp_path, {"meta.csv": "File,Paper\r\na.txt,萧山日报\r\n".encode(encoding), "a.txt": TEXT})
    assert read_inputs([tmp_path / "a.txt"]).documents[0].meta.paper == "萧山日报"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        pytest.param("", 1, id="empty"),
        pytest.param("date\n2023-07-11\n", 1, id="no file column"),
        pytest.param("x", 1, id="no row"),
        pytest.param("file,datum\na.txt,2023-07-11\n", 1, id="misspelt column"),
        pytest.param("file,date\na.txt,11.7.\n", 2, id="not a date"),
        pytest.param("file,date\na.txt,2023-07-11\nb.txt,2023-07-11\n", 3, id="no such file"),
        pytest.param("file,date\na.txt,2023-07-11\na.txt,2023-07-12\n", 3, id="twice"),
        pytest.param("file,paper\na.txt,x,y\n", 2, id="unquoted comma"),
        pytest.param('file,paper\na.txt,"x\n', 2, id="open quote"),
        pytest.param(b"\x00\x01\x02", 1, id="not text"),
    ],
)
def test_broken_meta_csv_stops_the_build(tmp_path: Path, content: str | bytes, line: int) -> None:
    """Wrong dates are worse than no graph: the message names the line."""
    put(tmp_path / "n", {"meta.csv": content, "a.txt": TEXT})
    error = failure(lambda: paths(tmp_path / "n"))
    assert (error.slug, error.values["line"]) == ("meta-bad", line)


ROWS = [{"text": TEXT, "date": "2023-07-11", "paper": "萧山日报"}, {"text": "第二篇，\n含“引号”。", "file": "b"}, {"text": " "}]


def test_jsonl_corpus(tmp_path: Path) -> None:
    """A row is a document, named by its `file` or its number; empty rows are passed over."""
    put(tmp_path, {"c.jsonl": "\n".join(json.dumps(r, ensure_ascii=False) for r in ROWS) + "\n"})
    documents = read_inputs([tmp_path / "c.jsonl"]).documents
    assert [(d.source.path, d.source.text, d.meta.date) for d in documents] == [
        ("c.jsonl#1", TEXT, date(2023, 7, 11)),
        ("c.jsonl#b", "第二篇，\n含“引号”。", None),
    ]


@pytest.mark.parametrize(("suffix", "mark"), [("csv", ","), ("tsv", "\t")])
def test_csv_corpus_keeps_line_breaks_of_its_texts(tmp_path: Path, suffix: str, mark: str) -> None:
    """A quoted cell may hold line breaks, and they count as characters."""
    put(tmp_path, {f"c.{suffix}": f'text{mark}date\r\n"第一行\n第二行"{mark}2023-07-11\r\n'})
    document = read_inputs([tmp_path / f"c.{suffix}"]).documents[0]
    assert (document.source.text, document.meta.date) == ("第一行\n第二行", date(2023, 7, 11))


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        pytest.param("c.csv", "body\nx\n", 1, id="no text column"),
        pytest.param("c.jsonl", '{"text": "x"}\n{"text": \n', 2, id="broken JSON"),
        pytest.param("c.jsonl", '["x"]\n', 1, id="not an object"),
        pytest.param("c.jsonl", '{"text": "x", "date": "soon"}\n', 1, id="not a date"),
        pytest.param("c.jsonl", '{"text": "x", "file": "a"}\n{"text": "y", "file": "a"}\n', 2, id="one name twice"),
    ],
)
def test_broken_corpus(tmp_path: Path, name: str, content: str, line: int) -> None:
    """The message names the line."""
    put(tmp_path, {name: content})
    error = failure(lambda: paths(tmp_path / name))
    assert (error.slug, error.values["line"]) == ("corpus-bad", line)


def test_date_dates_the_one_undated_file(tmp_path: Path) -> None:
    """Dated files beside it keep their dates."""
    put(tmp_path / "n", {"a.txt": TEXT, "2022-01-01.txt": TEXT + "x"})
    dates = {d.source.path: d.meta.date for d in read_inputs([tmp_path / "n"], day=date(2023, 7, 11)).documents}
    assert dates == {"n/a.txt": date(2023, 7, 11), "n/2022-01-01.txt": date(2022, 1, 1)}


@pytest.mark.parametrize(("names", "slug"), [(["a.txt", "b.txt"], "date-many"), (["2022-01-01.txt"], "date-none")])
def test_date_for_none_or_many_is_refused(tmp_path: Path, names: list[str], slug: str) -> None:
    """The message says what to do instead."""
    put(tmp_path / "n", dict.fromkeys(names, TEXT))
    error = failure(lambda: read_inputs([tmp_path / "n"], day=date(2023, 7, 11)))
    assert error.slug == slug
    assert "meta.csv" in str(error)
