"""Finding what has a name of its own and is no body, person or division: programmes, projects, products, workshops,
documents and facilities, by lexicon, by quotation marks, and by the heads of their names."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .model import DIVISION_KINDS, Article, Mention, Span
from .pack import Pack
from .quoted import QUOTES, Named, NameWords, Pair, chain_ends, classify, name_words, pairs, same_kind

_REACH = 40  # how far left of its head a name may begin
_SKIPPED = ("byline", "credit", "header")
_BODIES = ("Bank", "Branch", "Insurer", "Guarantor", "Company", "PublicBody", "OtherOrganization", "Person")
_JOINS = "和及与"
_INNER = "·&+—-_"  # signs that may stand inside a name
_WORKS = ("项目", "工程")

_DOCUMENT = re.compile(r"关于|意见|方案|规划|计划|纲要|通知|办法|条例|细则|协议|合同|备忘录|决定|公告|公约|指南|标准|规定|政策|措施|清单|皮书|报告|法$")
_PRINTED = re.compile(r"(?:日报|晚报|时报|商报|早报|周刊|杂志|之歌|新闻)$")
_AGREEMENT = re.compile(r"签[订署下了约][了的]?([^\W\d_的了]{2,14}?(?:合作协议|协议书|备忘录))")
_ANY_AGREEMENT = re.compile(
    r"(?:战略|框架|全面|深化|银企|银政|政银|合作|意向|授信|贷款|借款|担保|项目|书面|正式|双方|三方|一份|一纸|有关|相关|服务|协议书|备忘录|协议)++"
)
_ZONE = re.compile(r"(?:开发区|高新区|园区|新区|自贸区|自贸试验区|自由贸易试验区|保税区|农场|林场|[亚奥]运村)$")
_LIST_TAIL = re.compile(r"等(?:重大|重点|一批|多个|[省市县区]级|民生|基础设施|[一二两三四五六七八九十百\d]+个)*(?:子|建设)?(?:项目|工程)(?![部组化经公])")
_WORK_END = re.compile(r"(?:改造|扩建|整治|修复|提升|治理|迁建|改建)$")
_PHASE = re.compile(r"[（(][一二三四五\d]+期[）)]")
_SIZE = re.compile(r"[\d.]+[多余]?[百千万亿]?[多余]?(?:头|只|羽|吨|亩|公里|千瓦|兆瓦|MW|立方米|平方米|方|套|棒|株|尾)")
_LEAD = re.compile(
    r"(?:第[一二三四五六七八九十\d]+[家个座处]|首[个家座批]|总行|省行|上级行?|全[国省市县区镇乡村行]|当地|本地|省委、?省政府|省里|我[国省市县区镇]|[各某每本]"
    r"|新的|[一二三四五六七八九十\d]+[个家座处条批项])+"
)
_ABOVE = re.compile(r"(?:好|总行|省分?行|上级|国家|中央|县域)+")
_BUILT = re.compile(r"，?(?:总投资|总造价|造价|动工|开工|落成|竣工|通车|投产|投用|建设|项目|工程|建成|正式启用|由[^，。]{2,24}?投资)")
_SITE_WORK = re.compile(r"总投资|总造价|造价|动工|开工|落成|竣工|通车")
_BUILDING = re.compile(r"开工|动工|奠基|总投资|投建|谋划|合建|规划用地|该项目")
_FIGURE = re.compile(r"[“‘「].{1,2}[”’」]")  # “点亮”北部片区
_ONLINE = re.compile("线上|网上|电商平台|小程序")
_OWN_LEAD = re.compile(r"[A-Za-z0-9]+|[“‘「].*[”’」]")  # what may stand before a place in a facility's name
_VILLAGE = re.compile(r"(?<![农乡本该各全])(?:村|社区|街道|镇|乡)$")
_NOT_ONE = re.compile(r"的?建设|综合|企业|联盟|品牌|工作|专项|创建|发展|服务|办|等|模式|带动")  # behind 共富工坊: the programme is meant
_LOAN_ABOUT = re.compile(r"余额|增速|总量|总额|规模|利率|占|需求|难|报批|客户|户数|增长|较|比|不良|额度|本息|利息|到期|资金|支持|服务|审批|政策|产品")
_MIXED = re.compile("[和及与“”]")
_NOT_LOAN_NAME = re.compile(r"贷(?![等系产为和])\w")


@dataclass(frozen=True, slots=True)
class _Scan:
    """One block while it is searched. What is found goes to `found`, the first of one span staying."""

    words: NameWords
    text: str
    low: int
    high: int
    quotes: Sequence[Pair]  # by start
    quote_starts: Sequence[int]
    opened: Mapping[int, int]  # place of a closing mark → place of its opening mark
    places: Sequence[tuple[int, int]]
    place_starts: Sequence[int]
    cuts: Sequence[int]  # ends of what a name cannot reach over
    found: dict[tuple[int, int], Named]
    programmes: dict[int, int] = field(default_factory=dict)  # end → start

    def put(self, start: int, end: int, kind: str, rule: str) -> None:
        if end - start >= 2:
            if kind == "Programme":
                self.programmes.setdefault(end, start)
            self.found.setdefault((start, end), Named(start, end, kind, rule))

    def general(self, start: int, end: int) -> bool:
        """Whether text[start:end] is made of general words only."""
        return self.words.general.fullmatch(self.text, start, end) is not None

    def edge(self, end: int) -> tuple[int, str]:
        """Where the name that ends at `end` starts, and the word that stands before it: to the left until a word or a
        sign that no name holds; quotes and brackets that pair are stepped over, so are words inside a division's name."""
        text, floor, stops = self.text, max(self.low, end - _REACH), self.words.stops
        cut = bisect_right(self.cuts, end)
        if cut:
            floor = max(floor, self.cuts[cut - 1])
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
                if at == floor or word in self.words.cues:  # 参与, 以及
                    return at + 1, word
                if self.place_over(at, at + 1) < floor and self.splits(at) and not self.general(at + 1, end):
                    return at + 1, sign
            elif sign == "—":
                if text[at - 1] == "—":
                    return at + 1, sign
            elif not sign.isalnum() and sign not in _INNER:
                opened = self.opened.get(at, -1)
                if opened >= floor:
                    at = opened
                elif sign != " " or not (text[at - 1].isascii() and text[at + 1 : at + 2].isascii()):
                    return at + 1, sign
        return max(floor, at), ""

    def after_stop(self, at: int, floor: int) -> bool:
        """Whether a word or sign that no name holds ends at `at`."""
        if at <= floor or not self.text[at - 1].isalnum():
            return True
        for start in range(max(floor, at - 4), at):
            stop = self.words.stops.get(self.text[start])
            m = stop.match(self.text, start) if stop else None
            if m is not None and m.end() == at:
                return True
        return False

    def splits(self, at: int) -> bool:
        """Whether a name ends at `at`, so that 和, 及, 与 there join two names."""
        return self.text[at - 1] in "”’」）)" or self.words.head_end.search(self.text, max(self.low, at - 8), at) is not None

    def within_quote(self, start: int, end: int) -> bool:
        """Whether text[start:end] stands inside a quoted name and not at its end."""
        n = bisect_right(self.quote_starts, start) - 1
        return n >= 0 and end < self.quotes[n].end - 1 <= self.quotes[n].start + 17

    def place_over(self, start: int, end: int) -> int:
        """The start of the division name that holds text[start:end], or -1."""
        n = bisect_right(self.place_starts, start)
        return next((a for a, b in self.places[max(0, n - 4) : n] if end <= b), -1)

    def place_ends(self, start: int, end: int) -> list[int]:
        """Where the chain of division names that stands at `start` ends, link by link; `start` itself first."""
        ends = [start]
        for a, b in self.places[bisect_left(self.place_starts, start) :]:
            if a > ends[-1]:
                break
            if a == ends[-1] < b <= end:
                ends.append(b)
            elif len(ends) > 1 and a == ends[-2] and ends[-1] < b <= end:  # 龙泉 and 龙泉市 both stand there
                ends[-1] = b
        return ends

    def short(self, start: int, end: int) -> int:
        """The start of a facility's name: the last two of a chain of divisions stay, and what stands before a division is
        no part of the name, if it is no Latin letter or quoted brand."""
        n = bisect_left(self.place_starts, start)
        if n == len(self.places) or self.places[n][0] >= end:
            return start
        first = self.places[n][0]
        if first > start and not _OWN_LEAD.fullmatch(self.text, start, first):
            start = first
        ends = self.place_ends(start, end)
        return ends[-3] if len(ends) > 3 else start

    def trim(self, start: int, end: int) -> int:
        """The start without counting and pointing words (全市, 第五家)."""
        lead = _LEAD.match(self.text, start, end)
        return lead.end() if lead else start


