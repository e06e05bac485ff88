"""What a treasurer may do in any history: borrow, limit, share, sell, buy back, settle with the funder."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from bnpl_plugin.lifecycle import funding
from bnpl_plugin.lifecycle.funding import borrowings, funders, limits, loan_sales
from tests.lifecycle.world import World

POOL = "pool_eur"
sums = st.sampled_from((1, 9_900, 40_000, 10**9))


class Treasurer:
    """Rules of a history, mixed into its machine."""

    world: World
    maybe: Callable[[], AbstractContextManager[None]]

    def _funder(self) -> str:
        known = self.world.house.store.treasury.funders()
        return (
            known[0].funder_id
            if known
            else funders.register(self.world.house, name="Bank", servicing_bps=500).funder_id
        )

    @rule(minor=sums, due=st.sampled_from((-1, 400)))
    def borrows(self, minor: int, due: int) -> None:
        with self.maybe():
            borrowings.take(
                self.world.house, pool_id=POOL, funder_id=self._funder(), kind="standardised", principal_minor=minor,
                nominal_rate_bps=700, due_on=self.world.house.today("UTC") + timedelta(days=due), unbounded="a test",
            )  # fmt: skip

    @rule(minor=sums, pick=st.integers(0, 9))
    def repays(self, minor: int, pick: int) -> None:
        found = self.world.house.store.treasury.borrowings(POOL)
        with self.maybe():
            chosen = found[pick % len(found)].borrowing_id if found else "bor_nothing"
            borrowings.repay(self.world.house, borrowing_id=chosen, principal_minor=minor)

    @rule(minor=sums)
    def takes_capital_out(self, minor: int) -> None:
        with self.maybe():
            funding.withdraw_capital(
                self.world.house, pool_id=POOL, amount_minor=minor, rate=Decimal(1),
                rate_on=self.world.house.today("UTC"), rate_source="operator",
            )  # fmt: skip

    @rule(scope=st.sampled_from(("plan", "merchant", "cohort")), minor=sums)
    def sets_a_limit(self, scope: str, minor: int) -> None:
        with self.maybe():
            subject = {"plan": "pay_in_3", "merchant": "host", "cohort": "A"}[scope]
            limits.set_limit(self.world.house, pool_id=POOL, scope=scope, subject=subject, ceiling_minor=minor)

    @rule(pick=st.integers(0, 9))
    def ends_a_limit(self, pick: int) -> None:
        found = self.world.house.store.treasury.limits(POOL)
        with self.maybe():
            limits.end_limit(self.world.house, limit_id=found[pick % len(found)].limit_id if found else "lim_nothing")

    @rule(share_bps=st.sampled_from((1, 3_333, 9_999)), days=st.sampled_from((1, 60)))
    def shares_new_loans(self, share_bps: int, days: int) -> None:
        now = self.world.clock.now()
        with self.maybe():
            funders.share_loans(
                self.world.house, funder_id=self._funder(), pool_id=POOL, share_bps=share_bps, starts_at=now,
                ends_at=now + timedelta(days=days),
            )  # fmt: skip

    @rule(selling=st.booleans(), minor=sums, price_bps=st.sampled_from((9_001, 10_000, 10_333)))
    def moves_loans(self, selling: bool, minor: int, price_bps: int) -> None:
        deed: Any = loan_sales.sell if selling else loan_sales.buy_back
        with self.maybe():
            deed(
                self.world.house, pool_id=POOL, funder_id=self._funder(), price_bps=price_bps, target_minor=minor,
                value_on=self.world.house.today("UTC"),
            )  # fmt: skip

    @rule()
    def settles_with_the_funder(self) -> None:
        with self.maybe():
            funders.remit(self.world.house, funder_id=self._funder(), currency="EUR", bank_ref="history")
