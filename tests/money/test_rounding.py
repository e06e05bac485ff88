"""Division names its rounding; splitting and sharing lose nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.money import Remainder, Rounding, allocate, divide, split

#        -2.5  -1.5  -0.75  0.75  1.5  2.5
TABLE = """
half_up    -3  -2  -1   1   2   3
half_even  -2  -2  -1   1   2   2
down       -2  -1   0   0   1   2
up         -3  -2  -1   1   2   3
floor      -3  -2  -1   0   1   2
ceiling    -2  -1   0   1   2   3
"""


@pytest.mark.parametrize("row", TABLE.strip().splitlines())
def test_each_rounding_goes_where_its_name_says(row):
    name, *expected = row.split()
    quarters = (-10, -6, -3, 3, 6, 10)
    assert [divide(q, by=4, rounding=Rounding(name)) for q in quarters] == [int(e) for e in expected]
    assert [divide(-q, by=-4, rounding=Rounding(name)) for q in quarters] == [int(e) for e in expected]


def test_nothing_is_divided_by_zero():
    with pytest.raises(InvalidInput):
        divide(1, by=0)


@given(
    total=st.integers(-(10**9), 10**9),
    parts=st.integers(1, 60),
    remainder=st.sampled_from(Remainder),
    rounding=st.sampled_from(Rounding),
)
def test_a_split_sums_to_the_whole_and_no_part_turns_its_sign(total, parts, remainder, rounding):
    shares = split(total, parts=parts, remainder=remainder, rounding=rounding)
    assert len(shares) == parts
    assert sum(shares) == total
    assert all(share * total >= 0 for share in shares)


@given(total=st.integers(-(10**9), 10**9), weights=st.lists(st.integers(0, 10**6), min_size=1, max_size=20))
def test_shares_sum_to_the_whole_and_lie_within_one_of_their_proportion(total, weights):
    whole = sum(weights)
    if not whole:
        with pytest.raises(InvalidInput):
            allocate(total, weights=weights)
        return
    shares = allocate(total, weights=weights)
    assert sum(shares) == total
    assert all(abs(share * whole - total * weight) < whole for share, weight in zip(shares, weights, strict=True))


@pytest.mark.parametrize("weights", [[], [0], [1, -1, 3]])
def test_unusable_weights_are_refused(weights):
    with pytest.raises(InvalidInput):
        allocate(10, weights=weights)


def test_a_split_has_at_least_one_part():
    with pytest.raises(InvalidInput):
        split(10, parts=0)
