"""Finding what has a name of its own and is no body, person or division: programmes, projects, products, workshops,
documents and facilities, by lexicon, by quotation marks, and by the heads of their names."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from .model import DIVISION_KINDS, Article, Mention, Span
from .pack import Pack
from .quoted import OPENER, QUOTES, Pair, chain_ends, pairs

_REACH = 40  # how far left a name may begin before its head
_JOINS = "和及与"
_INNER = "·&+—-_"
_SKIPPED = ("byline", "credit", "header")
_BODIES = ("Bank", "Branch", "Insurer", "Guarantor", "Company", "PublicBody", "OtherOrganization", "Person")
_CUTTERS = (*_BODIES, "Group", "Quantity", "Time")
_STEP = re.compile(r"[和及与、](?<![平祥])(?![平顺谐睦静])")
_ZONE = re.compile(r"(?:开发区|高新区|园区|新区|自贸区|自贸试验区|自由贸易试验区|保税区|农场|林场)$")
_DOCUMENT = re.compile(r"关于|意见|方案|规划|计划|纲要|通知|办法|条例|细则|协议|合同|备忘录|决定|公告|公约|指南|标准|规定|政策|措施|清单|白皮书|蓝皮书|报告|法$")
_NO_DOCUMENT = re.compile(r"(?:日报|晚报|时报|商报|早报|周刊|杂志|之歌|新闻)$")
_AGREEMENT = re.compile(r"签[订署下了约][了的]?([^\W\d_]{2,14}?(?:合作协议|协议书|备忘录))")
_LOOSE_AGREEMENT = re.compile(r"(?:战略|框架|全面|深化|银企|银政|政银|合作|意向|授信|贷款|借款|担保|项目|书面|正式|双方|三方|一份|一纸|有关|相关|服务|协议书|备忘录|协议)++")
_LIST_TAIL = re.compile(r"等(?:重大|重点|一批|多个|[一二两三四五六七八九十百\d]+个)*(?:子|建设|基础设施)?(?:项目|工程)(?![部组化经公])")
_WORK_END = re.compile(r"(?:改造|扩建|整治|修复|提升|治理|迁建|改建)$")
_PHASE = re.compile(r"[（(][一二三四五\d]+期[）)]")
_SIZE = re.compile(r"[\d.]+[多余]?[百千万亿]?[多余]?(?:头|只|羽|吨|亩|公里|千瓦|兆瓦|MW|立方米|方|平方米|套|棒|株|尾)")
_OVER = re.compile(r"(?:好|总行|省分?行|上级|国家|中央)+")
_BUILT = re.compile(r"[，]?(?:总投资|总造价|造价|动工|开工|落成|竣工|通车|投产|投用|建设|项目|工程|建成|正式启用|由[^，。]{2,24}?投资)")
_SITE_WORK = re.compile(r"总投资|总造价|造价|动工|开工|落成|竣工|通车")
_BUILDING = re.compile(r"开工|动工|奠基|总投资|投建|谋划|合建|规划用地|该项目")
_LOAN_ABOUT = re.compile(r"余额|增速|总量|总额|规模|利率|占|需求|难|报批|客户|户数|增长|较|比|不良|额度|本息|利息|到期|资金|支持|服务|审批|政策|产品")
_LEAD = re.compile(r"(?:第[一二三四五六七八九十\d]+(?:家|个|座|处)|首[个家座]|总行|省行|上级行?|全[国省市县区镇乡村行]|当地|本地|省委省政府|省里|我[国省市县区镇]|[各某每本]|新的|首批|[一二三四五六七八九十\d]+[个家座处条批项])+")
_AFTER_QUOTE = r"的?新?[^\W_的了是在和与为将等及对给把从到也都就还进入写设建]{0,10}?"
_MONEY_WORD = re.compile(r"(?:推出|办理|发放|创新|申请|申办|开办|上线|提供|代理|投放|开发|推广|用上?|一笔|首笔|元|做成|打造|试点|凭|靠|拿到|获批|获得|借助|运用)[“‘「『\"]?$")
_PRODUCT_AFTER = re.compile(r"(?!相关|类|等|方面)[^\W\d_的]{0,4}?(?:系列)?(?:产品|信用贷款|贷款|保险|服务点|线上[^\W_]{0,4}(?:平台|商城)|金融服务|额度|服务品牌|品牌服务|综合服务平台)")
_PRODUCT_WHOLE = re.compile(r"(?:组合|综合|专项)?融资(?:业务|服务|产品)?|线上服务模式|组合贷款?业务")
_PRODUCT_TAIL = re.compile(r"(?:通|卡|保|担|险|付|宝|码|票|券|[eE]抵.*|[eE]链.*|时代|惠享.+)$")
_PLACE_WORD = re.compile(r"(?<![农乡本该各全])(?:村|社区|街道|镇|乡)$")
_WORKSHOP_NOT = re.compile(r"[”’」]?(?:的?建设|综合|企业|联盟|品牌|工作|专项|创建|发展|服务|办|等|模式|带动)")


@dataclass(frozen=True, slots=True)
class _Grammar:
    """The lexicons as patterns, made once a pack."""

    heads: Mapping[str, re.Pattern[str]]  # by first character
    uses: Mapping[str, tuple[tuple[str, str], ...]]
    head_end: re.Pattern[str]
    stops: Mapping[str, re.Pattern[str]]  # by first character
    first_two: re.Pattern[str]  # where a head may start: a quick sieve
    cues: Mapping[str, str]
    generic: re.Pattern[str]
    loan_generic: re.Pattern[str]
    loan_words: frozenset[str]
    slogans: frozenset[str]
    empty: re.Pattern[str]
    known: re.Pattern[str]
    kinds: Mapping[str, str]
    after: re.Pattern[str]
    inner: re.Pattern[str]


def _any(words: Sequence[str]) -> str:
    return "(?:" + "|".join(map(re.escape, sorted(set(words), key=lambda w: (-len(w), w)))) + ")"


@cache
def _grammar(pack: Pack) -> _Grammar:
    heads = pack.entries("name_heads")
    uses = {e.name: tuple((c, s) for c, _, s in (u.partition(".") for u in e.parent.split("|"))) for e in heads if e.kind == "head"}
    plain = [h for h, u in uses.items() if any(s not in ("quoted", "inner") for _, s in u)]
    of_kind = lambda k: [e.name for e in pack.entries("slogans") if k in e.kind.split("|")]  # noqa: E731
    left = [e.name for e in heads if e.kind == "left"]
    functional = [e.name for e in heads if e.kind == "left-regex"]
    known = {w: e.kind for lexicon in ("programmes", "products") for e in pack.entries(lexicon) for w in (e.name, *e.aliases)}
    searched = [*plain, *(e.name for e in heads if e.kind == "no")]
    groups: dict[str, list[str]] = {}
    for word in searched:
        groups.setdefault(word[0], []).append(word)
    by_first: dict[str, list[str]] = {}
    for word in (*map(re.escape, sorted(left, key=lambda w: (-len(w), w))), *functional):
        by_first.setdefault(word[0], []).append(word)
    return _Grammar(
        
        uses=uses,
        head_end=re.compile(_any([h for h, u in uses.items() if any(c in ("Project", "Facility") for c, _ in u)]) + "$"),
        heads={c: re.compile(_any(v)) for c, v in groups.items()},
        stops={c: re.compile("|".join(v)) for c, v in by_first.items()},
        first_two=re.compile(f"[{''.join(sorted({h[0] for h in searched}))}](?=[{''.join(sorted({h[1] for h in searched}))}])"),
        cues={e.name: e.parent for e in heads if e.kind == "left"},
        generic=re.compile(f"(?:{_any(of_kind('generic'))}|[\\d一二三四五六七八九十百]+)*+"),
        loan_generic=re.compile(f"(?:{_any(of_kind('loan-modifier'))}|[\\d.]+)*+"),
        loan_words=frozenset(of_kind("loan")),
        slogans=frozenset(of_kind("slogan")),
        empty=re.compile(f"(?:{_any(of_kind('empty'))}|[\\d一二三四五六七八九十百]+)*+"),
        known=re.compile(_any(list(known))),
        kinds=known,
        after=re.compile(_AFTER_QUOTE + "(" + _any([h for h, u in uses.items() if ("Programme", "quoted") in u or any(c in ("Project", "Facility") for c, _ in u)]) + ")"),
        inner=re.compile(_any([h for h, u in uses.items() if ("Programme", "inner") in u or any(c in ("Facility", "Project", "FinancialProduct") for c, _ in u)]) + "$"),
    )


@dataclass
class _Scan:
    """One block while it is searched: its text and where its marks pair; what is found goes to `found`."""

    g: _Grammar
    text: str
    low: int
    high: int
    quotes: list[Pair]  # by start
    quote_starts: list[int]
    opens: dict[int, int]  # start of a closing mark → start of its opening mark
    places: list[tuple[int, int]]
    place_starts: list[int]
    cut_ends: list[int]
    found: dict[tuple[int, int], tuple[str, str]]
    programmes: dict[int, int] = field(default_factory=dict)  # end → start

    def put(self, start: int, end: int, kind: str, rule: str) -> None:
        if end - start >= 2:
            if kind == "Programme":
                self.programmes.setdefault(end, start)
            self.found.setdefault((start, end), (kind, rule))

    def edge(self, end: int) -> tuple[int, str]:
        """Where the name that ends at `end` starts, and the word that stands before it: to the left until a word or a
        sign that no name holds; quotes and brackets that pair are stepped over, so are words inside a division's name."""
        text, floor, stops = self.text, max(self.low, end - _REACH), self.g.stops
        cut = bisect_right(self.cut_ends, end)
        if cut and self.cut_ends[cut - 1] > floor:
            floor = self.cut_ends[cut - 1]
        at = end
        while (at := at - 1) >= floor:
            sign = text[at]
            stop = stops.get(sign)
            if stop is not None:
                m = stop.match(text, at)
                if m is None or m.end() > end:
                    continue
                place = self.place_over(at, m.end())
                if place >= floor:
                    at = place
                elif m[0] != "建设" or self.after_stop(at, floor):  # else 环城建设未来社区: inside a name
                    return m.end(), m[0]
            elif sign in _JOINS:
                word = text[at - 1 : at + 1]
                if word in self.g.cues and at > floor:  # 参与, 以及
                    return at + 1, word
                if self.place_over(at, at + 1) < floor and self.splits(at) and not self.g.generic.fullmatch(text, at + 1, end):
                    return at + 1, sign
            elif not sign.isalnum() and sign not in _INNER:
                opened = self.opens.get(at, -1)
                if opened >= floor:
                    at = opened
                elif sign != " " or not (text[at - 1].isascii() and text[at + 1 : at + 2].isascii()):
                    return at + 1, sign
            elif sign == "—" and text[at - 1] == "—":
                return at + 1, sign
        return max(floor, at), ""

    def after_stop(self, at: int, floor: int) -> bool:
        """Whether a word or sign that no name holds ends at `at`."""
        if at <= floor or not self.text[at - 1].isalnum():
            return True
        for start in range(max(floor, at - 4), at):
            stop = self.g.stops.get(self.text[start])
            m = stop.match(self.text, start) if stop else None
            if m is not None and m.end() == at:
                return True
        return False

    def within_quote(self, m: re.Match[str]) -> bool:
        """Whether the head stands inside a quoted name and not at its end."""
        n = bisect_right(self.quote_starts, m.start()) - 1
        return n >= 0 and m.end() < self.quotes[n].end - 1 <= self.quotes[n].start + 17

    def splits(self, at: int) -> bool:
        """Whether a name ends at `at`, so that 和, 及, 与 there join two names."""
        return self.text[at - 1] in "”’」）)" or self.g.head_end.search(self.text, max(self.low, at - 8), at) is not None

    def place_over(self, start: int, end: int) -> int:
        """The start of the division name that holds text[start:end], or -1."""
        n = bisect_right(self.place_starts, start)
        return next((p[0] for p in self.places[max(0, n - 4) : n] if end <= p[1]), -1)

    def place_at(self, start: int, end: int) -> int:
        """The end of the division names that stand at `start`, or `start`."""
        at = start
        for p in self.places[bisect_left(self.place_starts, start) :]:
            if p[0] > at:
                break
            if p[0] == at < p[1] <= end:
                at = p[1]
        return at

    def short(self, start: int, end: int) -> int:
        """The start without the upper divisions: of a chain of three or more the last two stay; what stands before a
        division, if it is no Latin letter or quoted brand, is no part of a facility's name."""
        first = next((p for p in self.places[bisect_left(self.place_starts, start) :] if p[0] < end), None)
        if first is None:
            return start
        if first[0] > start and not re.fullmatch(r"[A-Za-z0-9]+|[“‘「].*[”’」]", self.text[start : first[0]]):
            start = first[0]
        chain = [start]
        while (after := self.place_at(chain[-1], end)) > chain[-1]:
            step = next((p[1] for p in self.places[bisect_left(self.place_starts, chain[-1]) :] if p[0] == chain[-1] and p[1] <= end), after)
            chain.append(step)
        return chain[-3] if len(chain) > 3 else start

    def trim(self, start: int, end: int) -> int:
        lead = _LEAD.match(self.text, start, end)
        return lead.end() if lead else start


