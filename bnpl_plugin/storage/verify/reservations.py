"""P3 to P6: credit lines, capital, sale units and orders, each sum proved from the rows that it sums."""
# ruff: noqa: S608 (every piece of this SQL is our own constant)

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from bnpl_plugin.ports.reads import Finding
from bnpl_plugin.storage.schema.purchases import IN_FLIGHT, states
from bnpl_plugin.storage.verify.findings import broken

#: States of an instalment that is still to be paid.
OWED = ("scheduled", "collecting", "overdue")


def lines_hold(connection: sa.Connection) -> Iterator[Finding]:
    """P3: a line's sums are its open holds and loans, within the limit, and a shopper has one line that is not closed.

    A limit may be lowered below what is used; then what is used must still be within a limit that once held.
    """
    held = """SELECT shopper_id, currency, sum(principal_minor - down_payment_minor) AS minor FROM bnpl_hold
               WHERE state IN ('reserved', 'pending') GROUP BY shopper_id, currency"""
    drawn = f"""SELECT l.shopper_id, l.currency, sum(l.outstanding_minor - CASE WHEN l.down_payment_minor > 0 AND EXISTS
                  (SELECT 1 FROM bnpl_instalment i WHERE i.shopper_id = l.shopper_id AND i.loan_id = l.loan_id
                      AND i.number = 1 AND i.{states(OWED)}) THEN l.down_payment_minor ELSE 0 END) AS minor
                FROM bnpl_loan l GROUP BY l.shopper_id, l.currency"""
    for column, rows in (("held_minor", held), ("drawn_minor", drawn)):
        yield from broken(
            connection,
            "P3",
            f"""SELECT c.shopper_id, c.{column}, coalesce(s.minor, 0) FROM bnpl_credit_line c
                  LEFT JOIN ({rows}) s ON s.shopper_id = c.shopper_id AND s.currency = c.currency
                 WHERE c.{column} <> coalesce(s.minor, 0) ORDER BY c.shopper_id""",
            f"the line's {column} is {{1}}, its rows sum to {{2}}",
        )
        yield from broken(
            connection,
            "P3",
            f"""SELECT s.shopper_id, s.minor FROM ({rows}) s WHERE s.minor > 0 AND NOT EXISTS
                 (SELECT 1 FROM bnpl_credit_line c WHERE c.shopper_id = s.shopper_id AND c.currency = s.currency)
                 ORDER BY s.shopper_id""",
            "{1} is used without a credit line in its currency",
        )
    yield from broken(
        connection,
        "P3",
        """SELECT c.shopper_id, c.drawn_minor + c.held_minor, c.limit_minor FROM bnpl_credit_line c
            WHERE c.drawn_minor + c.held_minor > c.limit_minor
              AND c.drawn_minor + c.held_minor > coalesce((SELECT max(d.limit_minor) FROM bnpl_decision d
                    WHERE d.shopper_id = c.shopper_id AND d.currency = c.currency AND d.outcome = 'approved'
                      AND d.checkout_id IS NOT NULL), 0)
              AND c.drawn_minor + c.held_minor > coalesce((SELECT max(h.to_minor) FROM bnpl_limit_change h
                    WHERE h.shopper_id = c.shopper_id AND h.currency = c.currency
                      AND h.state IN ('accepted', 'effective')), 0)
            ORDER BY c.shopper_id""",
        "{1} is used of a limit of {2}",
    )
    yield from broken(
        connection,
        "P3",
        """SELECT shopper_id, count(*) FROM bnpl_credit_line WHERE state <> 'closed'
            GROUP BY shopper_id HAVING count(*) > 1 ORDER BY shopper_id""",
        "the shopper has {1} open lines",
    )
    yield from broken(
        connection,
        "P3",
        """SELECT l.loan_id, l.down_payment_minor FROM bnpl_loan l WHERE l.down_payment_minor > 0 AND NOT EXISTS
             (SELECT 1 FROM bnpl_instalment i WHERE i.shopper_id = l.shopper_id AND i.loan_id = l.loan_id
                 AND i.number = 1 AND i.principal_minor = l.down_payment_minor) ORDER BY l.loan_id""",
        "a down payment of {1} is not the loan's first instalment",
    )
    yield from limits_were_decided(connection)


