"""A small graph made by hand: one page with a split sentence, a line break, a second printing, and every kind of node."""

from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal
from pathlib import Path

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
)

DATA = Path(__file__).parent / "data"
RAW = (DATA / "golden.txt").read_bytes().decode("utf-8")
BLOCKS = [  # the clean text, block by block; each piece stands unbroken in the raw file
    ("title", ["农行萧山支行：信贷活水润山乡"]),
    ("byline", ["记者 周平"]),
    (
        "body",
        [
            "农行萧山支行持续支持乡村振兴，有“一行一策”。",
            "至2023年6月末，该行涉农贷款余额48.7亿元，同比增长12.5%。",
            "今年以来，为白鹤村茶叶加工园项目发放",
            "贷款近500万元，不到2天就到账。",
        ],
    ),
    ("body", ["年初，该行与萧山区人民政府签订协议，今后3年提供不少于20亿元的意向", "融资额度。", "行长李明说，白鹤“共富工坊”带动就业30余人，每户授信30万元。"]),
    ("caption", ["图为签约现场。"]),
]


def _article() -> Article:
    text, blocks, runs, at = "", [], [], 0
    for kind, pieces in BLOCKS:
        start = len(text) + bool(text)
        text += "\n" * bool(text)
        for piece in pieces:
            at = RAW.index(piece, at if kind != "caption" else 0)
            runs.append(Run(len(text), at, len(piece)))
            text += piece
            at += len(piece)
        blocks.append(Block(kind, Span(start, len(text))))
    sentence = "今年以来，为白鹤村茶叶加工园项目发放贷款近500万元，不到2天就到账。"
    clean = text.index(sentence)
    copy = Copy(Span(clean, clean + len(sentence)), (Run(clean, RAW.index(sentence), len(sentence)),))
    return Article(
        id="a1b2c3d4e5",
        path="golden.txt",
        text=text,
        blocks=tuple(blocks),
        runs=tuple(sorted(runs)),
        byline=(Span(text.index("周平"), text.index("周平") + 2),),
        copies=(copy,),
        issued=TimeRef("2023-07-03", date(2023, 7, 3), date(2023, 7, 3), "timeStated", "asOf"),
        meta=Meta(date(2023, 7, 3), "萧山日报", "3", "https://example.org/2023/07/03"),
        folded=text,
    )


ARTICLE = _article()


def spot(text: str, nth: int = 0) -> Span:
    """The span of the nth occurrence of a text."""
    at = -1
    for _ in range(nth + 1):
        at = ARTICLE.text.index(text, at + 1)
    return Span(at, at + len(text))


def mention(kind: str, text: str, nth: int = 0, *, value: Quantity | TimeRef | None = None, anaphor: bool = False) -> Mention:
    return Mention(ARTICLE.id, spot(text, nth), kind, "by-hand", value, anaphor)


def passage(text: str) -> Span:
    """The sentence that holds a text."""
    where = spot(text)
    return next(s.span for s in ARTICLE.sentences() if s.span.covers(where))


def amount(value: str, low: str | None, high: str | None, text: str, *, nth: int = 0, unit: str = "", currency: str = "", bound: str = "") -> Amount:
    number = Quantity(Decimal(value), Decimal(low) if low else None, Decimal(high) if high else None, unit, currency, bound, text)
    return Amount(number, mention("Quantity", text, nth, value=number))


def evidence(text: str, *mentions: Mention) -> tuple[Evidence, ...]:
    return (Evidence(ARTICLE.id, (passage(text),), mentions),)


BRANCH, BANK = "agent/中国农业银行萧山支行", "agent/中国农业银行"
GOVERNMENT, PERSON = "agent/萧山区人民政府", "agent/李明.中国农业银行萧山支行"
PREFECTURE, COUNTY, TOWN, VILLAGE = "place/杭州市", "place/杭州市.萧山区", "place/杭州市.萧山区.蜀山街道", "place/杭州市.萧山区.蜀山街道.白鹤村"
PROVINCE, WORKSHOP = "place/浙江省", "place/白鹤共富工坊.杭州市.萧山区"
PROJECT, PROGRAMME, GROUP = "thing/白鹤村茶叶加工园项目.杭州市.萧山区", "thing/共富工坊", "agent/30余人.a1b2c3d4e5"


