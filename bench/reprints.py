"""How well reprints are found: stories set again with noise, cut, retitled, added to; and other stories of the same mould.

    python -m bench.reprints [--stories 200] [--seed 1]

Each story is printed a second time in a second file, a day later, spoilt in one way; half of the stories have no second printing.
Recall: second printings that are found with their own first one. Precision: of what is found, what is a second printing.
The stories are those of bench.generate, which share their sentences and differ in names and numbers, and the gold texts of tests/.
"""

from __future__ import annotations

import argparse
import random
import re
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from kg import reprints
from kg.extract import extract
from kg.model import Document, Meta, SourceFile, digest
from kg.pack import load

from .generate import GIVEN, article, articles, homes

# characters that are easily read for one another, and some that are not
_MISREAD = {
    "己": "已",
    "未": "末",
    "大": "太",
    "人": "入",
    "日": "曰",
    "万": "方",
    "元": "无",
    "干": "千",
    "土": "士",
    "0": "O",
    "1": "l",
    "5": "S",
    "8": "3",
    "6": "b",
}


def misread(share: float) -> Callable[[str, random.Random], str]:
    """A share of the characters read wrongly, a tenth of them lost."""

    def spoil(text: str, chance: random.Random) -> str:
        out = []
        for c in text:
            if c == "\n" or chance.random() >= share:
                out.append(c)
            elif chance.random() >= 0.1:
                out.append(_MISREAD.get(c) or chr(chance.randrange(0x4E00, 0x9000)))
        return "".join(out)

    return spoil


def fragment(text: str, chance: random.Random) -> str:
    """A stretch of 40 to 70 %, cut at paragraphs where they allow it."""
    paragraphs = text.strip().split("\n\n")
    body = paragraphs[2:] or paragraphs
    size = sum(map(len, body)) * chance.uniform(0.4, 0.7)
    low = chance.randrange(max(1, len(body) // 2))
    kept: list[str] = []
    for p in body[low:]:
        if sum(map(len, kept)) >= size:
            break
        kept.append(p)
    return "\n\n".join(["摘要：" + kept[0], *kept[1:]]) + "\n"


def _fragment_misread(text: str, chance: random.Random) -> str:
    return misread(0.03)(fragment(text, chance), chance)


def retitled(text: str, chance: random.Random) -> str:
    title, _, rest = text.partition("\n")
    return f"{title[: len(title) // 2]}：山乡又见新气象\n{rest}"


def added(text: str, chance: random.Random) -> str:
    paragraphs = text.strip().split("\n\n")
    more = next(iter(articles(2000, chance.randrange(10**6)))).strip().split("\n\n")[2]
    paragraphs.insert(chance.randrange(2, len(paragraphs) + 1) if len(paragraphs) > 2 else len(paragraphs), more)
    return "\n\n".join(paragraphs) + "\n"


def rewrapped(text: str, chance: random.Random) -> str:
    """The same words in short lines, as a scan gives them."""
    return "\n".join("\n".join(p[at : at + 22] for at in range(0, len(p), 22)) for p in text.split("\n\n"))


NOISE: dict[str, Callable[[str, random.Random], str]] = {
    "retitled": retitled,
    "broken into lines": rewrapped,
    "paragraph added": added,
    "misread, 1 %": misread(0.01),
    "misread, 3 %": misread(0.03),
    "misread, 8 %": misread(0.08),
    "fragment, 40 to 70 %": fragment,
    "fragment, misread 3 %": _fragment_misread,
}


def measure(texts: Sequence[str], spoil: Callable[[str, random.Random], str], seed: int) -> tuple[int, int, int, float]:
    """(second printings, found, found wrongly, CPU seconds of the search) with every second text printed again."""
    chance, rules = random.Random(seed), load()
    parts, truth = [], {}
    for n, text in enumerate(texts):
        part = extract(Document(SourceFile(f"a/{n:04}.txt", digest(text), "utf-8", text), Meta(date=date(2024, 5, 8))), rules)
        parts.append(part)
        if n % 2:
            continue
        again = spoil(text, chance)
        copy = extract(Document(SourceFile(f"b/{n:04}.txt", digest(again), "utf-8", again), Meta(date=date(2024, 5, 9))), rules)
        parts.append(copy)
        first = {a.id for a in part.articles}
        truth.update({a.id: first for a in copy.articles if len(a.text) >= 80 and a.id not in first})
    told = [s for p in parts for s in reprints.stories(p)]
    start = time.process_time()
    found = reprints.find(told)
    spent = time.process_time() - start
    right = sum(copy in found and found[copy].article in first for copy, first in truth.items())
    wrong = sum(first.article not in truth.get(copy, ()) for copy, first in found.items())
    return len(truth), right, wrong, spent


def other_numbers(text: str, chance: random.Random) -> str:
    """The release of another month: the same names and sentences, every number another."""
    return re.sub(r"[0-9]+", lambda m: str(chance.randrange(1, 9)) + "".join(str(chance.randrange(10)) for _ in m[0][1:]), text)


def moulds(count: int, seed: int) -> list[tuple[str, str]]:
    """Pairs of stories made in one mould: the same sentences of another county, bank, village and people, with other numbers."""
    counties = homes(seed)
    turned = str.maketrans(GIVEN, GIVEN[7:] + GIVEN[:7])
    out = []
    for n in range(count):
        one, two = (article(random.Random(f"{seed}.{n}"), home) for home in (next(counties), next(counties)))
        people = re.sub(f"[{GIVEN}]{{2}}(?=说|介绍|是土|充满|回忆|承包)", lambda m: m[0].translate(turned), two)
        out.append((one, other_numbers(people, random.Random(n))))
    return out


def taken_for_reprints(pairs: Sequence[tuple[str, str]]) -> int:
    """How many of the second ones of the pairs are taken for reprints, though they are none."""
    rules = load()
    told: list[reprints.Story] = []
    for n, pair in enumerate(pairs):
        for folder, text in zip("ab", pair, strict=True):
            told += reprints.stories(extract(Document(SourceFile(f"{folder}/{n:04}.txt", digest(text), "utf-8", text), Meta(date=date(2024, 5, 8))), rules))
    return len(reprints.find(told))


def sources(count: int, seed: int) -> dict[str, list[str]]:
    """Texts by where they come from."""
    gold = [p.read_text("utf-8") for p in sorted(Path("tests/gold/dev").glob("*.txt"))]
    made: list[str] = []
    while len(made) < count:
        made += list(articles(4000 * count, seed + len(made)))[: count - len(made)]
    return {"made up, one mould": made, "gold texts": gold}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stories", type=int, default=200, help="made-up stories; half of them are printed twice")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    pairs = moulds(args.stories, args.seed)
    months = [(one, other_numbers(one, random.Random(n))) for n, (one, _) in enumerate(pairs)]
    print(f"other names and numbers in the same sentences: {taken_for_reprints(pairs)} of {len(pairs)} taken for reprints")
    print(f"the same names with other numbers: {taken_for_reprints(months)} of {len(months)} taken for reprints", flush=True)
    for name, texts in sources(args.stories, args.seed).items():
        print(f"{name}: {len(texts)} stories")
        for kind, spoil in NOISE.items():
            wanted, right, wrong, spent = measure(texts, spoil, args.seed)
            precision = right / (right + wrong) if right + wrong else 1.0
            print(
                f"  {kind:24} recall {right / wanted:5.2f}  precision {precision:5.2f}  ({wanted} second printings, {wrong} found wrongly, {spent:.2f} s)",
                flush=True,
            )


if __name__ == "__main__":
    main()
