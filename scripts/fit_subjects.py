"""Fit the weights of kg/subjects.py on annotated articles: python scripts/fit_subjects.py GOLD_DIR... [--out TSV] [--folds]

A conditional log-linear model with L2 penalty, plain gradient ascent, no random numbers. --folds prints the share of right
subjects article by article, each with weights fitted on the others.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from kg.evaluate import align, unit_of

from kg.dates import anchored
from kg.extract import reading
from kg.model import Meta, Quantity, SourceFile
from kg.observations import wording
from kg.pack import load
from kg.pages import read_pages
from kg.subjects import candidates

Example = list[tuple[tuple[str, ...], bool]]


def examples(path: Path) -> list[Example]:
    """The numbers of one annotated article whose subject is among the candidates."""
    gold = json.loads(path.read_text("utf-8"))
    text = path.with_suffix(".txt").read_bytes().decode("utf-8-sig")
    out: list[Example] = []
    free = list(gold["observations"])
    pack = load()
    for article in anchored(read_pages(SourceFile(path.name, "", "utf-8", text), Meta())):
        scene, numbers = reading(article, pack)
        known = [{"id": e.id, "type": TYPES.get(e.kind, e.kind), "name": e.label, "aliases": [article.at(m.span) for m, i in scene.linked.entity_of.items() if i == e.id and not m.anaphor], **({"level": e.kind.lower()} if e.kind in LEVELS else {})} for e in scene.linked.entities.values()]
        known = [k for k in known if k["aliases"]]
        same = align(gold["entities"], known, False)
        previous = ""
        for q in numbers:
            assert isinstance(q.value, Quantity)
            fits = [o for o in free if unit_of(o) == unit_of({"unit": q.value.currency or q.value.unit}) and abs(float(q.value.value) - o["value"]) <= 1e-3 * max(abs(o["value"]), 1e-9)]
            quoted = [o for o in fits if q.value.verbatim in o["quote"]]
            if not (quoted or fits):
                continue
            o = (quoted or fits)[0]
            free.remove(o)
            right = {o["subject"], *o.get("alt_subjects", [])}
            words = wording(scene, q)
            found = [(c.features, same.get(scene.entity(c.mention)) in right) for c in candidates(scene, q, words.lead + words.trail, previous)]
            if any(r for _, r in found):
                out.append(found)
            previous = next((p for p, g in same.items() if g == o["subject"]), "")
    return out


LEVELS = ("Country", "Province", "Prefecture", "County", "Township", "Village")
TYPES = {"Branch": "BankBranch", "Insurer": "Bank", "Guarantor": "Bank", "PublicBody": "Government", "OtherOrganization": "Organization", "Facility": "Site", "FinancialProduct": "Product", **dict.fromkeys(LEVELS, "Division")}


def fit(data: Sequence[Example], penalty: float = 1.0, rounds: int = 200, rate: float = 0.3) -> dict[str, float]:
    """Maximise the log likelihood of the right candidates, less penalty/2 × the squared weights (Adagrad steps)."""
    w: dict[str, float] = defaultdict(float)
    grown: dict[str, float] = defaultdict(lambda: 1e-6)
    for _ in range(rounds):
        gradient: dict[str, float] = defaultdict(float)
        for example in data:
            scores = [sum(w[f] for f in features) for features, _ in example]
            top = max(scores)
            odds = [math.exp(s - top) for s in scores]
            total = sum(odds)
            good = sum(o for o, (_, right) in zip(odds, example, strict=True) if right)
            for o, (features, right) in zip(odds, example, strict=True):
                d = (o / good if right else 0.0) - o / total
                for f in features:
                    gradient[f] += d
        for f in sorted({*gradient, *w}):
            g = gradient[f] - penalty * w[f]
            grown[f] += g * g
            w[f] += rate * g / math.sqrt(grown[f])
    return dict(w)


def accuracy(data: Sequence[Example], w: dict[str, float]) -> tuple[int, int]:
    hits = sum(max(example, key=lambda c: sum(w.get(f, 0.0) for f in c[0]))[1] for example in data)
    return hits, len(data)


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("gold", nargs="+", type=Path)
    ap.add_argument("--out", type=Path)
    ap.add_argument("--folds", action="store_true")
    ap.add_argument("--penalty", type=float, default=1.0)
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
        rows = [f"{k}\tweight\t\t\t{v:.2f}" for k, v in sorted(w.items()) if abs(v) >= 0.05]
        a.out.write_text("name\tkind\taliases\tparent\tnote\n# fitted by scripts/fit_subjects.py; the last column is the weight\n" + "\n".join(rows) + "\n", "utf-8")


if __name__ == "__main__":
    main()
