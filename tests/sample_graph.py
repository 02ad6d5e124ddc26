"""A hand-made graph of a few facts of the seeds, for the tests of every stage that takes a `Graph`.

`sample()` has banks, projects, divisions, a workshop, financings with bounds, observations, tenures, an agreement,
claims, a passage split by a caption, a second printing and a character outside the basic plane. `hostile()` has markup in every
field. `large(n)` has n banks, each lending to some projects.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from kg.model import (
    Amount,
    Article,
    Aside,
    Block,
    Copy,
    Entity,
    Evidence,
    Fact,
    Graph,
    Link,
    Mention,
    Meta,
    Metric,
    Quantity,
    Run,
    SourceFile,
    Span,
    TimeRef,
    fact_id,
)

UNKNOWN = Meta()
BANK, BRANCH, ABC, ABC_XS, ABC_ZJ = (
    "agent/中国工商银行",
    "agent/中国工商银行萧山分行",
    "agent/中国农业银行",
    "agent/中国农业银行萧山分行",
    "agent/中国农业银行浙江省分行",
)
GOV = "agent/萧山区人民政府"
ZHU, HONG, HUAN, BEI, WATER, MEI_PROJECT = (
    "thing/蜀山街道祝桥变区块.杭州市.萧山区",
    "thing/红山农场城市有机更新项目.杭州市.萧山区",
    "thing/萧山环城建设未来社区.杭州市.萧山区",
    "thing/北干街道集中安置房项目.杭州市.萧山区",
    "thing/杭州市第二水源输水通道江南线项目.杭州市",
    "thing/梅林村未来乡村项目.杭州市.萧山区",
)
ZJ, HZ, XS, MEI, TZ, LH, GC = (
    "place/浙江省",
    "place/杭州市",
    "place/杭州市.萧山区",
    "place/杭州市.萧山区.瓜沥镇.梅林村",
    "place/台州市",
    "place/台州市.临海市",
    "place/台州市.临海市.古城街道",
)
SHOP, PROGRAMME, QIANWAN = "place/艾鑫共富工坊.台州市.临海市", "thing/共富工坊", "thing/千万工程"
LI, YU, LOAN = "agent/李良.中国农业银行萧山分行", "agent/俞金辉.台州市.临海市.古城街道", "thing/抵押e贷.中国农业银行"

ICBC_TEXT = [
    ("title", "工行萧山分行 融入“千万工程” 助力萧然大地和谐共美"),
    ("byline", "孟文 陈飞"),
    (
        "body",
        (
            "截至6月末，工行萧山分行涉农贷款余额48.7亿元。"
            "比如，积极参与北干街道集中安置房项目，投放贷款近亿元；"
            "为蜀山街道祝桥变区块、红山农场城市有机更新项目、萧山环城建设未来社区等项目投放资金4.6亿元。"
        ),
    ),
    ("body", "𠮷祥如意𠮷：工行萧山分行为杭州市第二水源输水通道（江南线）项目投放资金6.52亿元，融入“千万工程”。不到2天就办完了手续。"),
]
ABC_TEXT = [
    ("title", "农行萧山分行 服务地方经济 践行责任担当"),
    (
        "body",
        (
            "至2022年11月末，中国农业银行萧山分行各项存款余额695亿元。"
            "今年年初，萧山区人民政府与农行浙江省分行签订战略合作协议，今后5年，农行将向萧山区提供不少于2000亿元的意向融资额度。"
        ),
    ),
    (
        "body",
        (
            "农行萧山分行党委书记、行长李良作代表发言。"
            "同时，今年以来累计减费让¦利超4000万元。农行萧山分行推出“抵押e贷”，发放梅林村未来乡村项目美丽乡村贷款4000万元。"
        ),
    ),
]
SHOP_TEXT = [
    ("title", "党建引领 综合集成 携手奔富 临海全域打造“共富工坊”助农增收"),
    (
        "body",
        ("今年以来，临海市大力推进“共富工坊”建设。古城街道艾鑫“共富工坊”为30余名残疾人提供就业岗位，平均每人每年收入可达4万元。古城街道组织委员俞金辉说。"),
    ),
]


def source_of(path: str, *parts: str) -> SourceFile:
    text = "".join(parts)
    return SourceFile(path, hashlib.sha256(text.encode()).hexdigest(), "utf-8", text)


def article_of(name: str, path: str, blocks: list[tuple[str, str]], base: int = 0, again: str = "", meta: Meta = UNKNOWN) -> tuple[Article, str]:
    """An article and its raw text from `base` on. ¦ in a block stands for a caption that splits it; the block that begins with `again` is printed twice."""
    text, raw, runs, kept, copies = "", "", [], [], []
    for kind, words in blocks:
        start, first = len(text), len(runs)
        raw += "\n## " if kind == "title" else "\n\n"
        for n, piece in enumerate(words.split("¦")):
            if n:
                raw += "\n\n图为活动现场。 记者 摄\n\n"
            runs.append(Run(len(text), base + len(raw), len(piece)))
            text, raw = text + piece, raw + piece
        kept.append(Block(kind, Span(start, len(text))))
        text += "\n"
        if again and words.startswith(again):
            raw += "\n\n"
            copies.append(Copy(kept[-1].span, tuple(replace(r, raw=r.raw + base + len(raw) - runs[first].raw) for r in runs[first:])))
            raw += text[start:-1]
    article = Article(f"source/a_{name}", path, text[:-1], tuple(kept), tuple(runs), copies=tuple(copies), meta=meta)
    return replace(article, folded=article.text), raw


def money(text: str, value: str, low: str | None = "=", high: str | None = "=", bound: str = "", unit: str = "", currency: str = "CNY") -> Quantity:
    v = Decimal(value)
    low_, high_ = (v if x == "=" else None if x is None else Decimal(x) for x in (low, high))
    return Quantity(v, low_, high_, unit, "" if unit else currency, bound, text)


class Maker:
    """Collects mentions, links and facts of some articles."""

    def __init__(self, articles: Iterable[Article]) -> None:
        self.articles = {a.id: a for a in articles}
        self.links: list[Link] = []
        self.facts: list[Fact] = []

    def at(self, article: Article, text: str, kind: str, entity: str = "", value: Quantity | TimeRef | None = None, after: str = "") -> Mention:
        start = article.text.index(text, article.text.index(after) if after else 0)
        mention = Mention(article.id, Span(start, start + len(text)), kind, "test.hand", value)
        if entity and Link(mention, entity) not in self.links:
            self.links.append(Link(mention, entity))
        return mention

    def fact(
        self,
        kind: str,
        article: Article,
        roles: list[tuple[str, str]],
        mentions: list[Mention],
        amount: Mention | None = None,
        time: TimeRef | None = None,
        **more: object,
    ) -> Fact:
        amounts = ()
        if amount is not None:
            assert isinstance(amount.value, Quantity)
            amounts = (("amount", Amount(amount.value, amount)),)
            mentions = [*mentions, amount]
        passages = {s.span for s in article.sentences() for m in mentions if s.span.covers(m.span)}
        roles_ = tuple(sorted(roles))
        status = str(more.pop("status", "reported"))
        evidence = (Evidence(article.id, tuple(sorted(passages)), tuple(mentions)),)
        fact = Fact(fact_id(kind, roles_, amounts, time, status), kind, roles_, amounts, time, status, evidence, **more)  # type: ignore[arg-type]
        self.facts.append(fact)
        return fact


def entities() -> list[Entity]:
    return [
        Entity(BANK, "Bank", "中国工商银行", ("工商银行", "工行")),
        Entity(BRANCH, "Branch", "中国工商银行萧山分行", ("工行萧山分行",)),
        Entity(ABC, "Bank", "中国农业银行", ("农业银行", "农行")),
        Entity(ABC_XS, "Branch", "中国农业银行萧山分行", ("农行萧山分行",)),
        Entity(ABC_ZJ, "Branch", "中国农业银行浙江省分行", ("农行浙江省分行",)),
        Entity(GOV, "PublicBody", "萧山区人民政府"),
        Entity(ZHU, "Project", "蜀山街道祝桥变区块"),
        Entity(HONG, "Project", "红山农场城市有机更新项目"),
        Entity(HUAN, "Project", "萧山环城建设未来社区"),
        Entity(BEI, "Project", "北干街道集中安置房项目"),
        Entity(WATER, "Project", "杭州市第二水源输水通道（江南线）项目"),
        Entity(MEI_PROJECT, "Project", "梅林村未来乡村项目"),
        Entity(ZJ, "Province", "浙江省", ("浙江",), "", "330000000000"),
        Entity(HZ, "Prefecture", "杭州市", ("杭州",), ZJ, "330100000000"),
        Entity(XS, "County", "萧山区", ("萧山",), HZ, "330109000000"),
        Entity(MEI, "Village", "梅林村", (), XS, "330109101223"),
        Entity(TZ, "Prefecture", "台州市", (), ZJ, "331000000000"),
        Entity(LH, "County", "临海市", ("临海",), TZ, "331082000000"),
        Entity(GC, "Township", "古城街道", (), LH, "331082001000"),
        Entity(SHOP, "Workshop", "艾鑫“共富工坊”"),
        Entity(PROGRAMME, "Programme", "共富工坊"),
        Entity(QIANWAN, "Programme", "千万工程"),
        Entity(LOAN, "FinancialProduct", "抵押e贷"),
        Entity(LI, "Person", "李良"),
        Entity(YU, "Person", "俞金辉"),
    ]


def sample() -> Graph:
    """The graph of the module's docstring; sorted, each id once."""
    paper = Meta(date(2022, 12, 20), "萧山日报", "3", "")
    icbc, raw_icbc = article_of("icbc", "seeds/000.txt", ICBC_TEXT)
    shop, raw_shop = article_of("shop", "seeds/002.txt", SHOP_TEXT, meta=paper)
    abc, raw_abc = article_of("abc", "seeds/002.txt", ABC_TEXT, base=len(raw_shop), again="至2022年", meta=paper)
    m = Maker((icbc, shop, abc))
    june = TimeRef("截至6月末", date(2023, 6, 30), date(2023, 6, 30), "timeInferred", "asOf")
    year = TimeRef("今年以来", date(2022, 1, 1), date(2022, 11, 30), "timeInferred", "within")
    spring = TimeRef("今年年初", date(2022, 1, 1), date(2022, 3, 31), "timeInferred", "within")
    november = TimeRef("2022年11月末", date(2022, 11, 30), date(2022, 11, 30), "timeStated", "asOf")
    five = TimeRef("今后5年", date(2022, 1, 1), date(2026, 12, 31), "timeInferred", "throughout")
    unknown = TimeRef("")

    bank = m.at(icbc, "工行萧山分行", "Branch", BRANCH, after="截至")
    bank2 = m.at(icbc, "工行萧山分行", "Branch", BRANCH, after="𠮷祥")
    lending = [("financier", BRANCH), ("instrument", "gfc:loan"), ("stage", "gfc:disbursed"), ("aggregation", "gfc:single")]
    near = m.at(icbc, "近亿元", "Quantity", value=money("近亿元", "100000000", None, "=", "nearly"))
    m.fact(
        "FinancingEvent",
        icbc,
        [*lending, ("purpose", BEI)],
        [bank, m.at(icbc, "北干街道集中安置房项目", "Project", BEI)],
        near,
        unknown,
        confidence=0.85,
        found_by="lending.for-project",
    )
    three = [m.at(icbc, w, "Project", e) for w, e in (("蜀山街道祝桥变区块", ZHU), ("红山农场城市有机更新项目", HONG), ("萧山环城建设未来社区", HUAN))]
    sum3 = m.at(icbc, "4.6亿元", "Quantity", value=money("4.6亿元", "460000000"))
    m.fact(
        "FinancingEvent",
        icbc,
        [*lending, *(("purpose", e) for e in (ZHU, HONG, HUAN))],
        [bank, *three],
        sum3,
        unknown,
        confidence=0.85,
        found_by="lending.for-project",
    )
    water = m.at(icbc, "杭州市第二水源输水通道（江南线）项目", "Project", WATER)
    m.fact(
        "FinancingEvent",
        icbc,
        [*lending, ("purpose", WATER)],
        [bank2, water],
        m.at(icbc, "6.52亿元", "Quantity", value=money("6.52亿元", "652000000")),
        unknown,
        found_by="lending.for-project",
    )
    stock = m.at(icbc, "48.7亿元", "Quantity", value=money("48.7亿元", "4870000000"))
    observed = [("about", BRANCH), ("metric", "gfc:agriLoans"), ("aggregation", "gfc:stock")]
    m.fact("Observation", icbc, observed, [bank, m.at(icbc, "截至6月末", "Time", value=june)], stock, june, found_by="balance.stated")
    m.fact("Claim", icbc, [("subject", BRANCH), ("predicate", "org:unitOf"), ("object", BANK)], [bank], confidence=0.98, found_by="bank.name")
    m.fact(
        "Claim",
        icbc,
        [("subject", BRANCH), ("predicate", "gf:finances"), ("object", HONG)],
        [bank, three[1]],
        confidence=0.85,
        found_by="lending.for-project",
    )
    claim = [("subject", BRANCH), ("predicate", "gf:participatesIn"), ("object", QIANWAN)]
    m.fact("Claim", icbc, claim, [bank2, m.at(icbc, "千万工程", "Programme", QIANWAN, after="𠮷祥")], found_by="programme.joined")

    full = m.at(abc, "中国农业银行萧山分行", "Branch", ABC_XS)
    m.at(abc, "中国农业银行", "Bank", ABC)
    deposits = m.at(abc, "695亿元", "Quantity", value=money("695亿元", "69500000000"))
    m.fact(
        "Observation",
        abc,
        [("about", ABC_XS), ("metric", "gfc:deposits"), ("aggregation", "gfc:stock")],
        [full],
        deposits,
        november,
        confidence=0.95,
        found_by="balance.stated",
    )
    m.fact("Claim", abc, [("subject", ABC_XS), ("predicate", "org:unitOf"), ("object", ABC)], [full], confidence=0.98, found_by="bank.name")
    gov, province = m.at(abc, "萧山区人民政府", "PublicBody", GOV), m.at(abc, "农行浙江省分行", "Branch", ABC_ZJ)
    deal = m.fact("AgreementEvent", abc, [("party", GOV), ("party", ABC_ZJ)], [gov, province], time=spring, confidence=0.95, found_by="agreement.signed")
    m.fact("Claim", abc, [("subject", ABC_ZJ), ("predicate", "org:unitOf"), ("object", ABC)], [province], confidence=0.98, found_by="bank.name")
    line = [
        ("financier", ABC),
        ("recipient", XS),
        ("instrument", "gfc:creditLine"),
        ("stage", "gfc:committed"),
        ("aggregation", "gfc:single"),
        ("underAgreement", deal.id),
    ]
    least = m.at(abc, "不少于2000亿元", "Quantity", value=money("不少于2000亿元", "200000000000", "=", None, "atLeast"))
    pair = [m.at(abc, "农行", "Bank", ABC, after="今后"), m.at(abc, "萧山区", "County", XS, after="今后")]
    m.fact("FinancingEvent", abc, line, pair, least, five, found_by="agreement.sum")
    boss, li = m.at(abc, "农行萧山分行", "Branch", ABC_XS, after="农行萧山分行党委"), m.at(abc, "李良", "Person", LI)
    for title in ("党委书记", "行长"):
        m.fact("Tenure", abc, [("member", LI), ("organization", ABC_XS), ("title", title)], [boss, li], confidence=0.95, found_by="post.before-name")
    fees = m.at(abc, "超4000万元", "Quantity", value=money("超4000万元", "40000000", "=", None, "moreThan"))
    m.fact("Observation", abc, [("about", ABC_XS), ("metric", "gfc:feesCut"), ("aggregation", "gfc:cumulative")], [boss], fees, year, found_by="fees.cut")
    seller = m.at(abc, "农行萧山分行", "Branch", ABC_XS, after="农行萧山分行推出")
    product = m.at(abc, "抵押e贷", "FinancialProduct", LOAN)
    m.fact("Claim", abc, [("subject", ABC_XS), ("predicate", "gf:offers"), ("object", LOAN)], [seller, product], found_by="product.offered")
    village = [("financier", ABC_XS), ("purpose", MEI_PROJECT), ("instrument", "gfc:loan"), ("stage", "gfc:disbursed"), ("aggregation", "gfc:single")]
    m.at(abc, "梅林村", "Village", MEI)
    mei = m.at(abc, "梅林村未来乡村项目", "Project", MEI_PROJECT)
    m.fact(
        "FinancingEvent",
        abc,
        village,
        [seller, mei],
        m.at(abc, "4000万元", "Quantity", value=money("4000万元", "40000000"), after="美丽乡村"),
        unknown,
        found_by="lending.for-project",
    )
    m.fact("Claim", abc, [("subject", MEI_PROJECT), ("predicate", "gf:locatedIn"), ("object", MEI)], [mei], found_by="place.in-name")

    town, work = m.at(shop, "古城街道", "Township", GC), m.at(shop, "艾鑫“共富工坊”", "Workshop", SHOP)
    m.fact("Claim", shop, [("subject", SHOP), ("predicate", "gf:locatedIn"), ("object", GC)], [town, work], found_by="place.before-name")
    m.fact("Claim", shop, [("subject", SHOP), ("predicate", "gf:underProgramme"), ("object", PROGRAMME)], [work], found_by="workshop.named")
    city, programme = m.at(shop, "临海市", "County", LH), m.at(shop, "共富工坊", "Programme", PROGRAMME, after="临海市")
    m.fact("Claim", shop, [("subject", LH), ("predicate", "gf:participatesIn"), ("object", PROGRAMME)], [city, programme], found_by="programme.promoted")
    income = m.at(shop, "4万元", "Quantity", value=money("4万元", "40000"))
    per = [("about", SHOP), ("metric", "gfc:incomePerHead"), ("aggregation", "gfc:single"), ("per", "gfc:unit_person"), ("per", "gfc:unit_year")]
    m.fact("Observation", shop, per, [work], income, unknown, status="planned", found_by="income.per-head")
    yu = m.at(shop, "俞金辉", "Person", YU)
    post = [("member", YU), ("atDivision", GC), ("title", "组织委员")]
    m.fact("Tenure", shop, post, [m.at(shop, "古城街道", "Township", GC, after="古城街道组织"), yu], confidence=0.95, found_by="post.before-name")

    days = m.at(icbc, "不到2天", "Quantity", value=money("不到2天", "2", None, "=", "lessThan", "天"))
    people = m.at(shop, "30余名", "Quantity", value=money("30余名", "30", "=", "40", "someOver", "名"))
    asides = tuple(Aside(Amount(q.value, q), why) for q, why in ((days, "asideDuration"), (people, "")) if isinstance(q.value, Quantity))
    metrics = (
        Metric("gfc:agriLoans", "涉农贷款余额", ("涉农贷款",)),
        Metric("gfc:deposits", "存款余额"),
        Metric("gfc:feesCut", "减费让利"),
        Metric("gfc:incomePerHead", "人均年收入"),
    )
    return Graph(
        (source_of("seeds/000.txt", raw_icbc), source_of("seeds/002.txt", raw_shop, raw_abc)),
        tuple(sorted((icbc, shop, abc), key=lambda a: a.id)),
        tuple(sorted(m.links, key=lambda x: (x.mention.article, x.mention.span, x.entity))),
        tuple(sorted(entities(), key=lambda e: e.id)),
        tuple(sorted(m.facts, key=lambda f: f.id)),
        asides,
        metrics,
    )


