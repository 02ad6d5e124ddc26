"""Observations: the metric read around a number, what is no observation, modifiers, and that every number is accounted for."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kg.asides import ASIDE_REASONS, aside_reasons
from kg.documents import text_source
from kg.extract import extract
from kg.facts import numbers_of
from kg.model import Article, Block, Document, DocumentFacts, Meta, Span
from kg.pack import load
from kg.quantities import find_quantities


@cache
def read(text: str) -> DocumentFacts:
    return extract(Document(text_source(text, "t.txt"), Meta()), load())


def seen(text: str) -> list[tuple[str, str, str]]:
    """(subject, metric label, number as written) of the observations, in reading order."""
    done = read(text)
    names = {e.id: e.label for e in done.entities}
    labels = {m.id: m.label for m in done.metrics}
    found = [f for f in done.facts if f.kind == "Observation"]
    return [
        (names[f.role("about")[0]], labels[f.role("metric")[0]], a.quantity.verbatim)
        for f in sorted(found, key=lambda f: f.amounts[0][1].mention.span)
        if (a := f.amount())
    ]


METRICS = [
    pytest.param("各项存款余额695亿元", ["存款余额"], id="noun-before"),
    pytest.param("户籍人口6.8万人", ["户籍人口"], id="noun-before-count"),
    pytest.param("全村312户、1200人", ["户数", "人口"], id="what-the-unit-counts"),
    pytest.param("现有40家龙头企业", ["龙头企业数"], id="noun-after"),
    pytest.param("吸纳就业5948人", ["吸纳就业"], id="verb-and-noun"),
    pytest.param("添置了12台采茶机", ["添置采茶机"], id="verb-number-noun"),
    pytest.param("惠及3个乡镇、2.9万人", ["惠及乡镇", "惠及人数"], id="list-shares-its-verb"),
    pytest.param("种植面积由80亩增加到360亩", ["种植面积", "种植面积"], id="from-to"),
    pytest.param("贷款余额45.3亿元，较年初增加2.9亿元", ["贷款余额", "贷款余额增加"], id="increase"),
    pytest.param("涉农贷款余额14.08亿元，较年初增长17.6%", ["涉农贷款余额", "涉农贷款余额增长"], id="growth"),
    pytest.param("茶园面积11.2万亩，占全省一半以上", ["茶园面积", "茶园面积占比"], id="share"),
    pytest.param("外出务工人员占42%", ["外出务工人员占比"], id="share-of-a-noun"),
    pytest.param("年产值800万元，实现两年翻一番", ["产值", "产值增长"], id="doubling"),
    pytest.param("村集体一年能挣20万元", ["年收入"], id="yearly"),
    pytest.param("一季卖了86吨", ["每季销量"], id="sold"),
    pytest.param("租了2400平方米", ["租用面积"], id="rented"),
    pytest.param("签下86万元的木制玩具订单", ["木制玩具订单金额"], id="noun-after-of"),
    pytest.param("距县城45公里", ["距县城距离"], id="distance"),
    pytest.param("利率比同类贷款低0.6个百分点", ["利率比同类贷款低"], id="compared"),
    pytest.param("办理业务420笔", ["办理业务"], id="business"),
    pytest.param("拆掉粪坑163只", ["拆掉粪坑"], id="torn-down"),
    pytest.param("人均可支配收入3万元", ["人均可支配收入"], id="per-head"),
    pytest.param("向农户发放分红30万元，户均4000元", ["分红", "户均分红"], id="per-household-goes-on"),
    pytest.param(
        "面积最大的一户有860亩", ["最大的一户面积"], id="superlative", marks=pytest.mark.xfail(strict=True, reason="the noun of a superlative stands inside it")
    ),
]


@pytest.mark.parametrize(("text", "labels"), METRICS)
def test_metric(text: str, labels: list[str]) -> None:
    """The metric of a number reads alone, and is the shipped one where it says no more."""
    assert [label for _, label, _ in seen(f"去年，安吉县余村{text}。")] == labels


SUBJECTS = [
    pytest.param("安吉县余村去年接待游客90万人次。", "余村", id="subject-before"),
    pytest.param("安吉县天荒坪镇余村有农户280户。", "余村", id="last-of-a-chain"),
    pytest.param("安吉县余村环境变好了。全村280户人家办起农家乐。", "余村", id="anaphor"),
    pytest.param("安吉县余村环境变好了，今年接待游客90万人次，旅游收入3500万元。", "余村", id="clause-chain"),
    pytest.param("工行萧山分行持续支农。截至6月末，该行涉农贷款余额48.7亿元。", "中国工商银行萧山分行", id="lender"),
]


@pytest.mark.parametrize(("text", "subject"), SUBJECTS)
def test_subject(text: str, subject: str) -> None:
    """The number is about the thing that its clause, or the clause before, is about."""
    assert {s for s, _, _ in seen(text)} == {subject}


ASIDES = [
    pytest.param("茶叶、菊米、烤薯三个产业", "asideListed"),
    pytest.param("推出“蟹塘贷”“稻蟹贷”两款产品", "asideListed"),
    pytest.param("客户经理跑了四趟", "asideExample"),
    pytest.param("和三个亲戚合伙", "asideExample"),
    pytest.param("投向十大产业", "asideName"),
    pytest.param("收入不足10万元的占了多数", "asideRule"),
    pytest.param("50万元以上的经纪人", "asideRule"),
    pytest.param("几十台缝纫机", "asideFigurative"),
    pytest.param("联合青峰、魏岗等4个村", ""),
    pytest.param("7大特色行业", ""),
    pytest.param("不低于出资额6%的固定收益", ""),
    pytest.param("营业收入超过100万元", ""),
]


def article(text: str, *titles: str) -> Article:
    whole = "\n".join([*titles, text])
    blocks, at = [], 0
    for kind, piece in [*(("title", t) for t in titles), ("body", text)]:
        blocks.append(Block(kind, Span(at, at + len(piece))))
        at += len(piece) + 1
    return Article("a", "t.txt", whole, tuple(blocks), (), folded=whole)


@pytest.mark.parametrize(("text", "reason"), ASIDES)
def test_aside(text: str, reason: str) -> None:
    """A number that states nothing of a subject is set aside by name; one that does is not."""
    a = article(text)
    assert set(aside_reasons(a, find_quantities(a)).values()) == {reason}


def test_a_count_told_again_is_set_aside() -> None:
    """The second 35个村 repeats the first; the title's number gives way to the body's."""
    a = article("镇里35个村合股，利润由35个村平分，另有35个岗位。")
    assert list(aside_reasons(a, find_quantities(a)).values()) == ["", "asideRepeated", ""]
    b = article("镇里35个村合股。", "35个村合开一家公司")
    assert list(aside_reasons(b, find_quantities(b)).values()) == ["asideRepeated", ""]


STATUS = [
    pytest.param("余村预计年收入500万元", "planned"),
    pytest.param("余村首期目标500万元", "planned"),
    pytest.param("余村规划用地52亩", "reported"),
    pytest.param("余村计划总投资500万元", "reported"),
    pytest.param("余村去年收入500万元", "reported"),
]


@pytest.mark.parametrize(("text", "status"), STATUS)
def test_status(text: str, status: str) -> None:
    """What is expected is planned; a plan that is only part of a name of a measure is not."""
    assert {f.status for f in read(f"安吉县{text}。").facts if f.kind == "Observation"} == {status}


AGGREGATION = [
    pytest.param("贷款余额45亿元", ["gfc:stock"]),
    pytest.param("累计接待游客90万人次", ["gfc:cumulative"]),
    pytest.param("新增贷款5.45亿元", ["gfc:increment"]),
    pytest.param("产值800万元", ["gfc:single"]),
]


@pytest.mark.parametrize(("text", "values"), AGGREGATION)
def test_aggregation(text: str, values: list[str]) -> None:
    """Balances, totals, increments and single figures are told apart."""
    found = [f for f in read(f"安吉农商银行{text}。").facts if f.amounts]
    assert [v for f in found for v in f.role("aggregation")] == values


PIECES = [
    "余村",
    "该村",
    "工行萧山分行",
    "全村",
    "农户",
    "吸纳",
    "发放",
    "产值",
    "占",
    "同比增长",
    "户均",
    "分别为",
    "其中",
    "30户",
    "5.6亿元",
    "12%",
    "三个",
    "1200亩",
    "，",
    "。",
    "、",
    "；",
    "“",
    "”",
    "的",
    "由",
    "到",
]


@given(st.lists(st.sampled_from(PIECES), max_size=16))
@example(["30户", "“", "30户", "余村", "”"])
@settings(max_examples=60, deadline=None)
def test_every_number_is_accounted_for(pieces: list[str]) -> None:
    """Whatever the text: each number is in a fact, the size of a group or set aside, in no two observations; confidence is a share; labels are words."""
    done = read("".join(pieces))
    stated = numbers_of(done.facts) | {e.size.mention for e in done.entities if e.size}
    aside = {a.amount.mention for a in done.asides}
    for a in done.articles:
        numbers = set(find_quantities(a))
        assert numbers <= stated | aside
    assert not stated & aside
    assert {a.reason for a in done.asides} <= {"", *ASIDE_REASONS}
    observations = [f for f in done.facts if f.kind == "Observation"]
    mentions = [a.mention for f in observations for _, a in f.amounts]
    assert len(mentions) == len(set(mentions))
    assert all(0 < f.confidence < 1 for f in observations)
    assert all(m.label.strip() and m.label == m.label.strip("，。、的了") for m in done.metrics)
