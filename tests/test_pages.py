"""From a raw page to its articles."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kg.bylines import split_names
from kg.lines import HIDDEN
from kg.model import Article, Meta, Segment, SourceFile, Span
from kg.pack import load
from kg.pages import LONGEST_ARTICLE, credited, read_pages, unread

SEEDS = Path(__file__).parent.parent / "seeds"


def page(text: str, path: str = "page.txt") -> SourceFile:
    """A source file of the given text."""
    return SourceFile(path, hashlib.sha256(text.encode()).hexdigest(), "utf-8", text)


def seed(name: str) -> SourceFile:
    """A seed as it stands in the repository."""
    path = next(SEEDS.glob(f"{name}_*.txt"))
    return page(path.read_bytes().decode("utf-8"), path.name)


def one(text: str) -> Article:
    """The only article of a page."""
    (article,) = read_pages(page(text))
    return article


def blocks(article: Article) -> list[tuple[str, str]]:
    """Kind and text of every block."""
    return [(b.kind, article.at(b.span)) for b in article.blocks]


def of(article: Article, kind: str) -> list[str]:
    """The texts of the blocks of one kind."""
    return [text for k, text in blocks(article) if k == kind]


def bylines(article: Article) -> list[str]:
    """The reporters' names."""
    return [article.at(s) for s in article.byline]


def find(article: Article, text: str) -> Span:
    """The span of the first place of a text."""
    return Span(article.text.index(text), article.text.index(text) + len(text))


# --- the seeds -----------------------------------------------------------------------------------------------------------------

ARTICLES = [
    pytest.param("000", 0, "工行萧山分行 融入“千万工程” 助力萧然大地和谐共美", ["孟文", "陈飞", "施翼"], id="000-icbc"),
    pytest.param("000", 1, "安吉县溪龙乡用心服务新的社会阶层人士 当好“娘家人” 做实暖心事", ["杨斌英", "沈嘉毅"], id="000-anji"),
    pytest.param("000", 2, "全力维护职工权益 平湖市新仓镇：打通为企业服务“最后一公里”", ["杨希观", "钟丽芳"], id="000-pinghu"),
    pytest.param("000", 3, "杭州市上城区： 实施“青·尚”工程 助力年轻干部成长", ["邵炜", "徐文君"], id="000-shangcheng"),
    pytest.param("002", 0, "党建引领 综合集成 携手奔富 临海全域打造“共富工坊”助农增收", ["秦正长", "李振国"], id="002-linhai"),
    pytest.param("002", 1, "专家点评 “共富工坊”星火燎原 助力实现“共富梦”", ["张颖"], id="002-comment"),
    pytest.param("002", 2, "农商行萧山分行 服务地方经济 践行责任担当", ["吴晓丽", "周 静"], id="002-abc"),
]


@pytest.mark.parametrize(("name", "number", "title", "names"), ARTICLES)
def test_seed_titles_and_bylines(name: str, number: int, title: str, names: list[str]) -> None:
    """Each article of the seeds has its title lines and its reporters."""
    article = read_pages(seed(name))[number]
    assert (article.title, bylines(article)) == (title, names)


@pytest.mark.parametrize(("name", "count"), [pytest.param("000", 4, id="000"), pytest.param("002", 3, id="002")])
def test_seed_article_count(name: str, count: int) -> None:
    """The seeds hold four articles, and two and a comment."""
    assert len(read_pages(seed(name))) == count


