"""Modifiers of a fact: planned, negated, cumulative, its stage. A row is a word, what it says, and how it reaches.

The lexicon `modifiers`: kind = planned | negated | cumulative | increment | stock | committed | repaid …, parent = direction
(forward: what follows in the clause; pseudo: a longer look-alike that blocks the shorter).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from .discourse import Scene, clause_end, clause_start
from .model import Span
from .pack import Pack

_STAGES = ("intended", "approved", "committed", "renewed", "repaid", "waived")
_STATUSES = ("planned", "negated")


@dataclass(frozen=True, slots=True)
class Modifiers:
    """What the words around a fact say of it; "" = nothing."""

    status: str = "reported"
    stage: str = ""
    aggregation: str = ""


@cache
def _pattern(pack: Pack) -> re.Pattern[str]:
    return re.compile(pack.any_of("modifiers"))


def modifiers(scene: Scene, span: Span) -> Modifiers:
    """The modifiers in force over a span: those of its clause up to its end, the longest word wins."""
    text = scene.article.folded
    low, high = clause_start(scene, span.start), max(span.end, min(clause_end(scene, span.end), span.end + 6))
    said: dict[str, str] = {}
    for m in _pattern(scene.pack).finditer(text, low, high):
        entry = scene.pack.by_name["modifiers"][m[0]]
        if entry.kind == "pseudo" or (entry.parent == "forward" and m.start() > span.end):
            continue
        said[entry.kind] = m[0]
    status = "negated" if "negated" in said else "planned" if "planned" in said else "reported"
    stage = next((s for s in _STAGES if s in said), "")
    if stage in ("intended", "approved", "committed"):
        status = "negated" if status == "negated" else "reported"  # that it was signed or approved is what the text reports
    aggregation = next((a for a in ("cumulative", "increment", "stock") if a in said), "")
    return Modifiers(status, stage, aggregation)
