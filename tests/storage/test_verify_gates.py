"""Every sum that the gate keeps is broken by raw SQL, and the verifier names it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from bnpl_plugin.storage.gate import SqlGate
from tests.contracts.gates import START, phones, sale, wish

#: What somebody with the database's password might do, and a word of what is then said.
BREAKS = {
    "held by nobody": ("UPDATE bnpl_gate_item SET held_units = 2, free_units = free_units - 1", "held_units"),
    "booked by nobody": ("UPDATE bnpl_gate_item SET booked_units = 2, free_units = free_units - 1", "booked_units"),
    "a place forgotten": ("UPDATE bnpl_gate_item SET waiting = 0", "waiting"),
    "capital from nowhere": ("UPDATE bnpl_gate_sale SET left_minor = left_minor - 1", "allotment"),
    "a claim lost": ("DELETE FROM bnpl_gate_claim WHERE state = 'booked'", "booked_units"),
    "more than allowed": ("UPDATE bnpl_gate_item SET units_per_shopper = 0", "allowed 0"),
    "a claim of nothing": ("UPDATE bnpl_gate_claim SET item_id = 'tablet' WHERE state = 'waiting'", "no item"),
}  # fmt: skip


@pytest.fixture
def book(engine):
    gate = SqlGate(engine)
    gate.open(sale(phones(2)))
    for n in range(3):
        gate.ask(wish(n), now=START)
    gate.book(wish(0), now=START)


def test_a_sound_gate_has_no_findings(book, verifier):
    assert verifier.findings() == ()


@pytest.mark.parametrize("case", BREAKS)
def test_a_broken_sum_is_named(book, engine, verifier, case):
    statement, word = BREAKS[case]
    with engine.begin() as connection:
        connection.execute(sa.text(statement))
    found = verifier.findings()
    assert {finding.promise for finding in found} == {"P5"}
    assert any(word in finding.text and finding.subject == "sal_1" for finding in found), found


def test_a_unit_from_nowhere_is_named(book, engine, verifier):
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.text("ALTER TABLE bnpl_gate_item DROP CONSTRAINT ck_bnpl_gate_item_sum"))
        else:
            connection.rollback()
            connection.execute(sa.text("SELECT 1"))
            connection.rollback()
            connection.connection.dbapi_connection.execute("PRAGMA ignore_check_constraints=ON")
        connection.execute(sa.text("UPDATE bnpl_gate_item SET free_units = 5"))
        connection.commit()
    engine.dispose()
    assert any("are not 2" in finding.text for finding in verifier.findings())
