"""Limits of concentration: how much of a pool may be held and lent for one sale, shop, plan or rating."""

from __future__ import annotations

from enum import StrEnum

from bnpl_plugin.errors import InvalidInput, NotYours
from bnpl_plugin.lifecycle.funding.pools import known, told
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.money import MAX_MINOR
from bnpl_plugin.ports.records import CapitalLimit
from bnpl_plugin.ports.store import Changeset, Move, PoolChange


class LimitScope(StrEnum):
    """What a limit looks at; its subject is an id of that."""

    SALE = "sale"
    MERCHANT = "merchant"
    PLAN = "plan"
    COHORT = "cohort"
    """All shoppers of one rating."""


def set_limit(house: House, *, pool_id: str, scope: str, subject: str, ceiling_minor: int) -> CapitalLimit:
    """Set a limit, or give the one that there is another ceiling. What is held and lent already counts.

    A ceiling below that is accepted: nothing new is let in until enough has been repaid. Of a sale the subject is one
    of its items: the whole of it has its own capital.

    Raises ``InvalidInput``, ``NotYours`` (no such pool), ``StateMoved`` (set by someone else at the same moment).
    """
    known(house, pool_id=pool_id)
    if scope not in tuple(LimitScope):
        raise InvalidInput(field="scope", fault=f"is {scope!r}", accepted=", ".join(LimitScope))
    if not 1 <= len(subject) <= 120 or not subject.isprintable():
        raise InvalidInput(field="subject", fault="cannot be used", accepted="the id of a sale, shop or plan, a rating")
    if type(ceiling_minor) is not int or not 0 <= ceiling_minor <= MAX_MINOR:
        raise InvalidInput(field="ceiling_minor", fault=f"is {ceiling_minor}", accepted=f"0 to {MAX_MINOR} minor units")
    now, treasury = house.clock.now(), house.store.treasury
    same = [x for x in treasury.limits(pool_id) if (x.scope, x.subject, x.state) == (scope, subject, "active")]
    if not same:
        _check_subject(house, scope=scope, subject=subject)
    limit_id = same[0].limit_id if same else house.ids.new("lim")
    event = told(
        house, "limit.set", pool_id=pool_id, limit_id=limit_id, scope=scope, subject=subject,
        ceiling_minor=ceiling_minor,
    )  # fmt: skip
    if same:
        change = values(ceiling_minor=ceiling_minor, changed_at=now)
        move = Move("capital_limit", values(limit_id=limit_id), ("active",), change)
        house.commit(Changeset(moves=(move,), events=(event,)))
    else:
        treasury.open_limit(
            CapitalLimit(limit_id, pool_id, scope, subject, "active", ceiling_minor, 0, now, now), told=event
        )
        house.announce((event,))
    return _known(house, limit_id)


def _check_subject(house: House, *, scope: str, subject: str) -> None:
    """Refuse a subject that nothing is of: such a limit would bind nobody, and its maker would think it does."""
    ratings = {str(line["rating"]) for row in house.store.policies() for line in row.body["ratings"]}
    if scope == LimitScope.SALE:
        sale = house.store.sales.view(subject)
        items = ", ".join(item.sale_item_id for item in sale.items) if sale else ""
        found, accepted = house.store.sale_item(subject) is not None, items or "the id of an item on sale"
    elif scope == LimitScope.MERCHANT:
        found, accepted = house.store.merchant(subject) is not None, "the id of a shop"
    elif scope == LimitScope.PLAN:
        found, accepted = subject in house.plans, ", ".join(sorted(house.plans))
    else:
        found, accepted = subject in ratings, ", ".join(sorted(ratings))
    if not found:
        raise InvalidInput(field="subject", fault=f"is {subject!r}, which nothing is of", accepted=accepted)


def end_limit(house: House, *, limit_id: str) -> CapitalLimit:
    """Let a limit bind no more. It counts on what named it, down to nothing. Raises ``NotYours``, ``StateMoved``."""
    found = _known(house, limit_id)
    move = Move(
        "capital_limit", values(limit_id=limit_id), ("active",), values(state="ended", changed_at=house.clock.now())
    )
    event = told(house, "limit.ended", pool_id=found.pool_id, limit_id=limit_id)
    house.commit(Changeset(moves=(move,), events=(event,), pools=(PoolChange(found.pool_id, new_terms=True),)))
    return _known(house, limit_id)


def _known(house: House, limit_id: str) -> CapitalLimit:
    found = house.store.treasury.limit(limit_id)
    if found is None:
        raise NotYours
    return found
