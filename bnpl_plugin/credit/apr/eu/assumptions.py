"""Part II: what is assumed where an agreement leaves facts open, as far as credit by instalments meets it.

Directive (EU) 2023/2225 Annex III part II; the letter stands above each function. Each takes the facts that are known
and returns facts or flows for `annex_iii`. Letters (d), overdrafts, and (e), credit without end, are not sold here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from bnpl_plugin.credit.apr.result import Flow
from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.money import Money, Remainder, split

CEILING = Money(150_000, "EUR")
"""(h): the credit that is assumed while no ceiling is agreed."""


class Drawdown(NamedTuple):
    """One way of drawing a credit.

    Attributes:
        nominal_rate: a fraction a year.
        charge_minor: what drawing this way costs, in minor units.
        usual: whether it is the most common way for this type of agreement.
    """

    nominal_rate: Decimal
    charge_minor: int = 0
    usual: bool = True


# Letter (a) of Annex III part II.
def drawn_at_once(total_minor: int, *, on: date) -> tuple[Flow, ...]:
    """Return the drawdown of a credit that may be drawn freely: at once and in full.

    Args:
        total_minor: the total amount of credit, in minor units, 1 or more.
        on: the first day on which it may be drawn.

    Raises:
        InvalidInput: nothing to draw.
    """
    if total_minor < 1:
        raise InvalidInput(field="total_minor", fault=f"is {total_minor}", accepted="1 or more")
    return ((on, total_minor),)


# Letter (b) of Annex III part II.
def drawn_within_limits(total_minor: int, *, limits: Iterable[Flow]) -> tuple[Flow, ...]:
    """Return the drawdowns of a credit that may be drawn freely within limits: the earliest dates, up to each limit.

    Args:
        total_minor: the total amount of credit, in minor units, 1 or more.
        limits: (day, minor units that may be drawn from that day on, in addition to what came before).

    Raises:
        InvalidInput: the limits do not reach the total.

    >>> drawn_within_limits(1000, limits=[(date(2027, 3, 1), 900), (date(2027, 1, 1), 400)])
    ((datetime.date(2027, 1, 1), 400), (datetime.date(2027, 3, 1), 600))
    """
    left, drawn = total_minor, []
    for day, limit in sorted(limits):
        part = min(left, limit)
        if part > 0:
            drawn.append((day, part))
            left -= part
    if left or not drawn:
        raise InvalidInput(field="limits", fault=f"leave {left} undrawn", accepted="days on which all can be drawn")
    return tuple(drawn)


# Letter (c) of Annex III part II.
def dearest_usual_drawdown(ways: Iterable[Drawdown]) -> Drawdown:
    """Return the highest charge and the highest rate of the most common way of drawing.

    Args:
        ways: all ways that the agreement offers.

    Raises:
        InvalidInput: none of them is usual.
    """
    usual = [way for way in ways if way.usual]
    if not usual:
        raise InvalidInput(field="ways", fault="name no usual one", accepted="at least one usual way of drawing")
    return Drawdown(max(way.nominal_rate for way in usual), max(way.charge_minor for way in usual))


# Letter (f)(i) of Annex III part II.
def earliest_and_lowest(days: Iterable[date], *, amounts_minor: Iterable[int]) -> Flow:
    """Return a repayment whose date or amount is open: the earliest date and the lowest amount that are provided for.

    Args:
        days: the dates that the agreement allows; one if it is certain.
        amounts_minor: the amounts that it allows, in minor units; one if it is certain.

    Raises:
        InvalidInput: no date or no amount.
    """
    possible, sums = sorted(days), sorted(amounts_minor)
    if not possible or not sums:
        raise InvalidInput(field="days", fault="or amounts are missing", accepted="at least one of each")
    return (possible[0], sums[0])


# Letter (f)(ii) of Annex III part II.
def shortest_first_interval(drawdowns: Iterable[date], *, first_payments: Sequence[date]) -> tuple[date, date]:
    """Return the drawdown and the first payment with the shortest interval between them, none below zero.

    Args:
        drawdowns: the days on which the first drawdown may lie.
        first_payments: the days on which the first payment may lie.

    Raises:
        InvalidInput: no payment can follow a drawdown.

    >>> shortest_first_interval([date(2027, 1, 3), date(2027, 1, 20)], first_payments=[date(2027, 2, 1)])
    (datetime.date(2027, 1, 20), datetime.date(2027, 2, 1))
    """
    pairs = [(payment - drawn, drawn, payment) for drawn in drawdowns for payment in first_payments if payment >= drawn]
    if not pairs:
        raise InvalidInput(field="first_payments", fault="follow no drawdown", accepted="days from a drawdown on")
    _, drawn, payment = min(pairs)
    return (drawn, payment)


# Letter (g)(ii) of Annex III part II.
def charge_at_conclusion(charge_minor: int, *, concluded_on: date) -> Flow:
    """Return a charge expressed as a single sum whose date is not known: paid when the agreement is concluded.

    Args:
        charge_minor: the charge in minor units, 0 or more.
        concluded_on: the day of the agreement.
    """
    return (concluded_on, charge_minor)


# Letter (g)(iii) of Annex III part II.
def charges_with_repayments(total_minor: int, *, repaid_on: Sequence[date]) -> tuple[Flow, ...]:
    """Return charges in several payments of unknown dates and amounts: equal ones, from the first repayment on.

    Args:
        total_minor: all of them together, in minor units, 0 or more; the last one takes the remainder.
        repaid_on: the regular days of the repayments of capital, rising.

    Raises:
        InvalidInput: no days.

    >>> charges_with_repayments(100, repaid_on=[date(2027, 2, 1), date(2027, 3, 1), date(2027, 4, 1)])[2]
    (datetime.date(2027, 4, 1), 34)
    """
    if not repaid_on:
        raise InvalidInput(field="repaid_on", fault="is missing", accepted="at least one day")
    return tuple(zip(repaid_on, split(total_minor, parts=len(repaid_on), remainder=Remainder.LAST), strict=True))


# Letter (h) of Annex III part II.
def ceiling_or_assumed(ceiling: Money | None) -> Money:
    """Return the agreed ceiling of a credit, or 1,500 EUR while none is agreed.

    Args:
        ceiling: what is agreed; in another currency than the euro a country's law names its own sum.
    """
    return CEILING if ceiling is None else ceiling


# Letter (i) of Annex III part II.
def highest_for_the_whole_term(offered: Iterable[Drawdown]) -> Drawdown:
    """Return the highest rate and charge of those offered for a limited period or amount: promotions do not count.

    Args:
        offered: every rate and charge that applies at some time or to some amount.

    Raises:
        InvalidInput: nothing is offered.
    """
    all_of_them = list(offered)
    if not all_of_them:
        raise InvalidInput(field="offered", fault="is empty", accepted="at least one rate")
    return Drawdown(max(one.nominal_rate for one in all_of_them), max(one.charge_minor for one in all_of_them))
