"""The files a build writes: all of them or none, and the report of what is in them."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from . import __version__, build, corrections, documents, proposals, records, show, texts, view
from . import pack as packs
from .errors import KgError, say
from .model import Graph

if TYPE_CHECKING:
    from .endpoint import Endpoint

FILES: dict[str, tuple[str, ...]] = {
    "turtle": ("graph.ttl",),
    "html": ("network.html",),
    "graphml": ("graph.graphml",),
    "gexf": ("graph.gexf",),
    "csv": ("nodes.csv", "edges.csv"),
    "xlsx": ("facts.xlsx",),
    "report": ("report.json",),
    "jsonld": ("graph.jsonld",),
    "nquads": ("graph.nq",),
    "graphml-full": ("graph-full.graphml",),
    "gexf-full": ("graph-full.gexf",),
    "cyjs": ("graph.cyjs",),
    "neo4j": ("neo4j/nodes.csv", "neo4j/relationships.csv", "neo4j/load.cypher"),
    "tables": tuple(f"tables/{name}" for name in records.files()),
}
LLM_CACHE = ".kg-llm-cache"  # answers of a model, in the output folder
USUAL = ("turtle", "html", "graphml", "gexf", "csv", "xlsx", "report")


@dataclass(frozen=True, slots=True)
class Report:
    """What a build read, found and wrote."""

    graph: Graph
    written: tuple[Path, ...] = ()
    problems: tuple[KgError, ...] = ()
    recoded: tuple[tuple[str, str], ...] = ()
    duplicates: int = 0  # articles that stand in an earlier file too
    corrected: int = 0  # lines of corrections.tsv
    unmatched: tuple[corrections.Unmatched, ...] = ()  # those that could not be applied
    passed: tuple[tuple[str, int], ...] = ()  # kinds of files that hold no text, and how many
    proposed: proposals.Tally | None = None  # what became of a model's proposals

    @property
    def reprints(self) -> int:
        """Articles that reprint another."""
        return sum(bool(a.reprint_of) for a in self.graph.articles)

    @property
    def copies(self) -> int:
        """Passages dropped because they were printed before."""
        return sum(len(a.copies) for a in self.graph.articles)

    @property
    def quantities(self) -> tuple[int, int, int]:
        """How many quantities are in facts, set aside with a reason, unexplained."""
        used = {(a.mention.article, a.mention.span) for f in self.graph.facts for _, a in f.amounts}
        used |= {(m.article, m.span) for f in self.graph.facts for e in f.evidence for m in e.mentions if m.kind == "Quantity"}  # a sum told twice
        used |= {(e.size.mention.article, e.size.mention.span) for e in self.graph.entities if e.size}
        aside = sum(bool(a.reason) for a in self.graph.asides)
        return len(used), aside, len(self.graph.asides) - aside


def run(
    inputs: Sequence[Path],
    out: Path,
    *,
    formats: Sequence[str] = USUAL,
    pack: tuple[Path, ...] = (),
    day: date | None = None,
    base: str = view.BASE,
    page_privacy: bool = False,
    jobs: int = 1,
    corrected: Path | None = None,
    least: float = 0.5,
    llm: Endpoint | None = None,
    llm_cache: Path | None = None,
    progress: Callable[[int, int], object] = lambda done, total: None,
) -> Report:
    """The whole build: read, extract, merge, correct, write. Raises KgError where nothing could be built; earlier output stays whole.

    `corrected`: a file of corrections, in place of the corrections.tsv beside the inputs. `progress` is told the characters
    done and the characters in all. `least`: facts below this confidence stay out, their numbers are set aside.
    `llm`: a model that may propose facts; its answers are kept in `llm_cache`, by default a hidden folder of `out`.
    """
    _check(formats, base)
    with _folder(out) as work:  # first of all: an unwritable folder is told before the work, not after
        found = documents.read_inputs(inputs, day=day)
        rows = corrections.read(corrected) if corrected else corrections.find(inputs)  # a bad line is told before the work
        total = sum(len(d.source.text) for d in found.documents)
        done = 0

        def step(characters: int) -> None:
            nonlocal done
            done += characters
            progress(done, total)

        parts, failed = build.extract_all(found.documents, pack, jobs=jobs, progress=step)
        if failed and not parts:
            raise failed[0]
        proposed = None
        if llm:
            from .endpoint import Asker

            parts, proposed = proposals.enrich(parts, packs.load(*pack), llm.model, Asker(llm, llm_cache or out / LLM_CACHE), least)
        graph, unmatched = corrections.apply(build.merge(parts), rows, least)
        duplicates = sum(len(p.articles) for p in parts) - len(graph.articles)
        report = Report(graph, (), (*found.problems, *failed), found.recoded, duplicates, len(rows), unmatched, found.passed, proposed)
        names = write(report, work, formats, pack=packs.load(*pack), base=base, page_privacy=page_privacy)
        kept, before = texts.write_texts(graph.sources, work), texts.listed(out)
        names += kept
        if blocked := next((out / n for n in names if (out / n).is_dir()), None):
            raise KgError("out-unwritable", path=blocked, why="a folder of that name")
        for name in names:
            (out / name).parent.mkdir(parents=True, exist_ok=True)
        _swap(work, out, names)
        texts.sweep(out, before, names)
    return replace(report, written=tuple(out / n for n in names if n not in kept[:-1]))  # the index stands for all texts


def write(report: Report, out: Path, formats: Sequence[str], *, pack: packs.Pack | None = None, base: str = view.BASE, page_privacy: bool = False) -> list[str]:
    """Write the files of these formats into a folder; their names."""
    graph = report.graph
    for name in FILES:
        if name not in formats:
            continue
        if name in ("turtle", "jsonld", "nquads"):
            from . import rdf

            writer = {"turtle": rdf.write_turtle, "jsonld": rdf.write_jsonld, "nquads": rdf.write_nquads}[name]
            _text(out / FILES[name][0], writer(graph, base=base, pack=pack))
        elif name == "html":
            from . import page

            _text(out / "network.html", page.write_page(graph, privacy=page_privacy))
        elif name == "xlsx":
            from . import tables

            tables.write_xlsx(graph, out / "facts.xlsx", base=base, page="network.html" if "html" in formats else "")
        elif name == "report":
            _text(out / "report.json", json.dumps(as_json(report), ensure_ascii=False, indent=1) + "\n")
        elif name == "tables":
            from . import rdf

            records.write_tables_of(rdf.write_turtle(graph, base=base, pack=pack), out / "tables")
        elif name == "neo4j":
            from . import neo4j

            neo4j.write_neo4j(graph, out / "neo4j", base=base)
        else:
            from . import network, unfold

            shape = unfold.FULL if name.endswith("-full") else network.SIMPLE
            if name.startswith("graphml"):
                network.write_graphml(graph, out / FILES[name][0], base=base, shape=shape)
            elif name.startswith("gexf"):
                network.write_gexf(graph, out / FILES[name][0], base=base, shape=shape)
            elif name == "cyjs":
                network.write_cyjs(graph, out / "graph.cyjs", base=base)
            else:
                network.write_nodes_csv(graph, out / "nodes.csv", base=base)
                network.write_edges_csv(graph, out / "edges.csv", base=base)
    return [file for name, files in FILES.items() if name in formats for file in files]


def _swap(work: Path, out: Path, names: Sequence[str]) -> None:
    """Put the new files in the place of the old ones: all of them or none (Windows renames no file that a program has open)."""
    held = work / "earlier"
    done: list[str] = []
    try:
        for name in names:
            (held / name).parent.mkdir(parents=True, exist_ok=True)
            if (out / name).exists():
                _same(out / name, held / name)
            os.replace(work / name, out / name)
            done.append(name)
    except BaseException as error:
        for name in done:
            if (held / name).exists():
                os.replace(held / name, out / name)
            else:
                (out / name).unlink()
        if isinstance(error, PermissionError):
            raise KgError("file-in-use", path=out / names[len(done)]) from None
        raise


def _same(old: Path, new: Path) -> None:
    """A second name for a file, or a copy where the file system has no such thing."""
    try:
        os.link(old, new)
    except OSError:
        shutil.copyfile(old, new)


def _text(path: Path, text: str) -> None:
    path.write_text(text, "utf-8", newline="\n")


def _check(formats: Sequence[str], base: str) -> None:
    for name in formats:
        if name not in FILES:
            raise KgError("format-unknown", given=name, known=", ".join(FILES))
    if "tables" in formats:
        records.require_pyarrow()
    parts = urlsplit(base)
    if parts.scheme not in ("http", "https") or not parts.netloc or base[-1] not in "/#" or any(c in base for c in ' <>"{}|\\^`'):
        raise KgError("base-bad", given=base)


@contextmanager
def _folder(out: Path) -> Iterator[Path]:
    """A folder inside `out` to write into before renaming. `out` is made, and removed again if nothing came of it."""
    made = [p for p in (out, *out.parents) if not p.exists()]
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".kg-", dir=out) as work:
            yield Path(work)
    except OSError as error:
        if error.filename and out.resolve() not in (Path(error.filename).resolve(), *Path(error.filename).resolve().parents):
            raise  # some other file's fault
        raise KgError("out-unwritable", path=out, why=error.strerror or type(error).__name__) from None
    finally:
        for path in made:
            if path.is_dir() and not any(path.iterdir()):
                path.rmdir()


def as_json(report: Report) -> dict[str, object]:
    """The report as JSON: no clock, no machine's name; same input, same bytes."""
    graph = report.graph
    v = view.view(graph)
    used, aside, open_ = report.quantities
    return {
        "program": f"gongfu-kg {__version__}",
        "files": len(graph.sources),
        "articles": [
            {
                "id": a.id,
                "file": a.path,
                "title": a.title,
                "issued": view.when(a.issued),
                "anchor": view.when(a.anchor),
                "anchor_basis": a.anchor.basis if a.anchor else "",
                "copies_dropped": len(a.copies),
            }
            for a in graph.articles
        ],
        "articles_dropped": report.duplicates,
        "passages_dropped": report.copies,
        "reprints": {a.id: a.reprint_of for a in graph.articles if a.reprint_of},
        "entities": _counts(e.kind for e in graph.entities),
        "facts": _counts(f.kind for f in graph.facts),
        "mentions": len(graph.links),
        "quantities": {"in_facts": used, "set_aside": aside, "unexplained": open_},
        "set_aside": _counts(a.reason for a in graph.asides if a.reason),
        "unexplained": [
            {"file": article.path, "offset": offset, "text": a.amount.quantity.verbatim}
            for a in graph.asides
            if not a.reason
            for article, offset in [view.mention_place(v, a.amount.mention)]
        ],
        "corrections": {
            "applied": report.corrected - len({u.correction for u in report.unmatched}),
            "unmatched": [
                {"file": u.correction.path, "line": u.correction.line, "action": u.correction.action}
                | {"subject": u.correction.subject, "object": u.correction.object, "why": u.why, "name": u.name, "ids": list(u.ids)}
                for u in report.unmatched
            ],
        },
        **({"proposals": proposals.as_json(report.proposed)} if report.proposed else {}),
        "recoded": [{"file": path, "encoding": encoding} for path, encoding in report.recoded],
        "passed": dict(report.passed),
        "left_out": [{"error": p.slug, "file": str(p.values.get("name", p.values.get("path", "")))} for p in report.problems],
    }


