"""Folding for matching: one character for one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.fold import fold

CASES = [
    pytest.param("６月３日，受灾６１２亩", "6月3日，受灾612亩", id="full-width digits"),
    pytest.param("ＬＰＲ＋５０ＢＰ", "LPR+50BP", id="full-width letters and signs"),
    pytest.param("赔付４．４５亿元，超过２０％", "赔付4.45亿元，超过20%", id="point and per cent"),
    pytest.param("甲．乙．", "甲．乙．", id="a full-width point that is no decimal point"),
    pytest.param("（简称：省农担）；好！真的？", "（简称：省农担）；好！真的？", id="Chinese punctuation keeps its width"),
    pytest.param("貸款餘額4.18億元，農戶268戶", "贷款余额4.18亿元，农户268户", id="Traditional"),
    pytest.param("「老酒·綠色倉單質押貸」", "“老酒·绿色仓单质押贷”", id="corner quotes"),
    pytest.param("於潜镇、乾元镇、著名", "於潜镇、乾元镇、著名", id="characters that Simplified text uses too"),
    pytest.param("农行萧山分行发放4000万元", "农行萧山分行发放4000万元", id="nothing to fold"),
    pytest.param("", "", id="empty"),
]


@pytest.mark.parametrize(("text", "folded"), CASES)
def test_folded_form(text: str, folded: str) -> None:
    """Widths and Traditional characters are folded, nothing else."""
    assert fold(text) == folded


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("０９Ａｚ％．.5貸款農戶於乾「」（），"))))
@settings(max_examples=300, deadline=None)
def test_length_stays_and_twice_is_once(text: str) -> None:
    """Folding keeps the length, and folding what is folded changes nothing."""
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)


def test_ascii_is_untouched() -> None:
    """No ASCII character is folded into another."""
    ascii_text = "".join(map(chr, range(128)))
    assert fold(ascii_text) == ascii_text


def test_simplified_text_is_untouched() -> None:
    """No character of the Simplified standard set GB 2312 is changed, but for full-width letters, digits and signs."""
    hanzi = "".join(bytes((row, cell)).decode("gb2312") for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF) if (row, cell) < (0xD7, 0xFA) or row > 0xD7)
    assert fold(hanzi) == hanzi
