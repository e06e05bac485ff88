"""What holds for every rate of every law: it solves its equation, and it does not depend on how flows are written."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from bnpl_plugin.credit.apr import cn, eu, residual, uk, us, working
from bnpl_plugin.errors import SolverFailed

START = date(2026, 1, 31)
LAWS = pytest.mark.parametrize("law", [eu, uk, us, cn])


@st.composite
def loans(draw):
    """Return drawdowns and repayments of a loan: the first is a drawdown, at least as much comes back."""
    days = st.integers(0, 1500)
    drawn = [(START, draw(st.integers(1, 10**7)))]
    drawn += [(START + timedelta(days=draw(days)), draw(st.integers(1, 10**6))) for _ in range(draw(st.integers(0, 2)))]
    repaid = [(START + timedelta(days=draw(days)), draw(st.integers(1, 10**6))) for _ in range(draw(st.integers(0, 8)))]
    missing = sum(minor for _, minor in drawn) - sum(minor for _, minor in repaid)
    repaid.append((START + timedelta(days=1600), max(missing, 0) + draw(st.integers(1, 10**6))))
    return drawn, repaid


def solved(law, drawn, repaid):
    try:
        return law.apr(drawn, repayments=repaid)
    except SolverFailed:
        reject()


@LAWS
@given(loan=loans())
def test_at_the_rate_both_sides_are_worth_the_same(law, loan):
    found = solved(law, *loan)
    reach = sum(abs(row.minor) for row in working(found)) * 60  # no time is more than 54 months
    assert abs(residual(found)) <= reach * Decimal("1e-12") + Decimal("1e-5")


@LAWS
@given(loan=loans(), place=st.integers(0, 8), more=st.integers(1, 10**5))
def test_a_dearer_repayment_makes_a_higher_rate(law, loan, place, more):
    """Strictly, unless it shows only beyond what is kept: the last decimal, the ninth digit of a rate above one."""
    drawn, repaid = loan
    day, minor = repaid[place % len(repaid)]
    dearer = [*repaid[: place % len(repaid)], (day, minor + more), *repaid[place % len(repaid) + 1 :]]
    if day == START:
        reject()
    before, after = solved(law, drawn, repaid).rate, solved(law, drawn, dearer).rate
    seen = before < 1 and more * 1000 > sum(minor for _, minor in drawn)
    assert after > before if seen else after >= before * (1 - Decimal("1e-9"))


@LAWS
@given(loan=loans(), place=st.integers(0, 8), share=st.fractions(0, 1))
def test_splitting_a_flow_changes_nothing(law, loan, place, share):
    drawn, repaid = loan
    day, minor = repaid[place % len(repaid)]
    part = int(minor * share)
    halves = [*repaid[: place % len(repaid)], (day, part), (day, minor - part), *repaid[place % len(repaid) + 1 :]]
    assert solved(law, drawn, halves).rate == solved(law, drawn, repaid).rate


@LAWS
@given(loan=loans(), data=st.data())
def test_the_order_of_writing_changes_nothing(law, loan, data):
    drawn, repaid = loan
    mixed = law.apr, data.draw(st.permutations(drawn)), data.draw(st.permutations(repaid))
    assert solved(law, *mixed[1:]) == solved(law, drawn, repaid)
