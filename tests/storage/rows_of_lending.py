"""Valid rows of the tables of credit and capital, and the instant at which everything happens."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from bnpl_plugin.ports.records import (
    Borrowing,
    CapitalLimit,
    CoLending,
    Enquiry,
    Funder,
    LimitChange,
    LoanSale,
    LoanSaleItem,
    Pass,
    PolicyVersion,
    Prequalification,
    Record,
    Remittance,
    Review,
    Subsidy,
    SubsidyPart,
)

NOW = datetime(2026, 11, 24, 9, 30, 0, 123456, tzinfo=UTC)
HOUR = timedelta(hours=1)


def of_credit() -> tuple[Record, ...]:
    """One row of each table of a shopper's credit that the other makers do not cover."""
    return (
        PolicyVersion("1", state="champion", share_bps=0, sha256="a" * 64, body={}, created_at=NOW, changed_at=NOW),
        Enquiry(
            "shp_1", enquiry_id="enq_1", source="sandbox", kind="bureau", state="asked", purpose_ref="chk_1",
            report=None, fault=None, asked_at=NOW, answered_at=None,
        ),
        Review(
            "shp_1", review_id="rev_1", decision_id="dec_1", checkout_id=None, kind="referred", state="open",
            outcome=None, new_decision_id=None, sealed_statement=None, operator=None, note=None, proposal=None,
            opened_at=NOW, due_at=NOW + HOUR, overdue_at=None, closed_at=None,
        ),
        Pass(
            "shp_1", pass_id="pas_1", decision_id="dec_1", country="FR", currency="EUR", rating="A", limit_minor=9,
            state="valid", details={}, issued_at=NOW, expires_at=NOW + HOUR, changed_at=NOW,
        ),
        Prequalification(
            "pre_1", merchant_id="mer_1", country="FR", currency="EUR", asked_minor=0, phone_hash=None, locale="fr",
            return_url="", state="pending", shopper_id=None, decision_id=None, up_to_minor=0, opened_at=NOW,
            expires_at=NOW + HOUR, changed_at=NOW,
        ),
        LimitChange(
            "shp_1", limit_change_id="lch_1", currency="EUR", kind="raise", state="offered", from_minor=1, to_minor=2,
            reason="", decision_id=None, told_at=NOW, effective_at=None, expires_at=NOW + HOUR, changed_at=NOW,
        ),
    )  # fmt: skip


def of_capital() -> tuple[Record, ...]:
    """One row of each table of the lender's money that the other makers do not cover."""
    return (
        Funder("fun_1", name="Bank", servicing_bps=100, created_at=NOW),
        Borrowing(
            "bor_1", pool_id="pool_EUR", funder_id="fun_1", kind="standardised", state="open", currency="EUR",
            principal_minor=9, outstanding_minor=0, nominal_rate_bps=300, interest_minor=0,
            accrued_to=NOW.date(), due_on=date(2027, 1, 1), taken_at=NOW, changed_at=NOW,
        ),
        CoLending(
            "col_1", funder_id="fun_1", pool_id="pool_EUR", plan_codes={"codes": []}, share_bps=5000, state="active",
            starts_at=NOW, ends_at=NOW + HOUR, changed_at=NOW,
        ),
        Subsidy(
            "sub_1", merchant_id="mer_1", name="Zero", country="FR", currency="EUR", state="active", ceiling_minor=100,
            used_minor=0, warn_bps=8000, terms={}, starts_at=NOW, ends_at=NOW + HOUR, warned_at=None, created_at=NOW,
            changed_at=NOW,
        ),
        SubsidyPart(
            "shp_1", loan_id="loan_1", number=1, state="unearned", currency="EUR", part_minor=1,
            due_on=date(2027, 1, 1), due_at=NOW, changed_at=NOW,
        ),
        CapitalLimit(
            "lim_1", pool_id="pool_EUR", scope="plan", subject="pay_in_3", state="active", ceiling_minor=100,
            used_minor=0, created_at=NOW, changed_at=NOW,
        ),
    )  # fmt: skip


def of_sales() -> tuple[Record, ...]:
    """One row of each table of sold loans and remittances; they say more than the books they stand beside."""
    return (
        LoanSale(
            "lsa_1", pool_id="pool_EUR", funder_id="fun_1", direction="sell", state="open", currency="EUR",
            target_minor=100, price_bps=9_900, value_on=date(2026, 11, 24), selection={"loan_ids": [], "after": None},
            loans=1, principal_minor=50, price_minor=49, created_at=NOW, changed_at=NOW,
        ),
        LoanSaleItem("shp_1", "lsa_1", "loa_1", principal_minor=50, price_minor=49, moved_at=NOW),
        Remittance("fun_1", "EUR", 1, amount_minor=-7, bank_ref="statement 1", entry_id="jou_9", remitted_at=NOW),
    )  # fmt: skip
