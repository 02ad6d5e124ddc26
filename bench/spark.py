"""The build on Spark against the plain one: the same facts, with a worker killed in the middle, and what each stage costs.

    python -m bench.spark [--documents 2k] [--seed 1] [--cores 2] [--no-plain]

Documents are paragraphs of made-up articles. CPU seconds are those of the Java process and of all workers, by stage.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from kg import build, documents, shards, spark

from .generate import articles, read_size

TICKS = os.sysconf("SC_CLK_TCK")


def paragraphs(seed: int) -> Iterator[str]:
    """Paragraphs without end."""
    for text in articles(1 << 62, seed):
        yield from (p for p in text.split("\n\n")[2:] if p.strip())


def tree() -> dict[int, tuple[str, float]]:
    """Of every process that descends from this one: its command, and its CPU seconds with those of its ended children."""
    found: dict[int, tuple[int, str, float]] = {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            stat = (path / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
            command = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        found[int(path.name)] = (int(stat[1]), command, sum(map(int, stat[11:15])) / TICKS)
    mine, grown = {os.getpid()}, True
    while grown:
        more = {pid for pid, (parent, _, _) in found.items() if parent in mine} - mine
        mine, grown = mine | more, bool(more)
    return {pid: found[pid][1:] for pid in mine - {os.getpid()} if pid in found}


def cpu() -> float:
    """CPU seconds of this process and all below it."""
    return time.process_time() + sum(seconds for _, seconds in tree().values())


def kill_a_worker(stop: threading.Event, after: float = 1.0) -> None:
    """Kill the first worker that is at work for so many CPU seconds: no daemon, a process that the daemon has forked."""
    while not stop.wait(0.1):
        parents = {pid: command for pid, (command, _) in tree().items()}
        for pid, (command, seconds) in tree().items():
            if "pyspark" in command and "daemon" in command and seconds > after:
                parent = int(Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[1])
                if "daemon" in parents.get(parent, ""):
                    os.kill(pid, signal.SIGKILL)
                    print(f"  killed a worker ({pid})", flush=True)
                    return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=read_size, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--no-plain", action="store_true", help="without the plain build, which holds all in memory")
    args = parser.parse_args()
    gc.disable()  # as `kg build` does
    with tempfile.TemporaryDirectory() as temporary:
        work, count = Path(temporary), 0
        with (work / "news.jsonl").open("w", encoding="utf-8") as file:
            for text in islice(paragraphs(args.seed), args.documents):
                count += len(text)
                file.write(json.dumps({"text": text}, ensure_ascii=False) + "\n")
        print(f"{args.documents:,} documents, {count:,} characters", flush=True)
        marks = [("start", cpu(), time.perf_counter())]

        def stage(name: str) -> None:
            marks.append((name, cpu(), time.perf_counter()))
            print(f"  {marks[-2][0]:10} {marks[-1][1] - marks[-2][1]:7.1f} s CPU {marks[-1][2] - marks[-2][2]:8.1f} s wall", flush=True)

        stop = threading.Event()
        killer = threading.Thread(target=kill_a_worker, args=(stop,))
        killer.start()
        done = spark.build([work / "news.jsonl"], work / "out", master=f"local[{args.cores}]", progress=stage)
        stop.set()
        killer.join()
        rows = {f.kind: 0 for f in done.manifest.files} | Counter({f.kind: 0 for f in done.manifest.files})
        for f in done.manifest.files:
            rows[f.kind] += f.rows
        print(f"  {rows}, {len(done.problems)} problems; {marks[-1][1] - marks[0][1]:.1f} s CPU in all", flush=True)
        if not args.no_plain:
            start = time.process_time()
            parts, _ = build.extract_all(documents.read_inputs([work / "news.jsonl"]).documents)
            extracted = time.process_time()
            graph = build.sure(build.merge(parts))
            merged = time.process_time()
            plain = shards.write(shards.slices_of(graph), work / "plain")
            print(f"  plain: extract {extracted - start:.1f}, merge {merged - extracted:.1f}, write {time.process_time() - merged:.1f} s CPU", flush=True)
            print(f"  facts {'equal' if told(done.manifest) == told(plain) else 'NOT EQUAL'} to those of the plain build", flush=True)


def told(manifest: shards.Manifest) -> dict[str, set[tuple[object, ...]]]:
    """All rows of facts, things and mentions."""
    import pyarrow.parquet as pq

    out: dict[str, set[tuple[object, ...]]] = {}
    for file in manifest.files:
        if file.kind != "graph":
            out.setdefault(file.kind, set()).update(tuple(map(str, row.values())) for row in pq.read_table(manifest.folder / file.name).to_pylist())
    return out


if __name__ == "__main__":
    main()
