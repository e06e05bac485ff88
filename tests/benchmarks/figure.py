"""One figure with its reference, and the way in which both are measured: in turns, many short rounds, medians."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

Rate = Callable[[], float]
"""Runs one round and returns how many things a second it did."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured; the tests use a tiny one.

    Attributes:
        rounds: turns of product and reference.
        bookings: purchases of one client in one round.
        clients: numbers of clients to measure with.
        most_clients: the most clients that ``pools`` may start.
        small_book, large_book: loans in the two books of ``growth``.
        offers: carts quoted in one round.
        requests: HTTP requests in one round.
        shoppers, units: of the flash sale.
        gate: which one decides there: "redis" or "sql".
        sqlite: whether its database is SQLite, not PostgreSQL.
        seed: of the instants at which its crowd arrives.
    """

    rounds: int = 15
    bookings: int = 30
    clients: tuple[int, ...] = (1, 8)
    most_clients: int = 16
    small_book: int = 1_000
    large_book: int = 200_000
    offers: int = 100
    requests: int = 200
    shoppers: int = 100_000
    units: int = 1_000
    gate: str = "redis"
    sqlite: bool = False
    seed: int = 5


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured: both numbers in ``unit``, and the median of the rounds' own ratios (more is faster)."""

    name: str
    params: Mapping[str, Any]
    value: float
    unit: str
    reference: float
    ratio: float

    def to_json(self) -> dict[str, Any]:
        """Return the figure as plain values."""
        return asdict(self)

    def line(self) -> str:
        """Return the figure as one printed line."""
        params = " ".join(f"{key}={value}" for key, value in self.params.items())
        told = f"{self.value:,.1f} {self.unit}, reference {self.reference:,.1f}"
        return f"{self.name:<14} {params:<34} {told:<48} ratio {self.ratio:.2f}"


def measured(name: str, *, params: Mapping[str, Any], unit: str, product: Rate, reference: Rate, rounds: int) -> Figure:
    """Run product and reference in turns (each goes first every other time) and return the medians.

    The ratio is the median of the rounds' ratios, so that a machine which slows down half-way counts for both.
    """
    pairs: list[tuple[float, float]] = []
    for turn in range(rounds):
        if turn % 2:
            beside = reference()
            pairs.append((product(), beside))
        else:
            own = product()
            pairs.append((own, reference()))
    return Figure(
        name=name,
        params=params,
        value=median(own for own, _ in pairs),
        unit=unit,
        reference=median(beside for _, beside in pairs),
        ratio=median(own / beside for own, beside in pairs),
    )
