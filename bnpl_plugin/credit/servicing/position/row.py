"""A row of a running loan: one due date with what is due, paid, waived and written off of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from bnpl_plugin.credit.servicing.parts import NOTHING, Component, Parts


class RowKind(StrEnum):
    """Where a row comes from."""

    INSTALMENT = "instalment"
    DOWN_PAYMENT = "down_payment"
    RE_AGED = "re_aged"
    ADDED = "added"
    """After the last due date: charges and brought-back principal that found no other row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One due date.

    Attributes:
        opened_on: the day its period begins.
        due_on: the day it is due.
        kind: where it comes from.
        due, paid, waived, written_off: in parts; due = paid + waived + written off + still open.
        in_advance_minor, late_minor: how much of `paid` came before the due date of then, or after it.
        brought_back: what of `due` had been paid before and was called back.
        level_minor: the instalment that principal and interest together make up, where interest is found anew.
        ahead_minor: principal paid with it beyond its instalment, of which the next rows are to be spared.
        settled_on: the day nothing was left of it, if so.
    """

    opened_on: date
    due_on: date
    kind: RowKind = RowKind.INSTALMENT
    due: Parts = NOTHING
    paid: Parts = NOTHING
    waived: Parts = NOTHING
    written_off: Parts = NOTHING
    in_advance_minor: int = 0
    late_minor: int = 0
    brought_back: Parts = NOTHING
    level_minor: int = 0
    ahead_minor: int = 0
    settled_on: date | None = None

    @property
    def still_open(self) -> Parts:
        """What is left to pay of it."""
        return NOTHING if self.settled_on else self._left

    @property
    def _left(self) -> Parts:
        left = self.due.minus(self.paid)
        if self.waived is NOTHING and self.written_off is NOTHING:
            return left
        return left.minus(self.waived).minus(self.written_off)

    @property
    def outstanding_minor(self) -> int:
        """The sum of what is left to pay of it."""
        return self.still_open.total_minor

    @property
    def is_regular(self) -> bool:
        """Whether it belongs to the agreed rhythm: not a down payment, not added after the end."""
        return self.kind in (RowKind.INSTALMENT, RowKind.RE_AGED)

    def pay(self, component: Component, amount_minor: int, *, on: date) -> Row:
        """Return the row with a part of it paid.

        Args:
            component: which part.
            amount_minor: at most what is open of it.
            on: the value date.
        """
        part = Parts.only(component, amount_minor)
        early = amount_minor if on < self.due_on else 0
        late = amount_minor if on > self.due_on else 0
        return replace(
            self,
            paid=self.paid.plus(part),
            in_advance_minor=self.in_advance_minor + early,
            late_minor=self.late_minor + late,
            settled_on=on if self._left == part else None,
        )

    def owe(self, more: Parts, *, on: date) -> Row:
        """Return the row with more (or less) due; nothing else of it changes."""
        return replace(self, due=self.due.plus(more)).judged(on)

    def waive(self, given_up: Parts, *, on: date) -> Row:
        """Return the row with a part of it waived."""
        return replace(self, waived=self.waived.plus(given_up)).judged(on)

    def write_off(self, *, on: date) -> Row:
        """Return the row with all that is open given up as a loss."""
        return replace(self, written_off=self.written_off.plus(self.still_open)).judged(on)

    def judged(self, on: date) -> Row:
        """Return the row with its day of settlement told anew after a change on a day."""
        if self._left.is_nothing:
            return self if self.settled_on else replace(self, settled_on=on)
        return replace(self, settled_on=None) if self.settled_on else self
