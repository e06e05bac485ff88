"""The sandbox provider: our verbs spoken to the test bank, its pages, its webhooks and its fault switch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from time import sleep
from types import MappingProxyType
from typing import assert_never

from bnpl_plugin.errors import ConfigurationError, ProviderUnavailable
from bnpl_plugin.ports.provider import (
    DeclineCode,
    Instruction,
    NextAction,
    Outcome,
    OutcomeKind,
    Stage,
    WebhookNote,
)
from bnpl_plugin.providers.sandbox import webhooks
from bnpl_plugin.providers.sandbox.bank import Bank, BankRefuses, Habits, read_card
from bnpl_plugin.providers.sandbox.book import Book, Fault, Line, Movement, MovementState
from bnpl_plugin.providers.sandbox.cards import BY_NUMBER, TEST_CARDS, BankCard


class FaultKind(StrEnum):
    """What a planned fault does to a call."""

    LOST_BEFORE = "lost_before"  # nothing is done and nobody knows
    LOST_AFTER = "lost_after"  # the work is done and nobody knows
    UNAVAILABLE = "unavailable"  # the bank cannot be reached; nothing is done
    SLOW = "slow"  # the work is done after so many seconds


_HABITS = Habits()
VERBS = ("begin", "look_up", "charge", "capture", "void", "refund")


@dataclass(frozen=True, slots=True)
class CardPage:
    """What the bank's card page and 3-D Secure page show.

    ``state``: ``card`` (wants a card), ``three_d_secure`` (wants an answer) or ``finished`` (go to ``return_url``).
    """

    ref: str
    state: str
    amount_minor: int
    currency: str
    description: str
    card_label: str
    return_url: str
    cards: tuple[BankCard, ...]


class SandboxProvider:
    """A provider with a test bank inside.

    Args:
        path: the bank's SQLite file.
        pages_url: where the bank's pages are served, without a slash at the end; ``/card/<ref>`` and
            ``/three_d_secure/<ref>`` are added.
        now: the bank's clock.
        habits: how slow it is and how long authorisations hold.
        durable: whether the bank's commits wait for the disk.
    """

    code: str = "sandbox"
    authorises: bool = True
    content_sources: Mapping[str, tuple[str, ...]] = MappingProxyType({})

    def __init__(
        self, path: Path, *, pages_url: str, now: Callable[[], datetime], habits: Habits = _HABITS, durable: bool = True
    ) -> None:
        self._pages_url = pages_url
        self._now = now
        self.bank = Bank(Book(path, now=now, durable=durable), habits=habits)

    # the port --------------------------------------------------------------------------------------------------------
    def begin(self, instruction: Instruction) -> Outcome:
        """Open a movement; the shopper goes on to the bank's card page."""
        return self._answer("begin", lambda: self._told(self.bank.begin(instruction)))

    def look_up(self, instruction: Instruction) -> Outcome:
        """Ask what became of a movement."""
        return self._answer("look_up", lambda: self._told(self.bank.look_up(instruction)))

    def charge(self, instruction: Instruction) -> Outcome:
        """Charge a saved card."""
        return self._answer("charge", lambda: self._told(self.bank.charge(instruction)))

    def capture(self, instruction: Instruction) -> Outcome:
        """Capture an authorised amount."""

        def work() -> Outcome:
            movement = self.bank.capture(instruction)
            if movement is None or movement.state is MovementState.CAPTURED:
                return self._settled(movement)
            if movement.state is MovementState.AUTHORISED:
                return _unknown("the capture failed; ask again", ref=movement.ref)
            return _refused(movement.diagnostic or f"the movement is {movement.state}", ref=movement.ref)

        return self._answer("capture", work)

    def void(self, instruction: Instruction) -> Outcome:
        """Cancel what is not captured."""

        def work() -> Outcome:
            movement = self.bank.void(instruction)
            if movement is None:
                return _refused("no such movement")
            if movement.state in (MovementState.CAPTURED, MovementState.REFUNDED):
                return _refused("captured already: refund it", ref=movement.ref)
            return _succeeded(movement, stage=Stage.VOIDED, amount_minor=movement.amount_minor)

        return self._answer("void", work)

    def refund(self, instruction: Instruction) -> Outcome:
        """Give a captured amount back."""
        return self._answer("refund", lambda: self._settled(self.bank.refund(instruction)))

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> WebhookNote:
        """Verify one of the bank's webhooks."""
        return webhooks.read(headers, body, secret=self.bank.book.secret("webhooks"), now=self._now())

    # the bank's pages, served by our web ----------------------------------------------------------------------------
    def card_page(self, ref: str) -> CardPage:
        """Return what the bank's page shows. Raises ``CheckoutNotFound``."""
        movement = self.bank.shown(ref)
        states = {MovementState.OPEN: "card", MovementState.THREE_D_SECURE: "three_d_secure"}
        card = BY_NUMBER.get(movement.card)
        return CardPage(
            ref=movement.ref,
            state=states.get(movement.state, "finished"),
            amount_minor=movement.amount_minor,
            currency=movement.currency,
            description=movement.description,
            card_label=card.method_label if card else "",
            return_url=movement.return_url,
            cards=TEST_CARDS,
        )

    def submit_card(self, ref: str, *, number: str, expiry: str, cvc: str) -> str:
        """Take the card that the shopper typed and return where to go next: the shop, or the 3-D Secure page.

        Raises ``InvalidInput`` naming ``number``, ``expiry`` or ``cvc``, and ``CheckoutNotFound``.
        """
        today = self._now()
        card = read_card(number=number, expiry=expiry, cvc=cvc, year_month=(today.year, today.month))
        movement = self.bank.enter_card(ref, card=card)
        if movement.state is MovementState.THREE_D_SECURE:
            return f"{self._pages_url}/three_d_secure/{movement.ref}"
        return movement.return_url

    def three_d_secure(self, ref: str, *, approve: bool) -> str:
        """Take the shopper's answer and return the shop's address. Raises ``CheckoutNotFound``."""
        return self.bank.authenticate(ref, approve=approve).return_url

    # the bank's webhooks, its statement, its faults --------------------------------------------------------------
    def pending_webhooks(self, *, limit: int = 100) -> tuple[webhooks.PendingWebhook, ...]:
        """Return the signed webhooks that the shop has not taken yet and that are due, oldest first."""
        return webhooks.pending(self.bank, now=self._now(), limit=limit)

    def mark_delivered(self, event_id: str) -> None:
        """The shop has taken a webhook."""
        with self.bank.book.page() as page:
            page.webhook_delivered(event_id)

    def deliver_webhooks(self, post: webhooks.Post, *, limit: int = 100) -> int:
        """Post what is due to the shop; returns how many it took. Others come again after 2, 4, 8 … seconds."""
        return webhooks.deliver(self.bank, now=self._now(), post=post, limit=limit)

    def movements(self) -> tuple[Line, ...]:
        """Return the bank's statement: every authorisation, capture, charge, refund, void and expiry, oldest first."""
        return self.bank.statement()

    def set_fault(self, verb: str, *, kind: FaultKind | str, times: int = 1, seconds: float = 1.0) -> None:
        """Let the next ``times`` calls of a verb go wrong; ``seconds`` is how slow a slow one is."""
        if verb not in VERBS:
            raise ValueError(f"{verb} is none of {VERBS}")
        with self.bank.book.page() as page:
            page.plan_fault(Fault(verb=verb, kind=FaultKind(kind), seconds=seconds), times=times)

    def close(self) -> None:
        """Close the bank's file; the next call opens it again."""
        self.bank.book.close()

    # inside ----------------------------------------------------------------------------------------------------------
    def _answer(self, verb: str, work: Callable[[], Outcome]) -> Outcome:
        """Do the work unless a fault is planned, and say honestly what the shop then knows."""
        with self.bank.book.page() as page:
            fault = page.take_fault(verb)
        kind = FaultKind(fault.kind) if fault else None
        if kind is FaultKind.UNAVAILABLE:
            raise ProviderUnavailable("the test bank is closed")
        if kind is FaultKind.LOST_BEFORE:
            return _unknown("the question was lost")
        if fault and kind is FaultKind.SLOW:
            sleep(fault.seconds)
        try:
            outcome = work()
        except BankRefuses as refusal:
            outcome = _refused(str(refusal))
        return _unknown("the answer was lost") if kind is FaultKind.LOST_AFTER else outcome

    def _told(self, movement: Movement | None) -> Outcome:
        """Return what the bank answers about a movement, unless this answer gets lost."""
        if movement is not None and movement.hidden_looks > 0:
            return _unknown("the bank's answer was lost")
        return self._settled(movement)

    def _settled(self, movement: Movement | None) -> Outcome:
        """Translate a movement's state."""
        if movement is None:
            return Outcome(OutcomeKind.DECLINED, decline_code=DeclineCode.ABANDONED, diagnostic="it never was")
        match movement.state:
            case MovementState.OPEN | MovementState.THREE_D_SECURE:
                page = "card" if movement.state is MovementState.OPEN else "three_d_secure"
                action = NextAction(kind="redirect", url=f"{self._pages_url}/{page}/{movement.ref}")
                return Outcome(OutcomeKind.PENDING, provider_ref=movement.ref, next_action=action)
            case MovementState.PROCESSING:
                return Outcome(OutcomeKind.PENDING, provider_ref=movement.ref, diagnostic="the bank takes its time")
            case MovementState.AUTHORISED:
                return _succeeded(movement, stage=Stage.AUTHORISED, amount_minor=movement.amount_minor)
            case MovementState.CAPTURED:
                return _succeeded(movement, stage=Stage.CAPTURED, amount_minor=movement.captured_minor)
            case MovementState.SAVED:
                return _succeeded(movement, stage=Stage.SAVED, amount_minor=0)
            case MovementState.REFUNDED:
                return _succeeded(movement, stage=Stage.REFUNDED, amount_minor=movement.amount_minor)
            case MovementState.VOIDED:  # asked what became of it: there is no money any more
                return _declined(DeclineCode.ABANDONED, movement=movement)
            case MovementState.DECLINED:
                return _declined(DeclineCode(movement.decline_code), movement=movement)
            case _:
                assert_never(movement.state)


