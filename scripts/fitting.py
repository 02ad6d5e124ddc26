"""What the fitting scripts share: the gold's class names, and a penalised gradient ascent without random numbers."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping

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
