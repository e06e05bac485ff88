"""The database's own refusals: unbalanced entries, and any change of what is append-only.

PostgreSQL judges all postings of a statement at once (a transition table), so that an entry's postings must arrive in
one statement and after their header. SQLite has row triggers only: postings arrive first, and the header is refused
unless they are there and balance. A refusal begins with ``bnpl_ledger`` or ``bnpl_append_only``; on PostgreSQL its
SQLSTATE is BN002 or BN003.
"""

from __future__ import annotations

APPEND_ONLY = ("bnpl_journal_entry", "bnpl_posting", "bnpl_event")

_POSTGRESQL_LEDGER = """
CREATE OR REPLACE FUNCTION bnpl_ledger_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  PERFORM 1 FROM inserted GROUP BY shopper_id, entry_id, currency HAVING sum(amount_minor) <> 0;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'BN002', MESSAGE = 'bnpl_ledger: an entry does not balance';
  END IF;
  PERFORM 1
    FROM (SELECT shopper_id, entry_id, count(*) AS n, min(line) AS low, max(line) AS high
            FROM inserted GROUP BY shopper_id, entry_id) AS i
    LEFT JOIN bnpl_journal_entry AS h ON h.shopper_id = i.shopper_id AND h.entry_id = i.entry_id
   WHERE h.lines IS DISTINCT FROM i.n OR i.low <> 1 OR i.high <> i.n;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'BN002', MESSAGE = 'bnpl_ledger: an entry is not complete in one statement';
  END IF;
  RETURN NULL;
END
$body$
"""

_POSTGRESQL_LEDGER_TRIGGER = (
    "CREATE TRIGGER bnpl_ledger_guard AFTER INSERT ON bnpl_posting REFERENCING NEW TABLE AS inserted"
    " FOR EACH STATEMENT EXECUTE FUNCTION bnpl_ledger_guard()"
)

_POSTGRESQL_APPEND_ONLY = """
CREATE OR REPLACE FUNCTION bnpl_append_only() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'BN003', MESSAGE = 'bnpl_append_only: ' || TG_TABLE_NAME || ' refuses ' || TG_OP;
END
$body$
"""


def postgresql_guards() -> tuple[str, ...]:
    """Return the statements that create functions and triggers on PostgreSQL."""
    return (
        _POSTGRESQL_LEDGER.strip(),
        _POSTGRESQL_APPEND_ONLY.strip(),
        _POSTGRESQL_LEDGER_TRIGGER,
        *(
            f"CREATE TRIGGER bnpl_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {name}"
            " FOR EACH STATEMENT EXECUTE FUNCTION bnpl_append_only()"
            for name in APPEND_ONLY
        ),
    )


_SQLITE_LEDGER = (
    """
CREATE TRIGGER bnpl_ledger_complete BEFORE INSERT ON bnpl_posting
WHEN EXISTS (SELECT 1 FROM bnpl_journal_entry AS h WHERE h.shopper_id = NEW.shopper_id AND h.entry_id = NEW.entry_id)
BEGIN SELECT RAISE(ABORT, 'bnpl_ledger: an entry is not complete in one statement'); END
""",
    """
CREATE TRIGGER bnpl_ledger_guard BEFORE INSERT ON bnpl_journal_entry
BEGIN
  SELECT RAISE(ABORT, 'bnpl_ledger: an entry is not complete in one statement')
   WHERE (SELECT count(*) FROM bnpl_posting AS p
           WHERE p.shopper_id = NEW.shopper_id AND p.entry_id = NEW.entry_id AND p.line <= NEW.lines) <> NEW.lines
      OR EXISTS (SELECT 1 FROM bnpl_posting AS p
                  WHERE p.shopper_id = NEW.shopper_id AND p.entry_id = NEW.entry_id AND p.line > NEW.lines);
  SELECT RAISE(ABORT, 'bnpl_ledger: an entry does not balance')
   WHERE EXISTS (SELECT 1 FROM bnpl_posting AS p
                  WHERE p.shopper_id = NEW.shopper_id AND p.entry_id = NEW.entry_id
                  GROUP BY p.currency HAVING sum(p.amount_minor) <> 0);
END
""",
)


def sqlite_guards() -> tuple[str, ...]:
    """Return the statements that create triggers on SQLite."""
    return (
        *(text.strip() for text in _SQLITE_LEDGER),
        *(
            f"CREATE TRIGGER {name}_no_{action.lower()} BEFORE {action} ON {name}"
            f" BEGIN SELECT RAISE(ABORT, 'bnpl_append_only: {name} refuses {action}'); END"
            for name in APPEND_ONLY
            for action in ("UPDATE", "DELETE")
        ),
    )
