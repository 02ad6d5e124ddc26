"""Financings: which sum moved or was promised, by whom, to whom, for what, how far."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from . import parties as parties_
from . import terms_of_loan
from .discourse import Scene, clause_end, clause_start, lender_before, time_at
from .facts import build, sentence_text
from .linking import LENDERS
from .model import DIVISION_KINDS, Amount, Fact, Mention, Quantity, Span
from .modifiers import modifiers
from .slots import LIST_MARK, Match, Rendered, find, likely

_PURPOSES = frozenset(("Project", "Facility", "Programme"))
_TO = frozenset("Company OtherOrganization Person Group Country Province Prefecture County Township Village Project Facility Workshop Programme".split())
_NO_FINANCING = re.compile(
    r"余额|增量|增速|总投资|产值|销售额|营业额|收入|工资|分红|保费|每亩|人均|户均|利润|税|租金|成交|订单|价值|单价|均价|完成投资|固定资产投资|投资额"
)
_SCAM = re.compile(r"诈骗|骗走|被骗|骗子|刷单|冒充|套路贷|虚假")
_MADE = re.compile(r"建起|建成|建了|新建|修建|建设|办起|修起|改造|扩建|用于|用来|投入")
_GOT = re.compile(r"获得|拿到|得到|申请|取得|领到|拿着|争取|靠着")
_OWNERS = frozenset(("Company", "Person", "OtherOrganization", "Group"))
_FOCUS = frozenset(("Company", "Person", "OtherOrganization", "Project", "Workshop", "Facility"))
_PAYERS = frozenset(
    ("PublicBody", "Company", "OtherOrganization", "Person", "Group", "Village", "Township", "County", "Bank", "Branch", "Insurer", "Guarantor")
)
_OWN_MONEY = ("grant", "donation", "equity", "bond")
_PRONOUN = re.compile(r"(?:为|给|向|帮|替)(?:其(?!中)|他们?|她|公司|企业(?!和|、)|我们?)")
_BANK_WORDS = re.compile(r"贷|授信|融资|信贷|放款|额度|投放|用信|到账")
_PUBLIC = frozenset(("PublicBody", "Province", "Prefecture", "County", "Township"))


@dataclass(frozen=True, slots=True)
class Draft:
    """A financing before it becomes a fact."""

    match: Match
    sentence: int
    amount: Mention | None
    span: Span


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


def drafts(scene: Scene) -> Iterator[Draft]:
    """The sums (and acts without one) that a rule claims; rules in the pack's order, the first has it."""
    for number, rendered in enumerate(scene.rendered):
        taken: set[Mention] = set()
        acts: list[Span] = []
        if scene.sentences[number].kind in ("byline", "header", "credit", "title", "heading"):
            continue
        sentence = scene.article.folded[scene.sentences[number].span.start : scene.sentences[number].span.end]
        some = likely(scene.pack, "FinancingEvent", rendered)
        if not some or _SCAM.search(sentence):
            continue
        for rule in some:
            if "context" in rule.fields and not re.search(rule.fields["context"], _around(scene, number) if rule.id == "financing.donors" else sentence):
                continue
            for match in find(rule, rendered):
                sums = match.role("amount")
                span = Span(rendered.at[match.start], rendered.at[match.end])
                if rule.fields.get("fill") == "act":
                    if not any(span.meets(a) for a in acts):
                        acts.append(span)
                        yield Draft(match, number, None, span)
                    continue
                if not sums or sums[0] in taken or _blocked(scene, rendered, match, sums[0]):
                    continue
                taken.add(sums[0])
                acts.append(span)
                yield Draft(match, number, sums[0], span)


def _around(scene: Scene, number: int) -> str:
    """The paragraph of a sentence, and the title."""
    block = scene.article.blocks[scene.sentences[number].block].span
    return scene.article.folded[block.start : block.end] + scene.article.title


