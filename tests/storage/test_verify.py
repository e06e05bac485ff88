"""Each promise is broken by raw SQL, and the verifier names it: a checker never seen to fail does not count."""
# ruff: noqa: E501 (a table reads across)

from __future__ import annotations

import pytest

from bnpl_plugin.credit.states import CHECKOUT, LOAN
from bnpl_plugin.ports.records import LimitChange
from bnpl_plugin.ports.store import Changeset
from bnpl_plugin.storage.verify import PROMISES
from bnpl_plugin.storage.verify.promises import CHECKOUT_STATES, LOAN_STATES
from tests.storage import factories as f

#: (promise, subject that must be named, statements that break it, a word of the finding)
BREAKS = {
    "an amount edited": ("P1", "jou_2", ["UPDATE bnpl_posting SET amount_minor = 1 WHERE entry_id = 'jou_2' AND line = 1"], "out by"),
    "a currency edited": ("P1", "jou_2", ["UPDATE bnpl_posting SET currency = 'CNY' WHERE entry_id = 'jou_2' AND line = 1"], "out by"),
    "postings deleted": ("P1", "jou_1", ["DELETE FROM bnpl_posting WHERE entry_id = 'jou_1'"], "has 0"),
    "one posting deleted": ("P1", "jou_1", ["DELETE FROM bnpl_posting WHERE entry_id = 'jou_1' AND line = 3"], "has 2"),
    "an entry deleted": ("P1", "jou_1", ["DELETE FROM bnpl_journal_entry WHERE entry_id = 'jou_1'"], "without their entry"),
    "a principal moved between instalments": ("P2", "loa_1", ["UPDATE bnpl_instalment SET principal_minor = principal_minor + CASE number WHEN 2 THEN 1 ELSE -1 END WHERE number > 1"], "signed"),
    "a principal changed": ("P2", "loa_1", ["UPDATE bnpl_instalment SET principal_minor = 9999 WHERE number = 2"], "29999"),
    "an interest added": ("P2", "loa_1", ["UPDATE bnpl_instalment SET interest_minor = 5 WHERE number = 2"], "interest"),
    "an instalment lost": ("P2", "loa_1", ["DELETE FROM bnpl_instalment WHERE number = 3"], "20000"),
    "a due date moved": ("P2", "loa_1", ["UPDATE bnpl_instalment SET due_on = '2027-01-01' WHERE number = 3"], "signed"),
    "held changed": ("P3", "shp_1", ["UPDATE bnpl_credit_line SET held_minor = 1"], "held_minor"),
    "drawn changed": ("P3", "shp_1", ["UPDATE bnpl_credit_line SET drawn_minor = 1"], "drawn_minor"),
    "a line lost": ("P3", "shp_1", ["DELETE FROM bnpl_credit_line"], "without a credit line"),
    "a limit never decided": ("P3", "shp_1", ["UPDATE bnpl_credit_line SET limit_minor = 1", "UPDATE bnpl_decision SET limit_minor = 2"], "of a limit"),
    "a limit raised by nobody": ("P3", "shp_1", ["UPDATE bnpl_credit_line SET limit_minor = limit_minor + 1"], "decided were 100000"),
    "a fall undone": ("P3", "shp_1", ["INSERT INTO bnpl_limit_change VALUES ('shp_1', 'lch_1', 'EUR', 'lower', 'effective', 100000, 90000, 'unused', NULL, '2026-11-24T00:00:00.000000+00:00', '2026-11-24T00:00:00.000000+00:00', NULL, '2026-11-24T00:00:00.000000+00:00')"], "-10000 since"),
    "a raise without a decision": ("P3", "lch_1", ["INSERT INTO bnpl_limit_change VALUES ('shp_1', 'lch_1', 'EUR', 'raise', 'accepted', 100000, 100001, 'unused', NULL, '2026-11-24T00:00:00.000000+00:00', '2026-11-24T00:00:00.000000+00:00', NULL, '2026-11-24T00:00:00.000000+00:00')", "UPDATE bnpl_credit_line SET limit_minor = 100001"], "no decision allows"),
    "a line frozen in silence": ("P10", "shp_1", ["UPDATE bnpl_credit_line SET state = 'frozen'"], "its events say open"),
    "two open lines": ("P3", "shp_1", ["DROP INDEX uq_bnpl_credit_line_open", "INSERT INTO bnpl_credit_line SELECT shopper_id, 'CNY', state, limit_minor, 0, 0, changed_at, NULL FROM bnpl_credit_line"], "2 open lines"),
    "a hold forgotten by its pool": ("P4", "pool_EUR", ["UPDATE bnpl_capital_pool SET held_minor = 0"], "held_minor"),
    "a loan out of another pool": ("P4", "pool_X", ["UPDATE bnpl_loan SET pool_id = 'pool_X'"], "not there"),
    "capital gone": ("P4", "pool_EUR", ["DROP CHECK within_available", "UPDATE bnpl_capital_pool SET available_minor = 26999"], "out of 26999"),
    "a unit made": ("P5", "sal_1", ["DROP CHECK sum", "UPDATE bnpl_sale_item SET free_units = 9"], "are not 10"),
    "a unit sold to nobody": ("P5", "sal_1", ["UPDATE bnpl_sale_item SET sold_units = 2, free_units = 7"], "sold_units"),
    "a unit held for nobody": ("P5", "sal_1", ["UPDATE bnpl_sale_item SET held_units = 2, free_units = 7"], "held_units"),
    "a shopper's units forgotten": ("P5", "sal_1", ["DELETE FROM bnpl_sale_claim"], "shopper shp_1"),
    "a shopper's units miscounted": ("P5", "sal_1", ["UPDATE bnpl_sale_claim SET units = 1"], "shopper shp_1"),
    "more than allowed": ("P5", "sal_1", ["UPDATE bnpl_sale_item SET units_per_shopper = 1"], "allowed 1"),
    "an order not claimed": ("P6", "loa_1", ["DELETE FROM bnpl_order_claim"], "not claimed"),
    "a claim without a loan": ("P6", "order-of-chk_2", ["INSERT INTO bnpl_order_claim VALUES ('mer_1', 'order-of-chk_2', 'chk_2')"], "no loan"),
    "two loans for an order": ("P6", "order-of-chk_1", ["DROP INDEX uq_bnpl_loan_checkout", "DROP INDEX uq_bnpl_loan_id", "INSERT INTO bnpl_loan SELECT 'shp_2', {loan} FROM bnpl_loan"], "2 loans"),
    "two attempts in flight for a loan": ("P6", "loa_1", ["DROP INDEX uq_bnpl_attempt_loan_in_flight", "INSERT INTO bnpl_attempt SELECT shopper_id, 'att_x', {attempt} FROM bnpl_attempt", "INSERT INTO bnpl_attempt SELECT shopper_id, 'att_y', {attempt} FROM bnpl_attempt WHERE attempt_id = 'att_1'"], "2 payment attempts"),
    "collected by nobody": ("P6", "loa_1", ["UPDATE bnpl_instalment SET state = 'collecting', attempt_id = 'att_1' WHERE number = 2"], "instalment 2"),
    "a capture not booked": ("P7", "att_1", ["DELETE FROM bnpl_posting WHERE entry_id = 'jou_2'", "DELETE FROM bnpl_journal_entry WHERE entry_id = 'jou_2'"], "0 journal entries"),
    "an entry for no movement": ("P7", "jou_2", ["UPDATE bnpl_attempt SET state = 'declined'"], "which no captured"),
    "another charge booked": ("P7", "jou_2", ["UPDATE bnpl_attempt SET provider_ref = 'ch_2'"], "ch_1"),
    "another sum moved": ("P7", "att_1", ["UPDATE bnpl_attempt SET amount_minor = 9999"], "9999"),
    "a claim lost": ("P7", "sandbox:capture:ch_1", ["DELETE FROM bnpl_provider_claim"], "belong together"),
    "a claim of nothing": ("P7", "sandbox:charge:ch_9", ["INSERT INTO bnpl_provider_claim VALUES ('sandbox:charge:ch_9', 'shp_1', 'jou_9')"], "belong together"),
    "a debt forgotten": ("P8", "loa_1", ["UPDATE bnpl_loan SET outstanding_minor = 0"], "20000"),
    "an interest not booked": ("P8", "loa_1", ["UPDATE bnpl_instalment SET interest_minor = 5 WHERE number = 2"], "loan_interest"),
    "a fee not booked": ("P8", "loa_1", ["UPDATE bnpl_instalment SET fee_minor = 5 WHERE number = 2"], "loan_fee"),
    "a debt of no loan": ("P8", "loa_9", ["UPDATE bnpl_posting SET owner = 'loa_9' WHERE account = 'loan_principal'"], "not there"),
    "capital not booked": ("P8", "pool_EUR", ["UPDATE bnpl_capital_pool SET available_minor = available_minor + 1"], "available"),
    "a pool's debt not booked": ("P8", "pool_EUR", ["UPDATE bnpl_capital_pool SET outstanding_minor = 1"], "outstanding"),
    "a merchant's money gone": ("P8", "mer_1", ["UPDATE bnpl_posting SET owner = 'mer_9' WHERE account = 'merchant_payable'"], "payable"),
    "a limit miscounted": ("P4", "lim_1", ["UPDATE bnpl_capital_limit SET used_minor = 1"], "counts 1"),
    "a loan counted by a limit it does not name": ("P4", "lim_1", ["UPDATE bnpl_loan SET limit_ids = ',lim_1,'"], "sum to 20000"),
    "a funder's part not booked": ("P8", "loa_1", ["UPDATE bnpl_loan SET funder_id = 'fun_1', funder_minor = 5"], "the ledger says 0"),
    "a funder's part of nothing": ("P8", "jou", ["UPDATE bnpl_posting SET account = 'loan_principal_ceded', owner = 'jou' WHERE account = 'merchant_payable'"], "belongs to nothing"),
    "a borrowing not booked": ("P8", "bor_1", ["UPDATE bnpl_borrowing SET outstanding_minor = 9"], "the borrowing is 9"),
    "an interest of a borrowing not booked": ("P8", "bor_1", ["UPDATE bnpl_borrowing SET interest_minor = 3"], "interest is 3"),
    "a borrowing of nobody": ("P8", "mer_1", ["UPDATE bnpl_posting SET account = 'borrowings' WHERE account = 'merchant_payable'"], "belongs to nothing"),
    "a remittance not booked": ("P8", "fun_1", ["INSERT INTO bnpl_remittance VALUES ('fun_1', 'EUR', 1, 7, 'x', 'jou_9', '2026-11-24T09:30:00.000000+00:00')"], "7 was remitted"),
    "a debt to no funder": ("P8", "fun_9", ["UPDATE bnpl_posting SET account = 'funder_payable', owner = 'fun_9' WHERE account = 'merchant_payable'"], "not there"),
    "a sale that sold nothing": ("P8", "lsa_1", ["INSERT INTO bnpl_loan_sale VALUES ('lsa_1', 'pool_EUR', 'fun_1', 'sell', 'done', 'EUR', 0, 10000, '2026-11-24', '{{}}', 1, 5, 5, '2026-11-24T09:30:00.000000+00:00', '2026-11-24T09:30:00.000000+00:00')"], "1 loans of 5"),
    "a loan sold and not booked": ("P8", "loa_1", ["INSERT INTO bnpl_loan_sale VALUES ('lsa_1', 'pool_EUR', 'fun_1', 'sell', 'done', 'EUR', 0, 10000, '2026-11-24', '{{}}', 1, 5, 5, '2026-11-24T09:30:00.000000+00:00', '2026-11-24T09:30:00.000000+00:00')", "INSERT INTO bnpl_loan_sale_item VALUES ('shp_1', 'lsa_1', 'loa_1', 5, 5, '2026-11-24T09:30:00.000000+00:00')"], "changed hands"),
    "a loan without agreement": ("P9", "loa_1", ["DELETE FROM bnpl_agreement"], "no agreement"),
    "nothing disclosed": ("P9", "agr_1", ["DELETE FROM bnpl_disclosure"], "disclosed"),
    "disclosed too late": ("P9", "agr_1", ["UPDATE bnpl_disclosure SET shown_at = '2027-01-01T00:00:00.000000+00:00'"], "disclosed"),
    "a declined shopper": ("P9", "agr_1", ["UPDATE bnpl_decision SET outcome = 'declined'"], "no positive decision"),
    "an agreement rewritten": ("P9", "agr_1", ["UPDATE bnpl_agreement SET body = '{{\"offer\": {{\"schedule\": {{\"instalments\": []}}}}}}'"], "hashed"),
    "a disclosure rewritten": ("P9", "dis_1", ["UPDATE bnpl_disclosure SET body = '{{}}'"], "hashed"),
    "terms never shown, a refusal only": ("P9", "agr_1", ["UPDATE bnpl_disclosure SET kind = 'decline_notice'"], "disclosed"),
    "referred to nobody": ("P9", "chk_2", ["UPDATE bnpl_checkout SET state = 'referred', decision_id = 'dec_9' WHERE checkout_id = 'chk_2'"], "waits for a person"),
    "a person decided without a review": ("P9", "dec_1", ["UPDATE bnpl_decision SET decided_by = 'Ada'"], "no closed review"),
    "a review closed without a decision": ("P9", "rev_1", ["INSERT INTO bnpl_review (shopper_id, review_id, decision_id, kind, state, outcome, new_decision_id, operator, opened_at, due_at, closed_at) SELECT shopper_id, 'rev_1', decision_id, 'requested', 'closed', 'declined', 'dec_9', 'Ada', decided_at, decided_at, decided_at FROM bnpl_decision"], "no decision says so"),
    "an event lost": ("P10", "chk_1", ["DELETE FROM bnpl_event WHERE seq = 4 AND stream = 'chk_1'"], "numbered 1 to 10"),
    "a checkout moved in silence": ("P10", "chk_2", ["UPDATE bnpl_checkout SET state = 'signed' WHERE checkout_id = 'chk_2'"], "its events say held"),
    "a loan moved in silence": ("P10", "loa_1", ["UPDATE bnpl_loan SET state = 'defaulted'"], "its events say active"),
    "a checkout nobody told of": ("P10", "chk_2", ["DELETE FROM bnpl_event WHERE stream = 'chk_2'"], "say nothing"),
    "a webhook forgotten": ("P10", "evt_checkout.confirmed", ["DELETE FROM bnpl_job WHERE kind = 'deliver'"], "is not there"),
}  # fmt: skip


