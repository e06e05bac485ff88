"""Which method and path reach which resource, and which parameters each may carry.

The parameters are those that Stripe publishes in its SDK for this API version; any other is refused with
`parameter_unknown` (https://docs.stripe.com/error-codes#parameter-unknown).
"""

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass

import stripe
import stripe.params

from . import charges, customers, disputes, lists, payment_intents, payment_methods, refunds, setup_intents, transfers
from .book import Book, Call
from .errors import invalid
from .forms import Json

Handler = Callable[[Call], Json]

# The SDK lists its own options (key, version, …) beside the parameters; a browser adds its key and client secret.
_SDK_OPTIONS = frozenset(stripe.RequestOptions.__annotations__)
_BROWSER = frozenset({"key", "client_secret"})


@dataclass(frozen=True, slots=True)
class Route:
    """One entry: `{id}` in the path is the object's id; `params` names the SDK's record; `open_` lets browsers in."""

    method: str
    path: str
    handler: Handler
    params: str
    open_: bool = False

    def match(self, method: str, *, path: str) -> str | None:
        """Return the id in the path (or an empty text) when the request is this route's, else None."""
        if method != self.method:
            return None
        found = re.fullmatch(self.path.replace("{id}", r"(?P<id>[^/]+)"), path)
        return None if found is None else found.groupdict().get("id") or ""

    def check(self, params: Json) -> None:
        """Refuse parameters that Stripe does not document here."""
        known = frozenset(getattr(stripe.params, self.params).__annotations__) - _SDK_OPTIONS
        if self.open_:
            known |= _BROWSER
        if self.path.startswith(("/v1/payment_intents", "/v1/setup_intents")) and "payment_method_types" in params:
            # https://docs.stripe.com/changelog/endive/2026-09-30/
            # removes-the-payment-method-types-parameter-from-payment-intents-and-setup-intents
            message = "`payment_method_types` is no longer supported."
            raise invalid(message, param="payment_method_types", code="payment_method_types_no_longer_supported")
        for name in params.keys() - known:
            raise invalid(f"Received unknown parameter: {name}", param=name, code="parameter_unknown")


def _listing(kind: str, *filters: str) -> Handler:
    return functools.partial(lists.page, kind=kind, path=f"/v1/{kind}s", filters=filters)


def _event(call: Call) -> Json:
    return call.book.get("event", ident=call.ident)


def _methods_of_customer(call: Call) -> Json:
    call.book.get("customer", ident=call.ident, param="customer")
    asked = Call(call.book, "", {**call.params, "customer": call.ident})
    path = f"/v1/customers/{call.ident}/payment_methods"
    return lists.page(asked, kind="payment_method", path=path, filters=("customer", "type"))


ROUTES = (
    Route("POST", "/v1/customers", customers.create, "CustomerCreateParams"),
    Route("GET", "/v1/customers", _listing("customer", "email"), "CustomerListParams"),
    Route("GET", "/v1/customers/{id}", customers.retrieve, "CustomerRetrieveParams"),
    Route("POST", "/v1/customers/{id}", customers.update, "CustomerUpdateParams"),
    Route("GET", "/v1/customers/{id}/payment_methods", _methods_of_customer, "CustomerListPaymentMethodsParams"),
    Route("POST", "/v1/payment_methods", payment_methods.create, "PaymentMethodCreateParams"),
    Route("GET", "/v1/payment_methods", _listing("payment_method", "customer", "type"), "PaymentMethodListParams"),
    Route("GET", "/v1/payment_methods/{id}", payment_methods.retrieve, "PaymentMethodRetrieveParams"),
    Route("POST", "/v1/payment_methods/{id}/attach", payment_methods.attach, "PaymentMethodAttachParams"),
    Route("POST", "/v1/payment_methods/{id}/detach", payment_methods.detach, "PaymentMethodDetachParams"),
    Route("POST", "/v1/setup_intents", setup_intents.create, "SetupIntentCreateParams"),
    Route("GET", "/v1/setup_intents", _listing("setup_intent", "customer", "payment_method"), "SetupIntentListParams"),
    Route("GET", "/v1/setup_intents/{id}", setup_intents.retrieve, "SetupIntentRetrieveParams", open_=True),
    Route("POST", "/v1/setup_intents/{id}/confirm", setup_intents.confirm, "SetupIntentConfirmParams", open_=True),
    Route("POST", "/v1/setup_intents/{id}/cancel", setup_intents.cancel, "SetupIntentCancelParams"),
    Route("POST", "/v1/payment_intents", payment_intents.create, "PaymentIntentCreateParams"),
    Route("GET", "/v1/payment_intents", _listing("payment_intent", "customer"), "PaymentIntentListParams"),
    Route("GET", "/v1/payment_intents/{id}", payment_intents.retrieve, "PaymentIntentRetrieveParams", open_=True),
    Route("POST", "/v1/payment_intents/{id}", payment_intents.update, "PaymentIntentUpdateParams"),
    Route(
        "POST", "/v1/payment_intents/{id}/confirm", payment_intents.confirm, "PaymentIntentConfirmParams", open_=True
    ),
    Route("POST", "/v1/payment_intents/{id}/capture", payment_intents.capture, "PaymentIntentCaptureParams"),
    Route("POST", "/v1/payment_intents/{id}/cancel", payment_intents.cancel, "PaymentIntentCancelParams"),
    Route("GET", "/v1/charges", _listing("charge", "customer", "payment_intent", "transfer_group"), "ChargeListParams"),
    Route("GET", "/v1/charges/{id}", charges.retrieve, "ChargeRetrieveParams"),
    Route("POST", "/v1/refunds", refunds.create, "RefundCreateParams"),
    Route("GET", "/v1/refunds", _listing("refund", "charge", "payment_intent"), "RefundListParams"),
    Route("GET", "/v1/refunds/{id}", refunds.retrieve, "RefundRetrieveParams"),
    Route("GET", "/v1/disputes", _listing("dispute", "charge", "payment_intent"), "DisputeListParams"),
    Route("GET", "/v1/disputes/{id}", disputes.retrieve, "DisputeRetrieveParams"),
    Route("POST", "/v1/disputes/{id}", disputes.update, "DisputeUpdateParams"),
    Route("POST", "/v1/disputes/{id}/close", disputes.close, "DisputeCloseParams"),
    Route("POST", "/v1/transfers", transfers.create, "TransferCreateParams"),
    Route("GET", "/v1/transfers", _listing("transfer", "destination", "transfer_group"), "TransferListParams"),
    Route("GET", "/v1/transfers/{id}", transfers.retrieve, "TransferRetrieveParams"),
    Route("GET", "/v1/events", _listing("event", "type"), "EventListParams"),
    Route("GET", "/v1/events/{id}", _event, "EventRetrieveParams"),
)


def perform(book: Book, *, method: str, path: str, params: Json, publishable: bool) -> Json:
    """Run one request against the book, as one step, and return its answer.

    Source: https://docs.stripe.com/keys (a publishable key reaches only what a browser may do).
    """
    for route in ROUTES:
        ident = route.match(method, path=path)
        if ident is None:
            continue
        if publishable and not route.open_:
            raise invalid("This API call cannot be made with a publishable API key.", status=403)
        given = {name: value for name, value in params.items() if name != "expand"}
        with book.lock:
            route.check(given)
            answer = route.handler(Call(book, ident, given, publishable))
            wanted = params.get("expand") or []
            return lists.expanded(book, answer=answer, paths=wanted if isinstance(wanted, list) else [wanted])
    raise invalid(f"Unrecognized request URL ({method}: {path}).", status=404)
