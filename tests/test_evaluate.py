"""The measures on small pairs of gold and found, and on stored predictions against a frozen table."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from kg import scores
from kg.alike import same_metric, same_sum, unit_of
from kg.evaluate import Count, Score, align, score, total
from kg.gold import Account, Financing, Number, Post, Relation, Sum, Thing, interval, read_account, read_gold

HERE = Path(__file__).parent
GOLD = HERE / "gold"
DOCUMENTS = sorted((*(GOLD / "seeds").glob("*.json"), *(GOLD / "dev").glob("*.json")))
EXPECTED: dict[str, dict[str, list[int]]] = json.loads((HERE / "data" / "score_expected.json").read_text("utf-8"))

# ---------------------------------------------------------------- which names are one

NAMES: list[object] = [
    pytest.param(Thing("g", "Company", "浙江永强集团", ("永强",)), Thing("f", "Company", "永强"), True, id="alias"),
    pytest.param(Thing("g", "Workshop", "艾鑫“共富工坊”"), Thing("f", "Workshop", "艾鑫共富工坊"), True, id="quotes"),
    pytest.param(Thing("g", "Company", "ＡＢＣ公司"), Thing("f", "Company", "abc 公司"), True, id="width, case and space"),
    pytest.param(Thing("g", "BankBranch", "中国农业银行股份有限公司萧山分行"), Thing("f", "BankBranch", "农行萧山分行"), True, id="full and short bank name"),
    pytest.param(Thing("g", "BankBranch", "农行萧山分行"), Thing("f", "BankBranch", "萧山农行"), True, id="inverted bank name"),
    pytest.param(Thing("g", "BankBranch", "农行萧山分行"), Thing("f", "BankBranch", "工行萧山分行"), False, id="two banks of one place"),
    pytest.param(Thing("g", "Bank", "萧山农商银行"), Thing("f", "Bank", "农商银行"), False, id="a county's bank is not its kind"),
    pytest.param(Thing("g", "Bank", "萧山农村商业银行"), Thing("f", "Bank", "萧山农商行"), True, id="a county's bank, short"),
    pytest.param(
        Thing("g", "Division", "浙江省杭州市", level="prefecture"),
        Thing("f", "Division", "杭州", level="prefecture"),
        True,
        id="division without parent and status",
    ),
    pytest.param(
        Thing("g", "Division", "吉林省", level="province"), Thing("f", "Division", "吉林市", level="prefecture"), False, id="division of another level"
    ),
    pytest.param(Thing("g", "Division", "杭州市", level="prefecture"), Thing("f", "Division", "杭州"), True, id="division without level"),
    pytest.param(Thing("g", "Group", "花木种植户137户"), Thing("f", "Group", "137户"), True, id="group described shorter"),
    pytest.param(Thing("g", "Group", "150多户"), Thing("f", "Group", "50多户"), False, id="groups of other sizes"),
    pytest.param(Thing("g", "Group", "种植户"), Thing("f", "Group", "137户种植户"), True, id="group without a number"),
    pytest.param(Thing("g", "Company", "永强集团"), Thing("f", "Organization", "永强集团"), False, id="another type"),
]


@pytest.mark.parametrize(("gold", "found", "same"), NAMES)
def test_names_that_are_one(gold: Thing, found: Thing, same: bool) -> None:
    """Aliases, a bank's forms, a division's short form and a group's description count as the name; type and level must agree."""
    assert align([gold], [found], True) == ({"f": "g"} if same else {})


def test_a_loose_alignment_crosses_types_but_prefers_equal_ones() -> None:
    """A programme found as a workshop is still that thing in a relation."""
    gold = [Thing("g1", "Programme", "共富工坊"), Thing("g2", "Workshop", "共富工坊")]
    assert align(gold, [Thing("f", "Workshop", "共富工坊")], False) == {"f": "g2"}
    assert align(gold[:1], [Thing("f", "Workshop", "共富工坊")], False) == {"f": "g1"}