def find_names(article: Article, pack: Pack, mentions: Sequence[Mention]) -> list[Mention]:
    """Mentions of kind Programme, Project, FinancialProduct, Workshop, Document and Facility, sorted by span.

    `mentions`: what is known already (divisions, banks, bodies, people, quantities, times); they bound the names. A name
    may hold divisions (萧山区临江污水处理扩建工程), and in a facility's or project's name stay a zone at its start, a
    product and a known programme.
    """
    words, text = name_words(pack), article.folded
    places, bodies, cuts = _known_spans(text, mentions)
    place_starts = [p[0] for p in places]
    found: dict[tuple[int, int], Named] = {}
    learnt: dict[str, str] = {}
    for block in article.blocks:
        if block.kind in _SKIPPED:
            continue
        low, high = block.span.start, block.span.end
        marks = pairs(text, low, high)
        quotes = sorted((p for p in marks if p.mark in QUOTES), key=lambda q: q.start)
        first, last = bisect_left(place_starts, low), bisect_left(place_starts, high)
        scan = _Scan(
            words=words,
            text=text,
            low=low,
            high=high,
            quotes=quotes,
            quote_starts=[q.start for q in quotes],
            opened={p.end - 1: p.start for p in marks},
            places=places[first:last],
            place_starts=place_starts[first:last],
            cuts=cuts[bisect_left(cuts, low) : bisect_right(cuts, high)],
            found=found,
        )
        if marks:
            _in_marks(scan, marks, learnt)
        _known(scan)
        _by_head(scan)
        _listed(scan)
        _loans(scan)
        for m in _AGREEMENT.finditer(text, low, high):
            if not _ANY_AGREEMENT.fullmatch(m[1]):
                scan.put(*m.span(1), "Document", "document.agreement")
    if learnt:  # a name once quoted is a name without quotes too
        for m in re.finditer("|".join(map(re.escape, sorted(learnt, key=lambda n: (-len(n), n)))), text):
            found.setdefault(m.span(), Named(*m.span(), learnt[m[0]], "quoted.again"))
    return [Mention(article.id, Span(n.start, n.end), n.kind, n.rule) for n in _settle(found.values(), bodies, text)]