def find_names(article: Article, pack: Pack, mentions: Sequence[Mention]) -> list[Mention]:
    """Mentions of kind Programme, Project, FinancialProduct, Workshop, Document and Facility, sorted by span.

    `mentions`: what is known already (divisions, banks, bodies, people, quantities, times); they bound the names.
    """
    g, text = _grammar(pack), article.folded
    places = sorted({(m.span.start, m.span.end) for m in mentions if m.kind in DIVISION_KINDS and not m.anaphor})
    starts = [p[0] for p in places]
    bodies = sorted({(m.span.start, m.span.end) for m in mentions if m.kind in _BODIES and not m.anaphor})
    cuts = sorted(m.span.end for m in mentions if m.kind in _CUTTERS and _cuts(m, text))
    found: dict[tuple[int, int], tuple[str, str]] = {}
    learnt: dict[str, str] = {}
    for block in article.blocks:
        if block.kind in _SKIPPED:
            continue
        low, high = block.span.start, block.span.end
        marks = pairs(text, low, high)
        quotes = sorted((p for p in marks if p.mark in QUOTES), key=lambda q: q.start)
        first, last = bisect_left(starts, low), bisect_left(starts, high)
        scan = _Scan(
            g, text, low, high, quotes, [q.start for q in quotes], {p.end - 1: p.start for p in marks},
            places[first:last], starts[first:last], cuts[bisect_left(cuts, low) : bisect_right(cuts, high)], found,
        )
        for pair in marks:
            if pair.mark == "《":
                inner = text[pair.start + 1 : pair.end - 1]
                if _DOCUMENT.search(inner) and not _NO_DOCUMENT.search(inner):
                    scan.put(pair.start, pair.end, "Document", "document.title-marks")
        if quotes:
            _quoted(scan, learnt)
        _known(scan)
        _heads(scan)
        _lists(scan)
        _loans(scan)
        for m in _AGREEMENT.finditer(text, low, high):
            if not _LOOSE_AGREEMENT.fullmatch(m[1]) and not re.search("[的了]", m[1]):
                scan.put(*m.span(1), "Document", "document.agreement")
    for name, kind in sorted(learnt.items()):
        at = text.find(name)
        while at >= 0:
            found.setdefault((at, at + len(name)), (kind, "quoted.again"))
            at = text.find(name, at + len(name))
    return [Mention(article.id, Span(*span), kind, rule) for span, (kind, rule) in _settle(found, bodies, text)]


