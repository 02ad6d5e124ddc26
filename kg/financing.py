"""Financings: which sum moved or was promised, by whom, to whom, for what, how far."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from . import parties as parties_
from . import terms_of_loan
from .discourse import Scene, clause_end, clause_start, time_at
from .drafts import Before, Draft, drafts, left_limit
from .facts import build
from .linking import LENDERS
from .model import Amount, Fact, Mention, Quantity, Span
from .modifiers import modifiers
from .receivers import GOT, ONLY_WHERE, OWN_MONEY, OWNERS, elided, financier_of, own_branch, recipients, speaker
from .slots import BY_CONTEXT

_PURPOSES = frozenset(("Project", "Facility", "Programme"))
_PUBLIC = frozenset(("PublicBody", "Province", "Prefecture", "County", "Township"))


def financings(scene: Scene) -> Iterator[Fact]:
    """All financings of an article, in reading order; each sum at most once."""
    before = Before()
    total: tuple[int, Fact] | None = None
    made: list[tuple[int, str]] = []
    for draft in sorted(drafts(scene), key=lambda d: (d.sentence, d.amount is None, d.span)):
        fact, before = _complete(scene, draft, before)
        if fact is None or (draft.amount is None and (draft.sentence, fact.role("instrument")[0]) in made):
            continue  # an act whose sum the same sentence states
        made.append((draft.sentence, fact.role("instrument")[0]))
        if total is None or total[0] != draft.sentence or not _part_of(scene, total[1], fact):
            total = (draft.sentence, fact)
        elif total[1].role("instrument") == fact.role("instrument"):
            fact = replace(fact, roles=tuple(sorted((*fact.roles, ("partOfTotal", total[1].id)))))
        yield fact


def _part_of(scene: Scene, total: Fact, fact: Fact) -> bool:
    """Whether 其中 stands between the two sums and the second is no larger."""
    a, b = total.amount(), fact.amount()
    if a is None or b is None or a.quantity.currency != b.quantity.currency or b.quantity.value > a.quantity.value:
        return False
    return "其中" in scene.article.folded[a.mention.span.end : b.mention.span.start]


@dataclass(frozen=True, slots=True)
class Choice:
    """What the rules choose for a draft, before the fitted models look at it."""

    draft: Draft
    instrument: str
    financier: Mention | None
    to: tuple[Mention, ...]


def choose(scene: Scene, draft: Draft, before: Before) -> Choice | None:
    """The rules' parties and kind of money; None where it is no financing after all."""
    fields, text = draft.match.rule.fields, scene.article.folded
    anchor = draft.amount.span if draft.amount else draft.span
    to = recipients(scene, draft)
    financier = financier_of(scene, draft, to, fields.get("subject", "financier"))
    clause = text[clause_start(scene, draft.span.start) : clause_end(scene, anchor.end)]
    if draft.match.rule.id == "financing.total":  # the money spoken of before: the last such word in the sentence
        said = re.findall(r"授信|贷款|放款|用信|放贷|担保", text[scene.sentences[draft.sentence].span.start : anchor.start])
        clause = said[-1] if said else clause
    instrument = _instrument(scene, fields["instrument"], clause, financier)
    if instrument is None:
        return None
    if not to and (fields.get("subject") == "recipient" or GOT.search(text, clause_start(scene, anchor.start), anchor.start)):
        taker = [
            m
            for m in scene.between(clause_start(scene, anchor.start), anchor.start)
            if scene.kind(m) in OWNERS | {"Village"} and scene.entity(m) and m != financier and scene.case(m) in ("", "object")
        ]
        to = taker[-1:]
    if not to:
        to = elided(scene, draft, before, financier)
    return Choice(draft, instrument, financier, tuple(to))


