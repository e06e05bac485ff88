"""The lending reads of the store, on SQLAlchemy Core."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

import sqlalchemy as sa

from bnpl_plugin.ports.records import Decision, Pass, Review, Subsidy, SubsidyPart
from bnpl_plugin.storage.reads.lending import reviews, subsidies

#: How long it may be believed that a country has no active budget; our own write of one ends the belief at once.
_NO_SUBSIDY = timedelta(seconds=2)


class SqlLendingReads:
    """What use cases of credit and capital ask of the store; mixed into ``SqlStore``, which says how to read."""

    _no_subsidy: dict[tuple[str, str], datetime]  # read at that instant of the house's clock

    def _reading(self) -> AbstractContextManager[sa.Connection]:
        raise NotImplementedError

    # decisions in a person's hands ------------------------------------------------------------------------------------
    def review(self, review_id: str) -> Review | None:
        """Return a review."""
        with self._reading() as connection:
            return reviews.review(connection, review_id)

    def reviews_of(self, shopper_id: str) -> Sequence[Review]:
        """Return a shopper's reviews, newest first."""
        with self._reading() as connection:
            return reviews.reviews_of(connection, shopper_id)

    def decision(self, *, shopper_id: str, decision_id: str) -> Decision | None:
        """Return one of a shopper's decisions."""
        with self._reading() as connection:
            return reviews.decision(connection, shopper_id=shopper_id, decision_id=decision_id)

    def valid_pass(self, shopper_id: str) -> Pass | None:
        """Return a shopper's pass that was not revoked; it may have expired."""
        with self._reading() as connection:
            return reviews.valid_pass(connection, shopper_id)

    def reviews_to_mark(self, *, now: datetime, limit: int) -> Sequence[Review]:
        """Return open reviews whose clock has run out unmarked."""
        with self._reading() as connection:
            return reviews.reviews_to_mark(connection, now=now, limit=limit)

    def reviews_left(self, *, limit: int) -> Sequence[Review]:
        """Return open reviews whose checkout the shopper has given up."""
        with self._reading() as connection:
            return reviews.reviews_left(connection, limit=limit)

    # budgets for cheaper credit --------------------------------------------------------------------------------------
    def subsidy(self, subsidy_id: str) -> Subsidy | None:
        """Return a budget."""
        with self._reading() as connection:
            return subsidies.subsidy(connection, subsidy_id)

    def subsidies_on_offer(self, *, country: str, currency: str, now: datetime) -> Sequence[Subsidy]:
        """Return the active budgets of a country and currency; that there is none is asked once in two seconds."""
        since = self._no_subsidy.get((country, currency))
        if since is not None and since <= now <= since + _NO_SUBSIDY:
            return ()
        with self._reading() as connection:
            found = subsidies.on_offer(connection, country=country, currency=currency, now=now)
        if not found:
            self._no_subsidy[country, currency] = now
        return found

    def subsidies_to_watch(self, *, now: datetime, limit: int) -> Sequence[Subsidy]:
        """Return active budgets that are to end or whose warning is due."""
        with self._reading() as connection:
            return subsidies.to_watch(connection, now=now, limit=limit)

    def subsidy_parts(self, loan_id: str) -> Sequence[SubsidyPart]:
        """Return the parts of a loan's subsidy by number."""
        with self._reading() as connection:
            return subsidies.parts_of_loan(connection, loan_id)

    def subsidy_parts_due(self, *, now: datetime, limit: int) -> Sequence[SubsidyPart]:
        """Return unearned parts whose due date has come."""
        with self._reading() as connection:
            return subsidies.parts_due(connection, now=now, limit=limit)
