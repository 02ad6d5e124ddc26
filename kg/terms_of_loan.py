"""What a text adds to a financing: rate, term, number of deals, guarantor, collateral."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .discourse import Scene, clause_start
from .model import Amount, Mention, Quantity, Span

_RATE = re.compile(r"(?:利率|年化|年息|利息)[^，。；]{0,6}$")
_TERM = re.compile(r"(?:期限|贷期|授信期|为期|今后|未来|接下来的?)[^，。；\d]{0,3}$")
_GUARANTEE = re.compile(r"(?:为其|为该[^，。；]{1,4})?(?:提供)?的?(?:连带责任|全额)?担保")
_COLLATERAL = re.compile(r"(?:以|用|凭|把)([^，。；“”]{2,16}?)(?:作为?|为|做|提供)?(?:抵押|质押)(?!贷|e贷)")


def terms(scene: Scene, anchor: Span, low: int) -> tuple[list[tuple[str, Amount]], list[tuple[str, Mention]], list[tuple[str, str]]]:
    """(amounts interestRate, term, count; guarantors; collateral in the text's words) said of the sum at `anchor`.

    The sentence is read from `low` to the next sum of money.
    """
    sentence = scene.sentences[scene.number_of(anchor.start)].span
    stop = next((m.span.start for m in scene.between(anchor.end, sentence.end) if isinstance(m.value, Quantity) and m.value.currency), sentence.end)
    amounts = dict(_amounts(scene, anchor, low, stop))
    guarantors = [
        ("guarantor", m)
        for m, e, kind in scene.known_between(low, stop)
        if e and kind in ("Guarantor", "Company", "Branch", "Insurer") and _GUARANTEE.match(scene.article.folded, m.span.end)
    ]
    pledged = _COLLATERAL.search(scene.article.folded, low, stop)
    words = [("collateral", scene.article.at(Span(*pledged.span(1))))] if pledged else []
    return sorted(amounts.items(), key=lambda x: x[0]), guarantors[:1], words


def _amounts(scene: Scene, anchor: Span, low: int, stop: int) -> Iterator[tuple[str, Amount]]:
    text = scene.article.folded
    for m in scene.between(low, stop):
        if not isinstance(m.value, Quantity) or m.span == anchor:
            continue
        before = text[max(low, m.span.start - 10) : m.span.start]
        if m.value.unit == "%" and _RATE.search(before):
            yield "interestRate", Amount(m.value, m)
        elif m.value.unit in ("年", "月", "天") and (_TERM.search(before) or text[m.span.end : m.span.end + 1] == "期"):
            yield "term", Amount(m.value, m)
        elif m.value.unit == "笔" and abs(clause_start(scene, m.span.start) - clause_start(scene, anchor.start)) <= 20:
            yield "count", Amount(m.value, m)