REJOINED = [
    pytest.param("000", "构建空铁联运体系的重要项目", 2, id="word"),
    pytest.param("000", "“千万工程”也朝着“千村未来、万村共富”迭代升级", 2, id="quoted name"),
    pytest.param("000", "吉利热管理系统总成及核心零部件生产基地+研发中心", 2, id="project"),
    pytest.param("000", "DNA安吉数字游民公社联合工会，为新的阶层人士提供温暖的港湾", 2, id="organisation"),
    pytest.param("000", "技能培训、素质提升资源", 2, id="list"),
    pytest.param("000", "特色培养项目，如凯旋街道", 2, id="before a copy"),
    pytest.param("002", "深化强村富民乡村集成改革", 2, id="four-character phrase"),
    pytest.param("002", "企业联盟，吸纳休闲用品、彩灯等7大特色行业", 2, id="verb and object"),
    pytest.param("002", "累计减费让利超4000万元", 2, id="before a sum"),
    pytest.param("002", "增强走在前列的意识，以更大的金融担当", 2, id="after a comma"),
    pytest.param("002", "首家自贸区专营支行，服务自贸区建设", 2, id="short first line"),
    pytest.param("002", "产品、渠道及科技领先优势，把准萧山城乡发展阶段", 2, id="across a caption"),
    pytest.param("002", "专班成员多次赴梅林村实地调研", 2, id="sentence start"),
]


@pytest.mark.parametrize(("name", "text", "count"), REJOINED)
def test_seed_sentences_are_rejoined(name: str, text: str, count: int) -> None:
    """A sentence that line breaks cut is whole in the clean text, and its segments are the raw pieces."""
    source = seed(name)
    article = next(a for a in read_pages(source) if text in a.text)
    pieces = article.segments(find(article, text), source.text)
    assert len(pieces) == count
    assert "".join(source.text[s.start : s.end] for s in pieces) == text


CAPTIONS = [
    pytest.param("000", 0, ["图为该行支持的瓜沥七彩未来社区。"], id="by its words"),
    pytest.param("000", 1, ["DNA安吉数字游民公社联合工会成员为新的社会阶层人士讲解当地就业政策。"], id="by the gap above"),
    pytest.param("002", 0, ["“共富工坊”内开展党建联建活动", "传承人郑仙红指导村民织草编。"], id="without a full stop"),
    pytest.param("002", 2, ["走访涉农企业生产车间。", "跨路支行正式揭牌。", "关爱亚运建设者”活动。", "走访辖内高科技企业。"], id="with dates"),
]


@pytest.mark.parametrize(("name", "number", "ends"), CAPTIONS)
def test_seed_captions(name: str, number: int, ends: list[str]) -> None:
    """Captions stand apart from the body."""
    captions = of(read_pages(seed(name))[number], "caption")
    assert len(captions) == len(ends)
    assert all(c.endswith(e) for c, e in zip(captions, ends, strict=True))


def test_cut_off_passages_stay_apart() -> None:
    """A passage that never ends is not glued to the heading or title after it."""
    articles = read_pages(seed("000"))
    assert of(articles[1], "body")[-1] == "当好“娘家人”，做实暖心事。未"
    assert ("body", "在每周驻点接待过程中，“杨") in blocks(articles[2])
    assert of(articles[2], "heading")[-1] == "零距离服务 当好企业维稳“检验员”"


COPIES = [
    pytest.param("000", 3, ["“从学员入班", "一年来，上城区", "将202名"], ["使用起来。", "磨砺锻炼。", "特色培养项"], id="000"),
    pytest.param("002", 0, ["为统一整合", "休闲用品、"], ["解决具体问题。", "解决具体问题。"], id="002"),
]


@pytest.mark.parametrize(("name", "number", "starts", "ends"), COPIES)
def test_seed_copies(name: str, number: int, starts: list[str], ends: list[str]) -> None:
    """Second and third printings are copies of what they repeat, and stand in no block."""
    source = seed(name)
    article = read_pages(source)[number]
    quotes = [article.at(c.span) for c in article.copies]
    assert [q.startswith(s) and q.endswith(e) for q, s, e in zip(quotes, starts, ends, strict=True)] == [True] * len(starts)
    assert all(article.text.count(q) == 1 for q in quotes)
    for copy in article.copies:
        assert "".join(source.text[r.raw : r.raw + r.length] for r in copy.runs) == article.at(copy.span)


@pytest.mark.parametrize("name", ["000", "002"])
def test_seed_is_read_whole(name: str) -> None:
    """All that is left of a seed are the marks of its headings."""
    source = seed(name)
    assert {source.text[s.start : s.end] for s in unread(source, read_pages(source))} <= {"##"}


