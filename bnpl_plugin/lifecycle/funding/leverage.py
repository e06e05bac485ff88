"""What the law lets a pool borrow and lend to one person: multiples and shares of its net assets, as dated values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from bnpl_plugin.errors import InvalidInput, LeverageExceeded
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.money.amount import Money
from bnpl_plugin.ports.jurisdiction import Country
from bnpl_plugin.ports.records import Borrowing, CapitalPool


class BorrowingKind(StrEnum):
    """The classes of borrowed money that laws count apart."""

    NON_STANDARD = "non_standard"
    """Loans from banks and shareholders."""
    STANDARDISED = "standardised"
    """Bonds and securities on loans."""


@dataclass(frozen=True, slots=True)
class Leverage:
    """What a pool may owe of one kind, in minor units; no ``multiple``: the law gives no ceiling that we know.

    ``source`` says where the multiple stands, and whether it is a sample and not law.
    """

    kind: BorrowingKind
    net_assets_minor: int
    used_minor: int
    multiple: Decimal | None
    source: str

    @property
    def ceiling_minor(self) -> int | None:
        """The most that may be owed; nothing on assets below zero."""
        if self.multiple is None:
            return None
        return _share(max(self.net_assets_minor, 0), self.multiple)

    @property
    def room_minor(self) -> int | None:
        """What may still be borrowed; below zero when too much is."""
        return None if self.ceiling_minor is None else self.ceiling_minor - self.used_minor


def of_pool(house: House, pool: CapitalPool, *, more_assets_minor: int = 0) -> tuple[Leverage, ...]:
    """Return a pool's leverage by kind; ``more_assets_minor`` is what is about to be added to its net assets."""
    treasury = house.store.treasury
    assets = treasury.net_assets_minor(pool.pool_id) + more_assets_minor
    owed = treasury.borrowings(pool.pool_id)
    return tuple(_of_kind(house, pool, kind, assets=assets, owed=owed) for kind in BorrowingKind)


def check(
    house: House, pool: CapitalPool, *, kind: str = "", more_minor: int = 0, more_assets_minor: int = 0,
    unbounded: str = "",
) -> None:  # fmt: skip
    """Refuse what the law's ceilings do not allow.

    Args:
        house: the house.
        pool: whose borrowings.
        kind: what is about to be borrowed more of; "": nothing, net assets are about to fall.
        more_minor: how much of it.
        more_assets_minor: by how much net assets are about to change.
        unbounded: an operator's reason to borrow where no ceiling is known; it lifts no ceiling that is.

    Raises:
        LeverageExceeded: it would pass a ceiling; it tells ceiling, net assets and what is used.
        InvalidInput: no ceiling is known and no reason given.
    """
    for one in of_pool(house, pool, more_assets_minor=more_assets_minor):
        more = more_minor if one.kind == kind else 0
        if one.ceiling_minor is None:
            if more and not unbounded.strip():
                raise InvalidInput(
                    field="no_ceiling", fault="is missing", accepted="why to borrow where no law's ceiling is known"
                )
        elif (more or (more_assets_minor < 0 and one.used_minor)) and one.used_minor + more > one.ceiling_minor:
            raise LeverageExceeded(
                kind=str(one.kind),
                ceiling=str(Money(one.ceiling_minor, pool.currency)),
                net_assets=str(Money(one.net_assets_minor, pool.currency)),
                used=str(Money(one.used_minor, pool.currency)),
            )


def largest_borrower_minor(house: House, pool: CapitalPool) -> int | None:
    """Return the most that one person may owe a pool: a share of its net assets; None where the law sets none.

    Net assets are those of some minutes ago at most, so that each new limit can ask.
    """
    found = _strictest(house, pool, "largest_borrower")
    if found is None:
        return None
    assets = house.store.treasury.recent_net_assets_minor(pool.pool_id, now=house.clock.now())
    return _share(max(assets, 0), found[0])


def laws_of(house: House, pool: CapitalPool) -> tuple[Country, ...]:
    """Return the laws that bind a pool: its country's; of a pool for a whole currency, of all that lend in it."""
    if pool.country:
        found = house.countries.get(pool.country)
        return (found,) if found else ()
    return tuple(law for law in house.countries.values() if law.currency == pool.currency)


def _of_kind(
    house: House, pool: CapitalPool, kind: BorrowingKind, *, assets: int, owed: Sequence[Borrowing]
) -> Leverage:
    used = sum(one.outstanding_minor for one in owed if one.kind == kind)
    multiple, source = _strictest(house, pool, f"funding_{kind}") or (None, "")
    return Leverage(kind, assets, used, multiple, source)


def _strictest(house: House, pool: CapitalPool, name: str) -> tuple[Decimal, str] | None:
    """The lowest of the dated values in force in the laws that bind a pool, with where it stands."""
    found = [law.find(name, day=house.today(law.time_zone)) for law in laws_of(house, pool)]
    held = [(Decimal(one.value), one.source) for one in found if one is not None]
    return min(held, default=None)


def _share(minor: int, share: Decimal, /) -> int:
    """A multiple of an amount, rounded down: a ceiling is never a cent higher than the law says."""
    return int((Decimal(minor) * share).to_integral_value(rounding="ROUND_FLOOR"))


__all__ = ["BorrowingKind", "Leverage", "check", "largest_borrower_minor", "laws_of", "of_pool"]
