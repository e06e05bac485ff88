"""The shapes of our answers as JSON Schema (OpenAPI 3.1), one for each function of ``answers``."""

from __future__ import annotations

from typing import Any, Final

from bnpl_plugin.credit.states import CHECKOUT, INSTALMENT, LOAN, SALE, SUBSIDY
from bnpl_plugin.errors import ErrorKind
from bnpl_plugin.lifecycle.flash_sale.terms import Fairness
from bnpl_plugin.lifecycle.flash_sale.watching.board import GateWord, Phase

Shape = dict[str, Any]


def _object(**members: Shape) -> Shape:
    return {"type": "object", "properties": members, "required": list(members), "additionalProperties": False}


def _list(member: Shape) -> Shape:
    return {"type": "array", "items": member}


def _or_null(shape: Shape) -> Shape:
    return {**shape, "type": [shape["type"], "null"]}


def ref(name: str) -> Shape:
    """Return a reference to one of ``SHAPES``."""
    return {"$ref": f"#/components/schemas/{name}"}


TEXT: Final[Shape] = {"type": "string"}
WHOLE: Final[Shape] = {"type": "integer"}
MINOR: Final[Shape] = {"type": "integer", "description": "ISO 4217 minor units"}
DAY: Final[Shape] = {"type": "string", "format": "date"}
INSTANT: Final[Shape] = {"type": "string", "format": "date-time"}
ADDRESS: Final[Shape] = {"type": "string", "format": "uri"}
DECIMAL: Final[Shape] = {"type": "string", "pattern": r"^-?\d+(\.\d+)?(E[-+]\d+)?$"}
YES_NO: Final[Shape] = {"type": "boolean"}


def _one_of(values: tuple[str, ...]) -> Shape:
    return {"type": "string", "enum": [str(value) for value in values]}


_PARTS: Final[dict[str, Shape]] = {"principal_minor": MINOR, "interest_minor": MINOR, "fee_minor": MINOR}
_LOAN: Final[dict[str, Shape]] = {
    "id": TEXT,
    "checkout_id": TEXT,
    "order_ref": TEXT,
    "state": _one_of(LOAN.states),
    "plan_code": TEXT,
    "country": TEXT,
    "currency": TEXT,
    **_PARTS,
    "mdr_minor": MINOR,
    "outstanding_minor": MINOR,
    "drawdown_on": DAY,
    "opened_at": INSTANT,
}
_SALE: Final[dict[str, Shape]] = {
    "id": TEXT,
    "name": TEXT,
    "page_url": ADDRESS,
    "state": _one_of(SALE.states),
    "fairness": _one_of(tuple(Fairness)),
    "country": TEXT,
    "currency": TEXT,
    "plan_codes": _list(TEXT),
    "hold_seconds": WHOLE,
    "ceiling_seconds": WHOLE,
    "per_device": WHOLE,
    "seed_hash": _or_null(TEXT),
    "seed": _or_null(TEXT),
    "starts_at": INSTANT,
    "ends_at": INSTANT,
}
_SALE_ITEM: Final[dict[str, Shape]] = {
    "id": TEXT,
    "sku": TEXT,
    "name": TEXT,
    "price_minor": MINOR,
    "units_per_shopper": WHOLE,
    "line_limit": WHOLE,
    "total_units": WHOLE,
    "free_units": WHOLE,
    "held_units": WHOLE,
    "sold_units": WHOLE,
    "returned_units": WHOLE,
}
_FAULT: Final = _object(field=TEXT, fault=TEXT, accepted=TEXT)


def _page(name: str) -> Shape:
    return _object(data=_list(ref(name)), next_cursor=_or_null(TEXT))