BAD = "</script><script>window.pwned=1</script><img src=x onerror=window.pwned=1>=cmd|' /C calc'!A0{{7*7}}${7*7}href javascript:window.pwned=1\x0b\u2028"


def hostile() -> Graph:
    """Two entities and a fact with markup, script, formulas and control characters in every field."""
    article, raw = article_of(
        f"x{BAD}",
        f"{BAD}.txt",
        [("title", BAD), ("body", f"=1+1 {BAD}甲行向乙村放贷3亿元。")],
        meta=Meta(None, BAD, BAD, "javascript:window.pwned=1"),
    )
    m = Maker([article])
    sum_ = m.at(article, "3亿元", "Quantity", value=money(f"=3亿元{BAD}", "300000000", bound=BAD))
    a, b = f"agent/{BAD}甲", f"place/{BAD}乙"
    where = [m.at(article, "甲行", BAD, a), m.at(article, "乙村", "Village", b)]
    roles = [("financier", a), ("recipient", b), ("instrument", f"gfc:{BAD}"), ("stage", BAD), (BAD, BAD), ("__proto__", "constructor")]
    fact = m.fact("FinancingEvent", article, roles, where, sum_, TimeRef(BAD, date(2022, 1, 1), date(2022, 1, 1), BAD, BAD), found_by=BAD, status=BAD)
    claim = m.fact("Claim", article, [("subject", a), ("predicate", f"gf:{BAD}"), ("object", b)], where, found_by="__proto__")
    people = (Entity(a, BAD, f"={BAD}", (f"+{BAD}", "@x"), BAD, BAD), Entity(b, "__proto__", f"-{BAD}", ("constructor",), a, ""))
    return Graph(
        (source_of(article.path, raw),),
        (article,),
        tuple(m.links),
        people,
        (fact, claim),
        (Aside(Amount(money("=9", "9", unit="个"), sum_), BAD),),
        (),
    )


