"""Pools of capital, one per currency and country: money put in and taken out, exchanged on the way when need be."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from bnpl_plugin.errors import InvalidInput, NotYours
from bnpl_plugin.ledger.capital_postings import capital_withdrawn
from bnpl_plugin.ledger.postings import capital_added
from bnpl_plugin.lifecycle.funding import leverage
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.money import MAX_MINOR
from bnpl_plugin.money.amount import Money
from bnpl_plugin.money.currency import MINOR_UNITS, currency
from bnpl_plugin.money.rounding import Rounding
from bnpl_plugin.ports.records import CapitalPool
from bnpl_plugin.ports.store import Changeset, Event, PoolChange

FIRST_DAY = date(2000, 1, 1)
MOST_WORDS = 500


def exchanged(source: Money, *, into: str, rate: Decimal) -> Money:
    """Return an amount in another currency at a rate (units of ``into`` for one of the source), rounded half up."""
    currency(into)
    shift = MINOR_UNITS[into] - MINOR_UNITS[source.currency]
    scaled = Money(source.minor, into).times(rate.scaleb(shift), rounding=Rounding.HALF_UP)
    return Money(scaled.minor, into)


def pool_id_of(code: str, *, country: str = "") -> str:
    """Return the id of the pool of a currency and country: ``pool_cny``, ``pool_eur_fr``."""
    return "_".join(("pool", code.lower(), *([country.lower()] if country else [])))


def known(house: House, *, pool_id: str) -> CapitalPool:
    """Return a pool. Raises ``NotYours``."""
    found = house.store.treasury.pool(pool_id)
    if found is None:
        raise NotYours
    return found


def own_amount(pool: CapitalPool, minor: int, *, field: str = "amount_minor") -> Money:
    """Return an amount of a pool's money. Raises ``InvalidInput`` unless it is above 0 and within what can be kept."""
    if type(minor) is not int or not 0 < minor <= MAX_MINOR:
        raise InvalidInput(field=field, fault=f"is {minor}", accepted=f"1 to {MAX_MINOR} minor units")
    return Money(minor, pool.currency)


def check_free(pool: CapitalPool, minor: int, *, field: str) -> None:
    """Refuse an amount that is lent or held; the write's own guard refuses what becomes so at the same moment."""
    if minor > pool.free_minor:
        accepted = f"at most {Money(pool.free_minor, pool.currency)}: all else is lent or held"
        raise InvalidInput(field=field, fault=f"is {Money(minor, pool.currency)}", accepted=accepted)


def check_day(house: House, day: date, *, field: str) -> None:
    """Refuse a day that no money can have moved on: one still to come wherever we are, or of another century."""
    latest = house.today("UTC") + timedelta(days=1)
    if not FIRST_DAY <= day <= latest:
        raise InvalidInput(field=field, fault=f"is {day}", accepted=f"{FIRST_DAY} to {latest}")


def check_words(text: str, *, field: str, most: int) -> None:
    """Refuse a text for the books that is too long or holds signs that cannot be printed (some cannot be kept)."""
    if len(text) > most or not text.isprintable():
        raise InvalidInput(field=field, fault="cannot be used", accepted=f"at most {most} characters on one line")


def told(house: House, kind: str, /, *, pool_id: str, **payload: Any) -> Event:
    """Return an event of a pool; no shop and no shopper hears of it."""
    return Event(
        event_id=house.ids.new("evt"), stream=pool_id, kind=kind, shopper_id="", merchant_id="",
        payload={"pool_id": pool_id, **payload}, at=house.clock.now(),
    )  # fmt: skip


def add_capital(
    house: House, *, source: Money, into: str, rate: Decimal | None = None, rate_on: date, rate_source: str,
    country: str = "",
) -> CapitalPool:  # fmt: skip
    """Book capital into the pool of a currency and country, opening the pool if need be, with its journal entry.

    Between two currencies the rate (units of ``into`` for one of the source) must be said; nothing stands for it.
    Raises ``InvalidInput``, ``UnsupportedCountry``.
    """
    if country:
        house.country(country)
    check_day(house, rate_on, field="rate_on")
    check_words(rate_source, field="rate_source", most=MOST_WORDS)
    rate = _checked_rate(rate, one=source.currency == into)
    amount = exchanged(source, into=into, rate=rate)
    pool_id = _pool_id(house, into, country=country)
    found = house.store.treasury.pool(pool_id)
    now = house.clock.now()
    if found is not None and found.available_minor + amount.minor > MAX_MINOR:
        raise InvalidInput(field="amount", fault="is more than a pool can hold", accepted=f"up to {MAX_MINOR}")
    entry = capital_added(
        house.head(shopper_id="", value_date=rate_on),
        pool_id=pool_id, source=source, into=amount, rate=rate, rate_on=rate_on, rate_source=rate_source,
    )  # fmt: skip
    event = told(house, "capital.added", pool_id=pool_id, amount_minor=amount.minor, currency=into)
    if found is None:
        opened = CapitalPool(pool_id, country, into, amount.minor, 0, 0, 0, now)
        house.commit(Changeset(rows=(opened,), entries=(entry,), events=(event,)))
    else:
        change = PoolChange(pool_id, available_minor=amount.minor)
        house.commit(Changeset(entries=(entry,), events=(event,), pools=(change,)))
    return known(house, pool_id=pool_id)


def withdraw_capital(
    house: House, *, pool_id: str, amount_minor: int, into: str = "", rate: Decimal | None = None,
    rate_on: date, rate_source: str,
) -> CapitalPool:  # fmt: skip
    """Pay capital back to the owners, exchanged into another currency if ``into`` names one.

    Raises ``InvalidInput`` when it is lent or held too, ``LeverageExceeded`` when the borrowings need it, ``NotYours``.
    """
    pool = known(house, pool_id=pool_id)
    check_day(house, rate_on, field="rate_on")
    check_words(rate_source, field="rate_source", most=MOST_WORDS)
    out = own_amount(pool, amount_minor)
    check_free(pool, out.minor, field="amount_minor")
    to = into or pool.currency
    rate = _checked_rate(rate, one=to == pool.currency)
    paid = exchanged(out, into=to, rate=rate)
    leverage.check(house, pool, more_assets_minor=-out.minor)
    entry = capital_withdrawn(
        house.head(shopper_id="", value_date=rate_on),
        pool_id=pool_id, out=out, into=paid, rate=rate, rate_on=rate_on, rate_source=rate_source,
    )  # fmt: skip
    event = told(house, "capital.withdrawn", pool_id=pool_id, amount_minor=out.minor, currency=pool.currency)
    change = PoolChange(pool_id, available_minor=-out.minor, terms_version=pool.terms_version, new_terms=True)
    house.commit(Changeset(entries=(entry,), events=(event,), pools=(change,)))
    return known(house, pool_id=pool_id)


def _pool_id(house: House, code: str, *, country: str) -> str:
    """Return the id of the pool there is for exactly this currency and country, else that of a new one."""
    found = house.store.pool(code, country=country)
    return found.pool_id if found is not None and found.country == country else pool_id_of(code, country=country)


def _checked_rate(rate: Decimal | None, *, one: bool) -> Decimal:
    if rate is None:
        if not one:
            raise InvalidInput(field="rate", fault="is missing", accepted="a decimal number above 0")
        return Decimal(1)
    if not rate.is_finite() or not 0 < rate < 10**9:
        raise InvalidInput(field="rate", fault=f"is {rate}", accepted="a decimal number above 0")
    if one and rate != 1:
        raise InvalidInput(field="rate", fault=f"is {rate}", accepted="1 within one currency")
    return rate
