"""Relations: who is where, builds, supports, offers, takes part, works with whom; and the looks-alike that say nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import lint
from kg.extract import read_article, try_text
from kg.model import Article, Block, Meta, SourceFile, Span
from kg.pack import Pack, load
from kg.pages import read_pages


@pytest.fixture(scope="module")
def pack() -> Pack:
    """The shipped pack, read once."""
    return load()


def claims(text: str, pack: Pack, predicate: str = "") -> set[tuple[str, str, str]]:
    """(subject, predicate, object) by label of the reported claims of a text."""
    found = set()
    for article in read_pages(SourceFile("t.txt", "0", "utf-8", text), Meta()):
        done = read_article(article, pack)
        name = {e.id: e.label for e in done.entities}
        for f in done.facts:
            if f.kind == "Claim" and f.status == "reported" and predicate in ("", f.role("predicate")[0]):
                found.add((name[f.role("subject")[0]], f.role("predicate")[0], name[f.role("object")[0]]))
    return found


def pairs(text: str, pack: Pack, predicate: str) -> set[tuple[str, str]]:
    return {(s, o) for s, _, o in claims(text, pack, predicate)}


LOCATED = [
    pytest.param("广东康达食品有限公司位于德庆县工业园。", {("广东康达食品有限公司", "德庆县工业园"), ("德庆县工业园", "德庆县")}, id="stated"),
    pytest.param(
        "湖南省安化县小淹镇的黑茶产业园落户安化经济开发区。", {("黑茶产业园", "安化经济开发区"), ("安化经济开发区", "安化县")}, id="stated-beats-before"
    ),
    pytest.param("陕西省柞水县小岭镇金米村的木耳博物馆开放了。", {("木耳博物馆", "金米村")}, id="just-before"),
    pytest.param("兴业银行泉州分行在永春县设立“福农驿站”。", {("福农驿站", "永春县")}, id="founded-in"),
    pytest.param("在贵州省榕江县忠诚镇，榕江县绿源蔬菜专业合作社忙碌起来。", {("榕江县绿源蔬菜专业合作社", "忠诚镇")}, id="narrower-than-name"),
    pytest.param("云南省弥渡县密祉镇文盛街村成立了弥渡县密祉花灯农民专业合作社。", {("弥渡县密祉花灯农民专业合作社", "文盛街村")}, id="village-sets-up"),
    pytest.param("在广东省德庆县马圩镇，村里的马圩幼儿园去年翻新。", {("马圩幼儿园", "马圩镇")}, id="lends-its-name"),
]


@pytest.mark.parametrize(("text", "want"), LOCATED)
def test_a_thing_is_in_the_nearest_place_given(text: str, want: set[tuple[str, str]], pack: Pack) -> None:
    """gf:locatedIn goes to the nearest place that the text gives."""
    assert pairs(text, pack, "gf:locatedIn") == want


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("浙江永强集团效益好。", id="province-of-registry"),
        pytest.param("四川青川山珍食品有限公司产销两旺。", id="county-of-registry"),
        pytest.param("杭州师范大学的学生来了。", id="university"),
        pytest.param("萧山—龙泉山海协作产业园开工。", id="pair-of-places"),
    ],
)
def test_a_place_word_in_a_name_is_not_always_where_it_is(text: str, pack: Pack) -> None:
    """The place of registry of a firm, a university's city and a pair A—B locate nothing."""
    assert pairs(text, pack, "gf:locatedIn") == set()


