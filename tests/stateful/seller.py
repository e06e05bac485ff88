"""What operators and shoppers of flash sales may do in any history: sales made, got ready for, tapped, ended."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from bnpl_plugin.lifecycle import holds
from bnpl_plugin.lifecycle.flash_sale import allotment, gatekeeping, readiness, selling
from bnpl_plugin.lifecycle.flash_sale.terms import Fairness, ItemTerms, SaleSubsidy, SaleTerms
from bnpl_plugin.ports.platform import Order
from bnpl_plugin.ports.records import SaleItem
from bnpl_plugin.testing import Walker
from tests.lifecycle.world import World

PRICE = 9_900
DEEDS = ("pause", "resume", "resume", "end", "units", "capital", "too much capital", "rebuild")


class Seller:
    """Rules of a history, mixed into its machine; ``item`` is of the sale that was made last."""

    world: World
    maybe: Callable[[], AbstractContextManager[None]]
    checkouts: list[list[str]]
    item: SaleItem
    walker: Callable[[int], Walker]
    last: Callable[[int], str]
    order: Callable[[str], Order]

    @rule(
        fairness=st.sampled_from(Fairness), opens_in=st.sampled_from((0, 20)), units=st.integers(1, 2),
        allotment_minor=st.sampled_from((None, 0, PRICE - 1)), own_plans=st.booleans(), subsidy=st.booleans(),
    )  # fmt: skip
    def makes_a_sale(self, fairness: Fairness, opens_in: int, own_plans: bool, subsidy: bool, **terms: Any) -> None:
        now = self.world.clock.now()
        item = ItemTerms(sku="phone", name="Phone", units=terms.pop("units"), price_minor=PRICE)
        with self.maybe():
            told = SaleTerms(
                name="Sale", country="FR", items=(item,), starts_at=now + timedelta(minutes=opens_in),
                ends_at=now + timedelta(hours=6), fairness=fairness, top_up_minor=PRICE,
                plan_codes=("pay_in_3", "instalments_6") if own_plans else (),
                subsidy=SaleSubsidy(budget_minor=500) if subsidy else None, **terms,
            )  # fmt: skip
            self.item = selling.create(self.world.house, told, merchant_id="host").items[0]

    @rule(person=st.integers(0, 2), same_browser=st.booleans())
    def gets_ready(self, person: int, same_browser: bool) -> None:
        self.prepare(person, device="one browser" if same_browser else f"browser {person}")

    @rule()
    def all_get_ready_and_tap(self) -> None:
        for person in range(len(self.checkouts)):
            self.prepare(person, device=f"browser {person}")
        self.all_tap_at_once()

    def prepare(self, person: int, *, device: str) -> None:
        with self.maybe():
            walker = self.walker(person)
            checkout = walker.open(self.order("sale"))
            self.checkouts[person].append(checkout.checkout_id)
            walker.choose(checkout)
            walker.identify(checkout)
            walker.decide(checkout)
            readiness.reserve(self.world.house, checkout_id=checkout.checkout_id, device=device)

    @rule()
    def all_tap_at_once(self) -> None:
        for person in range(len(self.checkouts)):
            with self.maybe():
                holds.take(self.world.house, checkout_id=self.last(person))

    @rule(deed=st.sampled_from(DEEDS))
    def turns_the_sale(self, deed: str) -> None:
        house, sale_id = self.world.house, self.item.sale_id
        with self.maybe():
            if deed == "units":
                selling.add_units(house, sale_id=sale_id, sale_item_id=self.item.sale_item_id, units=1, by="op")
            elif "capital" in deed:
                allotment.add(house, sale_id=sale_id, minor=PRICE if deed == "capital" else 10**9, by="op")
            elif deed == "rebuild":
                gatekeeping.rebuild(house, sale_id)
            else:
                {"pause": selling.pause, "resume": selling.resume, "end": selling.end}[deed](
                    house, sale_id=sale_id, by="op"
                )
