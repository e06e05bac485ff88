"""The tables are the records: same columns, same order, same keys, same empty places."""

from __future__ import annotations

from dataclasses import fields
from typing import get_type_hints

import pytest

from bnpl_plugin.credit.states import ATTEMPT, CHECKOUT, INSTALMENT
from bnpl_plugin.ports import records
from bnpl_plugin.ports.store import MUTABLE
from bnpl_plugin.storage.schema import RECORDS, record_table
from bnpl_plugin.storage.schema.metadata import metadata
from bnpl_plugin.storage.schema.purchases import CHARGEABLE, EXPIRABLE, IN_FLIGHT


@pytest.mark.parametrize("record", RECORDS.values(), ids=lambda record: record.table)
def test_a_table_has_its_records_columns_and_key(record):
    table = record_table(record.table)
    names = [field.name for field in fields(record)]
    assert [column.name for column in table.columns] == names
    assert tuple(column.name for column in table.primary_key) == record.key
    hints = get_type_hints(record)
    for name in names:
        optional = type(None) in getattr(hints[name], "__args__", ())
        assert table.c[name].nullable == optional, f"{table.name}.{name}"


def test_every_record_has_a_table():
    kinds = [kind for kind in vars(records).values() if isinstance(kind, type) and issubclass(kind, records.Record)]
    told = {kind.table for kind in kinds if kind is not records.Record}
    assert told == set(RECORDS)


def test_every_mutable_table_is_there():
    assert set(RECORDS) >= MUTABLE


def test_every_table_index_and_constraint_is_ours_by_name():
    for table in metadata.tables.values():
        assert table.name.startswith("bnpl_")
        for thing in (*table.indexes, *table.constraints):
            assert "bnpl_" in str(getattr(thing, "name", None)), f"{table.name}: {thing!r}"


def test_the_shoppers_key_comes_first_where_tables_grow_with_loans():
    for name in ("hold", "attempt", "loan", "instalment", "agreement", "disclosure", "decision"):
        assert RECORDS[name].key[0] == "shopper_id"
    for name in ("bnpl_journal_entry", "bnpl_posting"):
        assert next(iter(metadata.tables[name].primary_key)).name == "shopper_id"


def test_the_states_in_indexes_are_those_of_the_state_tables():
    assert set(EXPIRABLE) == {str(state) for state in CHECKOUT.sources("expire")}
    assert set(CHARGEABLE) == {str(state) for state in INSTALMENT.sources("collect")}
    assert set(IN_FLIGHT) == {str(state) for state in ATTEMPT.sources("decline")}
