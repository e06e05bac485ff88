"""What a winner does with the phone: sign and pay at the test bank, give it back, or think about it until it lapses."""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Literal

from bnpl_plugin.errors import BnplError
from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.lifecycle import disclosure, payment, reconciliation, signature
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.providers.sandbox import TEST_CARDS, Behaviour, SandboxProvider
from bnpl_plugin.simulation.crowd.readying import Ready

CARDS = {card.behaviour: card.number for card in TEST_CARDS}

#: Of a hundred buyers: whose first card is refused (the phone stays theirs, the second is good), who proves it is them.
REFUSED_FIRST, THREE_D_SECURE = 10, 15

#: Seconds that somebody takes before giving the phone back, and to read more than the law wants and find the card.
_DITHERING, _READING = 2.0, 1.0

Step = Literal["sign", "pay", "cancel"]


@dataclass(order=True, slots=True)
class _Errand:
    due: float
    number: int
    step: Step = field(compare=False)


@dataclass(slots=True)
class Winners:
    """Those to whom a unit was given, each doing one thing after the other as time passes.

    Args:
        house: of the app; its provider is the test bank.
        ready: the whole crowd, by number.
        buying: out of a hundred winners, how many buy.
        luck: who does what.
    """

    house: House
    ready: list[Ready]
    buying: int
    luck: Random
    counts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    _errands: list[_Errand] = field(default_factory=list)

    @property
    def busy(self) -> bool:
        """Whether somebody is still on the way to the till, or to giving back."""
        return bool(self._errands)

    def won(self, number: int, *, now: float) -> None:
        """Let a winner decide what to do. Seconds are of any clock, the same in every call."""
        if self.luck.randrange(100) < self.buying:
            self._present(number, now=now)
        elif self.luck.randrange(2):
            self._later(now + _DITHERING + 3 * self.luck.random(), number, "cancel")
        else:
            self.counts["thinking"] += 1

    def work(self, *, now: float, most: int = 5) -> int:
        """Do what is due, at most so many things; returns how many were done."""
        done = 0
        while self._errands and self._errands[0].due <= now and done < most:
            errand = heapq.heappop(self._errands)
            try:
                self._do(errand, now=now)
            except BnplError as refusal:
                self.refused[refusal.code] += 1
            done += 1
        return done

    def _do(self, errand: _Errand, *, now: float) -> None:
        one = self.ready[errand.number]
        match errand.step:
            case "cancel":
                checkouts.cancel(self.house, checkout_id=one.checkout_id)
                self.counts["cancelled"] += 1
            case "sign":
                signature.sign(self.house, checkout_id=one.checkout_id, typed_name=one.full_name, accepted=True)
                self._later(now + _READING * self.luck.random(), errand.number, "pay")
            case "pay":
                self.counts[self._paid(one.checkout_id)] += 1

    def _present(self, number: int, *, now: float) -> None:
        """Show what the law wants shown, and come back when it has been read."""
        checkout_id = self.ready[number].checkout_id
        try:
            checkouts.refresh_offer(self.house, checkout_id=checkout_id)
            checkout = self.house.purchase(checkout_id).checkout
            disclosure.present(self.house, checkout_id=checkout_id, language=checkout.locale)
        except BnplError as refusal:
            self.refused[refusal.code] += 1
            return
        law = self.house.country(checkout.country)
        wanted = disclosure.reading_time(law, day=self.house.today(checkout.time_zone))
        read = wanted + timedelta(seconds=_READING * (1 + self.luck.random()))
        self._later(now + read.total_seconds(), number, "sign")

    def _paid(self, checkout_id: str) -> str:
        """Pay at the bank's page and come back: ``bought``, or ``paying`` while the worker still finds out."""
        drawn = self.luck.randrange(100)
        first = Behaviour.DECLINED if drawn < REFUSED_FIRST else Behaviour.SUCCESS
        if REFUSED_FIRST <= drawn < REFUSED_FIRST + THREE_D_SECURE:
            first = Behaviour.THREE_D_SECURE
        bank, state = self.house.provider, "signed"
        assert isinstance(bank, SandboxProvider)
        for card in (first, Behaviour.SUCCESS):
            attempt = payment.begin(self.house, checkout_id=checkout_id, return_url="/")
            if attempt.provider_ref is not None:
                expiry = f"12/{(self.house.clock.now().year + 3) % 100:02d}"
                bank.submit_card(attempt.provider_ref, number=CARDS[card], expiry=expiry, cvc="123")
                if card is Behaviour.THREE_D_SECURE:
                    bank.three_d_secure(attempt.provider_ref, approve=True)
            state = reconciliation.settle_checkout(self.house, checkout_id=checkout_id).state
            if state != "signed":
                break
        return "bought" if state == "confirmed" else "paying" if state in ("signed", "authorised") else state

    def _later(self, due: float, number: int, step: Step) -> None:
        heapq.heappush(self._errands, _Errand(due, number, step))
