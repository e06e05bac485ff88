"""The PostgreSQL functions, made from the tables: ``bnpl_write`` writes a changeset, ``bnpl_purchase`` reads one.

All SQL in them is static, so that each session plans it once. A guard that fails raises SQLSTATE BN001 with the message
``bnpl_refusal:<guard>``; nothing of the changeset stays. No text here may contain a percent sign: drivers would read
it.
"""
# ruff: noqa: S608 (every piece of this SQL is our own constant)

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from bnpl_plugin.ports.store import ALWAYS_BIND, ENDED_COUNTS_ON, MUTABLE, ROOMS
from bnpl_plugin.storage.schema import RECORDS, record_table
from bnpl_plugin.storage.schema.metadata import metadata

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
#: Tables whose rows many writers contend for: moved last.
HOT_MOVES = ("credit_line", "sale_item", "subsidy", "sale", "capital_limit")
#: Tables that moves may change, in the order in which they are locked.
COOL_MOVES = tuple(name for name in RECORDS if name in MUTABLE and name not in HOT_MOVES)


def _columns(table: sa.Table, alias: str = "") -> str:
    dot = f"{alias}." if alias else ""
    return ", ".join(f"{dot}{column.name}" for column in table.columns)


def _typed(column: sa.Column[object]) -> str:
    """Return the SQL that reads a key column from a move."""
    kind = column.type.dialect_impl(_DIALECT).compile(_DIALECT)
    text = f"(m->'key'->>'{column.name}')"
    return text if kind.startswith("VARCHAR") else f"{text}::{kind}"


def _refuse(guard: str, detail: str) -> str:
    return f"RAISE EXCEPTION USING ERRCODE = 'BN001', MESSAGE = 'bnpl_refusal:{guard}', DETAIL = {detail};"


def _move(name: str) -> str:
    table = record_table(name)
    key = RECORDS[name].key
    free = [column.name for column in table.columns if column.name not in key]
    where = [f"t.{column} = {_typed(table.columns[column])}" for column in key]
    if "state" in free:
        where.append("(NOT m ? 'sources' OR (m->'sources') ? t.state)")
    where.append("(NOT m ? 'expect' OR t IS NOT DISTINCT FROM jsonb_populate_record(t, m->'expect'))")
    return f"""
  IF doc ? 'm_{name}' THEN
    part := doc->'m_{name}';
    FOR place IN 0 .. jsonb_array_length(part) - 1 LOOP
      m := part->place;
      UPDATE {table.name} AS t SET ({", ".join(free)}) =
        (SELECT {", ".join(f"r.{column}" for column in free)} FROM jsonb_populate_record(t, m->'set') AS r)
       WHERE {" AND ".join(where)};
      IF NOT FOUND THEN
        {_refuse("state", f"'{name} ' || (m->'key')::text")}
      END IF;
    END LOOP;
  END IF;"""


def _insert(key: str, table: sa.Table) -> str:
    return f"""
  IF doc ? '{key}' THEN
    INSERT INTO {table.name} ({_columns(table)})
    SELECT {_columns(table, "r")} FROM jsonb_populate_recordset(NULL::{table.name}, doc->'{key}') AS r;
  END IF;"""


_EVENTS = """
  IF doc ? 'events' THEN
    part := doc->'events';
    FOR place IN 0 .. jsonb_array_length(part) - 1 LOOP
      m := part->place;
      given := NULL;
      FOR turn IN 1..200 LOOP
        INSERT INTO bnpl_event (stream, seq, event_id, kind, shopper_id, merchant_id, payload, at, job_id)
        SELECT m->>'stream', n.seq, m->>'event_id', m->>'kind', m->>'shopper_id', m->>'merchant_id', m->'payload',
               (m->>'at')::timestamptz,
               CASE WHEN m ? 'deliver'
                    THEN 'deliver_' || (m->>'stream') || '_' || lpad(n.seq::text, 9, '0') END
          FROM (SELECT coalesce(max(e.seq), 0) + 1 AS seq FROM bnpl_event AS e WHERE e.stream = m->>'stream') AS n
        ON CONFLICT (stream, seq) DO NOTHING RETURNING seq INTO given;
        EXIT WHEN given IS NOT NULL;
      END LOOP;
      IF given IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'BN004', MESSAGE = 'bnpl_busy: no free number in the stream of events';
      END IF;
      IF m ? 'deliver' THEN
        INSERT INTO bnpl_job (job_id, kind, stream, payload, state, run_at, lease_until, tries, last_error, created_at)
        VALUES ('deliver_' || (m->>'stream') || '_' || lpad(given::text, 9, '0'), 'deliver', m->>'stream',
                jsonb_build_object('event_id', m->>'event_id'), 'ready', (m->>'at')::timestamptz, NULL, 0, NULL,
                (m->>'at')::timestamptz);
      END IF;
    END LOOP;
  END IF;"""

