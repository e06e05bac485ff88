"""The lender's money as its API tells it: pools, what they owe, what bounds them, who shares in their loans."""

from __future__ import annotations

from typing import Any

from bnpl_plugin.lifecycle.funding import borrowings, leverage
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.records import Borrowing, CapitalLimit, CapitalPool, CoLending, Funder, LoanSale
from bnpl_plugin.ports.store import FunderAccount


def pool_told(pool: CapitalPool) -> dict[str, Any]:
    """Return a pool as it is told."""
    return {
        "pool_id": pool.pool_id,
        "country": pool.country,
        "currency": pool.currency,
        "available_minor": pool.available_minor,
        "held_minor": pool.held_minor,
        "outstanding_minor": pool.outstanding_minor,
        "free_minor": pool.free_minor,
    }


def pool_in_full(house: House, pool: CapitalPool) -> dict[str, Any]:
    """Return a pool with its net assets, leverage, exchanges, limits, borrowings and co-lendings."""
    treasury, kinds = house.store.treasury, leverage.of_pool(house, pool)
    return {
        **pool_told(pool),
        "net_assets_minor": kinds[0].net_assets_minor,
        "largest_borrower_minor": leverage.largest_borrower_minor(house, pool),
        "leverage": [
            {
                "kind": one.kind,
                "multiple": None if one.multiple is None else str(one.multiple),
                "ceiling_minor": one.ceiling_minor,
                "used_minor": one.used_minor,
                "room_minor": one.room_minor,
                "source": one.source,
            }
            for one in kinds
        ],
        "fx_position": dict(treasury.fx_position(pool.pool_id)),
        "limits": [limit_told(one) for one in treasury.limits(pool.pool_id)],
        "borrowings": [borrowing_told(house, one) for one in treasury.borrowings(pool.pool_id)],
        "co_lendings": [sharing_told(one) for one in treasury.co_lendings(pool.pool_id)],
    }


def limit_told(limit: CapitalLimit) -> dict[str, Any]:
    """Return a limit of concentration as it is told."""
    return {
        "limit_id": limit.limit_id,
        "pool_id": limit.pool_id,
        "scope": limit.scope,
        "subject": limit.subject,
        "state": limit.state,
        "ceiling_minor": limit.ceiling_minor,
        "used_minor": limit.used_minor,
    }


def borrowing_told(house: House, row: Borrowing) -> dict[str, Any]:
    """Return a borrowing as it is told; ``interest_minor`` is reckoned up to ``accrued_to``, which is today."""
    row = borrowings.up_to_today(house, row)
    return {
        "borrowing_id": row.borrowing_id,
        "pool_id": row.pool_id,
        "funder_id": row.funder_id,
        "kind": row.kind,
        "state": row.state,
        "currency": row.currency,
        "principal_minor": row.principal_minor,
        "outstanding_minor": row.outstanding_minor,
        "nominal_rate_bps": row.nominal_rate_bps,
        "interest_minor": row.interest_minor,
        "accrued_to": row.accrued_to.isoformat(),
        "due_on": row.due_on.isoformat(),
    }


def sharing_told(row: CoLending) -> dict[str, Any]:
    """Return a co-lending as it is told."""
    return {
        "co_lending_id": row.co_lending_id,
        "pool_id": row.pool_id,
        "funder_id": row.funder_id,
        "plan_codes": list(row.plan_codes["codes"]),
        "share_bps": row.share_bps,
        "state": row.state,
        "starts_at": row.starts_at.isoformat(),
        "ends_at": row.ends_at.isoformat(),
    }


def funder_told(funder: Funder, accounts: list[FunderAccount]) -> dict[str, Any]:
    """Return a funder with its accounts by currency: what we owe it (below 0: it owes us), what it owns."""
    return {
        "funder_id": funder.funder_id,
        "name": funder.name,
        "servicing_bps": funder.servicing_bps,
        "accounts": [
            {"currency": one.currency, "owed_minor": one.owed_minor, "owned_minor": one.owned_minor} for one in accounts
        ],
    }


def sale_told(sale: LoanSale) -> dict[str, Any]:
    """Return a sale or buy-back as far as it has got; ``fault`` is the guard that ended it early, if one did."""
    return {
        "loan_sale_id": sale.loan_sale_id,
        "pool_id": sale.pool_id,
        "funder_id": sale.funder_id,
        "direction": sale.direction,
        "state": sale.state,
        "currency": sale.currency,
        "target_minor": sale.target_minor,
        "price_bps": sale.price_bps,
        "value_on": sale.value_on.isoformat(),
        "loans": sale.loans,
        "principal_minor": sale.principal_minor,
        "price_minor": sale.price_minor,
        "fault": sale.selection.get("fault", ""),
    }