# --- pages made up for one thing each --------------------------------------------------------------------------------------------

P1 = "去年以来，某县农商银行把网点开到山里，向三个乡镇的茶农发放贷款2600万元，惠及农户430户，最远的一户离县城有七十公里。"
P2 = "村民说，过去借钱要跑三趟县城，如今在村口的服务点就能办好，利率也比从前低了不少，一年算下来少付一千多元。"
P3 = "下一步，该行还将把服务点增加到二十个，覆盖全县所有行政村，并为返乡青年单列额度，支持他们开民宿、办工坊、做电商。"


def test_glued_byline_is_parted() -> None:
    """Names without a space are parted by their surnames."""
    assert bylines(one(f"金融引水 村美业兴\n\n王建国李小红\n\n{P1}\n")) == ["王建国", "李小红"]


BYLINES = [
    pytest.param("王建国 李小红", ["王建国", "李小红"], id="space"),
    pytest.param("王建国　李 红", ["王建国", "李 红"], id="space inside a name"),
    pytest.param("■ 王建国 李小红 何帆", ["王建国", "李小红", "何帆"], id="square"),
    pytest.param("□通讯员 王建国", ["王建国"], id="correspondent"),
    pytest.param("本报记者 王建国 通讯员 李小红", ["王建国", "李小红"], id="roles"),
    pytest.param("记者王建国通讯员李小红", ["王建国", "李小红"], id="roles without a space"),
    pytest.param("作者：王建国", ["王建国"], id="label"),
    pytest.param("文/王建国 图/李小红", ["王建国", "李小红"], id="text and pictures"),
    pytest.param("王建国\n\n李小红", ["王建国", "李小红"], id="one a line"),
    pytest.param("欧阳明远 王建国", ["欧阳明远", "王建国"], id="double surname"),
    pytest.param("本报记者 阿泰", ["阿泰"], id="pen name after a role"),
]


@pytest.mark.parametrize(("line", "names"), BYLINES)
def test_byline_forms(line: str, names: list[str]) -> None:
    """A line of names under the title is the byline."""
    article = one(f"山里来了送贷人\n\n{line}\n\n{P1}\n\n{P2}\n")
    assert (article.title, bylines(article)) == ("山里来了送贷人", names)
    assert of(article, "body") == [P1, P2]


DATELINES = [
    pytest.param("本报讯（王建国 记者 李小红）", ["王建国", "李小红"], id="paper"),
    pytest.param("山乡网江苏讯（王建国 通讯员 李小红）", ["王建国", "李小红"], id="site"),
    pytest.param("某县融媒讯（记者 王建国 通讯员 李小红）", ["王建国", "李小红"], id="county media"),
    pytest.param("新华社杭州5月3日电（记者王建国、李小红）", ["王建国", "李小红"], id="agency"),
    pytest.param("本报讯 ", [], id="without names"),
]


@pytest.mark.parametrize(("dateline", "names"), DATELINES)
def test_dateline_names(dateline: str, names: list[str]) -> None:
    """The names in a dateline are the byline; the dateline stays in the body."""
    article = one(f"山里来了送贷人\n\n{dateline}{P1}\n")
    assert (bylines(article), of(article, "body")) == (names, [dateline + P1])


@pytest.mark.parametrize("text", ["古镇回春", "高质量发展", "安居乐业", "金融", "农行分行", "王"])
def test_words_are_no_names(text: str) -> None:
    """Short headings that begin with a surname's character are not split into names."""
    assert split_names(text, load()) == ()


HEADERS = [
    pytest.param("00018版:专版", None, "18", "", id="page"),
    pytest.param("2021年3月9日 编辑:王建国 美编:李红", date(2021, 3, 9), "", "", id="editors"),
    pytest.param("2021年10月19日14:02　来源：浙江日报", date(2021, 10, 19), "", "浙江日报", id="source"),
    pytest.param("《 台州日报 》( 2024年06月18日 第 05 版 )", date(2024, 6, 18), "5", "台州日报", id="paper and page"),
    pytest.param("A03 要闻　　　2023年5月16日　星期二", date(2023, 5, 16), "A03", "", id="section"),
    pytest.param("发布时间：2024-03-21　浏览次数：287　字体：[大][中][小]", date(2024, 3, 21), "", "", id="site"),
    pytest.param("8 某某工程·二十年 2023年7月11日 星期二", date(2023, 7, 11), "8", "", id="series"),
    pytest.param("２０２０年１月２日", date(2020, 1, 2), "", "", id="full-width"),
    pytest.param("2021年2月30日 第3版", None, "3", "", id="no real date"),
]


