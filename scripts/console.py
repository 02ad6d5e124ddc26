"""Run what the documents tell the reader to type, and compare with what they show.

    python scripts/console.py [PAGE...]            say where a page shows something else than the program prints
    python scripts/console.py --write [PAGE...]    put there what it prints

Every ```console block of every page is run, top to bottom, in a folder that holds what the pages speak of: seeds/, output/, tests/gold/, news/,
corpus.jsonl, yesterday/, all small. A line `$ command` is run; the lines under it, if any, are what it must print, messages included:
a line `…` stands for any lines, `…` within a line for any text. A block ```KIND title="FILE" is a file that the reader saves; it is saved. One
with append="FILE" is put at the file's end; of one with change="FILE" the first line is what stands there once, the second what is put in its place.
Pages in Chinese run in a Chinese locale. `kg` runs in this process; other programs run if they are in RUN, are known by OTHERS, or are a fault.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

RUN = ("ls", "cat", "head", "mkdir", "cp", "unzip", "sort")
# Programs that a test cannot start, and what holds them to the truth instead.
OTHERS = {
    "make": "its targets are compared with the Makefile",
    "source": "a word of the shell; the path is that of the Makefile",
    "pip": "extras are compared with pyproject.toml",
    "python": "the Windows lines of the README; `make build` does the same",
    "neo4j-admin": "tests/test_neo4j.py loads the files into another property graph",
    "cypher-shell": "tests/test_howto.py runs Neo4j's linter over the script",
}
# Options of `kg` that want another machine's answer: their own tests stand in for it.
ELSEWHERE = ("--llm", "--engine")
BLOCK = re.compile(r"^( *)```([^\n`]*)\n(.*?)^\1```", re.M | re.S)


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that does not do what its page says."""

    page: str
    line: str
    why: str

    def __str__(self) -> str:
        return f"{self.page}: $ {self.line}\n{self.why}"


