"""Relations: where a thing is, what it belongs to, who builds, supports, offers, works with whom."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .discourse import Scene, lender_before, time_at, topic
from .facts import build, claim
from .linking import LENDERS
from .model import DIVISION_KINDS, Fact, Mention, Span
from .modifiers import modifiers
from .slots import find, rules

_PLACED = ("Facility", "Workshop", "Project", "Company", "OtherOrganization")
_PLACES = (*DIVISION_KINDS, "Facility")
_TERRITORIAL = ("Project", "Facility", "Workshop", "Programme", "Company", "OtherOrganization", "PublicBody", *DIVISION_KINDS)


def relations(scene: Scene, mentions: Sequence[Mention], financings: Sequence[Fact]) -> Iterator[Fact]:
    """All claims and agreements of an article; one claim may come from several rules, the first is kept by the caller."""
    for make in (_structural(scene, mentions), _by_rule(scene), _offers(scene), _agreements(scene), _from_financings(scene, financings)):
        yield from (f for f in make if f is not None)


def _structural(scene: Scene, mentions: Sequence[Mention]) -> Iterator[Fact | None]:
    """What the make-up of a name says: a branch's bank, a thing's place, a workshop's programme."""
    linked = [m for m in mentions if scene.entity(m) and not m.anaphor]
    by_start = sorted(linked, key=lambda m: (m.span.start, -m.span.end))
    placed: set[str] = set()
    for m in by_start:
        kind, number = scene.kind(m), scene.number_of(m.span.start)
        inner = [x for x in by_start if m.span.covers(x.span) and x is not m] if len(m.span) > 3 else []
        if kind == "Branch":
            yield _unit_of(scene, m, inner, by_start, number)
        if kind in _PLACED and scene.entity(m) not in placed:
            place = _place_of(scene, m, inner, by_start)
            if place:
                placed.add(scene.entity(m))
                yield claim(scene, m, "gf:locatedIn", place, sentence=number, confidence=0.85, rule="place.of-name" if m.span.covers(place.span) else "place.before-name")
        if kind in ("Workshop", "Project"):
            for x in inner:
                if scene.kind(x) == "Programme":
                    yield claim(scene, m, "gf:underProgramme", x, sentence=number, confidence=0.9, rule="programme.in-name")
            if kind == "Workshop":
                programme = next((x for x in by_start if scene.kind(x) == "Programme" and "工坊" in scene.linked.entities[scene.entity(x)].label), None)
                if programme and "共富" in scene.article.at(m.span):
                    yield claim(scene, m, "gf:underProgramme", programme, sentence=number, confidence=0.85, rule="programme.workshop")


def _unit_of(scene: Scene, m: Mention, inner: Sequence[Mention], everything: Sequence[Mention], number: int) -> Fact | None:
    """The bank or higher branch: a branch named inside; for a 支行 the article's branch of the same bank; else the bank."""
    text = scene.article.folded
    own = scene.linked.entities[scene.entity(m)]
    bank = next((x for x in inner if scene.kind(x) in ("Bank", "Insurer", "Guarantor")), None)
    others = [x for x in everything if scene.kind(x) == "Branch" and scene.entity(x) != own.id and scene.linked.entities[scene.entity(x)].label.endswith("分行")]
    institution = scene.entity(bank) if bank else next((e.id for e in scene.linked.entities.values() if e.kind in ("Bank", "Insurer", "Guarantor") and own.id.startswith(e.id)), "")
    if not own.label.endswith("分行"):
        above = [x for x in others if institution and scene.entity(x).startswith(institution)]
        inside = [x for x in inner if scene.kind(x) == "Branch" and x.span.end < m.span.end and scene.entity(x) != own.id]
        best = inside or sorted(above, key=lambda x: -sum(scene.entity(y) == scene.entity(x) for y in everything))
        if best:
            return claim(scene, m, "org:unitOf", best[0], sentence=number, confidence=0.85, rule="bank.unit-of-branch")
    if bank:
        return claim(scene, m, "org:unitOf", bank, sentence=number, confidence=0.98, rule="bank.name")
    named = next((x for x in everything if institution and scene.entity(x) == institution), None)
    if named and re.search(r"[行社司]", text[m.span.start : m.span.end]):
        return claim(scene, m, "org:unitOf", named, sentence=number, confidence=0.85, rule="bank.focus")
    return None


