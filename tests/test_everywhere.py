"""The program makes no assumption on the system: consoles, shells, checkouts, paths and processes as Windows and macOS have them."""

from __future__ import annotations

import ast
import codecs
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import handmade
import pytest

from kg import corrections, documents, explain, outputs, pack, streams
from kg.errors import KgError
from kg.gold import read_account
from kg.query import read_graph, run_query
from kg.rdf import write_turtle

ROOT = Path(__file__).parent.parent
TEXT = "截至2023年6月末，工行萧山分行涉农贷款余额48.7亿元。\n"
RARE = "工行萧山分行为𠮷田村发放贷款500万元 ✓。\n"  # two characters that GBK does not have


def kg(*args: str, cwd: Path, given: bytes | None = None, python: tuple[str, ...] = (), **env: str) -> subprocess.CompletedProcess[bytes]:
    """`kg ARGS` as a process of its own, with bytes in and out."""
    clean = {k: v for k, v in os.environ.items() if k not in ("PYTHONIOENCODING", "PYTHONUTF8", "LC_ALL", "LANG")}
    whole = {**clean, "PYTHONPATH": str(ROOT), **env}
    return subprocess.run([sys.executable, *python, "-m", "kg", *args], cwd=cwd, input=given, capture_output=True, env=whole)


# ---------------------------------------------------------------- consoles and redirection


def test_a_console_without_some_characters_shows_their_codes(tmp_path: Path) -> None:
    """In a cp936 console nothing crashes: what GBK has is written in it, the rest as \\u…."""
    done = kg("try", RARE, cwd=tmp_path, PYTHONIOENCODING="cp936", LC_ALL="zh_CN.UTF-8")
    assert done.returncode == 0, done.stderr
    assert "中国工商银行萧山分行" in done.stdout.decode("gbk") and "\\U00020bb7" in done.stdout.decode("gbk")
    told = kg("build", "没有.txt", "-o", "out", cwd=tmp_path, PYTHONIOENCODING="cp936", LC_ALL="zh_CN.UTF-8")
    assert (told.returncode, told.stderr.decode("gbk")[:3]) == (2, "kg：")


def test_redirected_output_is_utf8_with_line_feeds(tmp_path: Path) -> None:
    """`kg query … > out.csv` and `-o out.csv` write the same bytes, in an English locale without Chinese characters too."""
    (tmp_path / "graph.ttl").write_text(write_turtle(handmade.graph()), "utf-8", newline="\n")
    args = ("query", "graph.ttl", "SELECT ?n { ?x skos:prefLabel ?n } ORDER BY ?n", "--format", "csv")
    assert kg(*args, "-o", "one.csv", cwd=tmp_path).returncode == 0
    with (tmp_path / "two.csv").open("wb") as file:
        env = {**os.environ, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONPATH": str(ROOT)}
        subprocess.run([sys.executable, "-X", "utf8=0", "-m", "kg", *args], cwd=tmp_path, stdout=file, check=True, env=env)
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    assert "白鹤村" in (tmp_path / "two.csv").read_text("utf-8") and b"\r" not in (tmp_path / "two.csv").read_bytes()


def test_a_locale_without_chinese_characters_gets_utf8(tmp_path: Path) -> None:
    """LANG=C outside UTF-8 mode: files, names and output are as ever."""
    (tmp_path / "村.txt").write_text(TEXT, "utf-8")
    plain = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}
    done = kg("build", ".", "-o", "out", "--formats", "turtle", cwd=tmp_path, python=("-X", "utf8=0"), **plain)
    assert done.returncode == 0, done.stderr
    assert "48.7亿元" in (tmp_path / "out" / "graph.ttl").read_text("utf-8")
    assert "48.7亿元" in kg("try", cwd=tmp_path, given=TEXT.encode(), python=("-X", "utf8=0"), **plain).stdout.decode()


def test_a_pipe_of_powershell_gets_the_code_page_of_its_console() -> None:
    """PowerShell reads what a program writes by that page; a file gets UTF-8, and so does a page without Chinese characters."""
    assert streams.encoding("cp936", page=936) == "cp936"
    assert streams.encoding("cp936", page=936, to_file=True) == "utf-8"
    assert streams.encoding("cp1252", page=850) == streams.encoding("cp936", page=65001) == streams.encoding("cp0", page=0) == "utf-8"
    assert streams.encoding("utf-8", "utf-8", 936) == "utf-8"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gbk"])
