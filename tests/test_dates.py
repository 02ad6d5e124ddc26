"""Times: what is one, which days it means, and what the days are counted from."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.dates import anchored, find_times
from kg.fold import fold
from kg.model import Article, Block, Mention, Meta, Run, Span, TimeRef

DATA = Path(__file__).parent / "data" / "dates.tsv"
YEAR_2023 = TimeRef("2023", date(2023, 1, 1), date(2023, 12, 31), "timeInferred")


def article(*lines: str, kinds: tuple[str, ...] = (), anchor: TimeRef | None = None, path: str = "x.txt", name: str = "x") -> Article:
    """An article of one block a line, body unless `kinds` says otherwise."""
    text, blocks, at = "\n".join(lines), [], 0
    for i, line in enumerate(lines):
        blocks.append(Block(kinds[i] if i < len(kinds) else "body", Span(at, at + len(line))))
        at += len(line) + 1
    return Article("article/" + name, path, text, tuple(blocks), (Run(0, 0, len(text)),), anchor=anchor, folded=fold(text))


def ref(mention: Mention) -> TimeRef:
    assert isinstance(mention.value, TimeRef)
    return mention.value


def anchor_of(cell: str) -> TimeRef | None:
    """A year as an inferred anchor, a day as an issue date."""
    if cell == "-":
        return None
    if len(cell) == 4:
        return TimeRef(cell, date(int(cell), 1, 1), date(int(cell), 12, 31), "timeInferred")
    return TimeRef(cell, date.fromisoformat(cell), date.fromisoformat(cell), "timeStated")


def cases() -> list[ParameterSet]:
    out: list[ParameterSet] = []
    for line in DATA.read_text("utf-8").splitlines()[1:]:
        if line.startswith("#"):
            continue
        anchor, start, end, basis, role, phrasings = line.split("\t")
        out += [pytest.param(anchor, start, end, basis, role, text, id=f"{anchor} {text}") for text in phrasings.split("|")]
    return out


@pytest.mark.parametrize(("anchor", "start", "end", "basis", "role", "text"), cases())
def test_corpus(anchor: str, start: str, end: str, basis: str, role: str, text: str) -> None:
    """Each phrasing is found as marked and means these days; start none: no time is found."""
    plain = text.replace("[", "").replace("]", "")
    found = {m.span: ref(m) for m in find_times(article(plain, anchor=anchor_of(anchor)))}
    if start == "none":
        assert [r.text for r in found.values()] == []
        return
    span = Span(text.index("["), text.index("]") - 1)
    assert span in found, [r.text for r in found.values()]
    days = tuple(None if d == "-" else date.fromisoformat(d) for d in (start, end))
    assert (found[span].start, found[span].end) == days
    assert (found[span].basis, found[span].role) == (basis, role)


def test_future_term_is_told_apart() -> None:
    """今后5年 is a term: its rule lets a reader of facts leave it out."""
    (m,) = find_times(article("今后5年，提供额度", anchor=YEAR_2023))
    assert m.found_by == "time.ahead"


def test_caption_does_not_date_what_follows() -> None:
    """A year in a caption is no context of the body's 当年."""
    a = article("2015年5月17日，支行揭牌。", "当年就发放贷款", kinds=("caption", "body"))
    assert [(ref(m).text, ref(m).start is None) for m in find_times(a)] == [("2015年5月17日", False), ("当年", True)]


def test_today_is_never_used() -> None:
    """Without an anchor a relative time has no day."""
    found = find_times(article("今年以来，近日，目前，上个月，去年，截至6月末，3月5日"))
    assert len(found) == 7
    assert all(ref(m).start is None and ref(m).basis == "timeUnknown" for m in found)


ANCHORS = [
    pytest.param(("至2022年11月末，存款余额695亿元。今年以来投放项目47个",), 2022, id="the year of 至"),
    pytest.param(("2021年，该镇起步。截至2023年9月末，余额118亿元。2020年，试点",), 2023, id="截至 wins over other years"),
    pytest.param(("今年是浙江实施“千万工程”20周年。2021年，浙江扛起使命。",), 2023, id="an anniversary"),
    pytest.param(("今年是“八八战略”实施二十周年。",), 2023, id="an anniversary in Chinese numerals"),
    pytest.param(("2025年初冬，大地瓜果归仓，鱼虾起塘，信贷账本又添了新的一页，今年8月发放贷款。",), 2025, id="the first words"),
    pytest.param(("2022年3月入选。村里说。2021年，结对。",), 2022, id="the latest year where no 今年 contradicts"),
    pytest.param(("古镇旧宅修好大半，去年接待游客，今年初签约，镇上的人都说好，往后还要接着修下去。2022年3月入选。",), None, id="今年 beside an older year"),
    pytest.param(("到2025年，全县将全部超过15万元。",), None, id="a goal"),
    pytest.param(("获得2023—2025年专项资金",), None, id="a range of years to come"),
    pytest.param(("去年销售额360万元，今年更好",), None, id="no year at all"),
]


