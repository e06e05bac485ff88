"""PaymentIntents: create, update, confirm, capture, cancel, and what 3-D Secure and lapsing do to them.

Source: https://docs.stripe.com/api/payment_intents and https://docs.stripe.com/payments/paymentintents/lifecycle.
"""

import secrets

from . import authentication, charges, disputes, payment_methods
from .amounts import amount_of, currency_of, said
from .book import Book, Call
from .cards import AUTHENTICATION_REQUIRED, Decline
from .errors import Refusal, invalid
from .forms import Json, choice, flag, integer, merged_metadata

CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
CANCELABLE = (*CONFIRMABLE, "requires_capture", "processing")
_PLAIN = ("description", "receipt_email", "statement_descriptor", "statement_descriptor_suffix", "transfer_group")


def create(call: Call) -> Json:
    """Make an intent and, with `confirm`, try it at once.

    A refusal of the parameters leaves nothing behind; a declined card leaves the intent, named in the error.
    Source: https://docs.stripe.com/api/payment_intents/create.
    """
    book, params = call.book, call.params
    confirm = flag(params, "confirm")
    values = _values_of(book, params=params)
    _check_only_with_confirm(params, confirm=confirm)
    method = payment_methods.named(book, params=params)
    if method:
        payment_methods.check_usable(book, method=method, customer=values["customer"])
        values |= {"payment_method": method["id"], "status": "requires_confirmation"}
    if confirm:
        _check_confirmable(call, intent=values, method=method)
    intent = book.add("payment_intent", values=values)
    intent["client_secret"] = f"{intent['id']}_secret_{secrets.token_hex(12)}"
    book.emit("payment_intent.created", about=intent)
    if confirm and method:
        _attempt(call, intent=intent, method=method)
    return intent


def _values_of(book: Book, *, params: Json) -> Json:
    """Return a new intent's members, checked."""
    currency = currency_of(params)
    amount = amount_of(params, currency=currency)
    customer = params.get("customer") or None
    if customer:
        book.get("customer", ident=customer, param="customer")
    by_hand = choice(params, "capture_method", among=("automatic", "automatic_async", "manual"))
    return {
        "amount": amount,
        "amount_capturable": 0,
        "amount_received": 0,
        "automatic_payment_methods": authentication.automatic_methods(params),
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": by_hand or "automatic_async",
        "confirmation_method": choice(params, "confirmation_method", among=("automatic", "manual")) or "automatic",
        "currency": currency,
        "customer": customer,
        "last_payment_error": None,
        "latest_charge": None,
        "metadata": merged_metadata({}, params=params),
        "next_action": None,
        "payment_method": None,
        "payment_method_types": params.get("allowed_payment_method_types") or ["card"],
        "processing": None,
        "setup_future_usage": choice(params, "setup_future_usage", among=("off_session", "on_session")),
        "shipping": params.get("shipping"),
        "status": "requires_payment_method",
        **{name: params.get(name) for name in _PLAIN},
    }


def _check_only_with_confirm(params: Json, *, confirm: bool) -> None:
    for name in ("off_session", "return_url", "error_on_requires_action", "mandate"):
        if name in params and not confirm:
            message = f"The parameter `{name}` can only be used with `confirm=true`."
            raise invalid(message, param=name)
    if _is_off_session(params) and params.get("setup_future_usage"):
        raise invalid("`setup_future_usage` cannot be given with `off_session=true`.", param="setup_future_usage")


def _is_off_session(params: Json) -> bool:
    """`off_session` is a boolean or one of two words (https://docs.stripe.com/api/payment_intents/confirm)."""
    return params.get("off_session") in {"one_off", "recurring"} or flag(params, "off_session")


def _check_confirmable(call: Call, *, intent: Json, method: Json | None) -> None:
    if method is None:
        message = "You cannot confirm this PaymentIntent because it's missing a payment method."
        raise invalid(message, code="payment_intent_unexpected_state")
    payment_methods.check_usable(call.book, method=method, customer=intent["customer"])
    authentication.check_return_url(call, intent=intent, off_session=_is_off_session(call.params))


def retrieve(call: Call) -> Json:
    """Return one intent; a publishable key needs its client secret and sees less."""
    intent = call.book.get("payment_intent", ident=call.ident, param="intent")
    authentication.check_client_secret(call, intent=intent)
    return authentication.client_view(intent) if call.publishable else intent