def _cuts(mention: Mention, text: str) -> bool:
    """Whether a name cannot reach over the mention: not so for a short company name (赣锋轴承智能制造产业园) and a size (15000头猪场)."""
    if mention.kind == "Company":
        return text.startswith(("公司", "集团", "厂"), mention.span.end - 2) or text[mention.span.end - 1] == "厂"
    words = text[mention.span.start : mention.span.end]
    return mention.kind != "Quantity" or any(c.isdigit() for c in words) and not _SIZE.fullmatch(words)


def _settle(found: Mapping[tuple[int, int], tuple[str, str]], bodies: Sequence[tuple[int, int]], text: str) -> Iterator[tuple[tuple[int, int], tuple[str, str]]]:
    """The longest of overlapping names; inside it stay a zone, a product, and a known programme that is not its head."""
    kept: list[tuple[tuple[int, int], tuple[str, str]]] = []
    taken: list[tuple[int, int, str]] = []
    body_starts = [b[0] for b in bodies]
    for (start, end), (kind, rule) in sorted(found.items(), key=lambda x: (x[0][0] - x[0][1], x[0])):
        body = next((b for b in reversed(bodies[: bisect_right(body_starts, start)][-3:]) if b[1] > start), None)
        if body is not None and end <= body[1] and not (text[start - 1 : start] in ("“", "‘") or (kind == "Facility" and end < body[1] and _ZONE.search(text[start:end]))):
            continue
        rivals = [t for t in taken if t[0] < end and start < t[1]]
        if all(_may_stand_inside((start, end), kind, rule, t, text) for t in rivals):
            taken.append((start, end, kind))
            kept.append(((start, end), (kind, rule)))
    yield from sorted(kept, key=lambda x: (x[0][0], -x[0][1]))


