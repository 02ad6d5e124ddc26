"""Observations: what a number says about whom. The metric comes from `kg.metrics`, the subject from `kg.subjects`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from . import subjects
from .discourse import Scene, clause_start, time_at
from .facts import build, numbers_of
from .metrics import Wording, metric, wordings
from .model import DIVISION_KINDS, Amount, Fact, Mention, Metric, Quantity
from .modifiers import modifiers
from .pack import Pack

_PER = (
    ("人均", "gfc:unit_person"), ("每人", "gfc:unit_person"), ("户均", "gfc:unit_household"), ("每户", "gfc:unit_household"),
    ("亩均", "gfc:unit_mu"), ("每亩", "gfc:unit_mu"), ("每公斤", "gfc:unit_kilogram"), ("每斤", "gfc:unit_jin"),
    ("每村", "gfc:unit_village"), ("村均", "gfc:unit_village"), ("月均", "gfc:unit_month"), ("每月", "gfc:unit_month"),
    ("每年", "gfc:unit_year"), ("年均", "gfc:unit_year"), ("一天", "gfc:unit_day"), ("每天", "gfc:unit_day"), ("日产", "gfc:unit_day"),
)  # fmt: skip
_EACH = re.compile(r"分别[^\d，]{0,8}$")
_STOCK = re.compile(r"余额|存款|贷款总")


def observations(scene: Scene, quantities: Sequence[Mention], money: Sequence[Fact] = ()) -> Iterator[tuple[Fact | Mention, Metric | None]]:
    """(observation, its metric) for each quantity that says something; (the quantity's mention, None) where it does not.

    `money`: the financings of the article; their numbers state no observation.
    """
    used = numbers_of(money)
    asked = [q for q in quantities if q not in used and isinstance(q.value, Quantity)]
    worded = wordings(scene, asked)
    chosen = subjects.assign(scene, [(q, words.words) for q, words in zip(asked, worded, strict=True)], money)
    before: dict[int, list[tuple[Quantity, Metric]]] = {}
    for q, words, (about, chance) in zip(asked, worded, chosen, strict=True):
        assert isinstance(q.value, Quantity)
        if about is None:
            yield q, None
            continue
        earlier = before.setdefault(scene.number_of(q.span.start), [])
        clause = scene.article.folded[clause_start(scene, q.span.start) : q.span.start]
        base = earlier[-1] if earlier else None
        if _EACH.search(clause) and len(earlier) >= 2:
            base = earlier[-2]
        found = metric(scene, words, q.value, base, scene.kind(about) in DIVISION_KINDS)
        earlier.append((q.value, found))
        yield observation(scene, q, found, about, chance, words, clause), found


@cache
def _comparisons(pack: Pack) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((e.name, e.aliases) for e in pack.entries("concepts") if e.kind == "comparison")


def observation(scene: Scene, q: Mention, found: Metric, about: Mention, chance: float, words: Wording, clause: str) -> Fact:
    assert isinstance(q.value, Quantity)
    mods = modifiers(scene, q.span)
    stock = _STOCK.search(found.label + words.lead) and not words.growth
    aggregation = mods.aggregation or ("increment" if words.growth in ("增加", "减少") else "stock" if stock else "single")
    near = clause[-20:] + words.lead
    per = [("per", concept) for word, concept in _PER if word in near]
    compared = [("comparedWith", "gfc:" + name) for name, words in _comparisons(scene.pack) if any(w in clause for w in words)]
    return build(
        scene,
        "Observation",
        [("about", about)],
        [("metric", found.id), ("aggregation", "gfc:" + aggregation), *per, *compared[:1]],
        [("amount", Amount(q.value, q))],
        sentence=scene.number_of(q.span.start),
        time=time_at(scene, q.span),
        status=mods.status,
        confidence=_confidence(chance, bool(q.value.currency)),
        rule="observation.wording" if found.id.startswith("gfc:metric_") else "observation.concept",
    )


def _confidence(chance: float, money: bool) -> float:
    """From the ranking's odds, as measured on held-out articles: only near-certain choices are right nine times in ten.

    A sum of money stays in the graph, for review at the least: a reader who adds up must see it.
    """
    return max(round(0.3 + 0.4 * chance + 0.25 * chance**40, 2), 0.5 if money else 0.0)