def _known_spans(text: str, mentions: Sequence[Mention]) -> tuple[list[tuple[int, int]], list[tuple[int, int]], list[int]]:
    """Spans of the divisions, spans of the bodies, ends of what a name cannot reach over; each sorted."""
    places, bodies, cuts = set(), set(), set()
    for m in mentions:
        start, end = m.span.start, m.span.end
        if m.kind in DIVISION_KINDS:
            if not m.anaphor:
                places.add((start, end))
        elif m.kind in _BODIES:
            if not m.anaphor:
                bodies.add((start, end))
            # a short company name may begin a project's: 赣锋轴承智能制造产业园
            if m.kind != "Company" or text[end - 1] == "厂" or text[end - 2 : end] in ("公司", "集团"):
                cuts.add(end)
        elif m.kind in ("Time", "Group"):
            cuts.add(end)
        elif m.kind == "Quantity":
            verbatim = text[start:end]  # a size may stand in a name: 15000头猪场项目, 万吨冷库
            if any(c.isdigit() for c in verbatim) and not _SIZE.fullmatch(verbatim):
                cuts.add(end)
    return sorted(places), sorted(bodies), sorted(cuts)


def _settle(found: Iterable[Named], bodies: Sequence[tuple[int, int]], text: str) -> list[Named]:
    """The longest of overlapping names, and what may stand inside it; nothing that is only part of a body's name."""
    starts = [b[0] for b in bodies]
    kept: list[Named] = []
    group: list[Named] = []
    reach = -1
    for name in [*sorted(found), None]:
        if name is None or name.start >= reach:
            taken: list[Named] = []
            for one in sorted(group, key=lambda n: (n.start - n.end, n)):
                if all(_may_stand_inside(one, other, text) for other in taken if other.start < one.end and one.start < other.end):
                    taken.append(one)
            kept += taken
            group = []
        if name is not None:
            n = bisect_right(starts, name.start)
            body = next((b for b in reversed(bodies[max(0, n - 3) : n]) if b[1] > name.start), None)
            zone = name.kind == "Facility" and body is not None and name.end < body[1] and _ZONE.search(text, name.start, name.end)
            if body is None or name.end > body[1] or zone or text[name.start - 1 : name.start] in ("“", "‘"):
                group.append(name)
                reach = max(reach, name.end)
    return sorted(kept, key=lambda n: (n.start, -n.end))


