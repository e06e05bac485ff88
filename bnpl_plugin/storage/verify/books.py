"""P1, P7, P8: the ledger balances, agrees with the providers' movements, and reproduces every balance."""
# ruff: noqa: S608 (every piece of this SQL is our own constant)

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from bnpl_plugin.ports.reads import Finding
from bnpl_plugin.storage.migrations.creation import trigger_names
from bnpl_plugin.storage.schema.columns import POSTGRESQL
from bnpl_plugin.storage.verify.findings import broken
from bnpl_plugin.storage.verify.refinancing import ledger_reproduces_refinancing


def entries_balance(connection: sa.Connection) -> Iterator[Finding]:
    """P1: every entry balances per currency and has all its postings; the guards that keep it so are in place."""
    yield from broken(
        connection,
        "P1",
        """SELECT entry_id, currency, sum(amount_minor) FROM bnpl_posting
            GROUP BY shopper_id, entry_id, currency HAVING sum(amount_minor) <> 0 ORDER BY entry_id""",
        "the entry is out by {2} {1}",
    )
    yield from broken(
        connection,
        "P1",
        """SELECT h.entry_id, h.lines, count(p.line) FROM bnpl_journal_entry h
             LEFT JOIN bnpl_posting p ON p.shopper_id = h.shopper_id AND p.entry_id = h.entry_id
            GROUP BY h.shopper_id, h.entry_id, h.lines HAVING count(p.line) <> h.lines ORDER BY h.entry_id""",
        "the entry was booked with {1} postings and has {2}",
    )
    yield from broken(
        connection,
        "P1",
        """SELECT DISTINCT p.entry_id FROM bnpl_posting p WHERE NOT EXISTS
             (SELECT 1 FROM bnpl_journal_entry h WHERE h.shopper_id = p.shopper_id AND h.entry_id = p.entry_id)
            ORDER BY p.entry_id""",
        "postings without their entry",
    )
    there = sa.text(
        "SELECT t.tgname || ' ' || c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " WHERE t.tgenabled <> 'D'"
        if connection.dialect.name == POSTGRESQL
        else "SELECT name || ' ' || tbl_name FROM sqlite_master WHERE type = 'trigger'"
    )
    present = set(connection.execute(there).scalars())
    for name in sorted(trigger_names(connection.dialect.name) - present):
        yield Finding("P1", name, "the database's guard of the ledger is missing or switched off")


#: What the ledger must call an attempt's movement at its provider.
_CLAIM = """a.provider || ':'
            || CASE a.purpose WHEN 'first' THEN 'capture' WHEN 'refund' THEN 'refund' ELSE 'charge' END || ':'
            || coalesce(a.provider_ref, '')"""
_MOVED = "a.state IN ('captured', 'refunded') AND a.amount_minor > 0"


def movements_are_booked_once(connection: sa.Connection) -> Iterator[Finding]:
    """P7: each provider movement has exactly one entry, of its sum, and each entry's claim is a movement."""
    yield from broken(
        connection,
        "P7",
        f"""SELECT a.attempt_id, a.state, {_CLAIM}, count(h.entry_id) FROM bnpl_attempt a
              LEFT JOIN bnpl_journal_entry h ON h.provider_claim = {_CLAIM}
             WHERE {_MOVED} GROUP BY a.shopper_id, a.attempt_id, a.state, a.purpose, a.provider, a.provider_ref
            HAVING count(h.entry_id) <> 1 ORDER BY a.attempt_id""",
        "the attempt is {1}, but {3} journal entries carry {2}",
    )
    yield from broken(
        connection,
        "P7",
        f"""SELECT h.entry_id, h.provider_claim FROM bnpl_journal_entry h
             WHERE h.provider_claim IS NOT NULL AND NOT EXISTS
             (SELECT 1 FROM bnpl_attempt a WHERE {_MOVED} AND h.provider_claim = {_CLAIM}) ORDER BY h.entry_id""",
        "the entry claims {1}, which no captured or refunded attempt made",
    )
    yield from broken(
        connection,
        "P7",
        f"""SELECT a.attempt_id, a.amount_minor, coalesce(sum(p.amount_minor), 0) FROM bnpl_attempt a
              JOIN bnpl_journal_entry h ON h.provider_claim = {_CLAIM}
              LEFT JOIN bnpl_posting p ON p.shopper_id = h.shopper_id AND p.entry_id = h.entry_id
               AND p.account = 'provider_clearing'
             WHERE {_MOVED} GROUP BY a.shopper_id, a.attempt_id, a.purpose, a.amount_minor
            HAVING coalesce(sum(p.amount_minor), 0)
                   <> CASE a.purpose WHEN 'refund' THEN -a.amount_minor ELSE a.amount_minor END
             ORDER BY a.attempt_id""",
        "the attempt moved {1}, its entry booked {2}",
    )
    yield from broken(
        connection,
        "P7",
        """SELECT coalesce(c.claim, h.provider_claim), coalesce(h.entry_id, c.entry_id)
             FROM bnpl_provider_claim c LEFT JOIN bnpl_journal_entry h
               ON h.shopper_id = c.shopper_id AND h.entry_id = c.entry_id AND h.provider_claim = c.claim
            WHERE h.entry_id IS NULL
            UNION ALL
           SELECT h.provider_claim, h.entry_id FROM bnpl_journal_entry h
            WHERE h.provider_claim IS NOT NULL AND NOT EXISTS
             (SELECT 1 FROM bnpl_provider_claim c WHERE c.claim = h.provider_claim AND c.entry_id = h.entry_id)""",
        "the claim and the entry {1} do not belong together",
    )


