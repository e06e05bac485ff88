"""Our verbs on Stripe: what is asked, in which order, and why a repeated question can never move money twice.

Idempotency keys are forgotten after a day (https://docs.stripe.com/api/idempotent_requests), so every movement also
bears its attempt in its metadata and is looked for before it is made again. An off-session charge is made in two steps:
an intent is created, which moves nothing, then confirmed. Whoever later has to know what became of it can therefore
cancel an intent that was not confirmed, and be sure that it never will be. Capturing and cancelling bear no key: done
twice they change nothing, and a saved failure could not be tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from bnpl_plugin.errors import ProviderUnavailable
from bnpl_plugin.ports.provider import DeclineCode, Instruction, NextAction, Outcome, OutcomeKind, Stage, WebhookNote
from bnpl_plugin.providers.stripe import translate, webhook
from bnpl_plugin.providers.stripe.amounts import Unpayable, to_stripe
from bnpl_plugin.providers.stripe.transport import API_URL, Json, Lost, NotSent, Refused, StripeCalls

PAYMENTS: Final = "payment_intents"
SETUPS: Final = "setup_intents"
REFUNDS: Final = "refunds"
TEMPLATE: Final = "stripe/card_form.html"


class StripeProvider:
    """Stripe behind the port.

    Args:
        calls: the transport.
        publishable_key: Stripe's key for the browser.
        webhook_secret: what webhooks are signed with; "" refuses them all.
        script_url: address of Stripe.js.
        now: the instant by which a webhook's age is judged.
    """

    code: str = "stripe"
    authorises: bool = True

    def __init__(
        self,
        calls: StripeCalls,
        *,
        publishable_key: str,
        webhook_secret: str,
        script_url: str,
        now: Callable[[], datetime],
    ) -> None:
        self._calls = calls
        self._publishable_key = publishable_key
        self._webhook_secret = webhook_secret
        self._script_url = script_url
        self._now = now
        self.content_sources: Mapping[str, tuple[str, ...]] = _content_sources(script_url, api_url=calls.api_url)

    # the port --------------------------------------------------------------------------------------------------------
    def begin(self, instruction: Instruction) -> Outcome:
        """Make an intent that the shopper's card form confirms (PENDING); a saved card is tried at once."""

        def work() -> Outcome:
            customer = instruction.customer_ref or self._customer(instruction)
            params: Json = {
                "customer": customer,
                "allowed_payment_method_types": ["card"],
                "metadata": _metadata(instruction),
            }
            if instruction.method_ref:  # https://docs.stripe.com/payments/save-and-reuse: the customer is on session
                params |= {"payment_method": instruction.method_ref, "confirm": True}
                params |= {"return_url": instruction.return_url} if instruction.return_url else {}
            if instruction.amount.is_zero:
                # https://docs.stripe.com/payments/save-and-reuse
                return self._told(
                    self._create(SETUPS, params | {"usage": "off_session"}, instruction), instruction=instruction
                )
            # https://docs.stripe.com/payments/place-a-hold-on-a-payment-method, …/payments/save-during-payment
            params |= _money(instruction) | {"capture_method": "manual", "setup_future_usage": "off_session"}
            return self._told(self._create(PAYMENTS, params, instruction), instruction=instruction)

        return self._answer(work)

    def look_up(self, instruction: Instruction) -> Outcome:
        """Ask what became of a movement; one that failed or was left half-way is closed before it is called so."""

        def work() -> Outcome:
            ref = instruction.provider_ref or ""
            if ref.startswith("re_"):
                return translate.of_refund(self._calls.retrieve(REFUNDS, ref=ref))
            found = self._calls.retrieve(_kind_of(ref), ref=ref) if ref else self._found(instruction)
            if found is None and instruction.method_ref:
                found = self._fence(instruction)
            if found is None:
                return translate.declined(DeclineCode.ABANDONED, ref=None, why="it never was")
            return self._told(found, instruction=instruction, close=True)

        return self._answer(work, ref=instruction.provider_ref, refused=_gone)

    def charge(self, instruction: Instruction) -> Outcome:
        """Charge a saved card while the shopper is away (https://docs.stripe.com/payments/save-and-reuse)."""

        def work() -> Outcome:
            intent = self._found(instruction) or self._unconfirmed(instruction)
            if intent["status"] != "requires_confirmation":
                return self._told(intent, instruction=instruction)
            ref = str(intent["id"])
            return self._answer(lambda: self._confirm(ref, instruction), ref=ref, sent=True)

        return self._answer(work)

    def capture(self, instruction: Instruction) -> Outcome:
        """Capture an authorised amount; one captured before is so still."""
        ref = instruction.provider_ref or ""

        def work() -> Outcome:
            units = to_stripe(instruction.amount)
            try:
                intent = self._act("capture", ref=ref, params={"amount_to_capture": units}, instruction=instruction)
            except Refused as refusal:
                intent = self._calls.retrieve(PAYMENTS, ref=ref)
                if intent["status"] != "succeeded":
                    return _refused(refusal, ref=ref)
            return translate.of_intent(intent)

        return self._answer(work, ref=ref)

    def void(self, instruction: Instruction) -> Outcome:
        """Cancel an intent; a card that was only saved is forgotten. What is captured must be refunded instead."""
        ref = instruction.provider_ref or ""

        def work() -> Outcome:
            try:
                self._act("cancel", ref=ref, params={}, instruction=instruction)
            except Refused as refusal:
                intent = self._calls.retrieve(_kind_of(ref), ref=ref)
                if intent["object"] == "setup_intent" and intent["status"] == "succeeded":
                    self._forget(translate.id_of(intent.get("payment_method")))
                elif intent["status"] != "canceled":
                    return _refused(refusal, ref=ref)
            return Outcome(
                OutcomeKind.SUCCEEDED, provider_ref=ref, stage=Stage.VOIDED, amount_minor=instruction.amount.minor
            )

        return self._answer(work, ref=ref)

    def refund(self, instruction: Instruction) -> Outcome:
        """Give a captured amount back; asked again, it tells how that refund stands."""
        ref = instruction.provider_ref or ""

        def work() -> Outcome:
            of_payment = {"payment_intent": ref}
            found = self._calls.find(REFUNDS, attempt_id=instruction.attempt_id, params=of_payment)
            if found is None:
                params = of_payment | {"amount": to_stripe(instruction.amount), "metadata": _metadata(instruction)}
                found = self._create(REFUNDS, params, instruction)
            return translate.of_refund(found)

        return self._answer(work)

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> WebhookNote:
        """Verify a webhook's signature and age and say what it is about."""
        return webhook.read(headers, body, secret=self._webhook_secret, now=self._now())

    def close(self) -> None:
        """Close the connections of this thread."""
        self._calls.close()

    # inside ----------------------------------------------------------------------------------------------------------
    def _answer(
        self,
        work: Callable[[], Outcome],
        *,
        ref: str | None = None,
        sent: bool = False,
        refused: Callable[..., Outcome] | None = None,
    ) -> Outcome:
        """Do the work and turn what went wrong into an outcome; ``sent`` says that something has left before."""
        try:
            return work()
        except Refused as refusal:
            return (refused or _refused)(refusal, ref=ref)
        except Unpayable as fault:
            return translate.declined(DeclineCode.PROVIDER_REFUSED, ref=ref, why=str(fault))
        except Lost as loss:
            return translate.unknown(ref, why=str(loss))
        except NotSent as silence:
            if sent:
                return translate.unknown(ref, why=str(silence))
            raise ProviderUnavailable(str(silence)) from silence

    def _told(self, intent: Json, *, instruction: Instruction, close: bool = False) -> Outcome:
        """Translate an intent; with ``close`` one that failed, or that nobody will finish, is cancelled first."""
        outcome = translate.of_intent(intent)
        off_session = translate.is_off_session(intent)
        half_way = off_session and intent["status"] in ("requires_confirmation", "requires_payment_method")
        failed = outcome.kind is OutcomeKind.DECLINED and not off_session
        if close and intent["status"] != "canceled" and (failed or (half_way and not translate.failure_of(intent))):
            closed = self._closed(intent, instruction=instruction)
            if closed["status"] != "canceled":  # somebody finished it while we were closing it
                return self._told(closed, instruction=instruction)
            return outcome if failed else translate.of_intent(closed)
        waiting = outcome.kind is OutcomeKind.PENDING and not off_session and intent["status"] != "processing"
        if not waiting or not instruction.return_url:
            return outcome
        asks: Any = intent.get("next_action") or {}
        if asks.get("type") == "redirect_to_url":  # a saved card that we confirmed: the bank's own page
            page = str(asks["redirect_to_url"]["url"])
            return replace(outcome, next_action=NextAction(kind="redirect", url=page))
        client = {
            "publishable_key": self._publishable_key,
            "client_secret": str(intent["client_secret"]),
            "script_url": self._script_url,
            "return_url": instruction.return_url,
        }
        return replace(outcome, next_action=NextAction(kind="form", template=TEMPLATE, client=client))

    def _closed(self, intent: Json, *, instruction: Instruction) -> Json:
        """Cancel an intent and return it as it then is."""
        ref = str(intent["id"])
        try:
            return self._act("cancel", ref=ref, params={}, instruction=instruction)
        except Refused:
            return self._calls.retrieve(_kind_of(ref), ref=ref)

    def _confirm(self, ref: str, instruction: Instruction) -> Outcome:
        try:
            confirmed = self._act("confirm", ref=ref, params={"off_session": True}, instruction=instruction)
        except Refused as refusal:
            if refusal.error.get("code") != "payment_intent_unexpected_state":
                return _refused(refusal, ref=ref)
            confirmed = self._calls.retrieve(PAYMENTS, ref=ref)
        return self._told(confirmed, instruction=instruction)

    def _unconfirmed(self, instruction: Instruction) -> Json:
        """Make the intent of an off-session charge, which moves nothing yet."""
        metadata = _metadata(instruction) | {"way": translate.OFF_SESSION}
        params = _money(instruction) | {
            "customer": instruction.customer_ref or "",
            "payment_method": instruction.method_ref or "",
            "allowed_payment_method_types": ["card"],
            "metadata": metadata,
        }
        return self._create(PAYMENTS, params, instruction)

    def _fence(self, instruction: Instruction) -> Json | None:
        """Take the key of a charge that was not found, so that one still on its way can never be confirmed."""
        try:
            return self._unconfirmed(instruction)
        except Refused:
            return None

    def _found(self, instruction: Instruction) -> Json | None:
        customer = instruction.customer_ref or self._customer(instruction)
        kind = SETUPS if instruction.amount.is_zero else PAYMENTS
        return self._calls.find(kind, attempt_id=instruction.attempt_id, params={"customer": customer})

    def _customer(self, instruction: Instruction) -> str:
        """Return the shopper's customer, made when first needed; Stripe learns our opaque id and no name."""
        shopper_id = instruction.shopper_id
        made = self._calls.customer({"metadata": {"shopper_id": shopper_id}}, key=f"customer-{shopper_id}")
        return str(made["id"])

    def _create(self, kind: str, params: Json, instruction: Instruction) -> Json:
        return self._calls.create(kind, params=params, key=instruction.idempotency_key)

    def _act(self, verb: str, *, ref: str, params: Json, instruction: Instruction) -> Json:
        key = f"{instruction.idempotency_key}-confirm" if verb == "confirm" else None
        return self._calls.act(_kind_of(ref), verb=verb, ref=ref, params=params, key=key)

    def _forget(self, method_ref: str) -> None:
        try:
            self._calls.detach(method_ref)
        except Refused:
            return  # forgotten before


