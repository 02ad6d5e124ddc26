"""Persons and their posts: which names are believed, where they end, and whose post the text states."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import pack as packs
from kg.fold import fold
from kg.model import Article, Block, Mention, Run, Span
from kg.people import Post, find_people

PACK = packs.load()


def article(text: str, byline: tuple[Span, ...] = (), kind: str = "body") -> Article:
    """An article whose lines are blocks of one kind."""
    blocks, start = [], 0
    for line in text.split("\n"):
        blocks.append(Block(kind, Span(start, start + len(line))))
        start += len(line) + 1
    return Article("a_test", "t.txt", text, tuple(blocks), (Run(0, 0, len(text)),), byline, folded=fold(text))


def mention(text: str, name: str, kind: str) -> Mention:
    """The first place of a name in the text as a mention."""
    at = text.index(name)
    return Mention("a_test", Span(at, at + len(name)), kind, "test")


def names(text: str, *known: tuple[str, str]) -> list[str]:
    a = article(text)
    return [a.at(m.span) for m in find_people(a, PACK, [mention(text, n, k) for n, k in known])[0]]


def posts(text: str, *known: tuple[str, str]) -> list[tuple[str, str, str | None]]:
    a = article(text)
    found = find_people(a, PACK, [mention(text, n, k) for n, k in known])[1]
    return [(a.at(p.person.span), a.at(p.title), a.at(p.body) if p.body else None) for p in found]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param("“很方便。”村民钱阿福满意地说。", ["钱阿福"], id="role-and-manner"),
        pytest.param("低收入农户孙荷花正在装箱。", ["孙荷花"], id="role-then-adverb"),
        pytest.param("非遗传承人蔡月珠指导学员。", ["蔡月珠"], id="role-then-verb"),
        pytest.param("“省心。”许志刚说。", ["许志刚"], id="name-says"),
        pytest.param("据贺敏介绍，棚里装了水帘。", ["贺敏"], id="after-according-to"),
        pytest.param("农户丁大哥种了十亩桃。", ["丁大哥"], id="surname-and-brother"),
        pytest.param("在市场卖菜的何女士也来了。", ["何女士"], id="surname-and-madam"),
        pytest.param("菇农老章正在看手机。", ["老章"], id="old-and-surname"),
        pytest.param("员工魏某受伤，经调解，魏某拿到补偿。", ["魏某", "魏某"], id="name-withheld"),
        pytest.param("未参保的养殖户沈老四亏了本。", ["沈老四"], id="fourth-son"),
        pytest.param("黄坑村的邱玉梅在账册上签字。", ["邱玉梅"], id="of-a-village"),
        pytest.param("68岁的童根法还在种菜。", ["童根法"], id="of-an-age"),
        pytest.param("带头人叫周建华，养了三千只羊。", ["周建华"], id="is-called"),
        pytest.param("罗丽今年41岁，罗丽种了十亩梨。", ["罗丽", "罗丽"], id="age-after"),
        pytest.param("“金融管家”方晓军每周来一趟。", ["方晓军"], id="after-a-quoted-nickname"),
        pytest.param("大红纸上写着：“蒋立新8万元，范国平6万元。”", ["蒋立新", "范国平"], id="list-of-gifts"),
        pytest.param("村民姚金土、潘水林等签了合同。", ["姚金土", "潘水林"], id="list-of-villagers"),
        pytest.param("副行长欧阳明和客户经理司马小燕来到村里。", ["欧阳明", "司马小燕"], id="double-surnames"),
        pytest.param("合作社理事长买买提·艾力说，枣子熟了。", ["买买提·艾力"], id="name-with-a-dot"),
        pytest.param("公司總經理葉美蘭說。", ["葉美蘭"], id="traditional"),
        pytest.param("村委会主任爨福生说，路修好了。", ["爨福生"], id="surname-no-list-has"),
        pytest.param("支行行长江山说，手续简便。", ["江山"], id="name-that-is-a-word"),
    ],
)
def test_finds_names_by_their_cues(text: str, wanted: list[str]) -> None:
    """A title, a role, a verb of saying, a form of address or a place shows a name."""
    assert names(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("“杨大哥”工作室和“小周姐”工作室成立了。", id="offices-named-after-persons"),
        pytest.param("有关负责人表示，项目负责人介绍，负责人高兴地说。", id="nobody-named"),
        pytest.param("村党支部书记和村主任都说好，镇党委书记带头认购。", id="titles-in-a-row"),
        pytest.param("通知指出，方案明确，全行上下表示，金融机构介绍。", id="words-that-start-with-surnames"),
        pytest.param("负责人向记者介绍，会长向村民说明。", id="preposition-that-is-a-surname"),
        pytest.param("老师傅带新徒弟，老党员带头，小微企业受益，小康路上。", id="old-and-small"),
        pytest.param("村里的竹居民宿项目开工，居民小区和农民专业合作社受益。", id="roles-inside-words"),
        pytest.param("由于先生不在，对方女士走了。", id="words-that-end-in-a-surname"),
        pytest.param("照顾老人和小孩，低收入农户占两成。", id="weak-surnames"),
        pytest.param("梅竹村的黄桃熟了，仙岩村的杨梅和高山的茶叶也熟了。", id="crops-of-a-village"),
        pytest.param("最低500元至2000元，余额600万元，金额58万元，总额70万元。", id="sums"),
        pytest.param("某企业、某项目、有某公司。", id="unnamed-firms"),
        pytest.param("李\n说", id="line-break-in-a-name"),
        pytest.param("", id="empty"),
    ],
)
def test_silent_without_a_person(text: str) -> None:
    """No name is read out of words of the language."""
    assert names(text) == []


@pytest.mark.parametrize(
    ("text", "known", "wanted"),
    [
        pytest.param(
            "农行萧山分行党委书记、行长许良在会上发言。",
            [("农行萧山分行", "Branch")],
            [("许良", "党委书记", "农行萧山分行"), ("许良", "行长", "农行萧山分行")],
            id="two-titles-one-body",
        ),
        pytest.param("东塍镇党委书记赵青山说。", [("东塍镇", "Township")], [("赵青山", "党委书记", "东塍镇")], id="party-committee-stays-in-the-title"),
        pytest.param("县委书记梁志远宣布开工。", [], [("梁志远", "书记", "县委")], id="county-committee-is-the-body"),
        pytest.param("县委常委、常务副县长程亮主持。", [], [("程亮", "常委", "县委"), ("程亮", "常务副县长", None)], id="level-in-the-title-ends-sharing"),
        pytest.param("村党支部书记邵金士说。", [], [("邵金士", "党支部书记", None)], id="only-a-level"),
        pytest.param("80后村党总支书记林晓说。", [], [("林晓", "党总支书记", None)], id="born-in-the-eighties"),
        pytest.param(
            "余村村党支部书记、村委会主任汪平说。",
            [("余村", "Village")],
            [("汪平", "党支部书记", "余村"), ("汪平", "村委会主任", "余村")],
            id="village-twice",
        ),
        pytest.param("公司总经理沈荣伟指着水池。", [], [("沈荣伟", "总经理", "公司")], id="bare-company"),
        pytest.param("该公司董事长兼总经理许亮介绍。", [], [("许亮", "董事长", "该公司"), ("许亮", "总经理", "该公司")], id="anaphor"),
        pytest.param("县农业农村局副局长赵慧说。", [], [("赵慧", "副局长", "县农业农村局")], id="bureau-without-place"),
        pytest.param(
            "南浔区农业农村局渔业科科长陈琴说。", [("南浔区农业农村局", "PublicBody")], [("陈琴", "渔业科科长", "南浔区农业农村局")], id="section-in-the-title"
        ),
        pytest.param(
            "公司董事长、甘霖镇人大副主席裘国强说。",
            [("甘霖镇人大", "PublicBody")],
            [("裘国强", "董事长", "公司"), ("裘国强", "副主席", "甘霖镇人大")],
            id="two-titles-two-bodies",
        ),
        pytest.param("溪龙乡党委副书记吴欢表示。", [("溪龙乡党委", "PublicBody")], [("吴欢", "党委副书记", "溪龙乡")], id="title-starts-inside-the-body"),
        pytest.param("堰口镇长孙学文介绍。", [("堰口镇", "Township")], [("孙学文", "镇长", "堰口镇")], id="body-and-title-share-a-character"),
        pytest.param(
            "(省发展规划研究院副所长、副研究员，张莹)",
            [("省发展规划研究院", "OtherOrganization")],
            [("张莹", "副所长", "省发展规划研究院"), ("张莹", "副研究员", "省发展规划研究院")],
            id="signature-in-brackets",
        ),
        pytest.param("陈立新，黄岩区委书记，在会上致辞。", [], [("陈立新", "书记", "黄岩区委")], id="name-first"),
        pytest.param("代表康天明是张家沟村党支部书记。", [("张家沟村", "Village")], [("康天明", "党支部书记", "张家沟村")], id="is"),
        pytest.param("教师吴祖芳倡议成立。吴祖芳任首任会长。", [], [("吴祖芳", "首任会长", None)], id="first-holder"),
        pytest.param("首任会长因病卸任，由商人吴建平接任。", [], [("吴建平", "会长", None)], id="successor"),
        pytest.param("当了二十年村干部的林金富回忆。", [], [("林金富", "村干部", None)], id="long-in-office"),
        pytest.param("驻村第一书记魏明是省粮食集团的干部。", [], [("魏明", "驻村第一书记", None), ("魏明", "干部", "省粮食集团")], id="sent-by"),
        pytest.param("村党支部书记、种粮大户王守仁说。", [], [("王守仁", "党支部书记", None)], id="title-then-role"),
        pytest.param("该行三农金融部总经理沈明说。", [], [("沈明", "总经理", "三农金融部")], id="department-of-the-bank"),
        pytest.param("驻村工作队队长何明说。", [], [("何明", "驻村工作队队长", None)], id="leader-of-a-team-sent"),
        pytest.param("村支书戚某说。", [], [("戚某", "村支书", None)], id="name-withheld"),
        pytest.param("村民李春秀说，种粮大户王守仁也说。", [], [], id="roles-are-no-posts"),
        pytest.param("有关负责人说，行长常年在一线。", [], [], id="nobody-named"),
    ],
)
def test_posts(text: str, known: list[tuple[str, str]], wanted: list[tuple[str, str, str | None]]) -> None:
    """A post is a person, one title without the body's name, and the words that name the body, if any."""
    assert posts(text, *known) == wanted


