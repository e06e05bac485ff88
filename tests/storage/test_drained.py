"""What another gate hands down is kept as it was, on both databases, and a late copy makes nobody wait anew."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from bnpl_plugin.ports.gate import Claim, ClaimState, Wish
from bnpl_plugin.storage.engine import build_engine
from bnpl_plugin.storage.gate.desk import claim_of
from bnpl_plugin.storage.gate.drained import take_down, waiting
from bnpl_plugin.storage.schema.sales.gate import drained_claim

_NOW = datetime(2026, 11, 27, 10, 0, 0, 123456, tzinfo=UTC)


def claim(number: int, state: ClaimState) -> Claim:
    wish = Wish(f"hld_{number}", "NULL", "sit.1:a-b", f"shp_{number}", 2, 10**12)
    if state is ClaimState.WAITING:
        return Claim(wish, state, number)
    return Claim(wish, state, number, _NOW, _NOW + timedelta(hours=1))


def test_claims_are_kept_as_they_were_and_only_the_latest_word_counts(migrated_url: str):
    engine = build_engine(migrated_url)
    claims = [claim(1, ClaimState.WAITING), claim(2, ClaimState.ADMITTED), claim(3, ClaimState.WAITING)]
    admitted = replace(claims[2], state=ClaimState.ADMITTED, until=_NOW, ceiling_at=_NOW)
    with engine.begin() as connection:
        take_down(connection, claims)
    with engine.begin() as connection:
        take_down(connection, [admitted, claims[1]])
        take_down(connection, [claims[2]])  # comes late
    with engine.connect() as connection:
        rows = connection.execute(sa.select(drained_claim).order_by(drained_claim.c.turn))
        assert [claim_of(row) for row in rows] == [claims[0], claims[1], admitted]
        assert waiting(connection, "NULL") == (claims[0],)
    engine.dispose()