def make_sandbox(settings: Mapping[str, str], *, now: Callable[[], datetime]) -> SandboxProvider:
    """Build the sandbox of one app.

    Args:
        settings: ``BNPL_SANDBOX_PATH`` (the bank's file; needed), ``BNPL_PUBLIC_URL`` ("" for relative page addresses),
            ``BNPL_URL_PREFIX`` (``/bnpl``), ``BNPL_SANDBOX_SLOW_SECONDS`` (20; 0 to 86,400).
        now: the bank's clock.

    Raises:
        ConfigurationError: the path is missing or the seconds are not a number in range.
    """
    path = settings.get("BNPL_SANDBOX_PATH", "")
    if not path:
        raise ConfigurationError("BNPL_SANDBOX_PATH is missing: the file in which the test bank keeps its book")
    slow = settings.get("BNPL_SANDBOX_SLOW_SECONDS", "") or "20"
    if not slow.isascii() or not slow.isdigit() or int(slow) > 86_400:
        raise ConfigurationError(f"BNPL_SANDBOX_SLOW_SECONDS is {slow!r}; accepted: 0 to 86400")
    pages_url = settings.get("BNPL_PUBLIC_URL", "").rstrip("/") + settings.get("BNPL_URL_PREFIX", "/bnpl").rstrip("/")
    return SandboxProvider(Path(path), pages_url=f"{pages_url}/sandbox", now=now, habits=Habits(slow_seconds=int(slow)))


def _succeeded(movement: Movement, *, stage: Stage, amount_minor: int) -> Outcome:
    card = BY_NUMBER.get(movement.card)
    return Outcome(
        OutcomeKind.SUCCEEDED,
        provider_ref=movement.ref,
        stage=stage,
        amount_minor=amount_minor,
        customer_ref=movement.customer_ref or None,
        method_ref=movement.method_ref or None,
        method_label=card.method_label if card else "",
        diagnostic=movement.diagnostic,
    )


def _declined(code: DeclineCode, *, movement: Movement) -> Outcome:
    return Outcome(OutcomeKind.DECLINED, provider_ref=movement.ref, decline_code=code, diagnostic=movement.diagnostic)


def _refused(diagnostic: str, *, ref: str | None = None) -> Outcome:
    return Outcome(
        OutcomeKind.DECLINED, provider_ref=ref, decline_code=DeclineCode.PROVIDER_REFUSED, diagnostic=diagnostic
    )


def _unknown(diagnostic: str, *, ref: str | None = None) -> Outcome:
    return Outcome(OutcomeKind.UNKNOWN, provider_ref=ref, diagnostic=diagnostic)
