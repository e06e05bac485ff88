"""Credit policies and what they decide: versions, roles, trials, replays, the drift report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from marshmallow import INCLUDE, Schema, ValidationError, fields, validate

from bnpl_plugin.errors import NotYours
from bnpl_plugin.lifecycle import policies
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.records import PolicyVersion
from bnpl_plugin.web.lender_api.route import Route


class PolicyBody(Schema):
    """A policy's document; read strictly, each fault named by its path."""

    class Meta:
        """Its keys are read elsewhere."""

        unknown = INCLUDE


class ShareBody(Schema):
    """What share of the shoppers a challenger decides."""

    share_bps = fields.Integer(
        required=True, strict=True, validate=validate.Range(min=1, max=5_000), metadata={"accepted": "1 to 5000"}
    )


class TryBody(Schema):
    """Facts to try a policy on; nothing is recorded. Every name passes the allow-list."""

    version = fields.String(load_default=None, metadata={"accepted": "a policy's version"})
    facts = fields.Dict(keys=fields.String(), required=True, metadata={"accepted": "financial facts by name"})


def _in_the_calendar(value: datetime) -> None:
    """Refuse an instant that is outside the calendar once it is read in UTC."""
    try:
        value.astimezone(UTC)
    except OverflowError:
        raise ValidationError("is outside the calendar") from None


class ReplayQuery(Schema):
    """Which decisions, on which version."""

    version = fields.String(load_default=None, metadata={"accepted": "a policy's version"})
    decision_id = fields.String(load_default=None, metadata={"accepted": "a decision's id"})
    since = fields.AwareDateTime(
        load_default=None, validate=_in_the_calendar, metadata={"accepted": "an instant with its offset"}
    )


class ReportQuery(Schema):
    """The span and the base before it, in days."""

    days = fields.Integer(load_default=30, validate=validate.Range(1, 3_660), metadata={"accepted": "1 to 3660"})
    base_days = fields.Integer(load_default=90, validate=validate.Range(1, 3_660), metadata={"accepted": "1 to 3660"})


def policy_told(row: PolicyVersion) -> dict[str, Any]:
    """Return a policy as it is listed."""
    return {
        "version": row.version,
        "state": row.state,
        "share_bps": row.share_bps,
        "sha256": row.sha256,
        "created_at": row.created_at.isoformat(),
        "changed_at": row.changed_at.isoformat(),
    }


def listed(house: House, _asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``GET /policies``."""
    return {"data": [policy_told(row) for row in house.store.policies()]}


def shown(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``GET /policies/<version>``."""
    row = house.store.policy_version(asked["version"])
    if row is None:
        raise NotYours
    return {**policy_told(row), "body": dict(row.body)}


def added(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``POST /policies``."""
    return shown(house, {"version": policies.add(house, dict(asked)).version})


def crowned(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``POST /policies/<version>/champion``."""
    policies.make_champion(house, version=asked["version"])
    return shown(house, asked)


def challenging(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``POST /policies/<version>/challenger``."""
    policies.make_challenger(house, version=asked["version"], share_bps=asked["share_bps"])
    return shown(house, asked)


def withdrawn(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``POST /policies/<version>/withdraw``."""
    policies.withdraw(house, version=asked["version"])
    return shown(house, asked)


def tried(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``POST /decisions/try``: what a policy would say of these facts."""
    judgement = policies.tried(house, asked["facts"], version=asked["version"])
    return {
        "policy_version": judgement.policy_version,
        "outcome": judgement.outcome,
        "rating": judgement.rating,
        "limit_minor": judgement.limit_minor,
        "reasons": judgement.reasons,
    }


def replayed(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``GET /decisions/replay``: one decision's two judgements, or the swap set of many."""
    since: datetime | None = asked["since"]
    if asked["decision_id"] is None:
        return policies.swaps(house, version=asked["version"], since=since).to_json()
    for one in policies.replayed(house, version=asked["version"], decision_id=asked["decision_id"]):
        told, now = one.decision, one.judgement
        return {
            "same": one.same,
            "recorded": {"policy_version": told.policy_version, "outcome": told.outcome, "rating": told.rating,
                         "limit_minor": told.limit_minor, "reasons": dict(told.reasons)},
            "replayed": {"policy_version": now.policy_version, "outcome": now.outcome, "rating": now.rating,
                         "limit_minor": now.limit_minor, "reasons": now.reasons},
        }  # fmt: skip
    raise NotYours


def reported(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``GET /decisions/report``."""
    end = house.clock.now() + timedelta(seconds=1)
    start = end - timedelta(days=asked["days"])
    return policies.report(house, base=(start - timedelta(days=asked["base_days"]), start), present=(start, end))


ROUTES: Final = (
    Route("get", "/policies", "policies", "Every policy, the newest first", listed),
    Route("post", "/policies", "add_policy", "Store a policy's document as a draft", added, PolicyBody, 201),
    Route("get", "/policies/<version>", "policy", "A policy with its document", shown),
    Route("post", "/policies/<version>/champion", "champion", "Have a policy decide", crowned),
    Route(
        "post", "/policies/<version>/challenger", "challenger", "Have it decide for a share", challenging, ShareBody
    ),
    Route("post", "/policies/<version>/withdraw", "withdraw_policy", "Withdraw a policy for good", withdrawn),
    Route("post", "/decisions/try", "try_decision", "What a policy says of facts; nothing is kept", tried, TryBody),
    Route("get", "/decisions/replay", "replay", "Recorded decisions again, by any version", replayed, ReplayQuery),
    Route("get", "/decisions/report", "report", "Approvals, ratings, arrears by arm, and drift", reported, ReportQuery),
)  # fmt: skip
