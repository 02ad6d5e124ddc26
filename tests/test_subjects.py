"""The ranking of subjects: a chain of numbers, each with candidates, bound to the one before."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.documents import text_source
from kg.extract import reading
from kg.metrics import wordings
from kg.model import Meta
from kg.pack import load
from kg.pages import read_pages
from kg.subjects import assign, marginals, survey, weights

TEXT = "天荒坪镇余村去年接待游客90万人次，旅游收入3500万元。全村280户，其中党员56名。\n\n工行安吉支行涉农贷款余额48亿元，比年初增加3亿元。"

chains = st.integers(1, 4).flatmap(
    lambda n: st.tuples(
        st.lists(st.lists(st.tuples(st.sampled_from("abcd"), st.floats(-3, 3)), min_size=1, max_size=4, unique_by=lambda x: x[0]), min_size=n, max_size=n),
        st.lists(st.floats(-2, 3), min_size=n, max_size=n),
    )
)


@given(chains)
@settings(max_examples=100, deadline=None)
def test_marginals_are_those_of_all_choices(chain: tuple[list[list[tuple[str, float]]], list[float]]) -> None:
    """Forward and backward give what adding up every combination of subjects gives."""
    rows, bonds = chain
    names, scores = [[e for e, _ in row] for row in rows], [[s for _, s in row] for row in rows]
    total = 0.0
    want = [[0.0] * len(row) for row in rows]
    tied = [0.0] * len(rows)
    for choice in itertools.product(*(range(len(r)) for r in rows)):
        same = [i > 0 and names[i][choice[i]] == names[i - 1][choice[i - 1]] for i in range(len(rows))]
        odds = math.exp(sum(scores[i][k] + (bonds[i] if same[i] else 0.0) for i, k in enumerate(choice)))
        total += odds
        for i, k in enumerate(choice):
            want[i][k] += odds
            tied[i] += odds if same[i] else 0.0
    chances, both, log_sum = marginals(names, scores, bonds)
    assert log_sum == pytest.approx(math.log(total))
    for i, row in enumerate(want):
        assert chances[i] == pytest.approx([x / total for x in row])
        assert both[i] == pytest.approx(tied[i] / total)


def test_no_candidates() -> None:
    """A number without candidates parts the chain and has no subject."""
    assert marginals([["a"], [], ["a", "b"]], [[0.0], [], [0.0, 0.0]], [0.0, 1.0, 1.0])[0] == [[1.0], [], pytest.approx([0.5, 0.5])]
    assert marginals([], [], [])[0] == []


def test_each_thing_is_a_candidate_once() -> None:
    """A thing named often is one candidate of a number, and all candidates are linked things."""
    (article,) = read_pages(text_source(TEXT, "t.txt"), Meta())
    scene, numbers = reading(article, load())
    seen = survey(scene, [(q, w.words) for q, w in zip(numbers, wordings(scene, numbers), strict=True)])
    assert len(seen.candidates) == len(seen.bonds) == len(numbers) > 4
    for row in seen.candidates:
        entities = [c.entity for c in row]
        assert len(entities) == len(set(entities))
        assert all(entities)
    assert not seen.bonds[0]


def test_chances_are_shares() -> None:
    """Each number gets one subject and how likely it is; the same each time."""
    (article,) = read_pages(text_source(TEXT, "t.txt"), Meta())
    scene, numbers = reading(article, load())
    asked = [(q, w.words) for q, w in zip(numbers, wordings(scene, numbers), strict=True)]
    found = assign(scene, asked)
    assert found == assign(scene, asked)
    assert all(m is not None and 0 < p <= 1 for m, p in found)


def test_weights_are_few_and_explainable() -> None:
    """At most 150 weights, all of features that the code can give."""
    table = weights(load())
    assert 50 < len(table) <= 150
    assert all(abs(v) < 5 for v in table.values())
    assert table["bond:clause"] > 0 > table["block-1"]