@pytest.fixture
def book(store):
    beside = tuple(row for row in f.of_capital() if row.table != "subsidy_part")  # a part wants its journal entry
    f.write_all(store, *f.whole_book(), Changeset(rows=beside))


def unguarded(engine, statements):
    """Run raw SQL with the ledger's triggers dropped, as somebody with the database's password could."""
    columns = {
        "loan": ", ".join(name for name in f.loan().__slots__ if name != "shopper_id").replace("loan_id,", "'loa_2',", 1),
        "attempt": ", ".join(n for n in f.attempt().__slots__ if n not in ("shopper_id", "attempt_id"))
        .replace("purpose", "'early'").replace("state", "'sent'"),
    }  # fmt: skip
    postgresql = engine.dialect.name == "postgresql"
    with engine.connect() as connection:
        if postgresql:
            for table in ("journal_entry", "posting", "event"):
                connection.exec_driver_sql(f"ALTER TABLE bnpl_{table} DISABLE TRIGGER USER")
        else:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("PRAGMA ignore_check_constraints=ON")
            for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
            connection.exec_driver_sql("BEGIN")
        for statement in statements:
            if statement.startswith("DROP CHECK"):
                if postgresql:
                    table = {"sum": "sale_item", "within_available": "capital_pool"}[statement.split()[-1]]
                    name = f"ck_bnpl_{table}_{statement.split()[-1]}"
                    connection.exec_driver_sql(f"ALTER TABLE bnpl_{table} DROP CONSTRAINT {name}")
                continue
            connection.exec_driver_sql(statement.format(**columns))
        connection.commit()
    engine.dispose()