_LINES = f"""
  IF doc ? 'lines' THEN
    part := doc->'lines';
    FOR place IN 0 .. jsonb_array_length(part) - 1 LOOP
      m := part->place;
      held := (m->>'held')::bigint;
      drawn := (m->>'drawn')::bigint;
      UPDATE bnpl_credit_line AS t
         SET held_minor = t.held_minor + held, drawn_minor = t.drawn_minor + drawn,
             changed_at = coalesce(moment, t.changed_at)
       WHERE t.shopper_id = m->>'shopper_id' AND t.currency = m->>'currency'
         AND (held + drawn <= 0
              OR (t.state = 'open' AND t.held_minor + t.drawn_minor + held + drawn <= t.limit_minor));
      IF NOT FOUND THEN
        {_refuse("credit_line", "m::text")}
      END IF;
    END LOOP;
  END IF;"""

_UNITS = f"""
  IF doc ? 'units' THEN
    part := doc->'units';
    FOR place IN 0 .. jsonb_array_length(part) - 1 LOOP
      m := part->place;
      held := (m->>'held')::bigint;
      drawn := (m->>'sold')::bigint;
      IF held + drawn > 0 THEN
        INSERT INTO bnpl_sale_claim AS t (sale_item_id, shopper_id, units)
        SELECT s.sale_item_id, m->>'shopper_id', held + drawn FROM bnpl_sale_item AS s
         WHERE s.sale_item_id = m->>'sale_item_id' AND held + drawn <= s.units_per_shopper
        ON CONFLICT (sale_item_id, shopper_id) DO UPDATE SET units = t.units + excluded.units
         WHERE t.units + excluded.units <=
               (SELECT s.units_per_shopper FROM bnpl_sale_item AS s WHERE s.sale_item_id = t.sale_item_id);
        IF NOT FOUND THEN
          IF EXISTS (SELECT 1 FROM bnpl_sale_item AS s WHERE s.sale_item_id = m->>'sale_item_id') THEN
            {_refuse("units_per_shopper", "m::text")}
          END IF;
          {_refuse("sale_item", "m::text")}
        END IF;
      ELSIF held + drawn < 0 THEN
        UPDATE bnpl_sale_claim AS t SET units = t.units + held + drawn
         WHERE t.sale_item_id = m->>'sale_item_id' AND t.shopper_id = m->>'shopper_id';
        IF NOT FOUND THEN
          {_refuse("units_per_shopper", "m::text")}
        END IF;
      END IF;
      UPDATE bnpl_sale_item AS t
         SET free_units = t.free_units + (m->>'free')::integer, held_units = t.held_units + held,
             sold_units = t.sold_units + drawn, returned_units = t.returned_units + (m->>'returned')::integer,
             total_units = t.total_units + (m->>'added')::integer
       WHERE t.sale_item_id = m->>'sale_item_id'
         AND ((m->>'free')::integer >= 0 OR t.free_units + (m->>'free')::integer >= 0);
      IF NOT FOUND THEN
        {_refuse("sale_item", "m::text")}
      END IF;
    END LOOP;
  END IF;"""


def _rooms(name: str) -> str:
    table, key = record_table(name), RECORDS[name].key[0]
    within = "t.used_minor + held <= t.ceiling_minor"
    active = f"t.state <> 'active' OR {within}" if name in ENDED_COUNTS_ON else f"t.state = 'active' AND {within}"
    binding = within if name in ALWAYS_BIND else active
    return f"""
  IF doc ? 'r_{name}' THEN
    part := doc->'r_{name}';
    FOR place IN 0 .. jsonb_array_length(part) - 1 LOOP
      m := part->place;
      held := (m->>'used')::bigint;
      UPDATE {table.name} AS t SET used_minor = t.used_minor + held, changed_at = coalesce(moment, t.changed_at)
       WHERE t.{key} = m->>'id' AND (held <= 0 OR ({binding}));
      IF NOT FOUND THEN
        {_refuse(name, "m::text")}
      END IF;
    END LOOP;
  END IF;"""


_POOLS = f"""
  IF doc ? 'pools' THEN
    part := doc->'pools';
    FOR place IN 0 .. jsonb_array_length(part) - 1 LOOP
      m := part->place;
      held := (m->>'held')::bigint;
      drawn := (m->>'outstanding')::bigint;
      room := (m->>'available')::bigint;
      UPDATE bnpl_capital_pool AS t
         SET held_minor = t.held_minor + held, outstanding_minor = t.outstanding_minor + drawn,
             available_minor = t.available_minor + room, changed_at = coalesce(moment, t.changed_at),
             terms_version = t.terms_version + CASE WHEN m ? 'new_terms' THEN 1 ELSE 0 END
       WHERE t.pool_id = m->>'pool_id' AND (NOT m ? 'terms' OR t.terms_version = (m->>'terms')::integer)
         AND ((held + drawn <= 0 AND room >= 0)
              OR t.held_minor + t.outstanding_minor + held + drawn <= t.available_minor + room);
      IF NOT FOUND THEN
        IF EXISTS (SELECT 1 FROM bnpl_capital_pool AS t
                    WHERE t.pool_id = m->>'pool_id' AND m ? 'terms' AND t.terms_version <> (m->>'terms')::integer) THEN
          {_refuse("state", "m::text")}
        END IF;
        {_refuse("capital_pool", "m::text")}
      END IF;
    END LOOP;
  END IF;"""


