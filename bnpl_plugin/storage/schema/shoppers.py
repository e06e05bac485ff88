"""Tables of shoppers: who they are (one table only), cards, what they saw and what they signed."""

from __future__ import annotations

import sqlalchemy as sa

from bnpl_plugin.ports import records
from bnpl_plugin.storage.schema.columns import (
    at,
    count,
    document,
    ident,
    words,
)
from bnpl_plugin.storage.schema.metadata import table

person = table(
    "person",
    ident("shopper_id"),
    ident("phone_hash", length=128),
    words("sealed"),
    at("created_at"),
    sa.Index("uq_bnpl_person_phone", "phone_hash", unique=True),
    key=records.Person.key,
)

phone_code = table(
    "phone_code",
    ident("phone_code_id"),
    ident("purpose_ref", length=120),
    ident("phone_hash", length=128),
    words("sealed_phone"),
    ident("code_hash", length=128),
    count("tries"),
    at("created_at"),
    at("expires_at"),
    at("used_at", null=True),
    sa.Index("ix_bnpl_phone_code_purpose", "purpose_ref", "created_at"),
    sa.Index("ix_bnpl_phone_code_phone", "phone_hash", "created_at"),
    key=records.PhoneCode.key,
)

payment_method = table(
    "payment_method",
    ident("shopper_id"),
    ident("payment_method_id"),
    ident("provider"),
    ident("customer_ref", null=True, length=255),
    ident("method_ref", length=255),
    words("label"),
    document("mandate"),
    at("created_at"),
    key=records.PaymentMethod.key,
)

disclosure = table(
    "disclosure",
    ident("shopper_id"),
    ident("disclosure_id"),
    ident("checkout_id"),
    ident("kind"),
    ident("locale", length=35),
    ident("sha256"),
    document("body"),
    ident("medium"),
    at("shown_at"),
    sa.Index("ix_bnpl_disclosure_checkout", "shopper_id", "checkout_id"),
    key=records.Disclosure.key,
)

agreement = table(
    "agreement",
    ident("shopper_id"),
    ident("agreement_id"),
    ident("checkout_id"),
    ident("plan_code"),
    count("plan_version"),
    ident("country", length=2),
    ident("sha256"),
    document("body"),
    at("signed_at"),
    sa.Index("ix_bnpl_agreement_checkout", "shopper_id", "checkout_id"),
    key=records.Agreement.key,
)
