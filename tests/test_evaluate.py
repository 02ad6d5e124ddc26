"""The measures on small pairs of gold and found, and on stored predictions against a frozen table."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from kg import scores
from kg.alike import same_metric, same_sum, unit_of
from kg.cli import main
from kg.errors import KgError
from kg.evaluate import Count, Score, align, score, total
from kg.gold import Account, Financing, Number, Post, Relation, Sum, Thing, interval, read_account, read_gold
from kg.gold_graph import from_file, from_triples

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
    pytest.param(Thing("g", "Division", "浙江省杭州市", level="prefecture"), Thing("f", "Division", "杭州", level="prefecture"), True, id="division without parent and status"),
    pytest.param(Thing("g", "Division", "吉林省", level="province"), Thing("f", "Division", "吉林市", level="prefecture"), False, id="division of another level"),
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
    pytest.param("entity", Account((replace(FIRM, optional=True),)), Account((replace(FIRM, type="Organization"),)), (0, 0, 0), id="entity: optional of another type"),
    pytest.param("relation", relations(("s", "branchOf", "b")), relations(("s", "branchOf", "b"), ("s", "branchOf", "b")), (1, 1, 1), id="relation: said twice"),
    pytest.param("relation", relations(("s", "branchOf", "b")), relations(("b", "branchOf", "s")), (0, 1, 1), id="relation: wrong way round"),
    pytest.param("relation", relations(("s", "cooperatesWith", "c")), relations(("c", "cooperatesWith", "s")), (1, 1, 1), id="relation: cooperation has no direction"),
    pytest.param("relation", relations(("p", "partOf", "w")), relations(("p", "participatesIn", "w")), (1, 1, 1), id="relation: in a programme"),
    pytest.param("relation", relations(("s", "supports", "m")), relations(), (0, 0, 0), id="relation: support of a person is a financing"),
    pytest.param("relation", Account(optional_relations=(Relation("s", "supports", "c"),)), relations(("s", "supports", "c")), (0, 0, 0), id="relation: optional"),
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
    pytest.param("financing", financings(replace(LOAN, alt_kinds=("commitment",))), financings(replace(LOAN, kinds=("commitment",))), (1, 1, 1), id="financing: the other kind"),
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
    pytest.param("financing", financings(replace(LOAN, amount=None)), financings(replace(LOAN, amount=None, to=())), (0, 1, 1), id="financing: no sum, two agree, receiver missing"),
    pytest.param("financing", financings(replace(LOAN, amount=None)), financings(replace(LOAN, amount=None)), (1, 1, 1), id="financing: no sum"),
    pytest.param("financing", financings(LOAN, replace(RIVAL, to=("p",))), financings(replace(RIVAL, to=("p",)), LOAN), (2, 2, 2), id="financing: of one sum, by roles"),
    pytest.param("financing", financings(optional=(LOAN,)), financings(RIVAL), (0, 0, 0), id="financing: optional, by its sum"),
    pytest.param("financing", financings(optional=(LOAN,)), financings(LOAN, LOAN), (0, 0, 1), id="financing: optional, once"),
    pytest.param("roles", financings(replace(LOAN, product="w")), financings(replace(LOAN, to=("p",))), (1, 3, 2), id="roles: lender right, product missed, receiver wrong"),
    pytest.param("roles", financings(), financings(LOAN), (0, 0, 2), id="roles: of a wrong financing"),
    pytest.param("observation", numbers(NUMBER), numbers(replace(NUMBER, metric=("各项存款余额",))), (1, 1, 1), id="observation: right"),
    pytest.param("observation", numbers(NUMBER), numbers(replace(NUMBER, subject="b")), (0, 1, 1), id="observation: another subject"),
    pytest.param("observation", numbers(replace(NUMBER, alt_subjects=("b",))), numbers(replace(NUMBER, subject="b")), (1, 1, 1), id="observation: the other subject"),
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
        "time", numbers(replace(NUMBER, time="2022", days=interval("2022"))), numbers(replace(NUMBER, days=interval("2022-11-30"))), (1, 1, 1), id="time: within"
    ),
    pytest.param(
        "time", numbers(replace(NUMBER, time="2022-11", days=interval("2022-11"))), numbers(replace(NUMBER, days=interval("2022"))), (0, 1, 1), id="time: coarser"
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
    assert [m for m in ("relation", "post", "roles", "money", "bound", "time") if not counts[m].right == counts[m].gold] == []
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


# ---------------------------------------------------------------- what a graph states

TURTLE = """
@prefix gf: <https://w3id.org/gongfu-kg/ns#> . @prefix gfc: <https://w3id.org/gongfu-kg/concept/> . @prefix org: <http://www.w3.org/ns/org#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix prov: <http://www.w3.org/ns/prov#> . @prefix x: <http://x/id/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
x:bank a gf:Bank , gf:FinancialInstitution ; skos:prefLabel "农业银行"@zh ; skos:altLabel "农行"@zh .
x:branch a gf:Branch ; skos:prefLabel "农行萧山分行"@zh ; org:unitOf x:bank ; gf:supports x:village .
x:village a gf:Village , gf:Division ; skos:prefLabel "梅林村"@zh ; gf:locatedIn x:county .
x:county a gf:County , gf:Division ; skos:prefLabel "萧山区"@zh ; gf:locatedIn x:city .
x:city a gf:Prefecture , gf:Division ; skos:prefLabel "杭州市"@zh .
x:person a gf:Person ; skos:prefLabel "吴\\"欣"@zh .
x:m1 gf:refersTo x:bank , x:branch , x:village , x:city , x:person .
x:c1 a gf:Claim ; rdf:subject x:branch ; rdf:predicate org:unitOf ; rdf:object x:bank ; gf:confidence 0.8 ; gf:status gfc:reported .
x:t1 a gf:Tenure ; org:member x:person ; org:organization x:branch ; gf:title "行长"@zh ; gf:status gfc:reported ; gf:confidence 0.7 .
x:t2 a gf:Tenure ; org:member x:person ; gf:atDivision x:village ; gf:title "书记"@zh ; gf:status gfc:negated .
x:f1 a gf:FinancingEvent ; gf:financier x:branch ; gf:recipient x:village ; gf:instrument gfc:creditLine ; gf:stage gfc:committed ; gf:amount x:q1 ; gf:confidence 0.6 .
x:q1 gf:value 300000.0 ; gf:min 100000.0 ; gf:max 300000.0 ; gf:currency "CNY" ; gf:qualifier gfc:range ; gf:verbatim "10万至30万元" .
x:f2 a gf:FinancingEvent ; gf:financier x:branch ; gf:instrument gfc:loan ; gf:stage gfc:disbursed ; gf:status gfc:planned .
x:f3 a gf:FinancingEvent ; gf:financier x:branch ; gf:instrument gfc:loan ; gf:stage gfc:repaid ; gf:status gfc:reported .
x:o1 a gf:Observation ; gf:about x:village ; gf:metric x:k ; gf:amount x:q2 ; gf:startDate "2022-01-01"^^xsd:date ; gf:endDate "2022-12-31"^^xsd:date .
x:k skos:prefLabel "面积"@zh , "area"@en ; skos:altLabel "种植面积"@zh .
x:q2 gf:value 30.0 ; gf:min 10.0 ; gf:max 30.0 ; gf:unit x:mu ; gf:qualifier gfc:range ; gf:verbatim "10至30亩" .
x:mu skos:notation "亩" ; skos:prefLabel "亩"@zh .
"""


@pytest.fixture
def stated(tmp_path: Path) -> Account:
    """The account of the graph above."""
    path = tmp_path / "graph.ttl"
    path.write_text(TURTLE, "utf-8")
    return from_file(path)


def test_only_what_the_text_names_counts(stated: Account) -> None:
    """The county has no mention: it is no entity, and stepped over on the way up."""
    assert [t.name for t in stated.things] == ["农业银行", "农行萧山分行", "杭州市", '吴"欣', "梅林村"]
    assert {(r.subject[-6:], r.predicate, r.object[-4:]) for r in stated.relations} == {
        ("branch", "branchOf", "bank"),
        ("branch", "supports", "lage"),
        ("illage", "locatedIn", "city"),
    }


def test_a_relation_has_the_confidence_of_its_claim(stated: Account) -> None:
    """What only the register says has none."""
    assert {r.predicate: r.confidence for r in stated.relations} == {"branchOf": 0.8, "locatedIn": None, "supports": None}


def test_negated_posts_do_not_count(stated: Account) -> None:
    """And a name's escapes are undone."""
    assert [(p.title, p.confidence) for p in stated.posts] == [("行长", 0.7)]


