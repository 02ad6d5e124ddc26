"""Fill the generated blocks of the READMEs and of docs/ from the program itself: the Turtle excerpt, what commands print, the query's answer.

    python scripts/update_readme.py            write them
    python scripts/update_readme.py --check    exit 1 where they are stale

A generated block is the fenced block that follows a line `<!-- generated: NAME -->`. output/graph.ttl must be fresh (`make build`).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from kg.evaluate import total
from kg.scores import Evaluation, calibration_text, evaluate
from kg.show import width

ROOT = Path(__file__).parent.parent
PAGES = {
    p.relative_to(ROOT).as_posix(): "zh_CN.UTF-8" if p.name.endswith(".zh-CN.md") else "en_US.UTF-8"
    for p in [*ROOT.glob("README*.md"), *sorted((ROOT / "docs").rglob("*.md"))]
    if "<!-- generated: " in p.read_text("utf-8")
}
SENTENCE = "截至2023年6月末，工行萧山分行涉农贷款余额48.7亿元。"
SUM = "6.52亿元"


def turtle() -> str:
    """The financing of the first lines and its sum, as they stand in output/graph.ttl."""
    paragraphs = re.findall(r"^\S.*(?:\n    .*)*", (ROOT / "output" / "graph.ttl").read_text("utf-8"), re.M)
    quantity = next(p for p in paragraphs if f'gf:verbatim "{SUM}"' in p)
    event = next(p for p in paragraphs if "a gf:FinancingEvent" in p and quantity.split()[0] in p.split())
    return f"{event}\n{quantity}\n"


def kg(language: str, *args: str) -> str:
    """What `kg ARGS` prints, run from the root."""
    env = {**os.environ, "LC_ALL": language}
    return subprocess.run([sys.executable, "-m", "kg", *args], cwd=ROOT, env=env, check=True, capture_output=True, encoding="utf-8").stdout


def built(language: str) -> str:
    """The summary of `make build`, with the folder's name as there."""
    with tempfile.TemporaryDirectory() as out:
        return kg(language, "build", "seeds/", "-o", out).replace(Path(out).as_posix(), "output")


@cache
def measured(name: str) -> Evaluation:
    """The builder against one of the annotated sets."""
    return evaluate(ROOT / "tests" / "gold" / name)


def by_confidence(language: str) -> str:
    """The facts of dev by confidence, and the two rates."""
    before = os.environ.get("LC_ALL")
    os.environ["LC_ALL"] = language
    try:
        return calibration_text(total(s for _, s in measured("dev").documents)) + "\n"
    finally:
        os.environ.pop("LC_ALL") if before is None else os.environ.update(LC_ALL=before)


MEASURES = ("entity", "relation", "post", "financing", "roles", "observation", "money", "facts")


def accuracy(language: str) -> str:
    """F1 by measure on the two annotated sets, the second reader's beside it."""
    head = ("", "本程序", "另一读者") if language.startswith("zh") else ("", "program", "second reader")
    columns = []
    for name in ("seeds", "dev"):
        done = measured(name)
        whole = total(s for _, s in done.documents)
        columns.append({m: (whole.facts if m == "facts" else whole.counts[m].f1, done.readers[m]) for m in MEASURES})
    names = f"{' ' * (10 - width(head[1]))}{head[1]}  {' ' * (12 - width(head[2]))}{head[2]}"
    lines = [f"{'':12}  {'seeds':^24}  {'dev':^24}", "  ".join([f"{head[0]:12}", names, names])]
    lines += ["  ".join([f"{m:12}", *(f"{c[m][0]:>10.3f}  {c[m][1]:>12.3f}" for c in columns)]) for m in MEASURES]
    return "\n".join(lines) + "\n"


def filled(page: str, language: str) -> str:
    """The page with its generated blocks as they must be."""
    text = (ROOT / page).read_text("utf-8")
    query = next(iter(re.findall(r"^```sparql\n(.*?)^```", text, re.M | re.S)), "")
    made = {
        "turtle": turtle,
        "build": lambda: built(language),
        "try": lambda: kg(language, "try", SENTENCE),
        "accuracy": lambda: accuracy(language),
        "calibration": lambda: by_confidence(language),
        "answer": lambda: kg(language, "query", "output/graph.ttl", query),
    }
    return re.sub(
        r"(<!-- generated: (\w+) -->\n```\w*\n)(.*?)(?=^```$)",
        lambda m: m[1] + made[m[2]](),
        text,
        flags=re.M | re.S,
    )


def main() -> int:
    stale = 0
    for page, language in PAGES.items():
        text = filled(page, language)
        if text != (ROOT / page).read_text("utf-8"):
            stale = 1
            print(f"{page}: {'stale: run python scripts/update_readme.py' if '--check' in sys.argv else 'updated'}")
            if "--check" not in sys.argv:
                (ROOT / page).write_text(text, "utf-8", newline="\n")
    return stale if "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
