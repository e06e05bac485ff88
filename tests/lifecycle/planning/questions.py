"""Questions to the planner, and a second way to answer them: loan by loan, month by month, in plain sums."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from bnpl_plugin import registry
from bnpl_plugin.credit import build_schedule
from bnpl_plugin.lifecycle.planning import Ceiling, Funding, MixShare, PlanInputs
from bnpl_plugin.money import Money
from bnpl_plugin.ports.jurisdiction import Value
from bnpl_plugin.ports.plan import Plan

PLANS: Mapping[str, Plan] = registry.leaves("PLAN")


def mix(**shares: int) -> tuple[MixShare, ...]:
    """Return a mix from whole percentages by plan code."""
    return tuple(MixShare(PLANS[code], percent * 100) for code, percent in shares.items())


def ceilings(*times: int) -> tuple[Ceiling, ...]:
    """Return ceilings in the order of the kinds, in force since 2020."""
    return tuple(
        Ceiling(kind, Value(Decimal(one), "times net assets", date(2020, 1, 1), "a test's law", "S"))
        for kind, one in zip(Funding, times, strict=False)
    )


def question(**changed: Any) -> PlanInputs:
    """Return 600 M CNY lent in six months on 100 M CNY, a third of it in three parts, the rest over twelve months."""
    return PlanInputs(
        **{
            "target": Money.of(600_000_000, "CNY"),
            "first": date(2027, 1, 1),
            "last": date(2027, 6, 1),
            "equity": Money.of(100_000_000, "CNY"),
            "mix": mix(pay_in_3=33, instalments_12=67),
            "ceilings": ceilings(1, 4),
            **changed,
        }
    )


class ByHand(NamedTuple):
    """What the second way says of a month, as exact fractions of minor units."""

    lent: Fraction
    repaid: Fraction
    outstanding: Fraction
    peak: Fraction


def by_hand(inputs: PlanInputs) -> dict[date, ByHand]:
    """Answer an even question without losses by fractions: every loan of every day, nothing rounded."""
    flows: dict[date, list[Fraction]] = defaultdict(lambda: [Fraction(0), Fraction(0)])
    for month in inputs.months:
        following = (month + timedelta(days=31)).replace(day=1)
        length = (following - month).days
        for step in range(length):
            on = month + timedelta(days=step)
            for one in inputs.mix:
                share = Fraction(inputs.target.minor * one.share_bps, 10_000 * len(inputs.months) * length)
                flows[on][0] += share
                principal = Money(one.plan.limits[inputs.currency][1], inputs.currency)
                schedule = build_schedule(one.plan.terms(principal=principal, start_on=on, rating=None))
                for row in schedule.instalments:
                    flows[row.due_on][1] += share * row.principal_minor / schedule.principal_minor
    answer: dict[date, ByHand] = {}
    owed = Fraction(0)
    for on in sorted(flows):
        lent, repaid = flows[on]
        month = on.replace(day=1)
        before = answer.get(month, ByHand(Fraction(0), Fraction(0), owed, Fraction(0)))
        peak = max(before.peak, owed + lent)
        owed += lent - repaid
        answer[month] = ByHand(before.lent + lent, before.repaid + repaid, owed, peak)
    return answer
