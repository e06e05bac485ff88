"""Records of a shopper's credit: decisions, the policies that made them, lines, passes, reviews."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bnpl_plugin.ports.records.record import Json, Record


@dataclass(frozen=True, slots=True)
class Decision(Record, table="decision", key=("shopper_id", "decision_id")):
    """A recorded credit decision: its inputs, the policy that made it, and its reason codes."""

    shopper_id: str
    decision_id: str
    checkout_id: str | None
    policy_version: str
    arm: str  # "champion", "challenger": which share of live traffic decided it
    decided_by: str  # "policy", or the operator who reviewed it
    outcome: str  # "approved", "declined", "referred"
    rating: str
    currency: str
    limit_minor: int
    inputs: Json
    reasons: Json  # {"codes": [...]}
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class CreditLine(Record, table="credit_line", key=("shopper_id", "currency")):
    """A shopper's revolving room: ``drawn_minor + held_minor <= limit_minor``. At most one open per shopper."""

    shopper_id: str
    currency: str
    state: str  # "open", "frozen", "closed"
    limit_minor: int
    drawn_minor: int
    held_minor: int
    changed_at: datetime
    reason: str | None = None  # why it is frozen or closed, a code of ``lifecycle.line_words``

    @property
    def used_minor(self) -> int:
        """What counts against the limit: owed principal and open holds."""
        return self.drawn_minor + self.held_minor

    @property
    def available_minor(self) -> int:
        """What may still be drawn: nothing unless the line is open; never below zero."""
        return max(self.limit_minor - self.used_minor, 0) if self.state == "open" else 0


@dataclass(frozen=True, slots=True)
class LimitChange(Record, table="limit_change", key=("shopper_id", "limit_change_id")):
    """A change of a shopper's limit: a raise waits for an explicit yes, a fall is told before it takes effect.

    A line that is opened again after it was closed gets its new limit by a change of kind "reopen".
    """

    shopper_id: str
    limit_change_id: str
    currency: str
    kind: str  # "raise", "lower", "reopen"
    state: str  # raise: "offered" → "accepted", "declined", "lapsed"; lower: "noticed" → "effective"; both: "withdrawn"
    from_minor: int
    to_minor: int
    reason: str
    decision_id: str | None
    told_at: datetime
    effective_at: datetime | None  # lower: when it takes effect
    expires_at: datetime | None  # raise: until when the yes may be given
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Pass(Record, table="pass", key=("shopper_id", "pass_id")):
    """Credit decided before there is an order: good until ``expires_at`` for up to ``limit_minor``."""

    shopper_id: str
    pass_id: str
    decision_id: str
    country: str
    currency: str
    rating: str
    limit_minor: int
    state: str  # "valid", "replaced", "expired", "revoked"
    details: Json
    issued_at: datetime
    expires_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Prequalification(Record, table="prequalification", key=("prequalification_id",)):
    """A shop's question "how much could this shopper finance?", answered to the shop without the shopper's facts."""

    prequalification_id: str
    merchant_id: str
    country: str
    currency: str
    asked_minor: int  # what the shop would like to see financed; 0: nothing said
    phone_hash: str | None  # who alone may answer, if the shop said so
    locale: str
    return_url: str
    state: str  # "pending", "approved", "rejected"
    shopper_id: str | None
    decision_id: str | None
    up_to_minor: int
    opened_at: datetime
    expires_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Review(Record, table="review", key=("shopper_id", "review_id")):
    """A decision in a person's hands, with a clock: referred by the policy, or asked for by a declined shopper."""

    shopper_id: str
    review_id: str
    decision_id: str
    checkout_id: str | None
    kind: str  # "referred", "requested"
    state: str  # "open", "closed"
    outcome: str | None
    new_decision_id: str | None
    sealed_statement: str | None  # the shopper's own view, encrypted
    operator: str | None  # open: who works on it; closed: who decided
    note: str | None
    proposal: Json | None  # four eyes: what the first operator would approve
    opened_at: datetime
    due_at: datetime
    overdue_at: datetime | None  # when the worker found that the clock had run out
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class PolicyVersion(Record, table="policy_version", key=("version",)):
    """A policy as data. ``body`` never changes; ``sha256`` is over its canonical JSON."""

    version: str
    state: str  # "draft", "champion", "challenger", "withdrawn"
    share_bps: int  # of live traffic that a challenger decides
    sha256: str
    body: Json
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Enquiry(Record, table="enquiry", key=("shopper_id", "enquiry_id")):
    """One question to a credit bureau or an open-banking service, written before the call."""

    shopper_id: str
    enquiry_id: str
    source: str
    kind: str  # "bureau", "open_banking"
    state: str  # "asked", "answered", "failed", "timed_out"
    purpose_ref: str
    report: Json | None
    fault: str | None
    asked_at: datetime
    answered_at: datetime | None