def test_alignment_is_one_to_one_and_equal_names_go_first() -> None:
    """A name shared by two goes to the one that is called so."""
    gold = [Thing("g1", "Company", "永强集团", ("永强",)), Thing("g2", "Company", "永强")]
    assert align(gold, [Thing("f1", "Company", "永强"), Thing("f2", "Company", "永强集团")], True) == {"f1": "g2", "f2": "g1"}


def test_alignment_takes_rows_of_json() -> None:
    """As scripts hand them over."""
    assert align([{"id": "g", "type": "Bank", "name": "农业银行"}], [{"id": "f", "type": "Bank", "name": "农行", "aliases": []}], True) == {"f": "g"}


# ---------------------------------------------------------------- which numbers are one

SUMS: list[object] = [
    pytest.param(Sum(1e8, "CNY"), Sum(1e8, "CNY", "approx"), True, id="hedge aside"),
    pytest.param(Sum(1e8, "CNY"), Sum(1.0005e8, "CNY"), True, id="within one in a thousand"),
    pytest.param(Sum(1e8, "CNY"), Sum(1.01e8, "CNY"), False, id="another value"),
    pytest.param(Sum(1e8, "CNY"), Sum(1e8, "USD"), False, id="another currency"),
    pytest.param(Sum(1e5, "CNY", "over"), Sum(3e5, "CNY", ends=(1e5, 3e5)), True, id="lower end of a range"),
    pytest.param(Sum(3e5, "CNY", "under"), Sum(3e5, "CNY", ends=(1e5, 3e5)), True, id="upper end of a range"),
    pytest.param(Sum(2e5, "CNY"), Sum(3e5, "CNY", ends=(1e5, 3e5)), False, id="inside a range"),
    pytest.param(None, None, True, id="no sum twice"),
    pytest.param(None, Sum(1, "CNY"), False, id="a sum too many"),
]


@pytest.mark.parametrize(("a", "b", "same"), SUMS)
def test_sums_that_are_one(a: Sum | None, b: Sum | None, same: bool) -> None:
    """Equal in unit and in value; of a range either end."""
    assert same_sum(a, b) == same_sum(b, a) == same


@pytest.mark.parametrize(
    ("a", "b", "unit", "same"),
    [
        pytest.param(["各项存款余额"], ["存款余额"], "CNY", True, id="longer wording"),
        pytest.param(["存款余额"], ["贷款余额"], "CNY", False, id="deposits and loans"),
        pytest.param(["人均收入"], ["户均收入"], "CNY", False, id="per head and per household"),
        pytest.param(["贷款余额"], ["贷款余额增长"], "CNY", False, id="balance and growth"),
        pytest.param(["贷款余额"], ["贷款余额增速"], "%", True, id="growth in per cent"),
        pytest.param(["面积"], ["户数", "种植面积"], "亩", True, id="second wording"),
        pytest.param(["户数"], ["戶數", "農戶"], "户", False, id="one character shared"),
        pytest.param(["农户数"], ["農戶"], "户", True, id="traditional characters"),
        pytest.param(["面积"], ["a", "b", "c", "d", "e", "f", "面积"], "亩", False, id="only six wordings count"),
        pytest.param([""], ["面积"], "亩", False, id="no wording"),
    ],
)
def test_metrics_that_can_be_one(a: list[str], b: list[str], unit: str, same: bool) -> None:
    """Two characters in a row shared, and no word that tells them apart."""
    assert same_metric(a, b, unit) == same


@pytest.mark.parametrize(("unit", "one"), [("名", "人"), ("个百分点", "百分点"), ("畝", "亩"), ("公斤", "千克"), ("元", "CNY"), ("人次", "人次"), ("座", "个")])
def test_units_have_one_spelling(unit: str, one: str) -> None:
    """名 is 人; 人次 is not."""
    assert unit_of({"unit": unit}) == one


@pytest.mark.parametrize(
    ("time", "days"),
    [
        ("2022", ("2022-01-01", "2022-12-31")),
        ("2024-02", ("2024-02-01", "2024-02-29")),
        ("2022-11-30", ("2022-11-30", "2022-11-30")),
        ("2022-Q3", ("2022-07-01", "2022-09-30")),
        ("2022-H2", ("2022-07-01", "2022-12-31")),
        ("2020/2022-07", ("2020-01-01", "2022-07-31")),
        ("2022-13", None),
        ("2020/", None),
        ("去年", None),
        (None, None),
    ],
)
def test_times_at_any_grain(time: str | None, days: tuple[str, str] | None) -> None:
    """A year, half, quarter, month, day or two of them."""
    assert interval(time) == days


