"""The reference of a booking: the same two commits by hand, each one plpgsql call that writes the same rows.

Same tables, same guards, same triggers, no JSON in between, every value handed over as a typed argument, the statement
prepared. A test compares its rows with the lifecycle's, column by column.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

TAKE = """
CREATE OR REPLACE FUNCTION by_hand_take(
  wanted text, new_hold text, new_event text, pool text, principal bigint,
  moment timestamptz, until timestamptz, ceiling timestamptz
) RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
  c bnpl_checkout;
BEGIN
  UPDATE bnpl_checkout SET state = 'held', hold_id = new_hold, changed_at = moment
   WHERE checkout_id = wanted AND state = 'approved' AND expires_at > moment RETURNING * INTO c;
  IF NOT FOUND THEN RAISE EXCEPTION 'not approved'; END IF;
  INSERT INTO bnpl_hold (shopper_id, hold_id, checkout_id, state, currency, principal_minor, pool_id, sale_item_id,
                         units, funder_minor, subsidy_minor, limit_ids, created_at, expires_at, ceiling_at,
                         down_payment_minor)
  VALUES (c.shopper_id, new_hold, wanted, 'pending', c.currency, principal, pool, NULL, 0, 0, 0, '', moment, until,
          ceiling, 0);
  INSERT INTO bnpl_event (stream, seq, event_id, kind, shopper_id, merchant_id, payload, at, job_id)
  SELECT wanted, coalesce(max(seq), 0) + 1, new_event, 'checkout.held', c.shopper_id, c.merchant_id,
         jsonb_build_object('checkout_id', wanted, 'order_ref', c.order_ref, 'hold_id', new_hold,
                            'principal_minor', principal), moment, NULL
    FROM bnpl_event WHERE stream = wanted;
  UPDATE bnpl_credit_line SET held_minor = held_minor + principal, changed_at = moment
   WHERE shopper_id = c.shopper_id AND currency = c.currency AND state = 'open'
     AND held_minor + drawn_minor + principal <= limit_minor;
  IF NOT FOUND THEN RAISE EXCEPTION 'beyond the line'; END IF;
  UPDATE bnpl_capital_pool SET held_minor = held_minor + principal, changed_at = moment
   WHERE pool_id = pool AND held_minor + outstanding_minor + principal <= available_minor;
  IF NOT FOUND THEN RAISE EXCEPTION 'beyond the capital'; END IF;
END
$body$"""

CONFIRM = """
CREATE OR REPLACE FUNCTION by_hand_confirm(
  wanted text, new_entry text, new_events text[], new_jobs text[], plan text, drawn date,
  days date[], dues timestamptz[], parts bigint[], reminds timestamptz[], moment timestamptz
) RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
  c bnpl_checkout;
  h bnpl_hold;
  new_loan text := replace(wanted, 'chk_', 'loan_');
  principal bigint;
  top integer;
