"""A loan account: what was agreed, the policy it is run by, and what has happened, in the order recorded."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bnpl_plugin.credit.schedule import Schedule
from bnpl_plugin.credit.servicing.events import Event, Reversed
from bnpl_plugin.credit.servicing.policy import ServicingPolicy
from bnpl_plugin.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class LoanAccount:
    """One loan, immutable.

    Args:
        schedule: as agreed; a row due on the day of the drawdown is its down payment.
        policy: how it is run.
        events: in the order recorded, none with the id of another.

    Raises:
        InvalidInput: an id stands twice, an event is before the drawdown, a reversal names no earlier event.
    """

    schedule: Schedule
    policy: ServicingPolicy
    events: tuple[Event, ...] = ()

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for event in self.events:
            if not isinstance(event, Event):
                raise InvalidInput(field="events", fault=f"hold {event!r}", accepted="events")
            if event.id in seen:
                raise InvalidInput(field="events", fault=f"name {event.id} twice", accepted="each id once")
            if event.on < self.schedule.drawdown_on:
                accepted = f"{self.schedule.drawdown_on} or later"
                raise InvalidInput(field="events", fault=f"{event.id} is on {event.on}", accepted=accepted)
            if isinstance(event, Reversed) and event.of not in seen:
                raise InvalidInput(field="events", fault=f"{event.id} reverses {event.of}", accepted="an earlier event")
            seen.add(event.id)

    def after(self, *events: Event) -> LoanAccount:
        """Return the account with more events recorded."""
        return replace(self, events=(*self.events, *events))

    @property
    def standing_events(self) -> tuple[Event, ...]:
        """The events that were not reversed, in the order recorded; reversals themselves left out."""
        gone: set[str] = set()
        for event in reversed(self.events):
            if isinstance(event, Reversed) and event.id not in gone:
                gone.add(event.of)
        return tuple(event for event in self.events if event.id not in gone and not isinstance(event, Reversed))