COOPERATION = [
    pytest.param("农行广元分行与青川县人民政府签署战略合作协议。", {("中国农业银行广元分行", "青川县人民政府")}, id="agreement"),
    pytest.param(
        "浦发银行贵阳分行与贵州省农业农村厅、贵州银行签订协议。",
        {("上海浦东发展银行贵阳分行", "贵州省农业农村厅"), ("上海浦东发展银行贵阳分行", "贵州银行")},
        id="one-with-several",
    ),
    pytest.param("砀山县良梨镇与上海市松江区叶榭镇结成对子。", {("良梨镇", "叶榭镇")}, id="chains"),
    pytest.param(
        "金湖县银涂镇高邮湖村、唐港村和湖滨村三村联手办厂。",
        {("高邮湖村", "唐港村"), ("高邮湖村", "湖滨村"), ("唐港村", "湖滨村")},
        id="hand-in-hand-each-with-each",
    ),
    pytest.param("工行萧山分行联合萧山区农业农村局推出“强村贷”。", {("中国工商银行萧山分行", "萧山区农业农村局")}, id="joins"),
    pytest.param("萧山—龙泉山海协作产业园开工。", {("萧山区", "龙泉市")}, id="pair-in-name"),
    pytest.param(
        "去年，工行萧山分行走进村社，先后与瓜沥镇、进化镇签订共建协议。", {("中国工商银行萧山分行", "瓜沥镇"), ("中国工商银行萧山分行", "进化镇")}, id="elided"
    ),
    pytest.param("瓜沥镇和进化镇都种水稻。", set(), id="only-a-list"),
    pytest.param("与瓜沥镇相比，进化镇人口更少。", set(), id="comparison"),
]


@pytest.mark.parametrize(("text", "want"), COOPERATION)
def test_who_works_with_whom(text: str, want: set[tuple[str, str]], pack: Pack) -> None:
    """Cooperation is symmetric: a pair in either order counts."""
    assert {frozenset(p) for p in pairs(text, pack, "gf:cooperatesWith")} == {frozenset(p) for p in want}


PROGRAMMES = [
    pytest.param("安化县深入实施“万企兴万村”行动。", {("安化县", "万企兴万村")}, id="subject"),
    pytest.param("工行萧山分行加快转型，主动融入“千万工程”建设。", {("中国工商银行萧山分行", "千万工程")}, id="elided"),
    pytest.param("去年以来，临海市“共富工坊”建设步子加快。", {("临海市", "共富工坊")}, id="own"),
    pytest.param("2003年，“千万工程”在浙江省全面展开。", {("浙江省", "千万工程")}, id="in-a-place"),
    pytest.param(
        "中原银行兰考支行联合兰考县农业农村局，开展“金融助农”活动。",
        {("中原银行兰考支行", "“金融助农”活动"), ("兰考县农业农村局", "“金融助农”活动")},
        id="together",
    ),
    pytest.param("“千万工程”深刻改变了乡村。", set(), id="nobody"),
]


@pytest.mark.parametrize(("text", "want"), PROGRAMMES)
def test_who_takes_part_in_a_programme(text: str, want: set[tuple[str, str]], pack: Pack) -> None:
    """The doer of the verb, those with it, or the place that the programme is of."""
    assert pairs(text, pack, "gf:participatesIn") == want


BUILDERS = [
    pytest.param("新农都市场由浙江永强集团与萧山区人民政府投资建设。", {"浙江永强集团", "萧山区人民政府"}, id="passive"),
    pytest.param("新农都市场占地90亩，由浙江永强集团与萧山区人民政府共同出资。", {"浙江永强集团", "萧山区人民政府"}, id="passive-elided"),
    pytest.param("萧山区人民政府建起新农都市场。", {"萧山区人民政府"}, id="active"),
    pytest.param("柞水木耳产业园由南京市高淳区援建。", {"高淳区"}, id="aided"),
    pytest.param("新农都市场由来已久。", set(), id="look-alike"),
    pytest.param("工行萧山分行支持改善新农都市场的环境。", set(), id="improving-is-not-building"),
]


@pytest.mark.parametrize(("text", "want"), BUILDERS)
def test_who_builds(text: str, want: set[str], pack: Pack) -> None:
    """Builders in active and passive sentences."""
    assert {s for s, _ in pairs(text, pack, "gf:undertakes")} == want


