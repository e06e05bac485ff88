"""The statement of PostgreSQL and the statements of SQLite's writer write the same rows."""

from __future__ import annotations

import pytest

from bnpl_plugin.ports.store import Changeset, LineChange, PoolChange, RoomChange, UnitsChange
from bnpl_plugin.storage import build_engine, upgrade
from bnpl_plugin.storage.writing import portable, postgres
from tests.servers.postgres import PostgresServer
from tests.storage import factories as f
from tests.storage.snapshots import snapshot
from tests.storage.test_write import REFUSALS, changeset_of

STORY = (
    Changeset(rows=f.every_record()),
    Changeset(
        moves=(
            f.move(
                f.checkout(), sources=("opened",), expect={"attempt_id": None}, state="approved", offer={"a": [1, None]}
            ),
            f.move(f.instalment(2), sources=("scheduled",), state="collecting", remind_at=None, tries=1),
            f.move(f.loan(), sources=("active",), outstanding_minor=20_000),
            f.move(f.credit_line(), limit_minor=200_000),
            f.move(f.idempotency(), state="done", status=201, body={"ok": True}),
        ),
        entries=(f.drawdown_entry(), f.repayment_entry()),
        events=(f.event("evt_1"), f.event("evt_2", deliver=True), f.event("evt_3", stream="chk_2")),
    ),
    Changeset(
        events=(f.event("evt_4", deliver=True),),
        lines=(LineChange("shp_1", "EUR", held_minor=9),),
        units=(UnitsChange("sal_1", "shp_1", free=-1, held=1), UnitsChange("sal_1", "shp_2", free=-1, sold=1)),
        rooms=(
            RoomChange("capital_limit", "lim_1", 9),
            RoomChange("subsidy", "sub_1", 100),
            RoomChange("sale", "sale_1", 9),
        ),
        pools=(PoolChange("pool_EUR", held_minor=9, terms_version=0),),
    ),
    Changeset(
        lines=(LineChange("shp_1", "EUR", held_minor=-9, drawn_minor=9),),
        units=(UnitsChange("sal_1", "shp_1", free=1, held=-1), UnitsChange("sal_1", "", free=2, added=2)),
        moves=(f.move(f.of_capital()[-1], sources=("active",), state="ended"),),
        rooms=(RoomChange("capital_limit", "lim_1", 1_000),),
        pools=(PoolChange("pool_EUR", held_minor=-9, outstanding_minor=9, available_minor=1, new_terms=True),),
    ),
)


def test_both_writers_leave_the_same_database(postgres_server: PostgresServer):
    left = {}
    for writer in (portable, postgres):
        engine = build_engine(postgres_server.create_database())
        upgrade(engine)
        for changeset in STORY:
            with engine.begin() as connection:
                writer.write(connection, changeset)
        left[writer.__name__] = snapshot(engine)
        engine.dispose()
    one, other = left.values()
    assert one == other
    gates = ("bnpl_gate_", "bnpl_drained_")  # written by the gate alone, not by changesets
    gated = {name for name in one if name.startswith(gates)}
    assert all(rows for name, rows in one.items() if name not in gated)


def test_sqlite_holds_the_same_values(postgres_ready: str, sqlite_ready: str):
    left = []
    for url, writer in ((postgres_ready, postgres), (sqlite_ready, portable)):
        engine = build_engine(url)
        for changeset in STORY:
            with engine.begin() as connection:
                writer.write(connection, changeset)
        left.append(snapshot(engine))
        engine.dispose()
    assert left[0] == left[1]


#: Guards that a writer decides; the others are unique keys of the database.
OF_THE_WRITER = ("state", "credit_line", "capital_pool", "capital_limit", "subsidy", "sale_item", "units_per_shopper")


@pytest.mark.parametrize("case", [name for name, (_, _error, guard) in REFUSALS.items() if guard in OF_THE_WRITER])
def test_the_portable_writer_refuses_the_same_on_postgresql(postgres_ready: str, case: str):
    part, error, _ = REFUSALS[case]
    engine = build_engine(postgres_ready)
    with engine.begin() as connection:
        portable.write(
            connection,
            Changeset(
                rows=(
                    f.merchant(), f.checkout(), f.person(), f.credit_line(), f.credit_line("shp_2", state="frozen"),
                    f.pool(), *f.of_capital(), f.sale_item(),
                    f.sale_item("sal_2", total_units=3, free_units=3, units_per_shopper=5),
                ),
            ),
        )  # fmt: skip
    with pytest.raises(error), engine.begin() as connection:
        portable.write(connection, changeset_of(part))
    engine.dispose()
