"""The reads that the lender's side of the house needs: people's decisions, budgets, lines, capital."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bnpl_plugin.ports.records import Decision, Pass, Review, Subsidy, SubsidyPart


class LendingReads(Protocol):
    """What use cases of credit and capital ask of the store."""

    # decisions in a person's hands ------------------------------------------------------------------------------------
    def review(self, review_id: str) -> Review | None:
        """Return a review."""
        ...

    def reviews_of(self, shopper_id: str) -> Sequence[Review]:
        """Return a shopper's reviews, newest first."""
        ...

    def decision(self, *, shopper_id: str, decision_id: str) -> Decision | None:
        """Return one of a shopper's decisions."""
        ...

    def valid_pass(self, shopper_id: str) -> Pass | None:
        """Return a shopper's pass that was not revoked; it may have expired."""
        ...

    def reviews_to_mark(self, *, now: datetime, limit: int) -> Sequence[Review]:
        """Return open reviews whose clock has run out and that are not marked overdue, oldest first."""
        ...

    def reviews_left(self, *, limit: int) -> Sequence[Review]:
        """Return open reviews whose checkout the shopper has given up, oldest first."""
        ...

    # budgets for cheaper credit ---------------------------------------------------------------------------------------
    def subsidy(self, subsidy_id: str) -> Subsidy | None:
        """Return a budget."""
        ...

    def subsidies_on_offer(self, *, country: str, currency: str, now: datetime) -> Sequence[Subsidy]:
        """Return the active budgets of a country and currency; that there is none may be known for two seconds."""
        ...

    def subsidies_to_watch(self, *, now: datetime, limit: int) -> Sequence[Subsidy]:
        """Active budgets that are to end (time over, or used up with nothing held) or whose warning is due."""
        ...

    def subsidy_parts(self, loan_id: str) -> Sequence[SubsidyPart]:
        """Return the parts of a loan's subsidy by number."""
        ...

    def subsidy_parts_due(self, *, now: datetime, limit: int) -> Sequence[SubsidyPart]:
        """Return unearned parts whose due date has come."""
        ...