#: A line's limit as it was first decided: by the approval of the purchase that opened it (a pass opens none).
_OPENED = """(SELECT d.limit_minor FROM bnpl_decision d WHERE d.shopper_id = c.shopper_id AND d.currency = c.currency
               AND d.outcome = 'approved' AND d.checkout_id IS NOT NULL AND NOT EXISTS
                 (SELECT 1 FROM bnpl_pass p WHERE p.shopper_id = d.shopper_id AND p.decision_id = d.decision_id)
             ORDER BY d.decided_at, d.decision_id LIMIT 1)"""


def limits_were_decided(connection: sa.Connection) -> Iterator[Finding]:
    """P3: a limit is exactly what opened the line and what changed it since; each rise has its decision."""
    yield from broken(
        connection,
        "P3",
        f"""SELECT r.shopper_id, r.limit_minor, r.opened_minor, r.changed_minor FROM
             (SELECT c.shopper_id, c.limit_minor, coalesce({_OPENED}, 0) AS opened_minor, coalesce(
               (SELECT sum(h.to_minor - h.from_minor) FROM bnpl_limit_change h WHERE h.shopper_id = c.shopper_id
                   AND h.currency = c.currency AND h.state IN ('accepted', 'effective')), 0) AS changed_minor
                FROM bnpl_credit_line c) r
            WHERE r.limit_minor <> r.opened_minor + r.changed_minor ORDER BY r.shopper_id""",
        "the limit is {1}: decided were {2} at the opening and {3} since",
    )
    yield from broken(
        connection,
        "P3",
        """SELECT h.limit_change_id, h.to_minor FROM bnpl_limit_change h
            WHERE h.state IN ('accepted', 'effective') AND h.kind <> 'lower' AND NOT EXISTS
              (SELECT 1 FROM bnpl_decision d WHERE d.shopper_id = h.shopper_id AND d.decision_id = h.decision_id
                  AND d.currency = h.currency AND d.outcome = 'approved' AND d.limit_minor >= h.to_minor)
            ORDER BY h.limit_change_id""",
        "no decision allows a limit of {1}",
    )


def pools_hold(connection: sa.Connection) -> Iterator[Finding]:
    """P4: a pool's sums are its open holds, what it has set aside for sales, and loans, within what is available."""
    held = """SELECT pool_id, sum(minor) AS minor FROM (
                SELECT pool_id, principal_minor - funder_minor AS minor FROM bnpl_hold
                 WHERE state = 'pending' AND sale_id IS NULL
                 UNION ALL SELECT pool_id, ceiling_minor FROM bnpl_sale
                 UNION ALL SELECT s.pool_id, h.funder_minor - h.principal_minor FROM bnpl_hold h
                            JOIN bnpl_sale s ON s.sale_id = h.sale_id WHERE h.state = 'posted') r
               GROUP BY pool_id"""
    lent = "SELECT pool_id, sum(outstanding_minor - funder_minor) AS minor FROM bnpl_loan GROUP BY pool_id"
    for column, rows in (("held_minor", held), ("outstanding_minor", lent)):
        yield from broken(
            connection,
            "P4",
            f"""SELECT p.pool_id, p.{column}, coalesce(s.minor, 0) FROM bnpl_capital_pool p
                  LEFT JOIN ({rows}) s ON s.pool_id = p.pool_id
                 WHERE p.{column} <> coalesce(s.minor, 0) ORDER BY p.pool_id""",
            f"the pool's {column} is {{1}}, its rows sum to {{2}}",
        )
        yield from broken(
            connection,
            "P4",
            f"""SELECT s.pool_id, s.minor FROM ({rows}) s WHERE s.minor > 0 AND NOT EXISTS
                 (SELECT 1 FROM bnpl_capital_pool p WHERE p.pool_id = s.pool_id) ORDER BY s.pool_id""",
            "{1} is lent out of a pool that is not there",
        )
    yield from broken(
        connection,
        "P4",
        """SELECT pool_id, held_minor + outstanding_minor, available_minor FROM bnpl_capital_pool
            WHERE held_minor + outstanding_minor > available_minor ORDER BY pool_id""",
        "{1} is lent or held out of {2}",
    )
    yield from broken(
        connection,
        "P4",
        """SELECT c.limit_id, c.used_minor,
                  coalesce((SELECT sum(h.principal_minor - h.funder_minor) FROM bnpl_hold h
                             WHERE h.state = 'pending' AND h.limit_ids LIKE '%,' || c.limit_id || ',%'), 0)
                  + coalesce((SELECT sum(l.outstanding_minor - l.funder_minor) FROM bnpl_loan l
                               WHERE l.limit_ids LIKE '%,' || c.limit_id || ',%'), 0) AS minor
             FROM bnpl_capital_limit c ORDER BY c.limit_id""",
        "the limit counts {1}, the holds and loans that name it sum to {2}",
        where=lambda row: row[1] != row[2],
    )
    yield from _allotments_hold(connection)


