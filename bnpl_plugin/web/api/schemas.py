"""What the API accepts, field by field, with the range that a refusal names; the same schemas are served as OpenAPI."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from marshmallow import RAISE, Schema, ValidationError, fields
from marshmallow.validate import Length, OneOf, Range, Regexp

from bnpl_plugin.credit.states import LOAN
from bnpl_plugin.lifecycle.flash_sale.terms import MOST_ITEMS, MOST_UNITS, Fairness
from bnpl_plugin.ports.platform import MAX_TOTAL_MINOR, LineKind

#: Texts of one line without control characters, and references of visible ASCII without spaces.
PLAIN: Final = r"^[^\u0000-\u001f\u007f]+$"
REFERENCE: Final = r"^[!-~]+$"
#: ``$`` alone would let one line end through at the very end; this reads the same in JSON Schema's dialect.
_END: Final = "(?!\\n)"
_NETLOC: Final = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")
_RFC_3339: Final = re.compile(
    r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})"
)
MOST_LINES: Final = 200
MOST_ROWS: Final = 200

REFUND_REASONS: Final = ("returned", "cancelled_by_shopper", "cancelled_by_shop", "out_of_stock", "other")


class Strict(Schema):
    """A schema that refuses what it does not know."""

    class Meta:
        """Unknown fields are refused, and fields keep their order."""

        unknown = RAISE

    error_messages = {"unknown": "is not known here", "type": "is not an object"}  # noqa: RUF012 (marshmallow's own name)


def _told(accepted: str, *, invalid: str) -> dict[str, Any]:
    return {
        "metadata": {"accepted": accepted},
        "error_messages": {
            "required": "is missing", "null": "is null", "invalid": invalid, "too_large": invalid,
            "validator_failed": invalid,
        },
    }  # fmt: skip


def whole(low: int, high: int, **options: Any) -> fields.Integer:
    """Return a field for a whole number; a text, a fraction or a truth value is refused."""
    told = _told(f"a whole number from {low} to {high}", invalid="is not a whole number")
    return fields.Integer(strict=True, validate=Range(low, high, error="is {input}"), **told, **options)


def text(longest: int, *, pattern: str = PLAIN, accepted: str = "", **options: Any) -> fields.String:
    """Return a field for a text of 1 to ``longest`` characters that fits a pattern."""
    told = _told(accepted or f"text of 1 to {longest} characters on one line", invalid="is not text")
    form = Regexp(pattern + _END, error="is not of the accepted form")
    rules = [Length(1, longest, error="has the wrong length"), form]
    return fields.String(validate=rules, **told, **options)


def web_address(**options: Any) -> fields.String:
    """Return a field for an absolute http(s) address without a user name in it."""

    def check(value: str) -> None:
        try:
            parts = urlsplit(value)
            usable = _NETLOC.fullmatch(parts.netloc) is not None and (parts.port is None or parts.port > 0)
        except ValueError:
            usable = False
        if not usable:
            raise ValidationError("is not a web address")

    pattern = Regexp(r"^https?://[!-~]+$" + _END, error="is not a web address")
    told = _told("an absolute http:// or https:// address of at most 2000 characters", invalid="is not text")
    told["metadata"]["format"] = "uri"
    return fields.String(validate=[Length(1, 2000, error="has the wrong length"), pattern, check], **told, **options)


def _time_zone(value: str) -> None:
    try:
        ZoneInfo(value)
    except (LookupError, ValueError, OSError) as error:
        raise ValidationError("is not a time zone") from error


def country_code(**options: Any) -> fields.String:
    """Return a field for an ISO 3166 country code."""
    return text(2, pattern="^[A-Z]{2}$", accepted="two capital letters (ISO 3166)", **options)


def currency_code(**options: Any) -> fields.String:
    """Return a field for an ISO 4217 currency code."""
    return text(3, pattern="^[A-Z]{3}$", accepted="three capital letters (ISO 4217)", **options)


def language_tag(**options: Any) -> fields.String:
    """Return a field for a language tag."""
    return text(
        35, pattern="^[A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8})*$", accepted="a language tag such as fr or zh-Hans", **options
    )


class Line(Strict):
    """One line of a cart; its sum is ``quantity × unit_minor``. A discount is negative, all else is not."""

    kind = fields.String(
        required=True,
        validate=OneOf([str(kind) for kind in LineKind], error="is {input}"),
        **_told(f"one of {', '.join(LineKind)}", invalid="is not text"),
    )
    name = text(200, required=True)
    quantity = whole(1, 10_000, required=True)
    unit_minor = whole(-MAX_TOTAL_MINOR, MAX_TOTAL_MINOR, required=True)
    sku = text(64, load_default=str)


def _lines(**options: Any) -> fields.List[Any]:
    told = _told(f"1 to {MOST_LINES} lines", invalid="is not a list")
    return fields.List(
        fields.Nested(Line), validate=Length(1, MOST_LINES, error="has the wrong number of lines"), **told, **options
    )


class OfferRequest(Strict):
    """A cart to be quoted; ``lines`` may be left out for a product page."""

    currency = currency_code(required=True)
    total_minor = whole(1, MAX_TOTAL_MINOR, required=True)
    country = country_code(required=True)
    lines = _lines(load_default=None)
    locale = language_tag(load_default="en")
    time_zone = fields.String(
        load_default=None, validate=_time_zone, **_told("an IANA time zone", invalid="is not text")
    )


class CheckoutRequest(Strict):
    """An order to be financed. ``total_minor`` is the exact sum of the lines."""

    order_ref = text(120, pattern=REFERENCE, accepted="1 to 120 visible ASCII characters without spaces", required=True)
    currency = currency_code(required=True)
    total_minor = whole(1, MAX_TOTAL_MINOR, required=True)
    country = country_code(required=True)
    lines = _lines(required=True)
    return_url = web_address(required=True)
    cancel_url = web_address(required=True)
    ship_to = country_code(load_default=str)
    locale = language_tag(load_default="en")
    time_zone = fields.String(
        load_default=None, validate=_time_zone, **_told("an IANA time zone", invalid="is not text")
    )
    sale_item_id = text(64, pattern=REFERENCE, accepted="the id of a sale item of yours", load_default=None)
    units = whole(1, 10_000, load_default=None)


class _Instant(fields.AwareDateTime):
    """An RFC 3339 instant, and no other form of ISO 8601."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        if not isinstance(value, str) or not _RFC_3339.fullmatch(value):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        return super()._deserialize(value, attr, data, **kwargs)