@pytest.mark.parametrize(("lines", "year"), ANCHORS)
def test_inferred_anchor(lines: tuple[str, ...], year: int | None) -> None:
    """The anchor is the year the page gives away, marked as inferred, or none."""
    (a,) = anchored((article(*lines),))
    assert (a.anchor and a.anchor.start and a.anchor.start.year) == year
    assert a.anchor is None or (a.anchor.basis, a.anchor.end) == ("timeInferred", date(year or 0, 12, 31))


def test_caption_never_anchors() -> None:
    """The dates of captions give no anchor."""
    (a,) = anchored((article("截至2015年5月17日，支行揭牌。", "今年以来投放项目", kinds=("caption", "body")),))
    assert a.anchor is None


def test_file_shares_its_year() -> None:
    """An article without a year takes that of the other articles of its file, and of no other file."""
    one, two = article("截至2022年11月末，余额695亿元"), article("今年5月设立", name="y")
    other = article("今年5月设立", path="other.txt", name="z")
    got = anchored((one, two, other))
    assert [a.anchor and a.anchor.text for a in got] == ["2022", "2022", None]


def test_given_date_wins() -> None:
    """The date of the meta data is the anchor, whatever the page says."""
    a = replace(article("截至2022年11月末，余额695亿元"), meta=Meta(date=date(2023, 1, 9)))
    (got,) = anchored((a,))
    assert got.anchor == TimeRef("2023-01-09", date(2023, 1, 9), date(2023, 1, 9), "timeStated")


def test_issue_date_of_the_page_serves_its_file() -> None:
    """An issue date read from the page anchors every article of the file."""
    day = TimeRef("2024年6月18日", date(2024, 6, 18), date(2024, 6, 18), "timeStated")
    got = anchored((replace(article("6月12日上午"), issued=day), article("6月14日", name="y")))
    assert [a.anchor for a in got] == [day, day]


def test_user_pack_adds_an_anniversary(tmp_path: Path) -> None:
    """A pack can name another beginning."""
    from kg import pack

    (tmp_path / "anniversaries.tsv").write_text("name\tkind\taliases\tparent\tnote\n绿谷行动\tbegan\t\t\t2010\n", "utf-8")
    (a,) = anchored((article("今年是绿谷行动实施15周年。"),), pack.load(tmp_path))
    assert a.anchor is not None and a.anchor.text == "2025"


ALPHABET = "0123456789年月日末底初今去前明当同次第二近期目前截至到以来上半季度.-—。，\n"


@given(st.text(alphabet=ALPHABET, max_size=60), st.sampled_from([None, YEAR_2023, TimeRef("", date(2024, 2, 29), date(2024, 2, 29), "timeStated")]))
@settings(max_examples=400, deadline=None)
def test_any_text(text: str, anchor: TimeRef | None) -> None:
    """Whatever the text: spans slice to the text, do not overlap, both days or neither, in order, with a basis."""
    a = article(text.replace("\n", "，"), anchor=anchor)
    found = find_times(a)
    for m in found:
        r = ref(m)
        assert a.at(m.span) == r.text
        assert (r.start is None) == (r.end is None) == (r.basis == "timeUnknown")
        assert r.start is None or r.end is None or r.start <= r.end
        assert r.role in ("asOf", "within", "throughout")
    assert all(x.span.end <= y.span.start for x, y in pairwise(found))


FORMS = ["{0}年{1}月{2}日", "{0}-{1:02}-{2:02}", "{0}.{1}.{2}", "{0}/{1}/{2}"]


@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2099, 12, 31)), st.sampled_from(FORMS))
@settings(max_examples=100, deadline=None)
def test_full_dates(day: date, form: str) -> None:
    """Every full date is read back as that day, in either width."""
    text = form.format(day.year, day.month, day.day)
    for written in (text, text.translate(str.maketrans("0123456789", "０１２３４５６７８９"))):
        (m,) = find_times(article(written))
        assert (ref(m).start, ref(m).end, ref(m).basis) == (day, day, "timeStated")