def _allotments_hold(connection: sa.Connection) -> Iterator[Finding]:
    """P4: what holds and loans have taken of a sale's capital is what the sale says, and within what was set aside."""
    yield from broken(
        connection,
        "P4",
        """SELECT s.sale_id, s.used_minor, coalesce(h.minor, 0) FROM bnpl_sale s
             LEFT JOIN (SELECT sale_id, sum(principal_minor - funder_minor) AS minor FROM bnpl_hold
                         WHERE state IN ('pending', 'posted') AND sale_id IS NOT NULL GROUP BY sale_id) h
               ON h.sale_id = s.sale_id
            WHERE s.used_minor <> coalesce(h.minor, 0) ORDER BY s.sale_id""",
        "the sale says that {1} of its capital is used, its holds and loans sum to {2}",
    )
    yield from broken(
        connection,
        "P4",
        """SELECT sale_id, used_minor, ceiling_minor FROM bnpl_sale WHERE used_minor > ceiling_minor
            UNION ALL
           SELECT h.sale_id, 0, 0 FROM bnpl_hold h WHERE h.sale_id IS NOT NULL AND NOT EXISTS
             (SELECT 1 FROM bnpl_sale s WHERE s.sale_id = h.sale_id AND s.pool_id = h.pool_id)""",
        "{1} is used of the {2} that were set aside",
    )


#: Units that count as a shopper's own: held by a pending hold, or sold by a confirmed checkout.
_HELD = "SELECT sale_item_id, shopper_id, units FROM bnpl_hold WHERE state = 'pending' AND sale_item_id IS NOT NULL"
_SOLD = (
    "SELECT sale_item_id, shopper_id, units FROM bnpl_checkout WHERE state = 'confirmed' AND sale_item_id IS NOT NULL"
)