def test_byline_names_are_persons_without_posts() -> None:
    """Reporters are persons; 记者 is no post."""
    text = "孟文 陈飞\n村民钱阿福说。"
    people, held = find_people(article(text, (Span(0, 2), Span(3, 5))), PACK, [])
    assert [m.found_by for m in people] == ["person.byline", "person.byline", "person.role"]
    assert held == []


def test_photographer_is_a_person() -> None:
    """A photo credit names a person."""
    a = article("客户经理走访果园。徐立 摄", kind="caption")
    assert [(a.at(m.span), m.found_by) for m in find_people(a, PACK, [])[0]] == [("徐立", "person.credit")]


def test_full_name_is_found_again_without_a_cue() -> None:
    """A full name once learnt is found wherever it stands; the given name alone is not."""
    assert names("支行行长田志强来了。次日田志强带人量棚，志强说到做到。") == ["田志强", "田志强"]


def test_a_name_inside_a_firm_is_the_firms() -> None:
    """A firm named after a person is not that person."""
    text = "种粮大户陈来福笑了。陈来福家庭农场有了贷款。"
    firm = Mention("a_test", Span(text.rindex("陈来福"), text.index("有了")), "Company", "test")
    a = article(text)
    assert [m.span.start for m in find_people(a, PACK, [firm])[0]] == [text.index("陈来福")]