# ---------------------------------------------------------------- measures

BANK, BRANCH = Thing("b", "Bank", "农业银行"), Thing("s", "BankBranch", "农行萧山分行")
DIVISION, OFFICE = Thing("d", "Division", "萧山区", level="county"), Thing("o", "Government", "萧山区人民政府")
FIRM, PROJECT = Thing("c", "Company", "永强集团"), Thing("p", "Project", "供水项目")
PERSON, PROGRAMME = Thing("m", "Person", "吴欣"), Thing("w", "Programme", "千万工程")
SECTION = Thing("k", "BankBranch", "农行萧山分行公司业务部")
THINGS = (BANK, BRANCH, DIVISION, OFFICE, FIRM, PROJECT, PERSON, PROGRAMME, SECTION)
LOAN = Financing(("loan",), ("s",), ("c",), None, Sum(1e6, "CNY"))
NUMBER = Number("s", ("存款余额",), 7e10, "CNY")


def measured(measure: str, gold: Account, found: Account) -> tuple[int, int, int]:
    c = score(replace(gold, things=gold.things or THINGS), replace(found, things=found.things or THINGS)).counts[measure]
    return c.right, c.gold, c.found


def relations(*rows: tuple[str, str, str]) -> Account:
    return Account(relations=tuple(Relation(*r) for r in rows))


def financings(*rows: Financing, optional: tuple[Financing, ...] = ()) -> Account:
    return Account(financings=rows, optional_financings=optional)


def numbers(*rows: Number, optional: tuple[Number, ...] = ()) -> Account:
    return Account(numbers=rows, optional_numbers=optional)


def posts(*rows: tuple[str, str, str | None], optional: tuple[Post, ...] = ()) -> Account:
    return Account(posts=tuple(Post(*r) for r in rows), optional_posts=optional)