def graph() -> Graph:
    """The graph."""
    branch, again, again2 = mention("Branch", "农行萧山支行"), mention("Branch", "该行", anaphor=True), mention("Branch", "该行", 1, anaphor=True)
    bank, head = mention("Bank", "农行", 1), mention("Branch", "农行萧山支行", 1)
    project, village = mention("Project", "白鹤村茶叶加工园项目"), mention("Village", "白鹤村")
    workshop, programme = mention("Workshop", "白鹤“共富工坊”"), mention("Programme", "共富工坊")
    government, county = mention("PublicBody", "萧山区人民政府"), mention("County", "萧山区")
    person, people = mention("Person", "李明"), mention("Group", "30余人")
    balance = amount("4870000000", "4870000000", "4870000000", "48.7亿元", currency="CNY")
    growth = amount("12.5", "12.5", "12.5", "12.5%", unit="%")
    loan = amount("5000000", None, "5000000", "近500万元", currency="CNY", bound="nearly")
    line = amount("2000000000", "2000000000", None, "不少于20亿元", currency="CNY", bound="atLeast")
    term = amount("3", "3", "3", "3年", nth=1, unit="年")
    jobs = amount("30", "30", "40", "30余人", unit="人", bound="someOver")
    days = amount("2", None, "2", "不到2天", unit="天", bound="lessThan")
    each = amount("300000", "300000", "300000", "30万元", currency="CNY")
    june = TimeRef("至2023年6月末", date(2023, 6, 30), date(2023, 6, 30), "timeStated", "asOf")
    year = TimeRef("今年以来", date(2023, 1, 1), date(2023, 7, 3), "timeRelative", "within")
    early = TimeRef("年初", date(2023, 1, 1), date(2023, 3, 31), "timeRelative", "within")

    def claim(name: str, subject: str, predicate: str, object_: str, text: str, *mentions: Mention, status: str = "reported") -> Fact:
        roles = (("object", object_), ("predicate", predicate), ("subject", subject))
        return Fact("fact/" + name, "Claim", roles, status=status, evidence=evidence(text, *mentions), confidence=0.9, found_by="by.hand")

    facts = (
        claim("f_unit", BRANCH, "org:unitOf", BANK, "农行萧山支行持续", head),
        claim("f_finances", BRANCH, "gf:finances", PROJECT, "近500万元", project),
        claim("f_located", PROJECT, "gf:locatedIn", VILLAGE, "近500万元", project),
        claim("f_workshop", WORKSHOP, "gf:underProgramme", PROGRAMME, "白鹤“", workshop),
        claim("f_coop", BRANCH, "gf:cooperatesWith", GOVERNMENT, "签订协议", again2, government),
        claim("f_denied", PROJECT, "gf:underProgramme", PROGRAMME, "白鹤“", programme, status="negated"),
        Fact(
            "fact/f_balance",
            "Observation",
            (("about", BRANCH), ("aggregation", "gfc:stock"), ("metric", "gfc:agriLoans")),
            (("amount", balance),),
            june,
            evidence=evidence("48.7亿元", again),
            confidence=0.95,
            found_by="by.hand",
        ),
        Fact(
            "fact/f_growth",
            "Observation",
            (("about", BRANCH), ("aggregation", "gfc:single"), ("comparedWith", "gfc:yearOnYear"), ("metric", "gfc:metric_涉农贷款增速")),
            (("amount", growth),),
            june,
            evidence=evidence("12.5%", again),
            found_by="by.hand",
        ),
        Fact(
            "fact/f_loan",
            "FinancingEvent",
            (("aggregation", "gfc:single"), ("financier", BRANCH), ("instrument", "gfc:loan"), ("purpose", PROJECT), ("stage", "gfc:disbursed")),
            (("amount", loan),),
            year,
            evidence=evidence("近500万元", project),
            found_by="by.hand",
        ),
        Fact(
            "fact/f_agreement",
            "AgreementEvent",
            (("party", BRANCH), ("party", GOVERNMENT)),
            (),
            early,
            evidence=evidence("签订协议", again2, government),
            found_by="by.hand",
        ),
        Fact(
            "fact/f_line",
            "FinancingEvent",
            (
                ("aggregation", "gfc:single"),
                ("financier", BRANCH),
                ("instrument", "gfc:creditLine"),
                ("recipient", COUNTY),
                ("stage", "gfc:committed"),
                ("underAgreement", "fact/f_agreement"),
            ),
            (("amount", line), ("term", term)),
            early,
            evidence=evidence("不少于20亿元", again2),
            confidence=0.8,
            found_by="by.hand",
        ),
        Fact(
            "fact/f_post",
            "Tenure",
            (("member", PERSON), ("organization", BRANCH), ("title", "行长")),
            evidence=evidence("行长李明", person),
            found_by="by.hand",
        ),
        Fact(
            "fact/f_jobs",
            "Observation",
            (("about", WORKSHOP), ("aggregation", "gfc:single"), ("metric", "gfc:jobsDriven"), ("per", "年")),
            (("amount", jobs),),
            None,
            evidence=evidence("带动就业", workshop),
            confidence=1.0,
            found_by="by.hand",
        ),
    )
    entities = (
        Entity(BANK, "Bank", "中国农业银行"),
        Entity(BRANCH, "Branch", "中国农业银行萧山支行"),
        Entity(GOVERNMENT, "PublicBody", "萧山区人民政府"),
        Entity(PERSON, "Person", "李明"),
        Entity(GROUP, "Group", "30余人", size=jobs),
        Entity(PROVINCE, "Province", "浙江省", code="330000000000"),
        Entity(PREFECTURE, "Prefecture", "杭州市", parent=PROVINCE, code="330100000000"),
        Entity(COUNTY, "County", "萧山区", ("萧山",), PREFECTURE, "330109000000"),
        Entity(TOWN, "Township", "蜀山街道", (), COUNTY, "330109003000"),
        Entity(VILLAGE, "Village", "白鹤村", (), TOWN),
        Entity(WORKSHOP, "Workshop", "白鹤“共富工坊”", ("白鹤共富工坊",)),
        Entity(PROJECT, "Project", "白鹤村茶叶加工园项目"),
        Entity(PROGRAMME, "Programme", "共富工坊"),
    )
    links = (
        *(Link(m, BRANCH) for m in (branch, head, again, again2)),
        Link(bank, BANK),
        Link(project, PROJECT),
        Link(village, VILLAGE),
        Link(workshop, WORKSHOP),
        Link(programme, PROGRAMME),
        Link(government, GOVERNMENT),
        Link(county, COUNTY),
        Link(person, PERSON),
        Link(people, GROUP),
    )
    source = SourceFile("golden.txt", hashlib.sha256((DATA / "golden.txt").read_bytes()).hexdigest(), "utf-8", RAW)
    metrics = (Metric("gfc:agriLoans", "涉农贷款余额", ("涉农贷款余额",)), Metric("gfc:metric_涉农贷款增速", "涉农贷款增速", ("同比增长",)))
    return Graph((source,), (ARTICLE,), links, entities, facts, (Aside(days, "asideDuration"), Aside(each, "")), metrics)
