"""What comes late or seldom, each told whole: by single steps of chance no history would get so far."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from bnpl_plugin.errors import BnplError
from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.lifecycle import payment
from bnpl_plugin.lifecycle.subsidies import budgets
from bnpl_plugin.ports.platform import Order
from bnpl_plugin.providers.sandbox import Behaviour
from bnpl_plugin.testing import Walker
from tests.lifecycle.subsidies.giving import zero_percent
from tests.lifecycle.world import CARDS, GOOD, World

people = st.integers(0, 2)


class Latecomer:
    """Rules of a history, mixed into its machine."""

    world: World
    maybe: Callable[[], AbstractContextManager[None]]
    checkouts: list[list[str]]
    budget_id: str
    walker: Callable[[int], Walker]
    last: Callable[[int], str]
    order: Callable[[str], Order]
    prepare: Callable[..., None]

    def _signed(self, person: int, *, total: str = "29900", plan_code: str = "pay_in_3") -> str:
        order = self.order(total)
        self.checkouts[person].append(self.walker(person).open(order).checkout_id)
        return self.walker(person).to_signed(order, plan_code=plan_code)

    @rule(person=people)
    def falls_silent(self, person: int) -> None:
        """A shopper whose card fails at every instalment: reminded, tried again, at last in default."""
        with self.maybe():
            checkout_id = self._signed(person)
            self.walker(person).pay(checkout_id, card=CARDS[Behaviour.DECLINES_LATER])
            self.world.settle(checkout_id)
        for _ in range(2):
            self.world.work()
            self.world.clock.advance(timedelta(days=92))
        self.world.work()

    @rule(person=people, working=st.booleans())
    def pays_when_all_is_over(self, person: int, working: bool) -> None:
        """The card is typed on the bank's page that was left open, after the checkout was given up in another tab."""
        with self.maybe():
            checkout_id = self._signed(person)
            attempt = payment.begin(self.world.house, checkout_id=checkout_id, return_url="http://localhost/return")
            checkouts.cancel(self.world.house, checkout_id=checkout_id)
            if working:
                self.world.work()
            with suppress(BnplError):  # the bank's page may be closed by now
                self.world.bank.submit_card(attempt.provider_ref or "", number=GOOD, expiry="12/30", cvc="123")
            self.world.settle(checkout_id)

    @rule(person=people, card=st.sampled_from((GOOD, CARDS[Behaviour.DECLINED])))
    def stores_a_card_ahead(self, person: int, card: str) -> None:
        self.prepare(person, device=f"browser {person}")
        with self.maybe():
            attempt = payment.store_card(
                self.world.house, checkout_id=self.last(person), return_url="http://localhost/kept"
            )
            self.world.bank.submit_card(attempt.provider_ref or "", number=card, expiry="12/30", cvc="123")
            payment.follow_up(self.world.house, attempt=attempt)

    @rule(person=people)
    def uses_a_budget_up(self, person: int) -> None:
        """A budget of just what one purchase costs, beside which there is no other."""
        house = self.world.house
        with self.maybe():
            hold = self.world.purchase(self._signed(person, total="60000", plan_code="instalments_6")).hold
            assert hold is not None
            if hold.subsidy_id is None:
                return
            checkouts.cancel(house, checkout_id=hold.checkout_id)
            budgets.stop(house, subsidy_id=hold.subsidy_id)
            zero_percent(house, minor=hold.subsidy_minor)
            checkout_id = self._signed(person, total="60000", plan_code="instalments_6")
            self.walker(person).pay(checkout_id, card=GOOD)
            self.world.settle(checkout_id)
            self.world.work()
            budgets.resume(house, subsidy_id=self.budget_id)
