"""The files a build writes: all of them or none, and the report of what is in them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from . import __version__, build, corpus, corrections, documents, folder, proposals, records, shards, show, slices, store, stream, tally, texts, view
from . import pack as packs
from .errors import KgError, say
from .model import DocumentFacts, Graph, digest

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
    "shards": ("shards/manifest.json",),  # and the files that it names
}
LLM_CACHE = ".kg-llm-cache"  # answers of a model, in the output folder
USUAL = ("turtle", "html", "graphml", "gexf", "csv", "xlsx", "report")


HELD = ("html", "graphml", "gexf", "csv", "xlsx", "jsonld", "nquads", "graphml-full", "gexf-full", "cyjs", "neo4j", "tables")  # need all in memory
LARGE = 20_000  # documents; from here on these are refused
STREAMED = ("turtle", "report", "shards")  # are written of slices, if there are no other formats and it pays
MANY = 2_000  # documents; from here on it pays with one process too
CACHED = 1_000_000  # bytes of input from which on a build keeps what it extracted, if not told otherwise


NOTHING = Graph((), (), (), (), (), (), ())


@dataclass(frozen=True, slots=True)
class Report:
    """What a build read, found and wrote."""

    graph: Graph = NOTHING  # NOTHING where nothing had to be written
    written: tuple[Path, ...] = ()
    problems: tuple[KgError, ...] = ()
    recoded: tuple[tuple[str, str], ...] = ()
    duplicates: int = 0  # articles that stand in an earlier file too
    corrected: int = 0  # lines of corrections.tsv
    unmatched: tuple[corrections.Unmatched, ...] = ()  # those that could not be applied
    passed: tuple[tuple[str, int], ...] = ()  # kinds of files that hold no text, and how many
    proposed: proposals.Tally | None = None  # what became of a model's proposals
    tally: tally.Tally = field(default_factory=tally.Tally)  # of the graph; empty where nothing had to be written
    counts: Mapping[str, Any] = field(default_factory=dict)  # tally.plain of it
    notes: tuple[KgError, ...] = ()  # what else is to be said: of the cache
    unchanged: bool = False  # what the last build wrote stands


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
    cache: Path | bool = False,
    progress: Callable[[int, int], object] = lambda done, total: None,
) -> Report:
    """The whole build: read, extract, merge, correct, write. Raises KgError where nothing could be built; earlier output stays whole.

    `corrected`: a file of corrections, in place of the corrections.tsv beside the inputs. `progress` is told the bytes done and
    the bytes in all. `least`: facts below this confidence stay out, their numbers are set aside. `jobs`: processes, 0 for as many
    as there are cores and the input is worth. `cache`: a folder where extracted documents are kept for the next build; True for
    one in `out`, if the input is large enough.
    `llm`: a model that may propose facts; its answers are kept in `llm_cache`, by default a hidden folder of `out`.
    """
    _check(formats, base)
    with folder.working(out) as work:  # first of all: an unwritable folder is told before the work, not after
        found = documents.listing(inputs, day=day)
        if found.documents > LARGE and (held := [f for f in HELD if f in formats]):
            raise KgError("too-large", count=found.documents, most=LARGE, formats=", ".join(held))
        rows = corrections.read(corrected) if corrected else corrections.find(inputs)  # a bad line is told before the work
        if found.documents > LARGE and rows:
            raise KgError("corrections-large", count=found.documents, most=LARGE)
        jobs = corpus.processes(found, jobs)
        streamed = not rows and not llm and set(formats) <= set(STREAMED) and (found.documents > min(MANY, LARGE) or (jobs > 1 and found.size >= CACHED))
        done, total = 0, found.size

        def step(size: int) -> None:
            nonlocal done
            done += size
            progress(done, total)

        own = out / folder.CACHE
        place = cache if isinstance(cache, Path) else own if cache and (found.size >= CACHED or own.exists()) else None
        total += found.size // 3 if streamed else 0  # for the writing
        with _shelf(place, work if streamed else None) as (shelf, notes):
            try:
                read = corpus.read(found, pack, jobs=jobs, shelf=shelf, progress=step)
            except store.Damaged:
                assert shelf
                notes += (KgError("cache-damaged", path=shelf.path),)
                shelf.renew()
                done = 0
                read = corpus.read(found, pack, jobs=jobs, shelf=shelf, progress=step)
            problems = tuple(sorted((*found.problems, *read.failed), key=documents.named))
            if not len(read):
                raise problems[0] if problems else KgError("folder-empty", path=inputs[0])
            passed = documents.kinds((*found.passed, *read.passed))
            report = Report(problems=problems, recoded=read.recoded, corrected=len(rows), passed=passed, notes=notes)
            made = {"program": f"gongfu-kg {__version__}", "inputs": read.inputs, "config": _config(formats, pack, base, page_privacy, rows, least)}
            names = [file for name, files in FILES.items() if name in formats for file in files]
            last = folder.manifest(out) if shelf and not read.extracted and not llm else {}
            if made.items() <= last.items():
                kept = [n for n in last["files"] if n == texts.INDEX]
                report = replace(report, unchanged=True, **_remembered(last["counts"]))
            else:
                if streamed:
                    of = slices.index(read, work / "index.sqlite")
                    streams = [f for f in ("turtle", "shards") if f in formats] or ["turtle"]
                    part = found.size // 3 // len(of) // len(streams)
                    for name in streams:
                        writer = stream.write_turtle if name == "turtle" else shards.write_slices
                        whole = writer(of, work, base=base, packs=pack, least=least, jobs=jobs, progress=lambda: step(part))
                    report = _counted(replace(report, duplicates=of.duplicates), replace(whole, sources=len(read)))
                    write(report, work, [f for f in formats if f not in streams])
                    kept = texts.write_texts(slices.kept(of), work)
                else:
                    parts = list(corpus.parts(read))
                    if llm:
                        from .endpoint import Asker

                        parts, proposed = proposals.enrich(parts, packs.load(*pack), llm.model, Asker(llm, llm_cache or out / LLM_CACHE), least)
                        report = replace(report, proposed=proposed)
                    report = _merged(report, parts, rows, least)
                    write(report, work, formats, pack=packs.load(*pack), base=base, page_privacy=page_privacy)
                    kept = texts.write_texts(report.graph.sources, work)
                before = texts.listed(out)
                pieces = [f"shards/{f.name}" for f in shards.read(work / "shards", checked=False).files] if "shards" in formats else []
                folder.place(work, out, [*pieces, *names, *kept], {**made, "counts": _memo(report)})
                texts.sweep(out, before, kept)
                if pieces:
                    shards.tidy(shards.read(out / "shards", checked=False))
            if shelf and place:
                shelf.only(read.places)

    progress(total, total)
    return replace(report, written=tuple(out / n for n in [*names, *kept[-1:]]))  # the index stands for all texts


def _counted(report: Report, held: tally.Tally) -> Report:
    return replace(report, tally=held, counts=tally.plain(held))


def _merged(report: Report, parts: Sequence[DocumentFacts], rows: Sequence[corrections.Correction], least: float) -> Report:
    """The report with the graph of the parts, corrected, and its counts."""
    graph, unmatched = corrections.apply(build.merge(parts), rows, least)
    duplicates = sum(len(p.articles) for p in parts) - len(graph.articles)
    return _counted(replace(report, graph=graph, duplicates=duplicates, unmatched=unmatched), tally.of_graph(graph))


@contextmanager
def _shelf(cache: Path | None, work: Path | None) -> Iterator[tuple[store.Store | None, tuple[KgError, ...]]]:
    """The store of a cache, held as long as the build lasts, and what is to be said of it.

    Without one, or where another build holds it, a store in `work`; none if that is None.
    """
    spare = store.Store(work / store.FILE) if work else None
    if cache is None:
        yield spare, ()
        return
    try:
        cache.mkdir(parents=True, exist_ok=True)
        held = folder.lock(cache / "lock")
        if held is None:
            yield spare, (KgError("cache-busy", path=cache),)
            return
        notes: tuple[KgError, ...] = ()
        try:
            shelf = store.Store(cache / store.FILE)
        except store.Damaged:
            store.remove(cache / store.FILE)
            notes, shelf = (KgError("cache-damaged", path=cache / store.FILE),), store.Store(cache / store.FILE)
    except (OSError, store.Damaged) as error:
        raise KgError("cache-unwritable", path=cache, why=getattr(error, "strerror", None) or type(error).__name__) from None
    try:
        yield shelf, notes
    finally:
        shelf.close()
        held.close()


def _config(formats: Sequence[str], pack: tuple[Path, ...], base: str, page_privacy: bool, rows: Sequence[corrections.Correction], least: float) -> str:
    """A hash of all that decides what is written but the input."""
    return digest(store.made(pack).hex(), [p.name for p in pack], sorted(formats), base, page_privacy, rows, least, length=64)


def _memo(report: Report) -> dict[str, Any]:
    """What a report's summary needs, for the manifest; `_remembered` reads it."""
    unmatched = [[*astuple(u.correction), u.why, u.name, list(u.ids)] for u in report.unmatched]
    return {**report.counts, "duplicates": report.duplicates, "unmatched": unmatched}