def update(call: Call) -> Json:
    """Change an intent that is not confirmed yet; metadata and description can always change.

    Source: https://docs.stripe.com/api/payment_intents/update.
    """
    book, params, intent = call.book, call.params, retrieve(call)
    money = {"amount", "currency", "payment_method", "customer"} & params.keys()
    if money and intent["status"] not in CONFIRMABLE:
        raise _unexpected(intent, verb="update")
    if "amount" in params or "currency" in params:
        currency = currency_of({"currency": intent["currency"], **params})
        amount = amount_of({"amount": str(intent["amount"]), **params}, currency=currency)
        intent |= {"amount": amount, "currency": currency}
    if params.get("customer"):
        intent["customer"] = book.get("customer", ident=params["customer"], param="customer")["id"]
    method = payment_methods.named(book, params=params)
    if method:
        payment_methods.check_usable(book, method=method, customer=intent["customer"])
        intent |= {"payment_method": method["id"], "status": "requires_confirmation", "next_action": None}
    intent["metadata"] = merged_metadata(intent["metadata"], params=params)
    future = choice(params, "setup_future_usage", among=("off_session", "on_session"))
    intent["setup_future_usage"] = future or intent["setup_future_usage"]
    intent |= {name: params[name] for name in _PLAIN if name in params}
    return intent


def confirm(call: Call) -> Json:
    """Try the payment (https://docs.stripe.com/api/payment_intents/confirm)."""
    book, intent = call.book, call.book.get("payment_intent", ident=call.ident, param="intent")
    authentication.check_client_secret(call, intent=intent)
    if intent["status"] not in CONFIRMABLE:
        raise _unexpected(intent, verb="confirm")
    if _is_off_session(call.params) and intent["setup_future_usage"]:
        raise invalid("`off_session=true` cannot be used with `setup_future_usage`.", param="off_session")
    method = payment_methods.named(book, params=call.params)
    if method is None and intent["payment_method"]:
        method = book.get("payment_method", ident=intent["payment_method"], param="payment_method")
    _check_confirmable(call, intent=intent, method=method)
    assert method is not None
    future = choice(call.params, "setup_future_usage", among=("off_session", "on_session"))
    by_hand = choice(call.params, "capture_method", among=("automatic", "automatic_async", "manual"))
    intent["payment_method"] = method["id"]
    intent["setup_future_usage"] = future or intent["setup_future_usage"]
    intent["capture_method"] = by_hand or intent["capture_method"]
    _attempt(call, intent=intent, method=method)
    return authentication.client_view(intent) if call.publishable else intent


def _attempt(call: Call, *, intent: Json, method: Json) -> None:
    book, off_session = call.book, _is_off_session(call.params)
    return_url = call.params.get("return_url")
    intent |= {"last_payment_error": None, "next_action": None}
    book.return_urls[intent["id"]] = return_url
    if not authentication.is_needed(book, method=method, off_session=off_session):
        _charge(book, intent=intent, method=method, off_session=off_session)
    elif off_session or flag(call.params, "error_on_requires_action"):
        # https://docs.stripe.com/payments/save-and-reuse (charge later) and
        # https://docs.stripe.com/payments/without-card-authentication: 402, with the intent in the error
        raise _fail(book, intent=intent, method=method, decline=AUTHENTICATION_REQUIRED)
    else:
        authentication.ask(book, intent=intent, return_url=return_url)
        book.emit("payment_intent.requires_action", about=intent)


def _charge(book: Book, *, intent: Json, method: Json, off_session: bool) -> None:
    card = book.cards[method["id"]]
    if card.decline:
        raise _fail(book, intent=intent, method=method, decline=card.decline)
    charge = charges.add(book, intent=intent, method=method, decline=None, off_session=off_session)
    intent |= {"latest_charge": charge["id"], "last_payment_error": None, "next_action": None}
    if intent["customer"] and intent["setup_future_usage"]:
        payment_methods.keep(book, method=method, customer=intent["customer"])
        book.set_up.add(method["id"])
    if method["customer"] is None:
        book.spent.add(method["id"])
    book.emit("charge.succeeded", about=charge)
    if intent["capture_method"] == "manual":
        intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
        book.emit("payment_intent.amount_capturable_updated", about=intent)
        return
    intent |= {"status": "succeeded", "amount_received": intent["amount"]}
    book.emit("payment_intent.succeeded", about=intent)
    if card.afterwards == "dispute":
        disputes.open_on(book, charge=charge, reason="fraudulent", amount=charge["amount"])


def _fail(book: Book, *, intent: Json, method: Json, decline: Decline) -> Refusal:
    """Record the failed charge and return the 402 with the intent in it, for the caller to raise.

    Source: https://docs.stripe.com/payments/paymentintents/lifecycle (a failed attempt goes back to
    requires_payment_method) and https://docs.stripe.com/api/errors (payment_intent, payment_method, charge).
    """
    charge = charges.add(book, intent=intent, method=method, decline=decline, off_session=False)
    error = {**payment_methods.error_of(decline), "charge": charge["id"], "payment_method": dict(method)}
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "next_action": None,
        "latest_charge": charge["id"],
        "last_payment_error": error,
    }
    book.emit("charge.failed", about=charge)
    book.emit("payment_intent.payment_failed", about=intent)
    return Refusal(402, error={**error, "payment_intent": dict(intent)})


