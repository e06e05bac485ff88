"""P8 of the lender's own money: the ledger gives what funders own, are owed and have lent, and what they were paid."""
# ruff: noqa: S608 (every piece of this SQL is our own constant)

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from bnpl_plugin.ports.reads import Finding
from bnpl_plugin.storage.verify.findings import broken


def _credit(account: str) -> str:
    """Return the SQL of what stands in credit on an account, per owner."""
    return f"(SELECT owner, -sum(amount_minor) AS minor FROM bnpl_posting WHERE account = '{account}' GROUP BY owner)"


#: Account, its sum in a row, table, id, what it is called.
_SUMS = (
    ("loan_principal_ceded", "funder_minor", "bnpl_loan", "loan_id", "the funder's part of the loan"),
    ("borrowings", "outstanding_minor", "bnpl_borrowing", "borrowing_id", "the borrowing"),
    ("borrowing_interest_payable", "interest_minor", "bnpl_borrowing", "borrowing_id", "the borrowing's interest"),
)


def ledger_reproduces_refinancing(connection: sa.Connection) -> Iterator[Finding]:
    """P8: each funder's part, borrowing, remittance and sale of loans is what the ledger says."""
    for account, column, table, key, called in _SUMS:
        yield from broken(
            connection,
            "P8",
            f"""SELECT r.{key}, r.{column}, coalesce(b.minor, 0) FROM {table} r
                  LEFT JOIN {_credit(account)} b ON b.owner = r.{key}
                 WHERE coalesce(b.minor, 0) <> r.{column} ORDER BY r.{key}""",
            f"{called} is {{1}}, the ledger says {{2}}",
        )
        yield from broken(
            connection,
            "P8",
            f"""SELECT b.owner, b.minor FROM {_credit(account)} b WHERE b.minor <> 0
                 AND NOT EXISTS (SELECT 1 FROM {table} r WHERE r.{key} = b.owner) ORDER BY b.owner""",
            f"the ledger has {{1}} of {account} that belongs to nothing",
        )
    booked = """(SELECT p.owner, p.currency, sum(p.amount_minor) AS minor FROM bnpl_posting p
                   JOIN bnpl_journal_entry h ON h.shopper_id = p.shopper_id AND h.entry_id = p.entry_id
                  WHERE p.account = 'funder_payable' AND h.kind = 'funder_remitted' GROUP BY p.owner, p.currency)"""
    made = "(SELECT funder_id, currency, sum(amount_minor) AS minor FROM bnpl_remittance GROUP BY funder_id, currency)"
    yield from broken(
        connection,
        "P8",
        f"""SELECT r.funder_id, r.minor, coalesce(b.minor, 0) FROM {made} r
              LEFT JOIN {booked} b ON b.owner = r.funder_id AND b.currency = r.currency
             WHERE coalesce(b.minor, 0) <> r.minor
             UNION ALL
            SELECT b.owner, 0, b.minor FROM {booked} b WHERE NOT EXISTS
             (SELECT 1 FROM bnpl_remittance r WHERE r.funder_id = b.owner AND r.currency = b.currency)""",
        "{1} was remitted to the funder, the ledger says {2}",
    )
    yield from broken(
        connection,
        "P8",
        """SELECT p.owner, -sum(p.amount_minor) FROM bnpl_posting p
            WHERE p.account = 'funder_payable'
              AND NOT EXISTS (SELECT 1 FROM bnpl_funder f WHERE f.funder_id = p.owner)
            GROUP BY p.owner ORDER BY p.owner""",
        "{1} is owed to a funder that is not there",
    )
    yield from _sales_sum(connection)


def _sales_sum(connection: sa.Connection) -> Iterator[Finding]:
    items = """(SELECT loan_sale_id, count(*) AS loans, sum(principal_minor) AS principal, sum(price_minor) AS price
                  FROM bnpl_loan_sale_item GROUP BY loan_sale_id)"""
    yield from broken(
        connection,
        "P8",
        f"""SELECT s.loan_sale_id, s.loans, s.principal_minor, s.price_minor, coalesce(i.loans, 0),
                   coalesce(i.principal, 0), coalesce(i.price, 0)
              FROM bnpl_loan_sale s LEFT JOIN {items} i ON i.loan_sale_id = s.loan_sale_id
             WHERE s.loans <> coalesce(i.loans, 0) OR s.principal_minor <> coalesce(i.principal, 0)
                OR s.price_minor <> coalesce(i.price, 0) ORDER BY s.loan_sale_id""",
        "the sale tells of {1} loans of {2} for {3}, its loans are {4} of {5} for {6}",
    )
    for direction, kind, sign in (("sell", "loan_sold", "-"), ("buy_back", "loan_bought_back", "")):
        yield from broken(
            connection,
            "P8",
            f"""SELECT i.loan_id, sum(i.principal_minor), coalesce((SELECT {sign}sum(p.amount_minor)
                       FROM bnpl_journal_entry h JOIN bnpl_posting p
                         ON p.shopper_id = h.shopper_id AND p.entry_id = h.entry_id
                      WHERE h.loan_id = i.loan_id AND h.kind = '{kind}' AND p.account = 'loan_principal_ceded'), 0)
                  FROM bnpl_loan_sale_item i JOIN bnpl_loan_sale s ON s.loan_sale_id = i.loan_sale_id
                 WHERE s.direction = '{direction}' GROUP BY i.loan_id ORDER BY i.loan_id""",
            f"{{1}} of the loan changed hands ({direction}), the ledger says {{2}}",
            where=lambda row: row[1] != row[2],
        )