def _blocked(scene: Scene, rendered: Rendered, match: Match, amount: Mention) -> bool:
    """A noun of the account between verb and sum (余额, 工资, 人均 …) makes it an observation."""
    text = scene.article.folded
    low = max(rendered.at[match.start], clause_start(scene, amount.span.start))
    near = text[low : amount.span.start] + text[amount.span.end : min(amount.span.end + 5, clause_end(scene, amount.span.end))]
    lead = text[max(clause_start(scene, amount.span.start), amount.span.start - 12) : amount.span.start]
    if match.rule.id in ("financing.total-of-investor", "financing.public", "financing.attributive") or (
        match.rule.id == "financing.approved" and lead.endswith("贷款总额")
    ):
        return False
    if match.rule.id == "financing.total":
        return bool(re.search(r"余额|户均|人均|每", near))
    if (_NO_FINANCING.search(near) and not (match.rule.id == "financing.grant" and "保费补贴" in near)) or re.search(
        r"每(?:户|人|亩|村|家|位|名|年)|余额|最高|减费|新增贷款|增加到|总额$|让利|完成投资|计划投资|加工费", lead
    ):
        return True
    return bool(re.match(r"的?[^，。；]{0,8}?(?:工资|分红|订单|产值|收入|租金|保费)", text[amount.span.end : amount.span.end + 12]))


@dataclass(frozen=True, slots=True)
class Choice:
    """What the rules choose for a draft, before the fitted models look at it."""

    draft: Draft
    instrument: str
    financier: Mention | None
    to: tuple[Mention, ...]


@dataclass(frozen=True, slots=True)
class Before:
    """The parties of the financing before, as entity ids."""

    sentence: int = -9
    financiers: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


def choose(scene: Scene, draft: Draft, before: Before) -> Choice | None:
    """The rules' parties and kind of money; None where it is no financing after all."""
    fields, text = draft.match.rule.fields, scene.article.folded
    anchor = draft.amount.span if draft.amount else draft.span
    to = _recipients(scene, draft)
    financier = _financier(scene, draft, to, fields.get("subject", "financier"))
    clause = text[clause_start(scene, draft.span.start) : clause_end(scene, anchor.end)]
    if draft.match.rule.id == "financing.total":  # the money spoken of before: the last such word in the sentence
        said = re.findall(r"授信|贷款|放款|用信|放贷|担保", text[scene.sentences[draft.sentence].span.start : anchor.start])
        clause = said[-1] if said else clause
    instrument = _instrument(scene, fields["instrument"], clause, financier)
    if instrument is None:
        return None
    if not to and (fields.get("subject") == "recipient" or _GOT.search(text, clause_start(scene, anchor.start), anchor.start)):
        taker = [
            m
            for m in scene.between(clause_start(scene, anchor.start), anchor.start)
            if scene.kind(m) in _OWNERS | {"Village"} and scene.entity(m) and m != financier and scene.case(m) in ("", "object")
        ]
        to = taker[-1:]
    if not to:
        to = _elided_recipient(scene, draft, before, financier)
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
            if not _ONLY_WHERE.match(scene.article.folded, c.mention.span.end)
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
    if choice.instrument in _OWN_MONEY and choice.financier is None and financier and scene.kind(financier) in LENDERS:
        financier, sure = None, 0.5  # a bank in focus pays no grants
    financier = _own_branch(scene, financier) if financier else None
    payer = scene.entity(financier) if financier else ""
    scored = [x for x in _ranked(parties_.weights(scene.pack, "target"), targets) if scene.entity(x[1]) != payer]
    if choice.instrument == "donation":
        scored = [x for x in scored if scene.kind(x[1]) != "Person" or scene.case(x[1]) == "dative"]
    if choice.instrument == "equity":
        scored = [x for x in scored if scene.entity(x[1]) not in before.financiers]  # who paid before is not who is paid
    to = [m for p, m in scored if p >= 0.5] or [m for p, m in scored[:1] if p >= 0.3]
    if match.role("recipient") and not {scene.entity(m) for m in to} & {scene.entity(m) for m in match.role("recipient")}:
        to = list(match.role("recipient"))
    if not choice.to and "保障" in scene.article.folded[choice.draft.span.start : choice.draft.span.end]:
        to = []
    if choice.to and list(choice.to) == _speaker(scene, choice.draft.span.start):
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
    extra, guarantors, pledged = terms_of_loan.terms(scene, anchor, _left_limit(scene, draft))
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
    return [m for m in scene.between(span.start, anchor.start) if scene.kind(m) in LENDERS and scene.entity(m) and scene.entity(m) != scene.entity(financier)]


