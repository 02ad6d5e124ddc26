"""Speed of `kg build` as a ratio to jieba.posseg over the same text, in one run on one machine.

    python -m bench.run [--size 2M] [--seed 1] [--profile]

Both are characters per CPU second. The build is a process of its own and is charged for all: start-up, reading, Turtle. The
segmenter is charged for cutting only, its dictionary being loaded before.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from .generate import read_size, write_folder

try:
    import resource
except ImportError:  # Windows
    sys.exit("bench: this system does not tell the CPU seconds of other processes")


def build_seconds(folder: Path, out: Path) -> float:
    """CPU seconds of `kg build FOLDER -o OUT --formats turtle --jobs 1 --no-cache`."""
    before = _children()
    subprocess.run(
        [sys.executable, "-m", "kg", "build", str(folder), "-o", str(out), "--formats", "turtle", "--jobs", "1", "--no-cache"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
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


STAGES = {
    "pages": "lines bylines copies pages documents fold",
    "numbers and times": "quantities asides dates",
    "places": "register place_hits place_local places edges",
    "names": "banks orgs names quoted person_names people groups anaphors",
    "linking": "linking",
    "sentences with slots": "slots discourse actors modifiers",
    "financings": "drafts parties receivers financing terms_of_loan",
    "observations": "metrics subjects observations",
    "relations and posts": "relations places_of tenures facts",
    "values, selection": "model extract",
    "merge": "build",
    "Turtle": "terms concepts spans rdf view ontology",
}


def by_stage(modules: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """The seconds of the modules added up by stage, in the order of the build; what belongs to none is `other`.

    >>> by_stage([("banks", 2.0), ("names", 1.0), ("numpy", 0.5)])
    [('names', 3.0), ('other', 0.5)]
    """
    stage_of = {module: stage for stage, names in STAGES.items() for module in names.split()}
    seconds: dict[str, float] = defaultdict(float)
    for module, spent in modules:
        seconds[stage_of.get(module, "other")] += spent
    return [(stage, seconds[stage]) for stage in (*STAGES, "other") if stage in seconds]


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
    parser.add_argument("--profile", action="store_true", help="also say which stages and modules the time goes to")
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
            print("where the build's time goes (under a profiler), by stage and by module:")
            for stage, seconds in by_stage(found):
                print(f"  {stage:20} {100 * seconds / whole:5.1f} %")
            for module, seconds in found:
                if seconds > whole / 100:
                    print(f"    {module:18} {100 * seconds / whole:5.1f} %")


if __name__ == "__main__":
    main()
