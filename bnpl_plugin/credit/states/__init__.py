"""The state tables: one machine each, (state, event) to state; whatever is not in the table is illegal.

For: saying what may happen next. May import: ``errors``. Must never: hold a row or an instant.
Add a file here: the machines of one matter; enter each in ``MACHINES``.
"""

from __future__ import annotations

from bnpl_plugin.credit.states.lending import (
    LIMIT_CHANGE,
    LINE,
    PASS,
    SUBSIDY,
    SUBSIDY_PART,
    LimitChangeEvent,
    LimitChangeState,
    LineEvent,
    LineState,
    PassEvent,
    PassState,
    SubsidyEvent,
    SubsidyPartEvent,
    SubsidyPartState,
    SubsidyState,
)
from bnpl_plugin.credit.states.machine import Machine
from bnpl_plugin.credit.states.purchase import (
    ATTEMPT,
    CHECKOUT,
    HOLD,
    INSTALMENT,
    LOAN,
    AttemptEvent,
    AttemptState,
    CheckoutEvent,
    CheckoutState,
    HoldEvent,
    HoldState,
    InstalmentEvent,
    InstalmentState,
    LoanEvent,
    LoanState,
)
from bnpl_plugin.credit.states.sale import SALE, SaleEvent, SaleState

MACHINES: tuple[Machine, ...] = (
    CHECKOUT,
    HOLD,
    ATTEMPT,
    LOAN,
    INSTALMENT,
    SUBSIDY,
    SUBSIDY_PART,
    LINE,
    LIMIT_CHANGE,
    PASS,
    SALE,
)

__all__ = [
    "ATTEMPT",
    "CHECKOUT",
    "HOLD",
    "INSTALMENT",
    "LIMIT_CHANGE",
    "LINE",
    "LOAN",
    "MACHINES",
    "PASS",
    "SALE",
    "SUBSIDY",
    "SUBSIDY_PART",
    "AttemptEvent",
    "AttemptState",
    "CheckoutEvent",
    "CheckoutState",
    "HoldEvent",
    "HoldState",
    "InstalmentEvent",
    "InstalmentState",
    "LimitChangeEvent",
    "LimitChangeState",
    "LineEvent",
    "LineState",
    "LoanEvent",
    "LoanState",
    "Machine",
    "PassEvent",
    "PassState",
    "SaleEvent",
    "SaleState",
    "SubsidyEvent",
    "SubsidyPartEvent",
    "SubsidyPartState",
    "SubsidyState",
]
