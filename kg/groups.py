"""Finding described groups of beneficiaries: 150多户商户, 653户企业和个体工商户, 养殖户213户, 浔里村农户."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from .edges import Spans, meeting
from .model import Article, Mention, Quantity, Span
from .pack import Pack

_UNITS = frozenset(["户", "人", "名", "位", "家", "个", "户次", "口", "条", "万户"])
_ADVERBS = r"(?:累计|主动|合计|共|集中|及时|成功|新增|先后|直接|整体)*"
_GIVE = r"(?:发放|投放|授信|办理|提供|贷|放款|送|批|给予|支付|兑付|发)"
_TO = r"(?:为|向|给(?!予)|给予|对|帮助|支持|惠及|服务)"


_SORT_OF = re.compile(  # 对各类农产品市场建设的支持; 满足…被拆迁户居住需要
    rf"{_TO}((?:各类|各个?|各种)[^\W\d_]{{1,8}}?(?:市场|企业|主体|客户|商户|群体|人群))|(?:满足|解决|保障)([^\W\d_]{{2,24}}?(?:户|民|群众|企业))(?:的)?[^\W\d_]{{0,6}}(?:需要|需求|难题)"
)
_LISTED = re.compile(rf"{_TO}((?:[^\W\d_]{{1,6}}、)+[^\W\d_]{{1,6}}等)$")
_GETS = re.compile(r"(?:已经|已|先后)?(?:获得|获|得到|拿到|领到|享受|用信)(?:授信|贷款|了?融资|信贷)?")


@cache
def _patterns(pack: Pack) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    head = pack.any_of("group_heads")
    after = re.compile(rf"(?:[^\W\d_的]{{0,6}}?的)?[^\W\d_的]{{0,7}}?{head}(?:(?:和|、|及){{1}}[^\W\d_]{{0,4}}?{head})*")
    end = rf"(?:{head}|[户农商民])"
    before = re.compile(rf"{_TO}((?:(?:(?!{end})[^\W\d_]){{0,6}}{end}[和、及]?)+)(?:共|合计|累计)?$")  # one way only to part 户户户户
    plain = re.compile(rf"{_TO}((?:全[市县区镇乡村]|辖区内?|当地|这批|其中)?)((?:[^\W\d_的其发放投]{{0,6}}?)(?:{head}))(?={_ADVERBS}{_GIVE})")
    return after, before, plain, re.compile(rf"(?:这批|这些|上述|这几[户名])(?:{head})")


def find_groups(article: Article, pack: Pack, known: Sequence[Mention]) -> list[Mention]:
    """Mentions of kind Group (each holds the count's mention, if there is one). `known`: quantities and divisions."""
    text, spans = article.folded, Spans.of(known)
    after, before, plain, anaphor = _patterns(pack)
    out: dict[tuple[int, int], Mention] = {}

    def put(start: int, end: int, rule: str) -> None:
        out.setdefault((start, end), Mention(article.id, Span(start, end), "Group", rule))

    for q in known:
        if not isinstance(q.value, Quantity) or q.value.unit not in _UNITS:
            continue
        start = q.span.start
        for m in spans.ending_at(start):
            if m.kind != "Quantity":
                start = min(start, m.span.start)
        lead = text[max(0, q.span.start - 30) : q.span.start]
        found = after.match(text, q.span.end)
        listed = _LISTED.search(lead)
        if found and len(found[0]) <= 14:
            put(q.span.start - len(listed[1]) if listed else q.span.start, found.end(), "group.counted")
        elif (left := before.search(lead)) is not None:
            put(q.span.start - len(lead) + left.start(1), q.span.end, "group.counted-after")
        elif q.value.unit in ("户", "人", "名") and _GETS.match(text, q.span.end):
            put(q.span.start, q.span.end, "group.receiving")
        elif re.search(rf"{_TO}(?:其中|首批|全[村镇县市区])?$", lead) and q.value.unit in ("户", "人", "名", "家", "户次"):
            put(q.span.start, q.span.end, "group.bare-count")
    for hit in anaphor.finditer(text):
        out.setdefault(hit.span(), Mention(article.id, Span(*hit.span()), "Group", "group.anaphor", anaphor=True))
    for hit in _SORT_OF.finditer(text):
        put(*hit.span(1 if hit[1] else 2), "group.described")
    taken = meeting(m.span for m in out.values())
    for hit in plain.finditer(text):
        start, end = hit.span(2)
        if re.match(r"(?:该|这|本|其|企业$|合作社$|客户$|主体$)", hit[2]):
            continue
        if not taken(Span(start, end)):  # the hits themselves stand apart
            put(start, end, "group.described")
    return sorted(out.values(), key=lambda m: m.span)
