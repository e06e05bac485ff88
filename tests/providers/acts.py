"""What a shop does at a provider, in few words."""

from dataclasses import replace

from bnpl_plugin.ports.provider import OutcomeKind
from tests.providers.cases import instruction


def paid(case, card="good", **more):
    """Begin, give a card, pass 3-D Secure; return the instruction with its reference and the outcome."""
    asked = instruction(**more)
    begun = case.provider.begin(asked)
    assert begun.kind is OutcomeKind.PENDING
    case.present(begun, card=card)
    case.authenticate(begun)
    known = replace(asked, provider_ref=begun.provider_ref)
    return known, case.provider.look_up(known)


def later(outcome, minor=3333, **more):
    """Return an instruction to charge the card that an outcome saved."""
    return instruction(minor, customer_ref=outcome.customer_ref, method_ref=outcome.method_ref, return_url="", **more)


def next_of(asked, **more):
    """Return the instruction of a new attempt about the same movement."""
    fresh = instruction(asked.amount.minor, currency=asked.amount.currency)
    return replace(fresh, provider_ref=asked.provider_ref, **more)
