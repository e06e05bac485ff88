"""Kinds of credit on sale, and the offers made of them. Implemented by the leaves in ``plans/`` (constant ``PLAN``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from bnpl_plugin.credit.business_days import BusinessDays
from bnpl_plugin.credit.calendar import MONTHLY, Period, add_months, due_date
from bnpl_plugin.credit.day_count import DayCount
from bnpl_plugin.credit.schedule import Schedule
from bnpl_plugin.credit.terms import (
    NO_INTEREST,
    PLAIN,
    USUAL,
    Accrual,
    DownPayment,
    FeePlacement,
    LoanTerms,
    Method,
    Shape,
)
from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.money import Remainder, Rounding
from bnpl_plugin.money.amount import Money


class PlanKind(StrEnum):
    """What the law sees: instalments without cost, one deferred payment, or credit with interest."""

    INSTALMENTS = "instalments"
    DEFERRED = "deferred"
    AMORTISING = "amortising"


_WITH_INTEREST, _WITHOUT = Method.EQUAL_INSTALMENTS, Method.INTEREST_FREE


@dataclass(frozen=True, slots=True)
class Plan:
    """One kind of credit. A released ``(code, version)`` is never edited; a change is a new version.

    ``first_today``: the first row (a down payment where there is one) is due at signature and is paid by card before
    the order is placed. ``limits`` maps currency to (lowest, highest) price in minor units; a currency not named is not
    served. ``rates`` maps rating ("A" best … "D") to the nominal annual rate as a fraction; empty means 0 %.
    ``mdr_bps`` is what the merchant gives for this plan on top of its own rate (merchant-funded 0 %).

    The rest shapes the schedule and has the defaults of an ordinary instalment plan: ``period`` and ``first_due_after``
    (in how many periods the first instalment is due when it is not due today), ``method`` (None: equal instalments
    with interest, equal parts without), ``fee_percent`` of the price as the shopper's fee and where it is placed,
    ``rounding`` of the equal part and which instalment takes the ``remainder``, ``day_count``, ``shape`` (down payment,
    balloon, grace, whole-unit instalments …), ``accrual``, ``business_days``. ``down_payment_for_gap``: a price above
    what the shopper may still owe may be met by paying the gap at signature (``paying_down``).
    """

    code: str
    version: int
    title: str  # English msgid with {count}
    kind: PlanKind
    count: int
    first_today: bool
    limits: Mapping[str, tuple[int, int]]
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    mdr_bps: int = 0
    first_due_days: int | None = None  # deferred: days until the only instalment
    countries: tuple[str, ...] = ()  # empty: wherever the law allows
    period: Period = MONTHLY
    first_due_after: int = 1
    method: Method | None = None
    fee_percent: Decimal = Decimal(0)
    fee_placement: FeePlacement = FeePlacement.FIRST
    rounding: Rounding = Rounding.HALF_UP
    remainder: Remainder = Remainder.LAST
    day_count: DayCount = DayCount.THIRTY_360_MONTHLY
    shape: Shape = PLAIN
    accrual: Accrual = USUAL
    business_days: BusinessDays | None = None
    down_payment_for_gap: bool = False

    def __post_init__(self) -> None:
        if self._pays_at_drawdown and not self.first_today:
            raise InvalidInput(
                field="first_today", fault="is False", accepted="True where something is paid at the drawdown"
            )

    @property
    def _pays_at_drawdown(self) -> bool:
        """Whether a row of its own is due at the drawdown, before the instalments."""
        return self.shape.down_payment is not None or self.fee_placement is FeePlacement.DRAWDOWN

    def paying_down(self, minor: int) -> Plan:
        """Return this plan with a down payment of so many minor units at signature, before its instalments."""
        return replace(self, first_today=True, shape=replace(self.shape, down_payment=DownPayment(minor=minor)))

    def rate_for(self, rating: str | None) -> Decimal:
        """Return the nominal rate of a rating.

        Without a rating the dearest, so that a decision never makes it dearer.
        """
        if not self.rates:
            return NO_INTEREST
        if rating is None:
            return max(self.rates.values())
        return self.rates[rating]

    def terms(
        self, *, principal: Money, start_on: date, rating: str | None, nominal_rate: Decimal | None = None
    ) -> LoanTerms:
        """Return the loan that this plan makes of a price, drawn down on ``start_on``.

        ``nominal_rate`` takes the place of the rating's own where somebody else pays for the difference. Raises
        ``InvalidInput`` where the price is too small for the plan's shape.
        """
        rate = self.rate_for(rating) if nominal_rate is None else nominal_rate or NO_INTEREST
        first_due_on, anchor_date = start_on, None
        if self.first_due_days is not None:
            first_due_on = start_on + timedelta(days=self.first_due_days)
        elif not self.first_today or self._pays_at_drawdown:
            first_due_on, anchor_date = self._after(start_on), start_on
        fee = principal.times(self.fee_percent / 100).minor if self.fee_percent else 0
        return LoanTerms(
            principal=principal,
            count=self.count,
            period=self.period,
            drawdown_on=start_on,
            first_due_on=first_due_on,
            method=self.method or (_WITH_INTEREST if rate else _WITHOUT),
            nominal_rate=rate,
            fee_minor=fee,
            fee_placement=self.fee_placement,
            remainder=self.remainder,
            rounding=self.rounding,
            day_count=self.day_count,
            anchor_date=anchor_date,
            shape=self.shape,
            accrual=self.accrual,
            business_days=self.business_days,
        )

    def _after(self, start_on: date) -> date:
        if self.period is MONTHLY:
            return add_months(start_on, self.first_due_after)
        return due_date(start_on, period=self.period, periods=self.first_due_after)


@dataclass(frozen=True, slots=True)
class Offer:
    """A plan with numbers for one cart in one country. Signed by ``quotation`` and good until ``expires_at``.

    ``apr`` is an exact fraction a year, ``apr_percent`` the figure to print. ``sample_law`` labels offers that rest
    on sample values. ``subsidy_minor`` is what the budget ``subsidy_id`` of the merchant ``subsidised_by`` pays to the
    lender for the cheaper price; the shopper owes nothing of it.
    """

    plan_code: str
    plan_version: int
    kind: PlanKind
    title: str
    merchant_id: str
    country: str
    cart_fingerprint: str
    rating: str | None
    nominal_rate: Decimal
    apr: Decimal
    apr_percent: Decimal
    apr_method: str
    schedule: Schedule
    first_today: bool
    mdr_bps: int
    sample_law: bool
    personalised: bool
    quoted_at: datetime
    expires_at: datetime
    subsidy_id: str | None = None
    subsidy_minor: int = 0
    subsidised_by: str = ""
    down_payment_minor: int = 0  # of the first row: covers what the credit line does not

    @property
    def financed_minor(self) -> int:
        """What stays owed once the down payment is made: what counts against the credit line, in minor units."""
        return self.schedule.principal_minor - self.down_payment_minor

    @property
    def count(self) -> int:
        """How many instalments; a down payment is none."""
        return len(self.schedule.instalments) - (self.down_payment_minor > 0)

    @property
    def first_minor(self) -> int:
        """What is charged at signature, in minor units (0 when nothing is due today)."""
        return self.schedule.instalments[0].total_minor if self.first_today else 0

    def to_json(self) -> dict[str, Any]:
        """Return the plain form that is signed and that a checkout keeps."""
        return {
            "plan_code": self.plan_code,
            "plan_version": self.plan_version,
            "kind": str(self.kind),
            "title": self.title,
            "merchant_id": self.merchant_id,
            "country": self.country,
            "cart_fingerprint": self.cart_fingerprint,
            "rating": self.rating,
            "nominal_rate": str(self.nominal_rate),
            "apr": str(self.apr),
            "apr_percent": str(self.apr_percent),
            "apr_method": self.apr_method,
            "schedule": self.schedule.to_json(),
            "first_today": self.first_today,
            "mdr_bps": self.mdr_bps,
            "sample_law": self.sample_law,
            "personalised": self.personalised,
            "quoted_at": self.quoted_at.isoformat(),
            "expires_at": self.expires_at.isoformat(),
            "subsidy_id": self.subsidy_id,
            "subsidy_minor": self.subsidy_minor,
            "subsidised_by": self.subsidised_by,
            "down_payment_minor": self.down_payment_minor,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Offer:
        """Rebuild an offer from ``to_json``'s form."""
        return cls(
            **{
                **data,
                "kind": PlanKind(data["kind"]),
                "nominal_rate": Decimal(data["nominal_rate"]),
                "apr": Decimal(data["apr"]),
                "apr_percent": Decimal(data["apr_percent"]),
                "schedule": Schedule.from_json(data["schedule"]),
                "quoted_at": datetime.fromisoformat(data["quoted_at"]),
                "expires_at": datetime.fromisoformat(data["expires_at"]),
            }
        )


@dataclass(frozen=True, slots=True)
class PlanRefusal:
    """Why a plan is not offered for a cart: a stable code for the merchant's diagnosis and its details."""

    plan_code: str
    #: amount_too_low, amount_too_high, currency_not_served, country_not_served, law_missing, rate_above_cap,
    #: not_in_sale
    code: str
    details: Mapping[str, str] = field(default_factory=dict)
