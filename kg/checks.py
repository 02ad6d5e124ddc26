"""What a graph must keep: the queries of ontology/checks/, the shapes of ontology/shapes.ttl, and its quotes against the files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from .errors import chinese, say
from .ontology import ontology_dir
from .query import GraphFile, answer, read_graph
from .shapes import rules

SEVERITIES = ("error", "warning", "note")
_WORDS = {"error": ("错误", "error"), "warning": ("警告", "warning"), "note": ("提示", "note")}


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding, in the user's language. severity: error (the graph is broken), warning (to be looked at) or note."""

    check: str
    severity: str
    problem: str
    cause: str
    cure: str
    where: str

    def __str__(self) -> str:
        return f"{self.severity}: {self.problem} {self.where}"


def check(path: Path | GraphFile, sources: Path | None = None) -> list[Finding]:
    """All that is found wrong, worst first; with `sources` every quote is cut again from the files there.

    `sources` is the folder, file or corpus that was built from; without it, what a build has kept of extracted texts is taken.
    Raises KgError if graph or sources cannot be read.
    """
    data = path if isinstance(path, GraphFile) else read_graph(path)
    out = [*_queries(data), *_shapes(data)]
    out += _against_kept(data) if sources is None else _against_sources(data, sources)
    return sorted(out, key=lambda f: (SEVERITIES.index(f.severity), f.check, f.problem, f.where))


def exit_code(findings: list[Finding]) -> int:
    """1 where the graph is broken, 3 where it is whole but something must be looked at, else 0."""
    worst = {f.severity for f in findings}
    return 1 if "error" in worst else 3 if "warning" in worst else 0


def report_text(findings: list[Finding], most: int = 20) -> str:
    """The findings by problem: severity, problem, cause and cure once, then where; `most` places a problem, 0 for all."""
    lines = []
    for (severity, name, problem, cause, cure), group in groupby(findings, key=lambda f: (f.severity, f.check, f.problem, f.cause, f.cure)):
        places = [f.where for f in group]
        shown = places if not most or len(places) <= most else places[:most]
        lines.append(f"{say(*_WORDS[severity])}  {name}  {problem}")
        lines += [f"  {label}{words}" for label, words in ((say("原因 ", "cause  "), cause), (say("处理 ", "cure   "), cure)) if words]
        lines += [f"    {place}" for place in shown]
        if len(shown) < len(places):
            lines.append(say(f"    另有 {len(places) - len(shown)} 处（--all 全部列出）", f"    and {len(places) - len(shown)} more (--all lists them)"))
    return "".join(f"{line}\n" for line in lines)


def _queries(data: GraphFile) -> Iterator[Finding]:
    for file in sorted((ontology_dir() / "checks").glob("*.rq")):
        text = file.read_text("utf-8")
        head = dict(re.findall(r"^# ([\w ]+): (.*)$", text, re.M))
        problem, cause, cure = (head[f"{part} {'zh' if chinese() else 'en'}"] for part in ("problem", "cause", "cure"))
        table = answer(data, text)
        for row in table.rows:
            where = " ".join(f"{n}={c.text}" for n, c in zip(table.columns, row, strict=True) if c)
            yield Finding(file.stem, head["severity"], problem, cause, cure, where)


def _shapes(data: GraphFile) -> Iterator[Finding]:
    """The rules of the shapes that are no check as well."""
    cure = say("用 kg explain 查看该节点。", "See the node with kg explain.")
    for rule in rules():
        if not rule.same:
            cause = say(f"不符合 ontology/shapes.ttl 的 gfs:{rule.name}。", f"It does not keep gfs:{rule.name} of ontology/shapes.ttl.")
            for where in sorted({data.short(row["this"]) for row in data.select(rule.query)}):
                yield Finding("shape-" + rule.name, rule.severity, say(rule.zh, rule.en) + say("。", "."), cause, cure, where)


def _against_kept(data: GraphFile) -> Iterator[Finding]:
    """The quotes of files whose text was extracted, against the texts that stand beside the graph."""
    whole: dict[str, str] = {}
    folder = data.path if data.path.is_dir() else data.path.parent
    for row in data.select("SELECT ?file ?path ?kept WHERE { ?file gf:path ?path ; gf:extractedText ?kept } ORDER BY ?path"):
        try:
            whole[row["file"]] = (folder / row["kept"]).read_bytes().decode()
        except (OSError, UnicodeDecodeError):
            problem, cause = (
                say("保存的文本不在图旁边。", "An extracted text is not beside the graph."),
                say("图被单独拷走。", "The graph was copied without it."),
            )
            yield Finding("text-missing", "warning", problem, cause, say("连同 texts/ 一起拷贝。", "Copy texts/ with it."), row["kept"])
    yield from _quotes(data, whole)


def _against_sources(data: GraphFile, sources: Path) -> Iterator[Finding]:
    from .documents import read_inputs

    texts: dict[str, tuple[str, str]] = {}
    for d in read_inputs([sources]).documents:
        for name in (d.source.path.partition("/")[2], d.source.path):  # the folder built from, or the one above it
            texts[name] = (d.source.sha256, d.source.text)
    again = say("对同一份文件重新生成图。", "Build the graph again from the same files.")
    whole: dict[str, str] = {}
    for row in data.select("SELECT ?file ?path ?sha WHERE { ?file gf:path ?path ; gf:sha256 ?sha } ORDER BY ?path"):
        found = texts.get(row["path"])
        if found is None:
            problem, cause = say("来源文件不在所给目录。", "A source file is not in the folder given."), say("文件被移动或改名。", "It was moved or renamed.")
            yield Finding("source-missing", "warning", problem, cause, say("给出生成时的目录。", "Give the folder that was built from."), row["path"])
        elif found[0] != row["sha"]:
            problem, cause = say("来源文件已改动。", "A source file has changed."), say("生成之后文件被编辑。", "It was edited after the build.")
            yield Finding("source-changed", "error", problem, cause, again, row["path"])
        else:
            whole[row["file"]] = found[1]
    yield from _quotes(data, whole)


def _quotes(data: GraphFile, whole: dict[str, str]) -> Iterator[Finding]:
    """The quotes that are not what the texts have there; `whole`: texts by file."""
    again = say("对同一份文件重新生成图。", "Build the graph again from the same files.")
    if not whole:
        return
    spans = """SELECT ?span ?file ?start ?end ?quote WHERE {
        { ?span gf:inArticle ?article } UNION { ?outer gf:segment ?span ; gf:inArticle ?article }
        ?article dct:isPartOf ?file . ?span gf:quote ?quote ; gf:start ?start ; gf:end ?end } ORDER BY ?span"""
    for row in data.select(spans):
        text = whole.get(row["file"])
        if text is not None and text[int(row["start"]) : int(row["end"])] != row["quote"]:
            problem = say("引文与文件不符。", "A quote is not what the file has there.")
            cause = say("图被改过，或程序有误。", "The graph was edited, or the program is at fault.")
            yield Finding("quote-differs", "error", problem, cause, again, f"{data.short(row['span'])} {row['start']}-{row['end']}")
