"""The parts of a debt: principal, interest, fee and penalty, in minor units."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from bnpl_plugin.errors import InvalidInput


class Component(StrEnum):
    """What a debt is made of."""

    PRINCIPAL = "principal"
    INTEREST = "interest"
    FEE = "fee"
    PENALTY = "penalty"


class Parts(NamedTuple):
    """An amount in its parts; a named tuple, because a replay makes thousands of them.

    Attributes:
        principal_minor, interest_minor, fee_minor, penalty_minor: minor units.

    >>> Parts(principal_minor=70, fee_minor=5).plus(Parts(principal_minor=30)).total_minor
    105
    """

    principal_minor: int = 0
    interest_minor: int = 0
    fee_minor: int = 0
    penalty_minor: int = 0

    @classmethod
    def only(cls, component: Component, amount_minor: int) -> Parts:
        """Return an amount that is all of one component."""
        amounts = [0, 0, 0, 0]
        amounts[_PLACES[component]] = amount_minor
        return cls(*amounts)

    @property
    def total_minor(self) -> int:
        """All parts together."""
        return sum(self)

    @property
    def cost_minor(self) -> int:
        """Everything but the principal."""
        return sum(self) - self.principal_minor

    @property
    def is_nothing(self) -> bool:
        """Whether every part is zero."""
        return not any(self)

    def of(self, component: Component) -> int:
        """Return one part."""
        return self[_PLACES[component]]

    def plus(self, other: Parts) -> Parts:
        """Return the sum, part by part."""
        return Parts(self[0] + other[0], self[1] + other[1], self[2] + other[2], self[3] + other[3])

    def minus(self, other: Parts) -> Parts:
        """Return the difference, part by part."""
        return Parts(self[0] - other[0], self[1] - other[1], self[2] - other[2], self[3] - other[3])

    def without_cost(self, given_up_minor: int) -> Parts:
        """Return the parts with cost given up: of the interest first, then of the fees, then of the penalties.

        Raises:
            InvalidInput: less than nothing, or more than there is.

        >>> Parts(principal_minor=70, interest_minor=5, fee_minor=3).without_cost(6)
        Parts(principal_minor=70, interest_minor=0, fee_minor=2, penalty_minor=0)
        """
        if not given_up_minor:
            return self
        if not 0 <= given_up_minor <= self.cost_minor:
            fault = f"is {given_up_minor}"
            raise InvalidInput(field="given_up_minor", fault=fault, accepted=f"0 to {self.cost_minor}")
        left, kept = given_up_minor, []
        for part in self[1:]:
            kept.append(part - min(part, left))
            left -= min(part, left)
        return Parts(self.principal_minor, *kept)


_PLACES = {component: place for place, component in enumerate(Component)}

NOTHING = Parts()
"""No debt at all."""


def total(parts: Iterable[Parts]) -> Parts:
    """Return the sum of parts."""
    columns = list(zip(*parts, strict=True))
    return Parts(*map(sum, columns)) if columns else NOTHING
