"""The answers of the audit by printed number: the worst outcome speaks, and unverified checks say nothing."""

from restated_book.consistency import answers
from restated_book.consistency.checks import CONSISTENT, DIFFERENT, IDLE, INCONSISTENT, WEAK, Result


def result(check, ids, outcome, power=0.5, *, verified=True):
    return Result(check, ids, "", outcome, power, verified, "")


def test_the_worst_outcome_speaks_for_a_number():
    found = answers.of(
        [
            result("grim", ("a", "b"), CONSISTENT, 0.25),
            result("sum", ("a",), CONSISTENT, 0.9),
            result("d-r", ("b",), INCONSISTENT),
            result("percent-count", ("c",), IDLE, 0),
            result("grim", ("d",), INCONSISTENT, verified=False),
        ]
    )
    assert found["a"] == {
        "check": "consistent as printed",
        "check_method": "mean of whole-number scores (GRIM); parts and their sum or difference",
        "check_power": 0.9,
        "check_reason": "",
    }
    assert found["b"]["check"] == "inconsistent as printed"
    assert found["b"]["check_method"] == "one effect published as d and as r"
    assert (found["c"]["check"], found["c"]["check_power"]) == ("the check has no power", 0)
    assert "d" not in found


def test_a_check_of_sizes_says_nothing_of_the_number_beside_them():
    one = result("group-sizes", ("effect", "patients"), CONSISTENT)._replace(sizes_only=frozenset({"effect"}))
    assert set(answers.of([one])) == {"patients"}


def test_a_failed_check_gives_what_it_rests_on_and_other_numbers_why_none_applies():
    failed = result("same", ("a",), DIFFERENT)._replace(sentence="1 and 2: the two differ.", condition="two papers")
    found = answers.of([failed, result("grim", ("b",), WEAK, 0.1)], {"c": "a share of costs"})
    assert found["a"]["check"] == "differs between sources"
    assert found["a"]["check_reason"] == "1 and 2: the two differ. Condition: two papers."
    assert (found["b"]["check"], found["b"]["check_reason"]) == ("consistent as printed, with little power", "")
    none = {"check": "no check applies", "check_method": "", "check_power": None, "check_reason": "a share of costs"}
    assert found["c"] == none
