"""The signed ticket of a shopper who is ready: which claim, for which checkout. Nobody can make one but us.

Whoever loses costs little more than reading this, so it is plain: its fields and a keyed hash of them, between tildes,
which no id has in it.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.lifecycle.flash_sale import claiming
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.gate import Wish
from bnpl_plugin.ports.store import Purchase

_PURPOSE = "sale_ticket"
_BETWEEN = "~"
_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a ticket says."""

    wish: Wish
    checkout_id: str


def issue(house: House, purchase: Purchase) -> str:
    """Return the ticket of a checkout whose line is reserved. Raises as ``claiming.entrance``."""
    wish = claiming.entrance(house, purchase).wish
    return sign(house, Ticket(wish, purchase.checkout.checkout_id))


def sign(house: House, ticket: Ticket) -> str:
    """Return a ticket's text."""
    wish = ticket.wish
    told = (
        wish.claim_id, wish.sale_id, wish.item_id, wish.shopper_id, str(wish.units), str(wish.principal_minor),
        ticket.checkout_id,
    )  # fmt: skip
    text = _BETWEEN.join(told)
    return text + _BETWEEN + _stamp(house, text)


def read(house: House, text: str) -> Ticket:
    """Return what a ticket says. Raises ``InvalidInput`` for one that is not ours."""
    told, _, stamp = text.rpartition(_BETWEEN)
    ours = len(text) <= _LONGEST and text.isascii()
    if not ours or not hmac.compare_digest(stamp, _stamp(house, told)):
        raise InvalidInput(field="ticket", fault="is not one of ours", accepted="the ticket of the sale's page")
    claim_id, sale_id, item_id, shopper_id, units, minor, checkout_id = told.split(_BETWEEN)
    return Ticket(Wish(claim_id, sale_id, item_id, shopper_id, int(units), int(minor)), checkout_id)


def _stamp(house: House, text: str) -> str:
    return house.seal.keyed_hash(_PURPOSE + _BETWEEN + text)
