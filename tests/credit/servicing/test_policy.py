"""A policy is checked when it is made: a wrong value never waits for a payment to show."""

from decimal import Decimal

import pytest

from bnpl_plugin.credit.servicing.interest.terms import InterestTerms
from bnpl_plugin.credit.servicing.parts import Component
from bnpl_plugin.credit.servicing.policy import AllocationRule, FutureRule, LateCharge, ServicingPolicy
from bnpl_plugin.credit.servicing.position.transaction import Source
from bnpl_plugin.errors import InvalidInput


@pytest.mark.parametrize(
    "make",
    [
        lambda: AllocationRule(components=(Component.FEE, Component.FEE, Component.INTEREST, Component.PRINCIPAL)),
        lambda: AllocationRule(in_advance=(Component.FEE,)),
        lambda: ServicingPolicy(down_payment_share=Decimal("1.01")),
        lambda: ServicingPolicy(down_payment_share=Decimal("NaN")),
        lambda: ServicingPolicy(multiple_minor=0),
        lambda: LateCharge(rate=Decimal(2)),
        lambda: InterestTerms(annual_rate=Decimal(-1)),
        lambda: InterestTerms(annual_rate=Decimal("Infinity")),
    ],
)
def test_values_out_of_range_are_refused(make):
    with pytest.raises(InvalidInput):
        make()


def test_a_source_has_its_own_rule_for_rows_to_come():
    rule = AllocationRule(future_by_source=((Source.MERCHANT_REFUND, FutureRule.LAST),))
    assert rule.future_for(Source.MERCHANT_REFUND) is FutureRule.LAST
    assert rule.future_for(Source.REPAYMENT) is FutureRule.NEXT
