"""A corpus on one machine: worker processes that may die, a cache that changes nothing, builds that may be killed at any moment."""

from __future__ import annotations

import dataclasses
import json
import multiprocessing
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_build import NEWS, built, files_of, news
from test_slices import SAID, read

from kg import build, codec, corpus, crew, documents, folder, model, outputs, query, store
from kg.errors import KgError
from kg.model import Article, Block, Copy, DocumentFacts, Meta, Predicate, Run, SourceFile, Span, TimeRef

linux = pytest.mark.skipif(sys.platform != "linux", reason="the fault is handed to other processes by forking")

# ---------------------------------------------------------------- worker processes


def double(n: int) -> int:
    if n in (-5, -7):
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * n


def lost(n: int) -> int:
    return 1000 + n


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_come_in_the_order_of_the_tasks(jobs: int) -> None:
    """With any number of processes; each task with its result."""
    tasks = list(range(200))
    assert list(crew.each(double, tasks, jobs, weight=lambda _: 5_000, killed=lost)) == [(n, 2 * n) for n in tasks]


def test_tasks_are_read_as_they_are_done() -> None:
    """A few chunks ahead and no more."""
    given_out: list[int] = []

    def tasks() -> Iterator[int]:
        for n in range(1000):
            given_out.append(n)
            yield n

    for done, _ in enumerate(crew.each(double, tasks(), 2, weight=lambda _: crew.WEIGHT, killed=lost)):
        assert len(given_out) - done <= 2 * crew.AHEAD + 1


def test_a_task_that_kills_its_worker_costs_itself_only() -> None:
    """Two of a hundred, in one chunk with others and at its end."""
    tasks = [*range(30), -5, *range(30, 64), -7, *range(64, 100)]
    expected = [(n, 1000 + n if n < 0 else 2 * n) for n in tasks]
    assert list(crew.each(double, tasks, 2, weight=lambda _: 1, killed=lost)) == expected


def test_where_every_worker_dies_it_is_not_the_tasks_fault() -> None:
    """After some twenty the build is given up, with one clear line."""
    with pytest.raises(KgError) as caught:
        list(crew.each(double, [-5] * 40, 2, weight=lambda _: crew.WEIGHT, killed=lost))
    assert caught.value.slug == "worker-lost"


