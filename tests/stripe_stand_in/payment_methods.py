"""Payment methods: test tokens, card numbers from the stand-in of Stripe.js, attaching to a customer.

Source: https://docs.stripe.com/api/payment_methods, https://docs.stripe.com/testing.
"""

from .book import Book, Call
from .cards import BY_NUMBER, BY_TOKEN, Decline, SpecimenCard
from .errors import Refusal, invalid
from .forms import Json, merged_metadata, text


def _add(book: Book, *, card: SpecimenCard, params: Json) -> Json:
    billing = params.get("billing_details") or {}
    method = book.add(
        "payment_method",
        values={
            "type": "card",
            "customer": None,
            "billing_details": {name: billing.get(name) for name in ("name", "email", "phone", "address")},
            "card": {
                "brand": card.brand,
                "last4": card.number[-4:],
                "country": card.country,
                "funding": card.funding,
                "exp_month": 12,
                "exp_year": 2034,
                "fingerprint": f"fp{card.number[-10:]}",
                "three_d_secure_usage": {"supported": True},
            },
            "metadata": merged_metadata({}, params=params),
        },
    )
    book.cards[method["id"]] = card
    return method


def _card_of(data: Json) -> SpecimenCard:
    """Return the card that `payment_method_data` or a create call names, by number or by token.

    Source: https://docs.stripe.com/error-codes#incorrect-number and https://docs.stripe.com/testing#invalid-data.
    """
    if data.get("type", "card") != "card":
        raise invalid("This stand-in only knows cards.", param="type")
    details = data.get("card") or {}
    token = str(details.get("token", "")).replace("tok_", "pm_card_", 1)
    card = BY_TOKEN.get(token) if token else BY_NUMBER.get(str(details.get("number", "")).replace(" ", ""))
    if card is None:
        error: Json = {"type": "card_error", "code": "incorrect_number", "param": "number"}
        raise Refusal(402, error={**error, "message": "Your card number is incorrect."})
    return card


def create(call: Call) -> Json:
    """Make a payment method from a card number or a `tok_…`."""
    text(call.params, "type")
    return _add(call.book, card=_card_of(call.params), params=call.params)


def retrieve(call: Call) -> Json:
    """Return one payment method."""
    return call.book.get("payment_method", ident=call.ident)


def named(book: Book, *, params: Json) -> Json | None:
    """Return the payment method that an intent's parameters name: an id, a test token or inline data; None if none."""
    data = params.get("payment_method_data")
    if data:
        return _add(book, card=_card_of(data), params=data)
    ident = params.get("payment_method")
    if not ident:
        return None
    if ident in BY_TOKEN:
        return _add(book, card=BY_TOKEN[ident], params={})
    return book.get("payment_method", ident=ident, param="payment_method")


def check_usable(book: Book, *, method: Json, customer: str | None) -> None:
    """Refuse another customer's method, and one already used without being attached.

    Source: https://docs.stripe.com/api/payment_intents/create (payment_method belongs to the customer) and
    https://docs.stripe.com/payments/payment-methods#reuse (one use unless attached).
    """
    owner = method["customer"]
    if owner and owner != customer:
        message = "The payment method belongs to another customer; give that customer with the request."
        raise invalid(message, param="payment_method")
    if owner is None and method["id"] in book.spent:
        message = "The payment method was used before without being attached to a customer: it cannot be used again."
        raise invalid(message, param="payment_method")


def keep(book: Book, *, method: Json, customer: str | None) -> None:
    """Attach a method to a customer and say so, once."""
    if customer and method["customer"] != customer:
        method["customer"] = customer
        book.emit("payment_method.attached", about=method)


def attach(call: Call) -> Json:
    """Attach to a customer; a card that its issuer declines cannot be attached.

    Source: https://docs.stripe.com/api/payment_methods/attach, https://docs.stripe.com/testing#declined-payments.
    """
    book = call.book
    known = BY_TOKEN.get(call.ident)
    method = _add(book, card=known, params={}) if known else retrieve(call)
    customer = book.get("customer", ident=text(call.params, "customer"), param="customer")
    check_usable(book, method=method, customer=customer["id"])
    card = book.cards[method["id"]]
    if card.decline and not card.attachable:
        raise Refusal(402, error=error_of(card.decline))
    keep(book, method=method, customer=customer["id"])
    return method


def detach(call: Call) -> Json:
    """Take a method from its customer; it can never be used again (https://docs.stripe.com/api/payment_methods/detach)."""
    method = retrieve(call)
    if method["customer"] is None:
        raise invalid("The payment method is not attached to a customer.", param="payment_method")
    method["customer"] = None
    call.book.spent.add(method["id"])
    call.book.emit("payment_method.detached", about=method)
    return method


def error_of(decline: Decline) -> Json:
    """Return the `card_error` of a decline (https://docs.stripe.com/api/errors, https://docs.stripe.com/declines/codes)."""
    error: Json = {"type": "card_error", "code": decline.code, "message": decline.message}
    error["doc_url"] = f"https://stripe.com/docs/error-codes/{decline.code.replace('_', '-')}"
    if decline.decline_code:
        error["decline_code"] = decline.decline_code
    return error
