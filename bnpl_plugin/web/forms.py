"""What shoppers and operators type, read by marshmallow: every fault is told at its field, in the shopper's language.

A message is an English msgid without places, so that it can be translated after the schema has run. Nothing typed is
lost: a page with a fault is shown again with what was typed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from bnpl_plugin.errors import BnplError, InvalidInput
from bnpl_plugin.lifecycle.evidence import MAX_MONTHLY_MINOR
from bnpl_plugin.money.amount import Money
from bnpl_plugin.money.currency import currency
from bnpl_plugin.web import wording
from bnpl_plugin.web.locale import Translator

REQUIRED: Final = "Please fill this in."
CODE: Final = "Accepted: the six digits that we sent you."
COUNTRY: Final = "Please choose the country where you live. We can lend for this order only where it is sold."

_LONGEST: Final = 24
#: A sum in groups of three, all parted by the same mark and the cents by the other one; and one without groups.
_GROUPED: Final = re.compile(r"(?P<whole>(?!0)\d{1,3}([.,])\d{3}(?:\2\d{3})*)(?:(?!\2)[.,](?P<cents>\d{1,2}))?")
_PLAIN: Final = re.compile(r"(?P<whole>\d+)(?:[.,](?P<cents>\d{1,2}))?")


@dataclass(frozen=True, slots=True)
class Read:
    """A form as read: ``data`` of the fields that fit, ``errors`` by field (translated), ``typed`` as it came."""

    data: Mapping[str, Any]
    errors: Mapping[str, str]
    typed: Mapping[str, str]


def _told(msgid: str) -> dict[str, Any]:
    return {"required": REQUIRED, "null": REQUIRED, "invalid": msgid}


class Amount(fields.Field[Decimal]):
    """A sum in major units as people write it: ``2500``, ``2 500,50``, ``2,500.50``; never a float.

    What nobody writes is not guessed at: ``0.500``, ``1,234.567``, ``12.345.67``.
    """

    default_error_messages = {"invalid": wording.TYPED["sum"]}  # noqa: RUF012 (marshmallow's own name)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Decimal:
        text = re.sub(r"[\s\u00a0\u202f'’]", "", str(value))
        found = _GROUPED.fullmatch(text) or _PLAIN.fullmatch(text)
        if found is None or len(text) > _LONGEST:
            raise self.make_error("invalid")
        return Decimal(f"{re.sub(r'[.,]', '', found['whole'])}.{found['cents'] or '0'}")


def percent(*, most: int = 100, error: str = wording.TYPED["percent"], **options: Any) -> fields.Decimal:
    """Return a field for a percentage from 0 with at most two decimals: one with more is refused, never rounded."""

    def check(value: Decimal) -> None:
        if not 0 <= value <= most or value != value.quantize(Decimal("0.01")):
            raise ValidationError(error)

    told: dict[str, Any] = {"required": REQUIRED, "invalid": error, "special": error}
    return fields.Decimal(validate=check, error_messages=told, **options)


class Ticked(fields.Field[bool]):
    """A box: ``yes`` when ticked, anything else is not."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        return str(value) == "yes"


def _yes(msgid: str) -> Any:
    def check(value: bool) -> None:  # noqa: FBT001 - marshmallow's shape of a validator
        if not value:
            raise ValidationError(msgid)

    return check


class Form(Schema):
    """A form of ours: fields of others (the form token) are passed over."""

    class Meta:
        """Unknown fields are not ours to judge on a page."""

        unknown = EXCLUDE


class PlanForm(Form):
    """The choice of a plan: an offer signed by us."""

    offer = fields.String(
        required=True, error_messages=_told(wording.FIELDS["plan"]) | {"required": wording.FIELDS["plan"]},
        validate=validate.Length(min=1, max=20_000, error=wording.FIELDS["plan"]),
    )  # fmt: skip


class PhoneForm(Form):
    """A phone number; whether it can be called is the use case's to say."""

    phone = fields.String(
        required=True, error_messages=_told(wording.FIELDS["phone"]),
        validate=validate.Length(min=4, max=40, error=wording.FIELDS["phone"]),
    )  # fmt: skip