def _balance(account: str) -> str:
    """Return the SQL of an account's balance per owner."""
    return f"(SELECT owner, sum(amount_minor) AS minor FROM bnpl_posting WHERE account = '{account}' GROUP BY owner)"


def _owed(part: str) -> str:
    """Return the SQL of what instalments still ask for, per loan."""
    return (
        f"(SELECT shopper_id, loan_id, sum({part}) AS minor FROM bnpl_instalment"
        " WHERE state IN ('scheduled', 'collecting', 'overdue') GROUP BY shopper_id, loan_id)"
    )


def ledger_reproduces_balances(connection: sa.Connection) -> Iterator[Finding]:
    """P8: the ledger alone gives every loan's principal, interest and fees, every pool and merchant's payable."""
    yield from broken(
        connection,
        "P8",
        f"""SELECT l.loan_id, l.outstanding_minor, coalesce(b.minor, 0) FROM bnpl_loan l
              LEFT JOIN {_balance("loan_principal")} b ON b.owner = l.loan_id
             WHERE coalesce(b.minor, 0) <> l.outstanding_minor ORDER BY l.loan_id""",
        "the loan says {1} of principal is owed, the ledger {2}",
    )
    for part, account in (("interest_minor", "loan_interest"), ("fee_minor", "loan_fee")):
        yield from broken(
            connection,
            "P8",
            f"""SELECT l.loan_id, coalesce(i.minor, 0), coalesce(b.minor, 0) FROM bnpl_loan l
                  LEFT JOIN {_owed(part)} i ON i.shopper_id = l.shopper_id AND i.loan_id = l.loan_id
                  LEFT JOIN {_balance(account)} b ON b.owner = l.loan_id
                 WHERE coalesce(b.minor, 0) <> coalesce(i.minor, 0) ORDER BY l.loan_id""",
            f"the open instalments ask for {{1}} of {account}, the ledger for {{2}}",
        )
    yield from broken(
        connection,
        "P8",
        f"""SELECT b.owner, b.minor FROM {_balance("loan_principal")} b
             WHERE b.minor <> 0 AND NOT EXISTS (SELECT 1 FROM bnpl_loan l WHERE l.loan_id = b.owner)
             ORDER BY b.owner""",
        "the ledger has {1} of principal owed on a loan that is not there",
    )
    yield from broken(
        connection,
        "P8",
        f"""SELECT p.pool_id, p.available_minor, coalesce(b.minor, 0) FROM bnpl_capital_pool p
              LEFT JOIN {_balance("pool_capital")} b ON b.owner = p.pool_id
             WHERE coalesce(b.minor, 0) <> p.available_minor ORDER BY p.pool_id""",
        "the pool has {1} available, the ledger {2}",
    )
    yield from broken(
        connection,
        "P8",
        """SELECT p.pool_id, p.outstanding_minor, coalesce(sum(b.minor), 0) FROM bnpl_capital_pool p
              LEFT JOIN bnpl_loan l ON l.pool_id = p.pool_id
              LEFT JOIN (SELECT owner, sum(amount_minor) AS minor FROM bnpl_posting
                          WHERE account IN ('loan_principal', 'loan_principal_ceded') GROUP BY owner) b
                ON b.owner = l.loan_id
             GROUP BY p.pool_id, p.outstanding_minor HAVING coalesce(sum(b.minor), 0) <> p.outstanding_minor
             ORDER BY p.pool_id""",
        "the pool has {1} outstanding, the ledger {2}",
    )
    yield from broken(
        connection,
        "P8",
        """SELECT m.merchant_id, m.currency, m.minor, coalesce(b.minor, 0) FROM
             (SELECT merchant_id, currency,
                     sum(CASE state WHEN 'cancelled' THEN 0 ELSE principal_minor - mdr_minor END) AS minor
                FROM bnpl_loan GROUP BY merchant_id, currency) m
             LEFT JOIN (SELECT p.owner, p.currency, -sum(p.amount_minor) AS minor FROM bnpl_posting p
                          JOIN bnpl_journal_entry h ON h.shopper_id = p.shopper_id AND h.entry_id = p.entry_id
                         WHERE p.account = 'merchant_payable' AND h.loan_id IS NOT NULL GROUP BY p.owner, p.currency) b
               ON b.owner = m.merchant_id AND b.currency = m.currency
            WHERE coalesce(b.minor, 0) <> m.minor ORDER BY m.merchant_id""",
        "the merchant's loans make {2} {1} payable, the ledger {3}",
    )
    yield from ledger_reproduces_refinancing(connection)
