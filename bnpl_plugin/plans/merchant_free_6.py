"""Six monthly parts without cost to the shopper: the merchant gives 3 % of the price for them.

The share is about what six months cost at the dearest rating's rate (11.9 % for half a year on half the sum).
"""

from bnpl_plugin.ports.plan import Plan, PlanKind

PLAN = Plan(
    code="merchant_free_6",
    version=1,
    title="{count} interest-free instalments",
    kind=PlanKind.INSTALMENTS,
    count=6,
    first_today=True,
    limits={"CNY": (1_000_00, 20_000_00), "EUR": (150_00, 3_000_00), "USD": (150_00, 3_000_00)},
    mdr_bps=300,
)
