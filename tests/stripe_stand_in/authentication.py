"""3-D Secure: when a card asks for it, what an intent says meanwhile, and where the shopper goes afterwards.

Source: https://docs.stripe.com/payments/3d-secure/authentication-flow, https://docs.stripe.com/testing#regulatory-cards.
"""

import secrets
from urllib.parse import urlencode, urlsplit

from .book import Book, Call
from .cards import SpecimenCard
from .errors import invalid
from .forms import Json, flag


def is_needed(book: Book, *, method: Json, off_session: bool) -> bool:
    """Tell whether this charge on this card must be authenticated first."""
    card: SpecimenCard = book.cards[method["id"]]
    match card.authentication:
        case "never":
            return False
        case "always":
            return True
        case "on_session":
            return not off_session
        case "unless_set_up":
            return not (off_session and method["id"] in book.set_up)


def check_return_url(call: Call, *, intent: Json, off_session: bool) -> None:
    """Refuse a server's confirmation without `return_url` while methods that redirect are possible.

    Source: https://docs.stripe.com/changelog/2023-08-16/automatic-payment-methods (needed unless off-session or
    redirects are ruled out; `error_on_requires_action` does not go with automatic methods).
    """
    automatic = intent["automatic_payment_methods"]
    if automatic and flag(call.params, "error_on_requires_action"):
        raise invalid("Not with automatic payment methods.", param="error_on_requires_action")
    redirects = bool(automatic and automatic["enabled"] and automatic["allow_redirects"] != "never")
    if off_session or call.publishable or flag(call.params, "use_stripe_sdk") or call.params.get("return_url"):
        return
    if redirects:
        message = (
            "Some payment methods of this intent may redirect: give a `return_url`, or set "
            "`automatic_payment_methods[allow_redirects]` to `never`."
        )
        raise invalid(message, param="return_url")


def automatic_methods(params: Json) -> Json | None:
    """Return the intent's `automatic_payment_methods`: on by default, off when the allowed types are listed.

    Source: https://docs.stripe.com/changelog/2023-08-16/automatic-payment-methods and
    https://docs.stripe.com/changelog/dahlia/2026-07-29/allowed-payment-method-types-parameter (one or the other).
    """
    given = params.get("automatic_payment_methods")
    if given and params.get("allowed_payment_method_types"):
        message = "Give `automatic_payment_methods` or `allowed_payment_method_types`, not both."
        raise invalid(message, param="allowed_payment_method_types", code="parameters_exclusive")
    if given:
        enabled = flag(given, "enabled")
        return {"enabled": enabled, "allow_redirects": given.get("allow_redirects", "always")} if enabled else None
    if params.get("allowed_payment_method_types"):
        return None
    return {"enabled": True, "allow_redirects": "always"}


def ask(book: Book, *, intent: Json, return_url: str | None) -> None:
    """Put the intent in `requires_action`: a redirect when there is a return_url, else an action for the SDK.

    Source: https://docs.stripe.com/api/payment_intents/object (next_action).
    """
    book.return_urls[intent["id"]] = return_url
    intent["status"] = "requires_action"
    page = f"{book.base_url}/3ds/{intent['id']}?secret={secret_of(intent)}"
    if return_url:
        intent["next_action"] = {"type": "redirect_to_url", "redirect_to_url": {"url": page, "return_url": return_url}}
    else:
        sdk = {"type": "three_d_secure_redirect", "stripe_js": page, "source": f"src_{secrets.token_hex(12)}"}
        intent["next_action"] = {"type": "use_stripe_sdk", "use_stripe_sdk": sdk}


def secret_of(intent: Json) -> str:
    """Return what the browser must know to act on an intent, without the id in front."""
    return str(intent["client_secret"]).rpartition("_secret_")[2]


def way_back(book: Book, *, intent: Json) -> str | None:
    """Return the return_url with what Stripe adds to it, or None when there is none.

    Source: https://docs.stripe.com/payments/accept-a-payment (parameters on the return page) and
    https://docs.stripe.com/js/payment_intents/confirm_payment.
    """
    return_url = book.return_urls.get(intent["id"])
    if not return_url:
        return None
    kind = intent["object"]
    status = "succeeded" if intent["status"] in {"succeeded", "requires_capture"} else "failed"
    added = urlencode(
        {kind: intent["id"], f"{kind}_client_secret": intent["client_secret"], "redirect_status": status},
    )
    return f"{return_url}{'&' if urlsplit(return_url).query else '?'}{added}"


def client_view(intent: Json) -> Json:
    """Return what a publishable key may read: no metadata, customer or charge.

    Source: https://docs.stripe.com/api/payment_intents/retrieve (a subset when read with a client secret).
    """
    shown = (
        "id", "object", "amount", "automatic_payment_methods", "canceled_at", "cancellation_reason", "capture_method",
        "client_secret", "confirmation_method", "created", "currency", "description", "last_payment_error",
        "last_setup_error", "livemode", "next_action", "payment_method", "payment_method_types", "processing",
        "receipt_email", "setup_future_usage", "shipping", "status", "usage",
    )  # fmt: skip
    return {name: intent[name] for name in shown if name in intent}


def check_client_secret(call: Call, *, intent: Json) -> None:
    """Refuse a browser that does not hold the intent's client secret."""
    if call.publishable and call.params.get("client_secret") != intent["client_secret"]:
        raise invalid("The client_secret does not belong to this intent.", param="client_secret")