def parties(scene: Scene, choice: Choice, before: Before) -> tuple[list[parties_.Party], list[parties_.Party]]:
    """The candidates for financier and target, each with its features."""
    d = choice.draft
    anchor = d.amount.span if d.amount else d.span
    payer = (scene.entity(choice.financier),) if choice.financier else ()
    to = tuple(scene.entity(m) for m in choice.to)
    old = before if d.sentence - before.sentence <= 3 else Before()
    things = parties_.around(scene, anchor, d.span)
    return (
        list(parties_.candidates(scene, things, "financier", choice.instrument, payer, to, old.financiers, old.targets)),
        [
            c
            for c in parties_.candidates(scene, things, "target", choice.instrument, to, payer, old.targets, old.financiers)
            if not ONLY_WHERE.match(scene.article.folded, c.mention.span.end)
        ],
    )


def decide(scene: Scene, choice: Choice, before: Before) -> tuple[Mention | None, list[Mention], float]:
    """The parties after the fitted models, and how sure they are: the lower of the two roles' probabilities.

    A party that the rule itself marks stays; an act without a sum is left to the rules, for the models were fitted on sums.
    """
    match = choice.draft.match
    if choice.draft.amount is None:
        return choice.financier, list(choice.to), 0.7
    payers, targets = parties(scene, choice, before)
    ranked = _ranked(parties_.weights(scene.pack, "financier"), payers)
    financier, sure = (ranked[0][1], ranked[0][0]) if ranked and ranked[0][0] >= 0.4 else (None, 0.5)
    if match.role("financier"):
        financier, sure = match.role("financier")[0], 0.9
    if choice.instrument in OWN_MONEY and choice.financier is None and financier and scene.kind(financier) in LENDERS:
        financier, sure = None, 0.5  # a bank in focus pays no grants
    financier = own_branch(scene, financier) if financier else None
    payer = scene.entity(financier) if financier else ""
    scored = [x for x in _ranked(parties_.weights(scene.pack, "target"), targets) if scene.entity(x[1]) != payer]
    if choice.instrument == "donation":
        scored = [x for x in scored if scene.kind(x[1]) != "Person" or scene.case(x[1]) == "dative"]
    if choice.instrument == "equity":
        scored = [x for x in scored if scene.entity(x[1]) not in before.financiers]  # who paid before is not who is paid
    to = [m for p, m in scored if p >= 0.5] or [m for p, m in scored[:1] if p >= 0.3]
    named = match.role("recipient", "purpose")
    if named and not {scene.entity(m) for m in to} & {scene.entity(m) for m in named}:
        to = list(named)
        scored = [(0.9, m) for m in to]
    if not choice.to and "保障" in scene.article.folded[choice.draft.span.start : choice.draft.span.end]:
        to = []
    if choice.to and list(choice.to) == speaker(scene, choice.draft.span.start):
        to = list(choice.to)  # 给我贷了30万元: the speaker
    chosen = {scene.entity(m) for m in to}
    if len(choice.to) > 1 and any(scene.entity(m) in chosen for m in choice.to):  # a list stays whole
        to += [m for m in choice.to if scene.entity(m) not in chosen]
    return financier, sorted(to, key=lambda m: m.span), min(sure, next((p for p, m in scored if m in to), 0.4))


def _ranked(table: Mapping[str, float], found: Sequence[parties_.Party]) -> list[tuple[float, Mention]]:
    """(probability, mention), the likeliest first, of equals the later."""
    return sorted(((parties_.probability(table, c.features), c.mention) for c in found), key=lambda x: (-x[0], -x[1].span.start))