RIVAL = replace(LOAN, lenders=("b",))
MEASURES: list[object] = [
    pytest.param("entity", Account((BANK, FIRM)), Account((BANK, PROJECT)), (1, 2, 2), id="entity: one right, one missed, one wrong"),
    pytest.param("entity", Account((BANK, replace(FIRM, optional=True))), Account((BANK, FIRM)), (1, 1, 1), id="entity: optional found"),
    pytest.param("entity", Account((BANK, replace(FIRM, optional=True))), Account((BANK,)), (1, 1, 1), id="entity: optional not found"),
    pytest.param(
        "entity", Account((replace(FIRM, optional=True),)), Account((replace(FIRM, type="Organization"),)), (0, 0, 0), id="entity: optional of another type"
    ),
    pytest.param(
        "relation", relations(("s", "branchOf", "b")), relations(("s", "branchOf", "b"), ("s", "branchOf", "b")), (1, 1, 1), id="relation: said twice"
    ),
    pytest.param("relation", relations(("s", "branchOf", "b")), relations(("b", "branchOf", "s")), (0, 1, 1), id="relation: wrong way round"),
    pytest.param(
        "relation", relations(("s", "cooperatesWith", "c")), relations(("c", "cooperatesWith", "s")), (1, 1, 1), id="relation: cooperation has no direction"
    ),
    pytest.param("relation", relations(("p", "partOf", "w")), relations(("p", "participatesIn", "w")), (1, 1, 1), id="relation: in a programme"),
    pytest.param("relation", relations(("s", "supports", "m")), relations(), (0, 0, 0), id="relation: support of a person is a financing"),
    pytest.param(
        "relation", Account(optional_relations=(Relation("s", "supports", "c"),)), relations(("s", "supports", "c")), (0, 0, 0), id="relation: optional"
    ),
    pytest.param(
        "relation",
        replace(relations(("s", "supports", "c")), things=(BRANCH, FIRM, replace(PROJECT, optional=True))),
        relations(("s", "supports", "c"), ("s", "supports", "p")),
        (1, 1, 1),
        id="relation: with an optional thing",
    ),
    pytest.param("post", posts(("m", "行长", "s")), posts(("m", "行长", "s")), (1, 1, 1), id="post: right"),
    pytest.param("post", posts(("m", "行长", "s")), posts(("m", "副行长", "s")), (0, 1, 1), id="post: a deputy is no head"),
    pytest.param("post", posts(("m", "区长", "d")), posts(("m", "区长", "o")), (1, 1, 1), id="post: a place for its government"),
    pytest.param("post", posts(("m", "主任", "k")), posts(("m", "主任", "s")), (1, 1, 1), id="post: a section for its branch"),
    pytest.param("post", posts(("m", "萧山区区长", "d")), posts(("m", "区长", "d")), (1, 1, 1), id="post: title with the body's name"),
    pytest.param("post", posts(("m", "区长", None)), posts(("m", "区长", "d")), (0, 1, 1), id="post: no body in the gold"),
    pytest.param("post", posts(optional=(Post("m", "行长", "s"),)), posts(("m", "行长", "s")), (0, 0, 0), id="post: optional"),
    pytest.param("financing", financings(LOAN), financings(LOAN), (1, 1, 1), id="financing: right"),
    pytest.param("financing", financings(LOAN), financings(replace(LOAN, kinds=("commitment", "creditLine"))), (0, 1, 1), id="financing: another kind"),
    pytest.param(
        "financing",
        financings(replace(LOAN, alt_kinds=("commitment",))),
        financings(replace(LOAN, kinds=("commitment",))),
        (1, 1, 1),
        id="financing: the other kind",
    ),
    pytest.param("financing", financings(LOAN), financings(RIVAL), (0, 1, 1), id="financing: another lender"),
    pytest.param("financing", financings(replace(LOAN, alt_lenders=("b",))), financings(RIVAL), (1, 1, 1), id="financing: the other lender"),
    pytest.param("financing", financings(LOAN), financings(replace(LOAN, lenders=("k",))), (1, 1, 1), id="financing: a section for its branch"),
    pytest.param("financing", financings(LOAN), financings(replace(LOAN, lenders=())), (0, 1, 1), id="financing: no lender"),
    pytest.param("financing", financings(LOAN), financings(replace(LOAN, to=("c", "p"))), (1, 1, 1), id="financing: half of the receivers"),
    pytest.param("financing", financings(LOAN), financings(replace(LOAN, to=("c", "p", "d"))), (0, 1, 1), id="financing: a third of the receivers"),
    pytest.param("financing", financings(replace(LOAN, to=())), financings(LOAN), (0, 1, 1), id="financing: a receiver too many"),
    pytest.param("financing", financings(replace(LOAN, alt_to=("d",))), financings(replace(LOAN, to=("d",))), (1, 1, 1), id="financing: the other receiver"),
    pytest.param("financing", financings(LOAN), financings(replace(LOAN, amount=Sum(5e6, "CNY", ends=(1e6, 5e6)))), (1, 1, 1), id="financing: end of a range"),
    pytest.param("financing", financings(LOAN), financings(replace(LOAN, amount=Sum(2e6, "CNY"))), (0, 1, 1), id="financing: another sum"),
    pytest.param(
        "financing",
        financings(replace(LOAN, amount=None)),
        financings(replace(LOAN, amount=None, to=())),
        (0, 1, 1),
        id="financing: no sum, two agree, receiver missing",
    ),
    pytest.param("financing", financings(replace(LOAN, amount=None)), financings(replace(LOAN, amount=None)), (1, 1, 1), id="financing: no sum"),
    pytest.param(
        "financing", financings(LOAN, replace(RIVAL, to=("p",))), financings(replace(RIVAL, to=("p",)), LOAN), (2, 2, 2), id="financing: of one sum, by roles"
    ),
    pytest.param("financing", financings(optional=(LOAN,)), financings(RIVAL), (0, 0, 0), id="financing: optional, by its sum"),
    pytest.param("financing", financings(optional=(LOAN,)), financings(LOAN, LOAN), (0, 0, 1), id="financing: optional, once"),
    pytest.param(
        "roles",
        financings(replace(LOAN, product="w")),
        financings(replace(LOAN, to=("p",))),
        (1, 3, 2),
        id="roles: lender right, product missed, receiver wrong",
    ),
    pytest.param("roles", financings(), financings(LOAN), (0, 0, 2), id="roles: of a wrong financing"),
    pytest.param("observation", numbers(NUMBER), numbers(replace(NUMBER, metric=("各项存款余额",))), (1, 1, 1), id="observation: right"),
    pytest.param("observation", numbers(NUMBER), numbers(replace(NUMBER, subject="b")), (0, 1, 1), id="observation: another subject"),
    pytest.param(
        "observation", numbers(replace(NUMBER, alt_subjects=("b",))), numbers(replace(NUMBER, subject="b")), (1, 1, 1), id="observation: the other subject"
    ),
    pytest.param("observation", numbers(NUMBER), numbers(replace(NUMBER, metric=("贷款余额",))), (0, 1, 1), id="observation: another metric"),
    pytest.param("observation", numbers(replace(NUMBER, unit="名")), numbers(replace(NUMBER, unit="人")), (1, 1, 1), id="observation: units of one meaning"),
    pytest.param("observation", numbers(NUMBER), numbers(NUMBER, NUMBER), (1, 1, 2), id="observation: found twice"),
    pytest.param("observation", numbers(optional=(NUMBER,)), numbers(NUMBER), (0, 0, 0), id="observation: optional"),
    pytest.param("money", financings(LOAN), numbers(Number("p", ("总投资",), 1e6, "CNY")), (1, 1, 1), id="money: in whatever fact"),
    pytest.param("money", numbers(NUMBER), numbers(replace(NUMBER, unit="亩")), (0, 1, 0), id="money: no currency"),
    pytest.param("money", financings(LOAN), financings(LOAN, LOAN), (1, 1, 2), id="money: counted as often as stated"),
    pytest.param("money", financings(optional=(LOAN,)), financings(LOAN), (0, 0, 0), id="money: optional"),
    pytest.param("bound", financings(LOAN), financings(replace(LOAN, amount=Sum(1e6, "CNY", "approx"))), (0, 1, 1), id="bound: wrong hedge"),
    pytest.param("bound", numbers(NUMBER), numbers(NUMBER), (1, 1, 1), id="bound: right hedge"),
    pytest.param("bound", numbers(NUMBER), numbers(replace(NUMBER, subject="b")), (0, 0, 0), id="bound: only matched facts"),
    pytest.param(
        "time",
        numbers(replace(NUMBER, time="2022", days=interval("2022"))),
        numbers(replace(NUMBER, days=interval("2022-11-30"))),
        (1, 1, 1),
        id="time: within",
    ),
    pytest.param(
        "time",
        numbers(replace(NUMBER, time="2022-11", days=interval("2022-11"))),
        numbers(replace(NUMBER, days=interval("2022"))),
        (0, 1, 1),
        id="time: coarser",
    ),
    pytest.param("time", financings(replace(LOAN, time="2022", days=interval("2022"))), financings(LOAN), (0, 1, 1), id="time: none found"),
    pytest.param("time", financings(LOAN), financings(replace(LOAN, days=interval("2022"))), (0, 0, 0), id="time: none in the gold"),
]


