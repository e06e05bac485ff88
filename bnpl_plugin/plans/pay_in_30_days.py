"""The whole price thirty days after the purchase, without cost and with nothing due today."""

from bnpl_plugin.ports.plan import Plan, PlanKind

PLAN = Plan(
    code="pay_in_30_days",
    version=1,
    title="Pay in 30 days",
    kind=PlanKind.DEFERRED,
    count=1,
    first_today=False,
    limits={"CNY": (50_00, 6_000_00), "EUR": (10_00, 1_000_00), "USD": (10_00, 1_000_00)},
    first_due_days=30,
)