SHAPES: Final[dict[str, Shape]] = {
    "Problem": {
        "type": "object",
        "description": "RFC 9457. `code` is stable; `kind` says what to do next; `errors` names each faulty field.",
        "properties": {
            "type": TEXT,
            "title": TEXT,
            "status": WHOLE,
            "detail": TEXT,
            "code": TEXT,
            "kind": _one_of(tuple(ErrorKind)),
            "errors": _list(_FAULT),
        },
        "required": ["type", "title", "status", "detail", "code", "kind", "errors"],
    },
    "Merchant": _object(id=TEXT, name=TEXT, mdr_bps=WHOLE, webhook_url=_or_null(ADDRESS), created_at=INSTANT),
    "Offer": _object(
        plan_code=TEXT,
        plan_version=WHOLE,
        kind=TEXT,
        title=TEXT,
        currency=TEXT,
        principal_minor=MINOR,
        finance_charge_minor=MINOR,
        total_payable_minor=MINOR,
        first_minor=MINOR,
        nominal_rate=DECIMAL,
        apr_percent=DECIMAL,
        apr_method=TEXT,
        mdr_bps=WHOLE,
        sample_law=YES_NO,
        subsidised=YES_NO,
        instalments=_list(_object(number=WHOLE, due_on=DAY, **_PARTS, total_minor=MINOR)),
        expires_at=INSTANT,
    ),
    "PlanRefusal": _object(
        plan_code=TEXT,
        code=TEXT,
        details={"type": "object", "additionalProperties": TEXT},
    ),
    "Prequalification": _object(
        id=TEXT,
        state=_one_of(("pending", "approved", "rejected", "expired")),
        country=TEXT,
        currency=TEXT,
        amount_minor=_or_null(MINOR),
        up_to_minor=_or_null(MINOR),
        reason=_or_null(TEXT),
        prequalification_url=_or_null(ADDRESS),
        return_url=ADDRESS,
        opened_at=INSTANT,
        expires_at=INSTANT,
    ),
    "Quotation": _object(country=TEXT, offers=_list(ref("Offer")), refusals=_list(ref("PlanRefusal"))),
    "Checkout": _object(
        id=TEXT,
        state=_one_of(CHECKOUT.states),
        order_ref=TEXT,
        currency=TEXT,
        total_minor=MINOR,
        country=TEXT,
        locale=TEXT,
        sale_item_id=_or_null(TEXT),
        units=WHOLE,
        checkout_url=_or_null(ADDRESS),
        return_url=ADDRESS,
        cancel_url=ADDRESS,
        plan_code=_or_null(TEXT),
        loan_id=_or_null(TEXT),
        reason=_or_null(TEXT),
        opened_at=INSTANT,
        expires_at=INSTANT,
    ),
    "CheckoutPage": _page("Checkout"),
    "LoanLine": _object(**_LOAN, instalments=WHOLE, paid_instalments=WHOLE, next_due_on=_or_null(DAY)),
    "LoanPage": _page("LoanLine"),
    "Loan": _object(
        **_LOAN,
        schedule=_list(
            _object(
                number=WHOLE,
                state=_one_of(INSTALMENT.states),
                due_on=DAY,
                **_PARTS,
                waived_minor=MINOR,
                total_minor=MINOR,
            )
        ),
    ),
    "Refund": _object(loan_id=TEXT, order_ref=TEXT, state=_one_of(("reversed", "pending")), reason=TEXT),
    "Event": _object(id=TEXT, type=TEXT, timestamp=INSTANT, data={"type": "object"}),
    "EventPage": _page("Event"),
    "Subsidy": _object(
        id=TEXT,
        name=TEXT,
        state=_one_of(SUBSIDY.states),
        country=TEXT,
        currency=TEXT,
        nominal_rate=DECIMAL,
        plan_codes=_list(TEXT),
        for_merchants=_list(TEXT),
        sale_ids=_list(TEXT),
        lowest_minor=MINOR,
        highest_minor=MINOR,
        ceiling_minor=MINOR,
        used_minor=MINOR,
        held_minor=MINOR,
        free_minor=MINOR,
        warn_bps=WHOLE,
        loans=WHOLE,
        starts_at=INSTANT,
        ends_at=INSTANT,
    ),
    "SubsidyList": _object(data=_list(ref("Subsidy"))),
    "Sale": _object(
        **_SALE,
        phase=_one_of(tuple(Phase)),
        gate=_one_of(tuple(GateWord)),
        as_of=INSTANT,
        items=_list(_object(**_SALE_ITEM, waiting=_or_null(WHOLE))),
        shoppers=_object(ready=WHOLE, held=WHOLE, paid=WHOLE, released=WHOLE, waiting=_or_null(WHOLE)),
    ),
    "SaleLine": _object(**_SALE, items=_list(_object(**_SALE_ITEM))),
    "SaleList": _object(data=_list(ref("SaleLine"))),
    "Replay": _object(id=TEXT, state=_one_of(("promised",))),
}