def test_a_place_is_no_person() -> None:
    """A division that another finder saw is not taken for a name after a weak cue."""
    assert names("村民常山说起旧事。", ("常山", "County")) == []


def test_a_post_gives_its_sentence() -> None:
    """The sentence of a post is the one its person stands in."""
    a = article("春天到了。镇长孙学文介绍，路通了。")
    (post,) = find_people(a, PACK, [])[1]
    assert a.at(post.sentence) == "镇长孙学文介绍，路通了。"


def test_learnt_names_do_not_leak_between_articles() -> None:
    """Each article is read alone."""
    assert names("村民钱阿福说。") == ["钱阿福"]
    assert names("钱阿福家门前修了路。") == []


WORDS = ["书记", "行长", "党委", "村民", "说", "表示", "大哥", "某", "老", "的", "任", "是", "建国", "小燕", "县委", "该公司", "村"]
PIECES = st.sampled_from([*"，。、：“”（）·😀\n 0123", *"王李张欧阳司马和都应", *WORDS])


@settings(max_examples=120, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_results_are_well_formed(text: str) -> None:
    """Persons are ordered, apart, within the text; posts belong to found persons, their titles and bodies are not empty."""
    a = article(text)
    people, held = find_people(a, PACK, [])
    spans = [m.span for m in people]
    assert spans == sorted(spans)
    assert all(x.end <= y.start for x, y in pairwise(spans))
    assert all(0 <= s.start < s.end <= len(text) and "\n" not in a.at(s) for s in spans)
    for p in held:
        assert isinstance(p, Post) and p.person in people and len(p.title) > 0 and not p.title.meets(p.person.span)
        assert p.body is None or (len(p.body) > 0 and not p.body.meets(p.title) and "\n" not in a.at(p.body))
    assert find_people(a, PACK, []) == (people, held)
