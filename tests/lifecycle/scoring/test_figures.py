"""The statistics of a score agree with values worked by hand and with published tables."""

import math

import pytest

from bnpl_plugin.lifecycle.scoring import figures


def test_a_score_that_ranks_perfectly_backwards_and_not_at_all():
    bad = [True, True, False, False]
    assert figures.ranking([1, 2, 3, 4], bad) == (1.0, 1.0)
    assert figures.ranking([4, 3, 2, 1], bad) == (0.0, 1.0)
    assert figures.ranking([7, 7, 7, 7], bad) == (0.5, 0.0)
    assert figures.ranking([1, 2], [False, False]) is None


def test_ties_between_a_good_and_a_bad_count_half():
    found = figures.ranking([1, 2, 2, 3], [True, True, False, False])
    assert found is not None
    assert found[0] == pytest.approx((1 + 1 + 0.5 + 1) / 4)


def test_the_brier_score_of_a_coin():
    assert figures.brier([0.5, 0.5], [True, False]) == 0.25


@pytest.mark.parametrize(
    ("value", "degrees", "tail"), [(3.841, 1, 0.05), (5.991, 2, 0.05), (15.507, 8, 0.05), (16.919, 9, 0.05), (0, 3, 1)]
)
def test_the_tail_of_chi_square_as_tables_have_it(value, degrees, tail):
    assert figures.chi_square_tail(value, degrees=degrees) == pytest.approx(tail, abs=1e-4)


def test_bands_hold_every_row_once_and_never_part_equal_chances():
    chances = [0.1] * 95 + [0.2, 0.3, 0.4, 0.5, 0.6]
    parts = figures.bands(chances, [False] * 100)
    assert sum(part.rows for part in parts) == 100
    assert parts[0].rows == 95


def test_a_population_that_stays_is_stable_and_one_that_moves_is_not():
    assert figures.stability({1: 50, 2: 50}, {1: 500, 2: 500}) == 0
    assert figures.stability({1: 50, 2: 50}, {1: 75, 2: 25}) == pytest.approx(
        0.25 * math.log(1.5) - 0.25 * math.log(0.5)
    )
    assert math.isfinite(figures.stability({1: 100}, {2: 100}))


def test_a_bin_of_one_kind_alone_has_a_finite_weight():
    weights, value = figures.weights_of_evidence([(100, 0), (0, 100)])
    assert weights[0] > 0 > weights[1]
    assert math.isfinite(value)