def test_piped_text_is_read_in_its_encoding(tmp_path: Path, encoding: str) -> None:
    """`type a.txt | kg try`, whatever a.txt is in."""
    assert "48.7亿元" in kg("try", cwd=tmp_path, given=TEXT.encode(encoding), LC_ALL="C.UTF-8").stdout.decode()


def test_characters_that_a_shell_has_lost_are_told(tmp_path: Path) -> None:
    """PowerShell 5 pipes ASCII: question marks are no text."""
    done = kg("try", cwd=tmp_path, given=b"??????2023?6???????48.7??\r\n", LC_ALL="en_US.UTF-8")
    assert done.returncode == 2 and b"question marks" in done.stderr and done.stderr.count(b"\n") == 1


# ---------------------------------------------------------------- files that shells and editors have written

ENCODINGS = [
    pytest.param(lambda text: text.encode(), id="utf-8"),
    pytest.param(lambda text: codecs.BOM_UTF8 + text.replace("\n", "\r\n").encode(), id="mark and CRLF (Notepad)"),
    pytest.param(lambda text: text.replace("\n", "\r\n").encode("utf-16"), id="UTF-16 and CRLF (PowerShell)"),
    pytest.param(lambda text: text.replace("\n", "\r\n").encode("gbk"), id="GBK and CRLF (Excel)"),
]


@pytest.mark.parametrize("encoded", ENCODINGS)
def test_every_file_of_a_user_is_read_in_its_encoding(tmp_path: Path, encoded: object) -> None:
    """Text, meta.csv, corrections, lexicons, rules, queries, annotations: with or without a mark, in UTF-8, UTF-16 or GBK."""

    def put(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(encoded(text))  # type: ignore[operator]
        return path

    text = put("news/a.txt", TEXT)
    put("news/meta.csv", "file,date,paper\na.txt,2023-07-11,萧山日报\n")
    put("news/corrections.tsv", "add-alias\t工行萧山分行\t萧山工行\n")
    (document,) = documents.read_inputs([tmp_path / "news"]).documents
    assert (document.source.text.strip(), document.meta.paper) == (TEXT.strip(), "萧山日报")
    assert [(c.object, c.line) for c in corrections.find([text])] == [("萧山工行", 1)]
    put("own/banks.tsv", "name\tkind\taliases\tparent\tnote\n青田银行\tBank\t青银\t\t\n")
    put("own/rules.toml", '[[rule]]\nid = "青田"\n')
    own = pack.load(tmp_path / "own")
    assert own.by_name["banks"]["青银"].name == "青田银行" and own.rules[0]["id"] == "青田"
    query = put("村.rq", '# 村名\nSELECT ?x {\n  ?x skos:prefLabel "白鹤村"@zh\n}\n')
    (tmp_path / "graph.ttl").write_text(write_turtle(handmade.graph()), "utf-8", newline="\n")
    assert len(run_query(tmp_path / "graph.ttl", query).rows) == 1
    assert read_account(put("gold.json", json.dumps({"entities": [{"id": "e1", "type": "Bank", "name": "工行"}]}, ensure_ascii=False))).things


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_graph_that_a_shell_wrote_is_read(tmp_path: Path, encoding: str) -> None:
    """`kg try --turtle … > graph.ttl` in PowerShell makes UTF-16 with a mark."""
    text = write_turtle(handmade.graph())
    (tmp_path / "one.ttl").write_text(text, "utf-8", newline="\n")
    (tmp_path / "two.ttl").write_bytes(text.replace("\n", "\r\n").encode(encoding))
    one, two = read_graph(tmp_path / "one.ttl"), read_graph(tmp_path / "two.ttl")
    assert (len(one.store), one.prefixes) == (len(two.store), two.prefixes)


def test_a_checkout_with_crlf_builds_the_same(tmp_path: Path) -> None:
    """Packs, page and ontology in CRLF (git's autocrlf) give the same graph, page and answers; only the seeds keep their bytes."""
    shutil.copytree(ROOT / "kg", tmp_path / "kg", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "ontology", tmp_path / "ontology")
    for path in [*(tmp_path / "kg").rglob("*"), *(tmp_path / "ontology").rglob("*")]:
        if path.is_file() and path.suffix not in (".zip", ".gz", ".png", ".woff2"):
            path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    formats = ("--formats", "turtle,html,report")
    done = kg("build", str(ROOT / "seeds"), "-o", "crlf", *formats, cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert done.returncode == 0, done.stderr
    outputs.run([ROOT / "seeds"], tmp_path / "lf", formats=["turtle", "html", "report"])
    for name in ("graph.ttl", "network.html", "report.json"):
        assert (tmp_path / "crlf" / name).read_bytes() == (tmp_path / "lf" / name).read_bytes(), name
    asked = [kg("query", "lf/graph.ttl", "loans-by-bank", cwd=tmp_path, PYTHONPATH=str(x)).stdout for x in (tmp_path, ROOT)]
    assert asked[0] == asked[1] != b""


def test_git_keeps_line_feeds_where_bytes_count() -> None:
    """Text is checked out with line feeds, and what is measured byte by byte is left as it is."""
    rules = dict(line.split(" ", 1) for line in (ROOT / ".gitattributes").read_text("utf-8").splitlines())
    assert rules["*"] == "text=auto eol=lf"
    assert [rules[f"{folder}/**"] for folder in ("seeds", "tests/data", "tests/gold")] == ["-text"] * 3


# ---------------------------------------------------------------- paths


def test_a_pattern_that_no_shell_expanded_is_expanded(tmp_path: Path) -> None:
    """cmd.exe hands `news\\*.txt` on as it is; a query with a star stays a query."""
    for name in ("b.txt", "a.txt", "c[1].txt"):
        (tmp_path / name).write_text(TEXT, "utf-8")
    assert [p.name for p in documents.expanded([tmp_path / "[ab].txt", tmp_path / "c[1].txt", tmp_path / "none*"])] == ["a.txt", "b.txt", "c[1].txt", "none*"]
    done = kg("build", "*.txt", "-o", "out", "--formats", "report", cwd=tmp_path)
    assert done.returncode == 0 and json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))["files"] == 3


