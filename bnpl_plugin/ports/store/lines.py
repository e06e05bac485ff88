"""What the store answers about credit lines, changes of limits, passes and told facts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bnpl_plugin.ports.records import CreditLine, Decision, LimitChange, Pass, Prequalification


class Lines(Protocol):
    """Reads for the credit line and prequalification, each one short transaction (``Store.lines``)."""

    def of_shopper(self, shopper_id: str) -> Sequence[CreditLine]:
        """Return a shopper's lines, one that is not closed first."""
        ...

    def change(self, *, shopper_id: str, limit_change_id: str) -> LimitChange | None:
        """Return one of a shopper's changes of the limit."""
        ...

    def changes(self, *, shopper_id: str, currency: str) -> Sequence[LimitChange]:
        """Return the changes of a line's limit, newest first."""
        ...

    def lowered_due(self, *, now: datetime, limit: int) -> Sequence[LimitChange]:
        """Return noticed falls whose day has come, oldest first."""
        ...

    def raises_unanswered(self, *, now: datetime, limit: int) -> Sequence[LimitChange]:
        """Return offered raises whose time is over, oldest first."""
        ...

    def late(self, *, since: datetime, limit: int) -> Sequence[CreditLine]:
        """Return open lines whose shopper has an instalment overdue that was due at ``since`` or before."""
        ...

    def cured(self, *, limit: int) -> Sequence[CreditLine]:
        """Return lines frozen for arrears whose shopper has no instalment overdue any more."""
        ...

    def decisions(self, *, shopper_id: str, limit: int = 50) -> Sequence[Decision]:
        """Return a shopper's decisions, newest first."""
        ...

    def locale_of(self, shopper_id: str) -> str | None:
        """Return the language of the shopper's newest checkout that was decided on."""
        ...

    def passes(self, *, shopper_id: str, limit: int = 20) -> Sequence[Pass]:
        """Return a shopper's passes, newest first."""
        ...

    def prequalification(self, prequalification_id: str) -> Prequalification | None:
        """Return a shop's question."""
        ...
