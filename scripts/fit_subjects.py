"""Fit the weights of kg/subjects.py on annotated articles: python scripts/fit_subjects.py GOLD_DIR... [--out TSV] [--folds]

A conditional random field with L2 penalty over the numbers of each article, plain gradient ascent, no random numbers. A
number without an annotated subject is left open. --folds prints the share of right subjects article by article, each with
weights fitted on the others.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fitting import aligned, articles

from kg.evaluate import unit_of
from kg.extract import reading
from kg.facts import numbers_of
from kg.financing import financings
from kg.metrics import wordings
from kg.model import Quantity
from kg.pack import load
from kg.subjects import marginals, survey


@dataclass(frozen=True, slots=True)
class Example:
    """The numbers of an article: entities and features of their candidates, bonds, and which candidates are right (none: open)."""

    names: list[list[str]]
    features: list[list[tuple[str, ...]]]
    bonds: list[tuple[str, ...]]
    right: list[list[bool]]


def examples(path: Path) -> list[Example]:
    """The articles of one annotated file."""
    gold = json.loads(path.read_text("utf-8"))
    out: list[Example] = []
    free = list(gold["observations"])
    pack = load()
    for article in articles(path):
        scene, numbers = reading(article, pack)
        same = aligned(scene, gold["entities"])
        money = list(financings(scene))
        sums = numbers_of(money)
        numbers = [q for q in numbers if q not in sums]
        asked = [(q, words.words) for q, words in zip(numbers, wordings(scene, numbers), strict=True)]
        seen = survey(scene, asked, money)
        right: list[list[bool]] = []
        for q, row in zip(numbers, seen.candidates, strict=True):
            assert isinstance(q.value, Quantity)
            value, unit = float(q.value.value), unit_of({"unit": q.value.currency or q.value.unit})
            fits = [o for o in free if unit_of(o) == unit and abs(value - o["value"]) <= 1e-3 * max(abs(o["value"]), 1e-9)]
            chosen = next((o for o in fits if q.value.verbatim in o["quote"]), fits[0] if fits else None)
            wanted: set[str] = set()
            if chosen is not None:
                free.remove(chosen)
                wanted = {chosen["subject"], *chosen.get("alt_subjects", [])}
            right.append([same.get(c.entity) in wanted for c in row])
        out.append(
            Example([[c.entity for c in row] for row in seen.candidates], [[c.features for c in row] for row in seen.candidates], list(seen.bonds), right)
        )
    return out


def fit(data: Sequence[Example], penalty: float = 3.0, rounds: int = 80, rate: float = 0.3) -> dict[str, float]:
    """Maximise the log likelihood of the right candidates, less penalty/2 × the squared weights (Adagrad steps)."""
    w: dict[str, float] = defaultdict(float)
    grown: dict[str, float] = defaultdict(lambda: 1e-6)
    for _ in range(rounds):
        gradient: dict[str, float] = defaultdict(float)
        for x in data:
            scores, bonds = _scores(x, w)
            free, same, _ = marginals(x.names, scores, bonds)
            kept = [[k for k, r in enumerate(row) if r] or list(range(len(row))) for row in x.right]
            held, tied, _ = marginals(
                [[n[k] for k in ks] for n, ks in zip(x.names, kept, strict=True)], [[s[k] for k in ks] for s, ks in zip(scores, kept, strict=True)], bonds
            )
            for i, features in enumerate(x.features):
                want = dict(zip(kept[i], held[i], strict=True))
                for k, names in enumerate(features):
                    d = want.get(k, 0.0) - free[i][k]
                    if abs(d) > 1e-4:
                        for f in names:
                            gradient[f] += d
                for f in x.bonds[i]:
                    gradient[f] += tied[i] - same[i]
        for f in sorted({*gradient, *w}):
            g = gradient[f] - penalty * w[f]
            grown[f] += g * g
            w[f] += rate * g / math.sqrt(grown[f])
    return dict(w)


def _scores(x: Example, w: Mapping[str, float]) -> tuple[list[list[float]], list[float]]:
    return [[sum(w.get(f, 0.0) for f in names) for names in row] for row in x.features], [sum(w.get(f, 0.0) for f in b) for b in x.bonds]


def accuracy(data: Sequence[Example], w: Mapping[str, float]) -> tuple[int, int]:
    """(right, of): the annotated numbers whose likeliest candidate is right."""
    hits = total = 0
    for x in data:
        odds = marginals(x.names, *_scores(x, w))[0]
        for row, right in zip(odds, x.right, strict=True):
            if any(right):
                total += 1
                hits += right[max(range(len(row)), key=row.__getitem__)]
    return hits, total


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("gold", nargs="+", type=Path)
    ap.add_argument("--out", type=Path)
    ap.add_argument("--folds", action="store_true")
    ap.add_argument("--penalty", type=float, default=3.0)
    a = ap.parse_args()
    paths = sorted(p for g in a.gold for p in g.glob("*.json"))
    by_article = {p.stem: examples(p) for p in paths}
    if a.folds:
        hits = total = 0
        for held, data in by_article.items():
            w = fit([e for k, v in by_article.items() if k != held for e in v], a.penalty)
            h, n = accuracy(data, w)
            hits, total = hits + h, total + n
        print(f"held out: {hits} of {total} right, {hits / total:.3f}")
    w = fit([e for v in by_article.values() for e in v], a.penalty)
    h, n = accuracy([e for v in by_article.values() for e in v], w)
    print(f"fitted on: {h} of {n} right, {h / n:.3f}")
    if a.out:
        rows = [f"{k}\tweight\t\t\t{v:.2f}" for k, v in sorted(w.items()) if abs(v) >= 0.12]
        a.out.write_text(
            "name\tkind\taliases\tparent\tnote\n# fitted by scripts/fit_subjects.py; the last column is the weight\n" + "\n".join(rows) + "\n",
            "utf-8",
            newline="\n",
        )
        print(f"{len(rows)} weights")


if __name__ == "__main__":
    main()