def pages() -> list[Path]:
    """Every document with a console block."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("*/README.md")]
    return sorted({p for p in found if "```console\n" in p.read_text("utf-8")})


def typed(block: str) -> list[tuple[str, str]]:
    """The commands of a console block, as they stand there, with what is shown under each.

    >>> typed("$ kg try \\\\\\n    甲\\n融资\\n$ ls\\n")
    [('kg try \\\\\\n    甲', '融资\\n'), ('ls', '')]
    """
    parts = (re.fullmatch(r"((?:.*\\\n)*.*)\n((?:.*\n)*)", p) for p in re.split(r"^\$ ", block, flags=re.M)[1:])
    return [(m[1], m[2]) for m in parts if m]


def fits(shown: str, printed: str) -> bool:
    """Whether a page shows what was printed.

    >>> fits("甲\\n…\\n丁\\n", "甲\\n乙\\n丙\\n丁\\n"), fits("a … c\\n", "a b c\\n"), fits("…\\n乙\\n", "甲\\n丙\\n")
    (True, True, False)
    """
    clean = [line.rstrip() for line in printed.rstrip().split("\n")]
    wanted = "".join(
        r"(?:.*\n)*?" if line.strip() == "…" else ".*?".join(map(re.escape, line.rstrip().split("…"))) + r"\n" for line in shown.rstrip().split("\n")
    )
    return re.fullmatch(wanted, "\n".join(clean) + "\n") is not None


def world(folder: Path) -> None:
    """What the pages speak of."""
    shutil.copytree(ROOT / "seeds", folder / "seeds")
    gold = ROOT / "tests" / "gold"
    for name, few in (("seeds", ("000*", "readers.tsv")), ("dev", ("w1d01*", "readers.tsv"))):  # one document of each: enough to run
        (folder / "tests" / "gold" / name).mkdir(parents=True)
        for pattern in few:
            for file in (gold / name).glob(pattern):
                shutil.copy(file, folder / "tests" / "gold" / name / file.name)
    text = "截至2023年6月末，工行萧山分行涉农贷款余额48.7亿元。\n"
    (folder / "news").mkdir()
    (folder / "news" / "page4.txt").write_text(text, "utf-8", newline="\n")
    (folder / "corpus.jsonl").write_text(json.dumps({"text": text, "date": "2023-07-11"}, ensure_ascii=False) + "\n", "utf-8", newline="\n")
    for name in ("output", "yesterday"):
        (folder / name).mkdir()
        shutil.copy(ROOT / "output" / "graph.ttl", folder / name / "graph.ttl")
    shutil.copytree(ROOT / "ontology", folder / "ontology")


def kg(words: list[str]) -> tuple[int, str]:
    """Exit code and everything that `kg WORDS` prints, in the order of printing."""
    from kg.cli import main
    from kg.pack import load

    load.cache_clear()  # a pack that the page has edited: for the reader each command is a process of its own
    told = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)
    with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
        try:
            main(words)
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
    return code, told.buffer.getvalue().decode("utf-8")  # type: ignore[attr-defined]


def served(words: list[str], folder: Path) -> tuple[int, str]:
    """`kg serve`, until it says its address: a server does not end by itself."""
    words = ["0" if before == "--port" else word for before, word in zip(["", *words], words, strict=False)]
    port = [] if "--port" in words else ["--port", "0"]
    server = subprocess.Popen([sys.executable, "-m", "kg", *words, *port], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")
    assert server.stdout is not None
    first = server.stdout.readline()
    server.terminate()
    server.communicate()
    return (0 if "http://" in first else 2), first


def run(line: str, folder: Path) -> tuple[int, str] | None:
    """Exit code and what a line prints; None where it is known by other means. Raises ValueError for a program nobody knows."""
    command, _, target = line.replace("\\\n", "").partition(" > ")
    words = shlex.split(command, comments=True)
    name = Path(words[0]).name.removesuffix(".exe")
    if name in OTHERS:
        for extra in re.findall(r"gongfu-kg\[(\w+)\]", line):
            if not re.search(rf"^{extra} = \[", (ROOT / "pyproject.toml").read_text("utf-8"), re.M):
                raise ValueError(f"no extra {extra}")
        return None
    if name == "kg" and set(ELSEWHERE) & set(words):
        return None
    if name == "kg":
        code, printed = served(words[1:], folder) if words[1] == "serve" else kg(words[1:])
    elif name in RUN:
        done = subprocess.run(words, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")
        code, printed = done.returncode, done.stdout
    else:
        raise ValueError(f"{name}: put it into RUN or OTHERS of scripts/console.py")
    if target:
        (folder / target.strip()).write_text(printed, "utf-8", newline="\n")
        printed = ""
    return code, printed


@contextlib.contextmanager
def inside(folder: Path, zh: bool) -> Iterator[None]:
    before, language = Path.cwd(), {name: os.environ.get(name) for name in ("LC_ALL", "KG_DEBUG")}
    os.chdir(folder)
    os.environ["LC_ALL"] = "zh_CN.UTF-8" if zh else "en_US.UTF-8"
    try:
        yield
    finally:
        os.chdir(before)
        for name, value in language.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})


def check(page: Path, text: str) -> tuple[list[Fault], str]:
    """What of a page is not so, and the page as it should be."""
    name, faults, zh = page.name, [], page.name.endswith(".zh-CN.md")

    def block(match: re.Match[str]) -> str:
        indent, kind, body = match.groups()
        if saved := re.search(r'title="([^"]+)"', kind):
            (folder / saved[1]).parent.mkdir(exist_ok=True)
            (folder / saved[1]).write_text(body, "utf-8", newline="\n")
        if added := re.search(r'append="([^"]+)"', kind):
            with (folder / added[1]).open("a", encoding="utf-8", newline="\n") as file:
                file.write("\n" + body)
        if changed := re.search(r'change="([^"]+)"', kind):
            edited, (old, new) = folder / changed[1], body.splitlines()
            if edited.read_text("utf-8").count(old) != 1:
                faults.append(Fault(name, kind, f"does not stand there once: {old}"))
            edited.write_text(edited.read_text("utf-8").replace(old, new), "utf-8", newline="\n")
        if kind != "console":
            return match[0]
        out = []
        for line, shown in typed(body):
            try:
                done = run(line, folder)
            except ValueError as error:
                faults.append(Fault(name, line, str(error)))
                done = None
            if done is not None and shown.strip() and not fits(shown, done[1]):
                faults.append(Fault(name, line, f"is shown:\n{shown}\nis printed:\n{done[1]}"))
                shown = done[1].rstrip() + "\n"
            elif done is not None and not shown.strip() and done[0] == 2:
                faults.append(Fault(name, line, done[1]))
            out.append((line, shown))
        fresh = "".join(f"$ {line}\n{shown}" for line, shown in out)
        return f"{indent}```console\n{fresh}{indent}```"

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        world(folder)
        with inside(folder, zh):
            fresh = BLOCK.sub(block, text)
    return faults, fresh


def wanted(arguments: list[str]) -> list[Path]:
    return [Path(a).resolve() for a in arguments] or pages()


if __name__ == "__main__":
    chosen = wanted([a for a in sys.argv[1:] if a != "--write"])
    wrong = 0
    for path in chosen:
        text = path.read_text("utf-8")
        found, fresh = check(path, text)
        if "--write" in sys.argv and fresh != text:
            path.write_text(fresh, "utf-8", newline="\n")
            print(f"{path.relative_to(ROOT)}: updated")
            found = [f for f in found if "is printed" not in f.why]
        for fault in found:
            print(fault)
        wrong += len(found)
    sys.exit(1 if wrong else 0)