def _complete(scene: Scene, draft: Draft, before: Before) -> tuple[Fact | None, Before]:
    choice = choose(scene, draft, before)
    if choice is None:
        return None, before
    financier, to, sure = decide(scene, choice, before)
    fields, anchor = draft.match.rule.fields, draft.amount.span if draft.amount else draft.span
    mods = modifiers(scene, Span(min(draft.span.start, anchor.start), max(draft.span.end, anchor.end)))
    to = [m for m in to if scene.kind(m) != "FinancialProduct"]
    if draft.amount is None and not (to and financier):
        return None, before
    product = next(iter(draft.match.role("product")), None) or _product(scene, draft)
    roles = [("financier", financier)] if financier else []
    roles += [("purpose" if scene.kind(m) in _PURPOSES else "recipient", m) for m in to]
    if product:
        roles.append(("product", product))
    extra, guarantors, pledged = terms_of_loan.terms(scene, anchor, left_limit(scene, draft))
    roles += [(k, m) for k, m in guarantors if m not in (financier, *to)]
    roles += [("financier", m) for m in _syndicate(scene, financier, draft)]
    stage = mods.stage or fields["stage"]
    if choice.instrument == "creditLine" and stage == "disbursed":
        stage = "approved"
    amounts = [("amount", Amount(draft.amount.value, draft.amount))] if draft.amount and isinstance(draft.amount.value, Quantity) else []
    fact = build(
        scene,
        "FinancingEvent",
        roles,
        [
            ("instrument", "gfc:" + choice.instrument),
            ("stage", "gfc:" + stage),
            ("aggregation", "gfc:" + (mods.aggregation or fields.get("aggregation", "single"))),
            *pledged,
        ],
        [*amounts, *(extra if amounts else [])],
        sentence=draft.sentence,
        time=time_at(scene, anchor),
        status="reported" if stage in ("intended", "approved", "committed") and mods.status == "planned" else mods.status,
        confidence=max(round(float(fields.get("confidence", 0.95)) * (0.3 + 0.7 * sure), 2), 0.5),
        rule=draft.match.rule.id,
    )
    return fact, Before(draft.sentence, fact.role("financier"), (*fact.role("recipient"), *fact.role("purpose")))


def _syndicate(scene: Scene, financier: Mention | None, draft: Draft) -> list[Mention]:
    """The other banks of a 银团: those of the sentence before the sum."""
    span = scene.sentences[draft.sentence].span
    anchor = draft.amount.span if draft.amount else draft.span
    before = scene.article.folded[span.start : anchor.end].partition("银团")
    if financier is None or not before[1] or "其中" in before[2]:
        return []
    payer = scene.entity(financier)
    return [m for m, e, kind in scene.known_between(span.start, anchor.start) if kind in LENDERS and e and e != payer]


def _instrument(scene: Scene, wanted: str, clause: str, financier: Mention | None) -> str | None:
    """The kind of money: as the rule says, or by the noun in the clause and what the financier is."""
    if wanted not in BY_CONTEXT:
        return wanted
    if wanted == "by-payer":
        kind = scene.kind(financier) if financier else ""
        return "donation" if "捐" in clause else "grant" if kind == "PublicBody" or re.search(r"补助|资助|奖励|拨付", clause) else "equity"
    if "授信" in clause and wanted == "by-noun":
        return "creditLine"
    kind = scene.kind(financier) if financier else ""
    if re.search(r"(?:担保|用信)额度", clause):
        return "creditLine"
    if re.search(r"贷|放款|首笔|到账", clause) or kind in ("Bank", "Branch"):
        return "loan"
    if kind in ("Insurer",):
        return "insurance"
    if kind == "Guarantor":
        return "guarantee"
    if re.search(r"补助|奖补|资金", clause) and (kind in _PUBLIC or not kind):
        return "grant"
    if kind in _PUBLIC:
        return "grant"
    return None


def _product(scene: Scene, draft: Draft) -> Mention | None:
    """The product of the same clause, else of the sentence, if there is just one."""
    anchor = draft.amount.span if draft.amount else draft.span
    sentence = scene.sentences[draft.sentence]
    for span in (Span(clause_start(scene, anchor.start), clause_end(scene, anchor.end)), sentence.span):
        found = [m for m, _, kind in scene.known_between(span.start, span.end) if kind == "FinancialProduct"]
        if len(found) == 1:
            return found[0]
        if found:
            return None
    return None