def _may_stand_inside(name: Named, outer: Named, text: str) -> bool:
    """A zone at the start, a product, a known programme that is not the head: 山海协作 in 萧山—龙泉山海协作产业园."""
    if not (outer.start <= name.start and name.end <= outer.end):
        return False
    if name.kind == "FinancialProduct":
        return outer.kind == "Facility" or (name.rule == "product.quoted" and outer.kind == "FinancialProduct" and name.end < outer.end - 3)
    if outer.kind not in ("Project", "Facility"):
        return False
    if name.kind == "Facility":
        return name.start == outer.start and _ZONE.search(text, name.start, name.end) is not None
    return name.rule == "programme.known" and name.end < outer.end - 2


def _in_marks(scan: _Scan, marks: Sequence[Pair], learnt: dict[str, str]) -> None:
    """Documents in 《》; of every quoted span what it names, if anything."""
    text = scan.text
    for pair in marks:
        if pair.mark == "《":
            title = text[pair.start + 1 : pair.end - 1]
            if _DOCUMENT.search(title) and not _PRINTED.search(title):
                scan.put(pair.start, pair.end, "Document", "document.title-marks")
    ends = chain_ends(text, scan.quotes)
    before = Named(-1, -1, "", "")
    for q in scan.quotes:
        names = classify(scan.words, text, q, ends[q.end], scan.low, scan.high)
        if not names and before.rule.endswith(".quoted") and text[before.end + 1 : q.start] in ("", "、"):  # “五水共治”“三改一拆”
            names = same_kind(scan.words, text, q, before)
        for name in names:
            scan.put(*name)
            if name.start == q.start + 1 and name.end == q.end - 1 and name.end - name.start >= 3 and name.kind != "Facility":
                learnt.setdefault(text[name.start : name.end], name.kind)
        before = names[0] if names else before


def _known(scan: _Scan) -> None:
    """Names of the lexicons, anywhere."""
    for m in scan.words.known.finditer(scan.text, scan.low, scan.high):
        kind = scan.words.kinds[m[0]]
        if kind != "term":
            scan.put(*m.span(), kind, "programme.known" if kind == "Programme" else "product.known")


