"""A charge laid on a loan: a fee or a penalty with its own due date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bnpl_plugin.credit.servicing.parts import Component


@dataclass(frozen=True, slots=True, kw_only=True)
class LaidCharge:
    """One charge as it stands.

    Attributes:
        event_id: the event that laid it.
        component: fee or penalty.
        due_on: its own due date.
        amount_minor: what it was laid for.
        waived: whether it has been given up.
    """

    event_id: str
    component: Component
    due_on: date
    amount_minor: int
    waived: bool = False
