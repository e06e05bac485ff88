"""Proves the promises P1–P10 on a live database; every broken one is a finding with its row's id.

For: one named function per promise, each a few set-based queries valid on both databases.
May import: ``storage.schema``, ``storage.migrations.creation``, ``ports``, and of ``lifecycle`` the pure judgement.
Must never: write; repair; stop at the first finding.
Add a file here: a group of promises; its functions take a connection, yield ``Finding``s, and are named in
``PROMISES``; a test breaks each by raw SQL and sees it named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import sqlalchemy as sa

from bnpl_plugin import registry
from bnpl_plugin.ports.reads import Finding
from bnpl_plugin.ports.rule import Rule
from bnpl_plugin.storage.refusals import our_errors
from bnpl_plugin.storage.schema.columns import POSTGRESQL
from bnpl_plugin.storage.verify.books import entries_balance, ledger_reproduces_balances, movements_are_booked_once
from bnpl_plugin.storage.verify.decisions import decisions_stand
from bnpl_plugin.storage.verify.gates import gates_hold, lotteries_keep_their_word
from bnpl_plugin.storage.verify.promises import agreements_stand, events_tell_states, schedules_sum
from bnpl_plugin.storage.verify.reservations import (
    lines_hold,
    orders_and_attempts_are_single,
    pools_hold,
    sale_items_hold,
)
from bnpl_plugin.storage.verify.reviews import people_answer
from bnpl_plugin.storage.verify.subsidies import budgets_hold, subsidies_are_earned_once

#: What proves each promise: every check yields the findings that break it.
PROMISES: Mapping[str, tuple[Callable[[sa.Connection], Iterator[Finding]], ...]] = {
    "P1": (entries_balance,),
    "P2": (schedules_sum,),
    "P3": (lines_hold,),
    "P4": (pools_hold, budgets_hold),
    "P5": (sale_items_hold, gates_hold, lotteries_keep_their_word),
    "P6": (orders_and_attempts_are_single,),
    "P7": (movements_are_booked_once,),
    "P8": (ledger_reproduces_balances, subsidies_are_earned_once),
    "P9": (agreements_stand, people_answer),
    "P10": (events_tell_states,),
}


class SqlVerifier:
    """Proves P1–P10.

    Args:
        engine: of ``build_engine``. All promises are judged as of one moment, beside running writers.
        rules: those that the policies name, a host's own among them; default: ours.
    """

    def __init__(self, engine: sa.Engine, *, rules: Mapping[str, Rule] | None = None) -> None:
        self._engine = engine
        self._rules = rules if rules is not None else registry.leaves("RULE")

    def findings(self) -> Sequence[Finding]:
        """Return every broken promise, in the order of the promises; an empty answer is the proof."""
        with our_errors(), self._engine.connect() as connection:
            if connection.dialect.name == POSTGRESQL:
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                return tuple(self._found(connection))

    def _found(self, connection: sa.Connection) -> Iterator[Finding]:
        for promise, checks in PROMISES.items():
            for check in checks:
                yield from check(connection)
            if promise == "P9":
                yield from decisions_stand(connection, rules=self._rules)
