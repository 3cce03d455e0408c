from __future__ import annotations

from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from restated.errors import RestatedError
from restated.estimate import events, fragility, meta

quick = settings(deadline=None, derandomize=True, max_examples=40)


def fisher_p(a, n1, c, n2):
    """Two-sided p by adding the probabilities of all tables that are no more probable than this one."""
    total = a + c
    chance = {x: comb(n1, x) * comb(n2, total - x) for x in range(max(0, total - n2), min(n1, total) + 1)}
    return sum(w for w in chance.values() if w <= chance[a]) / comb(n1 + n2, total)


def brute_force(events1, n1, events2, n2, significant):
    """The least distance to a table with the other verdict, over every table there is; and the verdict now."""
    here, k = np.array([*events1, *events2]), len(n1)
    tables = np.array(list(product(*(range(n + 1) for n in (*n1, *n2)))))
    verdicts = significant(tables[:, :k], tables[:, k:])
    now = bool(verdicts[(tables == here).all(axis=1)][0])
    return min(np.abs(tables - here).sum(axis=1)[verdicts == (not now)], default=None), now


@st.composite
def one_trial(draw):
    n1, n2 = draw(st.integers(2, 9)), draw(st.integers(2, 9))
    return draw(st.integers(0, n1)), n1, draw(st.integers(0, n2)), n2


@quick
@given(one_trial())
def test_a_trial_against_every_table(trial):
    a, n1, c, n2 = trial

    def significant(first, second):
        return np.array([fisher_p(x, n1, y, n2) < 0.05 for x, y in zip(first.flat, second.flat, strict=True)])

    number, now = brute_force([a], [n1], [c], [n2], significant)
    found = fragility.of_trial(a, n1, c, n2)
    assert (found.number, found.significant) == (
        number if number is None or number <= fragility.MAX_CHANGES else None,
        now,
    )


@st.composite
def two_trials(draw):
    sizes = [draw(st.integers(2, 5)) for _ in range(4)]
    n1, n2 = sizes[:2], sizes[2:]
    e1, e2 = ([draw(st.integers(0, n)) for n in ns] for ns in (n1, n2))
    if any(a + c == 0 for a, c in zip(e1, e2, strict=True)):
        e1 = [max(a, 1) for a in e1]
    return e1, n1, e2, n2


@quick
@given(two_trials())
def test_a_pooled_result_against_every_table(trials):
    e1, n1, e2, n2 = trials

    def significant(a, c):
        """Verdicts of DerSimonian and Laird, written out; nan where a trial without events drops out of the ratio."""
        first, second = (np.broadcast_to(n, a.shape).ravel() for n in (n1, n2))
        y, v = (x.reshape(a.shape) for x in events.effect_sizes(a.ravel(), first, c.ravel(), second, measure="RR"))
        w = 1 / v
        total = w.sum(axis=1)
        q = (w * (y - ((w * y).sum(axis=1) / total)[:, None]) ** 2).sum(axis=1)
        tau2 = np.maximum(0, (q - (len(n1) - 1)) / (total - (w**2).sum(axis=1) / total))
        w = 1 / (v + tau2[:, None])
        estimate, se = (w * y).sum(axis=1) / w.sum(axis=1), w.sum(axis=1) ** -0.5
        return np.where(((a + c) == 0).any(axis=1), np.nan, np.abs(estimate) > norm.ppf(0.975) * se)

    number, now = brute_force(e1, n1, e2, n2, significant)
    found = fragility.of_pooled(e1, n1, e2, n2)
    assert (found.number, found.significant) == (number, now)


def test_the_changes_returned_make_the_difference():
    e1, n1, e2, n2 = np.array([[1, 2, 0], [19, 71, 24], [12, 16, 3], [19, 63, 22]])
    found = fragility.of_pooled(e1, n1, e2, n2)
    assert found.significant and np.abs(found.changes).sum() == found.number == 4
    after = events.effect_sizes(e1 + found.changes[:, 0], n1, e2 + found.changes[:, 1], n2, measure="RR")
    assert meta.fit(*after, method="DL").ci_high > 0


def test_a_result_out_of_reach_has_no_number():
    found = fragility.of_trial(40, 400, 200, 400)
    assert found.number is None and found.significant and found.changes is None


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: fragility.of_trial(5, 4, 1, 4), "trial 1 has 5 events of 4 in arm 1"),
        (lambda: fragility.of_trial(1, 4, -1, 4), "trial 1 has -1 events of 4 in arm 2"),
        (lambda: fragility.of_pooled([1, 2], [4], [1, 2], [4, 4]), "four lists of one length"),
    ],
)
def test_bad_input_is_refused_with_a_reason(call, message):
    with pytest.raises(RestatedError, match=message):
        call()


def test_a_verdict_that_is_unknown_is_never_significant():
    for counts in (([0, 0], [10, 10], [0, 0], [10, 10]), ([0, 2], [10, 10], [0, 3], [10, 10])):
        with pytest.raises(RestatedError, match=r"no information on the measure.*use the risk difference"):
            fragility.of_pooled(*counts)
        assert not fragility.of_pooled(*counts, measure="RD").significant
    assert not fragility.of_trial(0, 5, 0, 5).significant


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ((0, 0, 0, 5), "0 events of 0 in arm 1"),
        ((2.5, 5, 0, 5), "whole"),
        ((float("nan"), 5, 0, 5), "nan events of 5"),
        (("x", 5, 0, 5), "not num"),
    ],
)
def test_counts_that_no_trial_has(counts, message):
    with pytest.raises(RestatedError, match=message):
        fragility.of_trial(*counts)
