"""The parts of a debt: principal, interest, fee and penalty, in minor units."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


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
        return cls(**{f"{component}_minor": amount_minor})

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
        amount: int = getattr(self, f"{component}_minor")
        return amount

    def plus(self, other: Parts) -> Parts:
        """Return the sum, part by part."""
        return Parts(*map(int.__add__, self, other))

    def minus(self, other: Parts) -> Parts:
        """Return the difference, part by part."""
        return Parts(*map(int.__sub__, self, other))


NOTHING = Parts()
"""No debt at all."""