def instant(**options: Any) -> fields.AwareDateTime:
    """Return a field for an instant with its offset."""
    told = _told("an RFC 3339 instant with its offset: 2026-11-27T10:00:00Z", invalid="is no such instant")
    told["error_messages"]["format"] = told["error_messages"]["invalid_awareness"] = "is no such instant"
    return _Instant(format="iso", **told, **options)


class SaleItemRequest(Strict):
    """One item of a flash sale; ``price_minor`` 0: each order says it. ``line_limit`` none: as many as units."""

    sku = text(120, required=True)
    name = text(200, required=True)
    units = whole(1, MOST_UNITS, required=True)
    price_minor = whole(0, MAX_TOTAL_MINOR, required=True)
    units_per_shopper = whole(1, MOST_UNITS, load_default=1)
    line_limit = whole(0, MOST_UNITS, load_default=None)


class SaleRequest(Strict):
    """A flash sale of your goods. ``plan_codes`` empty: every plan of the country is on offer."""

    name = text(200, required=True)
    country = country_code(required=True)
    items = fields.List(
        fields.Nested(SaleItemRequest), required=True,
        validate=Length(1, MOST_ITEMS, error="has the wrong number of items"),
        **_told(f"1 to {MOST_ITEMS} items", invalid="is not a list"),
    )  # fmt: skip
    starts_at = instant(required=True)
    ends_at = instant(required=True)
    fairness = fields.String(
        load_default=str(Fairness.FIRST_COME),
        validate=OneOf([str(kind) for kind in Fairness], error="is {input}"),
        **_told(f"one of {', '.join(Fairness)}", invalid="is not text"),
    )
    plan_codes = fields.List(
        text(64, pattern=REFERENCE, accepted="a plan's code"), load_default=list,
        validate=Length(0, 100, error="has too many"), **_told("codes of plans", invalid="is not a list"),
    )  # fmt: skip
    hold_seconds = whole(10, 86_400, load_default=180)
    ceiling_seconds = whole(10, 86_400, load_default=3600)
    per_device = whole(1, 1000, load_default=3)


class UnitsRequest(Strict):
    """More units of an item."""

    units = whole(1, MOST_UNITS, required=True)


class PrequalificationRequest(Strict):
    """How much could a shopper finance? ``phone`` names who alone may answer; ``amount_minor`` what would be enough."""

    country = country_code(required=True)
    amount_minor = whole(1, MAX_TOTAL_MINOR, load_default=None)
    phone = text(40, accepted="a number such as +33612345678", load_default=None)
    return_url = web_address(required=True)
    locale = language_tag(load_default="en")


class RefundRequest(Strict):
    """A purchase to be undone in full."""

    reason = fields.String(
        required=True,
        validate=OneOf(REFUND_REASONS, error="is {input}"),
        **_told(f"one of {', '.join(REFUND_REASONS)}", invalid="is not text"),
    )


class PageQuery(Strict):
    """Which page of a list: ``next_cursor`` of the page before, and how many rows at most."""

    cursor = text(400, pattern=REFERENCE, accepted="the next_cursor of a page", load_default=None)
    limit = fields.Integer(
        load_default=50,
        validate=Range(1, MOST_ROWS, error="is {input}"),
        **_told(f"a whole number from 1 to {MOST_ROWS}", invalid="is not a whole number"),
    )


class LoanQuery(PageQuery):
    """Which loans: all, or those in one state."""

    state = fields.String(
        load_default=None,
        validate=OneOf(LOAN.states, error="is {input}"),
        **_told(f"one of {', '.join(LOAN.states)}", invalid="is not text"),
    )