@pytest.mark.parametrize(("line", "day", "number", "paper"), HEADERS)
def test_page_headers(line: str, day: date | None, number: str, paper: str) -> None:
    """Date, page and paper are read from the header line, which is no title."""
    article = one(f"{line}\n\n山里来了送贷人\n\n王建国\n\n{P1}\n")
    assert of(article, "header") == [line]
    assert (article.title, article.meta) == ("山里来了送贷人", Meta(day, paper, number))
    issued = article.issued
    assert (issued and (issued.start, issued.end, issued.basis, issued.role)) == (day and (day, day, "timeStated", "asOf"))


def test_given_date_wins() -> None:
    """What is given from outside stands above what the page states."""
    given = Meta(date(2020, 5, 1), "某报", "", "https://example.org/1")
    (article,) = read_pages(page(f"2021年3月9日 第2版\n\n山里来了送贷人\n\n{P1}\n"), given)
    assert article.meta == Meta(date(2020, 5, 1), "某报", "2", "https://example.org/1")
    assert article.issued and (article.issued.text, article.issued.start) == ("2020-05-01", date(2020, 5, 1))


def test_date_of_the_page_holds_for_its_second_article() -> None:
    """Two articles under one page header have its date."""
    first, second = read_pages(page(f"2024年6月18日 第5版\n\n山里来了送贷人\n\n王建国\n\n{P1}\n\n服务点开到码头边\n\n本报讯（记者 李小红）{P2}\n"))
    assert (first.title, second.title) == ("山里来了送贷人", "服务点开到码头边")
    assert first.issued == second.issued and second.meta.page == "5"


def test_caption_in_a_broken_sentence() -> None:
    """A caption with a credit stands apart, and the sentence around it is whole."""
    text = f"山里来了送贷人\n\n王建国\n\n{P1[:40]}\n\n图为客户经理在茶园。 李小红 摄\n\n{P1[40:]}\n"
    article = one(text)
    assert blocks(article)[2:] == [("body", P1), ("caption", "图为客户经理在茶园。 李小红 摄")]
    assert [article.at(s) for s in credited(article)] == ["李小红"]


CREDITS = ["(图片由某县农商银行提供)", "李小红 摄", "（制图：李小红）", "（本版图片由通讯员 李小红 提供）"]


@pytest.mark.parametrize("line", CREDITS)
def test_credits(line: str) -> None:
    """Who gave the pictures is a credit."""
    assert blocks(one(f"山里来了送贷人\n\n王建国\n\n{P1}\n\n{line}\n"))[-1] == ("credit", line)


def test_headings_stay() -> None:
    """Short lines that stand alone are headings, and nothing is joined across them."""
    article = one(f"山里来了送贷人\n\n王建国\n\n{P1}\n\n古镇回春\n\n{P2[:-1]}\n\n一塘好水，养出金鲈鱼\n\n{P3}\n")
    assert of(article, "heading") == ["古镇回春", "一塘好水，养出金鲈鱼"]
    assert of(article, "body") == [P1, P2[:-1], P3]


def test_numbered_headings_of_a_post() -> None:
    """A chat-app post: furniture is left out, numbered headings are headings, emoji end nothing."""
    text = f"点击上方蓝字，关注我们 ↑↑↑\n\n一只果子的学问\n原创 小山 山里事 2024-11-08 17:30 浙江\n\n{P1}🍊\n01 看得见的果\n{P2}\n👇 想了解？点击阅读原文\n"
    article = one(text)
    assert blocks(article) == [
        ("title", "一只果子的学问"),
        ("header", "原创 小山 山里事 2024-11-08 17:30 浙江"),
        ("body", P1 + "🍊"),
        ("heading", "01 看得见的果"),
        ("body", P2),
    ]


