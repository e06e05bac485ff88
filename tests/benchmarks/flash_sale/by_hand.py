"""The reference of a winner: the same commit by hand, one plpgsql call that writes the same rows under the same guards.

No gate is asked, nothing is read back, no JSON lies in between; every value is an argument of a prepared statement.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import psycopg

from tests.benchmarks.flash_sale.loading import Told

TAKE = """
CREATE OR REPLACE FUNCTION by_hand_claim(
  wanted text, new_event text, moment timestamptz, until timestamptz, ceiling timestamptz
) RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
  c bnpl_checkout;
  h bnpl_hold;
BEGIN
  UPDATE bnpl_checkout SET state = 'held', changed_at = moment
   WHERE checkout_id = wanted AND state = 'approved' AND expires_at > moment RETURNING * INTO c;
  IF NOT FOUND THEN RAISE EXCEPTION 'not approved'; END IF;
  UPDATE bnpl_hold SET state = 'pending', created_at = moment, expires_at = until, ceiling_at = ceiling
   WHERE shopper_id = c.shopper_id AND hold_id = c.hold_id AND state = 'reserved' RETURNING * INTO h;
  IF NOT FOUND THEN RAISE EXCEPTION 'not reserved'; END IF;
  INSERT INTO bnpl_event (stream, seq, event_id, kind, shopper_id, merchant_id, payload, at, job_id)
  SELECT wanted, coalesce(max(seq), 0) + 1, new_event, 'checkout.held', c.shopper_id, c.merchant_id,
         jsonb_build_object('checkout_id', wanted, 'order_ref', c.order_ref, 'hold_id', h.hold_id,
                            'principal_minor', h.principal_minor), moment, NULL
    FROM bnpl_event WHERE stream = wanted;
  INSERT INTO bnpl_sale_claim (sale_item_id, shopper_id, units) VALUES (c.sale_item_id, c.shopper_id, c.units);
  UPDATE bnpl_sale_item SET free_units = free_units - c.units, held_units = held_units + c.units
   WHERE sale_item_id = c.sale_item_id AND free_units >= c.units AND units_per_shopper >= c.units;
  IF NOT FOUND THEN RAISE EXCEPTION 'sold out'; END IF;
  UPDATE bnpl_sale SET used_minor = used_minor + h.principal_minor
   WHERE sale_id = h.sale_id AND used_minor + h.principal_minor <= ceiling_minor;
  IF NOT FOUND THEN RAISE EXCEPTION 'beyond the allotment'; END IF;
END
$body$"""
_CALL = "SELECT by_hand_claim(%s, %s, %s, %s, %s)"


def take_all(url: str, checkout_ids: Sequence[str], *, connections: int) -> Told:
    """Take holds by hand from some connections at once."""
    told, lock, began = Told(), threading.Lock(), 0.0
    barrier = threading.Barrier(connections + 1)
    told.waits["held"] = []

    def client(share: Sequence[str]) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            barrier.wait()
            for checkout_id in share:
                asked, now = time.perf_counter(), datetime.now(UTC)
                values = (checkout_id, "evt" + checkout_id[3:], now, now + timedelta(minutes=15))
                connection.execute(_CALL, (*values, now + timedelta(hours=1)), prepare=True)
                with lock:
                    told.waits["held"].append(time.perf_counter() - asked)

    shares = [checkout_ids[place::connections] for place in range(connections)]
    threads = [threading.Thread(target=client, args=(share,)) for share in shares]
    for thread in threads:
        thread.start()
    barrier.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    told.span = time.perf_counter() - began
    told.states["held"] = len(told.waits["held"])
    assert told.states["held"] == len(checkout_ids)
    return told