def _may_stand_inside(span: tuple[int, int], kind: str, rule: str, outer: tuple[int, int, str], text: str) -> bool:
    start, end = span
    if not (outer[0] <= start and end <= outer[1]):
        return False
    if kind == "FinancialProduct":
        return outer[2] == "Facility" or rule == "product.quoted" and outer[2] == "FinancialProduct" and end < outer[1] - 3
    if kind == "Facility":
        return bool(_ZONE.search(text[start:end])) and outer[2] in ("Project", "Facility") and start == outer[0]
    return kind == "Programme" and rule == "programme.known" and outer[2] in ("Project", "Facility") and end < outer[1] - 2


def _quoted(scan: _Scan, learnt: dict[str, str]) -> None:
    """Say of every quoted span what it names, if anything."""
    ends = chain_ends(scan.text, scan.quotes)
    for q in scan.quotes:
        inner = scan.text[q.start + 1 : q.end - 1]
        if not 2 <= len(inner) <= 30 or re.search(r"[，。！？；：]", inner) or inner in scan.g.slogans:
            continue
        result = _classify(scan, q, inner, ends.get(q.end, q.end))
        for start, end, kind, rule in result:
            scan.put(start, end, kind, rule)
            if (start, end) == (q.start + 1, q.end - 1) and len(inner) >= 3 and kind != "Facility":
                learnt.setdefault(inner, kind)