def _remembered(memo: Mapping[str, Any]) -> dict[str, Any]:
    unmatched = tuple(corrections.Unmatched(corrections.Correction(*u[:6]), u[6], u[7], tuple(u[8])) for u in memo["unmatched"])
    return {"counts": memo, "duplicates": memo["duplicates"], "unmatched": unmatched}


def write(report: Report, out: Path, formats: Sequence[str], *, pack: packs.Pack | None = None, base: str = view.BASE, page_privacy: bool = False) -> list[str]:
    """Write the files of these formats into a folder; their names, in the order in which they are to be put in place."""
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
        elif name == "shards":
            shards.write(shards.slices_of(graph), out / "shards", base=base, pack=pack)
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


def _text(path: Path, text: str) -> None:
    path.write_text(text, "utf-8", newline="\n")


def _check(formats: Sequence[str], base: str) -> None:
    for name in formats:
        if name not in FILES:
            raise KgError("format-unknown", given=name, known=", ".join(FILES))
    if {"tables", "shards"} & set(formats):
        records.require_pyarrow()
    check_base(base)


def check_base(base: str) -> None:
    """Raises KgError where names cannot begin with this address."""
    parts = urlsplit(base)
    if parts.scheme not in ("http", "https") or not parts.netloc or base[-1] not in "/#" or any(c in base for c in ' <>"{}|\\^`'):
        raise KgError("base-bad", given=base)


