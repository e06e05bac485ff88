"""The frozen per-app record that every use case takes first, and the few small things that all of them say alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from bnpl_plugin.credit.calendar import local_date
from bnpl_plugin.errors import BnplError, CheckoutNotFound, UnsupportedCountry
from bnpl_plugin.ledger.postings import EntryHead
from bnpl_plugin.lifecycle.appetite import Policies
from bnpl_plugin.lifecycle.logs import log_of
from bnpl_plugin.ports.clock import Clock, IdSource
from bnpl_plugin.ports.credit_source import CreditSource
from bnpl_plugin.ports.gate import Gate
from bnpl_plugin.ports.jurisdiction import Country
from bnpl_plugin.ports.plan import Plan
from bnpl_plugin.ports.platform import Courier, Host, Message, Notifier, Seal
from bnpl_plugin.ports.policy import Policy
from bnpl_plugin.ports.policy.figures import reason_of
from bnpl_plugin.ports.provider import Provider
from bnpl_plugin.ports.reads import Reads, Verifier
from bnpl_plugin.ports.records import Checkout, Job, Json
from bnpl_plugin.ports.rule import Rule
from bnpl_plugin.ports.store import Changeset, Event, Purchase, Store, UnitsChange
from bnpl_plugin.settings import Settings

log = log_of("house")


@dataclass(frozen=True, slots=True)
class House:
    """Everything that one app's use cases need; built once by ``ext``."""

    settings: Settings
    clock: Clock
    ids: IdSource
    store: Store
    gate: Gate
    reads: Reads
    verifier: Verifier
    seal: Seal
    notifier: Notifier
    courier: Courier
    host: Host
    host_mode: bool
    host_merchant_id: str
    providers: Mapping[str, Provider]
    plans: Mapping[str, Plan]
    rules: Mapping[str, Rule]
    policies: Policies
    sources: Mapping[str, CreditSource]
    countries: Mapping[str, Country]
    announce: Callable[[Sequence[Event]], None]
    translate: Callable[[str, str], str]  # (locale, English msgid) → text

    @property
    def provider(self) -> Provider:
        """The provider that new checkouts pay with."""
        return self.providers[self.settings.provider]

    @property
    def policy(self) -> Policy:
        """The champion: the policy that most shoppers are decided by."""
        return self.policies.roles().champion

    def reason(self, code: str) -> str | None:
        """Return the sentence of a decision's reason code (English msgid), None for a code that is not known."""
        rule = self.rules.get(code)
        return reason_of(code) if rule is None else rule.reason

    def country(self, code: str) -> Country:
        """Return a country's law. Raises ``UnsupportedCountry``."""
        found = self.countries.get(code)
        if found is None:
            raise UnsupportedCountry(f"known: {sorted(self.countries)}", country=code)
        return found

    def today(self, time_zone: str) -> date:
        """Return the calendar date of this instant in a time zone."""
        return local_date(self.clock.now(), tz=time_zone)

    def commit(self, changeset: Changeset) -> None:
        """Write a changeset in a transaction of its own; its events are announced once it has committed."""
        self.store.write(changeset)
        self.committed(changeset)

    def committed(self, changeset: Changeset) -> None:
        """Say what has been committed: a flash sale's gate is told at once of units sold or given back, then the hosts.

        A gate that does not answer is told by the worker (``flash_sale.tending``).
        """
        for units in changeset.units:
            if units.claim is not None and (units.sold > 0 or units.free > 0):
                self._tell_gate(units)
        self.announce(changeset.events)

    def _tell_gate(self, units: UnitsChange) -> None:
        assert units.claim is not None
        try:
            if units.sold > 0:
                self.gate.book(units.claim, now=self.clock.now())
            else:
                self.gate.release(units.claim, now=self.clock.now())
        except BnplError as error:
            log.warning("the gate was not told", claim_id=units.claim.claim_id, error=error.code)

    def purchase(self, checkout_id: str) -> Purchase:
        """Return a checkout with what hangs on it. Raises ``CheckoutNotFound``."""
        found = self.store.purchase(checkout_id)
        if found is None:
            raise CheckoutNotFound(checkout_id=checkout_id)
        return found

    def event(
        self, kind: str, checkout: Checkout, *, deliver: bool = False, shopper_id: str = "", **payload: Any
    ) -> Event:
        """Return an event of a checkout's stream, stamped now.

        Only a third-party shop is owed its webhook (``deliver``).
        """
        return Event(
            event_id=self.ids.new("evt"),
            stream=checkout.checkout_id,
            kind=kind,
            shopper_id=shopper_id or checkout.shopper_id or "",
            merchant_id=checkout.merchant_id,
            payload={"checkout_id": checkout.checkout_id, "order_ref": checkout.order_ref, **payload},
            at=self.clock.now(),
            deliver=deliver and checkout.channel == "api",
        )

    def job(self, work: str, *, stream: str, delay: timedelta = timedelta(0), **payload: Any) -> Job:
        """Return work for the worker, to be written in the same changeset as the change that calls for it."""
        now = self.clock.now()
        return Job(
            job_id=self.ids.new("job"),
            kind=work,
            stream=stream,
            payload=payload,
            state="ready",
            run_at=now + delay,
            lease_until=None,
            tries=0,
            last_error=None,
            created_at=now,
        )

    def head(self, *, shopper_id: str, value_date: date) -> EntryHead:
        """Return the head of a journal entry booked now."""
        return EntryHead(
            entry_id=self.ids.new("ent"), value_date=value_date, booked_at=self.clock.now(), shopper_id=shopper_id
        )

    def message(self, kind: str, *, shopper_id: str, locale: str, text: str) -> Message | None:
        """Return a message to a shopper's phone, or None when the person has been erased."""
        person = self.store.person(shopper_id)
        if person is None:
            return None
        phone = str(self.seal.unseal(person.sealed)["phone"])
        return Message(kind=kind, to_phone=phone, locale=locale, text=text, shopper_id=shopper_id)


def instant_minutes(start: datetime, minutes: int) -> datetime:
    """Return the instant some minutes after another."""
    return start + timedelta(minutes=minutes)


def values(**columns: Any) -> Json:
    """Return columns to set or to expect; reads better than a bare dict at the call."""
    return columns
