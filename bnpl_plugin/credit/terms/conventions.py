"""The named conventions of a loan: closed sets, each value with its rule."""

from __future__ import annotations

from enum import StrEnum


class Method(StrEnum):
    """How principal and interest make up the instalments."""

    EQUAL_INSTALMENTS = "equal_instalments"
    """The same total each time; interest on what is still owed."""
    EQUAL_PRINCIPAL = "equal_principal"
    """The same principal each time; interest on what is still owed, so that the totals fall."""
    FLAT = "flat"
    """The same principal and the same interest each time; interest on the original principal for the whole term."""
    INTEREST_ONLY = "interest_only"
    """Interest each time, the whole principal with the last."""
    GRADUATED = "graduated"
    """Totals that grow by a fixed fraction every year; interest on what is still owed."""
    INTEREST_FREE = "interest_free"
    """The principal in equal parts, no interest."""


class FeePlacement(StrEnum):
    """Which rows carry the shopper's fee."""

    FIRST = "first"
    """The first instalment after any down payment."""
    SPREAD = "spread"
    """All instalments evenly; the last takes the remainder."""
    DRAWDOWN = "drawdown"
    """The drawdown's day: with the down payment, or a row of its own."""


class Levelling(StrEnum):
    """How equal the equal instalments are made, since a cent cannot be divided."""

    ODD_ONE = "odd_one"
    """All are the exact instalment rounded as named; one named instalment (`remainder`) takes the difference."""
    ADJUSTED = "adjusted"
    """As before, but the instalment moves by the n-th part of the difference if that brings the last one closer."""
    ALL_EQUAL = "all_equal"
    """Every one is the exact instalment rounded up; what that takes above the debt is a fee in the last one."""


class Carry(StrEnum):
    """What is carried from one period into the next."""

    MINOR_UNITS = "minor_units"
    """The rounded figures: what the rows show is all there is."""
    EXACT_INTEREST = "exact_interest"
    """Unrounded interest and balances under a rounded instalment."""
    EXACT = "exact"
    """Nothing is rounded but what is shown: any sum of rows lies within one minor unit of the exact one."""


class Compounding(StrEnum):
    """What the yearly rate means for a part of a year."""

    EACH_PERIOD = "each_period"
    """Nominal: rate times the part of the year."""
    YEARLY = "yearly"
    """Effective: (1 + rate) to the power of the part of the year, less 1."""


class OddDays(StrEnum):
    """What an odd part of a month earns when whole months are 1/12 of a year (`DayCount.THIRTY_360_MONTHLY`)."""

    OVER_360 = "over_360"
    """Its days over 360, counted before the whole months."""
    OVER_OWN_MONTH = "over_own_month"
    """The twelfth part of a year times its days over the days of the month they lie in, after the whole months."""


class AccrualDates(StrEnum):
    """Until which day a period earns when its due date was moved to a business day."""

    UNADJUSTED = "unadjusted"
    """The day of the rhythm: interest does not depend on holidays."""
    ADJUSTED = "adjusted"
    """The day that payment is due."""


class Shortfall(StrEnum):
    """What becomes of interest that an instalment is too small to pay."""

    CARRIED = "carried"
    """The next instalments pay it first; it earns nothing itself."""
    CAPITALISED = "capitalised"
    """The next instalments pay it first; until then it earns interest like principal."""
