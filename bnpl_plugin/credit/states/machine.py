"""A state table with a name: whatever is not in the table is illegal."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from bnpl_plugin.errors import IllegalTransition


class Machine:
    """A state table with a name.

    Args:
        name: the noun that an `IllegalTransition` names.
        states: every state of the machine.
        table: (state, event) to the next state.
    """

    __slots__ = ("events", "name", "states", "table", "terminal")

    def __init__(
        self,
        name: str,
        *,
        states: type[StrEnum],
        events: type[StrEnum],
        table: Mapping[tuple[StrEnum, StrEnum], StrEnum],
    ) -> None:
        self.name = name
        self.states: tuple[str, ...] = tuple(states)
        self.events: tuple[str, ...] = tuple(events)
        self.table: Mapping[tuple[str, str], str] = MappingProxyType(
            {(state, event): following for (state, event), following in table.items()}
        )
        leaving = {state for state, _ in self.table}
        self.terminal: frozenset[str] = frozenset(state for state in self.states if state not in leaving)

    def advance(self, state: str, event: str) -> str:
        """Return the state that follows.

        Raises:
            IllegalTransition: names the machine, the state and the event.

        >>> from bnpl_plugin.credit.states import HOLD
        >>> str(HOLD.advance("pending", "post"))
        'posted'
        """
        try:
            return self.table[state, event]
        except KeyError:
            raise IllegalTransition(machine=self.name, state=str(state), event=str(event)) from None

    def allows(self, state: str, event: str) -> bool:
        """Tell whether the event is legal in the state."""
        return (state, event) in self.table

    def sources(self, event: str) -> tuple[str, ...]:
        """Return the states in which the event is legal, in the machine's order; a guarded update names them."""
        return tuple(state for state in self.states if (state, event) in self.table)


def table_of(rows: str, states: type[StrEnum], events: type[StrEnum]) -> dict[tuple[StrEnum, StrEnum], StrEnum]:
    """Read lines of `state state … | event | next state`."""
    table: dict[tuple[StrEnum, StrEnum], StrEnum] = {}
    for row in rows.strip().splitlines():
        sources, event, target = (cell.strip() for cell in row.split("|"))
        for source in sources.split():
            move = (states(source), events(event))
            if move in table:
                raise ValueError(f"two rows for {source} and {event}")
            table[move] = states(target)
    return table