def sale_items_hold(connection: sa.Connection) -> Iterator[Finding]:
    """P5: units sum to what the host handed over; held, sold and each shopper's own are what the rows say."""
    yield from broken(
        connection,
        "P5",
        """SELECT sale_item_id, free_units, held_units, sold_units, returned_units, total_units FROM bnpl_sale_item
            WHERE free_units + held_units + sold_units + returned_units <> total_units
               OR free_units < 0 OR held_units < 0 OR sold_units < 0 OR returned_units < 0 ORDER BY sale_item_id""",
        "{1} free, {2} held, {3} sold and {4} returned are not {5}",
    )
    for column, rows in (("held_units", _HELD), ("sold_units", _SOLD)):
        yield from broken(
            connection,
            "P5",
            f"""SELECT i.sale_item_id, i.{column}, coalesce(s.units, 0) FROM bnpl_sale_item i
                  LEFT JOIN (SELECT sale_item_id, sum(units) AS units FROM ({rows}) r GROUP BY sale_item_id) s
                    ON s.sale_item_id = i.sale_item_id
                 WHERE i.{column} <> coalesce(s.units, 0) ORDER BY i.sale_item_id""",
            f"{column} is {{1}}, its rows sum to {{2}}",
        )
    own = f"SELECT sale_item_id, shopper_id, sum(units) AS units FROM ({_HELD} UNION ALL {_SOLD}) r GROUP BY 1, 2"
    yield from broken(
        connection,
        "P5",
        f"""SELECT c.sale_item_id, c.shopper_id, c.units, coalesce(s.units, 0) FROM bnpl_sale_claim c
              LEFT JOIN ({own}) s ON s.sale_item_id = c.sale_item_id AND s.shopper_id = c.shopper_id
             WHERE c.units <> coalesce(s.units, 0)
             UNION ALL
            SELECT s.sale_item_id, s.shopper_id, 0, s.units FROM ({own}) s WHERE s.units > 0 AND NOT EXISTS
              (SELECT 1 FROM bnpl_sale_claim c
                WHERE c.sale_item_id = s.sale_item_id AND c.shopper_id = s.shopper_id)""",
        "shopper {1} is counted with {2} units and has {3}",
    )
    yield from broken(
        connection,
        "P5",
        """SELECT c.sale_item_id, c.shopper_id, c.units, i.units_per_shopper FROM bnpl_sale_claim c
             JOIN bnpl_sale_item i ON i.sale_item_id = c.sale_item_id WHERE c.units > i.units_per_shopper
            ORDER BY c.sale_item_id, c.shopper_id""",
        "shopper {1} has {2} units of an allowed {3}",
    )


def orders_and_attempts_are_single(connection: sa.Connection) -> Iterator[Finding]:
    """P6: an order reference has at most one loan, and an instalment at most one payment attempt in flight."""
    yield from broken(
        connection,
        "P6",
        """SELECT order_ref, merchant_id, count(*) FROM bnpl_loan GROUP BY merchant_id, order_ref HAVING count(*) > 1
            ORDER BY order_ref""",
        "the order of {1} has {2} loans",
    )
    yield from broken(
        connection,
        "P6",
        """SELECT l.loan_id, l.order_ref FROM bnpl_loan l WHERE NOT EXISTS (SELECT 1 FROM bnpl_order_claim c
             WHERE c.merchant_id = l.merchant_id AND c.order_ref = l.order_ref AND c.checkout_id = l.checkout_id)
            ORDER BY l.loan_id""",
        "the loan has not claimed its order {1}",
    )
    yield from broken(
        connection,
        "P6",
        """SELECT c.order_ref, c.checkout_id FROM bnpl_order_claim c
            WHERE NOT EXISTS (SELECT 1 FROM bnpl_loan l WHERE l.checkout_id = c.checkout_id) ORDER BY c.order_ref""",
        "the order is claimed by checkout {1}, which has no loan",
    )
    for column, kind in (("loan_id", "purpose <> 'refund'"), ("checkout_id", "purpose IN ('first', 'setup')")):
        yield from broken(
            connection,
            "P6",
            f"""SELECT {column}, count(*) FROM bnpl_attempt
                 WHERE {column} IS NOT NULL AND {kind} AND {states(IN_FLIGHT)}
                 GROUP BY {column} HAVING count(*) > 1 ORDER BY {column}""",
            "{1} payment attempts are in flight at once",
        )
    yield from broken(
        connection,
        "P6",
        f"""SELECT i.loan_id, i.number FROM bnpl_instalment i WHERE i.state = 'collecting' AND NOT EXISTS
             (SELECT 1 FROM bnpl_attempt a WHERE a.shopper_id = i.shopper_id AND a.attempt_id = i.attempt_id
                 AND (a.{states(IN_FLIGHT)} OR a.state = 'authorised')) ORDER BY i.loan_id, i.number""",
        "instalment {1} is being collected by no attempt in flight",
    )
