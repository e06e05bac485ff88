"""Who may be served: everyone, or one segment of shoppers that the host names (``BNPL_OPEN_TO``).

Asked at every door: when our host opens a checkout for a customer it knows, when a checkout is bound to a shopper
(third-party shops' too), and before a prequalification. Who owes already always reaches the account.
"""

from __future__ import annotations

from collections.abc import Iterable

from bnpl_plugin.errors import ServiceNotOpen
from bnpl_plugin.lifecycle import persons
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.platform import Customer
from bnpl_plugin.settings import EVERYONE


def is_open(house: House, *, segments: Iterable[str]) -> bool:
    """Whether the service is open to a shopper of these segments."""
    return house.settings.open_to == EVERYONE or house.settings.open_to in tuple(segments)


def check(house: House, *, segments: Iterable[str]) -> None:
    """Refuse a shopper whom the service is not open to. Raises ``ServiceNotOpen``."""
    if not is_open(house, segments=segments):
        raise ServiceNotOpen


def segments_told(house: House, customer: Customer | None) -> tuple[str, ...] | None:
    """Return what the host says of its customer, by the names that the lender allows; None: it says nothing.

    Every other name is passed over: a segment is one of a short list, never free text.
    """
    if customer is None:
        return None
    return tuple(name for name in house.settings.segments if name in tuple(customer.segments))


def segments_of(house: House, shopper_id: str) -> tuple[str, ...]:
    """Return the segments kept with a shopper, as far as the lender still allows their names."""
    person = house.store.person(shopper_id)
    return persons.access_names(house, house.seal.unseal(person.sealed)) if person is not None else ()