@linux
def test_a_document_that_kills_its_worker_is_left_out_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest is built as if it were not there."""
    inputs = news(tmp_path / "news")
    real = build.extract
    monkeypatch.setattr(build, "extract", lambda d, p: os.kill(os.getpid(), signal.SIGKILL) if d.source.path.endswith("b.txt") else real(d, p))
    report = outputs.run([inputs], tmp_path / "out", formats=["turtle", "report"], jobs=2)
    assert [(p.slug, p.values["path"]) for p in report.problems] == [("document-killed-worker", "news/b.txt")]
    (inputs / "b.txt").unlink()
    assert built([inputs], tmp_path / "without", ["turtle"])["graph.ttl"] == (tmp_path / "out" / "graph.ttl").read_bytes()


# ---------------------------------------------------------------- parts as bytes

TIME = TimeRef("今年", None, None, "timeInferred", "asOf")
ODD = DocumentFacts(
    SourceFile("a.txt", "00", "utf-16", "\ud800甲\n", "texts/a.txt.txt", (0, 2)),
    (
        Article(
            *("a_1", "a.txt", "甲Ａ", (Block("body", Span(0, 2)),), (Run(0, 1, 2),), (Span(0, 1),)),
            copies=(Copy(Span(0, 2), (Run(0, 9, 2),)),),
            issued=TIME,
            meta=Meta(None, "报", "4", "https://example.org/"),
            folded="甲A",
            prints=(3, 7),
            reprint_of="a_0",
        ),
    ),
    predicates=(Predicate("ew:x", "https://example.org/", "某", "some", subject="Company", both=True),),
)


@pytest.mark.parametrize("part", [*(read("n/a.txt", tuple(range(n, len(SAID)))) for n in range(3)), ODD], ids=["whole", "less", "least", "odd"])
def test_a_part_comes_back_from_its_bytes(part: DocumentFacts) -> None:
    """Equal, text that no file can hold and all."""
    packed = codec.pack(part)
    assert codec.unpack(packed.body) == part
    assert [codec.entity_of(row) for _, row in codec.outline(packed.outline).entities] == list(part.entities)


def test_parts_as_bytes_hold_every_field() -> None:
    """A field that model.py gains must be packed too: this number is changed together with kg/codec.py."""
    values = "SourceFile Article Block Run Copy Meta Link Mention Quantity TimeRef Entity Amount Fact Evidence Aside Metric Span DocumentFacts Predicate"
    fields = {name: getattr(getattr(model, name), "_fields", None) or dataclasses.fields(getattr(model, name)) for name in values.split()}
    assert {name: len(found) for name, found in fields.items()} == {
        "SourceFile": 6,
        "Article": 13,
        "Block": 2,
        "Run": 3,
        "Copy": 2,
        "Meta": 4,
        "Link": 2,
        "Mention": 6,
        "Quantity": 7,
        "TimeRef": 5,
        "Entity": 8,
        "Amount": 2,
        "Fact": 10,
        "Evidence": 3,
        "Aside": 3,
        "Metric": 3,
        "Span": 2,
        "DocumentFacts": 8,
        "Predicate": 10,
    }


# ---------------------------------------------------------------- the cache

TEXTS = st.dictionaries(st.sampled_from("abcdef"), st.lists(st.integers(0, len(SAID) - 1), min_size=1, max_size=3), min_size=1, max_size=4)


def put(inputs: Path, texts: dict[str, list[int]]) -> None:
    """A folder with these files and no other."""
    inputs.mkdir(exist_ok=True)
    for path in inputs.iterdir():
        path.unlink()
    for name, said in texts.items():
        (inputs / f"{name}.txt").write_text("\n\n".join(SAID[n] for n in said), "utf-8")


@given(st.lists(TEXTS, min_size=2, max_size=4), st.booleans())
@settings(max_examples=12, deadline=None)
def test_a_build_after_edits_is_a_build_from_scratch(states: list[dict[str, list[int]]], streamed: bool) -> None:
    """Documents changed, added and removed at random: the same bytes, and the cache holds no more than these documents."""
    with tempfile.TemporaryDirectory() as work, pytest.MonkeyPatch.context() as patch:
        if streamed:
            patch.setattr(outputs, "LARGE", 0)
        inputs = Path(work, "n")
        for number, texts in enumerate(states):
            put(inputs, texts)
            outputs.run([inputs], Path(work, "kept"), formats=["turtle", "report"], cache=Path(work, "cache"))
            assert files_of(Path(work, "kept")) == built([inputs], Path(work, f"fresh-{number}"), ["turtle", "report"])
            with store_of(Path(work, "cache")) as base:
                assert base.execute("SELECT count(*) FROM part").fetchone() == (len(texts),)


class store_of:
    """The sqlite file of a cache."""

    def __init__(self, cache: Path) -> None:
        self.base = sqlite3.connect(cache / store.FILE)

    def __enter__(self) -> sqlite3.Connection:
        return self.base

    def __exit__(self, *_: object) -> None:
        self.base.close()


def cached(inputs: Path, shelf: store.Store) -> int:
    """How many documents are extracted."""
    return corpus.read(documents.listing([inputs]), shelf=shelf).extracted


def test_only_what_changed_is_extracted(tmp_path: Path) -> None:
    """By content: a file written again is not a changed one; one that moved, or has another date, is."""
    inputs, shelf = news(tmp_path / "news"), store.Store(tmp_path / "parts")
    assert [cached(inputs, shelf), cached(inputs, shelf)] == [3, 0]
    (inputs / "a.txt").write_text(NEWS["a.txt"], "utf-8")
    assert cached(inputs, shelf) == 0
    (inputs / "a.txt").write_text(NEWS["a.txt"] + "另有贷款3万元。", "utf-8")
    assert cached(inputs, shelf) == 1
    (inputs / "a.txt").rename(inputs / "d.txt")
    assert cached(inputs, shelf) == 1
    (inputs / "meta.csv").write_text("file,date\nb.txt,2023-07-11\n", "utf-8")
    assert cached(inputs, shelf) == 1
    shelf.close()


def test_a_file_of_several_documents_is_kept_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Readers may find several documents in a file, and faults in some: these are told on every build, and the others built."""

    def several(source: documents.Source) -> documents.Loaded:
        found = [model.Document(documents.text_source(text, f"{source.name}/{n}.txt"), source.meta) for n, text in enumerate(source.raw.decode().split("\f"))]
        bad = tuple(KgError("file-empty", path=source.path, name=d.source.path) for d in found if not d.source.text)
        return documents.Loaded(tuple(d for d in found if d.source.text), bad)

    inputs = tmp_path / "n"
    inputs.mkdir()
    (inputs / "a.txt").write_text("\f".join(SAID), "utf-8")
    (inputs / "b.txt").write_text(f"{SAID[0]}\f\f{SAID[1]}", "utf-8")
    monkeypatch.setattr(corpus, "load", several)
    for place, extracted in (("one", 2), ("two", 1)):  # b.txt again
        shelf = store.Store(tmp_path / "parts")
        found = corpus.read(documents.listing([inputs]), shelf=shelf)
        assert (len(found), found.extracted, [e.values["name"] for e in found.failed]) == (len(SAID) + 2, extracted, ["n/b.txt/1.txt"])
        assert [p.source.path for p in corpus.parts(found)] == [*(f"n/a.txt/{n}.txt" for n in range(len(SAID))), "n/b.txt/0.txt", "n/b.txt/2.txt"]
        shelf.close()
        assert outputs.run([inputs], tmp_path / place, formats=["turtle"], cache=tmp_path / "cache").unchanged is False
    again = outputs.run([inputs], tmp_path / "two", formats=["turtle"], cache=tmp_path / "cache")
    assert list(map(str, again.problems)) == list(map(str, found.failed))