def _instrument(scene: Scene, wanted: str, clause: str, financier: Mention | None) -> str | None:
    """The kind of money: as the rule says, or by the noun in the clause and what the financier is."""
    if wanted not in ("by-noun", "loan-if-bank", "by-payer"):
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


def _left_limit(scene: Scene, draft: Draft) -> int:
    """How far left the parties of a sum may stand: its sentence, but not before another sum's clause."""
    sentence = scene.sentences[draft.sentence]
    anchor = draft.amount.span.start if draft.amount else draft.span.start
    low = sentence.span.start
    if draft.match.rule.id == "financing.total":
        return max(low, scene.article.folded.rfind("；", low, anchor) + 1)
    for m in scene.between(sentence.span.start, anchor):
        if isinstance(m.value, Quantity) and m.value.currency and m.span.end < draft.span.start:
            end = clause_end(scene, m.span.end)
            if end < anchor:
                low = max(low, end)
    semicolon = scene.article.folded.rfind("；", low, anchor)
    return max(low, semicolon + 1)


def _recipients(scene: Scene, draft: Draft) -> list[Mention]:
    """Those marked by 为, 向, 给, 支持 before the sum (a whole list), or by 用于, 投向, 支持 after it."""
    anchor = draft.amount.span if draft.amount else draft.span
    explicit = list(draft.match.role("recipient"))
    if explicit:
        return explicit
    low = _left_limit(scene, draft)
    start = clause_start(scene, anchor.start)
    while True:
        found = [m for m in scene.between(max(start, low), anchor.start) if scene.case(m) == "dative" and _can_receive(scene, m)]
        if found:
            to = _narrow(scene, found)
            return to if any(scene.kind(m) == "Project" for m in to) else [*to, *(m for m in _after(scene, draft) if scene.kind(m) == "Project")]
        pronoun = _PRONOUN.search(scene.article.folded, max(start, low), anchor.start)
        if pronoun:
            speaker = _speaker(scene, pronoun.end()) if pronoun[0][-1] in "我们" else []
            return speaker or _last_named(scene, max(start, low), _OWNERS)
        if start <= low:
            break
        start = max(low, clause_start(scene, start - 1))
    return _after(scene, draft)


def _after(scene: Scene, draft: Draft) -> list[Mention]:
    """What the money is for, stated after the sum: 用于, 投向, 支持 X; 建起 X."""
    anchor = draft.amount.span if draft.amount else draft.span
    end = scene.sentences[draft.sentence].span.end
    stop = next((m.span.start for m in scene.between(anchor.end, end) if isinstance(m.value, Quantity) and m.value.currency), end)
    after = [
        m
        for m in scene.between(anchor.end, min(end, stop, anchor.end + 40))
        if _can_receive(scene, m)
        and (
            scene.case(m) == "dative"
            or (scene.kind(m) == "Group" and _GOT.match(scene.article.folded, m.span.end))
            or (scene.kind(m) in ("Project", "Facility", "Workshop") and _MADE.search(scene.article.folded, anchor.end, m.span.start))
        )
    ]
    return _narrow(scene, after)


def _speaker(scene: Scene, offset: int) -> list[Mention]:
    """Whose words an offset lies in: the person just after the closing mark."""
    close = scene.article.folded.find("”", offset, offset + 80)
    if close < 0:
        return []
    return [m for m in scene.between(close, close + 40) if scene.kind(m) == "Person" and scene.entity(m)][:1]


_ONLY_WHERE = re.compile(r"(?:街道)?(?:办事处)?(?:辖内|辖区|境内|的?一[家个名户位]|一[^\W\d_]{2,8}(?:组织|企业|公司|合作社))")


def _can_receive(scene: Scene, m: Mention) -> bool:
    """A thing that money can go to; not a place that only says where some unnamed one is."""
    following = scene.between(m.span.end, m.span.end + 1) if scene.kind(m) in DIVISION_KINDS else []
    return scene.kind(m) in _TO and bool(scene.entity(m)) and not following and not _ONLY_WHERE.match(scene.article.folded, m.span.end)


