"""What the test bank does: authorise, capture, charge, void, refund, and what a shopper does on its pages.

Time moves a movement on by itself (a slow card gets ready, an authorisation lapses); the bank looks at its clock at the
start of every transaction and does what has become due.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bnpl_plugin.errors import CheckoutNotFound, InvalidInput
from bnpl_plugin.ports.provider import DeclineCode, Instruction
from bnpl_plugin.providers.sandbox.book import Book, Line, Movement, MovementState, Page, stamp
from bnpl_plugin.providers.sandbox.cards import BY_NUMBER, BankCard, Behaviour

_HIDDEN_LOOKS: Final = 2  # how often the "unknown" card's answer gets lost again
_AT_CHECKOUT: Final = {
    Behaviour.DECLINED: DeclineCode.CARD_DECLINED,
    Behaviour.INSUFFICIENT_FUNDS: DeclineCode.INSUFFICIENT_FUNDS,
}
_OFF_SESSION: Final = _AT_CHECKOUT | {
    Behaviour.THREE_D_SECURE_LATER: DeclineCode.AUTHENTICATION_REQUIRED,
    Behaviour.DECLINES_LATER: DeclineCode.INSUFFICIENT_FUNDS,
}
_UNFINISHED: Final = (MovementState.OPEN, MovementState.THREE_D_SECURE, MovementState.PROCESSING)


@dataclass(frozen=True, slots=True)
class Habits:
    """How this bank behaves.

    Attributes:
        slow_seconds: how long the slow card takes by the bank's clock.
        authorisation_days: how long an authorisation holds.
    """

    slow_seconds: int = 20
    authorisation_days: int = 7


class BankRefuses(Exception):
    """The bank cannot take the order as it is (reused key, wrong amount, nothing to give back); it has done nothing."""


class Bank:
    """The bank behind the sandbox provider. Every method is one committed transaction of the bank's own book."""

    def __init__(self, book: Book, *, habits: Habits) -> None:
        self.book = book
        self._habits = habits

    # what the shop asks ----------------------------------------------------------------------------------------------
    def begin(self, instruction: Instruction) -> Movement:
        """Open a movement that waits for a card, or try a saved one; the same key finds the same movement."""
        with self._day() as page:
            known = self._known(page, instruction, verb="begin")
            if known is not None:
                return known
            opened = page.put(self._new(page, instruction, verb="begin", state=MovementState.OPEN))
            if not instruction.method_ref:
                return opened
            customer_ref = instruction.customer_ref or ""
            number = page.card_of(method_ref=instruction.method_ref, customer_ref=customer_ref)
            if number is None:
                return self._decline(page, opened, code=DeclineCode.INVALID_CARD)
            named = page.change(opened, card=number, customer_ref=customer_ref, method_ref=instruction.method_ref)
            return self._tried(page, named, behaviour=BY_NUMBER[number].behaviour)

    def charge(self, instruction: Instruction) -> Movement:
        """Charge a saved card at once, the shopper being away."""
        with self._day() as page:
            known = self._known(page, instruction, verb="charge")
            if known is not None:
                return known
            customer_ref, method_ref = instruction.customer_ref or "", instruction.method_ref or ""
            number = page.card_of(method_ref=method_ref, customer_ref=customer_ref)
            opened = page.put(self._new(page, instruction, verb="charge", state=MovementState.PROCESSING))
            if number is None:
                return self._decline(page, opened, code=DeclineCode.INVALID_CARD)
            behaviour = BY_NUMBER[number].behaviour
            opened = page.change(opened, card=number, customer_ref=customer_ref, method_ref=method_ref)
            if behaviour in _OFF_SESSION:
                return self._decline(page, opened, code=_OFF_SESSION[behaviour])
            return self._proceed(page, opened, behaviour=behaviour)

    def look_up(self, instruction: Instruction) -> Movement | None:
        """Find a movement by its reference, else by its key. A lost answer stays lost for a while."""
        with self._day() as page:
            found = self._found(page, instruction)
            if found is not None and found.hidden_looks > 0:
                page.change(found, hidden_looks=found.hidden_looks - 1)
            return found

    def capture(self, instruction: Instruction) -> Movement | None:
        """Capture an authorised movement, up to what was authorised; a second capture changes nothing.

        A capture that fails leaves it authorised. Raises ``BankRefuses``.
        """
        with self._day() as page:
            movement = self._found(page, instruction)
            amount_minor = instruction.amount.minor
            if movement is None or movement.state is not MovementState.AUTHORISED:
                return movement
            if movement.capture_failures:
                page.change(movement, capture_failures=movement.capture_failures - 1)
                return movement
            if not 0 < amount_minor <= movement.amount_minor or instruction.amount.currency != movement.currency:
                raise BankRefuses("the amount is not within the authorisation")
            captured = page.change(movement, state=MovementState.CAPTURED, captured_minor=amount_minor)
            page.note("capture", movement=captured, ref=captured.ref, amount_minor=amount_minor)
            return self._announced(page, captured)

    def void(self, instruction: Instruction) -> Movement | None:
        """Cancel what is not captured; a saved card is forgotten; what never held money needs nothing."""
        with self._day() as page:
            movement = self._found(page, instruction)
            if movement is None:
                return None
            if movement.state is MovementState.AUTHORISED:
                page.note("void", movement=movement, ref=movement.ref, amount_minor=movement.amount_minor)
            elif movement.state is MovementState.SAVED:
                page.forget_method(movement.method_ref)
            elif movement.state not in _UNFINISHED:
                return movement
            return self._announced(page, page.change(movement, state=MovementState.VOIDED))

    def refund(self, instruction: Instruction) -> Movement:
        """Give back at most what was captured and not yet given back. Raises ``BankRefuses``."""
        with self._day() as page:
            known = self._known(page, instruction, verb="refund")
            if known is not None:
                return known
            parent = page.movement(instruction.provider_ref or "")
            if parent is None or parent.currency != instruction.amount.currency:
                raise BankRefuses("no such captured movement")
            left = parent.captured_minor - sum(refund.amount_minor for refund in page.refunds_of(parent.ref))
            if not 0 < instruction.amount.minor <= left:
                raise BankRefuses("more than is left of what was captured")
            refund = page.put(self._new(page, instruction, verb="refund", state=MovementState.REFUNDED))
            page.note("refund", movement=refund, ref=parent.ref, amount_minor=refund.amount_minor)
            return self._announced(page, refund)

    # what the shopper does -------------------------------------------------------------------------------------------
    def shown(self, ref: str) -> Movement:
        """Return the movement that a page of the bank is about. Raises ``CheckoutNotFound``."""
        with self._day() as page:
            return _begun(page, ref)

    def enter_card(self, ref: str, *, card: BankCard) -> Movement:
        """The shopper has typed a card; a second submission of the page changes nothing."""
        with self._day() as page:
            movement = _begun(page, ref)
            if movement.state is not MovementState.OPEN:
                return movement
            movement = page.change(
                movement,
                card=card.number,
                customer_ref=self._ref("cus_", movement.shopper_id),
                method_ref=self._ref("pm_", movement.ref),
            )
            return self._tried(page, movement, behaviour=card.behaviour)

    def authenticate(self, ref: str, *, approve: bool) -> Movement:
        """The shopper has answered the 3-D Secure question; a second answer changes nothing."""
        with self._day() as page:
            movement = _begun(page, ref)
            if movement.state is not MovementState.THREE_D_SECURE:
                return movement
            if not approve:
                return self._decline(page, movement, code=DeclineCode.AUTHENTICATION_FAILED)
            return self._complete(page, movement)

    def statement(self) -> tuple[Line, ...]:
        """Return every line of the bank's statement, oldest first."""
        with self._day() as page:
            return tuple(page.lines())

    def wake(self) -> None:
        """Do what time has made due."""
        with self._day():
            pass

    # inside ----------------------------------------------------------------------------------------------------------
    @contextmanager
    def _day(self) -> Iterator[Page]:
        with self.book.page() as page:
            for movement in page.ripe():
                if movement.state is MovementState.PROCESSING:
                    self._complete(page, movement)
                else:
                    lapsed = page.change(
                        movement, state=MovementState.VOIDED, diagnostic="the authorisation has lapsed"
                    )
                    page.note("expiry", movement=lapsed, ref=lapsed.ref, amount_minor=lapsed.amount_minor)
                    self._announced(page, lapsed)
            yield page

    def _tried(self, page: Page, movement: Movement, *, behaviour: Behaviour) -> Movement:
        """Try a card, the shopper being there to be asked."""
        if behaviour in _AT_CHECKOUT:
            return self._decline(page, movement, code=_AT_CHECKOUT[behaviour])
        if behaviour is Behaviour.THREE_D_SECURE:
            return page.change(movement, state=MovementState.THREE_D_SECURE)
        return self._proceed(page, movement, behaviour=behaviour)

    def _proceed(self, page: Page, movement: Movement, *, behaviour: Behaviour) -> Movement:
        """Take a card that is not refused on its way, as slowly or as silently as the card has it."""
        if behaviour is Behaviour.SLOW:
            ready_at = stamp(page.now + timedelta(seconds=self._habits.slow_seconds))
            return page.change(movement, state=MovementState.PROCESSING, ready_at=ready_at)
        done = self._complete(page, movement)
        if behaviour is Behaviour.UNKNOWN:
            return page.change(done, hidden_looks=_HIDDEN_LOOKS)
        if behaviour is Behaviour.CAPTURE_FAILS_ONCE and done.verb == "begin":
            return page.change(done, capture_failures=1)
        return done

    def _complete(self, page: Page, movement: Movement) -> Movement:
        """Move the money (or the promise of it), and keep the card if the shopper was present."""
        if movement.verb == "charge":
            done = page.change(movement, state=MovementState.CAPTURED, captured_minor=movement.amount_minor)
            page.note("charge", movement=done, ref=done.ref, amount_minor=done.amount_minor)
            return self._announced(page, done)
        page.save_method(method_ref=movement.method_ref, customer_ref=movement.customer_ref, card=movement.card)
        if movement.amount_minor == 0:
            return self._announced(page, page.change(movement, state=MovementState.SAVED))
        until = page.now + timedelta(days=self._habits.authorisation_days)
        done = page.change(
            movement, state=MovementState.AUTHORISED, authorised_at=stamp(page.now), expires_at=stamp(until)
        )
        page.note("authorisation", movement=done, ref=done.ref, amount_minor=done.amount_minor)
        return self._announced(page, done)

    def _decline(self, page: Page, movement: Movement, *, code: DeclineCode) -> Movement:
        return self._announced(page, page.change(movement, state=MovementState.DECLINED, decline_code=code.value))

    def _announced(self, page: Page, movement: Movement) -> Movement:
        event_id = self._ref("evt_", f"{movement.ref} {movement.state}")
        page.announce(f"movement.{movement.state}", movement=movement, event_id=event_id)
        return movement

    def _new(self, page: Page, instruction: Instruction, *, verb: str, state: MovementState) -> Movement:
        return Movement(
            ref=self._ref("sbr_" if verb == "refund" else "sbx_", instruction.idempotency_key),
            idempotency_key=instruction.idempotency_key,
            verb=verb,
            state=state,
            attempt_id=instruction.attempt_id,
            shopper_id=instruction.shopper_id,
            currency=instruction.amount.currency,
            amount_minor=instruction.amount.minor,
            parent_ref=(instruction.provider_ref or "") if verb == "refund" else "",
            return_url=instruction.return_url,
            description=instruction.description,
            created_at=stamp(page.now),
        )

    def _known(self, page: Page, instruction: Instruction, *, verb: str) -> Movement | None:
        """Return the movement that the key already names. Raises ``BankRefuses`` if it names another one."""
        known = page.movement_of_key(instruction.idempotency_key)
        if known is None:
            return None
        asked = (verb, instruction.amount.currency, instruction.amount.minor)
        if (known.verb, known.currency, known.amount_minor) != asked:
            raise BankRefuses("the idempotency key names another movement")
        if known.hidden_looks > 0:
            page.change(known, hidden_looks=known.hidden_looks - 1)
        return known

    def _found(self, page: Page, instruction: Instruction) -> Movement | None:
        if instruction.provider_ref:
            return page.movement(instruction.provider_ref)
        return page.movement_of_key(instruction.idempotency_key)

    def _ref(self, prefix: str, name: str) -> str:
        """Return an unguessable name that is the same for the same thing."""
        key = self.book.secret("references")
        return prefix + hmac.new(key, name.encode(), hashlib.sha256).hexdigest()[:24]