def _classify(scan: _Scan, q: Pair, inner: str, chain_end: int) -> list[tuple[int, int, str, str]]:
    """What a quoted name names: (start, end, kind, rule); the empty list if it is a slogan, a brand or speech."""
    g, text, start, end, high = scan.g, scan.text, q.start + 1, q.end - 1, scan.high
    before, at = text[max(scan.low, q.start - 8) : q.start], q.end
    if inner.endswith("共富工坊"):
        stem = inner.removesuffix("共富工坊").rstrip("·")
        if stem and not g.generic.fullmatch(stem) and stem != "党建引领":
            return [(start, end, "Workshop", "workshop.quoted")]
        return []
    if inner in g.kinds:
        return []
    general = g.generic.fullmatch(inner) is not None
    if re.search(r"(?:学堂|夜校|课堂|讲堂)$", inner) and len(inner) <= 10:
        return [(start, end, "Programme", "programme.quoted")]
    parts = re.split(r"[+、]", inner)
    if len(parts) > 1 and all(re.search(r"贷款?$", p) for p in parts):
        return [(start + inner.index(p), start + inner.index(p) + len(p), "FinancialProduct", "product.quoted") for p in parts if not g.loan_generic.fullmatch(p.removesuffix("贷款").removesuffix("贷"))]
    if re.search(r"贷款?$", inner) and inner not in g.loan_words and not g.loan_generic.fullmatch(inner.removesuffix("款").removesuffix("贷")) and len(inner) <= 16:
        whole = _PRODUCT_WHOLE.match(text, at, high)
        return [(start, end, "FinancialProduct", "product.quoted")] if not whole else [(q.start, whole.end(), "FinancialProduct", "product.quoted-head")]
    whole = _PRODUCT_WHOLE.match(text, at, high)
    if whole:
        return [(q.start, whole.end(), "FinancialProduct", "product.quoted-head")]
    out: list[tuple[int, int, str, str]] = []
    if len(inner) <= 10 and not general and _PRODUCT_AFTER.match(text, at, high):
        out.append((start, end, "FinancialProduct", "product.quoted"))
        if text.startswith("线上", at):
            return out
    elif len(inner) <= 10 and not general and re.match(r"等[^，。；]{0,8}产品", text[chain_end : chain_end + 12]):
        return [(start, end, "FinancialProduct", "product.quoted-list")]
    elif len(inner) <= 10 and _PRODUCT_TAIL.search(inner) and _MONEY_WORD.search(before):
        return [(start, end, "FinancialProduct", "product.quoted")]
    m = g.after.match(text, at, high)
    if m and "+" in inner and inner.count("+") > 1:
        return out
    if m:
        uses = g.uses[m[1]]
        loose = text[at] == "的" or m.start(1) > at and text[at] == "新"
        kind = "Programme" if ("Programme", "quoted") in uses else uses[0][0]
        if kind in ("Project", "Facility") and (text[at] == "的" or len(inner) <= 2):
            return out
        if kind == "Programme" and out:
            out = []
        if not any(w.startswith(m[1]) and text.startswith(w, m.start(1)) and w != m[1] for w in ("计划生育", "改革开放", "活动室", "活动中心", "项目部", "项目组")):
            out.append((start, end, kind, "programme.quoted") if loose else (q.start, m.end(), kind, f"{'facility' if kind == 'Facility' else kind.lower()}.quoted-head"))
        return out
    if out:
        return out
    tail = g.inner.search(inner)
    if tail and tail.start() >= 1 and "不" not in inner and len(inner) <= 14:
        uses = g.uses[tail[0]]
        kind = next((c for c, s in uses if s == "inner"), uses[0][0])
        if g.generic.fullmatch(inner[: tail.start()]):
            return []
        return [(start, end, kind, f"{kind.lower()}.quoted")]
    if text.startswith("等", chain_end) and re.match(r"等[^\W_]{0,6}?(?:培训|活动|行动|工程|计划)", text[chain_end : chain_end + 12]) and len(inner) >= 4:
        return [(start, end, "Programme", "programme.quoted-list")]
    if re.fullmatch(r"[一三]\w[一二三四五六七八九十]\w", inner) and inner.startswith("一") and inner[1] in "县镇乡村户企行":
        return [(start, end, "Programme", "programme.quoted")]
    if general or re.search(r"[+、]", inner):
        return []
    if len(inner) >= 4 and re.search(r"(?:实施|启动|推行|创新推广)$", before) or (len(inner) >= 4 and re.match(r"推广|改革|集成改革", text[at : at + 4])):
        return [(start, end, "Programme", "programme.quoted-verb")]
    return []


