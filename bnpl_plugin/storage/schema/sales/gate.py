"""Tables of the gate's claims: those of the gate in our own database, and what another gate has handed down."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bnpl_plugin.storage.schema.columns import at, count, ident, index_where, minor, never_negative
from bnpl_plugin.storage.schema.metadata import table

gate_sale = table(
    "gate_sale",
    ident("sale_id", length=120),
    ident("state"),
    at("starts_at"),
    at("ends_at"),
    count("hold_seconds"),
    count("ceiling_seconds"),
    minor("allotment_minor"),
    minor("left_minor"),
    minor("turns"),
    sa.CheckConstraint("left_minor <= allotment_minor", name="left"),
    key=("sale_id",),
)

gate_item = table(
    "gate_item",
    ident("sale_id", length=120),
    ident("item_id", length=120),
    count("place"),
    count("total_units"),
    count("free_units"),
    count("held_units"),
    count("booked_units"),
    count("waiting"),
    count("units_per_shopper"),
    count("line_limit"),
    never_negative("total_units", "held_units", "booked_units", "waiting"),
    sa.CheckConstraint("free_units + held_units + booked_units = total_units", name="sum"),
    key=("sale_id", "item_id"),
)


def _claim() -> tuple[sa.Column[Any], ...]:
    """The columns of a claim, in the order in which ``storage.gate`` reads it."""
    return (
        ident("shopper_id", length=120),
        ident("claim_id", length=120),
        ident("sale_id", length=120),
        ident("item_id", length=120),
        count("units"),
        minor("principal_minor"),
        ident("state"),
        minor("turn"),
        at("until", null=True),
        at("ceiling_at", null=True),
    )


gate_claim = table(
    "gate_claim",
    *_claim(),
    sa.CheckConstraint("units > 0 AND principal_minor >= 0", name="wish"),
    sa.Index("uq_bnpl_gate_claim_id", "claim_id", unique=True),
    sa.Index("uq_bnpl_gate_claim_turn", "sale_id", "turn", unique=True),
    index_where("ix_bnpl_gate_claim_line", "sale_id", "item_id", "turn", where="state = 'waiting'"),
    index_where("ix_bnpl_gate_claim_until", "sale_id", "state", "until", where="state IN ('admitted', 'held')"),
    index_where(
        "uq_bnpl_gate_claim_live",
        "sale_id",
        "item_id",
        "shopper_id",
        where="state IN ('waiting', 'admitted', 'held')",
        unique=True,
    ),
    key=("shopper_id", "claim_id"),
)

gate_change = table(
    "gate_change",
    ident("sale_id", length=120),
    ident("ref", length=120),
    minor("amount"),
    key=("sale_id", "ref"),
)

drained_claim = table(
    "drained_claim",
    *_claim(),
    index_where("ix_bnpl_drained_claim_line", "sale_id", "turn", where="state = 'waiting'"),
    key=("shopper_id", "claim_id"),
)
