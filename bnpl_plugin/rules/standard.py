"""The lender's first policy: points set by hand on what the checkout asks and on the shopper's own history with us.

Age gives no points, only the ``age`` rule's yes or no: age is a prohibited basis for a price in the United States,
and no better a reason elsewhere. Where they live, what they buy and how they pay give none either.
"""

from bnpl_plugin.ports.rule import Evidence, Policy

#: (free income as a share of income in basis points, points), the first that fits.
FREE_INCOME = ((6_000, 30), (4_000, 20), (2_000, 10))

#: (a month's income as a share of the product cap in basis points, points), the first that fits.
INCOME = ((5_000, 20), (2_500, 10))

#: (loans paid back in full, points), the first that fits.
SETTLED = ((3, 30), (1, 15))

#: Every open loan beyond this many takes ``CROWDED_POINTS``.
UNCROWDED_LOANS = 2
CROWDED_POINTS = 10


def points(evidence: Evidence) -> int:
    """Return the score, 0 to 80: free income 0–30, income 0–20, loans settled 0–30, less 10 for each crowded loan."""
    income_minor = max(evidence.income_minor, 1)
    free_bps = (evidence.income_minor - evidence.outgoings_minor) * 10_000 // income_minor
    income_bps = evidence.income_minor * 10_000 // max(evidence.product_cap_minor, 1)
    crowd = max(evidence.open_loans - UNCROWDED_LOANS, 0)
    score = (
        _step(free_bps, table=FREE_INCOME)
        + _step(income_bps, table=INCOME)
        + _step(evidence.loans_settled, table=SETTLED)
        - crowd * CROWDED_POINTS
    )
    return max(score, 0)


def _step(value: int, *, table: tuple[tuple[int, int], ...]) -> int:
    return next((given for lowest, given in table if value >= lowest), 0)


POLICY = Policy(
    version="2026-11-24",
    rules=("age", "student", "identity_mismatch", "country", "open_arrears", "velocity", "affordability", "exposure"),
    points=points,
    ratings=((60, "A"), (40, "B"), (20, "C"), (0, "D")),
    limit_bps={"A": 10_000, "B": 7_000, "C": 4_000, "D": 2_000},
    caps_minor={"CNY": 30_000_00, "EUR": 4_300_00, "USD": 4_999_00},
)
