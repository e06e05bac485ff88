"""How a promise's check is written: SQL that returns the rows which break it, the same text on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa

from bnpl_plugin.ports.reads import Finding


def broken(
    connection: sa.Connection,
    promise: str,
    query: str,
    said: str,
    *,
    where: Callable[[Any], bool] = lambda _row: True,
) -> Iterator[Finding]:
    """Yield a finding for each row of a query.

    Args:
        connection: open on the live database.
        promise: ``P1`` … ``P10``.
        query: a SELECT whose first column is the subject.
        said: a sentence in which ``{0}``, ``{1}`` … stand for the row's columns.
        where: which of the rows break it, where SQL alone would have to say everything twice.
    """
    for row in connection.execute(sa.text(query)):
        if where(row):
            yield Finding(promise, str(row[0]), said.format(*row))
