"""Questions to bureaus and open-banking services: written before the call, their outcome after it, answers reused.

The call is made in the shopper's request, outside any transaction, and bounded by the policy's seconds. A source
that is slow, down or answers what no decision may see is as if it had not been asked; what then happens is the policy's
word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from bnpl_plugin.errors import ForbiddenInput, InvalidInput
from bnpl_plugin.lifecycle.evidence import Facts
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.lifecycle.logs import log_of
from bnpl_plugin.ports.credit_source import CreditSource, SourceUnavailable, Subject
from bnpl_plugin.ports.policy import Policy, SourceCall, allowed_report
from bnpl_plugin.ports.records import Enquiry
from bnpl_plugin.ports.rule import Evidence
from bnpl_plugin.ports.store import Changeset, Move

log = log_of("enquiries")


def sourced(
    house: House, evidence: Evidence, *, policy: Policy, shopper_id: str, facts: Facts, purpose_ref: str
) -> Evidence:
    """Return evidence with the figures of every source that this policy needs for this sum and that answered."""
    reported, answered = dict(evidence.reported), list(evidence.sources_answered)
    for call in policy.sources:
        if call.is_asked(principal_minor=evidence.principal_minor, currency=evidence.currency):
            figures = _ask(
                house,
                call,
                shopper_id=shopper_id,
                facts=facts,
                purpose_ref=purpose_ref,
                country=evidence.country,
            )
            if figures is not None:
                reported.update(figures)
                answered.append(call.source)
    return replace(evidence, reported=reported, sources_answered=tuple(dict.fromkeys(answered)))


def _ask(
    house: House, call: SourceCall, *, shopper_id: str, facts: Facts, purpose_ref: str, country: str
) -> Mapping[str, int] | None:
    source = house.sources.get(call.source)
    if source is None:
        log.error("a policy asks a source that this house does not have", extra={"source": call.source})
        return None
    now = house.clock.now()
    known = house.store.enquiry(shopper_id=shopper_id, source=call.source)
    span = timedelta(hours=call.reuse_hours)
    if known is not None and known.report is not None and known.answered_at and now < known.answered_at + span:
        return {name: int(value) for name, value in known.report.items()}
    person = house.store.person(shopper_id)
    if person is None:
        return None
    subject = Subject(
        phone=str(house.seal.unseal(person.sealed)["phone"]), full_name=facts.full_name, birth_date=facts.birth_date,
        country=country,
    )  # fmt: skip
    enquiry = Enquiry(
        shopper_id=shopper_id, enquiry_id=house.ids.new("enq"), source=call.source, kind=str(source.kind),
        state="asked", purpose_ref=purpose_ref, report=None, fault=None, asked_at=now, answered_at=None,
    )  # fmt: skip
    house.commit(Changeset(rows=(enquiry,)))
    return _answered(house, source, enquiry=enquiry, subject=subject, call=call, consent=facts.consent)


def _answered(
    house: House, source: CreditSource, *, enquiry: Enquiry, subject: Subject, call: SourceCall, consent: bool
) -> Mapping[str, int] | None:
    state, report, fault = "answered", None, None
    try:
        told = source.ask(
            subject, purpose=enquiry.purpose_ref, consent=consent, timeout=timedelta(seconds=call.timeout_seconds)
        )
        report = allowed_report(told)
    except SourceUnavailable as error:
        state, fault = ("timed_out" if error.timed_out else "failed"), error.fault[:200]
    except (InvalidInput, ForbiddenInput) as error:
        state, fault = "failed", f"{error.code}: {error.details.get('field')}"[:200]
    except Exception:  # an adapter's bug is an outage, not a refusal of the shopper
        log.exception("a credit source broke", extra={"source": call.source})
        state, fault = "failed", "the adapter broke"
    now = house.clock.now()
    key = values(shopper_id=enquiry.shopper_id, enquiry_id=enquiry.enquiry_id)
    outcome = values(state=state, report=report, fault=fault, answered_at=now if report is not None else None)
    house.commit(Changeset(moves=(Move("enquiry", key, ("asked",), outcome),)))
    return report
