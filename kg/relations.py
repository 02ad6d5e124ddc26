"""Relations: where a thing is, what it belongs to, who builds, supports, offers, works with whom."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, pairwise

from .actors import actors
from .discourse import Scene, clause_start, lender_before, time_at
from .facts import build, claim
from .linking import FINANCIAL, LENDERS
from .model import DIVISION_KINDS, Fact, Mention, Predicate, Span, local_name
from .modifiers import modifiers
from .places_of import located
from .slots import Match, Rendered, Rule, accepts, find, likely, span_of

_MUTUAL = re.compile(r"联手|抱团|组建|联盟")
_UNDER = {
    "Workshop": "gf:underProgramme",
    "Project": "gf:underProgramme",
    "Facility": "gf:participatesIn",
    "OtherOrganization": "gf:participatesIn",
    "Programme": "gf:subProgrammeOf",
}
_TELLING = frozenset(("Branch", "FinancialProduct", *_UNDER))  # things whose name may say a relation


def relations(scene: Scene, mentions: Sequence[Mention], financings: Sequence[Fact]) -> Iterator[Fact]:
    """All claims and agreements of an article; one claim may come from several rules, the first is kept by the caller."""
    by_entity = {e: m for m, e in reversed(list(scene.linked.entity_of.items()))}
    for make in (
        _structural(scene, mentions),
        located(scene, mentions),
        _by_rule(scene),
        _offers(scene, financings, by_entity),
        _agreements(scene),
        _from_financings(scene, financings, by_entity),
    ):
        yield from (f for f in make if f is not None)


def _structural(scene: Scene, mentions: Sequence[Mention]) -> Iterator[Fact | None]:
    """What the make-up of a name says: a branch's bank, a thing's place, a workshop's programme."""
    linked = [(m, e, scene.kind(m)) for m in mentions if not m.anaphor and (e := scene.entity(m))]
    linked.sort(key=lambda x: (x[0].span.start, -x[0].span.end))
    by_start = [m for m, _, _ in linked]
    starts = [m.span.start for m in by_start]
    first: dict[str, Mention] = {}  # the first mention of each lender
    often = Counter(e for _, e, kind in linked if kind in LENDERS)
    for m, e, _ in linked:
        if e in often:
            first.setdefault(e, m)
    labels = scene.linked.entities
    heads = sorted((m for e, m in first.items() if labels[e].kind == "Branch" and labels[e].label.endswith("分行")), key=lambda m: -often[scene.entity(m)])
    one = list({e: m for m, e, kind in reversed(linked) if kind in ("Programme", "FinancialProduct")}.values())
    for m, _, kind in linked:
        if kind not in _TELLING:
            continue
        number = scene.number_of(m.span.start)
        inner = [x for x in by_start[bisect_left(starts, m.span.start) : bisect_left(starts, m.span.end)] if m.span.covers(x.span) and x is not m]
        if kind == "Branch":
            yield _unit_of(scene, m, inner, first, heads, number)
        elif kind in _UNDER:
            yield from _programmes_of(scene, m, kind, one, number)
        if kind in ("Project", "Facility", "Programme"):
            yield from _pair_in_name(scene, m, inner, number)
        if kind == "FinancialProduct":
            yield from _line_of(scene, m, one, number)


def _programmes_of(scene: Scene, m: Mention, kind: str, named: Sequence[Mention], number: int) -> Iterator[Fact | None]:
    """The programmes whose name is part of the thing's: 东塍镇“共富工坊”综合服务中心; of a 共富…工坊 the programme 共富工坊."""
    label = local_name(scene.linked.entities[scene.entity(m)].label)
    for x in named:
        programme = scene.entity(x)
        if scene.kind(x) != "Programme" or programme == scene.entity(m):
            continue
        name = local_name(scene.linked.entities[programme].label)
        if len(name) >= 3 and name in label and name != label and not (kind == "Programme" and not label.startswith(name)):
            yield claim(scene, m, _UNDER[kind], x, sentence=number, confidence=0.9, rule="programme.in-name")
        elif kind == "Workshop" and name.endswith("工坊") and name.startswith("共富") and "共富" in label:
            yield claim(scene, m, _UNDER[kind], x, sentence=number, confidence=0.9, rule="programme.workshop")


def _pair_in_name(scene: Scene, m: Mention, inner: Sequence[Mention], number: int) -> Iterator[Fact | None]:
    """萧山—龙泉山海协作产业园: the two work together, and both are in the programme that the name holds."""
    text = scene.article.folded
    places = [x for x in inner if scene.kind(x) in DIVISION_KINDS]
    for a, b in pairwise(places):
        if re.fullmatch(r"[—－–\-]{1,2}", text[a.span.end : b.span.start]):
            yield claim(scene, a, "gf:cooperatesWith", b, sentence=number, confidence=0.85, rule="pair.in-name")
            for x in inner:
                if scene.kind(x) == "Programme" and x.span.start >= b.span.end:
                    for end in (a, b):
                        yield claim(scene, end, "gf:participatesIn", x, sentence=number, confidence=0.8, rule="pair.in-name")