def _body(parts: Iterable[str]) -> str:
    return "".join(parts).strip("\n")


def write_function() -> str:
    """Return the statement that creates ``bnpl_write(doc)``."""
    ledger = [metadata.tables[name] for name in ("bnpl_journal_entry", "bnpl_posting", "bnpl_provider_claim")]
    parts = [
        *(_move(name) for name in COOL_MOVES),
        *(_insert(f"i_{name}", record_table(name)) for name in RECORDS),
        *(_insert(key, table) for key, table in zip(("entries", "postings", "claims"), ledger, strict=True)),
        _EVENTS,
        *(_move(name) for name in HOT_MOVES),
        _LINES,
        _UNITS,
        *(_rooms(name) for name in ROOMS),
        _POOLS,
    ]
    return f"""CREATE OR REPLACE FUNCTION bnpl_write(doc jsonb) RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
  m jsonb;
  part jsonb;
  moment timestamptz := (doc->>'at')::timestamptz;
  given integer;
  held bigint;
  drawn bigint;
  room bigint;
BEGIN
{_body(parts)}
END
$body$"""


_PURCHASE = """CREATE OR REPLACE FUNCTION bnpl_purchase(wanted text, locked boolean, whole boolean)
RETURNS json LANGUAGE plpgsql AS $body$
DECLARE
  c bnpl_checkout;
  p bnpl_capital_pool;
BEGIN
  IF locked THEN
    SELECT * INTO c FROM bnpl_checkout WHERE checkout_id = wanted FOR UPDATE;
  ELSE
    SELECT * INTO c FROM bnpl_checkout WHERE checkout_id = wanted;
  END IF;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  SELECT * INTO p FROM bnpl_capital_pool AS r
   WHERE r.currency = c.currency AND r.country IN (c.country, '') ORDER BY r.country DESC LIMIT 1;
  RETURN json_build_object(
    'checkout', row_to_json(c),
    'pool_id', p.pool_id,
    'terms_version', p.terms_version,
    'limits', CASE WHEN p.terms_version > 0 THEN
                (SELECT json_agg(r ORDER BY r.limit_id) FROM bnpl_capital_limit AS r
                  WHERE r.pool_id = p.pool_id AND r.state = 'active') END,
    'co_lendings', CASE WHEN p.terms_version > 0 THEN
                     (SELECT json_agg(r ORDER BY r.co_lending_id) FROM bnpl_co_lending AS r
                       WHERE r.pool_id = p.pool_id AND r.state = 'active') END,
    'sale', CASE WHEN c.sale_item_id IS NOT NULL THEN
              (SELECT row_to_json(r) FROM bnpl_sale AS r
                 JOIN bnpl_sale_item AS i ON i.sale_id = r.sale_id WHERE i.sale_item_id = c.sale_item_id) END,
    'policy_state', (SELECT r.state FROM bnpl_policy_version AS r
                       JOIN bnpl_decision AS d ON d.policy_version = r.version
                      WHERE d.shopper_id = c.shopper_id AND d.decision_id = c.decision_id),
    'merchant', (SELECT row_to_json(r) FROM bnpl_merchant AS r WHERE r.merchant_id = c.merchant_id),
    'decision', (SELECT row_to_json(r) FROM bnpl_decision AS r
                  WHERE r.shopper_id = c.shopper_id AND r.decision_id = c.decision_id),
    'hold', (SELECT row_to_json(r) FROM bnpl_hold AS r WHERE r.shopper_id = c.shopper_id AND r.hold_id = c.hold_id),
    'agreement', (SELECT row_to_json(r) FROM bnpl_agreement AS r
                   WHERE r.shopper_id = c.shopper_id AND r.agreement_id = c.agreement_id),
    'loan', (SELECT row_to_json(r) FROM bnpl_loan AS r WHERE r.shopper_id = c.shopper_id AND r.loan_id = c.loan_id),
    'attempts', (SELECT json_agg(r ORDER BY r.created_at DESC, r.attempt_id DESC) FROM bnpl_attempt AS r
                  WHERE r.checkout_id = c.checkout_id),
    'disclosures', CASE WHEN whole THEN
                     (SELECT json_agg(r ORDER BY r.shown_at, r.disclosure_id) FROM bnpl_disclosure AS r
                       WHERE r.shopper_id = c.shopper_id AND r.checkout_id = c.checkout_id) END);
END
$body$"""


def postgresql_functions() -> tuple[str, ...]:
    """Return the statements that create the functions."""
    return (write_function(), _PURCHASE)
