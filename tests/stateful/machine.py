"""The machine: what shoppers, shop, bank, time and worker may do, in any order Hypothesis likes.

A refusal of ours is a right answer and is counted by its code; any other exception fails the history, and so does a
finding of the verifier after any step. When a history ends, the bank is well again and time runs on until nothing is
due: then the bank's book and ours must agree to the cent, and nothing may still lie reserved.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bnpl_plugin.errors import BnplError
from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.lifecycle import (
    disclosure,
    early_settlement,
    holds,
    identification,
    payment,
    provider_events,
    quotation,
    refund,
    signature,
)
from bnpl_plugin.lifecycle.flash_sale import selling
from bnpl_plugin.lifecycle.subsidies import budgets
from bnpl_plugin.money.amount import Money
from bnpl_plugin.ports.platform import Order
from bnpl_plugin.providers.sandbox import TEST_CARDS
from bnpl_plugin.testing import Walker
from tests.lifecycle.subsidies.giving import used, zero_percent
from tests.lifecycle.world import World, make_world
from tests.stateful.latecomer import Latecomer
from tests.stateful.reviewer import Reviewer
from tests.stateful.seller import Seller
from tests.stateful.treasurer import Treasurer

PHONES = ("+33612345670", "+33612345671", "+33612345672")
PLANS = ("pay_in_3", "pay_in_4", "pay_in_30_days", "instalments_6", "pay_in_9")
TOTALS_MINOR = (9_900, 29_900, 60_000, 190_000)
DAY = 86_400
SPANS = {"moment": 45, "quarter": 16 * 60, "ceiling": 61 * 60, "day": DAY, "month": 31 * DAY, "season": 92 * DAY}
VERBS = ("begin", "look_up", "charge", "capture", "void", "refund")
FAULTS = ("lost_before", "lost_after", "unavailable")
COUNTRIES = ("FR", "FR", "FR", "FR", "FR", "FR", "FR", "DE")

people = st.integers(0, len(PHONES) - 1)
_start = st.tuples(
    st.sampled_from(("sale", "sale", *map(str, TOTALS_MINOR))),
    st.sampled_from(PLANS[:4]),
    st.sampled_from((None, *TEST_CARDS)),
)


class History(Treasurer, Reviewer, Seller, Latecomer, RuleBasedStateMachine):
    """One history on one fresh database; a subclass says which."""

    database: ClassVar[Callable[[Path], str]]
    away: ClassVar[Callable[[str], object]] = staticmethod(lambda _url: None)
    events: ClassVar[Counter[str]] = Counter()
    refusals: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="bnpl-history-"))
        self.url = type(self).database(self.folder)
        self.world: World = make_world(self.folder, self.url, capital={"EUR": 4_000})
        self.context = self.world.app.app_context()
        self.context.push()
        self.item = self.world.sale(units=2, days=2)
        self.budget_id = zero_percent(self.world.house, minor=4_000, days=60, warn_bps=3_000).subsidy_id
        self.checkouts: list[list[str]] = [[] for _ in PHONES]
        self.tokens: list[str] = []

    # how every rule ends ---------------------------------------------------------------------------------------------
    @contextmanager
    def maybe(self) -> Iterator[None]:
        """Count a refusal by its code; let anything else fail."""
        try:
            yield
        except BnplError as refusal:
            type(self).refusals[refusal.code] += 1

    def walker(self, person: int) -> Walker:
        return self.world.shopper(phone=PHONES[person])

    def last(self, person: int) -> str:
        """The shopper's newest checkout; somebody else's for who has none; at first one that there is not."""
        mine = self.checkouts[person] or next(filter(None, self.checkouts), [])
        return mine[-1] if mine else "chk_nothing"

    def order(self, kind: str) -> Order:
        if kind == "sale":
            return self.world.shop.add(sale_item_id=self.item.sale_item_id, units=1, total_minor=9_900)
        return self.world.shop.add(total_minor=int(kind))

    # the shopper's way, a page at a time -----------------------------------------------------------------------------
    @rule(person=people, kind=st.sampled_from(("sale", *map(str, TOTALS_MINOR))), country=st.sampled_from(COUNTRIES))
    def opens(self, person: int, kind: str, country: str) -> None:
        with self.maybe():
            self.checkouts[person].append(self.walker(person).open(self.order(kind), country=country).checkout_id)

    @rule(person=people)
    def opens_again(self, person: int) -> None:
        """The back button, a second tab, another try for the same order."""
        with self.maybe():
            order = self.world.shop.orders[self.world.purchase(self.last(person)).checkout.order_ref]
            self.checkouts[person].append(self.walker(person).open(order).checkout_id)

    @rule(person=people, plan_code=st.sampled_from(PLANS))
    def chooses(self, person: int, plan_code: str) -> None:
        with self.maybe():
            checkout = self.world.purchase(self.last(person)).checkout
            offer = quotation.quote_plan(
                self.world.house,
                order=Order.from_json(checkout.cart),
                country="FR",
                merchant_id=checkout.merchant_id,
                plan_code=plan_code,
                rating=None,
                language="en",
            )
            self.tokens.append(quotation.sign_offer(self.world.house, offer=offer))
            checkouts.choose_plan(self.world.house, checkout_id=checkout.checkout_id, token=self.tokens[-1])

    @precondition(lambda self: self.tokens)
    @rule(person=people, bend=st.booleans(), pick=st.integers(0, 99))
    def sends_an_old_or_bent_offer(self, person: int, bend: bool, pick: int) -> None:
        with self.maybe():
            token = self.tokens[pick % len(self.tokens)]
            checkouts.choose_plan(
                self.world.house, checkout_id=self.last(person), token=token[:-3] + "abc" if bend else token
            )

    @rule(person=people)
    def identifies(self, person: int) -> None:
        with self.maybe():
            self.walker(person).identify(self.world.purchase(self.last(person)).checkout)

    @rule(person=people, other=people)
    def mistypes_a_code(self, person: int, other: int) -> None:
        """A wrong code, or the checkout of somebody else."""
        with self.maybe():
            identification.send_code(
                self.world.house, purpose_ref=self.last(person), phone=PHONES[person], country="FR", locale="en"
            )
            identification.identify(self.world.house, checkout_id=self.last(person), code="abc")
        with self.maybe():
            identification.identify(self.world.house, checkout_id=self.last(person), code="abc")
        with self.maybe():
            checkouts.check_owner(self.world.purchase(self.last(person)), shopper_id=f"shp_{other}")

    @rule(person=people, income_minor=st.sampled_from((300_000, 300_000, 300_000, 60_000)))
    def decides(self, person: int, income_minor: int) -> None:
        with self.maybe():
            walker = self.world.shopper(phone=PHONES[person], income_minor=income_minor, outgoings_minor=50_000)
            walker.decide(self.world.purchase(self.last(person)).checkout)

    @rule(person=people)
    def reserves(self, person: int) -> None:
        with self.maybe():
            holds.take(self.world.house, checkout_id=self.last(person))

    @rule(person=people)
    def reads_the_disclosures(self, person: int) -> None:
        with self.maybe():
            checkouts.refresh_offer(self.world.house, checkout_id=self.last(person))
            disclosure.present(self.world.house, checkout_id=self.last(person), language="fr")

    @rule(person=people)
    def signs(self, person: int) -> None:
        with self.maybe():
            signature.sign(self.world.house, checkout_id=self.last(person), typed_name="Camille Martin", accepted=True)

    @rule(person=people)
    def begins_to_pay(self, person: int) -> None:
        with self.maybe():
            payment.begin(self.world.house, checkout_id=self.last(person), return_url="http://localhost/return")

    @rule(person=people, card=st.sampled_from(TEST_CARDS), approve=st.booleans(), pick=st.integers(0, 3))
    def is_on_the_banks_page(self, person: int, card, approve: bool, pick: int) -> None:
        """Types a card on any page of the bank that was ever shown, also one left behind."""
        with self.maybe():
            attempts = [a for a in self.world.purchase(self.last(person)).attempts if a.purpose in ("first", "setup")]
            if attempts and (ref := attempts[pick % len(attempts)].provider_ref):
                self.world.bank.submit_card(ref, number=card.number, expiry="12/30", cvc="123")
                self.world.bank.three_d_secure(ref, approve=approve)

    @rule(person=people)
    def returns(self, person: int) -> None:
        with self.maybe():
            self.world.settle(self.last(person))

    @rule(person=people)
    def cancels(self, person: int) -> None:
        with self.maybe():
            checkouts.cancel(self.world.house, checkout_id=self.last(person))

    @initialize(starts=st.lists(_start, min_size=len(PHONES), max_size=len(PHONES)))
    def begins_somewhere(self, starts) -> None:
        """Histories begin in the middle of things, one loan made: Hypothesis plays each with some rules only."""
        self._buy(0, "9900", "pay_in_3", TEST_CARDS[0])
        for person, start in enumerate(starts):
            self._buy(person, *start)

    @rule(person=people, start=_start)
    def buys(self, person: int, start) -> None:
        """The whole way at once, so that histories get deep; without a card only as far as the signature."""
        self._buy(person, *start)

    def _buy(self, person: int, kind: str, plan_code: str, card) -> None:
        with self.maybe():
            order, walker = self.order(kind), self.walker(person)
            self.checkouts[person].append(walker.open(order).checkout_id)
            checkout_id = walker.to_signed(order, plan_code=plan_code)
            if card is not None:
                walker.pay(checkout_id, card=card.number)

    @rule(person=people)
    def spends_the_line_twice_at_once(self, person: int) -> None:
        """Two tabs, each approved before the other has reserved."""
        with self.maybe():
            walker = self.walker(person)
            opened = [walker.open(self.order("190000")) for _ in range(2)]
            self.checkouts[person] += [checkout.checkout_id for checkout in opened]
            for checkout in opened:
                walker.choose(checkout)
                walker.identify(checkout)
                walker.decide(checkout)
            for checkout in opened:
                holds.take(self.world.house, checkout_id=checkout.checkout_id)

    @rule(person=people)
    def signs_what_was_never_shown(self, person: int) -> None:
        with self.maybe():
            walker = self.walker(person)
            checkout = walker.open(self.order("29900"))
            self.checkouts[person].append(checkout.checkout_id)
            walker.choose(checkout)
            walker.identify(checkout)
            walker.decide(checkout)
            holds.take(self.world.house, checkout_id=checkout.checkout_id)
            signature.sign(
                self.world.house, checkout_id=checkout.checkout_id, typed_name="Camille Martin", accepted=True
            )

    # life after signature --------------------------------------------------------------------------------------------
    @rule(everything=st.booleans(), short_minor=st.sampled_from((0, 0, 0, 1)), pick=st.integers(0, 9))
    def pays_early(self, everything: bool, short_minor: int, pick: int) -> None:
        with self.maybe():
            book = self.world.house.store.loan_book(self._loan_of(pick))
            if book is not None:
                figure = early_settlement.figure(self.world.house, book=book, everything=everything)
                early_settlement.pay(
                    self.world.house,
                    loan_id=book.loan.loan_id,
                    shopper_id=book.loan.shopper_id,
                    everything=everything,
                    expected_minor=figure.payable_minor - short_minor,
                )

    @rule(pick=st.integers(0, 9), merchant_id=st.sampled_from((None, None, "mer_other")))
    def is_refunded(self, pick: int, merchant_id: str | None) -> None:
        with self.maybe():
            refund.request(self.world.house, loan_id=self._loan_of(pick), reason="returned", merchant_id=merchant_id)

    def _loan_of(self, pick: int) -> str:
        with self.world.house.store.engine.connect() as connection:  # type: ignore[attr-defined]
            loans = list(connection.execute(sa.text("SELECT loan_id FROM bnpl_loan ORDER BY loan_id")).scalars())
        return loans[pick % len(loans)] if loans else "loan_nothing"

    # the shop --------------------------------------------------------------------------------------------------------
    @rule(person=people)
    def shop_changes_the_cart(self, person: int) -> None:
        with self.maybe():
            old = self.world.purchase(self.last(person)).checkout
            self.world.shop.add(order_ref=old.order_ref, total_minor=old.total_minor + 100)

    @rule(refuse=st.sampled_from((False, False, True)))
    def shop_refuses_orders(self, refuse: bool) -> None:
        self.world.shop.refuse_next = refuse

    @rule()
    def shop_takes_unsold_units_back(self) -> None:
        with self.maybe():
            selling.return_unsold(self.world.house, sale_item_id=self.item.sale_item_id, merchant_id="host")

    @rule(deed=st.sampled_from(("stop", "resume", "resume", "top up", "extend", "open a tiny one")))
    def maker_turns_the_budget(self, deed: str) -> None:
        """The price that somebody else pays for ends, or comes back, whoever stands where."""
        with self.maybe():
            if deed == "top up":
                budgets.top_up(self.world.house, subsidy_id=self.budget_id, by=Money(1_000, "EUR"))
            elif deed == "extend":
                until = self.world.clock.now() + timedelta(days=90)
                budgets.extend(self.world.house, subsidy_id=self.budget_id, ends_at=until)
            elif deed == "open a tiny one":
                zero_percent(self.world.house, minor=1)
            else:
                turn = budgets.stop if deed == "stop" else budgets.resume
                turn(self.world.house, subsidy_id=self.budget_id)

    # time, bank and worker -------------------------------------------------------------------------------------------
    @rule(span=st.sampled_from(tuple(SPANS)))
    def time_passes(self, span: str) -> None:
        self.world.clock.advance(timedelta(seconds=SPANS[span]))

    @rule(verb=st.sampled_from(VERBS), kind=st.sampled_from(FAULTS), times=st.integers(1, 3))
    def bank_goes_wrong(self, verb: str, kind: str, times: int) -> None:
        self.world.bank.set_fault(verb, kind=kind, times=times)

    @rule(losing=st.booleans(), repeating=st.booleans())
    def webhooks_get_lost_or_repeated(self, losing: bool, repeating: bool) -> None:
        self.world.courier.losing, self.world.courier.repeating = losing, repeating

    @precondition(lambda self: self.world.courier.taken)
    @rule(pick=st.integers(0, 99), bend=st.booleans())
    def webhook_comes_again(self, pick: int, bend: bool) -> None:
        with self.maybe():
            headers, body = self.world.courier.taken[pick % len(self.world.courier.taken)]
            provider_events.receive(
                self.world.house, provider="sandbox", headers=headers, body=body + b" " if bend else body
            )

    @rule()
    def worker_works(self) -> None:
        self.world.work()

    # what must be so -------------------------------------------------------------------------------------------------
    @invariant()
    def every_promise_holds(self) -> None:
        self.world.sound()

    def teardown(self) -> None:
        """Let everything come to rest, and compare the books; count what has happened."""
        try:
            self.world.courier.losing = self.world.courier.repeating = self.world.shop.refuse_next = False
            self.world.bank_recovers()
            for hours in (0, 1, 1, 2, 26, 26, 24 * 8, 24 * 8, 24 * 30, 1, 1, 1, 2, 2):
                self.world.later(hours=hours)
            self.world.settled()
            assert self.world.pool()[0] == 0, "something is still reserved"
            assert used(self.world.house, self.budget_id)[1] == 0, "a budget is still reserved"
            with self.world.house.store.engine.connect() as connection:  # type: ignore[attr-defined]
                kinds = connection.execute(sa.text("SELECT kind, count(*) FROM bnpl_event GROUP BY kind")).all()
            type(self).events.update(dict(map(tuple, kinds)))
        finally:
            self.context.pop()
            self.world.bank.close()
            self.world.house.store.engine.dispose()  # type: ignore[attr-defined]
            type(self).away(self.url)
            shutil.rmtree(self.folder, ignore_errors=True)
