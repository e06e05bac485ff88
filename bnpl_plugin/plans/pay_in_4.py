"""Four equal monthly parts without cost, the first today.

The most instalments that stay outside the American Truth in Lending Act (12 CFR 1026.2(a)(17): more than four are
inside).
"""

from bnpl_plugin.ports.plan import Plan, PlanKind

PLAN = Plan(
    code="pay_in_4",
    version=1,
    title="Pay in {count}",
    kind=PlanKind.INSTALMENTS,
    count=4,
    first_today=True,
    limits={"CNY": (200_00, 20_000_00), "EUR": (40_00, 2_000_00), "USD": (40_00, 3_000_00)},
)
