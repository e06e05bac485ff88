"""Which input keys the subjects know, so that one that nobody reads is told and not passed over.

A key that only explains a case (where it was printed, what follows from the others) is known too, and stands under
`_TOLD`. An unknown key fails no case by itself: it is named beside each figure that differs, and once for the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

_TOLD = frozenset({
    "currency_note", "source_note", "note", "notes", "sign_changes", "agreement_date", "payment_date", "term",
    "first_payment_date", "last_payment_date", "term_days", "due_days", "pattern", "advance", "prepaid_finance_charge",
    "nominal_rate", "currency", "payments", "down_payment.date", "periods.from_date", "fee_per_period_rate",
})  # fmt: skip
"""What follows from other keys of its case, or explains it."""

_LOAN = frozenset({
    "submitted_on", "principal", "annual_rate", "currency", "interest", "interest_type", "amortization", "day_count",
    "interest_calculation_period", "partial_period_interest", "days_in_year", "days_in_month", "instalments", "every",
    "every_unit", "term", "term_unit", "grace_principal", "grace_interest", "instalment_multiple_of", "product",
    "down_payment_percent", "auto_down_payment", "allocation_strategy", "future_instalment_rule", "processing",
    "schedule_type", "interest_recalculation", "recalculation_rest", "pre_closure", "compounding",
    "advance_payment_adjustment", "overdue_penalty", "overdue_penalty.pct", "overdue_penalty.of",
})  # fmt: skip
_EVENT = frozenset({
    "seq", "type", "date", "business_date", "amount", "charge", "due_date", "pct", "payment_nr", "payment_type", "nth",
    "of", "rule", "transaction_type", "note", "rescheduleFromDate", "submittedOnDate", "adjustedDueDate", "extraTerms",
    "newInterestRate", "frequencyNumber", "frequencyType", "startDate", "numberOfInstallments",
})  # fmt: skip
_LIFE = frozenset({
    "loan", "events", *(f"loan.{key}" for key in _LOAN), *(f"events.{key}" for key in _EVENT),
})  # fmt: skip
_FLOWS = frozenset({
    "advance", "advance.amount", "advance.date", "advance.t", "advances", "advances.amount", "advances.date",
    "advances.t", "advances.f", "streams", "streams.amount", "streams.count", "streams.direction", "streams.step",
    "streams.t", "streams.f", "streams.step_unit_periods", "streams.first_date", "payments.amount", "payments.date",
    "payments.t", "payment", "count", "t", "step", "interval_rule",
})  # fmt: skip
_EMI = frozenset({
    "annual_rate", "day_count", "every", "unit", "disbursements", "disbursements.amount", "disbursements.date",
    "periods", "periods.due_date", "payments.amount", "payments.date", "payments.split",
    *(f"payments.split.{part}" for part in ("principal", "interest", "fee", "penalty")),
    "down_payment", "down_payment.percent", "down_payment.amount", "refunds", "refund",
    *(f"{refund}.{key}" for refund in ("refund", "refunds")
      for key in ("type", "date", "amount", "allocation", "interest_refund")),
    "as_of", "interest_recalculation_rest", "pre_closure", "period", "quote_date",
})  # fmt: skip

KEYS: Mapping[str, frozenset[str]] = MappingProxyType({
    "us_apr": _FLOWS | {"unit_period", "unit_period.unit", "unit_period.multiple", "unit_periods_per_year",
                        "first_advance_date"},
    "eu_apr": _FLOWS,
    "uk_apr": _FLOWS,
    "china_irr": frozenset({"principal", "count", "payment", "principal_per_period", "fee_per_period"}),
    "day_count": frozenset({"convention", "start", "end", "unit", "multiple", "isSecuredOnLand", "hasSinglePayment"}),
    "tvm_xirr": frozenset({"rate", "nper", "per", "pv", "fv", "pmt", "when", "guess", "start_period", "end_period",
                           "cash_flows", "cash_flows.date", "cash_flows.amount", "day_count", "first_at",
                           "finance_rate", "reinvest_rate"}),
    "representative_examples": frozenset({
        "principal", "purchase", "count", "total_instalments", "interval", "apr", "nominal_rate", "annual_rate",
        "method", "rounding", "rule", "split", "remainder", "residual", "levelling", "fee", "fee_rate", "fee_share",
        "fee_percent", "fee_pct", "fee_upfront", "down_payment", "instalment", "last_instalment", "fixed_instalment",
        "first_date", "flows", "flows.t", "flows.amount", "flows.direction"}),
    "iso4217": frozenset({"code"}),
    "cldr_formats": frozenset({"locale", "currency", "amount", "number", "date", "format", "numbering_system"}),
    "ec_amortisation": frozenset({"principal", "annual_rate", "rate_kind", "periods", "period_unit", "method",
                                  "first_period_years", "yearly_growth", "rate_steps", "rate_steps.from_period",
                                  "rate_steps.rate", "extra_cost", "balloon"}),
    "frappe_lending": frozenset({"principal", "annual_rate", "periods", "frequency", "emi_rounding",
                                 "interest_rounding", "fixed_amount", "repayment_start_date", "rule"}),
    "fineract_emi": _EMI,
    "fineract_interest_refund": _EMI,
    "fineract_schedules": _LIFE,
    "fineract_journal": _LIFE,
})  # fmt: skip
"""What the subject of a collection reads; a key inside another is written after it and a point."""


def unread(collection: str, inputs: Mapping[str, Any]) -> list[str]:
    """Return the keys of a case's inputs that its subject does not know, sorted."""
    known = KEYS.get(collection)
    if known is None:
        return []
    return sorted(set(_names(inputs)) - known - _TOLD)


def _names(value: Any, *, inside: str = "") -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _names(each, inside=inside)
    elif isinstance(value, Mapping):
        for key, each in value.items():
            name = f"{inside}{key}"
            yield name
            if not name.endswith("future_instalment_rule"):  # its keys are read one by one, and named when unknown
                yield from _names(each, inside=f"{name}.")