def _counts(values: Iterator[str]) -> dict[str, int]:
    """How often each value, most frequent first."""
    return dict(sorted(Counter(values).items(), key=lambda x: (-x[1], x[0])))


def summary(report: Report) -> str:
    """What a person wants to know after a build, in the user's language: read, found, written, and what to try next."""
    graph = report.graph
    language = 0 if say("zh", "en") == "zh" else 1
    used, aside, open_ = report.quantities
    entities = _named(_counts(e.kind for e in graph.entities), view.KINDS, language)
    facts = _named(_counts(f.kind for f in graph.facts), view.FACTS, language)
    read = say(
        f"{len(graph.sources)} 个文件 · {len(graph.articles)} 篇文章 · 去掉重复段落 {report.copies} 处",
        f"{_many(len(graph.sources), 'file')} · {_many(len(graph.articles), 'article')} · {_many(report.copies, 'passage')} dropped as copies",
    )
    if report.duplicates:
        read += say(f" · 去掉重复文章 {report.duplicates} 篇", f" · {_many(report.duplicates, 'article')} dropped as copies")
    if report.reprints:
        read += say(f" · 转载 {report.reprints} 篇", f" · {_many(report.reprints, 'reprint')}")
    numbers = say(
        f"{used + aside + open_}：用于事实 {used} · 另有说明 {aside} · 未解释 {open_}",
        f"{used + aside + open_}: {used} in facts · {aside} set aside with a reason · {open_} unexplained",
    )
    applied = report.corrected - len({u.correction for u in report.unmatched})
    corrected = [say(f"{applied}/{report.corrected} 行已应用", f"{applied} of {_many(report.corrected, 'line')} applied")] if report.corrected else []
    rows = [
        (say("读入", "Read"), [read]),
        (say("实体", "Entities"), entities),
        (say("事实", "Facts"), facts),
        (say("数量", "Quantities"), [numbers]),
        (say("模型", "Model"), proposals.summary(report.proposed) if report.proposed else []),
        (say("更正", "Corrected"), [*corrected, *(f"{u}" for u in report.unmatched)]),
        (say("写出", "Wrote"), [f"{_shown(p)}  {_size(p.stat().st_size)}" for p in report.written]),
        (say("接着", "Next"), _next(report)),
    ]
    column = 6 if language == 0 else 12
    return "\n".join(
        (label if n == 0 else "").ljust(column - (len(label) if language == 0 and n == 0 else 0)) + line
        for label, lines in rows
        for n, line in enumerate(lines)
    )