def _line_of(scene: Scene, m: Mention, named: Sequence[Mention], number: int) -> Iterator[Fact | None]:
    """农文旅贷—菇农贷 is of the line 农文旅贷."""
    own = re.split(r"[—－–\-·]+", scene.linked.entities[scene.entity(m)].label.strip("“”"))
    if len(own) > 1 and len(own[0]) >= 2:
        line = next((x for x in named if scene.kind(x) == "FinancialProduct" and scene.linked.entities[scene.entity(x)].label.strip("“”") == own[0]), None)
        if line is not None:
            yield claim(scene, m, "gf:productLine", line, sentence=number, confidence=0.9, rule="product.in-name")


def _unit_of(scene: Scene, m: Mention, inner: Sequence[Mention], first: Mapping[str, Mention], heads: Sequence[Mention], number: int) -> Fact | None:
    """The bank or higher branch: a branch named inside; for a 支行 the article's branch of the same bank (`heads`, the one named most first); else the bank."""
    text = scene.article.folded
    own = scene.linked.entities[scene.entity(m)]
    bank = next((x for x in inner if scene.kind(x) in FINANCIAL), None)
    entities = scene.linked.entities
    institution = scene.entity(bank) if bank else next((e.id for e in entities.values() if e.kind in FINANCIAL and own.id.startswith(e.id)), "")
    if not own.label.endswith("分行"):
        inside = [x for x in inner if scene.kind(x) == "Branch" and x.span.end < m.span.end and scene.entity(x) != own.id]
        above = next((x for x in heads if institution and scene.entity(x) != own.id and scene.entity(x).startswith(institution)), None)
        best = inside[0] if inside else above
        if best:
            return claim(scene, m, "org:unitOf", best, sentence=number, confidence=0.85, rule="bank.unit-of-branch")
    if bank:
        return claim(scene, m, "org:unitOf", bank, sentence=number, confidence=0.98, rule="bank.name")
    named = first.get(institution)
    if named and re.search(r"[行社司]", text[m.span.start : m.span.end]):
        return claim(scene, m, "org:unitOf", named, sentence=number, confidence=0.85, rule="bank.focus")
    return None


def _by_rule(scene: Scene) -> Iterator[Fact | None]:
    """The claims of the pack's rules, sentence by sentence, the rules in their order."""
    for number, rendered in enumerate(scene.rendered):
        if scene.sentences[number].kind in ("byline", "credit", "header"):
            continue
        for rule in likely(scene.pack, "Claim", rendered):
            for match in find(rule, rendered):
                yield from _claims(scene, rule, match, rendered, number)


def _claims(scene: Scene, rule: Rule, match: Match, rendered: Rendered, number: int) -> Iterator[Fact | None]:
    """Each subject with each object; of those who join hands (A、B和C三村联手) each with each."""
    text, predicate = scene.article.folded, rule.fields["predicate"]
    own, confidence = scene.pack.predicates.get(predicate), float(rule.fields.get("confidence", 0.75))
    span = span_of(rendered, match.start, match.end)
    status = modifiers(scene, span).status
    if status == "planned" and "继续" in text[clause_start(scene, span.start) : span.end]:
        status = "reported"  # who goes on with a thing does it
    if predicate == "gf:cooperatesWith" and match.role("subject") and _is_second(rendered, match.start):
        return
    subjects, objects = _subjects(scene, rule, match, span), match.role("object") or _in_focus(scene, span.start)
    if 1 < len(subjects) == len(objects) and "分别" in text[span.start : span.end]:
        pairs = list(zip(subjects, objects, strict=True))  # A、B分别与C、D结对: each with its own
    else:
        pairs = [(s, o) for s in subjects for o in objects]
    if predicate == "gf:cooperatesWith" and _MUTUAL.search(rendered.text, match.start, match.end + 6):
        pairs += [*combinations(match.role("subject"), 2), *combinations(match.role("object"), 2)]
    for s, o in pairs:
        if predicate == "gf:supports" and scene.kind(o) in ("Person", "Group", "FinancialProduct"):
            continue
        if own and not _between(own, scene.kind(s), scene.kind(o)):
            continue
        yield claim(scene, s, predicate, o, sentence=number, confidence=confidence, rule=rule.id, status=status)


def _between(relation: Predicate, subject: str, object_: str) -> bool:
    """Whether things of these kinds may stand at the ends of a pack's relation."""
    return all(not wanted or kind in accepts(wanted) for wanted, kind in ((relation.subject, subject), (relation.object, object_)))


def _is_second(rendered: Rendered, start: int) -> bool:
    """Whether a 与 before the list says that another, unnamed here, is the first party: 并与A、B和C签约."""
    clause = re.split(r"[，；：]", rendered.text[:start])[-1]
    return "与" in clause or clause.endswith(("和", "同"))


def _in_focus(scene: Scene, offset: int) -> tuple[Mention, ...]:
    """The project or facility that this sentence has named, for a rule without an object."""
    here = scene.between(scene.sentences[scene.number_of(offset)].span.start, offset)
    things = [m for m in here if scene.kind(m) in ("Project", "Facility", "Workshop") and scene.entity(m) and scene.case(m) == ""]
    return tuple(things[:1])