def _known(scan: _Scan) -> None:
    """Names of the lexicons, anywhere."""
    for m in scan.g.known.finditer(scan.text, scan.low, scan.high):
        kind = scan.g.kinds[m[0]]
        if kind == "Programme":
            scan.put(*m.span(), kind, "programme.known")
        elif kind != "term":
            scan.put(*m.span(), kind, "product.known")


def _heads(scan: _Scan) -> None:
    """Names by the head at their right edge."""
    g, text = scan.g, scan.text
    done = scan.low
    for sieve in g.first_two.finditer(text, scan.low, scan.high):
        m = g.heads[sieve[0]].match(text, sieve.start(), scan.high) if sieve.start() >= done else None
        if m is None:
            continue
        done = m.end()
        uses = g.uses.get(m[0])
        if uses is None or scan.within_quote(m) or scan.programmes.get(m.end(), m.start()) < m.start():
            continue
        kinds = {c: s for c, s in uses if s not in ("quoted", "inner")}
        start, word = scan.edge(m.start())
        if "Workshop" in kinds:
            _workshop(scan, start, m)
        elif "FinancialProduct" in kinds:
            inside = scan.place_at(start, m.start())
            led = g.cues.get(word) == "product" or word in ("打造", "推出")
            if (kinds["FinancialProduct"] == "strong" or led and m.start() - inside >= 5) and not g.generic.fullmatch(text, inside, m.start()):
                scan.put(start, m.end(), "FinancialProduct", "product.head")
        elif start < m.start() and not (_programme(scan, start, m, kinds.get("Programme", ""), word)):
            _place_or_project(scan, scan.trim(start, m.start()), m, kinds, word)