def test_backslashes_part_folders_in_meta_and_places(tmp_path: Path) -> None:
    """`sub\\A.TXT` in meta.csv (case does not part files on Windows and macOS), an absolute path, and `C:\\news\\golden.txt:3` for a place."""
    (tmp_path / "news" / "sub").mkdir(parents=True)
    for name in ("a", "b"):
        (tmp_path / "news" / "sub" / f"{name}.txt").write_text(TEXT, "utf-8")
    rows = f"file,date\nsub\\A.TXT,2023-07-11\n{tmp_path / 'news' / 'sub' / 'b.txt'},2023-07-12\n"
    (tmp_path / "news" / "meta.csv").write_text(rows, "utf-8")
    assert [str(d.meta.date) for d in documents.read_inputs([tmp_path / "news"]).documents] == ["2023-07-11", "2023-07-12"]
    graph = tmp_path / "graph.ttl"
    graph.write_text(write_turtle(handmade.graph()), "utf-8", newline="\n")
    name = handmade.graph().sources[0].path
    at = handmade.graph().articles[0].runs[0].raw
    assert explain.explain(graph, f"C:\\news\\{name}:{at}".replace("/", "\\")) == explain.explain(graph, f"{name}:{at}")


def test_paths_are_shown_with_slashes(tmp_path: Path) -> None:
    """In the graph and on the screen, whatever the system's separator is."""
    (tmp_path / "news" / "sub").mkdir(parents=True)
    (tmp_path / "news" / "sub" / "a.txt").write_text(TEXT, "utf-8")
    report = outputs.run([tmp_path / "news"], tmp_path / "out", formats=["turtle"])
    assert report.graph.sources[0].path == "news/sub/a.txt"
    assert "\\" not in outputs.summary(report)


