"""Values that the countries of the Union take from directives; data only, no country of its own.

Directive (EU) 2023/2225 on consumer credit (CCD2), applied from 20 November 2026, binds through national acts; a leaf
takes from here what its act did not change.
"""

from datetime import date

from bnpl_plugin.ports.jurisdiction import Value

APPLIES_FROM = date(2026, 11, 20)
_CCD2 = "Directive (EU) 2023/2225"

MAX_CREDIT = Value(100_000_00, "EUR minor units", APPLIES_FROM, f"{_CCD2}, Art. 2", "T")
APR_DECIMALS = Value(1, "decimals of a percent, half up", APPLIES_FROM, f"{_CCD2}, Annex III part I", "T")
WITHDRAWAL_DAYS = Value(14, "calendar days from the agreement", APPLIES_FROM, f"{_CCD2}, Art. 26(1)", "T")
WITHDRAWAL_SETTLE_DAYS = Value(
    30, "calendar days from the dispatch of the withdrawal", APPLIES_FROM, f"{_CCD2}, Art. 26(5)", "T"
)
WITHDRAWAL_REMINDER_DAYS = Value(
    (1, 7), "first and last day after the agreement", APPLIES_FROM, f"{_CCD2}, Art. 10(1)", "T"
)
EARLY_FEE_CAPS_BPS = Value(
    (100, 50),
    "basis points of the principal paid early: over a year left, up to a year left",
    APPLIES_FROM,
    f"{_CCD2}, Art. 29",
    "T",
)

_BUTTON = "Directive 2011/83/EU, Art. 11a (inserted by 2023/2673)"
WITHDRAWAL_LABEL_EN = Value("withdraw from contract here", "text", date(2026, 6, 19), _BUTTON, "S")
WITHDRAWAL_CONFIRM_LABEL_EN = Value("confirm withdrawal", "text", date(2026, 6, 19), _BUTTON, "S")
