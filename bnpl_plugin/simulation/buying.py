"""One visit: look at the offers, and perhaps buy, from the open checkout to the confirmed loan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from random import Random

from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.lifecycle import (
    disclosure,
    holds,
    identification,
    payment,
    persons,
    prequalification,
    quotation,
    reconciliation,
    signature,
    underwriting,
)
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.platform import LineKind, Order, OrderLine
from bnpl_plugin.ports.records import Checkout, SaleItem
from bnpl_plugin.providers.sandbox import Behaviour
from bnpl_plugin.simulation.furnishing import CARD_NUMBERS, LuckyBank, OwnClock, Post, Shop
from bnpl_plugin.simulation.people import Person, cart_minor

#: Out of a hundred buyers: lost at the terms, lost at the bank's page, saying no to 3-D Secure.
LOST_AT_TERMS, LOST_AT_BANK, REFUSING_3DS = 4, 3, 5

#: Out of a hundred visitors who buy nothing: they ask what they could finance.
PREQUALIFYING = 8

#: How the plans are liked: weights in the order in which the offers come, cheapest first; later ones as the last.
LIKED = (30, 25, 20, 15, 10)


class Buying:
    """The way through the use cases.

    Args:
        house: the simulation's own.
        clock: its clock; reading takes time.
    """

    def __init__(self, house: House, *, clock: OwnClock) -> None:
        self._house = house
        self._clock = clock
        bank, post, shop = house.providers["sandbox"], house.notifier, house.host
        assert isinstance(bank, LuckyBank)
        assert isinstance(post, Post)
        assert isinstance(shop, Shop)
        self.prequalified: Counter[str] = Counter()
        self._bank, self._post, self._shop = bank, post, shop

    def visit(
        self, who: Person, *, visit: int, luck: Random, item: SaleItem | None, wants: bool,
        knows: Callable[[str, Person], None],
    ) -> str | None:  # fmt: skip
        """Look at the offers for a cart, and buy if that is what they want.

        ``knows`` hears of a shopper's id before anything is decided. Returns the id of a shopper who now owes, or None.
        Raises what the house refuses.
        """
        market = who.market
        price_minor = market.sale_minor if item else cart_minor(luck, market)
        name = item.name if item else "Goods"
        line = OrderLine(kind=LineKind.GOODS, name=name, quantity=1, unit_minor=price_minor)
        order = Order(
            order_ref=f"order-{who.number}-{visit}", currency=market.currency, total_minor=price_minor, lines=(line,),
            sale_item_id=item.sale_item_id if item else None, units=1 if item else 0,
        )  # fmt: skip
        offers = quotation.quote(
            self._house, order=order, country=market.country, merchant_id=self._house.host_merchant_id,
            language=market.language,
        ).offers  # fmt: skip
        if not offers:
            return None
        if not wants:
            if luck.randrange(100) < PREQUALIFYING:
                self._prequalify(who, visit=visit, knows=knows)
            return None
        self._shop.put(order)
        liked = [LIKED[min(place, len(LIKED) - 1)] for place in range(len(offers))]
        offer = luck.choices(offers, liked)[0]
        checkout = checkouts.open_checkout(
            self._house, order=order, merchant_id=self._house.host_merchant_id, country=market.country,
            return_url="/return", cancel_url="/cancel", locale=market.language,
        )  # fmt: skip
        token = quotation.sign_offer(self._house, offer=offer)
        checkouts.choose_plan(self._house, checkout_id=checkout.checkout_id, token=token)
        shopper_id = self._identified(who, checkout)
        knows(shopper_id, who)
        if not self._decided(who, checkout) or luck.randrange(100) < LOST_AT_TERMS:
            return None
        self._sign(who, checkout)
        return shopper_id if self._paid(who, checkout, luck=luck) else None

    def _identified(self, who: Person, checkout: Checkout) -> str:
        code = self._code(who, purpose_ref=checkout.checkout_id)
        return identification.identify(self._house, checkout_id=checkout.checkout_id, code=code)

    def _code(self, who: Person, *, purpose_ref: str) -> str:
        """Ask for a code and read it in the message."""
        identification.send_code(
            self._house, purpose_ref=purpose_ref, phone=who.phone, country=who.market.country,
            locale=who.market.language,
        )  # fmt: skip
        assert self._post.last is not None
        return next(word.strip(".") for word in self._post.last.text.split() if word.strip(".").isdigit())

    def _prequalify(self, who: Person, *, visit: int, knows: Callable[[str, Person], None]) -> None:
        """Ask what could be financed; a pass makes the next checkout's decision quick."""
        purpose_ref = f"sig_{who.number}_{visit}"
        code = self._code(who, purpose_ref=purpose_ref)
        shopper_id = identification.enter_code(self._house, purpose_ref=purpose_ref, code=code)
        knows(shopper_id, who)
        found = prequalification.prequalify(
            self._house, shopper_id=shopper_id, country=who.market.country, facts=self._facts(who)
        )
        self.prequalified[found.outcome] += 1

    def _decided(self, who: Person, checkout: Checkout) -> bool:
        decision = prequalification.decide_by_pass(self._house, checkout_id=checkout.checkout_id)
        if decision is None:
            decision = underwriting.decide(self._house, checkout_id=checkout.checkout_id, facts=self._facts(who))
        return decision.outcome == "approved"

    def _sign(self, who: Person, checkout: Checkout) -> None:
        checkout_id = checkout.checkout_id
        holds.take(self._house, checkout_id=checkout_id)
        disclosure.present(self._house, checkout_id=checkout_id, language=checkout.locale)
        law = self._house.country(checkout.country)
        reading = disclosure.reading_time(law, day=self._house.today(checkout.time_zone))
        self._clock.wait(reading + timedelta(seconds=5))
        checkouts.refresh_offer(self._house, checkout_id=checkout_id)
        signature.sign(self._house, checkout_id=checkout_id, typed_name=who.full_name, accepted=True)

    def _paid(self, who: Person, checkout: Checkout, *, luck: Random) -> bool:
        """Pay at the bank's pages and come back; a card that is refused is followed by a good one every other time."""
        refused_before, state = luck.randrange(2), "signed"
        for card in (who.card, Behaviour.SUCCESS):
            attempt = payment.begin(self._house, checkout_id=checkout.checkout_id, return_url="/return")
            if attempt.provider_ref is None or luck.randrange(100) < LOST_AT_BANK:
                return False
            self._bank.submit_card(
                attempt.provider_ref, number=CARD_NUMBERS[card], expiry=f"12/{(self._clock.now().year + 3) % 100:02d}",
                cvc="123",
            )  # fmt: skip
            if card is Behaviour.THREE_D_SECURE:
                self._bank.three_d_secure(attempt.provider_ref, approve=luck.randrange(100) >= REFUSING_3DS)
            state = reconciliation.settle_checkout(self._house, checkout_id=checkout.checkout_id).state
            if state != "signed" or refused_before:
                break
            tried = self._house.store.attempt(attempt.attempt_id)
            if tried is None or tried.state != "declined":
                break  # slow or unknown: the reconciler finds out
        return state == "confirmed"

    def _facts(self, who: Person) -> underwriting.Facts:
        """Tell what is asked; whether somebody studies only where the law wants to know."""
        law = self._house.country(who.market.country)
        asked = persons.asks_student(law, day=self._house.today(law.time_zone))
        return underwriting.Facts(
            who.full_name, who.birth_date, who.income_minor, who.outgoings_minor, consent=True,
            student=who.student if asked else None,
        )  # fmt: skip
