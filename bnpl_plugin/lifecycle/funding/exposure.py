"""How much of the lender's own money is in a hold or a loan, and what is freed when principal goes: in one place.

A funder may own a part of a loan's principal: then the pool and the limits of concentration bear only our own part.
The shopper's line bears all of it but a down payment, which it never bore.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bnpl_plugin.lifecycle.house import values
from bnpl_plugin.money import divide
from bnpl_plugin.ports.records import Checkout, CoLending, Json, Loan
from bnpl_plugin.ports.store import LineChange, PoolChange, PoolTerms, RoomChange

WHOLE_BPS = 10_000


@dataclass(frozen=True, slots=True)
class Freed:
    """What principal that is no longer owed frees: the funder's part of it, and the changes to write."""

    funder_minor: int = 0
    lines: tuple[LineChange, ...] = ()
    rooms: tuple[RoomChange, ...] = ()
    pools: tuple[PoolChange, ...] = ()


def freed(loan: Loan, *, principal_minor: int, down_payment_minor: int = 0) -> Freed:
    """Return what is freed when a part of a loan's principal is no longer owed; the last part clears both exactly.

    Every use case that lowers a loan's principal writes these changes, lowers ``funder_minor`` by the funder's part,
    and moves the loan only ``as_read``. ``down_payment_minor`` is the part of it that was to be paid at signature.
    """
    if not principal_minor:
        return Freed()
    funder = funder_part(loan, principal_minor=principal_minor)
    own, drawn = principal_minor - funder, principal_minor - down_payment_minor
    return Freed(
        funder,
        (LineChange(loan.shopper_id, loan.currency, drawn_minor=-drawn),) if drawn else (),
        rooms(loan.limit_ids, -own),
        (PoolChange(loan.pool_id, outstanding_minor=-own),),
    )


def funder_part(loan: Loan, *, principal_minor: int) -> int:
    """Return the funder's part of a principal: in proportion to what it owns of the loan, rounded half up."""
    if not loan.funder_minor:
        return 0
    return divide(loan.funder_minor * principal_minor, by=loan.outstanding_minor)


def as_read(loan: Loan) -> Json:
    """Return what a loan's move expects, so that shares and limits are those by which it was decided."""
    return values(
        outstanding_minor=loan.outstanding_minor,
        funder_id=loan.funder_id,
        funder_minor=loan.funder_minor,
        limit_ids=loan.limit_ids,
    )


def rooms(limit_ids: str, own_minor: int, /) -> tuple[RoomChange, ...]:
    """Return the changes of the limits named (",lim_a,lim_b,") by an amount of our own money."""
    if not own_minor:
        return ()
    return tuple(RoomChange("capital_limit", name, own_minor) for name in limit_ids.split(",") if name)


@dataclass(frozen=True, slots=True)
class Shares:
    """Who bears a new loan: the funder's part, and the limits that count ours."""

    funder_id: str | None = None
    funder_minor: int = 0
    limit_ids: str = ""


def subjects_of(checkout: Checkout, *, plan_code: str, rating: str) -> Mapping[str, str | None]:
    """Return what limits look at in a checkout, by their scopes."""
    return {"sale": checkout.sale_item_id, "merchant": checkout.merchant_id, "plan": plan_code, "cohort": rating}


def shares(terms: PoolTerms, *, subjects: Mapping[str, str | None], principal_minor: int, now: datetime) -> Shares:
    """Return who bears a new loan under a pool's terms. The funder's part is rounded half up, ours is the rest."""
    limit_ids = [limit.limit_id for limit in terms.limits if subjects[limit.scope] == limit.subject]
    named = f",{','.join(sorted(limit_ids))}," if limit_ids else ""
    partner = _partner(terms.co_lendings, plan_code=subjects["plan"] or "", now=now)
    if partner is None:
        return Shares(limit_ids=named)
    return Shares(partner.funder_id, divide(principal_minor * partner.share_bps, by=WHOLE_BPS), named)


def _partner(found: tuple[CoLending, ...], *, plan_code: str, now: datetime) -> CoLending | None:
    """The co-lending in force for a plan: one that names the plan before one for all, the eldest first."""
    live = [one for one in found if one.starts_at <= now < one.ends_at]
    naming = [one for one in live if plan_code in one.plan_codes["codes"]]
    general = [one for one in live if not one.plan_codes["codes"]]
    return next(iter(sorted(naming or general, key=lambda one: (one.starts_at, one.co_lending_id))), None)
