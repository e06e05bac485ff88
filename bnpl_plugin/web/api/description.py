"""The served OpenAPI 3.1 document, made from the schemas that read requests and the shapes of our answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema

from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.web.api import schemas
from bnpl_plugin.web.api.shapes import SHAPES, ref

ABOUT: Final = """\
Finance an order in instalments: open a checkout, send the shopper to its `checkout_url`, and wait for the signed
webhook `checkout.confirmed` (or ask `GET /checkouts/{id}` from your server). Never rely on the browser's return alone.

A flash sale: `POST /sales`, send shoppers to its `page_url` (countdown, and how it is decided), and open a checkout
with `sale_item_id` and `units` for each of them, better before the start: at its `checkout_url` they get ready
(plan, credit, card), have the unit with one tap, and finish. `units_per_shopper` is bound to the proved phone
number, `per_device` is how many shoppers one browser may have, `line_limit` how many may wait (none: as many as
there are units). Who is let in from the line has `hold_seconds` to come; a unit is kept for `ceiling_seconds` at
most. `price_minor` 0: each order says its price. A lottery starts in the future and is drawn at its start. Webhooks
tell `sale.paused`, `sale.resumed`, `sale.units_added`, `sale.drawn`, `sale.ended`, `sale.units_returned` (so many
`units` are yours again), `sale.closed`.

Amounts are integers in ISO 4217 minor units. Lists are paged by `cursor`; of sales the latest 100 are told, of
subsidies all. Errors are problem documents (RFC 9457).
Every POST that makes or moves something (`POST /checkouts`, `POST /prequalifications`, `POST /loans/{id}/refunds`,
`POST /sales`, `POST /sales/{id}/items/{id}/units`) wants an `Idempotency-Key`: repeat a request whose
answer you have lost with the same key, and nothing is done twice. Webhooks follow the Standard Webhooks specification.
"""


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path: what it does, what it reads, what it answers beside the usual problems."""

    name: str
    summary: str
    answers: Mapping[int, str]  # status → shape
    problems: tuple[int, ...] = ()
    body: type[Schema] | None = None
    query: type[Schema] | None = None
    keyed: bool = False
    open: bool = False


#: Path (OpenAPI form) and method → operation; ``name`` is the view's endpoint.
PATHS: Final[Mapping[tuple[str, str], Operation]] = {
    ("/me", "get"): Operation("me", "Who the key belongs to", {200: "Merchant"}),
    ("/offers", "post"): Operation(
        "offers",
        "Offers for a cart with schedule, APR and total; and why each other plan is not shown",
        {200: "Quotation"},
        (400, 411, 413, 415, 422),
        body=schemas.OfferRequest,
    ),
    ("/checkouts", "post"): Operation(
        "open_checkout",
        "Open a checkout for an order; an open one for the same cart is returned again",
        {201: "Checkout"},
        (400, 403, 409, 411, 413, 415, 422),
        body=schemas.CheckoutRequest,
        keyed=True,
    ),
    ("/checkouts", "get"): Operation(
        "checkouts", "Your checkouts, newest first", {200: "CheckoutPage"}, (422,), query=schemas.PageQuery
    ),
    ("/checkouts/{checkout_id}", "get"): Operation("checkout", "One checkout", {200: "Checkout"}, (404,)),
    ("/checkouts/{checkout_id}/cancel", "post"): Operation(
        "cancel_checkout", "Give up a checkout that is not paid; twice is once", {200: "Checkout"}, (404, 409)
    ),
    ("/prequalifications", "post"): Operation(
        "open_prequalification",
        "Ask how much a shopper could finance, without an order: send the shopper to `prequalification_url`",
        {201: "Prequalification"},
        (400, 403, 409, 411, 413, 415, 422),
        body=schemas.PrequalificationRequest,
        keyed=True,
    ),
    ("/prequalifications/{prequalification_id}", "get"): Operation(
        "prequalification",
        "The answer: pending, approved up to a sum, rejected or expired",
        {200: "Prequalification"},
        (404,),
    ),
    ("/loans", "get"): Operation(
        "loans", "Loans behind your orders, newest first", {200: "LoanPage"}, (422,), query=schemas.LoanQuery
    ),
    ("/loans/{loan_id}", "get"): Operation("loan", "One loan with its schedule", {200: "Loan"}, (404,)),
    ("/loans/{loan_id}/refunds", "post"): Operation(
        "refund_loan",
        "Undo a purchase in full; 202 while a payment under way must end first",
        {200: "Refund", 202: "Refund"},
        (400, 404, 409, 411, 413, 415, 422),
        body=schemas.RefundRequest,
        keyed=True,
    ),
    ("/events", "get"): Operation(
        "events",
        "What happened to your orders, newest first, as webhooks tell it; a page may hold fewer rows than asked for",
        {200: "EventPage"},
        (422,),
        query=schemas.PageQuery,
    ),
    ("/events/{event_id}", "get"): Operation("event", "One event", {200: "Event"}, (404,)),
    ("/events/{event_id}/replay", "post"): Operation(
        "replay_event", "Promise one more delivery of an event", {202: "Replay"}, (404,)
    ),
    ("/subsidies", "get"): Operation(
        "subsidies", "Budgets with which you pay for your shoppers' cheaper credit, newest first", {200: "SubsidyList"}
    ),
    ("/subsidies/{subsidy_id}", "get"): Operation("subsidy", "One of your budgets", {200: "Subsidy"}, (404,)),
    ("/sales", "post"): Operation(
        "open_sale",
        "Make a flash sale of your goods; its items' ids are what `POST /checkouts` takes as `sale_item_id`",
        {201: "Sale"},
        (400, 403, 409, 411, 413, 415, 422),
        body=schemas.SaleRequest,
        keyed=True,
    ),
    ("/sales", "get"): Operation("sales", "Your flash sales, the latest start first, 100 at most", {200: "SaleList"}),
    ("/sales/{sale_id}", "get"): Operation(
        "sale", "One of your sales with its figures as of now", {200: "Sale"}, (404,)
    ),
    ("/sales/{sale_id}/pause", "post"): Operation(
        "pause_sale", "Let nobody new in; who is on the way goes on; twice is once", {200: "Sale"}, (404, 409)
    ),
    ("/sales/{sale_id}/resume", "post"): Operation(
        "resume_sale", "Go on after a pause, the line first; twice is once", {200: "Sale"}, (404, 409)
    ),
    ("/sales/{sale_id}/end", "post"): Operation(
        "end_sale",
        "Let nobody in any more; who was let in may finish; unsold units come back; twice is once",
        {200: "Sale"},
        (404, 409),
    ),
    ("/sales/{sale_id}/items/{sale_item_id}/units", "post"): Operation(
        "add_units",
        "Hand over more units of an item; who waits in line is served first",
        {200: "Sale"},
        (400, 403, 404, 409, 411, 413, 415, 422),
        body=schemas.UnitsRequest,
        keyed=True,
    ),
    ("/openapi.json", "get"): Operation("openapi", "This description", {200: ""}, open=True),
}

