"""Who acts: the doers of the verb at a place in the text, those it acts together with included."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from .discourse import Scene, clause_start, topic
from .model import DIVISION_KINDS, Mention
from .slots import LIST_MARK

ORGANISED = frozenset(("Bank", "Insurer", "Guarantor", "Branch", "Company", "PublicBody", "OtherOrganization", *DIVISION_KINDS))
_CAUSED = re.compile(r"(?:推动|引导|发动|组织|带动|引领|指导|让|使|由)$")
# what follows these is an object
_GOVERNED = re.compile(r"(?:设立|建立|成立|创办|开办|建成|建起|兴建|引进|引入|走访|吸引|加入|入股|入驻|租下|支持|服务|组建|落户|位于|联系)了?[“‘]?$")
_BETWEEN = re.compile(rf"(?:{LIST_MARK}|同|联合|携手|会同)[^，。；、]{{0,4}}")
_MODIFIES = re.compile(r"(?:的|境内|范围|周边|籍)")


def actors(scene: Scene, offset: int, kinds: frozenset[str] = ORGANISED) -> list[Mention]:
    """The doers of a verb at an offset: the nearest in its clause, else the first of an earlier clause or sentence.

    A与B, A联合B: both. Nothing where a person without a post does it.
    """
    sentence = scene.sentences[scene.number_of(offset)]
    start = clause_start(scene, offset)
    here = scene.between(start, offset)
    found = [m for m in here if _may_act(scene, m, kinds, near=True)]
    if found:
        return _together(scene, here, _head(scene, found), kinds)
    if any(scene.kind(m) == "Person" and m not in scene.posts and scene.case(m) == "" and not m.anaphor for m in here):
        return []
    while start > sentence.span.start:
        end, start = start - 1, clause_start(scene, start - 1)
        there = scene.between(start, end)
        found = [m for m in there if _may_act(scene, m, kinds, near=False)]
        if found:
            return _together(scene, there, _first_head(scene, found), kinds)
    back = topic(scene, sentence.span.start)
    if back is None or scene.sentences[scene.number_of(back.span.start)].block != sentence.block:
        back = _dominant(scene, sentence.span.start, kinds) or back
    return [back] if back is not None and scene.kind(back) in kinds else []


def _dominant(scene: Scene, offset: int, kinds: frozenset[str]) -> Mention | None:
    """What the article is about: an organisation or place named thrice and twice as often as any other, before the offset."""
    counts = Counter(scene.entity(m) for m in scene.outer if scene.kind(m) in kinds and scene.entity(m))
    (first, n), *rest = [*counts.most_common(2), ("", 0)][:2]
    if n < 3 or (rest and rest[0][1] * 2 > n):
        return None
    return next((m for m in reversed(scene.outer) if m.span.end <= offset and scene.entity(m) == first), None)


def _may_act(scene: Scene, m: Mention, kinds: frozenset[str], *, near: bool) -> bool:
    if scene.kind(m) not in kinds or not scene.entity(m) or m in scene.posts:
        return False
    text = scene.article.folded
    case = scene.case(m)
    if case in ("agent", "object"):
        return near and bool(_CAUSED.search(text[max(0, m.span.start - 3) : m.span.start]))
    return case == "" and not _MODIFIES.match(text, m.span.end) and not _GOVERNED.search(text[max(0, m.span.start - 5) : m.span.start])


def _head(scene: Scene, found: Sequence[Mention]) -> Mention:
    """The last of those before the verb, or the head of the list A、B和C that ends with it."""
    text = scene.article.folded
    i = len(found) - 1
    while i > 0 and re.fullmatch(LIST_MARK, text[found[i - 1].span.end : found[i].span.start]):
        i -= 1
    return found[i]


def _first_head(scene: Scene, found: Sequence[Mention]) -> Mention:
    """Of a chain 萧山区瓜沥镇梅林村 that opens a clause, the last."""
    first = found[0]
    for m in found[1:]:
        if m.span.start == first.span.end:
            first = m
        else:
            break
    return first


def _together(scene: Scene, among: Sequence[Mention], head: Mention, kinds: frozenset[str]) -> list[Mention]:
    """The head and those joined to it by 、与和 or 联合."""
    text = scene.article.folded
    out = [head]
    for m in among:
        if m.span.start >= out[-1].span.end and scene.kind(m) in kinds and scene.entity(m):
            if re.fullmatch(_BETWEEN, text[out[-1].span.end : m.span.start]):
                out.append(m)
            elif m.span.start == out[-1].span.end and len(out) > 1 and scene.kind(m) in DIVISION_KINDS:
                out[-1] = m
            else:
                break
    return out