SUPPORT = [
    pytest.param("工行萧山分行全力支持萧山区重大战略。", {("中国工商银行萧山分行", "萧山区")}, id="plain"),
    pytest.param("图为工行萧山分行支持的瓜沥七彩未来社区。", {("中国工商银行萧山分行", "瓜沥七彩未来社区")}, id="participle-in-a-caption"),
    pytest.param("德庆农商银行行长陈明说，该行将继续支持德庆县乡村振兴。", {("德庆农商银行", "德庆县"), ("德庆农商银行", "乡村振兴")}, id="goes-on"),
    pytest.param("德庆农商银行拟支持德庆县。", set(), id="planned"),
    pytest.param("萧山区支持“千万工程”。", set(), id="no-lender"),
]


@pytest.mark.parametrize(("text", "want"), SUPPORT)
def test_support_without_money(text: str, want: set[tuple[str, str]], pack: Pack) -> None:
    """A lender's backing is told without a sum; what is only planned is no plain relation."""
    assert pairs(text, pack, "gf:supports") == want


def test_products_of_a_line(pack: Pack) -> None:
    """Each product after 系列，包括 belongs to the line, and the bank offers them all."""
    text = "江苏银行推出“乡村振兴贷”系列，包括“果农贷”“渔农贷”等产品。"
    assert pairs(text, pack, "gf:productLine") == {("果农贷", "乡村振兴贷"), ("渔农贷", "乡村振兴贷")}
    assert {o for _, o in pairs(text, pack, "gf:offers")} == {"乡村振兴贷", "果农贷", "渔农贷"}


def test_the_partner_does_not_offer(pack: Pack) -> None:
    """A联合B推出X: A offers it."""
    assert {s for s, _ in pairs("工行萧山分行联合人保财险萧山支公司推出“活牛贷”。", pack, "gf:offers")} == {"中国工商银行萧山分行"}


def test_a_branch_is_of_its_bank(pack: Pack) -> None:
    """org:unitOf from the make-up of the name."""
    assert pairs("邮储银行安化县支行放款。", pack, "org:unitOf") == {("中国邮政储蓄银行安化县支行", "中国邮政储蓄银行")}


def test_issues(pack: Pack) -> None:
    """A body issues the document it 印发."""
    text = "榕江县农业农村局印发《榕江县蔬菜产业发展三年行动方案》。"
    assert {s for s, _ in pairs(text, pack, "gf:issues")} == {"榕江县农业农村局"}


def test_an_agreement_of_an_elided_party(pack: Pack) -> None:
    """并与A、B签订协议: the doer of the clause before is a party."""
    text = "去年，工行萧山分行走访村社，并与瓜沥镇、进化镇签订共建协议。"
    found = [f for f in try_text(text, pack) if f["kind"] == "AgreementEvent"]
    assert [len(f["roles"]["party"]) for f in found] == [3]


def test_the_rules_of_relations_keep_their_examples(pack: Pack) -> None:
    """Every rule of relations.toml gives its examples and is silent where it says so."""
    assert [str(x) for x in lint.examples(pack) if "relations.toml" in x.path] == []


_WORDS = st.sampled_from(
    [
        "萧山区",
        "瓜沥镇",
        "梅林村",
        "工行萧山分行",
        "与",
        "在",
        "由",
        "新农都市场",
        "“千万工程”",
        "建设",
        "支持",
        "签订协议",
        "，",
        "。",
        "位于",
        "的",
        "、",
        "“兴农贷”",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_WORDS, min_size=1, max_size=24).map("".join))
def test_claims_of_any_word_salad_hold_together(text: str) -> None:
    """No claim relates a thing to itself; every claim rests on mentions inside the text."""
    pack = load()
    article = Article("a1", "t.txt", text, (Block("body", Span(0, len(text))),), (), folded=text)
    done = read_article(article, pack)
    known = {e.id for e in done.entities}
    for f in done.facts:
        if f.kind == "Claim":
            assert f.role("subject") != f.role("object")
            assert {*f.role("subject"), *f.role("object")} <= known
            assert all(0 <= m.span.start < m.span.end <= len(text) for e in f.evidence for m in e.mentions)