class CodeForm(Form):
    """The one-time code; spaces between its digits are allowed."""

    code = fields.String(
        required=True, error_messages=_told(CODE), validate=validate.Regexp(r"^\s*(\d\s*){6}$", error=CODE)
    )


class BirthForm(Form):
    """The date of birth by which the next owner of a phone number is told apart."""

    birth_on = fields.Date(required=True, format="iso", error_messages=_told(wording.FIELDS["birth_date"]))


class FactsForm(Form):
    """The few facts that a decision needs."""

    full_name = fields.String(
        required=True, error_messages=_told(wording.FIELDS["full_name"]),
        validate=validate.Length(min=2, max=120, error=wording.FIELDS["full_name"]),
    )  # fmt: skip
    birth_on = fields.Date(required=True, format="iso", error_messages=_told(wording.FIELDS["birth_date"]))
    country = fields.String(required=True, error_messages=_told(COUNTRY))
    monthly_income = Amount(required=True, error_messages=_told(wording.FIELDS["income"]))
    monthly_outgoings = Amount(required=True, error_messages=_told(wording.FIELDS["outgoings"]))
    student = fields.String(load_default=None, validate=validate.OneOf(["yes", "no"], error=REQUIRED))
    consent = Ticked(load_default=False, validate=_yes(wording.FIELDS["consent"]))


class SignForm(Form):
    """The signature."""

    signed_name = fields.String(
        required=True, error_messages=_told(wording.FIELDS["typed_name"]),
        validate=validate.Length(min=1, max=200, error=wording.FIELDS["typed_name"]),
    )  # fmt: skip
    accept = Ticked(load_default=False, validate=_yes(wording.FIELDS["accept"]))


class PayForm(Form):
    """What to pay early, and the token that says which sums were shown."""

    choice = fields.String(
        required=True, error_messages=_told(REQUIRED), validate=validate.OneOf(["next", "all"], error=REQUIRED)
    )
    idempotency_key = fields.String(required=True, error_messages=_told(REQUIRED))


def read(form: Form, typed: Mapping[str, Any], *, t: Translator) -> Read:
    """Read a form; an empty text counts as not filled in, a box left unticked as a fault where the form has it."""
    told = {name: str(text) for name, text in typed.items() if str(text).strip()}
    try:
        data, faults = form.load(told), {}
    except ValidationError as error:
        data, faults = error.valid_data, error.messages_dict
    errors = {name: t.gettext(str(texts[0])) for name, texts in faults.items()}
    if "consent" in form.fields and "consent" not in told and "consent" not in errors:
        errors["consent"] = t.gettext(wording.FIELDS["consent"])
    if "accept" in form.fields and "accept" not in told and "accept" not in errors:
        errors["accept"] = t.gettext(wording.FIELDS["accept"])
    return Read(data=data if isinstance(data, dict) else {}, errors=errors, typed=dict(typed))


def facts_errors(found: Read, *, country: str, t: Translator, asks_student: bool = False) -> dict[str, str]:
    """Return the faults of the facts, those that need the checkout included: another country is not ours to lend in."""
    errors = dict(found.errors)
    if asks_student and found.data.get("student") is None:
        errors.setdefault("student", t.gettext(REQUIRED))
    if found.data.get("country") not in (None, country):
        errors.setdefault("country", t.gettext(COUNTRY))
    for name, field in (("monthly_income", "income"), ("monthly_outgoings", "outgoings")):
        if name in found.data and found.data[name] * 100 > MAX_MONTHLY_MINOR:
            errors.setdefault(name, t.gettext(wording.FIELDS[field]))
    return errors


def minor(amount: Decimal, *, code: str) -> int:
    """Return a sum of major units in minor units of a currency; more digits than it has are cut off."""
    return int(amount.scaleb(currency(code).minor_units or 0))


def typed_minor(text: str, *, code: str, field: str) -> int:
    """Return a sum as it was typed, in minor units of a currency. Raises ``InvalidInput``, names the field."""
    try:
        return Money.of(str(Amount().deserialize(text)), code).minor
    except (BnplError, ValidationError) as error:
        raise InvalidInput(field=field, fault=f"is “{text[:40]}”", accepted="a sum such as 1500.00") from error