def test_list_lines_stay_apart() -> None:
    """The lines of a list are blocks of their own."""
    lines = ["【收入】2021年，全村经济总收入6842万元。其中：", "种植业2790万元，占40.8%；", "林业236万元；", "工资性收入1173万元。"]
    assert of(one("某某村村情概况\n\n" + "\n".join(lines) + f"\n\n{P1}\n"), "body") == [*lines, P1]


def test_break_after_a_semicolon_inside_a_sentence() -> None:
    """Outside a list, a semicolon does not end a paragraph."""
    text = P1.replace("，惠及", "；惠及")
    cut = text.index("；") + 1
    assert of(one(f"山里来了送贷人\n\n王建国\n\n{text[:cut]}\n{text[cut:]}\n\n{P2}\n\n{P3}\n"), "body") == [text, P2, P3]


def test_hard_wrapped_lines() -> None:
    """Lines cut at a fixed width are one paragraph."""
    text = P1 + P2 + P3
    rows = [text[i : i + 20] for i in range(0, len(text), 20)]
    assert of(one("山里来了送贷人\n王建国\n" + "\n".join(rows) + "\n"), "body") == [text]


def test_a_salutation_is_no_title() -> None:
    """The addressees of a notice stand in the body, and the date under it is its issue date."""
    article = one(f"关于支持茶产业的通知\n\n各乡镇、县级各单位：\n\n{P1}\n\n一、总体要求\n\n{P2}\n\n某县人民政府办公室\n\n2023年5月16日\n")
    assert (article.title, of(article, "heading")) == ("关于支持茶产业的通知", ["一、总体要求"])
    assert of(article, "body")[0] == "各乡镇、县级各单位："
    assert article.issued and article.issued.start == date(2023, 5, 16)


def test_sidebar_is_an_article() -> None:
    """An expert's comment beside an article is an article with the expert as its author."""
    first, second = read_pages(page(f"山里来了送贷人\n\n王建国\n\n{P1}\n\n专家点评\n\n小额信贷要走近农户\n\n{P2}\n\n(某某研究院副院长、研究员，李小红)\n"))
    assert (first.title, second.title) == ("山里来了送贷人", "专家点评 小额信贷要走近农户")
    assert bylines(second) == ["李小红"]


def test_credit_ends_an_article() -> None:
    """After the credit of all pictures, a title of two lines begins an article even without a byline."""
    text = f"山里来了送贷人\n\n王建国\n\n{P1}\n\n(图片由某县农商银行提供)\n\n某某县农信联社\n\n把服务点开到码头边\n\n{P2}\n"
    assert [a.title for a in read_pages(page(text))] == ["山里来了送贷人", "某某县农信联社 把服务点开到码头边"]


def test_heading_after_a_picture_credit_begins_no_article() -> None:
    """A short heading after a credit is a heading."""
    assert len(read_pages(page(f"山里来了送贷人\n\n王建国\n\n{P1}\n\n(图片由某县农商银行提供)\n\n古镇回春\n\n{P2}\n"))) == 1


def test_hidden_characters_are_left_out() -> None:
    """Zero-width characters and full-width indents are not part of the text, and the runs step over them."""
    raw = f"\u3000\u3000山里来了\u200b送贷人\u3000\n\u3000\n\ufeff王建国\n\n\u3000\u3000{P1[:9]}\u200b{P1[9:]}\u00a0\n"
    source = page(raw)
    (article,) = read_pages(source)
    assert article.text == f"山里来了送贷人\n王建国\n{P1}"
    assert article.segments(find(article, P1[7:11]), raw) == (
        Segment(raw.index(P1[7:9]), raw.index(P1[7:9]) + 2),
        Segment(raw.index(P1[9:11]), raw.index(P1[9:11]) + 2),
    )
    assert unread(source, (article,)) == []


