"""One way to write.

A use case decides, hands over one frozen ``Changeset``, and the store writes it whole or not at all.

PostgreSQL writes a changeset as one statement (one function call), SQLite as a few inside ``BEGIN IMMEDIATE``. Both
work through the sections in the same order, hot rows last, so that writers never lock in opposite orders. Guards are
part of the write; a guard that fails raises the ``GuardFailed`` subclass that names it, and nothing is written.

May import: ``ledger``, ``ports.records`` and ``ports.gate``. Must never: hold a statement. Add a file here: nothing but
these three kinds of thing lives here: changes, views, protocols.
"""

from __future__ import annotations

from bnpl_plugin.ports.store.changes import (
    ALWAYS_BIND,
    ENDED_COUNTS_ON,
    MUTABLE,
    ROOMS,
    Changeset,
    Event,
    LineChange,
    Move,
    PoolChange,
    RoomChange,
    UnitsChange,
)
from bnpl_plugin.ports.store.lines import Lines
from bnpl_plugin.ports.store.sales import SaleCounts, Sales, SaleView
from bnpl_plugin.ports.store.store import Confirming, Store
from bnpl_plugin.ports.store.treasury import FunderAccount, Treasury
from bnpl_plugin.ports.store.views import History, LoanBook, PoolTerms, Purchase

__all__ = [
    "ALWAYS_BIND",
    "ENDED_COUNTS_ON",
    "MUTABLE",
    "ROOMS",
    "Changeset",
    "Confirming",
    "Event",
    "FunderAccount",
    "History",
    "LineChange",
    "Lines",
    "LoanBook",
    "Move",
    "PoolChange",
    "PoolTerms",
    "Purchase",
    "RoomChange",
    "SaleCounts",
    "SaleView",
    "Sales",
    "Store",
    "Treasury",
    "UnitsChange",
]