def large(banks: int, seed: int = 7) -> Graph:
    """A graph with `banks` branches, each with one to six loans to projects of a power-law popularity."""
    chance = random.Random(seed)
    names, lines = [], []
    for n in range(banks):
        for _ in range(1 + int(5 * chance.random() ** 2)):
            names.append((n, int(banks * 1.5 * chance.random() ** 3)))
    lines = [f"第{a}农商银行为第{b}未来乡村项目发放贷款{a % 90 + 1}万元。" for a, b in names]
    article, raw = article_of("large", "large.txt", [("title", "大图"), *(("body", w) for w in lines)])
    m, things, start = Maker([article]), {}, article.text.index("\n") + 1
    facts = []
    for (a, b), line in zip(names, lines, strict=True):
        who, what, sum_ = f"agent/第{a}农商银行", f"thing/第{b}未来乡村项目", f"{a % 90 + 1}万元"
        things |= {who: Entity(who, "Bank", f"第{a}农商银行"), what: Entity(what, "Project", f"第{b}未来乡村项目")}
        spots = {w: start + line.index(w) for w in (who[6:], what[6:], sum_)}
        mentions = [Mention(article.id, Span(s, s + len(w)), k, "test") for (w, s), k in zip(spots.items(), ("Bank", "Project", "Quantity"), strict=True)]
        m.links += [Link(mentions[0], who), Link(mentions[1], what)]
        amounts = (("amount", Amount(money(sum_, str((a % 90 + 1) * 10000)), mentions[2])),)
        roles = tuple(sorted([("financier", who), ("instrument", "gfc:loan"), ("purpose", what), ("stage", "gfc:disbursed")]))
        passage = Span(start, start + len(line))
        facts.append(
            Fact(
                fact_id("FinancingEvent", roles, amounts, None, "reported"),
                "FinancingEvent",
                roles,
                amounts,
                None,
                "reported",
                (Evidence(article.id, (passage,), tuple(mentions)),),
            )
        )
        start += len(line) + 1
    unique = {f.id: f for f in facts}
    return Graph(
        (source_of("large.txt", raw),),
        (article,),
        tuple(m.links),
        tuple(sorted(things.values(), key=lambda e: e.id)),
        tuple(unique[k] for k in sorted(unique)),
        (),
        (),
    )