def test_one_line_break_is_one_segment() -> None:
    """Pieces parted by a single line break are one segment."""
    raw = f"山里来了送贷人\n\n王建国\n\n{P1[:30]}\n{P1[30:]}\n\n{P2}\n\n{P3}\n"
    article = one(raw)
    assert len(article.segments(find(article, P1), raw)) == 1


def test_latin_words_are_joined_by_a_space() -> None:
    """Two Latin words parted by a line break keep a space between; Chinese gets none."""
    assert "EOD model，" in one(f"山里来了送贷人\n\n王建国\n\n{P1[:-1]}用的是EOD\n\nmodel，{P2}\n").text


def test_copy_that_is_part_of_a_rejoined_paragraph() -> None:
    """A line that repeats the middle of a paragraph, across its break, is a copy."""
    article = one(f"山里来了送贷人\n\n王建国\n\n{P1}{P2[:21]}\n\n{P2[21:]}{P3}\n\n{P1[40:]}{P2}\n")
    assert of(article, "body") == [P1 + P2 + P3]
    assert [article.at(c.span) for c in article.copies] == [P1[40:] + P2]


def test_page_printed_twice() -> None:
    """A second printing of a whole page adds copies only, title and byline too."""
    text = f"山里来了送贷人\n\n王建国\n\n{P1}\n\n古镇回春\n\n{P2}\n\n"
    source = page(text + text)
    (article,) = read_pages(source)
    assert article.text == one(text).text
    assert sum(r.length for c in article.copies for r in c.runs) == len(article.text) - article.text.count("\n")
    assert unread(source, (article,)) == []


@pytest.mark.parametrize("text", ["", "\n\n", "\u3000\n\ufeff\u200b\n", "【打印】【关闭】\n"])
def test_nothing_to_read(text: str) -> None:
    """A page without text has no articles."""
    assert read_pages(page(text)) == ()


@pytest.mark.parametrize("text", ["某银行发放贷款500万元。", "某银行发放贷款500万元", "王建国", "2024年6月18日"])
def test_a_single_line(text: str) -> None:
    """A single sentence is an article without a title."""
    article = one(text)
    assert (article.text, article.title) == (text, "")


def test_one_giant_line_is_read_in_linear_time() -> None:
    """Megabytes in one line are articles of a size that can be read; no character is lost."""
    source = page("".join(f"{n}号地块的水稻长势喜人，{P1}" for n in range(6000)), "a.txt")
    articles = read_pages(source)
    assert max(len(a.text) for a in articles) <= LONGEST_ARTICLE
    assert {b.kind for a in articles for b in a.blocks} == {"body"}
    assert sum(r.length for a in articles for r in (*a.runs, *(r for c in a.copies for r in c.runs))) == len(source.text)


def test_id_is_the_text() -> None:
    """The id depends on the clean text alone, not on path or line ends."""
    text = f"山里来了送贷人\n\n王建国\n\n{P1}\n"
    ids = {read_pages(page(t, path))[0].id for t, path in ((text, "a.txt"), (text.replace("\n", "\r\n"), "b/c.txt"))}
    assert len(ids) == 1 and ids.pop().startswith("a_")


# --- properties ----------------------------------------------------------------------------------------------------------------

SIMPLE = f"山里来了送贷人\n\n王建国 李小红\n\n{P1}\n\n古镇回春\n\n{P2}\n\n{P3}\n"
INSIDE = [SIMPLE.index(p) + k for p in (P1, P2, P3) for k in range(1, len(p))]
SIGNS = "a|EOD|“|”|。|，|；|12|．|《|（|）|█|🍊|## |**"
LINES = "古镇回春|其中：|林业236万元；|王建国|李小红 摄|专家点评|图为茶园。|扫一扫|(图片由某行提供)|本报讯（记者 王建国）|2021年3月9日 第2版"
SPACES = ["\n", "\n\n", "\n\n\n\n", "\r\n", "\r", "\t", "\u3000", "\u200b", "\x0b", "\u2028"]
soup = st.lists(st.sampled_from([*SPACES, *SPACES, *SIGNS.split("|"), *LINES.split("|"), P1, P1[:23], P1[23:], P2]), max_size=40).map("".join)


