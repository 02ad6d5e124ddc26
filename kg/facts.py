"""Making a fact from mentions: entity ids, evidence, id."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from .discourse import Scene
from .model import Amount, Evidence, Fact, Mention, Quantity, Span, TimeRef, fact_id

PARTIES = frozenset(
    ("financier", "recipient", "purpose", "product", "party", "subject", "object", "member", "organization", "atDivision", "about", "guarantor")
)


def build(
    scene: Scene,
    kind: str,
    roles: Sequence[tuple[str, Mention]],
    constants: Sequence[tuple[str, str]] = (),
    amounts: Sequence[tuple[str, Amount]] = (),
    *,
    sentence: int,
    time: TimeRef | None = None,
    status: str = "reported",
    confidence: float = 0.9,
    rule: str = "",
) -> Fact:
    """One fact with its evidence: the sentence, the sentences of its parties, and all mentions."""
    named = [(k, e) for k, m in roles if (e := scene.entity(m))]
    pairs = tuple(sorted({*named, *constants}))
    mentions = tuple(dict.fromkeys([*(m for _, m in roles), *(a.mention for _, a in amounts)]))
    known = len({e for k, e in named if k in PARTIES})
    scope = scene.article.id if known < 2 else ""
    evidence = (Evidence(scene.article.id, _passages(scene, sentence, [m for _, m in roles]), mentions),)
    return Fact(fact_id(kind, pairs, amounts, time, status, scope), kind, pairs, tuple(amounts), time, status, evidence, confidence, rule)


def _passages(scene: Scene, sentence: int, parties: Sequence[Mention]) -> tuple[Span, ...]:
    """The sentence of a fact and those of its parties."""
    numbers = [sentence]
    for m in parties:
        number = scene.number_of(m.span.start)
        if number not in numbers and scene.sentences[number].span.covers(m.span):
            numbers.append(number)
    return tuple([scene.sentences[n].span for n in numbers])


@lru_cache(maxsize=4096)  # a relation is often told again
def _claim_id(roles: tuple[tuple[str, str], ...], status: str) -> str:
    return fact_id("Claim", roles, (), None, status)


def claim(
    scene: Scene, subject: Mention, predicate: str, object_: Mention, *, sentence: int, confidence: float, rule: str, status: str = "reported"
) -> Fact | None:
    """A binary relation; None where both ends are one thing or not linked."""
    one, other = scene.entity(subject), scene.entity(object_)
    if not one or not other or one == other:
        return None
    roles = (("object", other), ("predicate", predicate), ("subject", one))  # as `build` sorts them
    evidence = Evidence(scene.article.id, _passages(scene, sentence, (subject, object_)), (subject, object_))
    return Fact(_claim_id(roles, status), "Claim", roles, (), None, status, (evidence,), confidence, rule)


def numbers_of(facts: Sequence[Fact]) -> frozenset[Mention]:
    """The quantities that facts state, second tellings of one sum included."""
    return frozenset(m for f in facts for e in f.evidence for m in e.mentions if isinstance(m.value, Quantity))


def sentence_text(scene: Scene, span: Span) -> str:
    """The sentence that holds a span, as written."""
    return scene.article.at(scene.sentences[scene.number_of(span.start)].span)
