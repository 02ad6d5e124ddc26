"""Fit the weights of kg/parties.py on annotated articles: python scripts/fit_parties.py GOLD_DIR... [--out TSV] [--folds]

Two logistic models, financier and target, with L2 penalty; plain gradient ascent, no random numbers. --folds fits on all
articles but one at a time and prints the share of financings whose parties are all right, beside the rules' own.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fitting import aligned, articles, penalised

from kg.drafts import Before, drafts
from kg.extract import read
from kg.financing import choose, parties
from kg.model import Quantity
from kg.pack import load

Row = tuple[tuple[str, ...], bool]


@dataclass(frozen=True)
class Example:
    """One financing: candidates of both roles with right or wrong."""

    financier: tuple[Row, ...]
    target: tuple[Row, ...]
    stated: tuple[bool, bool]  # whether the gold has a financier, a target


def examples(path: Path) -> list[Example]:
    gold = json.loads(path.read_text("utf-8"))
    out: list[Example] = []
    free = list(gold["financings"])
    pack = load()
    for article in articles(path):
        scene = read(article, pack).scene
        same = aligned(scene, gold["entities"])
        back: dict[str, list[str]] = defaultdict(list)
        for p, g in same.items():
            back[g].append(p)
        before = Before()
        for d in sorted(drafts(scene), key=lambda d: (d.sentence, d.amount is None, d.span)):
            choice = choose(scene, d, before)
            if choice is None or d.amount is None:
                continue
            q = d.amount.value
            assert isinstance(q, Quantity)
            fits = [f for f in free if f.get("amount") and abs(float(q.value) - f["amount"]["value"]) <= 1e-3 * f["amount"]["value"]]
            if not fits:
                continue
            f = next((f for f in fits if q.verbatim in f["quote"]), fits[0])
            free.remove(f)
            lender = {x for x in ([f["lender"]] if not isinstance(f["lender"], list) else f["lender"]) if x} | set(f.get("alt_lenders", []))
            to = {*f["recipient"], *f["purpose"]}
            spare = {*f.get("alt_recipient", []), *f.get("alt_purpose", [])}
            payers, targets = parties(scene, choice, before)
            out.append(
                Example(
                    tuple((c.features, same.get(scene.entity(c.mention)) in lender) for c in payers),
                    tuple((c.features, same.get(scene.entity(c.mention)) in to) for c in targets if same.get(scene.entity(c.mention)) not in spare - to),
                    (bool(lender), bool(to)),
                )
            )
            before = Before(d.sentence, tuple(p for g in lender for p in back[g]), tuple(p for g in to for p in back[g]))
    return out


def fit(rows: Sequence[Row], penalty: float = 1.0, rounds: int = 300) -> dict[str, float]:
    """Logistic regression with a bias, Adagrad steps."""

    def gradient(w: dict[str, float]) -> dict[str, float]:
        g: dict[str, float] = defaultdict(float)
        for features, right in rows:
            z = w.get("bias", 0.0) + sum(w.get(f, 0.0) for f in features)
            d = (1.0 if right else 0.0) - 1 / (1 + math.exp(-z))
            g["bias"] += d
            for f in features:
                g[f] += d
        return g

    return penalised(gradient, penalty, rounds)


def right(example: Example, w: dict[str, dict[str, float]]) -> tuple[bool, bool]:
    def z(role: str, x: Sequence[str]) -> float:
        return w[role].get("bias", 0.0) + sum(w[role].get(f, 0.0) for f in x)

    best = max(example.financier, key=lambda r: z("financier", r[0]), default=((), False))
    payer = best[1] if best[0] and z("financier", best[0]) > -0.4 else not example.stated[0]
    got = {i for i, r in enumerate(example.target) if z("target", r[0]) > 0}
    if not got and example.target:
        i = max(range(len(example.target)), key=lambda i: z("target", example.target[i][0]))
        got = {i} if z("target", example.target[i][0]) > -0.85 else set()
    want = {i for i, r in enumerate(example.target) if r[1]}
    return payer, 2 * len(got & want) >= len(got | want) if example.stated[1] else not got


def rules_right(example: Example) -> tuple[bool, bool]:
    payer = any(r for f, r in example.financier if "picked" in f) if example.stated[0] else not any("picked" in f for f, _ in example.financier)
    got = {i for i, r in enumerate(example.target) if "picked" in r[0]}
    want = {i for i, r in enumerate(example.target) if r[1]}
    return payer, (2 * len(got & want) >= len(got | want) and bool(got & want)) if example.stated[1] else not got


def models(data: Sequence[Example], penalty: float) -> dict[str, dict[str, float]]:
    return {role: fit([r for e in data for r in getattr(e, role)], penalty) for role in ("financier", "target")}


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("gold", nargs="+", type=Path)
    ap.add_argument("--out", type=Path)
    ap.add_argument("--folds", action="store_true")
    ap.add_argument("--penalty", type=float, default=1.0)
    a = ap.parse_args()
    by_article = {p.stem: examples(p) for p in sorted(p for g in a.gold for p in g.glob("*.json"))}
    everything = [e for v in by_article.values() for e in v]

    def pair(results: Sequence[tuple[bool, bool]]) -> tuple[int, ...]:
        return tuple(sum(x) for x in zip(*results, strict=True))

    print("financings:", len(everything), "rules right (financier, target):", pair([rules_right(e) for e in everything]))
    if a.folds:
        held = []
        for name, data in by_article.items():
            w = models([e for k, v in by_article.items() if k != name for e in v], a.penalty)
            held += [right(e, w) for e in data]
        print("held out:", pair(held), "both", sum(all(x) for x in held))
    w = models(everything, a.penalty)
    print("fitted on:", pair([right(e, w) for e in everything]), "both", sum(all(right(e, w)) for e in everything))
    if a.out:
        rows = [f"{role}|{k}\t{role}\t\t\t{v:.2f}" for role in sorted(w) for k, v in sorted(w[role].items()) if abs(v) >= 0.05]
        a.out.write_text(
            "name\tkind\taliases\tparent\tnote\n# fitted by scripts/fit_parties.py; the last column is the weight\n" + "\n".join(rows) + "\n",
            "utf-8",
            newline="\n",
        )


if __name__ == "__main__":
    main()