def _programme(scan: _Scan, start: int, m: re.Match[str], strength: str, word: str) -> bool:
    """A programme without quotes: a fair anywhere, else after a verb of carrying out."""
    if strength not in ("verb", "event") or strength == "verb" and scan.g.cues.get(word) != "programme":
        return False
    over = _OVER.match(scan.text, start, m.start())
    start = over.end() if over else start
    inside = scan.place_at(start, m.start())
    named = scan.g.generic.fullmatch(scan.text, inside, m.start()) is None
    size = m.start() - start
    least = 2 if strength == "event" or m[0] == "一体化" else 4
    if size < (least if named else 6):
        return False
    scan.put(start, m.end(), "Programme", f"programme.{strength}-head")
    return True


def _place_or_project(scan: _Scan, start: int, m: re.Match[str], kinds: Mapping[str, str], word: str) -> None:
    """A project or a facility, if it has a name of its own and not only general words."""
    g, text, at = scan.g, scan.text, m.start()
    if "Project" not in kinds and "Facility" not in kinds or start >= at or text[start] in "某几多":
        return
    built = g.cues.get(word) == "build" or word == "建" or _BUILT.match(text, m.end(), scan.high) is not None
    if not built and len(kinds) > 1 and "Project" in kinds:
        built = _BUILDING.search(text, max(scan.low, start - 8), min(scan.high, m.end() + 16)) is not None
    kind = "Project" if "Project" in kinds and (built or "Facility" not in kinds) else "Facility"
    strength = kinds.get(kind, "weak")
    if strength == "built" and not built:
        return
    if kind == "Facility":
        start = scan.short(start, at)
    if text.startswith("项目", start):
        return
    if m[0] == "工程" and text[start] in QUOTES and not built:
        scan.put(start, m.end(), "Programme", "programme.quoted-head")
        return
    sized = _SIZE.match(text, start, at) if kind == "Project" else next(iter(_SIZE.finditer(text, start, at)), None)
    start = sized.end() if sized else start
    inside = scan.place_at(start, at)
    named, placed, size = g.generic.fullmatch(text, inside, at) is None, inside > start, at - start
    if not placed and re.search(r"[“‘「].{1,2}[”’」]", text[start:at]):  # “点亮”北部片区: a figure of speech
        return
    if m[0] in ("项目", "工程"):
        enough = at - inside >= (2 if placed and named else 4) and (named or placed) and not g.empty.fullmatch(text, inside, at)
    elif strength == "weak":
        enough = named and size >= 2
    elif strength == "built":
        enough = named and size >= 2 or size >= 4 and _SITE_WORK.match(text, m.end(), scan.high) is not None
    else:
        enough = named and size >= 2 or placed or text[start:at] in ("乡", "镇", "村") and len(m[0]) >= 4
    if enough:
        phase = _PHASE.match(text, m.end(), scan.high) if m[0] in ("项目", "工程") else None
        scan.put(start, phase.end() if phase else m.end(), kind, f"{kind.lower()}.head")


