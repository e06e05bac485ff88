"""P2, P9, P10: schedules are what was signed, agreements stand on their proofs, and every state has its event."""
# ruff: noqa: S608 (every piece of this SQL is our own constant)

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from bnpl_plugin.ports.reads import Finding
from bnpl_plugin.storage.schema import purchases, shoppers
from bnpl_plugin.storage.verify.findings import broken

CHUNK = 500


def schedules_sum(connection: sa.Connection) -> Iterator[Finding]:
    """P2: instalments sum to their loan in every part, and are the schedule that was signed."""
    yield from broken(
        connection,
        "P2",
        """SELECT l.loan_id, l.principal_minor, coalesce(sum(i.principal_minor), 0), l.interest_minor,
                  coalesce(sum(i.interest_minor), 0), l.fee_minor, coalesce(sum(i.fee_minor), 0)
             FROM bnpl_loan l LEFT JOIN bnpl_instalment i ON i.shopper_id = l.shopper_id AND i.loan_id = l.loan_id
            GROUP BY l.shopper_id, l.loan_id, l.principal_minor, l.interest_minor, l.fee_minor
           HAVING coalesce(sum(i.principal_minor), 0) <> l.principal_minor
               OR coalesce(sum(i.interest_minor), 0) <> l.interest_minor OR coalesce(sum(i.fee_minor), 0) <> l.fee_minor
            ORDER BY l.loan_id""",
        "principal {1} has instalments of {2}, interest {3} of {4}, fees {5} of {6}",
    )
    for loans in _chunks(connection, _signed_schedules()):
        rows = _instalments(connection, [loan.loan_id for loan in loans])
        for loan in loans:
            signed = _signed(loan.body)
            if signed is not None and signed != rows.get(loan.loan_id, []):
                yield Finding("P2", loan.loan_id, "the instalments are not the schedule that was signed")


def _signed_schedules() -> sa.Select[Any]:
    loan, agreement = purchases.loan.c, shoppers.agreement.c
    together = sa.and_(agreement.shopper_id == loan.shopper_id, agreement.agreement_id == loan.agreement_id)
    joined = purchases.loan.join(shoppers.agreement, together)
    return sa.select(loan.loan_id, agreement.body).select_from(joined).order_by(loan.shopper_id, loan.loan_id)


_Row = tuple[int, str, int, int, int]


def _instalments(connection: sa.Connection, loan_ids: list[str]) -> dict[str, list[_Row]]:
    part = purchases.instalment.c
    wanted = (
        sa.select(part.loan_id, part.number, part.due_on, part.principal_minor, part.interest_minor, part.fee_minor)
        .where(part.loan_id.in_(loan_ids))
        .order_by(part.loan_id, part.number)
    )
    rows: dict[str, list[_Row]] = {}
    for loan_id, number, due_on, *parts in connection.execute(wanted):
        rows.setdefault(loan_id, []).append((number, due_on.isoformat(), *parts))
    return rows


def _signed(body: Mapping[str, Any]) -> list[_Row] | None:
    """Return the rows of the schedule in an agreement's body; None if the body has none (then P9 names it)."""
    schedule = body.get("offer", {}).get("schedule")
    if schedule is None:
        return None
    return [
        (row["number"], row["due_on"], row["principal_minor"], row["interest_minor"], row["fee_minor"])
        for row in schedule["instalments"]
    ]


def agreements_stand(connection: sa.Connection) -> Iterator[Finding]:
    """P9: every loan has an agreement, each with its hash, a disclosure shown before, and a positive decision."""
    yield from broken(
        connection,
        "P9",
        """SELECT l.loan_id, l.agreement_id FROM bnpl_loan l WHERE NOT EXISTS (SELECT 1 FROM bnpl_agreement a
             WHERE a.shopper_id = l.shopper_id AND a.agreement_id = l.agreement_id AND a.checkout_id = l.checkout_id)
            ORDER BY l.loan_id""",
        "the loan has no agreement {1} of its checkout",
    )
    yield from broken(
        connection,
        "P9",
        """SELECT a.agreement_id, a.checkout_id FROM bnpl_agreement a WHERE NOT EXISTS (SELECT 1 FROM bnpl_disclosure d
             WHERE d.shopper_id = a.shopper_id AND d.checkout_id = a.checkout_id AND d.kind = 'precontract'
               AND d.shown_at <= a.signed_at)
            ORDER BY a.agreement_id""",
        "nothing was disclosed in checkout {1} before it was signed",
    )
    yield from broken(
        connection,
        "P9",
        """SELECT a.agreement_id, a.checkout_id FROM bnpl_agreement a WHERE NOT EXISTS
             (SELECT 1 FROM bnpl_decision d WHERE d.shopper_id = a.shopper_id AND d.checkout_id = a.checkout_id
                 AND d.outcome = 'approved' AND d.decided_at <= a.signed_at AND NOT EXISTS
                     (SELECT 1 FROM bnpl_decision n WHERE n.shopper_id = a.shopper_id AND n.checkout_id = a.checkout_id
                         AND n.outcome <> 'approved' AND n.decided_at > d.decided_at AND n.decided_at <= a.signed_at))
            ORDER BY a.agreement_id""",
        "no positive decision stands behind checkout {1}",
    )
    for table, key in ((shoppers.agreement, "agreement_id"), (shoppers.disclosure, "disclosure_id")):
        columns = table.c
        wanted = sa.select(columns[key].label("key"), columns.sha256, columns.body).order_by(
            columns.shopper_id, columns[key]
        )
        for rows in _chunks(connection, wanted):
            for row in rows:
                if _digest(row.body) != row.sha256:
                    yield Finding(
                        "P9", row.key, f"the {table.name.removeprefix('bnpl_')}'s body is not what was hashed"
                    )
                if table is shoppers.agreement and _signed(row.body) is None:
                    yield Finding("P9", row.key, "the agreement has no schedule")