def test_a_file_open_in_another_program_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows refuses to replace it: one line names it, and all earlier files stay those of one build."""
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    out = tmp_path / "out"
    outputs.run([tmp_path / "a.txt"], out, formats=["turtle", "xlsx", "report"])
    before = {p.name: p.read_bytes() for p in out.iterdir()}
    (tmp_path / "a.txt").write_text("2023年，农行萧山分行发放贷款500万元。", "utf-8")
    replace = os.replace

    def held(old: str | Path, new: str | Path) -> None:
        if Path(new) == out / "facts.xlsx":
            raise PermissionError(13, "The process cannot access the file", str(new))
        replace(old, new)

    monkeypatch.setattr(os, "replace", held)
    with pytest.raises(KgError) as caught:
        outputs.run([tmp_path / "a.txt"], out, formats=["turtle", "html", "xlsx", "report"])
    assert (caught.value.slug, caught.value.values["path"]) == ("file-in-use", out / "facts.xlsx")
    assert {p.name: p.read_bytes() for p in out.iterdir()} == before


# ---------------------------------------------------------------- processes, locale, clock


def test_processes_that_are_spawned_build_the_same(tmp_path: Path) -> None:
    """As on Windows and macOS, where nothing is inherited by forking."""
    for n in range(3):
        (tmp_path / f"{n}.txt").write_text(TEXT.replace("48.7", f"{n + 1}"), "utf-8")
    script = tmp_path / "spawned.py"
    script.write_text(
        "import multiprocessing, sys\nfrom kg.cli import main\n"
        "if __name__ == '__main__':\n    multiprocessing.set_start_method('spawn')\n    main(sys.argv[1:])\n",
        "utf-8",
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    args = ["build", "0.txt", "1.txt", "2.txt", "--formats", "turtle", "-o"]
    subprocess.run([sys.executable, str(script), *args, "two", "--jobs", "2"], cwd=tmp_path, check=True, env=env, capture_output=True)
    assert kg(*args, "one", cwd=tmp_path).returncode == 0
    assert (tmp_path / "one" / "graph.ttl").read_bytes() == (tmp_path / "two" / "graph.ttl").read_bytes()


STRICT = """
import sys, warnings
warnings.filterwarnings("error", category=EncodingWarning, module=r"kg($|\\.)")
from kg.cli import main
for line in sys.argv[1:]:
    try:
        main(line.split())
    except SystemExit as end:
        assert end.code in (0, None, 3), (line, end.code)
"""


def test_no_command_depends_on_the_locales_encoding(tmp_path: Path) -> None:
    """Every file that the package opens as text is opened with its encoding."""
    lines = [
        f"build {ROOT / 'tests' / 'data' / 'golden.txt'} -o out --formats all",
        "try 工行萧山分行发放贷款500万元。",
        "query out/graph.ttl loans-by-bank",
        "check out/graph.ttl",
        "explain out/graph.ttl 白鹤村茶叶加工园项目",
        "diff out out",
        "rules",
        f"evaluate {next((ROOT / 'tests' / 'gold' / 'dev').glob('*.json'))}",
    ]
    done = subprocess.run(
        [sys.executable, "-X", "warn_default_encoding", "-c", STRICT, *lines],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"},
    )
    assert done.returncode == 0, done.stderr


OWN = [p for folder in ("kg", "bench", "scripts") for p in sorted((ROOT / folder).glob("*.py"))]


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """The calls of methods and functions in a module, by name."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            yield node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else "", node


@pytest.mark.parametrize("path", OWN, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_what_is_written_has_its_encoding_and_line_feeds(path: Path) -> None:
    """No write_text without an encoding and newline="\\n"; no read_text without an encoding; no text from a process without one."""
    for name, call in calls(path):
        given = {k.arg: k.value for k in call.keywords}
        if name == "write_text":
            newline = given.get("newline")
            assert (len(call.args) > 1 or "encoding" in given) and isinstance(newline, ast.Constant) and newline.value == "\n", f"line {call.lineno}"
        if name == "read_text":
            assert call.args or "encoding" in given, f"line {call.lineno}"
        assert "text" not in given or name not in ("run", "Popen", "check_output") or "encoding" in given, f"line {call.lineno}"


@pytest.mark.parametrize("path", [p for p in OWN if p.parent.name == "kg"], ids=lambda p: p.stem)
def test_nothing_that_one_system_alone_has_is_imported_at_once(path: Path) -> None:
    """resource, fcntl, pwd, termios and the like only where their absence is dealt with."""
    tree = ast.parse(path.read_text("utf-8"))
    names = {a.name for node in tree.body if isinstance(node, ast.Import) for a in node.names}
    names |= {node.module or "" for node in tree.body if isinstance(node, ast.ImportFrom)}
    assert not names & {"resource", "fcntl", "pwd", "grp", "termios", "tty", "pty", "readline", "curses", "winreg", "msvcrt"}
    assert "fork" not in {name for name, _ in calls(path)}


def test_clock_zone_and_language_leave_the_files_as_they_are(tmp_path: Path) -> None:
    """Same bytes in Shanghai and in Los Angeles, in a Chinese and in an English locale."""
    (tmp_path / "a.txt").write_text(TEXT + RARE, "utf-8")
    formats = ("--formats", "turtle,xlsx,report")
    for name, zone, language in (("one", "Asia/Shanghai", "zh_CN.UTF-8"), ("two", "America/Los_Angeles", "en_US.UTF-8")):
        assert kg("build", "a.txt", "-o", name, *formats, cwd=tmp_path, TZ=zone, LC_ALL=language).returncode == 0
    one, two = ({p.name: p.read_bytes() for p in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert one == two
