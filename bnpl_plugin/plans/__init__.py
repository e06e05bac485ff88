"""Leaves: the kinds of credit on sale, one module each with the constant ``PLAN``.

For: what a plan is (count, rhythm, rates by rating, amount limits by currency, the merchant's share). No behaviour: a
plan's numbers follow from ``ports.plan.Plan.terms`` and ``credit``.
May import: ``ports`` and what lies below it.
Must never: import a neighbour, a framework, or know a country's law; the law refuses offers, not plans.
Add a file here: copy a neighbour, name module and code alike, fill ``PLAN``. A plan that was ever offered is never
edited: raise its ``version``. ``tests/contracts/test_plans.py`` tests it before you do.
"""
