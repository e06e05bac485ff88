"""A level stream's rate is the one that the general way finds, to the last decimal that is kept."""

from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnpl_plugin.credit.apr.level import level_stream, root_of
from bnpl_plugin.credit.apr.result import CONTEXT, kept_rate
from bnpl_plugin.credit.apr.solver import discount_factor, first_guess, present_value, unit_rate
from bnpl_plugin.errors import SolverFailed


def general_rate(exponents, *, amounts, units):
    with localcontext(CONTEXT):
        value = present_value(exponents, amounts=amounts)
        factor = discount_factor(value, guess=first_guess(exponents, amounts=amounts))
        return kept_rate(factor**-units - 1)


@st.composite
def streams(draw):
    """Return the flows of an instalment credit, dear or nearly free, the first and last payment of any size."""
    count = draw(st.integers(4, 60))
    each = draw(st.integers(1, 10**7))
    first, last = (draw(st.one_of(st.just(each), st.integers(0, 2 * each))) for _ in range(2))
    payments = [first, *[each] * (count - 2), last]
    cost = draw(st.one_of(st.integers(1, max(1, sum(payments) // 1000)), st.integers(1, sum(payments) - 1)))
    return (cost - sum(payments), *payments)


@given(amounts=streams(), gap=st.sampled_from([1, 2, 30]))
def test_it_is_the_rate_of_the_general_way(amounts, gap):
    exponents = tuple(range(0, gap * len(amounts), gap))
    try:
        general = general_rate(exponents, amounts=amounts, units=60)
    except SolverFailed:
        with pytest.raises(SolverFailed):
            unit_rate(exponents, amounts=amounts, units=60)
        return
    found = unit_rate(exponents, amounts=amounts, units=60)
    assert abs(found - general) <= general * Decimal("1e-15")


@pytest.mark.parametrize("count", [4, 12, 24, 48])
@pytest.mark.parametrize("monthly", ["0.0002", "0.01", "0.05"])
def test_an_ordinary_credit_is_found_by_it(count, monthly):
    rate = Decimal(monthly)
    payment = 10**6 * rate / (1 - (1 + rate) ** -count)
    stream = level_stream(range(count + 1), amounts=[-(10**6), *[int(payment) + 1] * count])
    assert stream is not None
    with localcontext(CONTEXT):
        root = root_of(stream)
        assert root is not None
        assert abs(1 / root - 1 - rate) < Decimal("1e-5")
        assert abs(stream.value(root)) < Decimal("1e-8")


@pytest.mark.parametrize(
    ("exponents", "amounts"),
    [
        ([0, 1, 2, 3], [-300, 101, 101, 101]),
        ([0, 1, 2, 3, 5], [-400, 101, 101, 101, 101]),
        ([0, 1, 2, 3, 4, 5], [-500, 101, 101, 102, 101, 101]),
        ([0, 1, 2, 3, 4], [-300, -100, 150, 150, 150]),
        ([0, 1, 2, 3, 4], [-4 * 10**9, *[10**9] * 3, 10**9 + 5]),
        ([0, 1, 2, 3, 4], [-1, 10**9, 10**9, 10**9, 10**9]),
    ],
    ids=["few", "uneven", "not level", "drawn twice", "too near to nothing", "too dear"],
)
def test_what_it_is_not_made_for_is_left_to_the_general_way(exponents, amounts):
    assert level_stream(exponents, amounts=amounts) is None
    assert unit_rate(exponents, amounts=amounts, units=1) == general_rate(exponents, amounts=amounts, units=1)
