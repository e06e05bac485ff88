"""What shoppers who are declined and the people who answer them may do in any history."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from hypothesis import strategies as st
from hypothesis.stateful import rule

from bnpl_plugin.lifecycle import resolution, reviews
from tests.lifecycle.world import World


class Reviewer:
    """Rules of a history, mixed into its machine."""

    world: World
    maybe: Callable[[], AbstractContextManager[None]]
    checkouts: list[list[str]]

    @rule(pick=st.integers(0, 9), statement=st.sampled_from(("", "I earn more \N{SLIGHTLY SMILING FACE}", "\x00")))
    def asks_for_a_person(self, pick: int, statement: str) -> None:
        known = [checkout_id for mine in self.checkouts for checkout_id in mine]
        with self.maybe():
            purchase = self.world.purchase(known[pick % len(known)] if known else "chk_nothing")
            decision = purchase.decision
            reviews.request(
                self.world.house, shopper_id=purchase.checkout.shopper_id or "", statement=statement,
                decision_id=decision.decision_id if decision else "dec_nothing",
            )  # fmt: skip

    @rule(pick=st.integers(0, 9), outcome=st.sampled_from(("approved", "declined")), limit=st.none() | st.just(10**9))
    def answers(self, pick: int, outcome: str, limit: int | None) -> None:
        house = self.world.house
        waiting = house.reads.reviews(state="open", limit=10).rows
        with self.maybe():
            chosen = waiting[pick % len(waiting)].review_id if waiting else "rev_nothing"
            resolution.resolve(
                house, review_id=chosen, operator="Mei", outcome=outcome, note="as told", limit_minor=limit
            )  # fmt: skip