def test_a_sound_book_has_no_findings(book, verifier):
    assert verifier.findings() == ()


def test_an_empty_book_has_no_findings(verifier):
    assert verifier.findings() == ()


@pytest.mark.parametrize("case", BREAKS)
def test_a_broken_promise_is_named(book, engine, verifier, case):
    promise, subject, statements, word = BREAKS[case]
    unguarded(engine, statements)
    found = [finding for finding in verifier.findings() if (finding.promise, finding.subject) == (promise, subject)]
    assert any(word in finding.text for finding in found), verifier.findings()


def test_a_guard_of_the_ledger_switched_off_is_named(book, engine, verifier):
    unguarded(engine, [])
    names = {finding.subject for finding in verifier.findings()}
    assert "bnpl_ledger_guard bnpl_posting" in names or "bnpl_ledger_guard bnpl_journal_entry" in names
    assert {finding.promise for finding in verifier.findings()} == {"P1"}


def test_a_legally_lowered_limit_is_no_finding(book, store, verifier):
    fall = LimitChange(
        "shp_1", limit_change_id="lch_1", currency="EUR", kind="lower", state="effective", from_minor=100_000,
        to_minor=10, reason="unused", decision_id=None, told_at=f.NOW, effective_at=f.NOW, expires_at=None,
        changed_at=f.NOW,
    )  # fmt: skip
    store.write(Changeset(moves=(f.move(f.credit_line(), limit_minor=10),), rows=(fall,)))
    assert verifier.findings() == ()


def test_every_promise_is_broken_by_some_test():
    assert {promise for promise, *_ in BREAKS.values()} == set(PROMISES) == {f"P{n}" for n in range(1, 11)}


def test_every_state_has_an_event_that_tells_it():
    assert set(CHECKOUT_STATES.values()) == {"opened"} | {str(state) for state in CHECKOUT.table.values()}
    assert set(LOAN_STATES.values()) == {"active"} | {str(state) for state in LOAN.table.values()}
