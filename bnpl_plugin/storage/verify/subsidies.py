"""P4 and P8 for budgets: used sums proved from holds and loans, subsidies from their parts and the ledger."""
# ruff: noqa: S608 (every piece of this SQL is our own constant)

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from bnpl_plugin.ports.reads import Finding
from bnpl_plugin.storage.verify.findings import broken

_TAKEN = """(SELECT subsidy_id, sum(minor) AS minor FROM
               (SELECT subsidy_id, subsidy_minor AS minor FROM bnpl_hold
                 WHERE state = 'pending' AND subsidy_id IS NOT NULL
                 UNION ALL
                SELECT subsidy_id, subsidy_minor FROM bnpl_loan
                 WHERE state <> 'cancelled' AND subsidy_id IS NOT NULL) taken
              GROUP BY subsidy_id)"""


def budgets_hold(connection: sa.Connection) -> Iterator[Finding]:
    """P4: what is used of a budget is its pending holds and its loans not undone, within its ceiling."""
    yield from broken(
        connection,
        "P4",
        f"""SELECT b.subsidy_id, b.used_minor, coalesce(t.minor, 0) FROM bnpl_subsidy b
              LEFT JOIN {_TAKEN} t ON t.subsidy_id = b.subsidy_id
             WHERE b.used_minor <> coalesce(t.minor, 0) ORDER BY b.subsidy_id""",
        "the budget says {1} is used, its holds and loans sum to {2}",
    )
    yield from broken(
        connection,
        "P4",
        f"""SELECT t.subsidy_id, t.minor FROM {_TAKEN} t
             WHERE NOT EXISTS (SELECT 1 FROM bnpl_subsidy b WHERE b.subsidy_id = t.subsidy_id)
             ORDER BY t.subsidy_id""",
        "{1} is taken from a budget that is not there",
    )
    yield from broken(
        connection,
        "P4",
        """SELECT subsidy_id, used_minor, ceiling_minor FROM bnpl_subsidy WHERE used_minor > ceiling_minor
            ORDER BY subsidy_id""",
        "{1} is used of {2}",
    )


#: What of the subsidies a funder that shares in the loan was owed when it was drawn.
_FUNDERS = """(SELECT h.shopper_id, h.loan_id, -sum(p.amount_minor) AS minor FROM bnpl_journal_entry h
                 JOIN bnpl_posting p ON p.shopper_id = h.shopper_id AND p.entry_id = h.entry_id
                WHERE h.kind = 'subsidy_granted' AND p.account = 'funder_payable' GROUP BY h.shopper_id, h.loan_id)"""


def subsidies_are_earned_once(connection: sa.Connection) -> Iterator[Finding]:
    """P8: our parts and the funder's sum to a loan's subsidy; the ledger has what is earned, what not, who owes it."""
    yield from broken(
        connection,
        "P8",
        f"""SELECT l.loan_id, l.subsidy_minor, coalesce(sum(p.part_minor), 0), coalesce(f.minor, 0) FROM bnpl_loan l
             LEFT JOIN bnpl_subsidy_part p ON p.shopper_id = l.shopper_id AND p.loan_id = l.loan_id
             LEFT JOIN {_FUNDERS} f ON f.shopper_id = l.shopper_id AND f.loan_id = l.loan_id
            WHERE l.subsidy_id IS NOT NULL OR p.loan_id IS NOT NULL
            GROUP BY l.shopper_id, l.loan_id, l.subsidy_minor, f.minor
           HAVING coalesce(sum(p.part_minor), 0) + coalesce(f.minor, 0) <> l.subsidy_minor
            ORDER BY l.loan_id""",
        "the loan's subsidy is {1}, its parts sum to {2} and the funder's is {3}",
    )
    yield from broken(
        connection,
        "P8",
        """SELECT l.loan_id, l.state, p.number, p.state FROM bnpl_subsidy_part p
             JOIN bnpl_loan l ON l.shopper_id = p.shopper_id AND l.loan_id = p.loan_id
            WHERE (l.state = 'cancelled') <> (p.state = 'reversed') ORDER BY l.loan_id, p.number""",
        "the loan is {1}, part {2} of its subsidy is {3}",
    )
    for account, state, sign in (("unearned_subsidy", "unearned", -1), ("subsidy_income", "earned", -1)):
        yield from broken(
            connection,
            "P8",
            f"""SELECT x.loan_id, sum(x.said), sum(x.booked) FROM
                  (SELECT loan_id, part_minor AS said, 0 AS booked FROM bnpl_subsidy_part WHERE state = '{state}'
                    UNION ALL
                   SELECT owner, 0, {sign} * amount_minor FROM bnpl_posting WHERE account = '{account}') x
                 GROUP BY x.loan_id HAVING sum(x.said) <> sum(x.booked) ORDER BY x.loan_id""",
            f"the parts of the loan's subsidy that are {state} sum to {{1}}, the ledger has {{2}}",
        )
    yield from broken(
        connection,
        "P8",
        """SELECT x.merchant_id, x.currency, sum(x.said), sum(x.booked) FROM
             (SELECT b.merchant_id, l.currency, l.subsidy_minor AS said, 0 AS booked FROM bnpl_loan l
                JOIN bnpl_subsidy b ON b.subsidy_id = l.subsidy_id WHERE l.state <> 'cancelled'
               UNION ALL
              SELECT p.owner, p.currency, 0, p.amount_minor FROM bnpl_posting p
                JOIN bnpl_journal_entry h ON h.shopper_id = p.shopper_id AND h.entry_id = p.entry_id
               WHERE p.account = 'merchant_subsidy_receivable' AND h.loan_id IS NOT NULL) x
            GROUP BY x.merchant_id, x.currency HAVING sum(x.said) <> sum(x.booked) ORDER BY x.merchant_id""",
        "the payer's loans make {2} {1} receivable, the ledger has {3}",
    )
