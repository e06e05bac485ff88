"""The target beside what was really lent, and beside what the capital of the present pools could lend."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from bnpl_plugin.errors import BnplError, InvalidInput
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.lifecycle.planning.inputs import PlanInputs, even_mix
from bnpl_plugin.lifecycle.planning.months import CapitalPlan, plan_capital
from bnpl_plugin.money.amount import Money
from bnpl_plugin.ports.reads import LentMonth

_TARGET = re.compile(r"([0-9]{1,18}(?:\.[0-9]+)?)([A-Z]{3}) ([0-9]{4})-(0[1-9]|1[0-2]) ([0-9]{4})-(0[1-9]|1[0-2])")
_FORM = "an amount, the first and the last month, such as 2000000000CNY 2027-01 2027-06"


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be lent from the first day of ``first``'s month to the end of ``last``'s."""

    amount: Money
    first: date
    last: date

    @classmethod
    def read(cls, text: str) -> Target:
        """Read a target. Raises ``InvalidInput``."""
        found = _TARGET.fullmatch(" ".join(text.split()))
        if found is None:
            raise InvalidInput(field="target", fault=f"is {text[:60]!r}", accepted=_FORM)
        try:
            first, last = date(int(found[3]), int(found[4]), 1), date(int(found[5]), int(found[6]), 1)
            return cls(Money.of(found[1], found[2]), first, last)
        except (BnplError, ValueError) as fault:
            raise InvalidInput(field="target", fault=f"is {text[:60]!r} ({fault})", accepted=_FORM) from fault

    def __str__(self) -> str:
        return f"{self.amount.decimal}{self.amount.currency} {self.first:%Y-%m} {self.last:%Y-%m}"


@dataclass(frozen=True, slots=True)
class Progress:
    """One month, in minor units: wanted, really lent, and what the capital could lend in the target's rhythm."""

    month: date
    target_minor: int
    lent_minor: int
    capacity_minor: int | None  # None where nothing limits it


def progress(plan: CapitalPlan, *, lent: Iterable[LentMonth]) -> tuple[Progress, ...]:
    """Return a row for each month of a plan.

    ``lent`` may hold other currencies and months: they are left out. Countries of one currency are taken together.
    """
    currency, whole = plan.inputs.currency, plan.inputs.target.minor
    done: dict[date, int] = {}
    for row in lent:
        if row.currency == currency:
            done[row.month] = done.get(row.month, 0) + row.lent_minor
    reachable = plan.reachable_minor
    return tuple(
        Progress(
            month=row.month,
            target_minor=row.lent_minor,
            lent_minor=done.get(row.month, 0),
            capacity_minor=None if reachable is None else row.lent_minor * reachable // whole,
        )
        for row in plan.months
    )


def with_pools(house: House, inputs: PlanInputs) -> PlanInputs:
    """Return a question as it is for the capital that the pools hold now: with what is borrowed, not what might be.

    Raises ``InvalidInput`` without a pool of its currency.
    """
    capital = _capital(house, inputs.currency)
    return replace(inputs, equity=capital, exchange=None, ceilings=())


def _capital(house: House, currency: str) -> Money:
    capital = sum(pool.available_minor for pool in house.reads.pools() if pool.currency == currency)
    if capital <= 0:
        raise InvalidInput(field="target", fault=f"is in {currency}", accepted="a currency with capital in a pool")
    return Money(capital, currency)


def plan_of(house: House, target: Target) -> CapitalPlan:
    """Return the plan of a target with the capital that the house's pools of its currency hold, borrowings included.

    All plans that are sold in the currency are taken alike. Raises ``InvalidInput`` without such a pool.
    """
    currency = target.amount.currency
    return plan_capital(
        PlanInputs(
            target=target.amount,
            first=target.first,
            last=target.last,
            equity=_capital(house, currency),
            mix=even_mix([*house.plans.values()], currency=currency),
        )
    )