def _narrow(scene: Scene, found: Sequence[Mention]) -> list[Mention]:
    """Of X的Y and of a place chain the last; of a list all; the last list only."""
    text = scene.article.folded
    out: list[Mention] = []
    for m in found:
        if out:
            between = text[out[-1].span.end : m.span.start]
            if between in ("", "的"):
                out[-1] = m
                continue
            if not re.fullmatch(rf"[”“]?{LIST_MARK}[”“]?|等", between):
                out = [m]
                continue
        out.append(m)
    return out


def _last_named(scene: Scene, offset: int, kinds: frozenset[str], *, sentences: int = 6, same_block: bool = False, skip: Sequence[str] = ()) -> list[Mention]:
    """The last mention of such a kind before an offset, this sentence and some before: [mention] or []."""
    number = scene.number_of(offset)
    for n in range(number, max(-1, number - sentences - 1), -1):
        s = scene.sentences[n]
        if s.kind in ("caption", "credit", "byline", "title", "heading") or (same_block and s.block != scene.sentences[number].block):
            continue
        end = offset if n == number else s.span.end
        found = [
            m
            for m in scene.between(s.span.start, end)
            if scene.kind(m) in kinds
            and scene.entity(m)
            and scene.entity(m) not in skip
            and scene.case(m) not in ("with", "agent", "source")
            and (m not in scene.posts or not same_block)
        ]
        if found:
            return [found[-1]]
    return []


def _financier(scene: Scene, draft: Draft, to: Sequence[Mention], subject: str) -> Mention | None:
    """Who pays: as the rule marks it; a lender of the sentence that is no recipient; else the subject; for bank money the bank in focus."""
    if explicit := draft.match.role("financier"):
        return explicit[0]
    anchor = draft.amount.span if draft.amount else draft.span
    sentence = scene.sentences[draft.sentence]
    low = _left_limit(scene, draft)
    instrument = draft.match.rule.fields["instrument"]
    before = [m for m in scene.between(low, anchor.start) if m not in to and scene.entity(m) and scene.case(m) != "dative"]
    clause = [m for m in before if m.span.start >= clause_start(scene, anchor.start)]
    text = scene.article.folded
    if instrument in _OWN_MONEY:
        for group in (clause, before):
            near = [
                m
                for m in group
                if scene.kind(m) in _PAYERS and scene.case(m) not in ("place", "with", "object") and (m not in scene.posts or instrument == "donation")
            ]
            public = [m for m in near if scene.kind(m) == "PublicBody"]
            lenders = [m for m in near if scene.kind(m) in LENDERS]
            if instrument == "grant":
                if public or lenders:
                    return (public or lenders)[-1]
            elif near and (instrument != "bond" or public or lenders):
                return (public or lenders or near)[-1] if instrument == "bond" else near[-1]
        if instrument in ("grant", "bond"):
            return None
        return next(iter(_last_named(scene, low, _PAYERS, sentences=2, same_block=True)), None)
    for group in (clause, before):
        lenders = [m for m in group if scene.kind(m) in LENDERS and scene.case(m) != "with" and _fits(scene, m, instrument)]
        if lenders:
            return _own_branch(scene, lenders[-1])
    if instrument == "loan-if-bank" and not _BANK_WORDS.search(text[clause_start(scene, anchor.start) : clause_end(scene, anchor.end)] + draft.match.rule.id):
        public = [m for m in before if scene.kind(m) == "PublicBody" and scene.case(m) not in ("with",)]
        if public:
            return public[-1]
    after = [m for m in scene.between(anchor.end, sentence.span.end) if scene.kind(m) in LENDERS and scene.case(m) in ("source", "agent")]
    return next(iter(after), None) or lender_before(
        scene,
        anchor.start,
        lambda m: _fits(scene, m, instrument) and not ("担" in scene.linked.entities[scene.entity(m)].label and "担" not in sentence_text(scene, anchor)),
    )


def _own_branch(scene: Scene, bank: Mention) -> Mention:
    """Where the text knows just one branch of a bank, 建行 means that branch."""
    if scene.kind(bank) != "Bank":
        return bank
    institution = scene.entity(bank)
    own = {e: m for m in scene.lenders if scene.kind(m) == "Branch" and (e := scene.entity(m)).startswith(institution)}
    return next(iter(own.values())) if len(own) == 1 else bank