def _subjects(scene: Scene, rule: Rule, match: Match, span: Span) -> list[Mention]:
    """Those named by the rule, else the doers of its verb; for a rule of lenders only they."""
    if match.role("subject"):
        return [m for m in match.role("subject") if scene.case(m) not in ("dative", "source")]
    found = actors(scene, span.start)
    if rule.fields.get("note") == "lender":
        found = [m for m in found if scene.kind(m) in LENDERS]
    return found


def _offers(scene: Scene, financings: Sequence[Fact], by_entity: Mapping[str, Mention]) -> Iterator[Fact | None]:
    """A bank offers each product that its text names: the lender of the sentence, who designed it, who lent it; else the one in focus."""
    found: dict[str, list[Mention]] = {}
    alone: list[Mention] = []
    for m, e, kind in scene.known:
        if kind != "FinancialProduct" or not e:
            continue
        number = scene.number_of(m.span.start)
        if scene.sentences[number].kind in ("title", "heading", "caption"):
            continue
        here = scene.sentences[number].span
        banks = [x for x, who, sort in scene.known_between(here.start, here.end) if who and sort in LENDERS and scene.case(x) not in ("with", "dative")]
        before = [x for x in banks if x.span.end <= m.span.start]
        after = [x for x in banks if x.span.start >= m.span.end and (not before or scene.case(x) == "agent")]
        for bank in (*before[-1:], *after[:1]):
            if bank not in found.setdefault(e, []):
                found[e].append(bank)
                yield claim(scene, bank, "gf:offers", m, sentence=number, confidence=0.85, rule="offers.in-sentence")
        if not before and not after:
            alone.append(m)
    for f in financings:
        for product in f.role("product"):
            for payer in f.role("financier"):
                if scene.linked.entities[payer].kind in LENDERS and scene.linked.entities[product].kind == "FinancialProduct":
                    found.setdefault(product, []).append(by_entity[payer])
                    number = scene.number_of(f.evidence[0].passages[0].start)
                    yield claim(scene, by_entity[payer], "gf:offers", by_entity[product], sentence=number, confidence=0.8, rule="offers.lent")
    for m in alone:
        if scene.entity(m) not in found:
            found[scene.entity(m)] = []
            bank_before = lender_before(scene, m.span.start, lambda x: scene.case(x) != "with")
            if bank_before is not None:
                yield claim(scene, bank_before, "gf:offers", m, sentence=scene.number_of(m.span.start), confidence=0.65, rule="offers.in-focus")


def _agreements(scene: Scene) -> Iterator[Fact | None]:
    """Who signed with whom; the pairs of more than two parties are told by the rules of cooperation."""
    for number, rendered in enumerate(scene.rendered):
        for rule in likely(scene.pack, "AgreementEvent", rendered):
            for match in find(rule, rendered):
                parties = [("party", m) for m in match.role("party") if scene.entity(m)]
                if _is_second(rendered, match.start):
                    parties[:0] = [("party", m) for m in actors(scene, rendered.at[match.start]) if m not in match.role("party")][:1]
                if len({scene.entity(m) for _, m in parties}) < 2:
                    continue
                span = Span(rendered.at[match.start], rendered.at[match.end])
                mods = modifiers(scene, span)
                yield build(scene, "AgreementEvent", parties, sentence=number, time=time_at(scene, span), status=mods.status, confidence=0.9, rule=rule.id)
                if len(parties) == 2:
                    yield claim(scene, parties[0][1], "gf:cooperatesWith", parties[1][1], sentence=number, confidence=0.9, rule=rule.id, status=mods.status)


def _from_financings(scene: Scene, financings: Sequence[Fact], by_entity: Mapping[str, Mention]) -> Iterator[Fact | None]:
    """Who finances, supports: the plain relations that a financing implies. Of a group only one of organisations or places (35个村)."""
    for f in financings:
        if f.status != "reported":
            continue
        stage = f.role("stage")[0]
        evidence = f.evidence[0]
        at = {scene.entity(m): m for m in evidence.mentions if scene.entity(m)}
        for payer in f.role("financier"):
            of = scene.linked.entities[payer]
            if of.kind == "Person" or (of.kind == "Group" and not re.search(r"(?:村|社区|公司|企业|银行|合作社)$", of.label)):
                continue
            for target in (*f.role("recipient"), *f.role("purpose")):
                if target == payer or scene.linked.entities[target].kind in ("Person", "Group"):
                    continue
                s, o = at.get(payer) or by_entity[payer], at.get(target) or by_entity[target]
                number = scene.number_of(evidence.passages[0].start)
                yield claim(scene, s, "gf:supports", o, sentence=number, confidence=f.confidence, rule=f.found_by)
                if stage in ("gfc:disbursed", "gfc:renewed"):
                    yield claim(scene, s, "gf:finances", o, sentence=number, confidence=f.confidence, rule=f.found_by)
