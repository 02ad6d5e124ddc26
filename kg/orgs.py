"""Finding companies, party and government bodies, and other organisations by the heads of their names."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import cache

from .edges import Spans, covering, left_edge, meeting, occurrences
from .model import Article, Mention, Span
from .pack import Pack

BANK_KINDS = ("Bank", "Branch", "Insurer", "Guarantor")
_JOIN = re.compile(r"(?:联合|会同|携手|与|和|及|、)?")
_LEVEL = tuple("省市县区镇乡")
_GENERIC = re.compile(
    r"^(?:[该各某本我这那全每]|多家|几家|一家|两家|三家|\d+家|有关|相关|上级|各级|基层|当地|地方|龙头|国有|民营|中小|大型|小型|知名|外地|本地|新型|联合|专业|股份|农民|种植|养殖|成立|村办|组建)*"
    r"(?:农民|国资|国有|旗下|下属|农业|科技|电商|保险|银行|金融|担保|物业|旅游|建筑|外贸|上市|集团|母|子|分|行业|行业协会|企业|项目|企业境外|镇级|县级|市级|村|镇|社区)?$"
)
_COMMITTEE = re.compile(r"委(?![员托派会身任内外书常办])")
_POST_NEXT = re.compile(r"(?:副?书记|副?主任|委员|常委)")
_COMMITTEE_UNIT = re.compile(r"(?:组织部|宣传部|统战部|社会工作部|办公室|政法委|党校|老干部局|农办|改革办)")
_ANONYMOUS = re.compile(
    r"某(?![日天年月些种个人村镇乡县市区省户])[^\W\d_某不了的在是把被让]{0,14}?(?:有限公司|公司|企业境外分公司|企业)(?:境外分公司)?(?:、(?:省级|国家级|市级)[^\W\d_]{2,10}企业)?"
)
_LISTED = re.compile(r"等(?:\d+|多|几|[一二三四五六七八九十]+)?余?家?(?:龙头|知名|规上)?(?:企业|公司|厂商)")
_CORPS = re.compile("(?:新疆)?生产建设兵团|新疆兵团")
_DIVISION = re.compile("第[一二三四五六七八九十]{1,3}师(?![范长傅生资部])")
_REGIMENT = re.compile("(?:(?<=[师市团，。、在向为给与由])|(?<=兵团))[一二三四五六七八九十〇零]{1,4}团(?:场|(?![队组长员体圆结购伙聚部]))")
_ANAPHOR = re.compile(r"(?:该|本|我|这家|那家)(?:公司|企业|集团|合作社|协会|促进会|厂|局|院|校|联盟|工会|工作室|单位)|项目公司")
_BARE = re.compile(
    r"(?<![\w”])(?:公司|企业|集团|合作社|协会|促进会|联盟|工会|商会|基金会)(?![们家数主户年度类化制文职高内])|(?<=[给向由与同为让中用靠])(?:公司|企业|合作社|协会|促进会|集团)(?![们家数主户年度类化制文职高])"
)


@cache
def _heads(pack: Pack) -> dict[str, re.Pattern[str]]:
    return {kind: re.compile(pack.any_of("org_heads", kind)) for kind in ("Company", "PublicBody", "OtherOrganization")}


def find_orgs(article: Article, pack: Pack, known: Sequence[Mention]) -> list[Mention]:
    """Mentions of kind Company, PublicBody, OtherOrganization. `known`: divisions and banks, for the edges."""
    text, places = article.folded, Spans.of([m for m in known if not m.anaphor])
    money = sorted(m.span for m in known if m.kind in BANK_KINDS and not m.anaphor)
    money_starts, longest = [s.start for s in money], max(map(len, money), default=0)
    out: dict[tuple[int, int], Mention] = {}

    def put(start: int, end: int, kind: str, rule: str, anaphor: bool = False) -> None:
        span = Span(start, end)
        for bank in money[bisect_left(money_starts, start - longest) : bisect_left(money_starts, end)]:
            if bank.meets(span):
                if bank.start != start or bank.end >= end:
                    if bank.end >= end or kind == "PublicBody":
                        return
                    start = _JOIN.match(text, bank.end).end()  # type: ignore[union-attr]
                    span = Span(start, end)
                elif kind == "Company":
                    return
        if len(span) >= 2:
            out.setdefault((start, end), Mention(article.id, span, kind, rule, anaphor=anaphor))

    for m in _COMMITTEE.finditer(text):  # 临海市委, 县委组织部
        place = next((p for p in reversed(places.ending_at(m.start())) if text[m.start() - 1] in "省市县区州"), None)
        if place is None and text[m.start() - 1 : m.start()] not in ("省", "市", "县", "区"):
            continue
        if place is None and text[m.start() - 2 : m.start() - 1] in ("该", "各", "全"):
            continue
        start = places.chain_start(m.start(), m.start() - 12) if place else m.start() - 1
        unit = _COMMITTEE_UNIT.match(text, m.end())
        if unit:
            put(start, unit.end(), "PublicBody", "org.committee-unit")
        elif not _POST_NEXT.match(text, m.end()):
            put(start, m.end(), "PublicBody", "org.committee")
    for kind, heads in _heads(pack).items():
        for m in heads.finditer(text):
            _with_head(m, kind, text, places, pack, put)
    if "兵团" in text:  # the corps of Xinjiang: 新疆生产建设兵团, its 师 and 团场
        for m in (*_CORPS.finditer(text), *_DIVISION.finditer(text), *_REGIMENT.finditer(text)):
            put(*m.span(), "PublicBody", "org.corps")
    for m in _ANONYMOUS.finditer(text):
        start = places.chain_start(m.start(), m.start() - 14)
        put(start, m.end(), "Company", "org.anonymous")
    for m in _LISTED.finditer(text):  # 浙江永强集团、临海亨达工艺制品等企业
        low = left_edge(text, m.start(), places, pack, 20)
        end = m.start()
        if end - low >= 4 and places.starting_in(low, low + 1) and text[low - 1 : low] == "、":
            put(low, end, "Company", "org.listed")
    full = list(out.values())
    in_full = covering(o.span for o in full)
    sought: set[tuple[str, str]] = set()
    for mention in full:  # a company's later short name: 浙江荻溪渔业有限公司 → 荻溪渔业
        if mention.kind in ("Company", "OtherOrganization") and not mention.anaphor:
            for short in short_names(text[mention.span.start : mention.span.end], mention, places):
                if (short, mention.kind) in sought:
                    continue
                sought.add((short, mention.kind))
                for start, end in occurrences(text, short):
                    if not in_full(Span(start, end)):
                        put(start, end, mention.kind, "org.short-name")
    for m in _ANAPHOR.finditer(text):
        put(*m.span(), "Company" if re.search("公司|企业|集团|厂", m[0]) else "OtherOrganization", "org.anaphor", anaphor=True)
    taken = sorted((o.span for o in out.values()), key=lambda s: s.end)
    in_taken, company = meeting(taken), any(o.kind == "Company" for o in full)
    first: dict[str, int] = {}  # head → where the first name with it ends
    for m in _BARE.finditer(text):  # a bare head means one whose name ends so
        if m[0] not in first:
            first[m[0]] = next((o.end for o in taken if text.endswith(m[0], o.start, o.end)), len(text))
        named = first[m[0]] < m.start() or (m[0] in ("公司", "企业") and company)
        if named and not in_taken(Span(*m.span())):
            put(*m.span(), "Company" if m[0] in ("公司", "企业", "集团") else "OtherOrganization", "org.bare-head", anaphor=True)
    return sorted(out.values(), key=lambda m: (m.span.start, -m.span.end))


def _with_head(m: re.Match[str], kind: str, text: str, places: Spans, pack: Pack, put: Callable[[int, int, str, str], None]) -> None:
    head, end = m[0], m.end()
    nxt = text[end : end + 2]
    if kind == "Company":
        if head == "集团" and re.match(r"军|化|有限|公司", text[end:]):
            return
        if head == "公司" and nxt[:1] in "制化治":
            return
    if head in ("大学", "学院", "中学", "小学", "医院", "基金", "工会", "政府", "人大", "团委") and re.match(
        r"生|校|部|性|网|院|干部|投资|会|引导|产业|专项", text[end:]
    ):
        return
    if head == "财政" and re.match(r"[局厅部补资收支专所奖援]|投资|帮扶|衔接|(?<![省市县区镇]财政)扶持|贴息|激励|预算", text[end:]):
        return
    start = left_edge(text, m.start(), places, pack, 26 if kind != "PublicBody" else 16)
    lead = text[start : m.start()]
    if kind == "PublicBody":
        if _POST_NEXT.match(text, end) and head.startswith("党"):
            return  # a post's name: its body is the place
        chain = places.chain_start(m.start(), max(0, m.start() - 16))
        if chain < m.start():
            start = chain
        elif head == "财政" and len(lead) > 1:
            return  # 凉山州投入|财政援助资金
        elif text[m.start() - 1 : m.start()] in _LEVEL and text[m.start() - 2 : m.start() - 1] not in tuple("各全该某"):
            start = m.start() - 1
        elif re.search(r"(?:街道|村)$", lead) and head.startswith("党"):
            start = m.start() - (2 if lead.endswith("街道") else 1)
        elif head in ("两新工委",):
            start = m.start()
        elif len(head) >= 5 and not lead:
            start = m.start()  # 自然资源和规划局 alone
        elif not (2 <= len(lead) <= 8 and places.starting_in(start, start + 1)):
            return
        put(start, end, kind, "org.public")
        return
    if "某" in lead or _GENERIC.match(lead):
        place_head = text[m.start() - 1 : m.start()] in ("县", "镇", "乡", "市", "区", "省", "村")
        if (
            place_head
            and head in ("妇联", "农合联", "总工会", "工会", "团委", "股份经济合作社", "老人协会", "慈善总会", "商会")
            and text[m.start() - 2 : m.start() - 1] not in tuple("各全该")
        ):
            put(m.start() - 1, end, kind, "org.level")
        elif head in ("股份经济合作社", "妇联", "农合联") and not lead:
            put(m.start(), end, kind, "org.bare")
        return
    if head in ("公司", "集团") and text[start - 1 : start] == "的" and len(lead) <= 4:
        return  # 最大的养鸡公司
    if re.fullmatch(r"[镇乡村][(（][^()（）]*[)）]", lead):
        return  # 镇(街道)股份经济合作社: of any town
    if "+" in lead or (len(lead) < 2 and kind == "Company"):
        return
    if re.search(r"[家所个名]$|\d$", lead):
        return
    if kind == "OtherOrganization" and lead[:2] in ("镇级", "县级", "市级", "区级", "省级", "村级") and "“" in lead:
        start += 2
    if head in ("集团", "公司", "基金", "理事会", "工作室", "联盟", "联合体") and len(lead) > 14 and not places.starting_in(start, start + 1):
        return
    put(start, end, kind, f"org.{'company' if kind == 'Company' else 'head'}")


_LEGAL = re.compile(r"(?:（[^）]*）|\([^)]*\))|(?:股份|集团)?有限(?:责任)?公司$|专业合作社$|合作社$|集团$|公司$")


def short_names(name: str, mention: Mention, places: Spans) -> list[str]:
    """The forms under which a text goes on to name it: without place and legal form, at least three characters.

    >>> short_names("浙江荻溪渔业有限公司", Mention("a", Span(0, 10), "Company", ""), Spans.of([Mention("a", Span(0, 2), "Province", "")]))
    ['荻溪渔业']
    """
    start = mention.span.start
    inner = [p for p in places.starting_in(start, start + 1) if len(p.span) < len(mention.span)]
    stem = name[max((len(p.span) for p in inner), default=0) :]
    core = _LEGAL.sub("", stem)
    out = []
    if core != name and len(core) >= 3 and core != stem:
        out.append(core)
    if core != name and mention.kind == "OtherOrganization" and name.endswith("专业合作社"):
        out += [core[:n] + "合作社" for n in (3, 2) if len(core) > n]
    return out