BEGIN
  UPDATE bnpl_checkout SET state = 'confirmed', loan_id = new_loan, changed_at = moment
   WHERE checkout_id = wanted AND state = 'authorised' RETURNING * INTO c;
  IF NOT FOUND THEN RAISE EXCEPTION 'not authorised'; END IF;
  UPDATE bnpl_hold SET state = 'posted'
   WHERE shopper_id = c.shopper_id AND hold_id = c.hold_id AND state = 'pending' RETURNING * INTO h;
  IF NOT FOUND THEN RAISE EXCEPTION 'not held'; END IF;
  principal := h.principal_minor;
  UPDATE bnpl_attempt SET loan_id = new_loan, check_at = NULL, changed_at = moment
   WHERE shopper_id = c.shopper_id AND attempt_id = c.attempt_id AND state = 'authorised';
  IF NOT FOUND THEN RAISE EXCEPTION 'not paid'; END IF;
  INSERT INTO bnpl_loan (shopper_id, loan_id, checkout_id, agreement_id, merchant_id, order_ref, pool_id, state,
                         plan_code, country, time_zone, currency, principal_minor, interest_minor, fee_minor, mdr_minor,
                         outstanding_minor, funder_minor, subsidy_minor, limit_ids, payment_method_id, drawdown_on,
                         opened_at, changed_at, down_payment_minor)
  VALUES (c.shopper_id, new_loan, wanted, c.agreement_id, c.merchant_id, c.order_ref, h.pool_id, 'active', plan,
          c.country, c.time_zone, c.currency, principal, 0, 0, 0, principal, 0, 0, '',
          'pm_' || c.attempt_id, drawn, moment, moment, 0);
  INSERT INTO bnpl_instalment (shopper_id, loan_id, number, state, due_on, due_at, principal_minor, interest_minor,
                               fee_minor, waived_minor, tries, try_at, remind_at, attempt_id, changed_at)
  SELECT c.shopper_id, new_loan, p.number, CASE WHEN p.number = 1 THEN 'collecting' ELSE 'scheduled' END, p.due_on,
         p.due_at, p.part, 0, 0, 0, CASE WHEN p.number = 1 THEN 1 ELSE 0 END, p.due_at,
         p.remind, CASE WHEN p.number = 1 THEN c.attempt_id END, moment
    FROM unnest(days, dues, parts, reminds) WITH ORDINALITY AS p (due_on, due_at, part, remind, number);
  INSERT INTO bnpl_order_claim (merchant_id, order_ref, checkout_id) VALUES (c.merchant_id, c.order_ref, wanted);
  INSERT INTO bnpl_job (job_id, kind, stream, payload, state, run_at, lease_until, tries, last_error, created_at)
  VALUES
    (new_jobs[1], 'notify', wanted, jsonb_build_object('kind', 'order_placed', 'loan_id', new_loan),
     'ready', moment, NULL, 0, NULL, moment),
    (new_jobs[2], 'capture', wanted, jsonb_build_object('attempt_id', c.attempt_id),
     'ready', moment, NULL, 0, NULL, moment),
    (new_jobs[3], 'host_confirm', wanted, jsonb_build_object('checkout_id', wanted),
     'ready', moment, NULL, 0, NULL, moment);
  INSERT INTO bnpl_journal_entry (shopper_id, entry_id, kind, value_date, booked_at, loan_id, provider_claim, reverses,
                                  details, lines)
  VALUES (c.shopper_id, new_entry, 'drawdown', drawn, moment, new_loan, NULL, NULL, '{}', 2);
  INSERT INTO bnpl_posting (shopper_id, entry_id, line, account, owner, amount_minor, currency)
  VALUES (c.shopper_id, new_entry, 1, 'loan_principal', new_loan, principal, c.currency),
         (c.shopper_id, new_entry, 2, 'merchant_payable', c.merchant_id, -principal, c.currency);
  SELECT coalesce(max(seq), 0) INTO top FROM bnpl_event WHERE stream = wanted;
  INSERT INTO bnpl_event (stream, seq, event_id, kind, shopper_id, merchant_id, payload, at, job_id)
  VALUES
    (wanted, top + 1, new_events[1], 'loan.booked', c.shopper_id, c.merchant_id,
     jsonb_build_object('checkout_id', wanted, 'order_ref', c.order_ref, 'loan_id', new_loan,
                        'principal_minor', principal, 'currency', c.currency, 'plan_code', plan), moment, NULL),
    (wanted, top + 2, new_events[2], 'checkout.confirmed', c.shopper_id, c.merchant_id,
     jsonb_build_object('checkout_id', wanted, 'order_ref', c.order_ref, 'loan_id', new_loan,
                        'total_minor', c.total_minor, 'currency', c.currency, 'plan_code', plan), moment, NULL);
  UPDATE bnpl_credit_line SET held_minor = held_minor - principal, drawn_minor = drawn_minor + principal,
         changed_at = moment
   WHERE shopper_id = c.shopper_id AND currency = c.currency;
  UPDATE bnpl_capital_pool SET held_minor = held_minor - principal, outstanding_minor = outstanding_minor + principal,
         changed_at = moment
   WHERE pool_id = h.pool_id;
END
$body$"""

_CALL_TAKE = "SELECT by_hand_take(%s, %s, %s, %s, %s, %s, %s, %s)"
_CALL_CONFIRM = "SELECT by_hand_confirm(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
_ZONE = ZoneInfo("Europe/Paris")
_DAYS = (date(2026, 11, 24), date(2026, 12, 24), date(2027, 1, 24))


def install(connection: psycopg.Connection[Any]) -> None:
    """Create the two functions."""
    connection.execute(TAKE)
    connection.execute(CONFIRM)


def _due(day: date) -> datetime:
    return datetime.combine(day, time(), _ZONE).astimezone(UTC)


@dataclass(slots=True)
class ByHand:
    """A client that books by hand on one connection; all that does not change is computed beforehand.

    ``name`` keeps the ids of several clients apart.
    """

    connection: psycopg.Connection[Any]
    name: str
    principal_minor: int
    moment: datetime
    _count: itertools.count[int] = field(default_factory=itertools.count)

    def take(self, checkout_id: str) -> None:
        """Reserve credit and capital: one call, one commit."""
        number = next(self._count)
        moment = self.moment
        self.connection.execute(
            _CALL_TAKE,
            (
                checkout_id, f"hld_{self.name}_{number:020d}", f"evt_{self.name}_{number:019d}t", "pool_eur",
                self.principal_minor, moment, moment + timedelta(minutes=15), moment + timedelta(minutes=60),
            ),
            prepare=True,
        )  # fmt: skip

    def confirm(self, checkout_id: str) -> None:
        """Book the loan: one call, one commit."""
        number = next(self._count)
        name = f"{self.name}_{number:019d}"
        third = -(-self.principal_minor // 3)
        dues = [_due(day) for day in _DAYS]
        reminds = [None, *(due - timedelta(days=3) for due in dues[1:])]
        self.connection.execute(
            _CALL_CONFIRM,
            (
                checkout_id, f"ent_{name}", [f"evt_{name}b", f"evt_{name}c"], [f"job_{name}n", f"job_{name}c",
                f"job_{name}h"], "pay_in_3", _DAYS[0], list(_DAYS), dues,
                [third, third, self.principal_minor - 2 * third], reminds, self.moment,
            ),
            prepare=True,
        )  # fmt: skip
