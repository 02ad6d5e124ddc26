"""Speed of `kg build` as a ratio to jieba.posseg over the same text, in one run on one machine.

    python -m bench.run [--size 2M] [--seed 1] [--profile]

Both are characters per CPU second. The build is a process of its own and is charged for all: start-up, reading, Turtle. The
segmenter is charged for cutting only, its dictionary being loaded before.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from .generate import read_size, write_folder


def build_seconds(folder: Path, out: Path) -> float:
    """CPU seconds of `kg build FOLDER -o OUT --formats turtle`, children and all."""
    before = _children()
    subprocess.run([sys.executable, "-m", "kg", "build", str(folder), "-o", str(out), "--formats", "turtle"], check=True, stdout=subprocess.DEVNULL)
    return _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def help_seconds() -> float:
    """CPU seconds of `kg --help`, the best of five."""
    found = []
    for _ in range(5):
        before = _children()
        subprocess.run([sys.executable, "-m", "kg", "--help"], check=True, stdout=subprocess.DEVNULL)
        found.append(_children() - before)
    return min(found)


def posseg_seconds(texts: Sequence[str]) -> float:
    """CPU seconds of jieba.posseg over the texts, dictionary loaded before."""
    import logging

    import jieba
    import jieba.posseg

    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()
    tagger = jieba.posseg.POSTokenizer(tokenizer)
    start = time.process_time()
    for text in texts:
        for _ in tagger.cut(text):
            pass
    return time.process_time() - start


def profile(folder: Path) -> list[tuple[str, float]]:
    """Seconds spent in the functions of each module of the build, in-process, with what they call outside it; largest first."""
    import cProfile
    import pstats

    from kg import build, documents, rdf

    watch = cProfile.Profile()
    watch.enable()
    rdf.write_turtle(build.merge(build.extract_all(documents.read_inputs([folder]).documents)[0]))
    watch.disable()
    seconds: dict[str, float] = defaultdict(float)
    for (file, _, _), (_, _, own, _, callers) in pstats.Stats(watch).stats.items():  # type: ignore[attr-defined]
        path = Path(file)
        if path.parent.name == "kg":
            seconds[path.stem] += own
        else:  # a function of the libraries: shared out to the modules that call it
            for (caller, _, _), (_, _, spent, _) in callers.items():
                seconds[Path(caller).stem if Path(caller).parent.name == "kg" else "libraries"] += spent
    return sorted(seconds.items(), key=lambda x: -x[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=read_size, default=2_000_000, help="bytes of UTF-8: 300k, 2M")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--profile", action="store_true", help="also say which modules the time goes to")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work, "articles")
        count = write_folder(folder, args.size, args.seed)
        texts = [p.read_text("utf-8") for p in sorted(folder.iterdir())]
        characters = sum(map(len, texts))
        print(f"{count} articles, {characters:,} characters, {sum(len(t.encode()) for t in texts):,} bytes, seed {args.seed}")
        build = build_seconds(folder, Path(work, "out"))
        print(f"kg build, Turtle   {build:7.2f} CPU s  {characters / build:10,.0f} characters a CPU second", flush=True)
        posseg = posseg_seconds(texts)
        print(f"jieba.posseg       {posseg:7.2f} CPU s  {characters / posseg:10,.0f} characters a CPU second")
        print(f"ratio              {posseg / build:7.2f}")
        print(f"kg --help          {help_seconds():7.2f} CPU s")
        if args.profile:
            found = profile(folder)
            whole = sum(s for _, s in found)
            print("where the build's time goes (under a profiler):")
            for module, seconds in found:
                if seconds > whole / 100:
                    print(f"  {module:12} {100 * seconds / whole:5.1f} %")


if __name__ == "__main__":
    main()