def _place_of(scene: Scene, m: Mention, inner: Sequence[Mention], everything: Sequence[Mention]) -> Mention | None:
    """The nearest place the text gives: a facility or the last of a chain inside the name, just before it, or 位于 after it."""
    text = scene.article.folded
    before = [x for x in everything if scene.kind(x) in _PLACES and x.span.end <= m.span.start and scene.entity(x) != scene.entity(m)]
    inside = [x for x in inner if scene.kind(x) in _PLACES and x.span.end < m.span.end and scene.entity(x) != scene.entity(m)]
    if inside:
        chain = [inside[0]]
        for x in inside[1:]:
            if x.span.start <= chain[-1].span.end:
                chain.append(x)
        return max(chain, key=lambda x: x.span.end)
    if before and re.fullmatch(r"(?:的|境内的?|内的?|里的?)?[“‘]?", text[max(x.span.end for x in before) : m.span.start]):
        end = max(x.span.end for x in before)
        return next(x for x in before if x.span.end == end)
    number = scene.number_of(m.span.start)
    sentence = scene.sentences[number]
    after = [x for x in everything if scene.kind(x) in _PLACES and m.span.end <= x.span.start < sentence.span.end]
    for x in after[:3]:
        if re.search(r"(?:位于|坐落于?|选址|地处|落户|落地|隶属)$", text[m.span.end : x.span.start]) and len(text[m.span.end : x.span.start]) <= 14:
            chain = [x]
            for y in after:
                if y.span.start == chain[-1].span.end:
                    chain.append(y)
            return chain[-1]
    near = [x for x in before if x.span.start >= sentence.span.start and scene.case(x) in ("place", "")]
    if near and scene.kind(m) in ("Facility", "Workshop", "Project") and len(text[near[-1].span.end : m.span.start]) <= 12 and "，" not in text[near[-1].span.end : m.span.start]:
        return near[-1]
    return None


def _by_rule(scene: Scene) -> Iterator[Fact | None]:
    for number, rendered in enumerate(scene.rendered):
        for rule in rules(scene.pack, "Claim"):
            for match in find(rule, rendered):
                span = Span(rendered.at[match.start], rendered.at[match.end])
                mods = modifiers(scene, span)
                subjects = list(match.role("subject"))
                if not subjects:
                    found = lender_before(scene, span.start) if rule.fields.get("subject") == "lender" else topic(scene, span.start + 1)
                    subjects = [found] if found else []
                for s in subjects:
                    for o in match.role("object"):
                        yield claim(scene, s, rule.fields["predicate"], o, sentence=number, confidence=float(rule.fields.get("confidence", 0.75)), rule=rule.id, status="reported" if mods.status == "planned" and "Programme" in scene.kind(o) else mods.status)


def _offers(scene: Scene) -> Iterator[Fact | None]:
    """A bank offers each product that its text names."""
    done: set[str] = set()
    for m in scene.outer:
        product = scene.entity(m)
        if scene.kind(m) != "FinancialProduct" or product in done:
            continue
        number = scene.number_of(m.span.start)
        if scene.sentences[number].kind in ("title", "heading", "caption"):
            continue
        bank = lender_before(scene, m.span.start)
        if bank is None:
            bank = next((x for x in scene.outer_in(Span(m.span.end, scene.sentences[number].span.end)) if scene.kind(x) in LENDERS), None)
        if bank:
            done.add(product)
            yield claim(scene, bank, "gf:offers", m, sentence=number, confidence=0.8, rule="offers.named")


def _agreements(scene: Scene) -> Iterator[Fact | None]:
    for number, rendered in enumerate(scene.rendered):
        for rule in rules(scene.pack, "AgreementEvent"):
            for match in find(rule, rendered):
                parties = [("party", m) for m in match.role("party") if scene.entity(m)]
                if len({scene.entity(m) for _, m in parties}) < 2:
                    continue
                span = Span(rendered.at[match.start], rendered.at[match.end])
                mods = modifiers(scene, span)
                yield build(scene, "AgreementEvent", parties, sentence=number, time=time_at(scene, span), status=mods.status, confidence=0.9, rule=rule.id)
                ends = [m for _, m in parties]
                for a in ends[:1]:
                    for b in ends[1:]:
                        yield claim(scene, a, "gf:cooperatesWith", b, sentence=number, confidence=0.85, rule=rule.id, status=mods.status)


def _from_financings(scene: Scene, financings: Sequence[Fact]) -> Iterator[Fact | None]:
    """Who finances, supports: the plain relations that a financing implies."""
    by_entity = {e: m for m, e in reversed(list(scene.linked.entity_of.items()))}
    for f in financings:
        if f.status != "reported":
            continue
        stage = f.role("stage")[0]
        evidence = f.evidence[0]
        at = {scene.entity(m): m for m in evidence.mentions if scene.entity(m)}
        for payer in f.role("financier"):
            for target in (*f.role("recipient"), *f.role("purpose")):
                if target == payer or scene.linked.entities[target].kind in ("Person", "Group"):
                    continue
                s, o = at.get(payer) or by_entity[payer], at.get(target) or by_entity[target]
                number = scene.number_of(evidence.passages[0].start)
                yield claim(scene, s, "gf:supports", o, sentence=number, confidence=f.confidence, rule=f.found_by)
                if stage in ("gfc:disbursed", "gfc:renewed"):
                    yield claim(scene, s, "gf:finances", o, sentence=number, confidence=f.confidence, rule=f.found_by)
