"""What a shopper told for a decision, to be used again for a while: sealed in the person, and in the decision's inputs.

A name and a date of birth live sealed in the person alone; income and outgoings are inputs of the decision.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from bnpl_plugin.lifecycle.evidence import Facts
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.records import Decision


@dataclass(frozen=True, slots=True)
class ToldFacts:
    """Facts as told for an earlier decision, and the country whose law they were told under."""

    facts: Facts
    country: str
    decision_id: str


def told(house: House, *, shopper_id: str, currency: str) -> ToldFacts | None:
    """Return the facts of the newest decision in a currency, None when they are older than ``BNPL_PASS_HOURS``."""
    since = house.clock.now() - timedelta(hours=house.settings.pass_hours)
    for decision in house.store.lines.decisions(shopper_id=shopper_id):
        if decision.decided_at < since:
            return None
        if decision.currency == currency:
            return facts_of(house, decision)
    return None


def facts_of(house: House, decision: Decision) -> ToldFacts | None:
    """Return the facts behind a decision; None when the person was erased or never told them."""
    person = house.store.person(decision.shopper_id)
    sealed = house.seal.unseal(person.sealed) if person else {}
    inputs = decision.inputs
    if "full_name" not in sealed or "birth_date" not in sealed or inputs.get("income_minor") is None:
        return None
    facts = Facts(
        full_name=str(sealed["full_name"]),
        birth_date=date.fromisoformat(str(sealed["birth_date"])),
        income_minor=int(inputs["income_minor"]),
        outgoings_minor=int(inputs["outgoings_minor"]),
        student=inputs.get("student"),  # None where the law does not ask
        consent=True,  # given with the facts, for as long as they may be used again
    )
    return ToldFacts(facts, str(inputs["country"]), decision.decision_id)
