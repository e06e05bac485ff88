"""Three equal monthly parts without cost, the first today."""

from bnpl_plugin.ports.plan import Plan, PlanKind

PLAN = Plan(
    code="pay_in_3",
    version=1,
    title="Pay in {count}",
    kind=PlanKind.INSTALMENTS,
    count=3,
    first_today=True,
    limits={"CNY": (100_00, 20_000_00), "EUR": (30_00, 2_000_00), "USD": (30_00, 3_000_00)},
)
