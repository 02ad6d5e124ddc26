"""Finding references to things without a name: 该项目, 项目 at the head of a clause, 园区, 工坊 of one named before."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .model import Article, Mention, Span

_KINDS = ("Project", "Facility", "Workshop", "Programme", "FinancialProduct")
_HEADS = {
    "项目": ("Project",),
    "工程": ("Project",),
    "园区": ("Facility", "Project"),
    "产业园": ("Facility", "Project"),
    "基地": ("Facility",),
    "工坊": ("Workshop",),
    "市场": ("Facility",),
    "景区": ("Facility",),
    "营地": ("Facility", "Project"),
    "中心": ("Facility",),
    "工厂": ("Facility", "Project"),
    "加工厂": ("Facility", "Project"),
    "活动": ("Programme",),
    "大赛": ("Programme",),
    "夜校": ("Programme",),
    "学堂": ("Programme",),
    "车间": ("Workshop", "Facility"),
    "产品": ("FinancialProduct",),
    "保险": ("FinancialProduct",),
}
_DEFINITE = re.compile(r"(?:该|这个|这一|这座|这家|本)(" + "|".join(_HEADS) + ")")
_BARE = re.compile(
    r"(?:(?<=[，。；：“\n])|^)(项目|工程|园区|产业园|基地|工坊|景区|营地|工厂|加工厂|大赛)(?=[里内]?(?:已|现|总|共|占|计划|建|将|由|累计|全部|投|年|一期|二期|吸纳|带动|有|是|还|每|规划|位于|主|负责))"
)
_PRONOUN = re.compile(r"(?<![其])[他她](?![们人家乡])")


def find_anaphors(article: Article, named: Sequence[Mention]) -> list[Mention]:
    """Anaphors of kinds Project, Facility, Workshop, Programme, FinancialProduct, each with an antecedent among `named`.

    该X means the last thing of such a kind before it; a bare X at the head of a clause one whose name ends in X.
    """
    text = article.folded
    things = sorted((m for m in named if m.kind in _KINDS), key=lambda m: m.span)
    out = [Mention(article.id, Span(*m.span()), "Person", "person.pronoun", anaphor=True) for m in _PRONOUN.finditer(text)]
    for pattern, bare in ((_DEFINITE, False), (_BARE, True)):
        for m in pattern.finditer(text):
            span = Span(*m.span()) if not bare else Span(*m.span(1))
            if any(t.span.meets(span) for t in things):
                continue
            before = [t for t in things if t.span.end <= span.start and t.kind in _HEADS[m[1]]]
            ending = [t for t in before if text[t.span.start : t.span.end].rstrip("”’").endswith(m[1])]
            found = ending or ([] if bare and m[1] not in ("项目", "园区") else before)
            if found:
                out.append(Mention(article.id, span, found[-1].kind, "thing.bare" if bare else "thing.definite", anaphor=True))
    return out