@pytest.mark.parametrize(("measure", "gold", "found", "expected"), MEASURES)
def test_a_measure_counts(measure: str, gold: Account, found: Account, expected: tuple[int, int, int]) -> None:
    """(right, gold, found) of one measure."""
    assert measured(measure, gold, found) == expected


def test_what_is_found_nowhere_scores_zero() -> None:
    """An empty account is no error."""
    result = score(Account(THINGS, financings=(LOAN,)), Account())
    assert result.counts["financing"] == Count(0, 1, 0) and result.facts == 0.0


def test_errors_tell_what_was_missed_and_what_was_wrong() -> None:
    """Each in its measure, with the names."""
    result = score(Account(THINGS, financings=(replace(LOAN, quote="贷款100万元"),)), Account(THINGS, financings=(RIVAL,), numbers=(NUMBER,)))
    assert [(e.measure, e.kind) for e in result.errors] == [("financing", "unlike"), ("observation", "wrong")]
    assert result.errors[0].text == "贷款100万元: loan lender=BankBranch:农行萧山分行 to=Company:永强集团; found loan lender=Bank:农业银行 to=Company:永强集团"


# ---------------------------------------------------------------- the frozen table


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.stem)
def test_stored_predictions_score_as_frozen(path: Path) -> None:
    """The counts of every measure are those that the reference scorer gave for the same predictions."""
    result = score(read_gold(path), read_account(GOLD / "predicted" / path.name))
    assert {m: [c.right, c.gold, c.found] for m, c in result.counts.items()} == EXPECTED[path.stem]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.stem)
