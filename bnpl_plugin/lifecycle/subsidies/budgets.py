"""A budget's own life: made, topped up, extended, stopped and taken up again by a person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bnpl_plugin.credit.states import SUBSIDY
from bnpl_plugin.errors import InvalidInput, NotYours
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.lifecycle.subsidies.terms import SubsidyTerms
from bnpl_plugin.money.amount import Money
from bnpl_plugin.ports.records import Subsidy
from bnpl_plugin.ports.store import Changeset, Event, Move

MOST_MINOR = 10**14  # so that ten thousand times it is still a whole number of 64 bits


def open_budget(
    house: House,
    *,
    name: str,
    budget: Money,
    country: str,
    terms: SubsidyTerms,
    starts_at: datetime,
    ends_at: datetime,
    warn_bps: int = 8_000,
    merchant_id: str | None = None,
) -> Subsidy:
    """Open a budget with which ``merchant_id`` (default: the host's own, the maker) pays for cheaper credit.

    Args:
        house: the app's record.
        name: what operators call it.
        budget: the most that it may pay, in the country's currency.
        country: where it holds.
        terms: which carts, how cheap, who is warned.
        starts_at: aware; from when it is on offer.
        ends_at: aware; from when it no longer is.
        warn_bps: the share of the budget, in hundredths of a percent, at which its recipients are warned.
        merchant_id: who pays.

    Raises:
        InvalidInput: names the field.
        UnsupportedCountry: no law is known for the country.
    """
    for sale_id in terms.sale_ids:
        if house.store.sales.sale(sale_id) is None:
            raise InvalidInput(field="sale_ids", fault=f"names {sale_id[:60]}", accepted="a flash sale that we know")
    made, opened = opening(
        house, name=name, budget=budget, country=country, terms=terms, starts_at=starts_at, ends_at=ends_at,
        warn_bps=warn_bps, merchant_id=merchant_id,
    )  # fmt: skip
    house.commit(opened)
    return made


def opening(
    house: House,
    *,
    name: str,
    budget: Money,
    country: str,
    terms: SubsidyTerms,
    starts_at: datetime,
    ends_at: datetime,
    warn_bps: int = 8_000,
    merchant_id: str | None = None,
) -> tuple[Subsidy, Changeset]:
    """Return a new budget and the changeset that opens it, not yet written; see ``open_budget``."""
    payer = merchant_id or house.host_merchant_id
    _check(house, name=name, budget=budget, country=country, payer=payer, terms=terms, warn_bps=warn_bps)
    now = house.clock.now()
    if not 2000 <= starts_at.year < 3000:
        raise InvalidInput(field="starts_at", fault=f"is {starts_at.isoformat()}", accepted="years 2000 to 2999")
    _check_end(ends_at, after=max(starts_at, now))
    made = Subsidy(
        subsidy_id=house.ids.new("sub"),
        merchant_id=payer,
        name=name.strip(),
        country=country,
        currency=budget.currency,
        state="active",
        ceiling_minor=budget.minor,
        used_minor=0,
        warn_bps=warn_bps,
        terms=terms.to_json(),
        starts_at=starts_at,
        ends_at=ends_at,
        warned_at=None,
        created_at=now,
        changed_at=now,
    )
    told = happened(house, made, "opened", ceiling_minor=made.ceiling_minor)
    return made, Changeset(rows=(made,), events=(told,))


def top_up(house: House, *, subsidy_id: str, by: Money) -> Subsidy:
    """Add money to a budget; it warns anew if it is below its warning level again.

    Raises ``InvalidInput`` (not its currency, not above zero, too much), ``NotYours``, ``StateMoved``.
    """
    row = find(house, subsidy_id)
    if by.currency != row.currency:
        raise InvalidInput(field="budget", fault=f"is in {by.currency}", accepted=row.currency)
    ceiling_minor = row.ceiling_minor + by.minor
    if by.minor <= 0 or ceiling_minor > MOST_MINOR:
        raise InvalidInput(field="budget", fault=f"is {by}", accepted=f"above 0, {MOST_MINOR} minor units in all")
    below = row.used_minor * 10_000 < row.warn_bps * ceiling_minor
    change = values(ceiling_minor=ceiling_minor, warned_at=None if below else row.warned_at)
    _move(house, row, change, expect=values(ceiling_minor=row.ceiling_minor), happening="topped_up")
    return find(house, subsidy_id)


def extend(house: House, *, subsidy_id: str, ends_at: datetime) -> Subsidy:
    """Let a budget run to another end, still to come; one that its date had ended runs again.

    Raises ``InvalidInput``, ``NotYours``, ``StateMoved``.
    """
    row = find(house, subsidy_id)
    _check_end(ends_at, after=max(row.starts_at, house.clock.now()))
    state = SUBSIDY.advance("ended", "resume") if row.state == "ended" else row.state
    _move(house, row, values(ends_at=ends_at, state=state), expect=values(ends_at=row.ends_at), happening="extended")
    return find(house, subsidy_id)


def stop(house: House, *, subsidy_id: str) -> Subsidy:
    """Stop a budget now: what is held or granted stays so, nothing more is. Twice is once.

    Raises ``NotYours``, ``IllegalTransition`` (it has ended), ``StateMoved``.
    """
    row = find(house, subsidy_id)
    if row.state != "stopped":
        _move(house, row, values(state=SUBSIDY.advance(row.state, "stop")), happening="stopped")
    return find(house, subsidy_id)


def resume(house: House, *, subsidy_id: str) -> Subsidy:
    """Take a stopped budget up again. Twice is once.

    Raises ``InvalidInput`` (its end is past: extend it), ``NotYours``, ``StateMoved``.
    """
    row = find(house, subsidy_id)
    _check_end(row.ends_at, after=house.clock.now())
    if row.state != "active":
        _move(house, row, values(state=SUBSIDY.advance(row.state, "resume")), happening="resumed")
    return find(house, subsidy_id)


def find(house: House, subsidy_id: str) -> Subsidy:
    """Return a budget. Raises ``NotYours``."""
    row = house.store.subsidy(subsidy_id)
    if row is None:
        raise NotYours
    return row


def happened(house: House, row: Subsidy, what: str, **payload: Any) -> Event:
    """Return an event of a budget's own stream, stamped now; a third-party shop that pays is owed its webhook."""
    return Event(
        event_id=house.ids.new("evt"),
        stream=row.subsidy_id,
        kind=f"subsidy.{what}",
        shopper_id="",
        merchant_id=row.merchant_id,
        payload={"subsidy_id": row.subsidy_id, "currency": row.currency, **payload},
        at=house.clock.now(),
        deliver=row.merchant_id != house.host_merchant_id,
    )


def _move(house: House, row: Subsidy, change: Any, *, happening: str, expect: Any = None) -> None:
    change = {**change, "changed_at": house.clock.now()}
    move = Move("subsidy", values(subsidy_id=row.subsidy_id), (row.state,), change, expect or {})
    told = happened(
        house, row, happening, used_minor=row.used_minor, ceiling_minor=change.get("ceiling_minor", row.ceiling_minor)
    )
    house.commit(Changeset(moves=(move,), events=(told,)))


def _check(
    house: House, *, name: str, budget: Money, country: str, payer: str, terms: SubsidyTerms, warn_bps: int
) -> None:
    law = house.country(country)
    if not 1 <= len(name.strip()) <= 120 or not name.strip().isprintable():
        raise InvalidInput(field="name", fault="cannot be used", accepted="1 to 120 printable characters")
    if budget.currency != law.currency:
        raise InvalidInput(field="budget", fault=f"is in {budget.currency}", accepted=f"{law.currency} in {country}")
    if not 0 < budget.minor <= MOST_MINOR:
        raise InvalidInput(field="budget", fault=f"is {budget}", accepted=f"above 0, up to {MOST_MINOR} minor units")
    if type(warn_bps) is not int or not 1 <= warn_bps <= 10_000:
        raise InvalidInput(field="warn_bps", fault=f"is {warn_bps}", accepted="1 to 10000")
    for code in terms.plan_codes:
        if code not in house.plans:
            raise InvalidInput(field="plan_codes", fault=f"names {code[:60]}", accepted=", ".join(sorted(house.plans)))
    for field, merchant_id in (("merchant_id", payer), *(("for_merchants", one) for one in terms.for_merchants)):
        if house.store.merchant(merchant_id) is None:
            raise InvalidInput(field=field, fault=f"names {merchant_id[:60]}", accepted="a shop that we know")


def _check_end(ends_at: datetime, *, after: datetime) -> None:
    if not after < ends_at or ends_at.year > 2999:
        raise InvalidInput(
            field="ends_at",
            fault=f"is {ends_at.isoformat()}",
            accepted=f"after {after.isoformat()}, before the year 3000",
        )
