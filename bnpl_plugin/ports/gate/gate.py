"""The verbs of a gate, by who calls them, and how a leaf builds one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bnpl_plugin.ports.gate.answers import Answer, Drained, SaleFigures
from bnpl_plugin.ports.gate.claims import Claim, GateSale, SaleState, Wish


class Gate(Protocol):
    """The gate of any number of sales. Every method may raise ``GateUnavailable``; then nothing is known of the call.

    Methods about a sale raise ``GateLost`` when the gate does not know it: it was never opened, or the gate has lost
    its memory. Then ``rebuild`` it from the database. An item that is not the sale's is ``InvalidInput``.
    """

    code: str

    # the operator's part
    def open(self, sale: GateSale) -> None:
        """Make a sale known; one that is known already stays as it is."""
        ...

    def pause(self, sale_id: str) -> None:
        """Take nobody new and nobody from the line; an ended sale stays ended."""
        ...

    def resume(self, sale_id: str, *, now: datetime) -> None:
        """Go on after a pause, the line first; an ended sale stays ended."""
        ...

    def end(self, sale_id: str) -> None:
        """Take nobody ever again; who was admitted goes on, who waits is told that it is over."""
        ...

    def add_units(self, sale_id: str, item_id: str, *, units: int, ref: str, now: datetime) -> int:
        """Add units, or take back free ones (below zero); returns how many it was, at most as many as are free.

        The same ``ref`` changes nothing again and returns the same.
        """
        ...

    def add_allotment(self, sale_id: str, *, minor: int, ref: str, now: datetime) -> int:
        """Add capital, or take back what is left of it; as ``add_units``."""
        ...

    def rebuild(self, sale: GateSale, *, claims: Sequence[Claim], state: SaleState, ref: str, now: datetime) -> bool:
        """Forget a sale and learn it anew from the database.

        ``claims`` that have units take them (and their allotment) out of the sale's totals; those that wait wait again,
        in the order of their turns. Until it is done everybody is told that the sale is paused. Of two rebuilds at once
        the later one wins; the other one returns False.

        Args:
            sale: with the totals of today and the ``changes`` that they count.
            claims: every claim that has units, and those that wait if they are known.
            state: what the sale is in afterwards.
            ref: a fresh id of this rebuilding.
            now: the present instant.
        """
        ...

    def line_up(self, wishes: Sequence[Wish], *, now: datetime) -> int:
        """Put drawn wishes of one sale in line in this order, whatever the line's limit; returns how many were taken.

        Who has a live claim, or wants more than is allowed, is left out. For a lottery's winners and reserves; only for
        a sale of one shard.
        """
        ...

    # the shopper's part
    def ask(self, wish: Wish, *, now: datetime) -> Answer:
        """Decide a wish. A live claim of the shopper's on the item is always the answer (``Already``)."""
        ...

    def place(self, sale_id: str, item_id: str, *, shopper_id: str, now: datetime) -> Answer | None:
        """Tell a shopper how their live claim stands, else their newest; None if there is none. Changes nothing.

        Place while there is hope; SoldOut, AllotmentGone or Ended while waiting without; else Already.
        """
        ...

    # the house's part
    def keep(self, wish: Wish, *, now: datetime, until: datetime) -> Claim | None:
        """Call before the database's hold is committed: an admitted claim becomes held, with the hold's own end.

        Returns the claim as it now is; only HELD lets the hold be committed. None if the gate knows nothing of it.
        """
        ...

    def stretch(self, wish: Wish, *, until: datetime) -> Claim | None:
        """Let an admitted or held claim live longer, never past its ceiling, never shorter; else changes nothing."""
        ...

    def book(self, wish: Wish, *, now: datetime) -> Claim:
        """Say that the database has committed the loan. It is the truth: a claim forgotten or over is taken anew."""
        ...

    def release(self, wish: Wish, *, now: datetime) -> Claim | None:
        """Give a claim's units and allotment back, in the same step to the first in line; a second time does nothing.

        Also for a booked one whose loan was undone during the sale.
        """
        ...

    # the worker's part
    def sweep(self, sale_id: str, *, now: datetime, limit: int) -> Sequence[Claim]:
        """Expire admitted claims whose time is over, and finish what a dead process left half done.

        Returns the expired claims, at most ``limit``.
        """
        ...

    def overdue(self, sale_id: str, *, now: datetime, limit: int) -> Sequence[Claim]:
        """Return held claims past their end, oldest first: ask the database, then book, stretch or release them."""
        ...

    def drain(self, sale_id: str, *, reader: str, limit: int) -> Sequence[Drained]:
        """Return claims that the database does not have yet, at least once each; empty where claims are rows already.

        ``reader`` names the process: what it took and did not acknowledge, it gets again, and so do others later.
        """
        ...

    def ack(self, sale_id: str, *, marks: Sequence[str]) -> None:
        """Say that drained claims are committed."""
        ...

    def figures(self, sale_id: str) -> SaleFigures:
        """Return what the operator's board shows."""
        ...


class MakeGate(Protocol):
    """How a leaf builds its gate for one app."""

    def __call__(self, settings: Mapping[str, str], *, at_home: Gate) -> Gate:
        """Return the gate.

        Args:
            settings: the app's settings by their full names (``BNPL_GATE_URL``).
            at_home: the gate that keeps its claims in the house's own database.

        Raises ``ConfigurationError`` if a setting is missing or wrong, or a package is not installed.
        """
        ...


@dataclass(frozen=True, slots=True)
class GateLeaf:
    """The constant ``GATE`` of a leaf in ``gates/``: its code and how to build it. Importing it imports no client."""

    code: str
    make: MakeGate