def test_kinds_of_financing_by_instrument_and_stage(stated: Account) -> None:
    """A committed credit line is either; a planned loan may be a commitment; a repayment is its own kind."""
    assert [f.kinds for f in stated.financings] == [("commitment", "credit_line"), ("loan", "commitment"), ("repaid",)]
    assert stated.financings[0].amount == Sum(300000, "CNY", "exact", (100000, 300000)) and stated.financings[0].quote == "10万至30万元"


def test_a_range_observed_is_two_numbers(stated: Account) -> None:
    """Its low end is over, its high end under; unit by notation, metric in Chinese."""
    assert [(n.value, n.qual, n.unit, n.metric, n.days) for n in stated.numbers] == [
        (10, "over", "亩", ("面积", "种植面积"), ("2022-01-01", "2022-12-31")),
        (30, "under", "亩", ("面积", "种植面积"), ("2022-01-01", "2022-12-31")),
    ]


def test_no_triples_no_account() -> None:
    """An empty graph states nothing."""
    assert from_triples([]) == Account()


# ---------------------------------------------------------------- gold of the user's own

PAGE = "截至2023年6月末，工行萧山分行涉农贷款余额48.7亿元。\n"
ROW: dict[str, object] = {
    "entities": [{"id": "e1", "type": "BankBranch", "name": "工行萧山分行"}],
    "observations": [{"subject": "e1", "metric": ["涉农贷款余额"], "value": 4870000000, "unit": "CNY", "qual": "exact", "time": "2023-06-30", "quote": "48.7亿元"}],
}


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one annotated document, as the current one's `my`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    folder = tmp_path / "my"
    folder.mkdir()
    (folder / "a.txt").write_text(PAGE, "utf-8")
    (folder / "a.json").write_text(json.dumps(ROW, ensure_ascii=False), "utf-8")
    return folder


