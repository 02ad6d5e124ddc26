"""Who takes part in a financing: candidates with weighted features, for what the case marks alone do not settle.

Weights (lexicon `party_weights`, kind financier or target) are those of logistic models fitted by scripts/fit_parties.py. The choice
of the rules is itself a feature (`picked`), so the models correct the rules where their context says so.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import repeat

from .discourse import Scene, clause_end, clause_start
from .linking import LENDERS
from .model import DIVISION_KINDS, Mention, Quantity, Span
from .pack import Pack

PAYERS = frozenset((*LENDERS, "PublicBody", "Company", "OtherOrganization", "Person", "Group", "Village", "Township", "County", "Prefecture"))
TARGETS = frozenset(
    ("Company OtherOrganization Person Group Prefecture County Township Village Project Facility Workshop Programme PublicBody FinancialProduct").split()
)


@dataclass(frozen=True, slots=True)
class Party:
    """A candidate for a role, by its nearest mention; `features` say where and how it stands."""

    mention: Mention
    features: tuple[str, ...]


@cache
def weights(pack: Pack, role: str) -> Mapping[str, float]:
    return {e.name.partition("|")[2]: float(e.note) for e in pack.entries("party_weights") if e.kind == role}


def score(table: Mapping[str, float], features: Sequence[str]) -> float:
    """The log odds of a candidate."""
    return table.get("bias", 0.0) + sum(map(table.get, features, repeat(0.0)))


def probability(table: Mapping[str, float], features: Sequence[str]) -> float:
    return 1 / (1 + math.exp(-score(table, features)))


def candidates(
    scene: Scene,
    role: str,
    anchor: Span,
    trigger: Span,
    instrument: str,
    picked: Sequence[str],
    other: Sequence[str],
    previous: Sequence[str],
    before: Sequence[str],
    reach: int = 5,
) -> Iterator[Party]:
    """Each thing in reach once. `picked`: the rules' choice (entity ids); `other`: the opposite role's choice; `previous`:
    this role in the financing before; `before`: the opposite role in the financing before."""
    kinds = PAYERS if role == "financier" else TARGETS
    number = scene.number_of(anchor.start)
    sentence = scene.sentences[number]
    start, end = clause_start(scene, anchor.start), clause_end(scene, anchor.end)
    sums = [m.span for m in scene.outer_in(sentence.span) if isinstance(m.value, Quantity) and m.value.currency and m.span.end <= anchor.start]
    seen: dict[str, tuple[Mention, set[str]]] = {}
    last: dict[str, str] = {}

    def put(m: Mention, *where: str) -> None:
        e, kind = scene.entity(m), scene.kind(m)
        if not e or kind not in kinds:
            return
        if e in seen:
            seen[e][1].add("again")
            if where[0] not in seen[e][1] and scene.case(m) == "dative":
                seen[e][1].add("dative-too")
            return
        seen[e] = (m, {*where, *_form(scene, m)})
        group = _group(kind)
        if group not in last:
            last[group] = e
            seen[e][1].add("nearest-of-kind")

    for m in reversed(scene.outer_in(Span(sentence.span.start, anchor.start))):
        gap = scene.article.folded[m.span.end : anchor.start]
        back = len(re.findall(r"[，；：]", gap))
        crossed = sum(m.span.end <= s.start for s in sums)
        put(
            m,
            "same-clause" if m.span.start >= start else f"back-{min(back, 3)}",
            *(["crosses-sum"] if crossed else []),
            *(["adjacent"] if m.span.end == trigger.start else []),
        )
    for m in scene.outer_in(Span(anchor.end, sentence.span.end)):
        put(
            m,
            "after-clause" if m.span.start < end else "after",
            *(["after-adjacent"] if re.fullmatch(r"(?:的)?[“‘]?", scene.article.folded[anchor.end : m.span.start]) else []),
        )
    for n in range(number - 1, max(-1, number - reach - 1), -1):
        s = scene.sentences[n]
        if s.kind in ("caption", "credit", "byline", "header", "heading", "title"):
            continue
        where = f"sentence-{min(number - n, 3)}" if s.block == sentence.block else "earlier-block"
        for m in reversed(scene.outer_in(s.span)):
            put(m, where)
    for m in scene.headlined:
        put(m, "title")
    for e, (m, features) in seen.items():
        group = _group(scene.kind(m))
        features |= {f"kind:{group}", f"{instrument}:{group}"}
        for name, ids in (("picked", picked), ("other", other), ("previous", previous), ("paid-before" if role == "target" else "got-before", before)):
            if e in ids:
                features.add(name)
        if e in (scene.linked.home_village, scene.linked.home, scene.linked.home_town):
            features.add("home")
        if "picked" in features:
            features |= {f"picked:{f}" for f in ("same-clause", "earlier-block", "case:dative", "sentence-1", "crosses-sum") if f in features}
        if not picked:
            features.add("none-picked")
        yield Party(m, tuple(sorted(features)))


def _group(kind: str) -> str:
    return "Division" if kind in DIVISION_KINDS else "Lender" if kind in ("Bank", "Branch") else kind


def _form(scene: Scene, m: Mention) -> Iterator[str]:
    text = scene.article.folded
    yield f"case:{scene.case(m) or 'none'}"
    if not text[clause_start(scene, m.span.start) : m.span.start].strip("“‘"):
        yield "first"
    if m.anaphor:
        yield "anaphor"
    if m in scene.posts:
        yield "post"
    if scene.kind(m) == "Person" and re.match(r"(?:[^，。；“”]{0,6})?(?:说|表示|介绍|告诉|坦言|感慨|笑|算|回忆)", text[m.span.end : m.span.end + 12]):
        yield "speaker"
    follow = text[m.span.end : m.span.end + 2]
    if follow[:1] == "的":
        yield "genitive"
    nxt = scene.outer_in(Span(m.span.end, m.span.end + 2))
    if nxt and nxt[0].span.start <= m.span.end + (1 if follow[:1] == "的" else 0):
        yield "modifier"
