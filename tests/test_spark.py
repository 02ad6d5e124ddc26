"""The build on Spark says what the plain build says, also when a worker is killed in the middle.

Skipped without pyspark or Java; KG_REQUIRE_SPARK=1 makes that a failure.
"""

from __future__ import annotations

import gzip
import os
import pickle
import shutil
import sys
import threading
from importlib.util import find_spec
from pathlib import Path

import built
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from test_shards import SAID

from kg import build, shards
from kg.cli import main
from kg.documents import read_inputs
from kg.errors import KgError
from kg.rdf import write_nquads, write_turtle
from kg.records import TABLES, write_tables_of

READY = bool(find_spec("pyspark") and (shutil.which("java") or os.environ.get("JAVA_HOME")))
pytestmark = [
    pytest.mark.skipif(not READY and os.environ.get("KG_REQUIRE_SPARK") != "1", reason="no pyspark or no Java: pip install pyspark"),
    pytest.mark.filterwarnings("ignore"),  # pyspark's own
]


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some 200 documents: the seeds, made-up articles, sentences that several files say, and two files that are the same."""
    from bench.generate import write_folder

    folder = tmp_path_factory.mktemp("news")
    shutil.copytree(built.SEEDS, folder / "seeds")
    write_folder(folder / "made", 60_000, 7)
    for n in range(170):
        (folder / f"said{n:03}.txt").write_text("".join(SAID[(n * k) % len(SAID)] for k in (1, 2)[: 1 + n % 2]) + (f"第{n}号。" if n % 7 else ""), "utf-8")
    return folder


def same(manifest: shards.Manifest, news: Path, tmp_path: Path) -> bool:
    """Whether shards hold what the plain build finds: every statement, and every row of every table."""
    graph = build.sure(build.merge(build.extract_all(read_inputs([news]).documents)[0]))
    lines = {line for path in manifest.of("graph") for line in gzip.decompress(path.read_bytes()).decode().splitlines(keepends=True)}
    write_tables_of(write_turtle(graph), tmp_path)

    def rows(paths: list[Path]) -> list[str]:
        return sorted(map(str, pa.concat_tables([pq.read_table(p) for p in paths]).to_pylist()))

    return lines == set(write_nquads(graph).splitlines(keepends=True)) and all(rows(manifest.of(t)) == rows([tmp_path / f"{t}.parquet"]) for t in TABLES)


def test_spark_says_what_the_plain_build_says(news: Path, tmp_path: Path) -> None:
    """Whatever the slices: statement by statement, row by row, although a worker is killed at its work."""
    from bench import spark as bench
    from kg import spark

    stop = threading.Event()
    killer = threading.Thread(target=bench.kill_a_worker, args=(stop, 0.05))
    killer.start()
    done = spark.build([news], tmp_path / "out", master="local[2]", size=20)
    stop.set()
    killer.join()
    assert not done.problems and len(done.manifest.of("graph")) > 5
    assert same(done.manifest, news, tmp_path)


def test_a_document_that_breaks_the_program_is_told_and_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The job goes on: its row tells of the fault."""
    import pyarrow

    from kg import spark
    from kg.model import Document, SourceFile

    row = {"number": 3, "path": "a.txt", "document": pickle.dumps(Document(SourceFile("a.txt", "0", "utf-8", "某行。")))}
    monkeypatch.setattr("kg.build.extract", lambda *_: 1 // 0)
    monkeypatch.delenv("KG_DEBUG", raising=False)
    (out,) = spark._extract((), 500, [pyarrow.RecordBatch.from_pylist([row])])
    (said,) = out.to_pylist()
    assert said["value"] is None
    assert str(spark._problem(said["error"])) == str(KgError("extract-failed", path="a.txt", why="ZeroDivisionError: integer division or modulo by zero"))


def test_what_spark_does_not_do_is_told_before_the_work(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Other formats and corrections belong to the plain build."""
    (tmp_path / "a.txt").write_text(SAID[0], "utf-8")
    for more in (["--formats", "turtle"], ["--corrections", str(tmp_path / "x.tsv")]):
        with pytest.raises(SystemExit) as exit_:
            main(["build", str(tmp_path / "a.txt"), "-o", str(tmp_path / "out"), "--engine", "spark", *more])
        assert exit_.value.code == 2 and "--engine spark" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="needs which")
def test_without_pyspark_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line, with what to install."""
    from kg import spark

    monkeypatch.setattr("kg.spark.find_spec", lambda name: None)
    with pytest.raises(KgError) as error:
        spark.build([built.SEEDS], tmp_path / "out")
    assert "gongfu-kg[spark]" in str(error.value)