def test_a_changed_pack_or_program_is_another_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that decides what is extracted is left out of the key."""
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "banks.tsv").write_text("name\tkind\taliases\tparent\tnote\n", "utf-8")
    found = [store.fingerprint(), store.fingerprint((tmp_path / "p",))]
    (tmp_path / "p" / "banks.tsv").write_text("name\tkind\taliases\tparent\tnote\n甲银行\tBank\n", "utf-8")
    found.append(store.fingerprint((tmp_path / "p",)))
    monkeypatch.setattr(store, "program", lambda: b"changed")
    found.append(store.fingerprint())
    assert len(set(found)) == 4
    inside = tmp_path / "kg"
    inside.mkdir()
    (inside / "x.py").write_text("a = 1\n")
    before = store._files(inside)
    (inside / "x.py").write_text("a = 2\n")
    assert store._files(inside) != before


def test_nothing_is_written_where_nothing_changed(tmp_path: Path) -> None:
    """The files of the last build stand, unless somebody changed one; the summary is the same."""
    inputs, out = news(tmp_path / "news"), tmp_path / "out"
    (inputs / "corrections.tsv").write_text("same\t没有的\t农行\n", "utf-8")
    run = partial(outputs.run, [inputs], out, formats=["turtle", "report"], cache=True)
    (out / folder.CACHE).mkdir(parents=True)  # so small an input is cached where a cache is already
    first = run()
    when = {p.name: p.stat().st_mtime_ns for p in out.iterdir() if p.is_file()}
    second = run()
    assert (first.unchanged, second.unchanged) == (False, True)
    assert {p.name: p.stat().st_mtime_ns for p in out.iterdir() if p.is_file()} == when
    told, again = (outputs.summary(r).replace("Unchanged  ", "Wrote      ").replace("未变", "写出") for r in (first, second))
    assert again == told
    turtle = (out / "graph.ttl").read_bytes()
    (out / "graph.ttl").write_bytes(turtle + b"# edited\n")
    assert not run().unchanged
    assert (out / "graph.ttl").read_bytes() == turtle
    assert not outputs.run([inputs], out, formats=["turtle"], cache=True).unchanged


@pytest.mark.parametrize("damage", ["cut", "overwritten", "not sqlite", "another table", "a part"])
def test_a_damaged_cache_is_made_anew(tmp_path: Path, damage: str) -> None:
    """One line says so; the output is right."""
    inputs, cache = news(tmp_path / "news"), tmp_path / "cache"
    run = partial(outputs.run, [inputs], tmp_path / "out", formats=["turtle"], cache=cache)
    run()
    right = files_of(tmp_path / "out")
    path = cache / store.FILE
    data = path.read_bytes()
    if damage == "cut":
        path.write_bytes(data[: len(data) // 2])
    elif damage == "overwritten":
        path.write_bytes(data[:4096] + b"x" * (len(data) - 4096))
    elif damage == "not sqlite":
        path.write_bytes(b"hello")
    else:
        with store_of(cache) as base, base:
            base.execute("CREATE TABLE x (a)" if damage == "another table" else "UPDATE part SET body = substr(body, 2)")
    (tmp_path / "out" / "manifest.json").unlink()
    assert [n.slug for n in run().notes] == ["cache-damaged"]
    assert files_of(tmp_path / "out") == right
    assert run().notes == ()


def test_a_cache_that_another_build_holds_is_left_alone(tmp_path: Path) -> None:
    """This build does without, and says so."""
    inputs, cache = news(tmp_path / "news"), tmp_path / "cache"
    cache.mkdir()
    code = "import sys, pathlib, kg.folder; held = kg.folder.lock(pathlib.Path(sys.argv[1])); print(bool(held), flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code, str(cache / "lock")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "True\n"
        report = outputs.run([inputs], tmp_path / "out", formats=["turtle"], cache=cache)
    assert [n.slug for n in report.notes] == ["cache-busy"]
    assert not (cache / store.FILE).exists()
    assert outputs.run([inputs], tmp_path / "out", formats=["turtle"], cache=cache).notes == ()


def test_a_cache_in_an_impossible_place_is_one_line(tmp_path: Path) -> None:
    """A file where the folder should be."""
    (tmp_path / "f").touch()
    with pytest.raises(KgError) as caught:
        outputs.run([news(tmp_path / "news")], tmp_path / "out", formats=["turtle"], cache=tmp_path / "f" / "cache")
    assert caught.value.slug == "cache-unwritable"


def test_a_small_build_keeps_no_cache(tmp_path: Path) -> None:
    """There is nothing in the output folder but the output."""
    outputs.run([news(tmp_path / "news")], tmp_path / "out", formats=["turtle"], cache=True)
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["graph.ttl", "manifest.json"]


# ---------------------------------------------------------------- large builds


def test_a_large_build_writes_what_a_small_one_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Turtle and report from slices, in two processes, without a cache: the same bytes."""
    inputs = news(tmp_path / "news")
    (inputs / "e.txt").write_text(NEWS["a.txt"], "utf-8")
    small = built([inputs], tmp_path / "small", ["turtle", "report"])
    monkeypatch.setattr(outputs, "LARGE", 0)
    assert built([inputs], tmp_path / "large", ["turtle", "report"], jobs=2) == small


