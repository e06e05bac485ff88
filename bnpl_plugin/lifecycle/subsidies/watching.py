"""A budget stops itself at its end and when no cart fits any more; before that its recipients are warned, once."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from bnpl_plugin.credit.amortisation import build_schedule
from bnpl_plugin.credit.states import SUBSIDY
from bnpl_plugin.errors import InvalidInput, StateMoved
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.lifecycle.subsidies.budgets import happened
from bnpl_plugin.lifecycle.subsidies.terms import SubsidyTerms
from bnpl_plugin.money.amount import Money
from bnpl_plugin.ports.plan import Plan
from bnpl_plugin.ports.platform import Message
from bnpl_plugin.ports.records import Json, Subsidy
from bnpl_plugin.ports.store import Changeset, Move

TEXTS: Final[Mapping[str, str]] = {
    "warned": "The budget “{name}” has used {used} of {ceiling}.",
    "used_up": "The budget “{name}” is used up ({used} of {ceiling}) and has stopped. Its special price has ended.",
    "ended": "The budget “{name}” has reached its end. It has used {used} of {ceiling}.",
}


def watch(house: House, *, limit: int) -> int:
    """End, stop and warn where it is due; returns how many budgets changed."""
    now, changed = house.clock.now(), 0
    for row in house.store.subsidies_to_watch(now=now, limit=limit):
        with suppress(StateMoved):  # another worker was first
            if row.ends_at <= now:
                changed += _tell(house, row, "ended", values(state=SUBSIDY.advance(row.state, "end")))
            elif used_up(house, row):
                changed += _tell(house, row, "used_up", values(state=SUBSIDY.advance(row.state, "stop")))
            elif row.warned_at is None:
                changed += _tell(house, row, "warned", values(warned_at=now))
    return changed


def used_up(house: House, row: Subsidy) -> bool:
    """Say whether no cart fits into what is left, and nothing held may still come back."""
    least_minor = least_fee(house, row)
    if row.free_minor and (least_minor is None or row.free_minor >= least_minor):
        return False
    standing = house.reads.subsidy(row.subsidy_id)
    return standing is not None and not standing.held_minor


def least_fee(house: House, row: Subsidy) -> int | None:
    """Return the smallest fee that the budget could be asked for, in minor units; None when it serves nothing."""
    terms = SubsidyTerms.from_json(row.terms)
    plans = [plan for plan in house.plans.values() if not terms.plan_codes or plan.code in terms.plan_codes]
    fees = [fee for plan in plans if (fee := _fee(house, plan, terms=terms, row=row))]
    return min(fees, default=None)


def tell(house: House, *, subsidy_id: str, recipient: str, what: str) -> bool:
    """Send one message about a budget to one of its recipients."""
    row = house.store.subsidy(subsidy_id)
    if row is None:
        return True
    locale = house.country(row.country).languages[0]
    text = house.translate(locale, TEXTS[what]).format(
        name=row.name, used=Money(row.used_minor, row.currency), ceiling=Money(row.ceiling_minor, row.currency)
    )
    house.notifier.send(Message(kind="subsidy_warning", to_phone=recipient, locale=locale, text=text))
    return True


def _fee(house: House, plan: Plan, *, terms: SubsidyTerms, row: Subsidy) -> int | None:
    """The fee for the lowest price at the lowest rate that is above the budget's."""
    limits, dearer = plan.limits.get(row.currency), [r for r in plan.rates.values() if r > terms.nominal_rate]
    if limits is None or not dearer:
        return None
    price, day = (
        Money(max(limits[0], terms.lowest_minor, 1), row.currency),
        house.today(house.country(row.country).time_zone),
    )
    rating = next(name for name, rate in plan.rates.items() if rate == min(dearer))
    try:
        own = build_schedule(plan.terms(principal=price, start_on=day, rating=rating))
        lower = build_schedule(
            plan.terms(principal=price, start_on=day, rating=rating, nominal_rate=terms.nominal_rate)
        )
    except InvalidInput:  # too small a price for the plan's shape
        return None
    return max(own.finance_charge_minor - lower.finance_charge_minor, 1)


def _tell(house: House, row: Subsidy, what: str, change: Json) -> int:
    move = Move(
        table="subsidy",
        key=values(subsidy_id=row.subsidy_id),
        sources=(row.state,),
        set={**change, "changed_at": house.clock.now()},
        expect=values(warned_at=row.warned_at),
    )
    jobs = tuple(
        house.job("subsidy_told", stream=row.subsidy_id, subsidy_id=row.subsidy_id, recipient=one, what=what)
        for one in SubsidyTerms.from_json(row.terms).recipients
    )
    told = happened(house, row, what, used_minor=row.used_minor, ceiling_minor=row.ceiling_minor)
    house.commit(Changeset(moves=(move,), rows=jobs, events=(told,)))
    return 1
