"""What is kept of budgets is proved: each sum is broken by raw SQL, and ``verify`` names it."""
# ruff: noqa: E501 (a table reads across)

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lifecycle.subsidies.giving import zero_percent
from tests.lifecycle.world import world_in
from tests.storage.test_verify import unguarded

#: (promise, table of the subject, statement that breaks it, a word of the finding)
BREAKS = {
    "a used sum changed": ("P4", "subsidy", "UPDATE bnpl_subsidy SET used_minor = used_minor - 1", "sum to"),
    "a hold forgotten": ("P4", "subsidy", "UPDATE bnpl_hold SET subsidy_minor = 0 WHERE state = 'pending'", "sum to"),
    "a loan of no budget": ("P4", "", "UPDATE bnpl_loan SET subsidy_id = 'sub_x'", "not there"),
    "a part changed": ("P8", "loan", "UPDATE bnpl_subsidy_part SET part_minor = part_minor + 1 WHERE number = 2", "sum"),
    "a part lost": ("P8", "loan", "DELETE FROM bnpl_subsidy_part WHERE number = 6", "parts sum to"),
    "a part earned in silence": ("P8", "loan", "UPDATE bnpl_subsidy_part SET state = 'earned'", "ledger has"),
    "a part reversed in silence": ("P8", "loan", "UPDATE bnpl_subsidy_part SET state = 'reversed' WHERE number = 3", "part 3"),
    "income never booked": ("P8", "loan", "UPDATE bnpl_posting SET owner = 'x' WHERE account = 'subsidy_income'", "earned"),
    "what is unearned, moved": ("P8", "loan", "UPDATE bnpl_posting SET owner = 'x' WHERE account = 'unearned_subsidy'", "unearned"),
    "a receivable moved": ("P8", "", "UPDATE bnpl_posting SET owner = 'mer_x' WHERE account = 'merchant_subsidy_receivable'", "receivable"),
    "a loan's subsidy changed": ("P8", "loan", "UPDATE bnpl_loan SET subsidy_minor = subsidy_minor + 1", "the loan's subsidy is"),
}  # fmt: skip


@pytest.mark.parametrize("case", BREAKS)
def test_a_broken_sum_is_named(tmp_path: Path, migrated_url: str, case: str):
    promise, table, statement, word = BREAKS[case]
    with world_in(tmp_path, migrated_url) as world:
        budget = zero_percent(world.house, days=300)
        loan = world.book(world.buy(world.shop.add(total_minor=60_000), plan_code="instalments_6")).loan
        world.later(days=32)
        world.shopper(phone="+33612340001").to_signed(world.shop.add(total_minor=60_000), plan_code="instalments_6")
        world.sound()
        unguarded(world.house.store.engine, [statement])  # type: ignore[attr-defined]
        findings = world.house.verifier.findings()
        subject = {"subsidy": budget.subsidy_id, "loan": loan.loan_id}.get(table)
        named = [f for f in findings if f.promise == promise and subject in (None, f.subject)]
        assert any(word in finding.text for finding in named), findings


def test_more_used_than_there_is_is_named(tmp_path: Path, migrated_sqlite_url: str):
    with world_in(tmp_path, migrated_sqlite_url) as world:
        budget = zero_percent(world.house, days=300)
        world.buy(world.shop.add(total_minor=60_000), plan_code="instalments_6")
        unguarded(world.house.store.engine, ["UPDATE bnpl_subsidy SET ceiling_minor = 1"])  # type: ignore[attr-defined]
        assert any(f.subject == budget.subsidy_id and "of 1" in f.text for f in world.house.verifier.findings())