def read_card(*, number: str, expiry: str, cvc: str, year_month: tuple[int, int]) -> BankCard:
    """Check what was typed on the card page.

    Args:
        number: the digits, with or without spaces; one of ``TEST_CARDS``.
        expiry: ``MM/YY`` or ``MM/YYYY``, not before ``year_month``.
        cvc: three digits.
        year_month: the present year and month.

    Raises:
        InvalidInput: names the field ``number``, ``expiry`` or ``cvc``.
    """
    card = BY_NUMBER.get(re.sub(r"[\s-]", "", number))
    if card is None:
        raise InvalidInput(
            field="number", fault="is not a card of the test bank", accepted="one of the listed test cards"
        )
    date = re.fullmatch(r"\s*(0?[1-9]|1[0-2])\s*/\s*(?:20)?([0-9]{2})\s*", expiry, re.ASCII)
    if date is None or (2000 + int(date[2]), int(date[1])) < year_month:
        raise InvalidInput(field="expiry", fault="is not a future month", accepted="MM/YY, this month or later")
    if not re.fullmatch(r"\s*[0-9]{3}\s*", cvc, re.ASCII):
        raise InvalidInput(field="cvc", fault="is not a card security code", accepted="three digits")
    return card


def _begun(page: Page, ref: str) -> Movement:
    movement = page.movement(ref)
    if movement is None or movement.verb != "begin":
        raise CheckoutNotFound
    return movement
