"""What a flash sale asks of its gate, where a rush is decided one claim at a time. Implemented in ``gates/``.

A gate decides three things and nothing else, in one atomic step: the **units** of an item, the units **per shopper**,
and the sale's **allotment** (capital that the database has set aside for it). Who may ask, and whether the shopper's
credit line bears it, was decided before, by the pass. The database is the truth: a gate's "admitted" is a promise of a
place, "it is yours" is said only after the database's commit.

A claim's life, and who moves it::

    waiting ──► admitted ──► held ──► booked          released: from every state but the two last
       the gate    the web      the                   expired: an admitted claim whose time is over
                   process      confirm               (released and expired are final: who asks again, asks anew)

- *waiting → admitted* is the gate's own step, inside whatever freed the unit: the first in line whom it suffices.
- *admitted → held* (``keep``) comes **before** the database's hold is committed. A claim that is held never expires in
  the gate: from then on the database says when it ends. So a process that dies between ``keep`` and its commit leaves a
  held claim without a hold; ``overdue`` lists it, the worker asks the database, and releases it.
- *held → booked* (``book``) follows the database's commit of the loan. If it is lost, ``overdue`` brings it back.
- *released* (``release``) follows the database's commit of the hold's end. If it is lost: ``overdue`` again.

All calls may be repeated, come late, or in another order: a claim never takes its units twice and never gives them back
twice. Instants are aware; sums are minor units of the sale's one currency.

For: the Protocol ``Gate``, its plain data and answers, and the shape of a leaf. May import: ``errors``. Must never:
decide anything. Add a file here: for another kind of data that crosses a gate; name it below.
"""

from __future__ import annotations

from bnpl_plugin.ports.gate.answers import (
    Admitted,
    AllotmentGone,
    Already,
    Answer,
    Drained,
    Ended,
    ItemFigures,
    NotOpen,
    Paused,
    Place,
    SaleFigures,
    SoldOut,
    TooManyUnits,
)
from bnpl_plugin.ports.gate.claims import (
    Claim,
    ClaimState,
    GateItem,
    GateSale,
    SaleState,
    Wish,
)
from bnpl_plugin.ports.gate.gate import (
    Gate,
    GateLeaf,
    MakeGate,
)

__all__ = [
    "Admitted",
    "AllotmentGone",
    "Already",
    "Answer",
    "Claim",
    "ClaimState",
    "Drained",
    "Ended",
    "Gate",
    "GateItem",
    "GateLeaf",
    "GateSale",
    "ItemFigures",
    "MakeGate",
    "NotOpen",
    "Paused",
    "Place",
    "SaleFigures",
    "SaleState",
    "SoldOut",
    "TooManyUnits",
    "Wish",
]