def _fits(scene: Scene, m: Mention, instrument: str) -> bool:
    """Insurers and guarantors lend nothing; banks pay no claims."""
    label = scene.linked.entities[scene.entity(m)].label
    insurer = scene.kind(m) == "Insurer" or bool(re.search(r"(?:支|分)公司$|财险|产险|寿险|保险", label) and "担" not in label)
    guarantor = scene.kind(m) == "Guarantor" or "担" in label
    if instrument == "insurance":
        return insurer
    return not insurer and (not guarantor or instrument in ("creditLine", "by-noun", "loan-if-bank"))


def _elided_recipient(scene: Scene, draft: Draft, before: Before, financier: Mention | None) -> list[Mention]:
    """Nobody marked: 积极参与X项目，投放贷款…: the one in focus in this sentence, else in the paragraph."""
    anchor = draft.amount.span if draft.amount else draft.span
    low = _left_limit(scene, draft)
    skip = [scene.entity(financier)] if financier else []
    here = [
        m
        for m in scene.between(low, anchor.start)
        if scene.entity(m)
        and scene.entity(m) not in skip
        and scene.kind(m) in _FOCUS
        and m not in scene.posts
        and scene.case(m) not in ("with", "agent", "place")
    ]
    if here:
        return [here[-1]]
    if draft.match.rule.fields["instrument"] == "donation":  # the body that the headline says collects
        titled = {scene.entity(m): m for m in scene.headlined if scene.kind(m) == "OtherOrganization" and scene.entity(m) not in skip}
        if len(titled) == 1:
            return list(titled.values())
    text = scene.article.folded
    if "保障" in text[draft.span.start : draft.span.end]:
        return []  # cover is provided to nobody in particular
    if draft.match.rule.fields["instrument"] in (*_OWN_MONEY, "insurance") or draft.match.rule.id == "financing.total":
        start = scene.sentences[draft.sentence].span.start
        kinds = ("Group",) if draft.match.rule.fields["instrument"] in ("insurance", "by-noun") else ("Project", "Facility", "Workshop")
        shared = [m for m in scene.between(start, anchor.start) if scene.kind(m) in kinds and scene.entity(m) and scene.entity(m) not in skip]
        if shared:
            return [shared[-1]]
    clause = text[clause_start(scene, anchor.start) : clause_end(scene, anchor.end)]
    if re.search(r"累计|全行|合计|总计|共计", clause):
        return []
    speaker = [m for m in _speaker(scene, anchor.end) if m not in scene.posts]
    if speaker:
        return speaker  # “联社第二天就送来了15万元。”陆永福说
    if (
        before.targets
        and draft.sentence - before.sentence <= 2
        and (financier is None or not before.financiers or scene.entity(financier) in before.financiers or draft.sentence == before.sentence)
    ):
        old = [m for m in scene.outer if m.span.start < anchor.start and scene.entity(m) in before.targets]
        since = _last_named(scene, anchor.start, _FOCUS, sentences=draft.sentence - before.sentence, skip=skip)
        if old and (not since or since[0].span.start <= old[-1].span.start):
            return list({scene.entity(m): m for m in old}.values())
    if draft.match.rule.fields["instrument"] in _OWN_MONEY:
        sites = _last_named(scene, low, frozenset(("Project", "Facility", "Workshop")), sentences=2, same_block=True, skip=skip)
        if sites:
            return sites
    return _last_named(scene, low, _FOCUS, sentences=3, same_block=True, skip=skip)


def _product(scene: Scene, draft: Draft) -> Mention | None:
    """The product of the same clause, else of the sentence, if there is just one."""
    anchor = draft.amount.span if draft.amount else draft.span
    sentence = scene.sentences[draft.sentence]
    for span in (Span(clause_start(scene, anchor.start), clause_end(scene, anchor.end)), sentence.span):
        found = [m for m in scene.outer_in(span) if scene.kind(m) == "FinancialProduct"]
        if len(found) == 1:
            return found[0]
        if found:
            return None
    return None
