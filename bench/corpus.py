"""A corpus on one machine: what a second process brings, what an unchanged corpus costs the second time, how much memory a large one takes.

    python -m bench.corpus [--documents 1000] [--repeat 3]        processes and cache
    python -m bench.corpus --memory 100000 [--characters 300]     memory; the larger the slower: 100,000 take minutes

Builds are processes of their own (`kg build CORPUS --formats turtle`). CPU seconds are those of all processes of a build, memory is
what all of them hold together, asked for twice a second: pages that they share count each time. Wall time means little on a machine that has other
work: the ratio of a pair of runs, one after the other, is the best of several pairs.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .generate import articles


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one build: seconds by the clock, CPU seconds of all processes, those of the first process, most memory in bytes."""

    wall: float
    cpu: float
    alone: float
    memory: int


def texts(count: int, characters: int, seed: int) -> Iterator[str]:
    """Made-up articles, each the first paragraphs of one that are at least so many characters (0: whole articles)."""
    made = articles(sys.maxsize, seed)
    for _ in range(count):
        text = ""
        for line in next(made).split("\n\n"):
            text += line.strip("\n") + "\n\n"
            if characters and len(text) >= characters:
                break
        yield text


def write_corpus(path: Path, count: int, characters: int, seed: int) -> int:
    """A corpus as JSONL; its characters."""
    total = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for text in texts(count, characters, seed):
            total += len(text)
            file.write(json.dumps({"text": text, "date": "2023-07-11"}, ensure_ascii=False) + "\n")
    return total


def build(corpus: Path, out: Path, *options: str) -> Cost:
    """Build a corpus and say what it cost."""
    start = time.monotonic()
    command = [sys.executable, "-m", "kg", "build", str(corpus), "-o", str(out), "--formats", "turtle", *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    most, alone = 0, 0.0
    while True:
        pid, status, used = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        memory, alone = _held(process.pid, alone)
        most = max(most, memory)
        time.sleep(0.5 if time.monotonic() - start > 10 else 0.05)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return Cost(time.monotonic() - start, used.ru_utime + used.ru_stime, alone, most)


def _held(root: int, alone: float) -> tuple[int, float]:
    """Bytes that a process and those it started hold, and the CPU seconds of the first alone (Linux)."""
    children: dict[int, list[int]] = {}
    held: dict[int, int] = {}
    page, tick = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_CLK_TCK")
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:
            continue
        pid = int(entry.name)
        children.setdefault(int(fields[1]), []).append(pid)
        held[pid] = int(fields[21]) * page
        if pid == root:
            alone = (int(fields[11]) + int(fields[12])) / tick
    total, todo = 0, [root]
    while todo:
        pid = todo.pop()
        total += held.get(pid, 0)
        todo += children.get(pid, [])
    return total, alone


def processes(corpus: Path, work: Path, repeat: int) -> None:
    """Two processes against one."""
    print("                      wall s   CPU s   of it in the first process   MB", flush=True)
    ratios = []
    for n in range(repeat):
        costs = {}
        for jobs in ("1", "2"):
            costs[jobs] = cost = build(corpus, work / f"out-{n}-{jobs}", "--jobs", jobs)
            print(f"--jobs {jobs}            {cost.wall:8.1f} {cost.cpu:8.1f} {cost.alone:8.1f} {cost.memory / 1e6:25.0f}", flush=True)
        ratios.append(costs["1"].wall / costs["2"].wall)
        one, two = costs["1"], costs["2"]
        idle = two.alone + (two.cpu - two.alone) / 2
        print(f"wall ratio {ratios[-1]:.2f}; CPU ratio {two.cpu / one.cpu:.2f}; with two free cores at least {one.cpu / idle:.2f}", flush=True)
    print(f"two processes against one, wall: {max(ratios):.2f} times as fast (best of {repeat})", flush=True)


def again(corpus: Path, work: Path) -> None:
    """A second build of the same documents, and one in which a document is changed."""
    first, second = (build(corpus, work / "again", "--jobs", "2") for _ in range(2))
    lines = corpus.read_text("utf-8").split("\n")
    changed = corpus.with_name("changed") / corpus.name
    changed.parent.mkdir()
    changed.write_text("\n".join([lines[0].replace("。", "！", 1), *lines[1:]]), "utf-8", newline="\n")
    third = build(changed, work / "again", "--jobs", "2")
    for name, cost in (("first build", first), ("nothing changed", second), ("one changed", third)):
        print(f"{name:17} {cost.wall:8.1f} s {cost.cpu:8.1f} CPU s   {cost.cpu / first.cpu:.3f} of the first by CPU", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--characters", type=int, default=0, help="of a document, at least; 0: whole articles of about 1,100")
    parser.add_argument("--memory", type=int, default=0, metavar="N", help="build so many documents and say how much memory that took")
    parser.add_argument("--repeat", type=int, default=3, help="pairs of runs")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        corpus = work / "corpus.jsonl"
        count = args.memory or args.documents
        characters = write_corpus(corpus, count, args.characters, args.seed)
        print(f"{count:,} documents, {characters:,} characters, seed {args.seed}", flush=True)
        if args.memory:
            cost = build(corpus, work / "out", "--jobs", "2")
            print(f"{cost.wall:.0f} s, {cost.cpu:.0f} CPU s ({cost.alone:.0f} in the first process), {characters / cost.cpu:,.0f} characters a CPU second")
            print(f"most memory held by all processes: {cost.memory / 1e6:,.0f} MB; graph.ttl {(work / 'out' / 'graph.ttl').stat().st_size / 1e6:,.0f} MB")
        else:
            processes(corpus, work, args.repeat)
            again(corpus, work)


if __name__ == "__main__":
    main()