def _workshop(scan: _Scan, start: int, m: re.Match[str]) -> None:
    """One particular workshop: a place or a quoted brand before the word, in quotes or not."""
    text, at, end = scan.text, m.start(), m.end()
    if text[at - 1 : at] in ("“", "‘", "「", '"') and text[end : end + 1] in ("”", "’", "」", '"'):
        at, end = at - 1, end + 1
        start = scan.edge(at)[0] if at > scan.low else at
    if m[0] != "共富工坊":
        lead = scan.trim(start, at)
        if at - lead >= 2 and (not scan.g.generic.fullmatch(text, lead, at)):
            scan.put(lead, end, "Workshop", "workshop.head")
        return
    quoted = scan.opens.get(at - 1, -1)
    if quoted >= 0 and text[quoted] in QUOTES:  # “梨小鹭”共富工坊
        scan.put(quoted, end, "Workshop", "workshop.quoted-brand")
        return
    if _WORKSHOP_NOT.match(text, end, scan.high):
        return
    gap = at - 1 if text[at - 1 : at] == "的" else at
    place = next((p for p in reversed(scan.places) if p[1] == gap), None)
    near = _PLACE_WORD.search(text, max(scan.low, gap - 6), gap)
    if near and gap - (place[0] if place else scan.edge(gap)[0]) >= 3:
        begin = place[0] if place else scan.edge(gap)[0]
        scan.put(begin, end, "Workshop", "workshop.place")
    elif start < at and gap == at:
        brand = scan.place_at(start, at)
        if (brand > start or text[at - 1] == "·") and 2 <= at - brand <= 6 and not scan.g.generic.fullmatch(text, brand, at) and not re.search("党建引领", text[brand:at]):
            scan.put(brand, end, "Workshop", "workshop.brand")


def _lists(scan: _Scan) -> None:
    """A、B、C等项目: each item a project, whatever its head."""
    g, text = scan.g, scan.text
    for m in _LIST_TAIL.finditer(text, scan.low, scan.high):
        end = m.start()
        for _ in range(8):
            start, _word = scan.edge(end)
            begin = scan.trim(start, end)
            inside = scan.place_at(begin, end)
            ended = g.head_end.search(text, max(begin, end - 8), end) or _WORK_END.search(text, begin, end) or inside > begin
            if end - begin >= 4 and ended and not g.generic.fullmatch(text, inside, end):
                scan.found[(begin, end)] = ("Project", "project.list")
            if start <= scan.low or text[start - 1] not in "、和及与":
                break
            end = start - 1


def _loans(scan: _Scan) -> None:
    """Unquoted product names: 惠农e贷, 美丽乡村贷; and types of loan by purpose: 拆迁安置房贷款."""
    g, text = scan.g, scan.text
    at = text.find("贷", scan.low, scan.high)
    while at >= 0:
        loan = text.startswith("款", at + 1)
        end = at + 2 if loan else at + 1
        online = text[at - 1 : at] in ("e", "E")
        if (loan or not re.match(r"[后记方给了到出\w]", text[at + 1 : at + 2]) or text[at + 1 : at + 2] in "等系产为和") and (loan or text[at - 1 : at + 1] not in g.loan_words or online):
            start, word = scan.edge(at)
            cue = g.cues.get(word, "") == "product" or word in ("推出", "打造") or bisect_right(scan.cut_ends, start) and scan.cut_ends[bisect_right(scan.cut_ends, start) - 1] == start
            size = at - start
            if loan:
                if cue and size >= 4 and not _LOAN_ABOUT.match(text, end, scan.high) and not g.loan_generic.fullmatch(text, start, at) and not re.search("[和及与“”]", text[start:at]):
                    scan.put(start, end, "FinancialProduct", "product.loan-type")
            elif 2 <= size <= 10 and (cue or online) and text[start:end] not in g.loan_words:
                scan.put(start, end, "FinancialProduct", "product.loan-name")
        at = text.find("贷", at + 1, scan.high)
