"""SetupIntents: saving a card for later without charging it.

Source: https://docs.stripe.com/api/setup_intents and https://docs.stripe.com/payments/save-and-reuse.
"""

import secrets

from . import authentication, payment_methods
from .book import Book, Call
from .errors import Refusal, invalid
from .forms import Json, choice, flag, merged_metadata

CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")


def create(call: Call) -> Json:
    """Make an intent and, with `confirm`, try it at once (https://docs.stripe.com/api/setup_intents/create)."""
    book, params = call.book, call.params
    customer = params.get("customer") or None
    if customer:
        book.get("customer", ident=customer, param="customer")
    confirm = flag(params, "confirm")
    if "return_url" in params and not confirm:
        raise invalid("The parameter `return_url` can only be used with `confirm=true`.", param="return_url")
    values: Json = {
        "automatic_payment_methods": authentication.automatic_methods(params),
        "cancellation_reason": None,
        "customer": customer,
        "description": params.get("description"),
        "last_setup_error": None,
        "metadata": merged_metadata({}, params=params),
        "next_action": None,
        "payment_method": None,
        "payment_method_types": params.get("allowed_payment_method_types") or ["card"],
        "status": "requires_payment_method",
        "usage": choice(params, "usage", among=("off_session", "on_session")) or "off_session",
    }
    method = payment_methods.named(book, params=params)
    if method:
        payment_methods.check_usable(book, method=method, customer=customer)
        values |= {"payment_method": method["id"], "status": "requires_confirmation"}
    if confirm:
        _check_confirmable(call, intent=values, method=method)
    intent = book.add("setup_intent", values=values)
    intent["client_secret"] = f"{intent['id']}_secret_{secrets.token_hex(12)}"
    book.emit("setup_intent.created", about=intent)
    if confirm and method:
        _attempt(call, intent=intent, method=method)
    return intent


def _check_confirmable(call: Call, *, intent: Json, method: Json | None) -> None:
    if method is None:
        message = "You cannot confirm this SetupIntent because it's missing a payment method."
        raise invalid(message, code="setup_intent_unexpected_state")
    payment_methods.check_usable(call.book, method=method, customer=intent["customer"])
    authentication.check_return_url(call, intent=intent, off_session=False)


def retrieve(call: Call) -> Json:
    """Return one intent; a publishable key needs its client secret and sees less."""
    intent = call.book.get("setup_intent", ident=call.ident, param="intent")
    authentication.check_client_secret(call, intent=intent)
    return authentication.client_view(intent) if call.publishable else intent


def confirm(call: Call) -> Json:
    """Try to save the card (https://docs.stripe.com/api/setup_intents/confirm)."""
    book, intent = call.book, call.book.get("setup_intent", ident=call.ident, param="intent")
    authentication.check_client_secret(call, intent=intent)
    if intent["status"] not in CONFIRMABLE:
        raise _unexpected(intent, verb="confirm")
    method = payment_methods.named(book, params=call.params)
    if method is None and intent["payment_method"]:
        method = book.get("payment_method", ident=intent["payment_method"], param="payment_method")
    _check_confirmable(call, intent=intent, method=method)
    assert method is not None
    intent["payment_method"] = method["id"]
    _attempt(call, intent=intent, method=method)
    return authentication.client_view(intent) if call.publishable else intent


def _attempt(call: Call, *, intent: Json, method: Json) -> None:
    book, return_url = call.book, call.params.get("return_url")
    intent |= {"last_setup_error": None, "next_action": None}
    book.return_urls[intent["id"]] = return_url
    if book.cards[method["id"]].authentication in {"always", "unless_set_up"}:
        authentication.ask(book, intent=intent, return_url=return_url)
        book.emit("setup_intent.requires_action", about=intent)
    else:
        _save(book, intent=intent, method=method)


def _save(book: Book, *, intent: Json, method: Json) -> None:
    """Attach the card, or refuse with 402 and the intent when its issuer declines it at set-up.

    Source: https://docs.stripe.com/testing#declined-payments, https://docs.stripe.com/api/errors (setup_intent).
    """
    card = book.cards[method["id"]]
    if card.decline and not card.attachable:
        error = {**payment_methods.error_of(card.decline), "payment_method": dict(method)}
        _fail(book, intent=intent, error=error)
        raise Refusal(402, error={**error, "setup_intent": dict(intent)})
    payment_methods.keep(book, method=method, customer=intent["customer"])
    book.set_up.add(method["id"])
    intent |= {"status": "succeeded", "next_action": None}
    book.emit("setup_intent.succeeded", about=intent)


def _fail(book: Book, *, intent: Json, error: Json) -> None:
    intent |= {"status": "requires_payment_method", "payment_method": None, "next_action": None}
    intent["last_setup_error"] = error
    book.emit("setup_intent.setup_failed", about=intent)


def complete_challenge(book: Book, *, intent: Json, approved: bool) -> None:
    """Act on the shopper's 3-D Secure.

    Source: https://docs.stripe.com/error-codes#setup-intent-authentication-failure.
    """
    if intent["status"] != "requires_action":
        raise _unexpected(intent, verb="authenticate")
    method = book.get("payment_method", ident=intent["payment_method"], param="payment_method")
    if approved:
        _save(book, intent=intent, method=method)
        return
    error: Json = {"type": "invalid_request_error", "code": "setup_intent_authentication_failure"}
    error |= {"message": "The payment method failed authentication.", "payment_method": dict(method)}
    _fail(book, intent=intent, error=error)


def cancel(call: Call) -> Json:
    """Cancel an intent that has not succeeded (https://docs.stripe.com/api/setup_intents/cancel)."""
    intent = call.book.get("setup_intent", ident=call.ident, param="intent")
    if intent["status"] not in CONFIRMABLE:
        raise _unexpected(intent, verb="cancel")
    among = ("abandoned", "requested_by_customer", "duplicate")
    reason = choice(call.params, "cancellation_reason", among=among)
    intent |= {"status": "canceled", "cancellation_reason": reason, "next_action": None}
    call.book.emit("setup_intent.canceled", about=intent)
    return intent


def _unexpected(intent: Json, *, verb: str) -> Refusal:
    """Return 400 with the intent. Source: https://docs.stripe.com/error-codes#setup-intent-unexpected-state."""
    message = f"You cannot {verb} this SetupIntent because it has a status of {intent['status']}."
    refusal = invalid(message, code="setup_intent_unexpected_state")
    refusal.error["setup_intent"] = dict(intent)
    return refusal
