"""Our own book as a training set: what each decision knew, and whether the loan went bad. Nobody is named in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from bnpl_plugin.errors import ForbiddenInput, InvalidInput
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.policy.allowed import DERIVED, KNOWN, REPORTED, scorable_name
from bnpl_plugin.ports.policy.figures import figure
from bnpl_plugin.ports.reads import CreditOutcome
from bnpl_plugin.ports.rule import Evidence

TARGET = "outcome"


def scorable() -> tuple[str, ...]:
    """Return every figure that may give points."""
    names = []
    for name in (*KNOWN, *REPORTED, *DERIVED):
        with suppress(ForbiddenInput, InvalidInput):
            names.append(scorable_name(name))
    return tuple(names)


def training_rows(house: House, *, after_days: int, late_days: int) -> Iterator[tuple[str, ...]]:
    """Yield a header, then a row for each approved decision that a loan came of and that is old enough.

    A loan is bad when an instalment of it was ``late_days`` or more past due at any time in the first ``after_days``
    after the decision. Who was declined has no outcome and is not in it: points made of it know approved shoppers only.

    Raises:
        InvalidInput: days out of range.
    """
    if not 30 <= after_days <= 3_650:
        raise InvalidInput(field="after", fault=f"is {after_days} days", accepted="30 to 3650")
    if not 1 <= late_days <= after_days:
        raise InvalidInput(field="late", fault=f"is {late_days} days", accepted=f"1 to {after_days}")
    names = scorable()
    yield (*names, TARGET)
    window = timedelta(days=after_days)
    for one in house.store.outcomes(until=house.clock.now() - window):
        evidence = Evidence.from_json(one.inputs)
        known = (figure(evidence, name) for name in names)
        bad = went_bad(one, until=one.decided_at + window, late=timedelta(days=late_days))
        yield (*("" if value is None else str(int(value)) for value in known), "bad" if bad else "good")


def went_bad(one: CreditOutcome, *, until: datetime, late: timedelta) -> bool:
    """Whether an instalment was ``late`` or more past due at any time up to ``until``; a cancelled one never was."""
    return any(
        (min(changed_at, until) if state == "paid" else until) - due_at >= late
        for state, due_at, changed_at in one.instalments
        if state != "cancelled"
    )