def _digest(body: Any) -> str:
    """SHA-256 of the canonical text: sorted keys, no spaces, UTF-8, as ``lifecycle.disclosure`` hashes it."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _chunks(connection: sa.Connection, statement: sa.Select[Any]) -> Iterator[list[Any]]:
    """Yield a statement's rows in chunks, so that a large book never has to fit into memory."""
    result = connection.execution_options(yield_per=CHUNK).execute(statement)
    yield from (list(rows) for rows in result.partitions(CHUNK))


#: The state that each event leaves its checkout and its loan in; other events change neither.
CHECKOUT_STATES: Mapping[str, str] = {
    "checkout.opened": "opened",
    "credit.approved": "approved",
    "credit.referred": "referred",
    "credit.declined": "declined",
    "checkout.held": "held",
    "hold.released": "approved",
    "hold.expired": "approved",
    "checkout.signed": "signed",
    "payment.authorised": "authorised",
    "checkout.confirmed": "confirmed",
    "checkout.cancelled": "cancelled",
    "checkout.expired": "expired",
    "checkout.refused": "refused",
    "loan.reversed": "reversed",
}
LOAN_STATES: Mapping[str, str] = {
    "loan.booked": "active",
    "loan.settled": "settled",
    "loan.defaulted": "defaulted",
    "loan.charged_off": "charged_off",
    "loan.reversed": "cancelled",
}

LINE_STATES: Mapping[str, str] = {
    "credit_line.frozen": "frozen",
    "credit_line.unfrozen": "open",
    "credit_line.closed": "closed",
    "credit_line.reopened": "open",
}

SALE_STATES: Mapping[str, str] = {
    "sale.created": "open",
    "sale.paused": "paused",
    "sale.resumed": "open",
    "sale.ended": "ended",
    "sale.closed": "closed",
}


def _stated(states: Mapping[str, str]) -> str:
    """Return the SQL of each stream's state as its last event of a kind that sets one says."""
    kinds = ", ".join(f"'{kind}'" for kind in states)
    cases = " ".join(f"WHEN '{kind}' THEN '{state}'" for kind, state in states.items())
    return f"""(SELECT e.stream, CASE e.kind {cases} END AS state FROM bnpl_event e
                  JOIN (SELECT stream, max(seq) AS seq FROM bnpl_event WHERE kind IN ({kinds}) GROUP BY stream) t
                    ON t.stream = e.stream AND t.seq = e.seq)"""


def events_tell_states(connection: sa.Connection) -> Iterator[Finding]:
    """P10: streams are gapless and tell the states of what they are of; an event owed to a merchant has its job."""
    yield from broken(
        connection,
        "P10",
        """SELECT stream, count(*), min(seq), max(seq) FROM bnpl_event GROUP BY stream
           HAVING min(seq) <> 1 OR max(seq) <> count(*) ORDER BY stream""",
        "{1} events are numbered {2} to {3}",
    )
    for table, key, states in (("checkout", "checkout_id", CHECKOUT_STATES), ("loan", "loan_id", LOAN_STATES)):
        yield from broken(
            connection,
            "P10",
            f"""SELECT r.{key}, r.state, coalesce(s.state, 'nothing') FROM bnpl_{table} r
                  LEFT JOIN {_stated(states)} s ON s.stream = r.checkout_id
                 WHERE s.state IS NULL OR s.state <> r.state ORDER BY r.{key}""",
            f"the {table} is {{1}}, its events say {{2}}",
        )
    yield from broken(
        connection,
        "P10",
        f"""SELECT r.shopper_id, r.state, coalesce(s.state, 'open') FROM bnpl_credit_line r
              LEFT JOIN {_stated(LINE_STATES)} s ON s.stream = 'line_' || r.shopper_id || '_' || r.currency
             WHERE coalesce(s.state, 'open') <> r.state ORDER BY r.shopper_id""",
        "the credit line is {1}, its events say {2}",
    )
    yield from broken(
        connection,
        "P10",
        f"""SELECT r.sale_id, r.state, coalesce(s.state, 'nothing') FROM bnpl_sale r
              LEFT JOIN {_stated(SALE_STATES)} s ON s.stream = r.sale_id
             WHERE s.state IS NULL OR s.state <> r.state ORDER BY r.sale_id""",
        "the sale is {1}, its events say {2}",
    )
    yield from broken(
        connection,
        "P10",
        """SELECT e.event_id, e.job_id FROM bnpl_event e WHERE e.job_id IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM bnpl_job j WHERE j.job_id = e.job_id AND j.kind = 'deliver')
            ORDER BY e.event_id""",
        "the event is owed to its merchant, and job {1} is not there",
    )
