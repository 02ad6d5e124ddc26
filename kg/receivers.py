"""Who pays and who is paid, by rule: case marks (为, 向, 给 …), pronouns, the thing in focus, the bank in focus."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .discourse import Scene, clause_end, clause_start, lender_before
from .drafts import Before, Draft, left_limit
from .facts import sentence_text
from .linking import LENDERS
from .model import DIVISION_KINDS, Mention, Quantity
from .slots import LIST_MARK

_TO = frozenset("Company OtherOrganization Person Group Country Province Prefecture County Township Village Project Facility Workshop Programme".split())
_MADE = re.compile(r"建起|建成|建了|新建|修建|建设|办起|修起|改造|扩建|用于|用来|投入")
GOT = re.compile(r"获得|拿到|得到|申请|取得|领到|拿着|争取|靠着")
OWNERS = frozenset(("Company", "Person", "OtherOrganization", "Group"))
_FOCUS = frozenset(("Company", "Person", "OtherOrganization", "Project", "Workshop", "Facility"))
_PAYERS = frozenset(
    ("PublicBody", "Company", "OtherOrganization", "Person", "Group", "Village", "Township", "County", "Bank", "Branch", "Insurer", "Guarantor")
)
OWN_MONEY = ("grant", "donation", "equity", "bond")
_PRONOUN = re.compile(r"(?:为|给|向|帮|替)(?:其(?!中)|他们?|她|公司|企业(?!和|、)|我们?)")
_BANK_WORDS = re.compile(r"贷|授信|融资|信贷|放款|额度|投放|用信|到账")
ONLY_WHERE = re.compile(r"(?:街道)?(?:办事处)?(?:辖内|辖区|境内|的?一[家个名户位]|一[^\W\d_]{2,8}(?:组织|企业|公司|合作社))")


def recipients(scene: Scene, draft: Draft) -> list[Mention]:
    """Those marked by 为, 向, 给, 支持 before the sum (a whole list), or by 用于, 投向, 支持 after it."""
    anchor = draft.amount.span if draft.amount else draft.span
    explicit = list(draft.match.role("recipient", "purpose"))
    if explicit:
        return explicit
    low = left_limit(scene, draft)
    start = clause_start(scene, anchor.start)
    while True:
        found = [m for m in scene.between(max(start, low), anchor.start) if scene.case(m) == "dative" and _can_receive(scene, m)]
        if found:
            to = _narrow(scene, found)
            return to if any(scene.kind(m) == "Project" for m in to) else [*to, *(m for m in _after(scene, draft) if scene.kind(m) == "Project")]
        pronoun = _PRONOUN.search(scene.article.folded, max(start, low), anchor.start)
        if pronoun:
            said_by = speaker(scene, pronoun.end()) if pronoun[0][-1] in "我们" else []
            return said_by or _last_named(scene, max(start, low), OWNERS)
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
            or (scene.kind(m) == "Group" and GOT.match(scene.article.folded, m.span.end))
            or (scene.kind(m) in ("Project", "Facility", "Workshop") and _MADE.search(scene.article.folded, anchor.end, m.span.start))
        )
    ]
    return _narrow(scene, after)


def speaker(scene: Scene, offset: int) -> list[Mention]:
    """Whose words an offset lies in: the person just after the closing mark."""
    close = scene.article.folded.find("”", offset, offset + 80)
    if close < 0:
        return []
    return [m for m in scene.between(close, close + 40) if scene.kind(m) == "Person" and scene.entity(m)][:1]


def _can_receive(scene: Scene, m: Mention) -> bool:
    """A thing that money can go to; not a place that only says where some unnamed one is."""
    following = scene.between(m.span.end, m.span.end + 1) if scene.kind(m) in DIVISION_KINDS else []
    return scene.kind(m) in _TO and bool(scene.entity(m)) and not following and not ONLY_WHERE.match(scene.article.folded, m.span.end)


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


def financier_of(scene: Scene, draft: Draft, to: Sequence[Mention], subject: str) -> Mention | None:
    """Who pays: as the rule marks it; a lender of the sentence that is no recipient; else the subject; for bank money the bank in focus."""
    if explicit := draft.match.role("financier"):
        return explicit[0]
    anchor = draft.amount.span if draft.amount else draft.span
    sentence = scene.sentences[draft.sentence]
    low = left_limit(scene, draft)
    instrument = draft.match.rule.fields["instrument"]
    before = [m for m in scene.between(low, anchor.start) if m not in to and scene.entity(m) and scene.case(m) != "dative"]
    clause = [m for m in before if m.span.start >= clause_start(scene, anchor.start)]
    text = scene.article.folded
    if instrument in OWN_MONEY:
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
            return own_branch(scene, lenders[-1])
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


def own_branch(scene: Scene, bank: Mention) -> Mention:
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


def elided(scene: Scene, draft: Draft, before: Before, financier: Mention | None) -> list[Mention]:
    """Nobody marked: 积极参与X项目，投放贷款…: the one in focus in this sentence, else in the paragraph."""
    anchor = draft.amount.span if draft.amount else draft.span
    low = left_limit(scene, draft)
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
    if draft.match.rule.fields["instrument"] in (*OWN_MONEY, "insurance") or draft.match.rule.id == "financing.total":
        start = scene.sentences[draft.sentence].span.start
        kinds = ("Group",) if draft.match.rule.fields["instrument"] in ("insurance", "by-noun") else ("Project", "Facility", "Workshop")
        shared = [m for m in scene.between(start, anchor.start) if scene.kind(m) in kinds and scene.entity(m) and scene.entity(m) not in skip]
        if shared:
            return [shared[-1]]
    clause = text[clause_start(scene, anchor.start) : clause_end(scene, anchor.end)]
    if re.search(r"累计|全行|合计|总计|共计", clause):
        return []
    said_by = [m for m in speaker(scene, anchor.end) if m not in scene.posts]
    if said_by:
        return said_by  # “联社第二天就送来了15万元。”陆永福说
    if (
        before.targets
        and draft.sentence - before.sentence <= 2
        and (financier is None or not before.financiers or scene.entity(financier) in before.financiers or draft.sentence == before.sentence)
    ):
        old = [m for m in scene.outer if m.span.start < anchor.start and scene.entity(m) in before.targets]
        since = _last_named(scene, anchor.start, _FOCUS, sentences=draft.sentence - before.sentence, skip=skip)
        if old and (not since or since[0].span.start <= old[-1].span.start):
            return list({scene.entity(m): m for m in old}.values())
    if draft.match.rule.fields["instrument"] in OWN_MONEY:
        sites = _last_named(scene, low, frozenset(("Project", "Facility", "Workshop")), sentences=2, same_block=True, skip=skip)
        if sites:
            return sites
    return _last_named(scene, low, _FOCUS, sentences=3, same_block=True, skip=skip)
