"""What the fitting scripts share: reading an annotated article, matching its entities, a gradient ascent without random numbers."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from kg.dates import anchored
from kg.discourse import Scene
from kg.evaluate import align
from kg.model import Article, SourceFile
from kg.pages import read_pages

LEVELS = ("Country", "Province", "Prefecture", "County", "Township", "Village")
TYPES = {
    "Branch": "BankBranch",
    "Insurer": "Bank",
    "Guarantor": "Bank",
    "PublicBody": "Government",
    "OtherOrganization": "Organization",
    "Facility": "Site",
    "FinancialProduct": "Product",
    **dict.fromkeys(LEVELS, "Division"),
}


def articles(gold: Path) -> tuple[Article, ...]:
    """The articles of the text beside an annotation file."""
    text = gold.with_suffix(".txt").read_bytes().decode("utf-8-sig")
    return anchored(read_pages(SourceFile(gold.name, "", "utf-8", text)))


def aligned(scene: Scene, gold: list[dict[str, Any]]) -> dict[str, str]:
    """Entity id → id of the gold entity that it is, by kind and name."""
    known = [
        {
            "id": e.id,
            "type": TYPES.get(e.kind, e.kind),
            "name": e.label,
            "aliases": [scene.article.at(m.span) for m, i in scene.linked.entity_of.items() if i == e.id and not m.anaphor],
            **({"level": e.kind.lower()} if e.kind in LEVELS else {}),
        }
        for e in scene.linked.entities.values()
    ]
    return align(gold, [k for k in known if k["aliases"]], False)


def penalised(gradient: Callable[[dict[str, float]], Mapping[str, float]], penalty: float, rounds: int, rate: float = 0.3) -> dict[str, float]:
    """The weights that maximise a log likelihood less penalty/2 × their squares (Adagrad steps); the bias goes free."""
    w: dict[str, float] = defaultdict(float)
    grown: dict[str, float] = defaultdict(lambda: 1e-6)
    for _ in range(rounds):
        slope = gradient(w)
        for f in sorted({*slope, *w}):
            g = slope.get(f, 0.0) - (0.0 if f == "bias" else penalty * w[f])
            grown[f] += g * g
            w[f] += rate * g / math.sqrt(grown[f])
    return dict(w)