@pytest.mark.parametrize(("formats", "rows", "slug"), [("turtle,html", "", "too-large"), ("turtle", "same\t甲\t乙\n", "corrections-large")])
def test_what_cannot_be_done_with_a_large_corpus_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, formats: str, rows: str, slug: str) -> None:
    """Before anything is extracted."""
    inputs = news(tmp_path / "news")
    (inputs / "corrections.tsv").write_text(rows, "utf-8")
    monkeypatch.setattr(outputs, "LARGE", 2)
    monkeypatch.setattr(build, "extract", lambda *_: pytest.fail("extracted"))
    with pytest.raises(KgError) as caught:
        outputs.run([inputs], tmp_path / "out", formats=formats.split(","))
    assert caught.value.slug == slug


# ---------------------------------------------------------------- killed


def killed_build(inputs: Path, out: Path, jobs: int, at: int) -> None:
    """Build, and be killed at the `at`-th time a file is put in place (never, if 0)."""
    real, count = os.replace, 0

    def replace(*args: object) -> None:
        nonlocal count
        count += 1
        if count == at:
            os.kill(os.getpid(), signal.SIGKILL)
        real(*args)  # type: ignore[arg-type]

    os.replace = replace  # type: ignore[assignment]
    outputs.run([inputs], out, formats=["turtle", "report", "csv"], jobs=jobs, cache=out / folder.CACHE)