def as_json(report: Report) -> dict[str, object]:
    """The report as JSON: no clock, no machine's name; same input, same bytes."""
    t = report.tally
    used, aside, open_ = t.quantities
    return {
        "program": f"gongfu-kg {__version__}",
        "files": t.sources,
        "articles": [
            {"id": i, "file": path, "title": title, "issued": issued, "anchor": anchor, "anchor_basis": basis, "copies_dropped": copies}
            for i, path, title, issued, anchor, basis, copies in t.articles
        ],
        "articles_dropped": report.duplicates,
        "passages_dropped": t.copies,
        "reprints": dict(t.reprints),
        "entities": _counts(t.entities),
        "facts": _counts(t.facts),
        "mentions": t.mentions,
        "quantities": {"in_facts": used, "set_aside": aside, "unexplained": open_},
        "set_aside": _counts(t.set_aside),
        "unexplained": [{"file": path, "offset": offset, "text": words} for path, offset, words in t.unexplained],
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


def _counts(counts: Mapping[str, int]) -> dict[str, int]:
    """How often each value, most frequent first."""
    return dict(sorted(counts.items(), key=lambda x: (-x[1], x[0])))


def summary(report: Report) -> str:
    """What a person wants to know after a build, in the user's language: read, found, written, and what to try next."""
    counts = report.counts
    language = 0 if say("zh", "en") == "zh" else 1
    used, aside, open_ = counts["quantities"].values()
    entities = _named(_counts(counts["entities"]), view.KINDS, language)
    facts = _named(_counts(counts["facts"]), view.FACTS, language)
    files, articles, copies = counts["files"], counts["articles"], counts["copies"]
    read = say(
        f"{files} 个文件 · {articles} 篇文章 · 去掉重复段落 {copies} 处",
        f"{_many(files, 'file')} · {_many(articles, 'article')} · {_many(copies, 'passage')} dropped as copies",
    )
    if report.duplicates:
        read += say(f" · 去掉重复文章 {report.duplicates} 篇", f" · {_many(report.duplicates, 'article')} dropped as copies")
    if counts["reprints"]:
        read += say(f" · 转载 {counts['reprints']} 篇", f" · {_many(counts['reprints'], 'reprint')}")
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
        (say("未变", "Unchanged") if report.unchanged else say("写出", "Wrote"), [f"{_shown(p)}  {_size(p.stat().st_size)}" for p in report.written]),
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
        if lender := report.counts["lender"]:
            out.append(f"kg explain {shown} {lender}")
        if place := report.counts["first_unexplained"]:
            out.append(f"kg explain {shown} {place}" + say("   # 一个未解释的数量", "   # a quantity that is unexplained"))
    return out or [say("加上 --formats turtle,html 再建一次", "build again with --formats turtle,html")]


def _many(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def _size(n: int) -> str:
    return f"{max(1, round(n / 1000))} kB" if n < 1_000_000 else f"{n / 1e6:.1f} MB"


def _shown(path: Path) -> str:
    return path.as_posix()
