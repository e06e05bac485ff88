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
--;;
CREATE OR REPLACE FUNCTION bnpl_append_only() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'BN003', MESSAGE = 'bnpl_append_only: ' || TG_TABLE_NAME || ' refuses ' || TG_OP;
END
$body$
--;;
CREATE TRIGGER bnpl_ledger_guard AFTER INSERT ON bnpl_posting REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION bnpl_ledger_guard()
--;;
CREATE TRIGGER bnpl_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bnpl_journal_entry FOR EACH STATEMENT EXECUTE FUNCTION bnpl_append_only()
--;;
CREATE TRIGGER bnpl_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bnpl_posting FOR EACH STATEMENT EXECUTE FUNCTION bnpl_append_only()
--;;
CREATE TRIGGER bnpl_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bnpl_event FOR EACH STATEMENT EXECUTE FUNCTION bnpl_append_only()
--;;
CREATE OR REPLACE FUNCTION bnpl_write(doc jsonb) RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
  m jsonb;
  part jsonb;
  moment timestamptz := (doc->>'at')::timestamptz;
  given integer;
  held bigint;
  drawn bigint;
  room bigint;
BEGIN
  IF doc ? 'm_merchant' THEN
    part := doc->'m_merchant';
    FOR place IN 0 .. jsonb_array_length(part) - 1 LOOP
      m := part->place;
      UPDATE bnpl_merchant AS t SET (name, mdr_bps, webhook_url, webhook_secret, created_at) =
        (SELECT r.name, r.mdr_bps, r.webhook_url, r.webhook_secret, r.created_at FROM jsonb_populate_record(t, m->'set') AS r)
       WHERE t.merchant_id = (m->'key'->>'merchant_id') AND (NOT m ? 'expect' OR t IS NOT DISTINCT FROM jsonb_populate_record(t, m->'expect'));
      IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'BN001', MESSAGE = 'bnpl_refusal:state', DETAIL = 'merchant ' || (m->'key')::text;
      END IF;
    END LOOP;
  END IF;
  IF doc ? 'm_api_key' THEN
    part := doc->'m_api_key';
    FOR place IN 0 .. jsonb_array_length(part) - 1 LOOP
      m := part->place;
      UPDATE bnpl_api_key AS t SET (merchant_id, label, created_at, revoked_at) =
        (SELECT r.merchant_id, r.label, r.created_at, r.revoked_at FROM jsonb_populate_record(t, m->'set') AS r)
       WHERE t.key_hash = (m->'key'->>'key_hash') AND (NOT m ? 'expect' OR t IS NOT DISTINCT FROM jsonb_populate_record(t, m->'expect'));
      IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'BN001', MESSAGE = 'bnpl_refusal:state', DETAIL = 'api_key ' || (m->'key')::text;
      END IF;
    END LOOP;
  END IF;
  IF doc ? 'm_checkout' THEN
    part := doc->'m_checkout';
    FOR place IN 0 .. jsonb_array_length(part) - 1 LOOP
      m := part->place;
      UPDATE bnpl_checkout AS t SET (merchant_id, order_ref, channel, state, country, time_zone, locale, currency, total_minor, cart, cart_fingerprint, sale_item_id, units, return_url, cancel_url, shopper_id, offer, decision_id, hold_id, agreement_id, attempt_id, loan_id, reason, opened_at, expires_at, changed_at, device) =
        (SELECT r.merchant_id, r.order_ref, r.channel, r.state, r.country, r.time_zone, r.locale, r.currency, r.total_minor, r.cart, r.cart_fingerprint, r.sale_item_id, r.units, r.return_url, r.cancel_url, r.shopper_id, r.offer, r.decision_id, r.hold_id, r.agreement_id, r.attempt_id, r.loan_id, r.reason, r.opened_at, r.expires_at, r.changed_at, r.device FROM jsonb_populate_record(t, m->'set') AS r)
       WHERE t.checkout_id = (m->'key'->>'checkout_id') AND (NOT m ? 'sources' OR (m->'sources') ? t.state) AND (NOT m ? 'expect' OR t IS NOT DISTINCT FROM jsonb_populate_record(t, m->'expect'));
      IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'BN001', MESSAGE = 'bnpl_refusal:state', DETAIL = 'checkout ' || (m->'key')::text;
      END IF;
    END LOOP;
  END IF;
  IF doc ? 'm_hold' THEN
    part := doc->'m_hold';
    FOR place IN 0 .. jsonb_array_length(part) - 1 LOOP
      m := part->place;
      UPDATE bnpl_hold AS t SET (checkout_id, state, currency, principal_minor, pool_id, sale_item_id, units, funder_id, funder_minor, subsidy_id, subsidy_minor, limit_ids, created_at, expires_at, ceiling_at, down_payment_minor, sale_id) =
        (SELECT r.checkout_id, r.state, r.currency, r.principal_minor, r.pool_id, r.sale_item_id, r.units, r.funder_id, r.funder_minor, r.subsidy_id, r.subsidy_minor, r.limit_ids, r.created_at, r.expires_at, r.ceiling_at, r.down_payment_minor, r.sale_id FROM jsonb_populate_record(t, m->'set') AS r)
       WHERE t.shopper_id = (m->'key'->>'shopper_id') AND t.hold_id = (m->'key'->>'hold_id') AND (NOT m ? 'sources' OR (m->'sources') ? t.state) AND (NOT m ? 'expect' OR t IS NOT DISTINCT FROM jsonb_populate_record(t, m->'expect'));
      IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'BN001', MESSAGE = 'bnpl_refusal:state', DETAIL = 'hold ' || (m->'key')::text;
      END IF;
    END LOOP;
  END IF;
  IF doc ? 'm_attempt' THEN
    part := doc->'m_attempt';
    FOR place IN 0 .. jsonb_array_length(part) - 1 LOOP
      m := part->place;
      UPDATE bnpl_attempt AS t SET (checkout_id, loan_id, parent_id, purpose, provider, state, currency, amount_minor, idempotency_key, provider_ref, customer_ref, method_ref, decline_code, next_action, details, tries, created_at, check_at, changed_at) =
        (SELECT r.checkout_id, r.loan_id, r.parent_id, r.purpose, r.provider, r.state, r.currency, r.amount_minor, r.idempotency_key, r.provider_ref, r.customer_ref, r.method_ref, r.decline_code, r.next_action, r.details, r.tries, r.created_at, r.check_at, r.changed_at FROM jsonb_populate_record(t, m->'set') AS r)
       WHERE t.shopper_id = (m->'key'->>'shopper_id') AND t.attempt_id = (m->'key'->>'attempt_id') AND (NOT m ? 'sources' OR (m->'sources') ? t.state) AND (NOT m ? 'expect' OR t IS NOT DISTINCT FROM jsonb_populate_record(t, m->'expect'));
      IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'BN001', MESSAGE = 'bnpl_refusal:state', DETAIL = 'attempt ' || (m->'key')::text;
      END IF;
    END LOOP;
  END IF;
  IF doc ? 'm_loan' THEN
    part := doc->'m_loan';
    FOR place IN 0 .. jsonb_array_length(part) - 1 LOOP
      m := part->place;
      UPDATE bnpl_loan AS t SET (checkout_id, agreement_id, merchant_id, order_ref, pool_id, state, plan_code, country, time_zone, currency, principal_minor, interest_minor, fee_minor, mdr_minor, outstanding_minor, funder_id, funder_minor, subsidy_id, subsidy_minor, limit_ids, payment_method_id, drawdown_on, opened_at, changed_at, down_payment_minor) =
        (SELECT r.checkout_id, r.agreement_id, r.merchant_id, r.order_ref, r.pool_id, r.state, r.plan_code, r.country, r.time_zone, r.currency, r.principal_minor, r.interest_minor, r.fee_minor, r.mdr_minor, r.outstanding_minor, r.funder_id, r.funder_minor, r.subsidy_id, r.subsidy_minor, r.limit_ids, r.payment_method_id, r.drawdown_on, r.opened_at, r.changed_at, r.down_payment_minor FROM jsonb_populate_record(t, m->'set') AS r)
       WHERE t.shopper_id = (m->'key'->>'shopper_id') AND t.loan_id = (m->'key'->>'loan_id') AND (NOT m ? 'sources' OR (m->'sources') ? t.state) AND (NOT m ? 'expect' OR t IS NOT DISTINCT FROM jsonb_populate_record(t, m->'expect'));
      IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'BN001', MESSAGE = 'bnpl_refusal:state', DETAIL = 'loan ' || (m->'key')::text;
      END IF;
    END LOOP;
  END IF;
  IF doc ? 'm_instalment' THEN
    part := doc->'m_instalment';
    FOR place IN 0 .. jsonb_array_length(part) - 1 LOOP
      m := part->place;
      UPDATE bnpl_instalment AS t SET (state, due_on, due_at, principal_minor, interest_minor, fee_minor, waived_minor, tries, try_at, remind_at, attempt_id, changed_at) =
        (SELECT r.state, r.due_on, r.due_at, r.principal_minor, r.interest_minor, r.fee_minor, r.waived_minor, r.tries, r.try_at, r.remind_at, r.attempt_id, r.changed_at FROM jsonb_populate_record(t, m->'set') AS r)
       WHERE t.shopper_id = (m->'key'->>'shopper_id') AND t.loan_id = (m->'key'->>'loan_id') AND t.number = (m->'key'->>'number')::INTEGER AND (NOT m ? 'sources' OR (m->'sources') ? t.state) AND (NOT m ? 'expect' OR t IS NOT DISTINCT FROM jsonb_populate_record(t, m->'expect'));
      IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'BN001', MESSAGE = 'bnpl_refusal:state', DETAIL = 'instalment ' || (m->'key')::text;
      END IF;
    END LOOP;
  END IF;
  IF doc ? 'm_person' THEN
    part := doc->'m_person';
    FOR place IN 0 .. jsonb_array_length(part) - 1 LOOP
      m := part->place;
      UPDATE bnpl_person AS t SET (phone_hash, sealed, created_at) =
        (SELECT r.phone_hash, r.sealed, r.created_at FROM jsonb_populate_record(t, m->'set') AS r)
       WHERE t.shopper_id = (m->'key'->>'shopper_id') AND (NOT m ? 'expect' OR t IS NOT DISTINCT FROM jsonb_populate_record(t, m->'expect'));
      IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'BN001', MESSAGE = 'bnpl_refusal:state', DETAIL = 'person ' || (m->'key')::text;
      END IF;
    END LOOP;
  END IF;
  IF doc ? 'm_phone_code' THEN
    part := doc->'m_phone_code';
    FOR place IN 0 .. jsonb_array_length(part) - 1 LOOP
      m := part->place;
      UPDATE bnpl_phone_code AS t SET (purpose_ref, phone_hash, sealed_phone, code_hash, tries, created_at, expires_at, used_at) =
        (SELECT r.purpose_ref, r.phone_hash, r.sealed_phone, r.code_hash, r.tries, r.created_at, r.expires_at, r.used_at FROM jsonb_populate_record(t, m->'set') AS r)
       WHERE t.phone_code_id = (m->'key'->>'phone_code_id') AND (NOT m ? 'expect' OR t IS NOT DISTINCT FROM jsonb_populate_record(t, m->'expect'));
      IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'BN001', MESSAGE = 'bnpl_refusal:state', DETAIL = 'phone_code ' || (m->'key')::text;
      END IF;
    END LOOP;
  END IF;
  IF doc ? 'm_policy_version' THEN
    part := doc->'m_policy_version';
    FOR place IN 0 .. jsonb_array_length(part) - 1 LOOP
      m := part->place;
      UPDATE bnpl_policy_version AS t SET (state, share_bps, sha256, body, created_at, changed_at) =
        (SELECT r.state, r.share_bps, r.sha256, r.body, r.created_at, r.changed_at FROM jsonb_populate_record(t, m->'set') AS r)
       WHERE t.version = (m->'key'->>'version') AND (NOT m ? 'sources' OR (m->'sources') ? t.state) AND (NOT m ? 'expect' OR t IS NOT DISTINCT FROM jsonb_populate_record(t, m->'expect'));
      IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'BN001', MESSAGE = 'bnpl_refusal:state', DETAIL = 'policy_version ' || (m->'key')::text;
      END IF;
    END LOOP;
  END IF;
  IF doc ? 'm_enquiry' THEN
    part := doc->'m_enquiry';
    FOR place IN 0 .. jsonb_array_length(part) - 1 LOOP
      m := part->place;
      UPDATE bnpl_enquiry AS t SET (source, kind, state, purpose_ref, report, fault, asked_at, answered_at) =
        (SELECT r.source, r.kind, r.state, r.purpose_ref, r.report, r.fault, r.asked_at, r.answered_at FROM jsonb_populate_record(t, m->'set') AS r)
       WHERE t.shopper_id = (m->'key'->>'shopper_id') AND t.enquiry_id = (m->'key'->>'enquiry_id') AND (NOT m ? 'sources' OR (m->'sources') ? t.state) AND (NOT m ? 'expect' OR t IS NOT DISTINCT FROM jsonb_populate_record(t, m->'expect'));
      IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'BN001', MESSAGE = 'bnpl_refusal:state', DETAIL = 'enquiry ' || (m->'key')::text;
      END IF;
    END LOOP;
  END IF;
  IF doc ? 'm_review' THEN
    part := doc->'m_review';
    FOR place IN 0 .. jsonb_array_length(part) - 1 LOOP
      m := part->place;
      UPDATE bnpl_review AS t SET (decision_id, checkout_id, kind, state, outcome, new_decision_id, sealed_statement, operator, note, proposal, opened_at, due_at, overdue_at, closed_at) =
        (SELECT r.decision_id, r.checkout_id, r.kind, r.state, r.outcome, r.new_decision_id, r.sealed_statement, r.operator, r.note, r.proposal, r.opened_at, r.due_at, r.overdue_at, r.closed_at FROM jsonb_populate_record(t, m->'set') AS r)
       WHERE t.shopper_id = (m->'key'->>'shopper_id') AND t.review_id = (m->'key'->>'review_id') AND (NOT m ? 'sources' OR (m->'sources') ? t.state) AND (NOT m ? 'expect' OR t IS NOT DISTINCT FROM jsonb_populate_record(t, m->'expect'));
      IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'BN001', MESSAGE = 'bnpl_refusal:state', DETAIL = 'review ' || (m->'key')::text;
      END IF;
    END LOOP;
  END IF;
  IF doc ? 'm_pass' THEN
    part := doc->'m_pass';
    FOR place IN 0 .. jsonb_array_length(part) - 1 LOOP
      m := part->place;
      UPDATE bnpl_pass AS t SET (decision_id, country, currency, rating, limit_minor, state, details, issued_at, expires_at, changed_at) =
        (SELECT r.decision_id, r.country, r.currency, r.rating, r.limit_minor, r.state, r.details, r.issued_at, r.expires_at, r.changed_at FROM jsonb_populate_record(t, m->'set') AS r)
       WHERE t.shopper_id = (m->'key'->>'shopper_id') AND t.pass_id = (m->'key'->>'pass_id') AND (NOT m ? 'sources' OR (m->'sources') ? t.state) AND (NOT m ? 'expect' OR t IS NOT DISTINCT FROM jsonb_populate_record(t, m->'expect'));
      IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'BN001', MESSAGE = 'bnpl_refusal:state', DETAIL = 'pass ' || (m->'key')::text;
      END IF;
    END LOOP;
  END IF;
  IF doc ? 'm_prequalification' THEN
    part := doc->'m_prequalification';
    FOR place IN 0 .. jsonb_array_length(part) - 1 LOOP
      m := part->place;
      UPDATE bnpl_prequalification AS t SET (merchant_id, country, currency, asked_minor, phone_hash, locale, return_url, state, shopper_id, decision_id, up_to_minor, opened_at, expires_at, changed_at) =
        (SELECT r.merchant_id, r.country, r.currency, r.asked_minor, r.phone_hash, r.locale, r.return_url, r.state, r.shopper_id, r.decision_id, r.up_to_minor, r.opened_at, r.expires_at, r.changed_at FROM jsonb_populate_record(t, m->'set') AS r)
       WHERE t.prequalification_id = (m->'key'->>'prequalification_id') AND (NOT m ? 'sources' OR (m->'sources') ? t.state) AND (NOT m ? 'expect' OR t IS NOT DISTINCT FROM jsonb_populate_record(t, m->'expect'));
      IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'BN001', MESSAGE = 'bnpl_refusal:state', DETAIL = 'prequalification ' || (m->'key')::text;
      END IF;
    END LOOP;
  END IF;
  IF doc ? 'm_limit_change' THEN
    part := doc->'m_limit_change';
    FOR place IN 0 .. jsonb_array_length(part) - 1 LOOP
      m := part->place;
      UPDATE bnpl_limit_change AS t SET (currency, kind, state, from_minor, to_minor, reason, decision_id, told_at, effective_at, expires_at, changed_at) =
        (SELECT r.currency, r.kind, r.state, r.from_minor, r.to_minor, r.reason, r.decision_id, r.told_at, r.effective_at, r.expires_at, r.changed_at FROM jsonb_populate_record(t, m->'set') AS r)
       WHERE t.shopper_id = (m->'key'->>'shopper_id') AND t.limit_change_id = (m->'key'->>'limit_change_id') AND (NOT m ? 'sources' OR (m->'sources') ? t.state) AND (NOT m ? 'expect' OR t IS NOT DISTINCT FROM jsonb_populate_record(t, m->'expect'));
      IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'BN001', MESSAGE = 'bnpl_refusal:state', DETAIL = 'limit_change ' || (m->'key')::text;
      END IF;
    END LOOP;
  END IF;
  IF doc ? 'm_idempotency' THEN
    part := doc->'m_idempotency';
    FOR place IN 0 .. jsonb_array_length(part) - 1 LOOP
      m := part->place;
      UPDATE bnpl_idempotency AS t SET (request_hash, state, resource_id, status, body, lease_until, created_at) =
        (SELECT r.request_hash, r.state, r.resource_id, r.status, r.body, r.lease_until, r.created_at FROM jsonb_populate_record(t, m->'set') AS r)
       WHERE t.owner = (m->'key'->>'owner') AND t.idempotency_key = (m->'key'->>'idempotency_key') AND (NOT m ? 'sources' OR (m->'sources') ? t.state) AND (NOT m ? 'expect' OR t IS NOT DISTINCT FROM jsonb_populate_record(t, m->'expect'));
      IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'BN001', MESSAGE = 'bnpl_refusal:state', DETAIL = 'idempotency ' || (m->'key')::text;
      END IF;
    END LOOP;
  END IF;
  IF doc ? 'm_job' THEN
    part := doc->'m_job';
    FOR place IN 0 .. jsonb_array_length(part) - 1 LOOP
      m := part->place;
      UPDATE bnpl_job AS t SET (kind, stream, payload, state, run_at, lease_until, tries, last_error, created_at) =
        (SELECT r.kind, r.stream, r.payload, r.state, r.run_at, r.lease_until, r.tries, r.last_error, r.created_at FROM jsonb_populate_record(t, m->'set') AS r)
       WHERE t.job_id = (m->'key'->>'job_id') AND (NOT m ? 'sources' OR (m->'sources') ? t.state) AND (NOT m ? 'expect' OR t IS NOT DISTINCT FROM jsonb_populate_record(t, m->'expect'));
      IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'BN001', MESSAGE = 'bnpl_refusal:state', DETAIL = 'job ' || (m->'key')::text;
      END IF;
    END LOOP;
  END IF;
  IF doc ? 'm_sale_change' THEN
    part := doc->'m_sale_change';
    FOR place IN 0 .. jsonb_array_length(part) - 1 LOOP
      m := part->place;
      UPDATE bnpl_sale_change AS t SET (state, sale_item_id, units, minor, by, at) =
        (SELECT r.state, r.sale_item_id, r.units, r.minor, r.by, r.at FROM jsonb_populate_record(t, m->'set') AS r)
       WHERE t.sale_id = (m->'key'->>'sale_id') AND t.ref = (m->'key'->>'ref') AND (NOT m ? 'sources' OR (m->'sources') ? t.state) AND (NOT m ? 'expect' OR t IS NOT DISTINCT FROM jsonb_populate_record(t, m->'expect'));
      IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'BN001', MESSAGE = 'bnpl_refusal:state', DETAIL = 'sale_change ' || (m->'key')::text;
      END IF;
    END LOOP;
  END IF;
  IF doc ? 'm_borrowing' THEN
    part := doc->'m_borrowing';
    FOR place IN 0 .. jsonb_array_length(part) - 1 LOOP
      m := part->place;
      UPDATE bnpl_borrowing AS t SET (pool_id, funder_id, kind, state, currency, principal_minor, outstanding_minor, nominal_rate_bps, interest_minor, accrued_to, due_on, taken_at, changed_at) =
        (SELECT r.pool_id, r.funder_id, r.kind, r.state, r.currency, r.principal_minor, r.outstanding_minor, r.nominal_rate_bps, r.interest_minor, r.accrued_to, r.due_on, r.taken_at, r.changed_at FROM jsonb_populate_record(t, m->'set') AS r)
       WHERE t.borrowing_id = (m->'key'->>'borrowing_id') AND (NOT m ? 'sources' OR (m->'sources') ? t.state) AND (NOT m ? 'expect' OR t IS NOT DISTINCT FROM jsonb_populate_record(t, m->'expect'));
      IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'BN001', MESSAGE = 'bnpl_refusal:state', DETAIL = 'borrowing ' || (m->'key')::text;
      END IF;
    END LOOP;
  END IF;
  IF doc ? 'm_co_lending' THEN
    part := doc->'m_co_lending';
    FOR place IN 0 .. jsonb_array_length(part) - 1 LOOP
      m := part->place;
      UPDATE bnpl_co_lending AS t SET (funder_id, pool_id, plan_codes, share_bps, state, starts_at, ends_at, changed_at) =
        (SELECT r.funder_id, r.pool_id, r.plan_codes, r.share_bps, r.state, r.starts_at, r.ends_at, r.changed_at FROM jsonb_populate_record(t, m->'set') AS r)
       WHERE t.co_lending_id = (m->'key'->>'co_lending_id') AND (NOT m ? 'sources' OR (m->'sources') ? t.state) AND (NOT m ? 'expect' OR t IS NOT DISTINCT FROM jsonb_populate_record(t, m->'expect'));
      IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'BN001', MESSAGE = 'bnpl_refusal:state', DETAIL = 'co_lending ' || (m->'key')::text;
      END IF;
    END LOOP;
  END IF;
  IF doc ? 'm_loan_sale' THEN
    part := doc->'m_loan_sale';
    FOR place IN 0 .. jsonb_array_length(part) - 1 LOOP
      m := part->place;
      UPDATE bnpl_loan_sale AS t SET (pool_id, funder_id, direction, state, currency, target_minor, price_bps, value_on, selection, loans, principal_minor, price_minor, created_at, changed_at) =
        (SELECT r.pool_id, r.funder_id, r.direction, r.state, r.currency, r.target_minor, r.price_bps, r.value_on, r.selection, r.loans, r.principal_minor, r.price_minor, r.created_at, r.changed_at FROM jsonb_populate_record(t, m->'set') AS r)
       WHERE t.loan_sale_id = (m->'key'->>'loan_sale_id') AND (NOT m ? 'sources' OR (m->'sources') ? t.state) AND (NOT m ? 'expect' OR t IS NOT DISTINCT FROM jsonb_populate_record(t, m->'expect'));
      IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'BN001', MESSAGE = 'bnpl_refusal:state', DETAIL = 'loan_sale ' || (m->'key')::text;
      END IF;
    END LOOP;
  END IF;
  IF doc ? 'm_subsidy_part' THEN
    part := doc->'m_subsidy_part';
    FOR place IN 0 .. jsonb_array_length(part) - 1 LOOP
      m := part->place;
      UPDATE bnpl_subsidy_part AS t SET (state, currency, part_minor, due_on, due_at, changed_at) =
        (SELECT r.state, r.currency, r.part_minor, r.due_on, r.due_at, r.changed_at FROM jsonb_populate_record(t, m->'set') AS r)
       WHERE t.shopper_id = (m->'key'->>'shopper_id') AND t.loan_id = (m->'key'->>'loan_id') AND t.number = (m->'key'->>'number')::INTEGER AND (NOT m ? 'sources' OR (m->'sources') ? t.state) AND (NOT m ? 'expect' OR t IS NOT DISTINCT FROM jsonb_populate_record(t, m->'expect'));
      IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'BN001', MESSAGE = 'bnpl_refusal:state', DETAIL = 'subsidy_part ' || (m->'key')::text;
      END IF;
    END LOOP;
  END IF;
  IF doc ? 'i_merchant' THEN
    INSERT INTO bnpl_merchant (merchant_id, name, mdr_bps, webhook_url, webhook_secret, created_at)
    SELECT r.merchant_id, r.name, r.mdr_bps, r.webhook_url, r.webhook_secret, r.created_at FROM jsonb_populate_recordset(NULL::bnpl_merchant, doc->'i_merchant') AS r;
  END IF;
  IF doc ? 'i_api_key' THEN
    INSERT INTO bnpl_api_key (key_hash, merchant_id, label, created_at, revoked_at)
    SELECT r.key_hash, r.merchant_id, r.label, r.created_at, r.revoked_at FROM jsonb_populate_recordset(NULL::bnpl_api_key, doc->'i_api_key') AS r;
  END IF;
  IF doc ? 'i_checkout' THEN
    INSERT INTO bnpl_checkout (checkout_id, merchant_id, order_ref, channel, state, country, time_zone, locale, currency, total_minor, cart, cart_fingerprint, sale_item_id, units, return_url, cancel_url, shopper_id, offer, decision_id, hold_id, agreement_id, attempt_id, loan_id, reason, opened_at, expires_at, changed_at, device)
    SELECT r.checkout_id, r.merchant_id, r.order_ref, r.channel, r.state, r.country, r.time_zone, r.locale, r.currency, r.total_minor, r.cart, r.cart_fingerprint, r.sale_item_id, r.units, r.return_url, r.cancel_url, r.shopper_id, r.offer, r.decision_id, r.hold_id, r.agreement_id, r.attempt_id, r.loan_id, r.reason, r.opened_at, r.expires_at, r.changed_at, r.device FROM jsonb_populate_recordset(NULL::bnpl_checkout, doc->'i_checkout') AS r;
  END IF;
  IF doc ? 'i_hold' THEN
    INSERT INTO bnpl_hold (shopper_id, hold_id, checkout_id, state, currency, principal_minor, pool_id, sale_item_id, units, funder_id, funder_minor, subsidy_id, subsidy_minor, limit_ids, created_at, expires_at, ceiling_at, down_payment_minor, sale_id)
    SELECT r.shopper_id, r.hold_id, r.checkout_id, r.state, r.currency, r.principal_minor, r.pool_id, r.sale_item_id, r.units, r.funder_id, r.funder_minor, r.subsidy_id, r.subsidy_minor, r.limit_ids, r.created_at, r.expires_at, r.ceiling_at, r.down_payment_minor, r.sale_id FROM jsonb_populate_recordset(NULL::bnpl_hold, doc->'i_hold') AS r;
  END IF;
  IF doc ? 'i_attempt' THEN
    INSERT INTO bnpl_attempt (shopper_id, attempt_id, checkout_id, loan_id, parent_id, purpose, provider, state, currency, amount_minor, idempotency_key, provider_ref, customer_ref, method_ref, decline_code, next_action, details, tries, created_at, check_at, changed_at)
    SELECT r.shopper_id, r.attempt_id, r.checkout_id, r.loan_id, r.parent_id, r.purpose, r.provider, r.state, r.currency, r.amount_minor, r.idempotency_key, r.provider_ref, r.customer_ref, r.method_ref, r.decline_code, r.next_action, r.details, r.tries, r.created_at, r.check_at, r.changed_at FROM jsonb_populate_recordset(NULL::bnpl_attempt, doc->'i_attempt') AS r;
  END IF;
  IF doc ? 'i_loan' THEN
    INSERT INTO bnpl_loan (shopper_id, loan_id, checkout_id, agreement_id, merchant_id, order_ref, pool_id, state, plan_code, country, time_zone, currency, principal_minor, interest_minor, fee_minor, mdr_minor, outstanding_minor, funder_id, funder_minor, subsidy_id, subsidy_minor, limit_ids, payment_method_id, drawdown_on, opened_at, changed_at, down_payment_minor)
    SELECT r.shopper_id, r.loan_id, r.checkout_id, r.agreement_id, r.merchant_id, r.order_ref, r.pool_id, r.state, r.plan_code, r.country, r.time_zone, r.currency, r.principal_minor, r.interest_minor, r.fee_minor, r.mdr_minor, r.outstanding_minor, r.funder_id, r.funder_minor, r.subsidy_id, r.subsidy_minor, r.limit_ids, r.payment_method_id, r.drawdown_on, r.opened_at, r.changed_at, r.down_payment_minor FROM jsonb_populate_recordset(NULL::bnpl_loan, doc->'i_loan') AS r;
  END IF;
  IF doc ? 'i_instalment' THEN
    INSERT INTO bnpl_instalment (shopper_id, loan_id, number, state, due_on, due_at, principal_minor, interest_minor, fee_minor, waived_minor, tries, try_at, remind_at, attempt_id, changed_at)
    SELECT r.shopper_id, r.loan_id, r.number, r.state, r.due_on, r.due_at, r.principal_minor, r.interest_minor, r.fee_minor, r.waived_minor, r.tries, r.try_at, r.remind_at, r.attempt_id, r.changed_at FROM jsonb_populate_recordset(NULL::bnpl_instalment, doc->'i_instalment') AS r;
  END IF;
  IF doc ? 'i_order_claim' THEN
    INSERT INTO bnpl_order_claim (merchant_id, order_ref, checkout_id)
    SELECT r.merchant_id, r.order_ref, r.checkout_id FROM jsonb_populate_recordset(NULL::bnpl_order_claim, doc->'i_order_claim') AS r;
  END IF;
  IF doc ? 'i_person' THEN
    INSERT INTO bnpl_person (shopper_id, phone_hash, sealed, created_at)
    SELECT r.shopper_id, r.phone_hash, r.sealed, r.created_at FROM jsonb_populate_recordset(NULL::bnpl_person, doc->'i_person') AS r;
  END IF;
  IF doc ? 'i_phone_code' THEN
    INSERT INTO bnpl_phone_code (phone_code_id, purpose_ref, phone_hash, sealed_phone, code_hash, tries, created_at, expires_at, used_at)
    SELECT r.phone_code_id, r.purpose_ref, r.phone_hash, r.sealed_phone, r.code_hash, r.tries, r.created_at, r.expires_at, r.used_at FROM jsonb_populate_recordset(NULL::bnpl_phone_code, doc->'i_phone_code') AS r;
  END IF;
  IF doc ? 'i_policy_version' THEN
    INSERT INTO bnpl_policy_version (version, state, share_bps, sha256, body, created_at, changed_at)
    SELECT r.version, r.state, r.share_bps, r.sha256, r.body, r.created_at, r.changed_at FROM jsonb_populate_recordset(NULL::bnpl_policy_version, doc->'i_policy_version') AS r;
  END IF;
  IF doc ? 'i_enquiry' THEN
    INSERT INTO bnpl_enquiry (shopper_id, enquiry_id, source, kind, state, purpose_ref, report, fault, asked_at, answered_at)
    SELECT r.shopper_id, r.enquiry_id, r.source, r.kind, r.state, r.purpose_ref, r.report, r.fault, r.asked_at, r.answered_at FROM jsonb_populate_recordset(NULL::bnpl_enquiry, doc->'i_enquiry') AS r;
  END IF;
  IF doc ? 'i_decision' THEN
    INSERT INTO bnpl_decision (shopper_id, decision_id, checkout_id, policy_version, arm, decided_by, outcome, rating, currency, limit_minor, inputs, reasons, decided_at)
    SELECT r.shopper_id, r.decision_id, r.checkout_id, r.policy_version, r.arm, r.decided_by, r.outcome, r.rating, r.currency, r.limit_minor, r.inputs, r.reasons, r.decided_at FROM jsonb_populate_recordset(NULL::bnpl_decision, doc->'i_decision') AS r;
  END IF;
  IF doc ? 'i_review' THEN
    INSERT INTO bnpl_review (shopper_id, review_id, decision_id, checkout_id, kind, state, outcome, new_decision_id, sealed_statement, operator, note, proposal, opened_at, due_at, overdue_at, closed_at)
    SELECT r.shopper_id, r.review_id, r.decision_id, r.checkout_id, r.kind, r.state, r.outcome, r.new_decision_id, r.sealed_statement, r.operator, r.note, r.proposal, r.opened_at, r.due_at, r.overdue_at, r.closed_at FROM jsonb_populate_recordset(NULL::bnpl_review, doc->'i_review') AS r;
  END IF;
  IF doc ? 'i_pass' THEN
    INSERT INTO bnpl_pass (shopper_id, pass_id, decision_id, country, currency, rating, limit_minor, state, details, issued_at, expires_at, changed_at)
    SELECT r.shopper_id, r.pass_id, r.decision_id, r.country, r.currency, r.rating, r.limit_minor, r.state, r.details, r.issued_at, r.expires_at, r.changed_at FROM jsonb_populate_recordset(NULL::bnpl_pass, doc->'i_pass') AS r;
  END IF;
  IF doc ? 'i_prequalification' THEN
    INSERT INTO bnpl_prequalification (prequalification_id, merchant_id, country, currency, asked_minor, phone_hash, locale, return_url, state, shopper_id, decision_id, up_to_minor, opened_at, expires_at, changed_at)
    SELECT r.prequalification_id, r.merchant_id, r.country, r.currency, r.asked_minor, r.phone_hash, r.locale, r.return_url, r.state, r.shopper_id, r.decision_id, r.up_to_minor, r.opened_at, r.expires_at, r.changed_at FROM jsonb_populate_recordset(NULL::bnpl_prequalification, doc->'i_prequalification') AS r;
  END IF;
  IF doc ? 'i_limit_change' THEN
    INSERT INTO bnpl_limit_change (shopper_id, limit_change_id, currency, kind, state, from_minor, to_minor, reason, decision_id, told_at, effective_at, expires_at, changed_at)
    SELECT r.shopper_id, r.limit_change_id, r.currency, r.kind, r.state, r.from_minor, r.to_minor, r.reason, r.decision_id, r.told_at, r.effective_at, r.expires_at, r.changed_at FROM jsonb_populate_recordset(NULL::bnpl_limit_change, doc->'i_limit_change') AS r;
  END IF;
  IF doc ? 'i_disclosure' THEN
    INSERT INTO bnpl_disclosure (shopper_id, disclosure_id, checkout_id, kind, locale, sha256, body, medium, shown_at)
    SELECT r.shopper_id, r.disclosure_id, r.checkout_id, r.kind, r.locale, r.sha256, r.body, r.medium, r.shown_at FROM jsonb_populate_recordset(NULL::bnpl_disclosure, doc->'i_disclosure') AS r;
  END IF;
  IF doc ? 'i_agreement' THEN
    INSERT INTO bnpl_agreement (shopper_id, agreement_id, checkout_id, plan_code, plan_version, country, sha256, body, signed_at)
    SELECT r.shopper_id, r.agreement_id, r.checkout_id, r.plan_code, r.plan_version, r.country, r.sha256, r.body, r.signed_at FROM jsonb_populate_recordset(NULL::bnpl_agreement, doc->'i_agreement') AS r;
  END IF;
  IF doc ? 'i_payment_method' THEN
    INSERT INTO bnpl_payment_method (shopper_id, payment_method_id, provider, customer_ref, method_ref, label, mandate, created_at)
    SELECT r.shopper_id, r.payment_method_id, r.provider, r.customer_ref, r.method_ref, r.label, r.mandate, r.created_at FROM jsonb_populate_recordset(NULL::bnpl_payment_method, doc->'i_payment_method') AS r;
  END IF;
  IF doc ? 'i_provider_event' THEN
    INSERT INTO bnpl_provider_event (provider, event_id, kind, provider_ref, body, received_at)
    SELECT r.provider, r.event_id, r.kind, r.provider_ref, r.body, r.received_at FROM jsonb_populate_recordset(NULL::bnpl_provider_event, doc->'i_provider_event') AS r;
  END IF;
  IF doc ? 'i_idempotency' THEN
    INSERT INTO bnpl_idempotency (owner, idempotency_key, request_hash, state, resource_id, status, body, lease_until, created_at)
    SELECT r.owner, r.idempotency_key, r.request_hash, r.state, r.resource_id, r.status, r.body, r.lease_until, r.created_at FROM jsonb_populate_recordset(NULL::bnpl_idempotency, doc->'i_idempotency') AS r;
  END IF;
  IF doc ? 'i_job' THEN
    INSERT INTO bnpl_job (job_id, kind, stream, payload, state, run_at, lease_until, tries, last_error, created_at)
    SELECT r.job_id, r.kind, r.stream, r.payload, r.state, r.run_at, r.lease_until, r.tries, r.last_error, r.created_at FROM jsonb_populate_recordset(NULL::bnpl_job, doc->'i_job') AS r;
  END IF;
  IF doc ? 'i_credit_line' THEN
    INSERT INTO bnpl_credit_line (shopper_id, currency, state, limit_minor, drawn_minor, held_minor, changed_at, reason)
    SELECT r.shopper_id, r.currency, r.state, r.limit_minor, r.drawn_minor, r.held_minor, r.changed_at, r.reason FROM jsonb_populate_recordset(NULL::bnpl_credit_line, doc->'i_credit_line') AS r;
  END IF;
  IF doc ? 'i_sale_item' THEN
    INSERT INTO bnpl_sale_item (sale_item_id, sale_id, merchant_id, place, sku, name, price_minor, total_units, free_units, held_units, sold_units, returned_units, units_per_shopper, line_limit, created_at)
    SELECT r.sale_item_id, r.sale_id, r.merchant_id, r.place, r.sku, r.name, r.price_minor, r.total_units, r.free_units, r.held_units, r.sold_units, r.returned_units, r.units_per_shopper, r.line_limit, r.created_at FROM jsonb_populate_recordset(NULL::bnpl_sale_item, doc->'i_sale_item') AS r;
  END IF;
  IF doc ? 'i_sale_change' THEN
    INSERT INTO bnpl_sale_change (sale_id, ref, state, sale_item_id, units, minor, by, at)
    SELECT r.sale_id, r.ref, r.state, r.sale_item_id, r.units, r.minor, r.by, r.at FROM jsonb_populate_recordset(NULL::bnpl_sale_change, doc->'i_sale_change') AS r;
  END IF;
  IF doc ? 'i_sale_draw' THEN
    INSERT INTO bnpl_sale_draw (sale_item_id, sale_id, entries, drawn_at)
    SELECT r.sale_item_id, r.sale_id, r.entries, r.drawn_at FROM jsonb_populate_recordset(NULL::bnpl_sale_draw, doc->'i_sale_draw') AS r;
  END IF;
  IF doc ? 'i_sale_claim' THEN
    INSERT INTO bnpl_sale_claim (sale_item_id, shopper_id, units)
    SELECT r.sale_item_id, r.shopper_id, r.units FROM jsonb_populate_recordset(NULL::bnpl_sale_claim, doc->'i_sale_claim') AS r;
  END IF;
  IF doc ? 'i_funder' THEN
    INSERT INTO bnpl_funder (funder_id, name, servicing_bps, created_at)
    SELECT r.funder_id, r.name, r.servicing_bps, r.created_at FROM jsonb_populate_recordset(NULL::bnpl_funder, doc->'i_funder') AS r;
  END IF;
  IF doc ? 'i_borrowing' THEN
    INSERT INTO bnpl_borrowing (borrowing_id, pool_id, funder_id, kind, state, currency, principal_minor, outstanding_minor, nominal_rate_bps, interest_minor, accrued_to, due_on, taken_at, changed_at)
    SELECT r.borrowing_id, r.pool_id, r.funder_id, r.kind, r.state, r.currency, r.principal_minor, r.outstanding_minor, r.nominal_rate_bps, r.interest_minor, r.accrued_to, r.due_on, r.taken_at, r.changed_at FROM jsonb_populate_recordset(NULL::bnpl_borrowing, doc->'i_borrowing') AS r;
  END IF;
  IF doc ? 'i_co_lending' THEN
    INSERT INTO bnpl_co_lending (co_lending_id, funder_id, pool_id, plan_codes, share_bps, state, starts_at, ends_at, changed_at)
    SELECT r.co_lending_id, r.funder_id, r.pool_id, r.plan_codes, r.share_bps, r.state, r.starts_at, r.ends_at, r.changed_at FROM jsonb_populate_recordset(NULL::bnpl_co_lending, doc->'i_co_lending') AS r;
  END IF;
  IF doc ? 'i_loan_sale' THEN
    INSERT INTO bnpl_loan_sale (loan_sale_id, pool_id, funder_id, direction, state, currency, target_minor, price_bps, value_on, selection, loans, principal_minor, price_minor, created_at, changed_at)
    SELECT r.loan_sale_id, r.pool_id, r.funder_id, r.direction, r.state, r.currency, r.target_minor, r.price_bps, r.value_on, r.selection, r.loans, r.principal_minor, r.price_minor, r.created_at, r.changed_at FROM jsonb_populate_recordset(NULL::bnpl_loan_sale, doc->'i_loan_sale') AS r;
  END IF;
  IF doc ? 'i_loan_sale_item' THEN
    INSERT INTO bnpl_loan_sale_item (shopper_id, loan_sale_id, loan_id, principal_minor, price_minor, moved_at)
    SELECT r.shopper_id, r.loan_sale_id, r.loan_id, r.principal_minor, r.price_minor, r.moved_at FROM jsonb_populate_recordset(NULL::bnpl_loan_sale_item, doc->'i_loan_sale_item') AS r;
  END IF;
  IF doc ? 'i_remittance' THEN
    INSERT INTO bnpl_remittance (funder_id, currency, number, amount_minor, bank_ref, entry_id, remitted_at)
    SELECT r.funder_id, r.currency, r.number, r.amount_minor, r.bank_ref, r.entry_id, r.remitted_at FROM jsonb_populate_recordset(NULL::bnpl_remittance, doc->'i_remittance') AS r;
  END IF;
  IF doc ? 'i_subsidy' THEN
    INSERT INTO bnpl_subsidy (subsidy_id, merchant_id, name, country, currency, state, ceiling_minor, used_minor, warn_bps, terms, starts_at, ends_at, warned_at, created_at, changed_at)
    SELECT r.subsidy_id, r.merchant_id, r.name, r.country, r.currency, r.state, r.ceiling_minor, r.used_minor, r.warn_bps, r.terms, r.starts_at, r.ends_at, r.warned_at, r.created_at, r.changed_at FROM jsonb_populate_recordset(NULL::bnpl_subsidy, doc->'i_subsidy') AS r;
  END IF;
  IF doc ? 'i_sale' THEN
    INSERT INTO bnpl_sale (sale_id, merchant_id, name, state, fairness, country, currency, pool_id, plan_codes, ceiling_minor, used_minor, top_up_minor, hold_seconds, ceiling_seconds, shards, per_device, seed_hash, sealed_seed, seed, starts_at, ends_at, created_at, changed_at)
    SELECT r.sale_id, r.merchant_id, r.name, r.state, r.fairness, r.country, r.currency, r.pool_id, r.plan_codes, r.ceiling_minor, r.used_minor, r.top_up_minor, r.hold_seconds, r.ceiling_seconds, r.shards, r.per_device, r.seed_hash, r.sealed_seed, r.seed, r.starts_at, r.ends_at, r.created_at, r.changed_at FROM jsonb_populate_recordset(NULL::bnpl_sale, doc->'i_sale') AS r;
  END IF;
  IF doc ? 'i_subsidy_part' THEN
    INSERT INTO bnpl_subsidy_part (shopper_id, loan_id, number, state, currency, part_minor, due_on, due_at, changed_at)
    SELECT r.shopper_id, r.loan_id, r.number, r.state, r.currency, r.part_minor, r.due_on, r.due_at, r.changed_at FROM jsonb_populate_recordset(NULL::bnpl_subsidy_part, doc->'i_subsidy_part') AS r;
  END IF;
  IF doc ? 'i_capital_limit' THEN
    INSERT INTO bnpl_capital_limit (limit_id, pool_id, scope, subject, state, ceiling_minor, used_minor, created_at, changed_at)
    SELECT r.limit_id, r.pool_id, r.scope, r.subject, r.state, r.ceiling_minor, r.used_minor, r.created_at, r.changed_at FROM jsonb_populate_recordset(NULL::bnpl_capital_limit, doc->'i_capital_limit') AS r;
  END IF;
  IF doc ? 'i_capital_pool' THEN
    INSERT INTO bnpl_capital_pool (pool_id, country, currency, available_minor, held_minor, outstanding_minor, terms_version, changed_at)
    SELECT r.pool_id, r.country, r.currency, r.available_minor, r.held_minor, r.outstanding_minor, r.terms_version, r.changed_at FROM jsonb_populate_recordset(NULL::bnpl_capital_pool, doc->'i_capital_pool') AS r;
  END IF;
  IF doc ? 'entries' THEN
    INSERT INTO bnpl_journal_entry (shopper_id, entry_id, kind, value_date, booked_at, loan_id, provider_claim, reverses, details, lines)
    SELECT r.shopper_id, r.entry_id, r.kind, r.value_date, r.booked_at, r.loan_id, r.provider_claim, r.reverses, r.details, r.lines FROM jsonb_populate_recordset(NULL::bnpl_journal_entry, doc->'entries') AS r;
  END IF;
  IF doc ? 'postings' THEN
    INSERT INTO bnpl_posting (shopper_id, entry_id, line, account, owner, amount_minor, currency)
    SELECT r.shopper_id, r.entry_id, r.line, r.account, r.owner, r.amount_minor, r.currency FROM jsonb_populate_recordset(NULL::bnpl_posting, doc->'postings') AS r;
  END IF;
  IF doc ? 'claims' THEN
    INSERT INTO bnpl_provider_claim (claim, shopper_id, entry_id)
    SELECT r.claim, r.shopper_id, r.entry_id FROM jsonb_populate_recordset(NULL::bnpl_provider_claim, doc->'claims') AS r;
  END IF;
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
  END IF;
  IF doc ? 'm_credit_line' THEN
    part := doc->'m_credit_line';
    FOR place IN 0 .. jsonb_array_length(part) - 1 LOOP
      m := part->place;
      UPDATE bnpl_credit_line AS t SET (state, limit_minor, drawn_minor, held_minor, changed_at, reason) =
        (SELECT r.state, r.limit_minor, r.drawn_minor, r.held_minor, r.changed_at, r.reason FROM jsonb_populate_record(t, m->'set') AS r)
       WHERE t.shopper_id = (m->'key'->>'shopper_id') AND t.currency = (m->'key'->>'currency') AND (NOT m ? 'sources' OR (m->'sources') ? t.state) AND (NOT m ? 'expect' OR t IS NOT DISTINCT FROM jsonb_populate_record(t, m->'expect'));
      IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'BN001', MESSAGE = 'bnpl_refusal:state', DETAIL = 'credit_line ' || (m->'key')::text;
      END IF;
    END LOOP;
  END IF;
  IF doc ? 'm_sale_item' THEN
    part := doc->'m_sale_item';
    FOR place IN 0 .. jsonb_array_length(part) - 1 LOOP
      m := part->place;
      UPDATE bnpl_sale_item AS t SET (sale_id, merchant_id, place, sku, name, price_minor, total_units, free_units, held_units, sold_units, returned_units, units_per_shopper, line_limit, created_at) =
        (SELECT r.sale_id, r.merchant_id, r.place, r.sku, r.name, r.price_minor, r.total_units, r.free_units, r.held_units, r.sold_units, r.returned_units, r.units_per_shopper, r.line_limit, r.created_at FROM jsonb_populate_record(t, m->'set') AS r)
       WHERE t.sale_item_id = (m->'key'->>'sale_item_id') AND (NOT m ? 'expect' OR t IS NOT DISTINCT FROM jsonb_populate_record(t, m->'expect'));
      IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'BN001', MESSAGE = 'bnpl_refusal:state', DETAIL = 'sale_item ' || (m->'key')::text;
      END IF;
    END LOOP;
  END IF;
  IF doc ? 'm_subsidy' THEN
    part := doc->'m_subsidy';
    FOR place IN 0 .. jsonb_array_length(part) - 1 LOOP
      m := part->place;
      UPDATE bnpl_subsidy AS t SET (merchant_id, name, country, currency, state, ceiling_minor, used_minor, warn_bps, terms, starts_at, ends_at, warned_at, created_at, changed_at) =
        (SELECT r.merchant_id, r.name, r.country, r.currency, r.state, r.ceiling_minor, r.used_minor, r.warn_bps, r.terms, r.starts_at, r.ends_at, r.warned_at, r.created_at, r.changed_at FROM jsonb_populate_record(t, m->'set') AS r)
       WHERE t.subsidy_id = (m->'key'->>'subsidy_id') AND (NOT m ? 'sources' OR (m->'sources') ? t.state) AND (NOT m ? 'expect' OR t IS NOT DISTINCT FROM jsonb_populate_record(t, m->'expect'));
      IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'BN001', MESSAGE = 'bnpl_refusal:state', DETAIL = 'subsidy ' || (m->'key')::text;
      END IF;
    END LOOP;
  END IF;
  IF doc ? 'm_sale' THEN
    part := doc->'m_sale';
    FOR place IN 0 .. jsonb_array_length(part) - 1 LOOP
      m := part->place;
      UPDATE bnpl_sale AS t SET (merchant_id, name, state, fairness, country, currency, pool_id, plan_codes, ceiling_minor, used_minor, top_up_minor, hold_seconds, ceiling_seconds, shards, per_device, seed_hash, sealed_seed, seed, starts_at, ends_at, created_at, changed_at) =
        (SELECT r.merchant_id, r.name, r.state, r.fairness, r.country, r.currency, r.pool_id, r.plan_codes, r.ceiling_minor, r.used_minor, r.top_up_minor, r.hold_seconds, r.ceiling_seconds, r.shards, r.per_device, r.seed_hash, r.sealed_seed, r.seed, r.starts_at, r.ends_at, r.created_at, r.changed_at FROM jsonb_populate_record(t, m->'set') AS r)
       WHERE t.sale_id = (m->'key'->>'sale_id') AND (NOT m ? 'sources' OR (m->'sources') ? t.state) AND (NOT m ? 'expect' OR t IS NOT DISTINCT FROM jsonb_populate_record(t, m->'expect'));
      IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'BN001', MESSAGE = 'bnpl_refusal:state', DETAIL = 'sale ' || (m->'key')::text;
      END IF;
    END LOOP;
  END IF;
  IF doc ? 'm_capital_limit' THEN
    part := doc->'m_capital_limit';
    FOR place IN 0 .. jsonb_array_length(part) - 1 LOOP
      m := part->place;
      UPDATE bnpl_capital_limit AS t SET (pool_id, scope, subject, state, ceiling_minor, used_minor, created_at, changed_at) =
        (SELECT r.pool_id, r.scope, r.subject, r.state, r.ceiling_minor, r.used_minor, r.created_at, r.changed_at FROM jsonb_populate_record(t, m->'set') AS r)
       WHERE t.limit_id = (m->'key'->>'limit_id') AND (NOT m ? 'sources' OR (m->'sources') ? t.state) AND (NOT m ? 'expect' OR t IS NOT DISTINCT FROM jsonb_populate_record(t, m->'expect'));
      IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'BN001', MESSAGE = 'bnpl_refusal:state', DETAIL = 'capital_limit ' || (m->'key')::text;
      END IF;
    END LOOP;
  END IF;
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
        RAISE EXCEPTION USING ERRCODE = 'BN001', MESSAGE = 'bnpl_refusal:credit_line', DETAIL = m::text;
      END IF;
    END LOOP;
  END IF;
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
            RAISE EXCEPTION USING ERRCODE = 'BN001', MESSAGE = 'bnpl_refusal:units_per_shopper', DETAIL = m::text;
          END IF;
          RAISE EXCEPTION USING ERRCODE = 'BN001', MESSAGE = 'bnpl_refusal:sale_item', DETAIL = m::text;
        END IF;
      ELSIF held + drawn < 0 THEN
        UPDATE bnpl_sale_claim AS t SET units = t.units + held + drawn
         WHERE t.sale_item_id = m->>'sale_item_id' AND t.shopper_id = m->>'shopper_id';
        IF NOT FOUND THEN
          RAISE EXCEPTION USING ERRCODE = 'BN001', MESSAGE = 'bnpl_refusal:units_per_shopper', DETAIL = m::text;
        END IF;
      END IF;
      UPDATE bnpl_sale_item AS t
         SET free_units = t.free_units + (m->>'free')::integer, held_units = t.held_units + held,
             sold_units = t.sold_units + drawn, returned_units = t.returned_units + (m->>'returned')::integer,
             total_units = t.total_units + (m->>'added')::integer
       WHERE t.sale_item_id = m->>'sale_item_id'
         AND ((m->>'free')::integer >= 0 OR t.free_units + (m->>'free')::integer >= 0);
      IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'BN001', MESSAGE = 'bnpl_refusal:sale_item', DETAIL = m::text;
      END IF;
    END LOOP;
  END IF;
  IF doc ? 'r_subsidy' THEN
    part := doc->'r_subsidy';
    FOR place IN 0 .. jsonb_array_length(part) - 1 LOOP
      m := part->place;
      held := (m->>'used')::bigint;
      UPDATE bnpl_subsidy AS t SET used_minor = t.used_minor + held, changed_at = coalesce(moment, t.changed_at)
       WHERE t.subsidy_id = m->>'id' AND (held <= 0 OR (t.state = 'active' AND t.used_minor + held <= t.ceiling_minor));
      IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'BN001', MESSAGE = 'bnpl_refusal:subsidy', DETAIL = m::text;
      END IF;
    END LOOP;
  END IF;
  IF doc ? 'r_sale' THEN
    part := doc->'r_sale';
    FOR place IN 0 .. jsonb_array_length(part) - 1 LOOP
      m := part->place;
      held := (m->>'used')::bigint;
      UPDATE bnpl_sale AS t SET used_minor = t.used_minor + held, changed_at = coalesce(moment, t.changed_at)
       WHERE t.sale_id = m->>'id' AND (held <= 0 OR (t.used_minor + held <= t.ceiling_minor));
      IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'BN001', MESSAGE = 'bnpl_refusal:sale', DETAIL = m::text;
      END IF;
    END LOOP;
  END IF;
  IF doc ? 'r_capital_limit' THEN
    part := doc->'r_capital_limit';
    FOR place IN 0 .. jsonb_array_length(part) - 1 LOOP
      m := part->place;
      held := (m->>'used')::bigint;
      UPDATE bnpl_capital_limit AS t SET used_minor = t.used_minor + held, changed_at = coalesce(moment, t.changed_at)
       WHERE t.limit_id = m->>'id' AND (held <= 0 OR (t.state <> 'active' OR t.used_minor + held <= t.ceiling_minor));
      IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'BN001', MESSAGE = 'bnpl_refusal:capital_limit', DETAIL = m::text;
      END IF;
    END LOOP;
  END IF;
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
          RAISE EXCEPTION USING ERRCODE = 'BN001', MESSAGE = 'bnpl_refusal:state', DETAIL = m::text;
        END IF;
        RAISE EXCEPTION USING ERRCODE = 'BN001', MESSAGE = 'bnpl_refusal:capital_pool', DETAIL = m::text;
      END IF;
    END LOOP;
  END IF;
END
$body$
--;;
CREATE OR REPLACE FUNCTION bnpl_purchase(wanted text, locked boolean, whole boolean)
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
$body$
