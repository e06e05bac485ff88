"""A schedule: what is owed, when, split into principal, interest and fee; it proves P2 on construction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise, repeat
from operator import lt
from typing import Any, NamedTuple, NoReturn, cast

from bnpl_plugin.errors import InvalidInput, UnknownCurrency
from bnpl_plugin.money.currency import MINOR_UNITS


class Instalment(NamedTuple):
    """One row of a schedule; a named tuple, because one page of offers makes dozens of them.

    Attributes:
        number: 1, 2, 3 …
        due_on: the date in the shopper's time zone.
        principal_minor, interest_minor, fee_minor: the parts in minor units, none negative.
    """

    number: int
    due_on: date
    principal_minor: int
    interest_minor: int = 0
    fee_minor: int = 0

    @property
    def total_minor(self) -> int:
        """Everything due on the date, in minor units."""
        return self.principal_minor + self.interest_minor + self.fee_minor

    def to_json(self) -> dict[str, int | str]:
        """Return the row as plain values."""
        return {
            "number": self.number,
            "due_on": self.due_on.isoformat(),
            "principal_minor": self.principal_minor,
            "interest_minor": self.interest_minor,
            "fee_minor": self.fee_minor,
        }


@dataclass(frozen=True, slots=True)
class Schedule:
    """All rows of one loan.

    Args:
        currency: ISO 4217 code of every number in it.
        drawdown_on: the day the principal becomes owed.
        principal_minor: everything drawn, in minor units, 1 or more.
        instalments: at least one row, numbered from 1, dates rising, none before the drawdown.
        later_drawdowns: (day, minor units) of what is drawn after the first day, in order; the rest is drawn on it.

    Raises:
        InvalidInput: the principal parts do not sum to the principal exactly, a part is negative or not whole, a date
            falls or is an instant.
        UnknownCurrency: not an ISO 4217 code that money is counted in.
    """

    currency: str
    drawdown_on: date
    principal_minor: int
    instalments: tuple[Instalment, ...]
    later_drawdowns: tuple[tuple[date, int], ...] = ()

    def __post_init__(self) -> None:
        if self.currency not in MINOR_UNITS:
            raise UnknownCurrency(currency=str(self.currency)[:8])
        if type(self.principal_minor) is not int or self.principal_minor < 1:
            raise _fault("principal_minor", f"is {self.principal_minor!r}", "1 or more")
        if not self.instalments:
            raise _fault("instalments", "are missing", "at least one")
        numbers, dates, principals, interests, fees = zip(*self.instalments, strict=True)
        if type(self.drawdown_on) is not date or set(map(type, dates)) != {date}:
            raise _fault("dates", "are not all dates", "dates, never instants")
        if not type(sum(principals)) is type(sum(interests)) is type(sum(fees)) is int:
            raise _fault("instalments", "hold parts that are not whole", "whole minor units")
        if (
            sum(principals) != self.principal_minor
            or min(*principals, *interests, *fees) < 0
            or numbers != _numbers(len(numbers))
            or dates[0] < self.drawdown_on
            or not all(map(lt, dates, dates[1:]))
        ):
            self._name_the_fault()
        if self.later_drawdowns:
            self._check_later_drawdowns()

    @classmethod
    def of_columns(
        cls,
        currency: str,
        *,
        drawdown_on: date,
        principal_minor: int,
        dates: Sequence[date],
        principals: Sequence[int],
        interests: Sequence[int],
        fees: Sequence[int],
    ) -> Schedule:
        """Return the schedule of columns, one entry for each row; it is proved on them, the same and quicker.

        Raises:
            InvalidInput: as the constructor.
        """
        count = len(dates)
        columns = zip(_numbers(count), dates, principals, interests, fees, strict=True)
        rows = tuple(map(_new_row, repeat(Instalment), columns))
        if (
            sum(principals) != principal_minor
            or principal_minor < 1
            or min(principals) < 0
            or (any(interests) and min(interests) < 0)
            or (any(fees) and min(fees) < 0)
            or dates[0] < drawdown_on
            or not all(map(lt, dates, dates[1:]))
        ):
            return cls(currency, drawdown_on, principal_minor, rows)
        made = object.__new__(cls)
        put_currency, put_drawdown_on, put_principal, put_instalments, put_later = _PUT
        put_currency(made, currency)
        put_drawdown_on(made, drawdown_on)
        put_principal(made, principal_minor)
        put_instalments(made, rows)
        put_later(made, ())
        return made

    def _check_later_drawdowns(self) -> None:
        days = [self.drawdown_on, *(day for day, _ in self.later_drawdowns), self.last_due_on]
        if any(later < earlier for earlier, later in pairwise(days)):
            raise _fault("later_drawdowns", "do not lie in order", f"{days[0]} to {days[-1]}")
        if any(type(minor) is not int or minor < 1 for _, minor in self.later_drawdowns):
            raise _fault("later_drawdowns", "hold no sum", "1 or more each")
        if self.drawdowns[0][1] < 1:
            raise _fault("later_drawdowns", "leave nothing for the first day", f"below {self.principal_minor}")

    def _name_the_fault(self) -> NoReturn:
        left, earliest = self.principal_minor, self.drawdown_on
        for place, (number, due_on, principal, interest, fee) in enumerate(self.instalments, start=1):
            if number != place:
                raise _fault("instalments", f"number {number} stands at place {place}", "1, 2, 3 in order")
            if due_on < earliest or (due_on == earliest and place > 1):
                raise _fault("instalments", f"date {due_on} of {number} does not rise", "rising dates")
            if principal < 0 or interest < 0 or fee < 0:
                raise _fault("instalments", f"number {number} has a negative part", "0 or more")
            left -= principal
            earliest = due_on
        raise _fault("instalments", f"principal misses the financed sum by {left}", "an exact sum (P2)")

    @property
    def drawdowns(self) -> tuple[tuple[date, int], ...]:
        """Everything drawn as (day, minor units), in order."""
        later = sum([minor for _, minor in self.later_drawdowns])
        return ((self.drawdown_on, self.principal_minor - later), *self.later_drawdowns)

    @property
    def interest_minor(self) -> int:
        """All interest, in minor units."""
        return sum(row.interest_minor for row in self.instalments)

    @property
    def fee_minor(self) -> int:
        """All fees, in minor units."""
        return sum(row.fee_minor for row in self.instalments)

    @property
    def finance_charge_minor(self) -> int:
        """What the credit costs: interest and fees, in minor units."""
        return self.total_payable_minor - self.principal_minor

    @property
    def total_payable_minor(self) -> int:
        """Everything the shopper will have paid, in minor units."""
        return sum([principal + interest + fee for _, _, principal, interest, fee in self.instalments])

    @property
    def last_due_on(self) -> date:
        """The day the loan ends."""
        return self.instalments[-1].due_on

    def to_json(self) -> dict[str, Any]:
        """Return the schedule as plain values: ints, strings, ISO dates; later drawdowns only where there are any."""
        plain = {
            "currency": self.currency,
            "drawdown_on": self.drawdown_on.isoformat(),
            "principal_minor": self.principal_minor,
            "instalments": [row.to_json() for row in self.instalments],
        }
        if self.later_drawdowns:
            plain["later_drawdowns"] = [[day.isoformat(), minor] for day, minor in self.later_drawdowns]
        return plain

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Schedule:
        """Read what `to_json` wrote; the constructor proves it again."""
        rows = cast("Sequence[Mapping[str, Any]]", data["instalments"])
        return cls(
            currency=data["currency"],
            drawdown_on=date.fromisoformat(data["drawdown_on"]),
            principal_minor=data["principal_minor"],
            instalments=tuple(
                Instalment(
                    number=row["number"],
                    due_on=date.fromisoformat(row["due_on"]),
                    principal_minor=row["principal_minor"],
                    interest_minor=row["interest_minor"],
                    fee_minor=row["fee_minor"],
                )
                for row in rows
            ),
            later_drawdowns=tuple((date.fromisoformat(day), minor) for day, minor in data.get("later_drawdowns", ())),
        )


_new_row = cast("Callable[[type[Instalment], tuple[int, date, int, int, int]], Instalment]", tuple.__new__)
"""What `Instalment._make` does, without its steps in Python."""

_PUT = tuple([
    getattr(Schedule, name).__set__
    for name in ("currency", "drawdown_on", "principal_minor", "instalments", "later_drawdowns")
])  # fmt: skip
"""What fills a frozen schedule's fields, each looked up once."""

_NUMBERS = tuple(range(1, 122))


def _numbers(count: int) -> tuple[int, ...]:
    return _NUMBERS[:count] if count <= len(_NUMBERS) else tuple(range(1, count + 1))


def _fault(field: str, fault: str, accepted: str) -> InvalidInput:
    return InvalidInput(field=field, fault=fault, accepted=accepted)