def test_the_gold_agrees_with_itself(path: Path) -> None:
    """An account that is the gold has nothing wrong and, what is optional aside, nothing missing."""
    gold = read_gold(path)
    counts = score(gold, gold).counts
    assert [m for m in ("relation", "post", "roles", "money", "bound", "time") if counts[m].right != counts[m].gold] == []
    assert counts["entity"].precision == counts["entity"].recall == 1.0


def test_totals_are_sums() -> None:
    """Counts over documents add up; figures are made from the sums."""
    parts = [score(read_gold(p), read_account(GOLD / "predicted" / p.name)) for p in DOCUMENTS[:3]]
    assert total(parts).counts["money"].gold == sum(EXPECTED[p.stem]["money"][1] for p in DOCUMENTS[:3])


# ---------------------------------------------------------------- calibration


def sure(*rows: tuple[float | None, bool]) -> Score:
    """Loans of a bank, with the builder's confidence and whether the lender is right."""
    gold = tuple(replace(LOAN, amount=Sum(1000.0 + n * 100, "CNY")) for n in range(len(rows)))
    found = (replace(g, lenders=("s",) if right else ("b",), confidence=c) for g, (c, right) in zip(gold, rows, strict=True))
    return score(Account(THINGS, financings=gold), Account(THINGS, financings=tuple(found)))


def test_calibration_counts_by_band() -> None:
    """A band holds its lower end; facts without confidence are in none."""
    table = scores.calibration(sure((0.95, True), (0.9, True), (0.89, False), (0.8, True), (0.5, True), (0.49, False), (None, True)))
    assert {band: row["financing"] for band, row in table.items()} == {
        ">= 0.9": (2, 1.0),
        "0.8-0.9": (2, 0.5),
        "0.7-0.8": (0, 0.0),
        "0.5-0.7": (1, 1.0),
        "< 0.5": (1, 0.0),
    }
    assert table["0.8-0.9"]["all"] == (2, 0.5) and table["0.8-0.9"]["post"] == (0, 0.0)


def test_optional_facts_are_not_judged() -> None:
    """Neither right nor wrong."""
    account = Account(THINGS, optional_financings=(LOAN,), optional_numbers=(NUMBER,), optional_posts=(Post("m", "行长", "s"),))
    found = Account(THINGS, financings=(LOAN,), numbers=(NUMBER,), posts=(Post("m", "行长", "s"),))
    assert score(account, found).verdicts == ()


def test_wrong_financiers_are_a_share_of_the_sums_matched() -> None:
    """Another financier is wrong; none is not."""
    result = sure((0.9, True), (0.9, False))
    assert scores.wrong_financiers(result) == 0.5
    silent = score(Account(THINGS, financings=(LOAN,)), Account(THINGS, financings=(replace(LOAN, lenders=()),)))
    assert (silent.paired_sums, scores.wrong_financiers(silent)) == (1, 0.0)


def test_wrong_sums_are_a_share_of_the_sums_found() -> None:
    """A value that the gold has nowhere."""
    found = Account(THINGS, financings=(LOAN,), numbers=(NUMBER,))
    assert scores.wrong_sums(score(Account(THINGS, financings=(LOAN,)), found)) == 0.5
    assert scores.wrong_sums(score(Account(THINGS), Account(THINGS))) == 0.0
