"""A sum received for a whole loan, shared over its life as interest would have been earned on the balance."""

from __future__ import annotations

from bnpl_plugin.credit.schedule import Schedule
from bnpl_plugin.money.rounding import allocate


def spread_over_life(schedule: Schedule, *, total_minor: int) -> tuple[int, ...]:
    """Return each instalment's part of a sum: what the span that ends at its due date has earned.

    A span weighs the principal outstanding in it times its days, which is the pattern of a constant effective rate.
    The parts sum to the whole exactly (largest remainder, ties to the earlier one). Where no span weighs anything (all
    is paid on the first day) the last instalment takes the whole.

    Args:
        schedule: as agreed.
        total_minor: the sum in minor units, 0 or more.

    >>> from datetime import date
    >>> from bnpl_plugin.credit.schedule import Instalment
    >>> rows = (Instalment(1, date(2026, 1, 1), 100, 0, 0), Instalment(2, date(2026, 1, 31), 100, 0, 0))
    >>> spread_over_life(Schedule("EUR", date(2026, 1, 1), 200, rows), total_minor=7)
    (0, 7)
    """
    weights, since, balance_minor = [], schedule.drawdown_on, schedule.principal_minor
    for row in schedule.instalments:
        weights.append(max(balance_minor, 0) * (row.due_on - since).days)
        since, balance_minor = row.due_on, balance_minor - row.principal_minor
    if not any(weights):
        weights[-1] = 1
    return allocate(total_minor, weights=weights)
