"""Drafts of financings: the sums, and the acts without one, that a rule claims."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .discourse import Scene, clause_end, clause_start
from .model import Mention, Quantity, Span
from .slots import Match, Rendered, find, likely

_NO_FINANCING = re.compile(
    r"余额|增量|增速|总投资|产值|销售额|营业额|收入|工资|分红|保费|每亩|人均|户均|利润|税|租金|成交|订单|价值|单价|均价|完成投资|固定资产投资|投资额"
)
_SCAM = ("诈骗", "骗走", "被骗", "骗子", "刷单", "冒充", "套路贷", "虚假")


@dataclass(frozen=True, slots=True)
class Draft:
    """A financing before it becomes a fact."""

    match: Match
    sentence: int
    amount: Mention | None
    span: Span


def drafts(scene: Scene) -> Iterator[Draft]:
    """The sums (and acts without one) that a rule claims; rules in the pack's order, the first has it."""
    for number, rendered in enumerate(scene.rendered):
        taken: set[Mention] = set()
        acts: list[Span] = []
        if scene.sentences[number].kind in ("byline", "header", "credit", "title", "heading"):
            continue
        sentence = scene.article.folded[scene.sentences[number].span.start : scene.sentences[number].span.end]
        some = likely(scene.pack, "FinancingEvent", rendered)
        if not some or any(word in sentence for word in _SCAM):
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
class Before:
    """The parties of the financing before, as entity ids."""

    sentence: int = -9
    financiers: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


def left_limit(scene: Scene, draft: Draft) -> int:
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
