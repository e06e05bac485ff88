"""Facts → evidence: what a decision may look at, gathered once for a checkout, a prequalification or a review."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.lifecycle import persons
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.lifecycle.objections import monthly_due_minor
from bnpl_plugin.ports.plan import Offer
from bnpl_plugin.ports.records import CreditLine
from bnpl_plugin.ports.rule import Evidence

MAX_MONTHLY_MINOR = 10**10


@dataclass(frozen=True, slots=True)
class Facts:
    """What the shopper tells for a decision. Money is a month's, in minor units of the country's currency."""

    full_name: str
    birth_date: date
    income_minor: int
    outgoings_minor: int
    consent: bool  # to the use of these facts for this decision; never pre-ticked
    student: bool | None = None  # only where the law asks (``persons.asks_student``)

    def __post_init__(self) -> None:
        if not 2 <= len(self.full_name.strip()) <= 120:
            raise InvalidInput(field="full_name", fault="has the wrong length", accepted="2 to 120 characters")
        if not _is_name(self.full_name):  # it stands on an agreement: nothing unseen, nothing that turns the line round
            raise InvalidInput(field="full_name", fault="is not a name", accepted="letters, without control characters")
        for field, minor in (("income", self.income_minor), ("outgoings", self.outgoings_minor)):
            if not 0 <= minor <= MAX_MONTHLY_MINOR:
                raise InvalidInput(field=field, fault=f"is {minor}", accepted=f"0 to {MAX_MONTHLY_MINOR}")
        if not self.consent:
            raise InvalidInput(field="consent", fault="is not given", accepted="your explicit yes")


def _is_name(text: str) -> bool:
    """Whether a text can be read as a name: a letter in it, and no character that is not seen but two joiners."""
    seen = "".join(text.split()).replace("\u200c", "").replace("\u200d", "")
    return seen.isprintable() and any(letter.isalpha() for letter in seen)


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked for: nothing yet (prequalification), or an offer."""

    principal_minor: int = 0
    first_today_minor: int = 0
    monthly_due_minor: int = 0  # the most on one later due date

    @classmethod
    def of(cls, offer: Offer) -> Ask:
        """Return what an offer asks for."""
        return cls(offer.financed_minor, offer.first_minor, monthly_due_minor(offer))


def gather(
    house: House, *, shopper_id: str, country: str, currency: str, time_zone: str, facts: Facts, ask: Ask,
    line: CreditLine | None,
) -> Evidence:  # fmt: skip
    """Return the evidence for a decision now. Raises ``InvalidInput`` for a birth date that cannot be."""
    today, born = house.today(time_zone), facts.birth_date
    if born >= today or today.year - born.year > 130:
        raise InvalidInput(field="birth_date", fault=f"is {born}", accepted="a date in the past 130 years")
    history = house.store.history(shopper_id=shopper_id, currency=currency, now=house.clock.now())
    return Evidence(
        country=country,
        currency=currency,
        age_years=today.year - born.year - ((today.month, today.day) < (born.month, born.day)),
        income_minor=facts.income_minor,
        outgoings_minor=facts.outgoings_minor,
        principal_minor=ask.principal_minor,
        first_today_minor=ask.first_today_minor,
        monthly_due_minor=ask.monthly_due_minor,
        line_limit_minor=line.limit_minor if line else None,
        line_used_minor=line.drawn_minor + line.held_minor if line else 0,
        product_cap_minor=house.policy.caps_minor.get(currency, 0),
        other_currency_open=history.other_currency_open,
        open_loans=history.open_loans,
        instalments_in_arrears=history.instalments_in_arrears,
        decisions_last_day=history.decisions_last_day,
        loans_settled=history.loans_settled,
        **persons.evidence(
            house, shopper_id=shopper_id, country=country, time_zone=time_zone, birth_date=born, student=facts.student
        ),
    )
