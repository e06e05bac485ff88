"""Claims that another gate hands down: kept in one statement a batch, so that its line can be learnt anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bnpl_plugin.ports.gate import Claim
from bnpl_plugin.storage.gate.desk import claim_of, claim_row
from bnpl_plugin.storage.schema.columns import POSTGRESQL
from bnpl_plugin.storage.schema.sales.gate import drained_claim

_NAMES = tuple(column.name for column in drained_claim.columns)
_CHANGING = ("state", "turn", "until", "ceiling_at")
_ARRAYS = ", ".join(
    f"%({column.name})s::{column.type.dialect_impl(postgresql.dialect()).compile(postgresql.dialect())}[]"  # type: ignore[no-untyped-call]
    for column in drained_claim.columns
)
_UPSERT = (
    f"INSERT INTO bnpl_drained_claim ({', '.join(_NAMES)}) SELECT * FROM unnest({_ARRAYS})"  # noqa: S608 (our own names)
    f" ON CONFLICT (shopper_id, claim_id) DO UPDATE SET {', '.join(f'{n} = excluded.{n}' for n in _CHANGING)}"
    " WHERE bnpl_drained_claim.state = 'waiting' OR excluded.state <> 'waiting'"
)


def take_down(connection: sa.Connection, claims: Sequence[Claim]) -> None:
    """Write claims, each as it was last handed down; what comes again, late, never makes one wait anew."""
    latest = {claim.wish.claim_id: claim for claim in claims}.values()
    if connection.dialect.name == POSTGRESQL:
        connection.exec_driver_sql(_UPSERT, _arrays(latest))
        return
    insert: Any = sqlite.insert(drained_claim)
    connection.execute(
        insert.on_conflict_do_update(
            index_elements=["shopper_id", "claim_id"],
            set_={name: insert.excluded[name] for name in _CHANGING},
            where=sa.or_(drained_claim.c.state == "waiting", insert.excluded.state != "waiting"),
        ),
        [claim_row(claim) for claim in latest],
    )


def _arrays(claims: Iterable[Claim]) -> dict[str, str]:
    """Return the rows as one array literal a column: the driver, value by value, takes longer than the database.

    Ids have no quote in them (``Wish`` sees to it), nor have states and instants.
    """
    found = list(claims)
    wishes = [claim.wish for claim in found]
    columns = (
        _quoted([wish.shopper_id for wish in wishes]),
        _quoted([wish.claim_id for wish in wishes]),
        _quoted([wish.sale_id for wish in wishes]),
        _quoted([wish.item_id for wish in wishes]),
        _bare([str(wish.units) for wish in wishes]),
        _bare([str(wish.principal_minor) for wish in wishes]),
        _quoted([claim.state for claim in found]),
        _bare([str(claim.turn) for claim in found]),
        _bare([_instant(claim.until) for claim in found]),
        _bare([_instant(claim.ceiling_at) for claim in found]),
    )
    return dict(zip(_NAMES, columns, strict=True))


def _quoted(texts: list[Any]) -> str:
    return '{"' + '","'.join(texts) + '"}'


def _bare(texts: list[str]) -> str:
    return "{" + ",".join(texts) + "}"


def _instant(moment: datetime | None) -> str:
    return "NULL" if moment is None else f'"{moment.isoformat()}"'


def waiting(connection: sa.Connection, sale_id: str) -> Sequence[Claim]:
    """Return the claims that waited when they were handed down, in the order of their turns."""
    mine = (drained_claim.c.sale_id == sale_id, drained_claim.c.state == "waiting")
    rows = connection.execute(sa.select(drained_claim).where(*mine).order_by(drained_claim.c.turn))
    return tuple(claim_of(row) for row in rows)
