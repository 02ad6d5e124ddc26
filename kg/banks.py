"""Finding banks, insurers, guarantors and their branches, in every order and length of their names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from .edges import Spans, left_edge, meeting
from .model import Article, Mention, Span
from .pack import Pack
from .register import load_register

UNION = "农村信用合作社联合社|农村信用社联合社|农信联社|联社"  # of a province; with a county before it, the last two are a county's
LOCAL = (
    "农村信用合作社联合社|农村信用社联合社|"
    "农村商业联合银行|农商联合银行|农村商业银行|农村合作银行|农商银行|农商行|农合行|"
    "农村信用合作联社|农村信用合作社|农村信用联社|农信联社|信用合作联社|信用联社|农信社|联社|村镇银行|信用社"
)
UNIT = r"(?:省分行|市分行|分行营业部|支行营业部|分行|支行|分理处|营业部|营业室|储蓄所|信用社)"
INSURER_UNIT = r"(?:中心支公司|支公司|分公司|营销服务部)"
_TAIL_CHAR = r"[^\W\d_的了在与及、向为对将把被从由等还并行我该户元设]"
# places whose names hold one of the characters that end a branch's name elsewhere
_TAIL_PART = rf"(?:三元|从化|从江|元宝山?|元氏|元江|元谋|元阳|向阳|天元|天等|将乐|广元|庆元|无为|犍为|行唐|闵行|{_TAIL_CHAR})"
_PLACE_TAIL = re.compile(rf"(?:股份有限公司|有限责任公司|有限公司)?((?:(?:{_TAIL_PART}|\d){{0,10}}?{UNIT})+)")
_LEGAL_TAIL = re.compile(r"股份有限公司|有限责任公司|有限公司")
_INSURER_TAIL = re.compile(rf"(?:股份有限公司|有限责任公司|有限公司)?({_TAIL_PART}{{1,10}}?{INSURER_UNIT})?")
_BARE = re.compile(r"(?:分行营业部|支行营业部|分行|支行|分理处)(?!长)")
_BARE_LEADER = re.compile(r"(?:分行|支行|分理处)(?=长)")
_GUARANTOR = re.compile(r"(?:农业信贷融资担保|农业信贷担保|融资担保|信贷担保|农业担保|农担)(?:股份有限公司|有限责任公司|有限公司|集团公司|集团|公司)?")
_INSURANCE = re.compile(r"(?:财产保险|农业保险|人寿保险|相互保险|产险|财险|寿险|保险)(?=股份有限公司|有限公司|公司|[^\W\d_]{1,8}?(?:支公司|分公司))")
_ANAPHOR = re.compile(r"(?<![银农工建交中])(?:该支行|该分行|该联社|该农商银行|该农商行|该银行|该行|我行|本行|全行|该社)(?![业政])")
_BARE_ANAPHOR = re.compile(r"(?<![\w“])(?:分行|支行)(?=[\u4e00-\u9fff])")
_NOT_LOCAL = re.compile(r"(?:各|全省|全市|全县|多家|几家|一家|两家|三家|地方|县域|中小|当地|辖内|全国|国内|省内|这家|那家|有家|首家|合作)$")
_OF_COOP = re.compile(r"(?:该?(?:联社|农商行|农商银行))?")
_DEPARTMENT = re.compile(r"[\u4e00-\u9fff]{2,8}?(?:事业部|金融部|业务部|信贷部|个金部)")


@cache
def _brands(pack: Pack) -> tuple[re.Pattern[str], re.Pattern[str]]:
    banks = re.compile(pack.any_of("banks", "Bank", "central"))
    insurers = re.compile(pack.any_of("banks", "Insurer"))
    return banks, insurers


def find_banks(article: Article, pack: Pack, divisions: Sequence[Mention]) -> list[Mention]:
    """Mentions of kind Bank, Branch, Insurer, Guarantor; PublicBody for the central bank; anaphors are marked.

    A branch's name holds its bank's: both are mentioned. 农行萧山分行, 中国农业银行股份有限公司萧山分行, 萧山农行,
    萧山农商银行城厢支行, 屏南县联社, bare 瓜沥支行, 该行兴化市支行, 太平洋产险郓城支公司, 省农担公司.
    """
    text, places = article.folded, Spans.of(divisions)
    banks, insurers = _brands(pack)
    out: dict[tuple[int, int], Mention] = {}

    def put(start: int, end: int, kind: str, rule: str, anaphor: bool = False) -> None:
        out.setdefault((start, end), Mention(article.id, Span(start, end), kind, rule, anaphor=anaphor))

    def tail(start: int, end: int, kind: str) -> None:
        """The institution at [start, end), and the branch whose name goes on after it."""
        if kind in ("Bank", "PublicBody"):
            m = _PLACE_TAIL.match(text, end)
            head = end
            if m and len(m[1]) <= 16:
                put(start, m.end(), "Branch" if kind == "Bank" else "PublicBody", "bank.branch")
            else:
                legal = _LEGAL_TAIL.match(text, end)
                head = legal.end() if legal else end
                department = _DEPARTMENT.match(text, head)
                if department and kind == "Bank":
                    put(start, department.end(), "Branch", "bank.department")
            put(start, head, kind, "bank.name")
            return
        m = _INSURER_TAIL.match(text, end)
        if m and m[1]:
            put(start, m.end(), "Branch", "bank.insurer-branch")
            put(start, end, kind, "bank.insurer")
        else:
            put(start, m.end() if m else end, kind, "bank.insurer")

    taken: set[int] = set()  # offsets
    for m in banks.finditer(text):
        start, end = m.span()
        short = len(m[0]) <= 3
        if text.startswith("家", start - 1) and short:
            continue
        entry = pack.by_name["banks"][m[0]]
        kind = "PublicBody" if entry.kind == "central" else "Bank"
        if text[end : end + 1] in tuple("业长员") and short and not (text[end] == "长" and places.starting_in(end, end + 1)):
            continue  # 农行长 is its head, 农行|长丰支行 a branch
        if m[0] == "中国银行" and text.startswith(("业", "保险", "间"), end):
            continue
        tail(start, end, kind)
        chain = places.chain_start(start, max(0, start - 12))
        if chain < start and kind == "Bank" and short and not _PLACE_TAIL.match(text, end):
            put(chain, end, "Branch", "bank.inverted")  # 萧山农行
        taken.update(range(start, end))
    for m in insurers.finditer(text):
        tail(m.start(), m.end(), "Insurer")
        taken.update(range(*m.span()))
    for m in re.finditer(LOCAL, text):
        if not taken.isdisjoint(range(*m.span())):
            continue
        start = places.chain_start(m.start(), max(0, m.start() - 12))
        if start == m.start():
            start = left_edge(text, m.start(), places, pack, 10)
            lead = text[start : m.start()]
            if lead and (_NOT_LOCAL.search(lead) or len(lead) > 6 or len(lead) < 2):
                start = m.start()
        elif text[start - 2 : start] in ("农信", "农商"):
            start = places.chain_start(start - 2, max(0, start - 8))
        if start == m.start() and text[start - 1 : start] == "省" and text[start - 2 : start - 1] not in tuple("各全该跨外本") and re.fullmatch(UNION, m[0]):
            start -= 1  # 省农信联社: that of the article's province
        if start == m.start() and not _PLACE_TAIL.match(text, m.end()):
            if (
                m[0] in ("农商银行", "农商行", "联社")
                and text[start - 1 : start] not in ("家", "县")
                and not _NOT_LOCAL.search(text[max(0, start - 3) : start])
            ):
                put(start, m.end(), "Bank", "bank.bare-local", anaphor=True)
            continue
        if m[0] == "信用社":  # the sub-branch of a 联社
            start = _OF_COOP.match(text, start).end()  # type: ignore[union-attr]
            if start < m.start():
                put(start, m.end(), "Branch", "bank.credit-coop")
            continue
        unit = _PLACE_TAIL.match(text, m.end())
        if start == m.start() and text[start - 1 : start] == "该" and unit:  # 该联社代溪信用社
            put(start - 1, m.end(), "Bank", "bank.anaphor", anaphor=True)
            put(m.end(), unit.end(), "Branch", "bank.bare-branch")
        else:
            tail(start, m.end(), "Bank")
        taken.update(range(start, m.end()))
    for m in re.finditer(r"银行(?=[\u4e00-\u9fff]{2,12}?(?:分行|支行))", text):  # an unknown brand: X银行 + place + unit
        if taken.isdisjoint(range(*m.span())):
            start = left_edge(text, m.start(), places, pack, 6)
            if 2 <= m.start() - start <= 6 and _PLACE_TAIL.match(text, m.end()):
                tail(start, m.end(), "Bank")
                taken.update(range(start, m.end()))
    for m in _GUARANTOR.finditer(text):
        if m[0] in ("融资担保", "信贷担保", "农业担保", "农业信贷担保"):
            continue
        start = places.chain_start(m.start(), max(0, m.start() - 12))
        if start == m.start():
            start = left_edge(text, m.start(), places, pack, 12)
            if text[m.start() - 1 : m.start()] in "省市县区" and m.start() - start <= 1:
                start = m.start() - 1
        if start < m.start() or m[0].endswith("公司"):
            put(start, m.end(), "Guarantor", "bank.guarantor")
            unit = re.compile(rf"{_TAIL_CHAR}{{1,8}}?(?:分公司|办事处)").match(text, m.end())
            if unit:
                put(start, unit.end(), "Branch", "bank.guarantor-branch")
            taken.update(range(start, m.end()))
    for m in _INSURANCE.finditer(text):
        if not taken.isdisjoint(range(*m.span())):
            continue
        start = left_edge(text, m.start(), places, pack, 8)
        if m.start() - start >= 2:
            tail(start, m.end(), "Insurer")
    whole = meeting(m.span for m in out.values())
    for m in (*_BARE.finditer(text), *_BARE_LEADER.finditer(text)):
        if whole(Span(*m.span())):
            continue
        start = left_edge(text, m.start(), places, pack, 14)
        start = max(start, text.rfind("行", start, m.start()) + 1 if text.rfind("行", start, m.start()) >= start else start)
        if m.start() - start >= 2 and not re.search(r"[0-9]|[家个级]|[一二三四五六七八九十两]$", text[start : m.start()]):
            put(start, m.end(), "Branch", "bank.bare-branch")
        elif text[m.start() - 1 : m.start()] in ("省", "市") and text[m.start() - 2 : m.start() - 1] not in tuple("各全"):
            put(m.start() - 1, m.end(), "Branch", "bank.bare-level")
    whole = meeting(m.span for m in out.values())
    for m in (*_ANAPHOR.finditer(text), *_BARE_ANAPHOR.finditer(text)):
        if not whole(Span(*m.span())):
            kind = "Branch" if "支行" in m[0] or "分行" in m[0] else "Bank"
            put(*m.span(), kind, "bank.anaphor", anaphor=True)
            department = _DEPARTMENT.match(text, m.end())
            if department:
                put(*department.span(), "Branch", "bank.department")
    return sorted(out.values(), key=lambda m: (m.span.start, -m.span.end))


def parts(name: str, pack: Pack, province: str = "") -> tuple[str, str]:
    """The institution and the rest of a name, both canonical: the algebra of bank names. `province`: whose union 省联社 is.

    >>> from kg.pack import load
    >>> parts("农行萧山分行", load()), parts("中国农业银行股份有限公司萧山分行", load()), parts("瓜沥支行", load())
    (('中国农业银行', '萧山分行'), ('中国农业银行', '萧山分行'), ('', '瓜沥支行'))
    """
    name = _LEGAL_TAIL.sub("", name)
    local = re.search(f"(?:{LOCAL})", name)
    for pattern in _brands(pack):
        m = pattern.search(name)
        if m and not (local and m.end() < local.start()):  # 浙江农信缙云农村商业银行 is the bank of 缙云
            return pack.by_name["banks"][m[0]].name, (name[: m.start()] + name[m.end() :])
    m = re.fullmatch(rf"([^\W\d_]+?)(?:{UNION})", name)
    if m and (whole := province if m[1] == "省" else _province(m[1])):
        name = whole + "农村信用社联合社"
        return pack.by_name["banks"][name].name if name in pack.by_name["banks"] else name, ""
    if m and m[1] == "省":
        return "", name
    m = local
    if m and m.start() > 0:
        stem = re.sub(r"^.*(?:农信|农商)(?=.{2})", "", name[: m.start()])
        return stem + LOCAL_LONG.get(m[0], m[0]), name[m.end() :]
    m = re.match(r".{2,6}?(?:银行|保险|产险|财险|寿险)", name)
    if m:
        return m[0], name[m.end() :]
    m = re.match(rf"(.{{1,}}?)({_GUARANTOR.pattern})", name)
    if m and m[1] in ("省", "市", "县", "区"):
        return (province + m[2], name[m.end() :]) if m[1] == "省" and province else ("", name)
    if m:
        return m[0], name[m.end() :]
    return "", name


def _province(name: str) -> str:
    """The province of a full or short name, "" if it is none.

    >>> _province("广西"), _province("四川省"), _province("萧山")
    ('广西壮族自治区', '四川省', '')
    """
    register = load_register()
    return next((register.names[c] for c in (*register.full.get(name, ()), *register.short.get(name, ())) if len(c) == 2), "")


LOCAL_LONG = {
    "农村信用合作社联合社": "农村信用社联合社",
    "农商银行": "农村商业银行",
    "农商行": "农村商业银行",
    "农合行": "农村合作银行",
    "农村信用联社": "农村信用合作联社",
    "农信联社": "农村信用合作联社",
    "信用合作联社": "农村信用合作联社",
    "信用联社": "农村信用合作联社",
    "联社": "农村信用合作联社",
    "农信社": "农村信用合作社",
}
