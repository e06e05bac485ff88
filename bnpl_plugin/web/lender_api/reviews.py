"""Decisions in a person's hands: the queue, one review with the shopper's own view, and its answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from marshmallow import Schema, fields, validate

from bnpl_plugin.errors import NotYours
from bnpl_plugin.lifecycle import resolution, reviews
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.records import Review
from bnpl_plugin.web.lender_api.route import Route


class QueueQuery(Schema):
    """Which reviews."""

    state = fields.String(
        load_default="open", validate=validate.OneOf(["open", "closed"]), metadata={"accepted": "open, closed"}
    )
    cursor = fields.String(
        load_default=None, validate=validate.Length(min=1, max=200), metadata={"accepted": "a next_cursor"}
    )
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=200), metadata={"accepted": "1 to 200"})


class TakeBody(Schema):
    """Who works on a review."""

    operator = fields.String(
        required=True, validate=validate.Length(min=1, max=120), metadata={"accepted": "1 to 120 characters"}
    )


class AnswerBody(TakeBody):
    """A person's answer. ``limit_minor``: the credit line that an approval opens."""

    outcome = fields.String(
        required=True, validate=validate.OneOf(list(resolution.Outcome)), metadata={"accepted": "approved, declined"}
    )
    note = fields.String(
        required=True, validate=validate.Length(min=3, max=2000), metadata={"accepted": "3 to 2000 characters"}
    )
    limit_minor = fields.Integer(
        load_default=None, strict=True, validate=validate.Range(min=1, max=10**12),
        metadata={"accepted": "whole minor units"},
    )  # fmt: skip


def listed(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``GET /reviews``."""
    page = house.reads.reviews(state=asked["state"], cursor=asked["cursor"], limit=asked["limit"])
    return {"data": [resolution.told(house, review) for review in page.rows], "next_cursor": page.next_cursor}


def _known(house: House, asked: Mapping[str, Any]) -> Review:
    review = house.store.review(asked["review_id"])
    if review is None:
        raise NotYours
    return review


def one(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``GET /reviews/{review_id}``: with what the shopper wrote and what was decided on."""
    review = _known(house, asked)
    decision = resolution.case_of(house, review).decision
    return {
        **resolution.told(house, review),
        "statement": reviews.statement_of(house, review),
        "note": review.note,
        "inputs": dict(decision.inputs),
        "policy_version": decision.policy_version,
    }


def taken(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``POST /reviews/{review_id}/take``."""
    return resolution.told(house, reviews.take(house, review_id=asked["review_id"], operator=asked["operator"]))


def resolved(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``POST /reviews/{review_id}/resolve``."""
    return resolution.told(house, resolution.resolve(house, **asked))


ROUTES: Final = (
    Route(
        "get", "/reviews", "reviews", "Decisions that wait for a person, the one due first first", listed, QueueQuery
    ),
    Route("get", "/reviews/<review_id>", "review", "One review with the shopper's own view", one),
    Route("post", "/reviews/<review_id>/take", "review_take", "Note who works on a review", taken, TakeBody),
    Route("post", "/reviews/<review_id>/resolve", "review_resolve", "Answer a review", resolved, AnswerBody),
)
