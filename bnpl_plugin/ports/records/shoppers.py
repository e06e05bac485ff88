"""Records of shoppers: who they are, what they pay with, what they saw and what they signed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bnpl_plugin.ports.records.record import Json, Record


@dataclass(frozen=True, slots=True)
class Person(Record, table="person", key=("shopper_id",)):
    """The only row with personal data: ``sealed`` is encrypted; ``phone_hash`` is a keyed hash of the E.164 number."""

    shopper_id: str
    phone_hash: str
    sealed: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PhoneCode(Record, table="phone_code", key=("phone_code_id",)):
    """A one-time code sent to a phone for one checkout or sign-in (``purpose_ref``); ``code_hash`` is keyed."""

    phone_code_id: str
    purpose_ref: str
    phone_hash: str
    sealed_phone: str
    code_hash: str
    tries: int
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class PaymentMethod(Record, table="payment_method", key=("shopper_id", "payment_method_id")):
    """A card saved with the shopper's recorded mandate, as the provider's opaque references."""

    shopper_id: str
    payment_method_id: str
    provider: str
    customer_ref: str | None
    method_ref: str
    label: str
    mandate: Json
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Disclosure(Record, table="disclosure", key=("shopper_id", "disclosure_id")):
    """Proof that a document was shown: its body, hash, language, instant and medium."""

    shopper_id: str
    disclosure_id: str
    checkout_id: str
    kind: str
    locale: str
    sha256: str
    body: Json
    medium: str
    shown_at: datetime


@dataclass(frozen=True, slots=True)
class Agreement(Record, table="agreement", key=("shopper_id", "agreement_id")):
    """What was signed, frozen: ``sha256`` is over the canonical JSON of ``body``, which names no person."""

    shopper_id: str
    agreement_id: str
    checkout_id: str
    plan_code: str
    plan_version: int
    country: str
    sha256: str
    body: Json
    signed_at: datetime
