"""The answers of the audit by printed number: the worst outcome speaks, and unverified checks say nothing."""

from restated_book.consistency import CONSISTENT, INCONSISTENT, UNINFORMATIVE, Result, answers


def result(check, ids, outcome, power=0.5, *, verified=True):
    return Result(check, ids, "", outcome, power, verified, "")


def test_the_worst_outcome_speaks_for_a_number():
    found = answers.of(
        [
            result("grim", ("a", "b"), CONSISTENT, 0.25),
            result("sum", ("a",), CONSISTENT, 0.9),
            result("d-r", ("b",), INCONSISTENT),
            result("percent-count", ("c",), UNINFORMATIVE, 0),
            result("grim", ("d",), INCONSISTENT, verified=False),
        ]
    )
    assert found["a"] == {
        "check": "consistent as printed",
        "check_method": "mean of whole-number scores (GRIM); parts and their sum or difference",
        "check_power": 0.9,
    }
    assert found["b"]["check"] == "inconsistent as printed"
    assert found["b"]["check_method"] == "one effect published as d and as r"
    assert (found["c"]["check"], found["c"]["check_power"]) == ("the check has no power", 0)
    assert "d" not in found


def test_a_check_of_sizes_says_nothing_of_the_number_beside_them():
    one = result("group-sizes", ("effect", "patients"), CONSISTENT)._replace(sizes_only=frozenset({"effect"}))
    assert set(answers.of([one])) == {"patients"}
