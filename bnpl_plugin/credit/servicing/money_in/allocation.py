"""Which rows and which parts of them an amount pays: past due, then due, then in advance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from enum import Enum, auto

from bnpl_plugin.credit.servicing.parts import Component, Parts
from bnpl_plugin.credit.servicing.policy import AllocationRule, FutureRule, Processing
from bnpl_plugin.credit.servicing.position.row import Row
from bnpl_plugin.money import Rounding, divide


class Timing(Enum):
    """How a row lies to the value date."""

    PAST_DUE = auto()
    DUE = auto()
    IN_ADVANCE = auto()

    @classmethod
    def of(cls, row: Row, *, on: date) -> Timing:
        """Return the timing of a row on a day."""
        if row.due_on < on:
            return cls.PAST_DUE
        return cls.DUE if row.due_on == on else cls.IN_ADVANCE


class Allocation:
    """One amount on its way through the rows; short-lived and used once."""

    def __init__(self, rows: Sequence[Row], *, amount_minor: int, on: date, due_charges: Parts | None = None) -> None:
        """Take the rows and the amount.

        Args:
            rows: the loan's rows, by due date.
            amount_minor: what there is to pay with.
            on: the value date.
            due_charges: fees and penalties whose own date has come, if the rule asks for them.
        """
        self.rows = list(rows)
        self.left_minor = amount_minor
        self.paid = Parts()
        self._on = on
        self._due_charges = due_charges or Parts()

    def run(self, rule: AllocationRule, *, future: FutureRule) -> None:
        """Pay by the rule until the amount or the debt is used up."""
        for timing in Timing:
            order = rule.components if timing is not Timing.IN_ADVANCE else rule.in_advance or rule.components
            if rule.processing is Processing.COMPONENT_BY_COMPONENT:
                for component in order:
                    self._sweep(timing, order=(component,), future=future)
            elif timing is Timing.IN_ADVANCE and rule.due_charges_first:
                self._due_charges_first(rule.components, then=order)
            else:
                self._sweep(timing, order=order, future=future)

    def _sweep(self, timing: Timing, *, order: Sequence[Component], future: FutureRule) -> None:
        while self.left_minor and (group := self._group(timing, order=order, future=future)):
            before = self.left_minor
            for component in order:
                self._evenly(group, component)
            if self.left_minor == before:
                return

    def _group(self, timing: Timing, *, order: Iterable[Component], future: FutureRule) -> list[int]:
        """Return the rows that are paid together: one, or all when payments in advance are spread."""
        found: list[int] = []
        for index, row in enumerate(self.rows):
            if row.settled_on or Timing.of(row, on=self._on) is not timing:
                continue
            left = row.still_open
            if any(left.of(component) for component in order):
                found.append(index)
                if timing is not Timing.IN_ADVANCE or future is FutureRule.NEXT:
                    break
        return found if future is FutureRule.SPREAD else found[-1:]

    def _evenly(self, group: Sequence[int], component: Component) -> None:
        share = divide(self.left_minor, by=len(group), rounding=Rounding.HALF_EVEN)
        last = self.left_minor - share * (len(group) - 1)
        for index in group:
            self._pay(index, component, at_most=last if index == group[-1] else share)

    def _due_charges_first(self, components: Sequence[Component], *, then: Sequence[Component]) -> None:
        for index, row in enumerate(self.rows):
            if Timing.of(row, on=self._on) is Timing.IN_ADVANCE and self.left_minor:
                for component in components:
                    if component is Component.PRINCIPAL:
                        self._pay(index, component, at_most=self.left_minor)
                    elif component is not Component.INTEREST:
                        paid = self._pay(index, component, at_most=self._due_charges.of(component))
                        self._due_charges = self._due_charges.minus(Parts.only(component, paid))
                for component in then:
                    self._pay(index, component, at_most=self.left_minor)

    def _pay(self, index: int, component: Component, *, at_most: int) -> int:
        row = self.rows[index]
        amount = min(at_most, self.left_minor, row.still_open.of(component))
        if amount > 0:
            self.rows[index] = row.pay(component, amount, on=self._on)
            self.left_minor -= amount
            self.paid = self.paid.plus(Parts.only(component, amount))
        return max(amount, 0)
