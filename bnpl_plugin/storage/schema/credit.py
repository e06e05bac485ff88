"""Tables of a shopper's credit: decisions, the policies that made them, lines, passes, reviews, enquiries."""

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

decision = table(
    "decision",
    ident("shopper_id"),
    ident("decision_id"),
    ident("checkout_id", null=True),
    ident("policy_version"),
    ident("arm"),
    ident("decided_by", length=120),
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
    ident("reason", null=True),
    never_negative("limit_minor", "drawn_minor", "held_minor"),
    index_where("uq_bnpl_credit_line_open", "shopper_id", where="state <> 'closed'", unique=True),
    index_where("ix_bnpl_credit_line_frozen", "shopper_id", where="state = 'frozen'"),
    key=records.CreditLine.key,
)

limit_change = table(
    "limit_change",
    ident("shopper_id"),
    ident("limit_change_id"),
    money_code(),
    ident("kind"),
    ident("state"),
    minor("from_minor"),
    minor("to_minor"),
    words("reason"),
    ident("decision_id", null=True),
    at("told_at"),
    at("effective_at", null=True),
    at("expires_at", null=True),
    at("changed_at"),
    never_negative("from_minor", "to_minor"),
    index_where("ix_bnpl_limit_change_due", "effective_at", where="state = 'noticed'"),
    index_where("ix_bnpl_limit_change_lapsing", "expires_at", where="state = 'offered'"),
    index_where(
        "uq_bnpl_limit_change_open", "shopper_id", "currency", where="state IN ('offered', 'noticed')", unique=True
    ),
    key=records.LimitChange.key,
)

pass_ = table(
    "pass",
    ident("shopper_id"),
    ident("pass_id"),
    ident("decision_id"),
    ident("country", length=2),
    money_code(),
    ident("rating"),
    minor("limit_minor"),
    ident("state"),
    document("details"),
    at("issued_at"),
    at("expires_at"),
    at("changed_at"),
    never_negative("limit_minor"),
    index_where("uq_bnpl_pass_valid", "shopper_id", where="state = 'valid'", unique=True),
    key=records.Pass.key,
)

prequalification = table(
    "prequalification",
    ident("prequalification_id"),
    ident("merchant_id"),
    ident("country", length=2),
    money_code(),
    minor("asked_minor"),
    ident("phone_hash", null=True),
    ident("locale", length=20),
    words("return_url"),
    ident("state"),
    ident("shopper_id", null=True),
    ident("decision_id", null=True),
    minor("up_to_minor"),
    at("opened_at"),
    at("expires_at"),
    at("changed_at"),
    never_negative("asked_minor", "up_to_minor"),
    key=records.Prequalification.key,
)

review = table(
    "review",
    ident("shopper_id"),
    ident("review_id"),
    ident("decision_id"),
    ident("checkout_id", null=True),
    ident("kind"),
    ident("state"),
    ident("outcome", null=True),
    ident("new_decision_id", null=True),
    words("sealed_statement", null=True),
    ident("operator", null=True, length=120),
    words("note", null=True),
    document("proposal", null=True),
    at("opened_at"),
    at("due_at"),
    at("overdue_at", null=True),
    at("closed_at", null=True),
    sa.Index("ix_bnpl_review_id", "review_id"),
    index_where("ix_bnpl_review_open", "due_at", where="state = 'open'"),
    sa.Index("uq_bnpl_review_decision", "shopper_id", "decision_id", unique=True),
    key=records.Review.key,
)

policy_version = table(
    "policy_version",
    ident("version"),
    ident("state"),
    count("share_bps"),
    ident("sha256"),
    document("body"),
    at("created_at"),
    at("changed_at"),
    sa.CheckConstraint("share_bps BETWEEN 0 AND 10000", name="share_bps"),
    # not unique: the crown passes in one statement, row by row; the move from the old one guards it, P9 proves it
    index_where("ix_bnpl_policy_version_role", "state", where="state IN ('champion', 'challenger')"),
    index_where("uq_bnpl_policy_version_challenger", "state", where="state = 'challenger'", unique=True),
    key=records.PolicyVersion.key,
)

enquiry = table(
    "enquiry",
    ident("shopper_id"),
    ident("enquiry_id"),
    ident("source"),
    ident("kind"),
    ident("state"),
    ident("purpose_ref", length=120),
    document("report", null=True),
    words("fault", null=True),
    at("asked_at"),
    at("answered_at", null=True),
    sa.Index("ix_bnpl_enquiry_purpose", "shopper_id", "purpose_ref"),
    key=records.Enquiry.key,
)