def complete_challenge(book: Book, *, intent: Json, approved: bool) -> None:
    """Act on the shopper's 3-D Secure: charge when approved, else fail the authentication.

    Source: https://docs.stripe.com/error-codes#payment-intent-authentication-failure.
    """
    if intent["status"] != "requires_action":
        raise _unexpected(intent, verb="authenticate")
    method = book.get("payment_method", ident=intent["payment_method"], param="payment_method")
    if approved:
        try:
            _charge(book, intent=intent, method=method, off_session=False)
        except Refusal:
            return  # the decline is on the intent, the shopper is sent back with redirect_status=failed
        charge = book.get("charge", ident=intent["latest_charge"])
        charge["payment_method_details"]["card"]["three_d_secure"] = {"result": "authenticated", "version": "2.2.0"}
        return
    message = "The payment method failed authentication; give another one or try again."
    error: Json = {"type": "invalid_request_error", "code": "payment_intent_authentication_failure", "message": message}
    intent |= {"status": "requires_payment_method", "payment_method": None, "next_action": None}
    intent["last_payment_error"] = {**error, "payment_method": dict(method)}
    book.emit("payment_intent.payment_failed", about=intent)


def capture(call: Call) -> Json:
    """Take all or a part of what was authorised; the rest is released, which is no refund.

    Source: https://docs.stripe.com/api/payment_intents/capture and, for what a part leaves on the charge,
    https://docs.stripe.com/changelog/basil/2025-03-31/remove-refund-from-partial-capture-and-payment-cancellation-flow.
    """
    book, intent = call.book, call.book.get("payment_intent", ident=call.ident, param="intent")
    if intent["status"] != "requires_capture":
        raise _unexpected(intent, verb="capture")
    capturable = intent["amount_capturable"]
    given = integer(call.params, "amount_to_capture")
    amount = capturable if given is None else given
    if amount > capturable:
        most = said(capturable, currency=intent["currency"])
        raise invalid(f"The amount to capture is above {most}.", param="amount_to_capture", code="amount_too_large")
    charge = book.get("charge", ident=intent["latest_charge"])
    charge |= {"captured": True, "amount_captured": amount}
    intent |= {"status": "succeeded", "amount_received": amount, "amount_capturable": 0}
    intent["metadata"] = merged_metadata(intent["metadata"], params=call.params)
    book.emit("charge.captured", about=charge)
    book.emit("payment_intent.amount_capturable_updated", about=intent)
    book.emit("payment_intent.succeeded", about=intent)
    if book.cards[charge["payment_method"]].afterwards == "dispute":
        disputes.open_on(book, charge=charge, reason="fraudulent", amount=amount)
    return intent


def cancel(call: Call) -> Json:
    """Cancel an intent that has not succeeded; an authorisation is released.

    Source: https://docs.stripe.com/api/payment_intents/cancel.
    """
    intent = call.book.get("payment_intent", ident=call.ident, param="intent")
    if intent["status"] not in CANCELABLE:
        raise _unexpected(intent, verb="cancel")
    among = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")
    void(call.book, intent=intent, reason=choice(call.params, "cancellation_reason", among=among))
    return intent


def void(book: Book, *, intent: Json, reason: str | None) -> None:
    """Put an intent in `canceled`; what it held is released, which is no refund on the charge.

    Source: https://docs.stripe.com/changelog/basil/2025-03-31/remove-refund-from-partial-capture-and-payment-cancellation-flow.
    """
    intent |= {"status": "canceled", "canceled_at": book.now(), "cancellation_reason": reason}
    intent |= {"amount_capturable": 0, "next_action": None}
    book.emit("payment_intent.canceled", about=intent)


def lapse(book: Book) -> None:
    """Cancel every authorisation whose window has closed.

    Source: https://docs.stripe.com/payments/place-a-hold-on-a-payment-method (an expired authorisation is released and
    the payment becomes canceled); the reason is `expired`, which replaced `automatic`:
    https://docs.stripe.com/changelog/basil/2025-03-31/remove-refund-from-partial-capture-and-payment-cancellation-flow.
    """
    for intent in book.of("payment_intent"):
        if intent["status"] == "requires_capture":
            charge = book.get("charge", ident=intent["latest_charge"])
            if charge["payment_method_details"]["card"]["capture_before"] <= book.now():
                book.emit("charge.expired", about=charge)
                void(book, intent=intent, reason="expired")


def _unexpected(intent: Json, *, verb: str) -> Refusal:
    """Return 400 with the intent. Source: https://docs.stripe.com/error-codes#payment-intent-unexpected-state."""
    message = f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}."
    refusal = invalid(message, code="payment_intent_unexpected_state")
    refusal.error["payment_intent"] = dict(intent)
    return refusal