def check(source: SourceFile, articles: tuple[Article, ...]) -> None:
    """What holds for every page."""
    for article in articles:
        for runs in (article.runs, *(c.runs for c in article.copies)):
            for r in runs:
                assert r.length > 0
                assert source.text[r.raw : r.raw + r.length] == article.text[r.start : r.start + r.length]
        assert "\n".join(article.at(b.span) for b in article.blocks) == article.text
        assert all("\n" not in article.at(b.span) and b.span.start < b.span.end for b in article.blocks)
        assert len(article.folded) == len(article.text)
        assert list(article.runs) == sorted(article.runs)
        for copy in article.copies:
            assert copy.span.end <= len(article.text)
        for span in article.byline:
            assert 2 <= len(article.at(span).replace(" ", "")) <= 4


@given(soup)
@example("\u200b\u200b扫一扫")
@settings(max_examples=400, deadline=None)
def test_runs_and_blocks_hold_on_any_page(text: str) -> None:
    """Every run is the same text in both places, blocks make up the text, and no character is read twice or lost without reason."""
    source = page(text)
    articles = read_pages(source)
    check(source, articles)
    taken = [(r.raw, r.raw + r.length) for a in articles for runs in (a.runs, *(c.runs for c in a.copies)) for r in runs]
    assert sum(e - s for s, e in taken) == len({k for s, e in taken for k in range(s, e)})
    for s in unread(source, articles):
        left = HIDDEN.sub("", text[s.start : s.end])
        assert left.strip("#*> \t\u3000") == "" or "扫一扫" in left or not any(c.isalnum() for c in left)


@given(st.text())
@settings(max_examples=200, deadline=None)
def test_any_text_is_read(text: str) -> None:
    """No text makes the reader fail."""
    source = page(text)
    check(source, read_pages(source))


def test_a_line_break_inside_a_sentence_changes_nothing() -> None:
    """A line break anywhere in a paragraph, where empty lines part paragraphs, leaves the clean text as it is."""
    assert [at for at in INSIDE if one(SIMPLE[:at] + "\n" + SIMPLE[at:]).text != one(SIMPLE).text] == []


def test_an_empty_line_inside_a_long_sentence_changes_nothing() -> None:
    """An empty line after 30 characters of a paragraph does not end it."""
    late = [at for at in INSIDE if "\n" not in SIMPLE[max(at - 30, 0) : at]]
    assert [at for at in late if one(SIMPLE[:at] + "\n\n" + SIMPLE[at:]).text != one(SIMPLE).text] == []


@given(st.sampled_from([P1, P2, P3]), st.sampled_from(["\n\n", "\n"]), st.integers(1, 3))
@settings(max_examples=20, deadline=None)
def test_a_second_printing_adds_only_a_copy(passage: str, gap: str, times: int) -> None:
    """A long passage pasted again leaves the text as it is and adds one copy each time."""
    article = one(SIMPLE + (gap + passage) * times)
    assert article.text == one(SIMPLE).text
    assert [article.at(c.span) for c in article.copies] == [passage] * times


@pytest.mark.parametrize("name", ["000", "002"])
def test_line_ends_do_not_matter(name: str) -> None:
    """CRLF gives the same clean text as LF."""
    source = seed(name)
    other = page(source.text.replace("\n", "\r\n"), source.path)
    assert [a.text for a in read_pages(other)] == [a.text for a in read_pages(source)]
    check(other, read_pages(other))


def test_spaces_around_numbers_are_left_out() -> None:
    """A number set apart by spaces reads as one sum, and every character still maps to the raw file."""
    raw = "农行庆元县支行 2023 年 6 月发放 70 万元贷款，利率 3.85 %。\n"
    source = SourceFile("a.txt", "", "utf-8", raw)
    (article,) = read_pages(source)
    assert article.text == "农行庆元县支行2023年6月发放70万元贷款，利率3.85%。"
    assert all(raw[r.raw : r.raw + r.length] == article.text[r.start : r.start + r.length] for r in article.runs)