def _money(instruction: Instruction) -> Json:
    return {"amount": to_stripe(instruction.amount), "currency": instruction.amount.currency.lower()}


def _metadata(instruction: Instruction) -> dict[str, str]:
    return {**instruction.metadata, "attempt_id": instruction.attempt_id}


def _kind_of(ref: str) -> str:
    return SETUPS if ref.startswith("seti_") else PAYMENTS


def _refused(refusal: Refused, *, ref: str | None) -> Outcome:
    intent: Any = refusal.error.get("payment_intent") or refusal.error.get("setup_intent")
    code = translate.decline_code_of(refusal.error, by_card=refusal.by_card)
    return translate.declined(code, ref=translate.id_of(intent) or ref, why=str(refusal))


def _gone(refusal: Refused, *, ref: str | None) -> Outcome:
    """What Stripe does not know never was; any other refusal of a question answers nothing."""
    if refusal.error.get("code") == "resource_missing":
        return translate.declined(DeclineCode.ABANDONED, ref=ref, why=str(refusal))
    return translate.unknown(ref, why=str(refusal))


def _content_sources(script_url: str, *, api_url: str) -> Mapping[str, tuple[str, ...]]:
    """Return what the card form's page must allow (https://docs.stripe.com/security/guide#content-security-policy)."""
    script = urlsplit(script_url)
    origin = f"{script.scheme}://{script.netloc}"
    theirs = origin.endswith("//js.stripe.com")
    scripts = (origin, "https://*.js.stripe.com") if theirs else (origin,)
    frames = (*scripts, "https://hooks.stripe.com") if theirs else scripts
    return {"script-src": scripts, "frame-src": frames, "connect-src": (api_url or API_URL,)}
