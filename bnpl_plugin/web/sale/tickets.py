"""The signed ticket of a shopper who is ready: which claim, for which checkout. Nobody can make one but us."""

from __future__ import annotations

from dataclasses import dataclass

from bnpl_plugin.errors import InvalidInput, OfferTampered
from bnpl_plugin.lifecycle.flash_sale import claiming
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.gate import Wish
from bnpl_plugin.ports.store import Purchase

_PURPOSE = "sale_ticket"
_LONGEST = 2000


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
    told = [wish.claim_id, wish.sale_id, wish.item_id, wish.shopper_id, wish.units, wish.principal_minor]
    return house.seal.sign({"w": told, "c": ticket.checkout_id}, purpose=_PURPOSE)


def read(house: House, text: str) -> Ticket:
    """Return what a ticket says. Raises ``InvalidInput`` for one that is not ours."""
    try:
        told = house.seal.unsign(text[:_LONGEST], purpose=_PURPOSE)
    except OfferTampered:
        accepted = "the ticket of the sale's page"
        raise InvalidInput(field="ticket", fault="is not one of ours", accepted=accepted) from None
    return Ticket(Wish(*told["w"]), str(told["c"]))