def kg(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        main(["evaluate", *args])
    out, err = capsys.readouterr()
    return int(str(end.value.code or 0)), out, err


def test_evaluate_builds_and_scores(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Measures, then facts by confidence."""
    code, out, err = kg(capsys, "my", "--per-doc")
    assert (code, err) == (0, "")
    assert "entity       F1    1.000" in out and "confidence" in out and "wrong sums        0.000 of 1 found" in out and out.count("\na  ") == 1


def test_a_second_readers_figures_stand_beside(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From readers.tsv in the folder."""
    (own / "readers.tsv").write_text("entity\t0.943\n", "utf-8")
    assert [line.split()[-1] for line in kg(capsys, "my")[1].splitlines() if "second reader" in line] == ["0.943"]


def test_json_has_every_figure(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """For a program to compare."""
    data = json.loads(kg(capsys, "my", "--json")[1])
    assert data["observation"] == {"tp": 1, "gold": 1, "pred": 1, "P": 1.0, "R": 1.0, "F1": 1.0}
    assert {"facts", "calibration", "wrong_sums", "wrong_financiers"} <= set(data)


def test_errors_are_listed_for_one_or_all(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By measure, with the quote."""
    row = {**ROW, "observations": [{**ROW["observations"][0], "value": 1}]}  # type: ignore[index]
    (own / "a.json").write_text(json.dumps(row, ensure_ascii=False), "utf-8")
    for option in (["--errors", "a"], ["--errors=all"], ["--errors"]):
        out = kg(capsys, "my", *option)[1]
        assert "== a observation\nmissed  48.7亿元: BankBranch:工行萧山分行 · 涉农贷款余额 · 1 CNY" in out
    assert "==" not in kg(capsys, "my", "--errors", "b")[1]


def test_graphs_already_built_are_scored(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """NAME/graph.ttl or NAME.json of a folder; a document without either counts as empty, and the exit code says so."""
    with pytest.raises(SystemExit):
        main(["build", "my/a.txt", "-o", "built/a", "--formats", "turtle"])
    capsys.readouterr()
    built = kg(capsys, "my", "--graphs", "built")
    assert built[0] == 0 and built[1] == kg(capsys, "my")[1]
    shutil.copy(own / "a.json", own.parent / "built" / "a.json")
    shutil.rmtree(own.parent / "built" / "a")
    assert kg(capsys, "my", "--graphs", "built")[0] == 0
    code, out, err = kg(capsys, "my", "--graphs", "none")
    assert code == 1 and "entity       F1    0.000" in out and err.count("\n") == 2


def test_a_missing_text_counts_as_nothing_found(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And is told."""
    (own / "a.txt").unlink()
    code, _, err = kg(capsys, "my")
    assert code == 1 and "no text for the annotation: my/a.txt" in err.replace("\\", "/")


BAD: list[object] = [
    pytest.param("{", "Expecting", id="broken JSON"),
    pytest.param("[]", "not an object", id="a list"),
    pytest.param({"entities": 3}, "entities[0]", id="no list"),
    pytest.param({"entities": [{"id": "e", "type": "Bank"}]}, "entities[0]: no 'name'", id="no name"),
    pytest.param({"entities": [{"id": "e", "type": "Firm", "name": "x"}]}, "no such type: Firm", id="unknown type"),
    pytest.param({"entities": [{"id": "e", "type": "Division", "name": "x"}]}, "no such level", id="division without level"),
    pytest.param({"entities": [{"id": "e", "type": "Bank", "name": "x"}] * 2}, "e: its id stands here twice", id="id twice"),
    pytest.param({**ROW, "relations": [["e1", "branchOf"]]}, "relations[0]", id="relation of two"),
    pytest.param({**ROW, "relations": [["e1", "unitOf", "e1"]]}, "no such relation: unitOf", id="unknown relation"),
    pytest.param({**ROW, "posts": [{"person": "e9", "title": "行长"}]}, "no entity has the id e9", id="unknown id"),
    pytest.param({**ROW, "observations": [{"subject": "e1", "metric": ["x"], "value": "many", "unit": "个"}]}, "observations[0]", id="value is no number"),
    pytest.param({**ROW, "observations": [{"subject": "e1", "metric": ["x"], "value": 1, "unit": "个", "qual": "nearly"}]}, "no such qual", id="unknown hedge"),
]


@pytest.mark.parametrize(("data", "message"), BAD)
def test_bad_gold_is_one_clear_line(own: Path, capsys: pytest.CaptureFixture[str], data: object, message: str) -> None:
    """The file, the fact and what is wrong with it; nothing is scored."""
    (own / "a.json").write_text(data if isinstance(data, str) else json.dumps(data), "utf-8")
    code, out, err = kg(capsys, "my")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "a.json" in err and message in err


def test_a_folder_without_gold_is_told(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2."""
    (own / "a.json").unlink()
    code, _, err = kg(capsys, "my")
    assert code == 2 and "NAME.json" in err


def test_bad_figures_of_a_reader_are_told(own: Path) -> None:
    """With the line."""
    (own / "readers.tsv").write_text("entity\t0.9\nrelation 0.8\n", "utf-8")
    with pytest.raises(KgError, match="line 2|第 2 行"):
        scores.evaluate(own)