_REASONS: Final[Mapping[int, str]] = {
    400: "The request cannot be read",
    401: "No live key",
    403: "Not allowed",
    404: "Nothing here, or not yours",
    409: "Not possible in the present state, or the first request with this key is still running",
    411: "The body does not say how long it is",
    413: "The body is too large (256 KiB)",
    415: "Not application/json",
    429: "More requests in a minute than one shop may ask",
    422: "A field is not accepted, or the key was used with another request",
}
#: The header that whatever makes or moves something wants.
KEY_HEADER: Final[dict[str, Any]] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "New for each deed; the same for each repetition of one request.",
    "schema": {"type": "string", "pattern": "^[!-~]+$", "minLength": 1, "maxLength": 255},
}
_DONE: Final[Mapping[int, str]] = {200: "Done", 201: "Made", 202: "Promised"}


_STRICT: Final = (
    "OfferRequest", "CheckoutRequest", "PrequalificationRequest", "RefundRequest", "Line", "SaleRequest",
    "SaleItemRequest", "UnitsRequest",
)  # fmt: skip


def document(house: House, *, base: str) -> bytes:
    """Return the document of one deployment as JSON."""
    return _document(f"{house.settings.public_url}{base}", house.settings.lender_name)


@lru_cache(maxsize=16)
def _document(server: str, lender: str) -> bytes:
    spec = APISpec(
        title=f"Pay later with {lender}",
        version="1.0.0",
        openapi_version="3.1.0",
        info={"description": ABOUT},
        servers=[{"url": server}],
        plugins=[MarshmallowPlugin()],
        security=[{"key": []}],
    )
    spec.components.security_scheme("key", {"type": "http", "scheme": "bearer"})
    for name, shape in SHAPES.items():
        spec.components.schema(name, shape)
    for (path, method), operation in PATHS.items():
        spec.path(path=path, parameters=_in_path(path), operations={method: _described(operation)})
    made = spec.to_dict()
    for name in _STRICT:
        made["components"]["schemas"][name]["additionalProperties"] = False
    return json.dumps(made).encode()


def _in_path(path: str) -> list[dict[str, Any]]:
    return [
        {"name": part.strip("{}"), "in": "path", "required": True, "schema": {"type": "string"}}
        for part in path.split("/")
        if part.startswith("{")
    ]


def _described(operation: Operation) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": [],
        "responses": {str(status): _answer(status, shape) for status, shape in operation.answers.items()},
    }
    statuses = operation.problems if operation.open else (401, 429, *operation.problems)
    told["responses"] |= {str(status): _problem(status) for status in statuses}
    if operation.open:
        told["security"] = []
    if operation.query is not None:
        told["parameters"].append({"in": "query", "schema": operation.query})
    if operation.keyed:
        told["parameters"].append(KEY_HEADER)
    if operation.body is not None:
        told["requestBody"] = {"required": True, "content": {"application/json": {"schema": operation.body}}}
    return told


def _answer(status: int, shape: str) -> dict[str, Any]:
    schema = ref(shape) if shape else {"type": "object"}
    return {"description": _DONE[status], "content": {"application/json": {"schema": schema}}}


def _problem(status: int) -> dict[str, Any]:
    return {"description": _REASONS[status], "content": {"application/problem+json": {"schema": ref("Problem")}}}
