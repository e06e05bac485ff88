"""The database itself refuses an unbalanced entry and any change of what is append-only, also to raw SQL."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from bnpl_plugin.errors import LedgerImbalance
from bnpl_plugin.ports.store import Changeset
from bnpl_plugin.storage.refusals import our_errors
from tests.storage import factories as f
from tests.storage.snapshots import snapshot

HEAD = """INSERT INTO bnpl_journal_entry (shopper_id, entry_id, kind, value_date, booked_at, details, lines)
          VALUES ('shp_1', '{entry}', 'correction', '2026-11-24', '2026-11-24T00:00:00.000000+00:00',
                  '{{}}', {lines})"""
LINE = "('shp_1', '{entry}', {line}, 'bank', '', {minor}, '{currency}')"
POSTINGS = "INSERT INTO bnpl_posting (shopper_id, entry_id, line, account, owner, amount_minor, currency) VALUES "


def book(engine, *lines, entry="jou_9", said=None, statements=1):
    """Book raw lines of (amount, currency) under a header, in the order that the database wants."""
    values = [
        LINE.format(entry=entry, line=number, minor=minor, currency=currency)
        for number, (minor, currency) in enumerate(lines, start=1)
    ]
    size = len(values) // statements
    postings = [POSTINGS + ", ".join(values[at : at + size]) for at in range(0, len(values), size)]
    header = HEAD.format(entry=entry, lines=len(values) if said is None else said)
    order = [header, *postings] if engine.dialect.name == "postgresql" else [*postings, header]
    with our_errors(), engine.begin() as connection:
        for statement in order:
            connection.exec_driver_sql(statement)


def test_a_balanced_entry_is_booked(engine):
    book(engine, (5, "EUR"), (-5, "EUR"), (7, "CNY"), (-7, "CNY"))
    assert len(snapshot(engine)["bnpl_posting"]) == 4


@pytest.mark.parametrize(
    "lines",
    [
        ((5, "EUR"), (-4, "EUR")),
        ((5, "EUR"), (-5, "CNY")),
        ((5, "EUR"), (-5, "EUR"), (1, "CNY"), (-2, "CNY")),
    ],
)
def test_an_entry_out_of_balance_is_refused(engine, lines):
    with pytest.raises(LedgerImbalance, match="balance"):
        book(engine, *lines)
    assert snapshot(engine)["bnpl_posting"] == snapshot(engine)["bnpl_journal_entry"] == []


def test_an_entry_that_says_another_number_of_lines_is_refused(engine):
    for said in (3, 4):
        with pytest.raises(LedgerImbalance, match="complete"):
            book(engine, (5, "EUR"), (-5, "EUR"), said=said)
    with pytest.raises(LedgerImbalance, match="complete"):
        book(engine, (5, "EUR"), (-5, "EUR"), (5, "EUR"), (-5, "EUR"), said=2)


def test_nothing_can_be_added_to_an_entry_even_if_it_balances(engine):
    book(engine, (5, "EUR"), (-5, "EUR"))
    more = POSTINGS + ", ".join(
        LINE.format(entry="jou_9", line=line, minor=minor, currency="EUR") for line, minor in ((3, 1), (4, -1))
    )
    with pytest.raises(LedgerImbalance), our_errors(), engine.begin() as connection:
        connection.exec_driver_sql(more)


@pytest.mark.postgres
def test_postings_in_two_statements_are_refused_on_postgresql(postgres_ready):
    engine = sa.create_engine(postgres_ready)
    with pytest.raises(LedgerImbalance, match="complete"):
        book(engine, (5, "EUR"), (-5, "EUR"), (7, "EUR"), (-7, "EUR"), statements=2)
    engine.dispose()


def test_postings_without_an_entry_are_refused(engine):
    lines = POSTINGS + ", ".join(
        LINE.format(entry="jou_8", line=line, minor=minor, currency="EUR") for line, minor in ((1, 1), (2, -1))
    )
    with pytest.raises(sa.exc.DBAPIError), engine.begin() as connection:
        connection.exec_driver_sql(lines)
    assert snapshot(engine)["bnpl_posting"] == []


@pytest.mark.parametrize("table", ["bnpl_journal_entry", "bnpl_posting", "bnpl_event"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET shopper_id = 'x'", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_what_is_written_stays(store, engine, table, statement):
    if engine.dialect.name == "sqlite" and statement.startswith("TRUNCATE"):
        statement = "REPLACE INTO {0} SELECT * FROM {0}"
    store.write(Changeset(entries=(f.drawdown_entry(),), events=(f.event(),)))
    before = snapshot(engine)
    with pytest.raises(sa.exc.DBAPIError, match=r"bnpl_append_only|bnpl_ledger"), engine.begin() as connection:
        connection.exec_driver_sql(statement.format(table))
    assert snapshot(engine) == before
