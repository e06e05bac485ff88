"""Tables of shoppers: who they are (one table only), decisions, lines, cards, what they saw and what they signed."""

from __future__ import annotations

import sqlalchemy as sa

from bnpl_plugin.ports import records
from bnpl_plugin.storage.schema.columns import (
    at,
    count,
    document,
    ident,
    index_where,
    minor,
    money_code,
    never_negative,
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

decision = table(
    "decision",
    ident("shopper_id"),
    ident("decision_id"),
    ident("checkout_id", null=True),
    ident("policy_version"),
    ident("outcome"),
    ident("rating"),
    money_code(),
    minor("limit_minor"),
    document("inputs"),
    document("reasons"),
    at("decided_at"),
    never_negative("limit_minor"),
    sa.Index("ix_bnpl_decision_time", "shopper_id", "decided_at"),
    key=records.Decision.key,
)

credit_line = table(
    "credit_line",
    ident("shopper_id"),
    money_code(),
    ident("state"),
    minor("limit_minor"),
    minor("drawn_minor"),
    minor("held_minor"),
    at("changed_at"),
    never_negative("limit_minor", "drawn_minor", "held_minor"),
    index_where("uq_bnpl_credit_line_open", "shopper_id", where="state = 'open'", unique=True),
    key=records.CreditLine.key,
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
