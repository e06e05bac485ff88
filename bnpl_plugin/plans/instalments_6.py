"""Six equal monthly instalments with interest, the first in a month; the better the rating, the cheaper.

The dearest rate stays below the lowest cap known here: China's path to four times the LPR, 12 % at an LPR of 3.0 %.
"""

from decimal import Decimal

from bnpl_plugin.ports.plan import Plan, PlanKind

PLAN = Plan(
    code="instalments_6",
    version=1,
    title="{count} monthly instalments",
    kind=PlanKind.AMORTISING,
    count=6,
    first_today=False,
    limits={"CNY": (500_00, 30_000_00), "EUR": (100_00, 4_300_00), "USD": (100_00, 4_999_00)},
    rates={"A": Decimal("0.059"), "B": Decimal("0.079"), "C": Decimal("0.099"), "D": Decimal("0.119")},
    down_payment_for_gap=True,
)
