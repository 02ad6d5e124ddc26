"""Bounds that keep time in step with the text (bench.linear measures it)."""

from __future__ import annotations

from kg.extract import extract
from kg.lines import LONGEST_LINE, read_lines
from kg.model import LONGEST_SENTENCE, Document, SourceFile, digest
from kg.pack import load
from kg.pages import LONGEST_ARTICLE, read_pages


def test_a_line_without_an_end_is_read_in_pieces() -> None:
    """Line, sentence and article have a longest size, and together the pieces hold every character."""
    text = "".join(f"第{n}号地块的水稻长势喜人，" for n in range(9000))
    assert len("".join(line.text for line in read_lines(text))) == len(text)
    assert max(len(line.text) for line in read_lines(text)) <= LONGEST_LINE
    articles = read_pages(SourceFile("a.txt", digest(text), "utf-8", text))
    assert max(len(a.text) for a in articles) <= LONGEST_ARTICLE
    assert max(len(s.span) for a in articles for s in a.sentences()) <= LONGEST_SENTENCE
    assert all("".join(a.at(s.span) for s in a.sentences()) == a.text for a in articles)


def test_a_numeral_of_any_size_is_read() -> None:
    """亿亿亿亿元 is more than a number of 28 digits."""
    text = "总额" + "亿" * 12 + "元。"
    (part,) = [extract(Document(SourceFile("a.txt", digest(text), "utf-8", text)), load())]
    assert part.articles[0].text == text


def test_a_branch_of_a_county_whose_name_holds_a_function_word() -> None:
    """庆元, 无为 and 长丰 are counties: the lender is the branch that the sentence names, not another one of that county."""
    for bank in ("郑州银行庆元支行", "交行无为支行", "中行长丰支行"):
        text = f"上饶银行庆元支行开业。{bank}向萧山梅林渔业有限公司发放贷款80万元。"
        part = extract(Document(SourceFile("a.txt", digest(text), "utf-8", text)), load())
        names = {e.id: (e.label, *e.aliases) for e in part.entities}
        assert [bank in names[f.role("financier")[0]] for f in part.facts if f.kind == "FinancingEvent"] == [True], bank


def test_a_person_who_is_lent_money_is_the_recipient() -> None:
    """向 and 为 before a name and a verb of lending."""
    text = "三峡银行洞头支行向吕佳玉发放贷款30万元。"
    part = extract(Document(SourceFile("a.txt", digest(text), "utf-8", text)), load())
    names = {e.id: e.label for e in part.entities}
    assert [names[f.role("recipient")[0]] for f in part.facts if f.kind == "FinancingEvent"] == ["吕佳玉"]
