"""How credit that was given went: what was known at each decision, and each instalment of its loan; streamed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from bnpl_plugin.ports.reads import CreditOutcome
from bnpl_plugin.storage.schema import credit, purchases

_CHUNK = 500


def outcomes(connection: sa.Connection, *, until: datetime) -> Iterator[CreditOutcome]:
    """Yield the approved decisions up to an instant that a loan came of; of several for one checkout, the last."""
    c, loan, part = credit.decision.c, purchases.loan.c, purchases.instalment.c
    later = credit.decision.alias("later").c
    decided_again = sa.exists().where(
        later.shopper_id == c.shopper_id, later.checkout_id == c.checkout_id,
        sa.tuple_(later.decided_at, later.decision_id) > sa.tuple_(c.decided_at, c.decision_id),
    )  # fmt: skip
    asked: sa.Select[Any] = (
        sa.select(c.shopper_id, c.decision_id, c.decided_at, c.inputs, part.state, part.due_at, part.changed_at)
        .join(purchases.loan, sa.and_(loan.shopper_id == c.shopper_id, loan.checkout_id == c.checkout_id))
        .join(purchases.instalment, sa.and_(part.shopper_id == loan.shopper_id, part.loan_id == loan.loan_id))
        .where(c.outcome == "approved", c.decided_at <= until, ~decided_again)
        .order_by(c.shopper_id, c.decision_id, part.number)
    )
    rows = connection.execution_options(yield_per=_CHUNK).execute(asked)
    for _, every in groupby(rows, key=lambda row: (row.shopper_id, row.decision_id)):
        own = list(every)
        parts = tuple((row.state, row.due_at, row.changed_at) for row in own)
        yield CreditOutcome(own[0].decided_at, own[0].inputs, parts)
