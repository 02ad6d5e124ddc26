"""No province is built in: divisions of every form are found and linked, and their banks, in fifteen provinces."""

from __future__ import annotations

import pytest

from kg import build, documents
from kg.extract import extract
from kg.model import Document, Graph, Meta
from kg.pack import load

BANKS = {"Bank", "Branch"}


def graph_of(text: str) -> Graph:
    return build.merge([extract(Document(documents.text_source(text, "t.txt"), Meta()), load())])


def labels(text: str, *kinds: str) -> set[str]:
    """The labels of the things that the text itself names."""
    graph = graph_of(text)
    named = {k.entity for k in graph.links}
    return {e.label for e in graph.entities if e.id in named and e.kind in kinds}


CASES = [
    (
        "甘肃省临夏回族自治州积石山保安族东乡族撒拉族自治县大河家镇，积石山县农村信用合作联社发放贷款300万元。",
        ["甘肃省", "临夏回族自治州", "积石山保安族东乡族撒拉族自治县", "大河家镇"],
        "积石山县农村信用合作联社",
    ),
    (
        "云南省临沧市双江拉祜族佤族布朗族傣族自治县勐勐镇，富滇银行临沧双江支行发放贷款80万元。",
        ["云南省", "临沧市", "双江拉祜族佤族布朗族傣族自治县", "勐勐镇"],
        "富滇银行临沧双江支行",
    ),
    (
        "内蒙古自治区呼伦贝尔市莫力达瓦达斡尔族自治旗尼尔基镇，莫力达瓦旗农村信用合作联社授信200万元。",
        ["内蒙古自治区", "呼伦贝尔市", "莫力达瓦达斡尔族自治旗", "尼尔基镇"],
        "莫力达瓦旗农村信用合作联社",
    ),
    ("锡林郭勒盟西乌旗巴彦胡舒苏木的牧户，农行西乌旗支行发放贷款300万元。", ["锡林郭勒盟", "西乌珠穆沁旗", "巴彦胡舒苏木"], "中国农业银行西乌旗支行"),
    ("重庆市石柱土家族自治县黄水镇，重庆农商行石柱支行授信500万元。", ["重庆市", "石柱土家族自治县", "黄水镇"], "重庆农村商业银行石柱支行"),
    ("上海市崇明区竖新镇仙桥村，上海农商银行崇明支行授信800万元。", ["上海市", "崇明区", "竖新镇", "仙桥村"], "上海农村商业银行崇明支行"),
    ("湖北省恩施土家族苗族自治州宣恩县长潭河侗族乡，宣恩农商行发放贷款150万元。", ["湖北省", "恩施土家族苗族自治州", "宣恩县", "长潭河侗族乡"], "宣恩农商行"),
    (
        "黑龙江省大庆市杜尔伯特蒙古族自治县连环湖镇，杜尔伯特润生村镇银行发放贷款260万元。",
        ["黑龙江省", "大庆市", "杜尔伯特蒙古族自治县", "连环湖镇"],
        "杜尔伯特润生村镇银行",
    ),
    (
        "四川省凉山州昭觉县三岔河镇三河村，凉山农商银行昭觉支行发放贷款90万元。",
        ["四川省", "凉山彝族自治州", "昭觉县", "三岔河镇", "三河村"],
        "凉山农商银行昭觉支行",
    ),
    ("贵州省黔东南州雷山县西江镇，雷山县农村信用合作联社放贷600万元。", ["贵州省", "黔东南苗族侗族自治州", "雷山县", "西江镇"], "雷山县农村信用合作联社"),
    ("西藏自治区林芝市巴宜区鲁朗镇扎西岗村，农行西藏分行放贷400万元。", ["西藏自治区", "林芝市", "巴宜区", "鲁朗镇", "扎西岗村"], "中国农业银行西藏分行"),
    (
        "新疆伊犁州昭苏县喀夏加尔镇，昭苏县农村信用合作联社放贷120万元。",
        ["新疆维吾尔自治区", "伊犁哈萨克自治州", "昭苏县", "喀夏加尔镇"],
        "昭苏县农村信用合作联社",
    ),
    ("海南省昌江黎族自治县王下乡，昌江县农村信用合作联社放贷80万元。", ["海南省", "昌江黎族自治县", "王下乡"], "昌江县农村信用合作联社"),
    ("安徽省金寨县花石乡大湾村，金寨徽银村镇银行放贷60万元。", ["安徽省", "金寨县", "花石乡", "大湾村"], "金寨徽银村镇银行"),
    ("广西壮族自治区百色市靖西市新靖镇，靖西市农村信用合作联社授信1亿元。", ["广西壮族自治区", "百色市", "靖西市", "新靖镇"], "靖西市农村信用合作联社"),
]


@pytest.mark.parametrize(("text", "divisions", "bank"), [pytest.param(*c, id=c[1][0]) for c in CASES])
def test_divisions_and_banks_of_a_province(text: str, divisions: list[str], bank: str) -> None:
    """A chain of divisions, each linked to the register, and the local bank as lender."""
    assert labels(text, "Province", "Prefecture", "County", "Township", "Village") >= set(divisions)
    assert bank in labels(text, *BANKS)
    codes = {e.code[:2] for e in graph_of(text).entities if e.code}
    assert len(codes) == 1


@pytest.mark.parametrize(
    ("text", "union"),
    [
        ("在甘孜州，省农信联社投放贷款12亿元。", "四川农村商业联合银行"),
        ("在杭州，省农信联社投放贷款12亿元。", "浙江农村商业联合银行"),
        ("贵州省雷山县，省联社投放贷款12亿元。", "贵州省农村信用社联合社"),
        ("甘肃省农村信用社联合社投放贷款12亿元。", "甘肃省农村信用社联合社"),
        ("广西农信联社投放贷款12亿元。", "广西农村商业联合银行"),
        ("省农担公司为陕西省柞水县的30户农户担保。", "陕西省农担公司"),
    ],
)
def test_the_union_of_a_province(text: str, union: str) -> None:
    """省农信联社 and 省农担公司 are those of the text's own province."""
    assert labels(text, "Bank", "Guarantor") == {union}


def test_a_union_of_no_known_province_is_its_articles() -> None:
    """It merges with none of another article."""
    one, other = (graph_of(f"省农信联社{word}投放贷款12亿元。") for word in ("今年", "去年"))
    ids = [[e.id for e in g.entities if e.kind == "Bank"] for g in (one, other)]
    assert [len(x) for x in ids] == [1, 1] and ids[0] != ids[1]


def test_the_corps_of_xinjiang() -> None:
    """兵团, 师 and 团场 are bodies; 第一师范, and a 团 where no corps is spoken of, are none."""
    text = "新疆生产建设兵团第八师石河子市一四三团获贷300万元，兵团第一师十团种棉花。"
    corps = "新疆生产建设兵团"
    assert labels(text, "PublicBody") == {corps, f"{corps}第八师", f"{corps}第一师", f"{corps}一四三团", f"{corps}十团"}
    assert "石河子市" in labels(text, "County")
    assert labels("他考上第一师范，两个团的战士和三团来了。", "PublicBody") == set()


def test_a_short_form_before_a_sumu_is_no_county() -> None:
    """巴彦胡舒苏木 has nothing to do with 巴彦县."""
    assert labels("农行向巴彦胡舒苏木发放贷款300万元。", "County", "Township") == {"巴彦胡舒苏木"}
