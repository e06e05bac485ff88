"""Who refinances us: known by name, sharing in new loans, paid what was collected for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bnpl_plugin.errors import InvalidInput, NotYours
from bnpl_plugin.ledger.capital_postings import funder_remitted
from bnpl_plugin.lifecycle.funding.exposure import WHOLE_BPS
from bnpl_plugin.lifecycle.funding.pools import known as known_pool
from bnpl_plugin.lifecycle.funding.pools import told
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.ports.records import CoLending, Funder, Remittance
from bnpl_plugin.ports.store import Changeset, FunderAccount, Move, PoolChange

ZONE = "UTC"


def register(house: House, *, name: str, servicing_bps: int = 0) -> Funder:
    """Make a funder known; ``servicing_bps`` of its interest is ours for servicing. Raises ``InvalidInput``."""
    if not 1 <= len(name.strip()) <= 120 or not name.isprintable():
        raise InvalidInput(field="name", fault="cannot be used", accepted="1 to 120 characters on one line")
    if not 0 <= servicing_bps <= WHOLE_BPS:
        raise InvalidInput(field="servicing_bps", fault=f"is {servicing_bps}", accepted=f"0 to {WHOLE_BPS}")
    funder = Funder(house.ids.new("fun"), name.strip(), servicing_bps, house.clock.now())
    house.commit(Changeset(rows=(funder,)))
    return funder


def known(house: House, *, funder_id: str) -> Funder:
    """Return a funder. Raises ``NotYours``."""
    found = house.store.treasury.funder(funder_id)
    if found is None:
        raise NotYours
    return found


def share_loans(
    house: House, *, funder_id: str, pool_id: str, share_bps: int, plan_codes: Sequence[str] = (),
    starts_at: datetime, ends_at: datetime,
) -> CoLending:  # fmt: skip
    """Let a funder take a share of each new loan of some plans (all when none is named) for a time.

    Of several in force for a plan, one that names the plan goes first, then the eldest. Raises ``InvalidInput``,
    ``NotYours``.
    """
    known(house, funder_id=funder_id)
    known_pool(house, pool_id=pool_id)
    if not 1 <= share_bps < WHOLE_BPS:
        raise InvalidInput(field="share_bps", fault=f"is {share_bps}", accepted=f"1 to {WHOLE_BPS - 1}")
    strange = sorted(set(plan_codes) - set(house.plans))
    if strange:
        raise InvalidInput(field="plan_codes", fault=f"names {strange[0]!r}", accepted=", ".join(sorted(house.plans)))
    for field, instant in (("starts_at", starts_at), ("ends_at", ends_at)):
        if not 2000 <= instant.year < 3000:
            raise InvalidInput(field=field, fault=f"is {instant.isoformat()}", accepted="years 2000 to 2999")
    if ends_at <= starts_at:
        raise InvalidInput(field="ends_at", fault="is not after the beginning", accepted="a later instant")
    row = CoLending(
        house.ids.new("col"), funder_id=funder_id, pool_id=pool_id, plan_codes={"codes": sorted(set(plan_codes))},
        share_bps=share_bps, state="active", starts_at=starts_at, ends_at=ends_at, changed_at=house.clock.now(),
    )  # fmt: skip
    event = told(
        house, "co_lending.started", pool_id=pool_id, co_lending_id=row.co_lending_id, funder_id=funder_id,
        share_bps=share_bps,
    )  # fmt: skip
    house.commit(Changeset(rows=(row,), events=(event,), pools=(PoolChange(pool_id, new_terms=True),)))
    return row


def end_sharing(house: House, *, co_lending_id: str) -> None:
    """Share no more new loans; those shared stay so. Raises ``NotYours``, ``StateMoved``."""
    row = house.store.treasury.co_lending(co_lending_id)
    if row is None:
        raise NotYours
    change = values(state="ended", changed_at=house.clock.now())
    move = Move("co_lending", values(co_lending_id=co_lending_id), ("active",), change)
    event = told(house, "co_lending.ended", pool_id=row.pool_id, co_lending_id=co_lending_id)
    house.commit(Changeset(moves=(move,), events=(event,), pools=(PoolChange(row.pool_id, new_terms=True),)))


def account(house: House, *, funder_id: str, currency: str) -> FunderAccount:
    """Return the account with a funder in a currency. Raises ``NotYours``."""
    known(house, funder_id=funder_id)
    for found in house.store.treasury.funder_accounts(funder_id):
        if found.currency == currency:
            return found
    return FunderAccount(funder_id, currency, 0, 0, 0)


def remit(house: House, *, funder_id: str, currency: str, amount_minor: int | None = None, bank_ref: str) -> Remittance:
    """Settle the account with a funder: pay what we owe it, or take in what it owes us (then below zero).

    ``amount_minor`` is a part of that, with its sign; None: all. Remittances are numbered, and a second one decided by
    the same balance is refused, so that none is made twice. Raises ``InvalidInput``, ``NotYours``, ``StateMoved``.
    """
    found = account(house, funder_id=funder_id, currency=currency)
    amount = found.owed_minor if amount_minor is None else amount_minor
    low, high = min(found.owed_minor, 0), max(found.owed_minor, 0)
    if not amount or not low <= amount <= high:
        accepted = f"{low} to {high}, not 0" if found.owed_minor else "none: nothing is owed either way"
        raise InvalidInput(field="amount_minor", fault=f"is {amount}", accepted=accepted)
    if not 1 <= len(bank_ref) <= 120 or not bank_ref.isprintable():
        raise InvalidInput(field="bank_ref", fault="cannot be used", accepted="1 to 120 characters on one line")
    entry = funder_remitted(
        house.head(shopper_id="", value_date=house.today(ZONE)),
        funder_id=funder_id, currency=currency, amount_minor=amount, bank_ref=bank_ref,
    )  # fmt: skip
    row = Remittance(
        funder_id, currency, found.remittances + 1, amount_minor=amount, bank_ref=bank_ref, entry_id=entry.entry_id,
        remitted_at=house.clock.now(),
    )  # fmt: skip
    house.commit(Changeset(rows=(row,), entries=(entry,)))
    return row
