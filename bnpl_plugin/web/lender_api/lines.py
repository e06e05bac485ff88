"""A shopper's credit line, by the opaque shopper id."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from marshmallow import Schema, fields, validate

from bnpl_plugin.lifecycle import credit_line, limit_changes, passes
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.lifecycle.line_words import LineReason
from bnpl_plugin.ports.records import CreditLine, LimitChange, Pass
from bnpl_plugin.web.lender_api.route import Route

_REASONS = [str(reason) for reason in LineReason]


class OrderBody(Schema):
    """Who orders it; kept with the event."""

    operator = fields.String(
        required=True, validate=validate.Length(min=1, max=120), metadata={"accepted": "1 to 120 characters"}
    )


class ReasonBody(OrderBody):
    """And why; the shopper is told."""

    reason = fields.String(
        required=True, validate=validate.OneOf(_REASONS), metadata={"accepted": ", ".join(_REASONS)}
    )  # fmt: skip


class LimitBody(ReasonBody):
    """A new limit in minor units of the line's currency, which is named so that none is mistaken."""

    limit_minor = fields.Integer(
        required=True, strict=True, validate=validate.Range(min=0, max=10**12),
        metadata={"accepted": "0 to 1000000000000"},
    )  # fmt: skip


def line_told(line: CreditLine) -> dict[str, Any]:
    """Return a line as it is told."""
    return {
        "shopper_id": line.shopper_id,
        "currency": line.currency,
        "state": line.state,
        "reason": line.reason,
        "limit_minor": line.limit_minor,
        "drawn_minor": line.drawn_minor,
        "held_minor": line.held_minor,
        "available_minor": line.available_minor,
    }


def change_told(change: LimitChange) -> dict[str, Any]:
    """Return a change of a limit as it is told."""
    return {
        "limit_change_id": change.limit_change_id,
        "kind": change.kind,
        "state": change.state,
        "from_minor": change.from_minor,
        "to_minor": change.to_minor,
        "currency": change.currency,
        "reason": change.reason,
        "decision_id": change.decision_id,
        "told_at": change.told_at.isoformat(),
        "effective_at": change.effective_at.isoformat() if change.effective_at else None,
        "expires_at": change.expires_at.isoformat() if change.expires_at else None,
    }


def pass_told(given: Pass) -> dict[str, Any]:
    """Return a pass as it is told."""
    return {
        "pass_id": given.pass_id,
        "state": given.state,
        "country": given.country,
        "currency": given.currency,
        "limit_minor": given.limit_minor,
        "issued_at": given.issued_at.isoformat(),
        "expires_at": given.expires_at.isoformat(),
    }


def one(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``GET /shoppers/{shopper_id}/line``."""
    line = credit_line.of_shopper(house, asked["shopper_id"])
    lines = house.store.lines
    return {
        **line_told(line),
        "limit_changes": [
            change_told(row) for row in lines.changes(shopper_id=line.shopper_id, currency=line.currency)
        ],
        "passes": [pass_told(row) for row in lines.passes(shopper_id=line.shopper_id)],
    }  # fmt: skip


def _limit(act: Callable[..., LimitChange]) -> Callable[[House, Mapping[str, Any]], dict[str, Any]]:
    def view(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
        named = {"limit_change_id": asked["made_id"]} if "made_id" in asked else {}
        return change_told(
            act(
                house, shopper_id=asked["shopper_id"], to_minor=asked["limit_minor"], reason=asked["reason"],
                by=asked["operator"], **named,
            )
        )  # fmt: skip

    return view


def withdrawn(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``POST /shoppers/{shopper_id}/line/withdraw``."""
    return change_told(limit_changes.withdraw(house, shopper_id=asked["shopper_id"], by=asked["operator"]))


def frozen(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``POST /shoppers/{shopper_id}/line/freeze``."""
    return line_told(
        credit_line.freeze(house, shopper_id=asked["shopper_id"], reason=asked["reason"], by=asked["operator"])
    )


def unfrozen(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``POST /shoppers/{shopper_id}/line/unfreeze``."""
    return line_told(credit_line.unfreeze(house, shopper_id=asked["shopper_id"], by=asked["operator"]))


def closed(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``POST /shoppers/{shopper_id}/line/close``."""
    return line_told(
        credit_line.close(house, shopper_id=asked["shopper_id"], reason=asked["reason"], by=asked["operator"])
    )


def pass_revoked(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``POST /shoppers/{shopper_id}/pass/revoke``."""
    given = passes.revoke(house, shopper_id=asked["shopper_id"], reason=asked["reason"], by=asked["operator"])
    return {**pass_told(given), "state": "revoked"}


_LINE = "/shoppers/<shopper_id>/line"
ROUTES: Final = (
    Route("get", _LINE, "line", "A shopper's credit line with its changes and passes", one),
    Route(
        "post", f"{_LINE}/raise", "line_raise", "Reassess, then offer a higher limit that waits for the shopper's yes",
        _limit(limit_changes.offer_raise_anew), LimitBody, 201, makes="lch",
    ),
    Route(
        "post", f"{_LINE}/lower", "line_lower", "Announce a lower limit", _limit(limit_changes.lower), LimitBody, 201
    ),
    Route("post", f"{_LINE}/withdraw", "line_withdraw", "Take back a pending change", withdrawn, OrderBody),
    Route("post", f"{_LINE}/freeze", "line_freeze", "Let nothing new be drawn, at once", frozen, ReasonBody),
    Route("post", f"{_LINE}/unfreeze", "line_unfreeze", "Open a frozen line again", unfrozen, OrderBody),
    Route("post", f"{_LINE}/close", "line_close", "End a line; what is owed stays as agreed", closed, ReasonBody),
    Route(
        "post", "/shoppers/<shopper_id>/pass/revoke", "pass_revoke", "Take a valid pass back", pass_revoked, ReasonBody
    ),
)  # fmt: skip