def _named(counts: dict[str, int], names: dict[str, view.Name], language: int) -> list[str]:
    """The total and its parts by name, in lines of about a hundred columns."""
    lines = [str(sum(counts.values())) + (say("：", ": ") if counts else "")]
    for n, (kind, count) in enumerate(counts.items()):
        word = f"{names.get(kind, (kind, kind))[language]} {count}"
        if show.width(lines[-1] + word) > 90:
            lines.append(word)
        else:
            lines[-1] += word if n == 0 else f" · {word}"
    return lines


def _next(report: Report) -> list[str]:
    out = []
    files = {p.name: p for p in report.written}
    if page := files.get("network.html"):
        out.append(say(f"在浏览器中打开 {_shown(page)}", f"open {_shown(page)} in a browser"))
    if turtle := files.get("graph.ttl"):
        shown = _shown(turtle)
        out.append(f"kg query {shown} loans-by-bank")
        lenders = Counter(x for f in report.graph.facts if f.kind == "FinancingEvent" for x in f.role("financier"))
        labels = {e.id: e.label for e in report.graph.entities}
        best = min((k for k in lenders if k in labels), key=lambda k: (-lenders[k], k), default=None)
        if best:
            out.append(f"kg explain {shown} {labels[best]}")
        if open_ := next((a.amount.mention for a in report.graph.asides if not a.reason), None):
            article, offset = view.mention_place(view.view(report.graph), open_)
            out.append(f"kg explain {shown} {article.path}:{offset}" + say("   # 一个未解释的数量", "   # a quantity that is unexplained"))
    return out or [say("加上 --formats turtle,html 再建一次", "build again with --formats turtle,html")]


def _many(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def _size(n: int) -> str:
    return f"{max(1, round(n / 1000))} kB" if n < 1_000_000 else f"{n / 1e6:.1f} MB"


def _shown(path: Path) -> str:
    return path.as_posix()