def _by_head(scan: _Scan) -> None:
    """Names by the head at their right edge."""
    words, text, done = scan.words, scan.text, scan.low
    for sieve in words.first_two.finditer(text, scan.low, scan.high):
        if sieve.start() < done:
            continue
        m = words.heads[sieve[0]].match(text, sieve.start(), scan.high)
        if m is None:
            continue
        at, done = m.span()
        uses = words.uses.get(m[0])
        if uses is None or scan.within_quote(at, done) or scan.programmes.get(done, at) < at:
            continue
        start, word = scan.edge(at)
        if "Workshop" in uses:
            _workshop(scan, start, at, done, m[0])
        elif "FinancialProduct" in uses:
            inside = scan.place_ends(start, at)[-1]
            led = words.cues.get(word) == "product" or word in ("打造", "推出")
            if at - inside >= 2 if uses["FinancialProduct"] == "strong" else led and at - inside >= 5 and not scan.general(inside, at):
                scan.put(start, done, "FinancialProduct", "product.head")
        elif start < at and not _programme(scan, start, at, done, uses.get("Programme", ""), word):
            _built(scan, scan.trim(start, at), at, done, uses, word)


def _programme(scan: _Scan, start: int, at: int, end: int, strength: str, word: str) -> bool:
    """A programme without quotes: a fair anywhere, else after a verb of carrying out. Whether it was one."""
    if strength not in ("verb", "event") or (strength == "verb" and scan.words.cues.get(word) != "programme"):
        return False
    above = _ABOVE.match(scan.text, start, at)
    start = above.end() if above else start
    least = 2 if strength == "event" or scan.text[at:end] == "一体化" else 4
    if at - start < (6 if scan.general(scan.place_ends(start, at)[-1], at) else least):
        return False
    scan.put(start, end, "Programme", f"programme.{strength}-head")
    return True


def _built(scan: _Scan, start: int, at: int, end: int, uses: Mapping[str, str], word: str) -> None:
    """A project or a facility, if it has a name of its own and not only general words before its head."""
    words, text, head = scan.words, scan.text, scan.text[at:end]
    if not ("Project" in uses or "Facility" in uses) or start >= at or text[start] in "某几多":
        return
    building = words.cues.get(word) == "build" or word == "建" or _BUILT.match(text, end, scan.high) is not None
    if not building and "Project" in uses and "Facility" in uses:
        building = _BUILDING.search(text, max(scan.low, start - 8), min(scan.high, end + 16)) is not None
    kind = "Project" if "Project" in uses and (building or "Facility" not in uses) else "Facility"
    strength = uses.get(kind, "weak")
    if strength == "built" and not building:
        return
    if kind == "Facility":
        start = scan.short(start, at)
        size = next(_SIZE.finditer(text, start, at), None)  # 临海市20余万亩柑橘基地: no one base
    else:
        size = _SIZE.match(text, start, at)
    start = size.end() if size else start
    if start >= at or text.startswith("项目", start):
        return
    if head == "工程" and text[start] in QUOTES and not building:  # “365凯学堂”年轻干部培养工程
        scan.put(start, end, "Programme", "programme.quoted-head")
        return
    inside = scan.place_ends(start, at)[-1]
    placed, named = inside > start, not scan.general(inside, at)
    if (not placed and _FIGURE.search(text, start, at)) or (kind == "Facility" and _ONLINE.search(text, start, at)):
        return
    if head in _WORKS:
        enough = (named or placed) and at - inside >= (2 if named and placed else 4)
        enough = enough and not words.empty.fullmatch(text, inside, at) and not words.known.fullmatch(text, inside, at)
    elif strength == "weak":
        enough = named and at - start >= 2
    elif strength == "built":
        enough = (named and at - start >= 2) or (at - start >= 4 and _SITE_WORK.match(text, end, scan.high) is not None)
    else:
        enough = placed or (named and at - start >= 2) or (len(head) >= 4 and text[start:at] in ("乡", "镇", "村"))
    if enough:
        phase = _PHASE.match(text, end, scan.high) if head in _WORKS else None
        scan.put(start, phase.end() if phase else end, kind, f"{kind.lower()}.head")


