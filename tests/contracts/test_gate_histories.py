"""Whatever happens in whatever order, a gate says what the plain model says."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bnpl_plugin.ports.gate import ClaimState, Gate, SaleState
from tests.contracts.gate_model import GateModel
from tests.contracts.gates import END, START, phones, sale, wish

SHOPPERS = st.integers(0, 5)
ITEMS = st.sampled_from(["phone", "case"])
UNITS = st.integers(1, 3)
MINOR = st.integers(0, 4)
TRIES = st.integers(1, 3)


class GateHistory(RuleBasedStateMachine):
    """A gate beside its model; ``told`` is set by the test."""

    gate: ClassVar[Gate]
    reset: ClassVar[Any]

    @initialize(
        units=st.integers(0, 4), per=st.integers(1, 3), line=st.integers(0, 3), allotment=st.integers(0, 12),
        open_=st.booleans(),
    )  # fmt: skip
    def begin(self, units, per, line, allotment, open_):
        type(self).reset()
        items = (phones(units, per=per, line=line), phones(2, per=2, line=4, item_id="case"))
        self.sale = sale(*items, allotment=allotment)
        self.now: datetime = START if open_ else START - timedelta(seconds=30)
        self.model = GateModel(self.sale)
        self.gate.open(self.sale)
        self.refs = self.runs = 0

    @rule(shopper=SHOPPERS, item=ITEMS, units=UNITS, minor=MINOR, tries=TRIES)
    def ask(self, shopper, item, units, minor, tries):
        wanted = wish(shopper, units=units, minor=minor, item_id=item, claim=f"c_{shopper}_{item}_{tries}")
        assert self.gate.ask(wanted, now=self.now) == self.model.ask(wanted, now=self.now)

    @rule(shopper=SHOPPERS, item=ITEMS, tries=TRIES, seconds=st.integers(-10, 900))
    def keep(self, shopper, item, tries, seconds):
        named = wish(shopper, item_id=item, claim=f"c_{shopper}_{item}_{tries}")
        until = self.now + timedelta(seconds=seconds)
        assert self.gate.keep(named, now=self.now, until=until) == self.model.keep(named, until=until)

    @rule(shopper=SHOPPERS, item=ITEMS, tries=TRIES, seconds=st.integers(-10, 900))
    def stretch(self, shopper, item, tries, seconds):
        named = wish(shopper, item_id=item, claim=f"c_{shopper}_{item}_{tries}")
        until = self.now + timedelta(seconds=seconds)
        assert self.gate.stretch(named, until=until) == self.model.stretch(named, until=until)

    @rule(shopper=SHOPPERS, item=ITEMS, tries=TRIES, minor=MINOR)
    def book(self, shopper, item, tries, minor):
        named = wish(shopper, item_id=item, minor=minor, claim=f"c_{shopper}_{item}_{tries}")
        assert self.gate.book(named, now=self.now) == self.model.book(named)

    @rule(shopper=SHOPPERS, item=ITEMS, tries=TRIES)
    def release(self, shopper, item, tries):
        named = wish(shopper, item_id=item, claim=f"c_{shopper}_{item}_{tries}")
        assert self.gate.release(named, now=self.now) == self.model.release(named, now=self.now)

    @rule(seconds=st.integers(0, 90))
    def time_passes(self, seconds):
        self.now += timedelta(seconds=seconds)

    @rule()
    def sweep(self):
        late = {claim.wish.claim_id for claim in self.gate.overdue("sal_1", now=self.now, limit=99)}
        assert late == {claim.wish.claim_id for claim in self.model.due(ClaimState.HELD, now=self.now)}
        ended = {claim.wish.claim_id for claim in self.gate.sweep("sal_1", now=self.now, limit=99)}
        assert ended == self.model.sweep(now=self.now)

    @rule(what=st.sampled_from(["phone", "case", None]), amount=st.integers(-4, 4), again=st.booleans())
    def change(self, what, amount, again):
        self.refs += not again
        ref = f"ref_{what}_{self.refs}"
        want = self.model.change(what, amount, ref=ref, now=self.now)
        if what is None:
            assert self.gate.add_allotment("sal_1", minor=amount, ref=ref, now=self.now) == want
        else:
            assert self.gate.add_units("sal_1", what, units=amount, ref=ref, now=self.now) == want

    @rule(pause=st.booleans())
    def pause_or_resume(self, pause):
        if pause:
            self.gate.pause("sal_1")
        else:
            self.gate.resume("sal_1", now=self.now)
        if self.model.state is not SaleState.ENDED:
            self.model.state = SaleState.PAUSED if pause else SaleState.OPEN
        if not pause:
            self.model.pump(self.now)

    @precondition(lambda self: len(self.model.claims) > 6)
    @rule()
    def end(self):
        self.gate.end("sal_1")
        self.model.state = SaleState.ENDED

    @rule(lose=st.booleans())
    def rebuild(self, lose):
        if lose:
            type(self).reset()
        items = tuple(
            phones(
                self.model.units[item.item_id], per=item.units_per_shopper, line=item.line_limit, item_id=item.item_id
            )
            for item in self.sale.items
        )
        today = sale(*items, allotment=self.model.allotment, changes=self.model.done)
        known = list(self.model.claims.values())
        self.runs += 1
        assert self.gate.rebuild(today, claims=known, state=self.model.state, ref=f"reb_{self.runs}", now=self.now)
        self.model.pump(self.now)

    @invariant()
    def the_same_to_everybody(self):
        if not hasattr(self, "model"):
            return
        figures = self.gate.figures("sal_1")
        assert figures.left_minor == self.model.left()
        assert figures.state is self.model.state
        for name, item in figures.items.items():
            assert (item.free, item.held, item.total) == (
                self.model.free(name),
                self.model.held(name),
                self.model.units[name],
            )
            assert item.waiting == len(self.model.line(name))
        for shopper in {claim.wish.shopper_id for claim in self.model.claims.values()}:
            for name in figures.items:
                told = self.gate.place("sal_1", name, shopper_id=shopper, now=self.now)
                assert told == self.model.place(name, shopper_id=shopper, now=self.now)


@pytest.mark.timeout(300)
def test_every_history_reads_as_the_model_tells_it(gate_address):
    gate, close = gate_address.gate()
    assert END > START

    def reset():
        if gate_address.case == "redis":
            from redis import Redis

            with closing(Redis.from_url(gate_address.url)) as client:
                client.flushall()
        else:
            from bnpl_plugin.storage.gate import opening

            with gate._writing() as connection:
                opening.forget(connection, "sal_1")

    kind = type("History", (GateHistory,), {"gate": gate, "reset": staticmethod(reset)})
    few = settings(max_examples=40 if gate_address.case == "redis" else 8, stateful_step_count=30)
    run_state_machine_as_test(kind, settings=few)
    close()