def clean(out: Path) -> dict[str, bytes]:
    return {name: data for name, data in files_of(out).items() if not name.startswith(folder.CACHE)}


@linux
def test_a_build_killed_at_any_moment_leaves_a_folder_the_next_one_mends(tmp_path: Path) -> None:
    """Twenty times, with workers, and once at each file put in place: what is read in between is whole or refused; nothing stays behind."""
    inputs, out = news(tmp_path / "news"), tmp_path / "out"
    states = [NEWS["a.txt"], NEWS["a.txt"] + "另有贷款3万元。\n"]
    right = []
    for number, text in enumerate(states):
        (inputs / "a.txt").write_text(text, "utf-8")
        right.append(built([inputs], tmp_path / f"right-{number}", ["turtle", "report", "csv"]))
    fork, chance = multiprocessing.get_context("fork"), random.Random(1)
    begun = time.monotonic()
    built([inputs], tmp_path / "warm", ["turtle", "report", "csv"], jobs=2)
    lasts = time.monotonic() - begun
    for number in range(20):
        (inputs / "a.txt").write_text(states[number % 2], "utf-8")
        at = number if number <= 5 else 0
        process = fork.Process(target=killed_build, args=(inputs, out, 1 if at else 2, at))
        process.start()
        if not at:
            time.sleep(chance.uniform(0, lasts))
            process.kill()
        process.join()
        if (out / folder.MARK).exists():
            with pytest.raises(KgError) as caught:
                query.read_graph(out)
            assert caught.value.slug == "output-unfinished"
        elif (out / "manifest.json").exists():
            assert {n: d for n, d in clean(out).items() if not n.startswith(".kg-")} in right
        if number % 4 == 3 or at:
            outputs.run([inputs], out, formats=["turtle", "report", "csv"], cache=out / folder.CACHE)
            assert clean(out) == right[number % 2]
    assert [p.name for p in out.iterdir() if p.name.startswith(".")] == [folder.CACHE]


@linux
def test_workers_end_with_the_process_that_started_them(tmp_path: Path) -> None:
    """However it went."""
    fork = multiprocessing.get_context("fork")
    process = fork.Process(target=lambda: list(crew.each(time.sleep, [60.0] * 4, 2, weight=lambda _: crew.WEIGHT, killed=lambda _: None)))
    process.start()
    children: list[str] = []
    for _ in range(100):
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text("utf-8").split()
        if len(children) == 2:
            break
        time.sleep(0.05)
    time.sleep(0.2)
    process.kill()
    process.join()

    def alive(pid: str) -> bool:
        try:
            return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
        except OSError:
            return False

    for _ in range(100):
        if not any(map(alive, children)):
            break
        time.sleep(0.05)
    assert len(children) == 2
    assert not any(map(alive, children))


def test_the_manifest_names_all_files_with_their_hashes(tmp_path: Path) -> None:
    """No clock and no machine's name in it; the same for the same input, elsewhere and with other processes."""
    inputs = news(tmp_path / "news")
    one, two = (built([inputs], tmp_path / name, ["turtle", "csv"], jobs=jobs)["manifest.json"] for name, jobs in (("one", 1), ("two", 2)))
    assert one == two
    told = json.loads(one)
    assert list(told["files"]) == ["edges.csv", "graph.ttl", "nodes.csv"]
    assert folder.sha256(tmp_path / "one" / "graph.ttl") == told["files"]["graph.ttl"]
    assert (told["counts"]["files"], told["counts"]["articles"]) == (3, 3)