def _workshop(scan: _Scan, start: int, at: int, end: int, head: str) -> None:
    """One particular workshop: a place or a brand before the word, in quotes or not. 共富工坊 alone is the programme."""
    text = scan.text
    if scan.opened.get(end, -1) == at - 1:
        at, end = at - 1, end + 1
        start = scan.edge(at)[0] if at > scan.low else at
    opened = scan.opened.get(at - 1, -1)
    if opened >= 0 and text[opened] in QUOTES:  # “梨小鹭”共富工坊
        scan.put(opened, end, "Workshop", "workshop.quoted-brand")
        return
    if head != "共富工坊":
        start = scan.short(scan.trim(start, at), at)
        if at - start >= 2 and not scan.general(start, at):
            scan.put(start, end, "Workshop", "workshop.head")
        return
    if _NOT_ONE.match(text, end, scan.high):
        return
    gap = at - 1 if text[at - 1 : at] == "的" else at  # 留贤村的“共富工坊”
    if _VILLAGE.search(text, max(scan.low, gap - 6), gap):
        begin = next((a for a, b in reversed(scan.places) if b == gap), None)
        begin = scan.edge(gap)[0] if begin is None else begin
        if gap - begin >= 3:
            scan.put(begin, end, "Workshop", "workshop.place")
    elif gap == at and start < at:
        brand = scan.trim(scan.place_ends(start, at)[-1], at)
        if (brand > start or text[at - 1] == "·") and 2 <= at - brand <= 6 and not scan.general(brand, at) and text[brand:at] != "党建引领":
            scan.put(brand, end, "Workshop", "workshop.brand")


def _listed(scan: _Scan) -> None:
    """A、B、C等项目: each item a project, whatever its head."""
    text = scan.text
    for m in _LIST_TAIL.finditer(text, scan.low, scan.high):
        end = m.start()
        for _ in range(8):
            start, _word = scan.edge(end)
            begin = scan.trim(start, end)
            inside = scan.place_ends(begin, end)[-1]
            ended = scan.words.head_end.search(text, max(begin, end - 8), end) or _WORK_END.search(text, begin, end)
            if end - begin >= 4 and ((ended and inside > begin) if scan.general(inside, end) else (ended or inside > begin)):
                scan.found[(begin, end)] = Named(begin, end, "Project", "project.list")
            if start <= scan.low or text[start - 1] not in "、和及与":
                break
            end = start - 1


def _loans(scan: _Scan) -> None:
    """Unquoted product names: 惠农e贷, 美丽乡村贷; and types of loan by purpose: 拆迁安置房贷款."""
    words, text = scan.words, scan.text
    at = text.find("贷", scan.low, scan.high) - 1
    while at >= 0:
        at += 1
        typed = text.startswith("款", at + 1)
        online = text[at - 1 : at] in ("e", "E")
        if typed or online or (text[at - 1 : at + 1] not in words.loan_words and not _NOT_LOAN_NAME.match(text, at)):
            start, word = scan.edge(at)
            led = words.cues.get(word) == "product" or word in ("推出", "打造") or text[start - 1 : start] == "元"  # 4000万元美丽乡村贷款
            if typed:
                special = led and at - start >= 4 and not _MIXED.search(text, start, at) and words.loan_general.fullmatch(text, start, at) is None
                if special and not _LOAN_ABOUT.match(text, at + 2, scan.high):
                    scan.put(start, at + 2, "FinancialProduct", "product.loan-type")
            elif 2 <= at - start <= 10 and (led or online) and text[start : at + 1] not in words.loan_words:
                scan.put(start, at + 1, "FinancialProduct", "product.loan-name")
        at = text.find("贷", at + 1, scan.high) - 1
