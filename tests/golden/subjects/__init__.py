"""Subjects: one function for each collection, of the collection's name, that computes a case by the product itself.

For: turning a case's inputs into the product's own terms (a convention is a named value of the product, read from the
case's inputs) and yielding a `Check` for every published figure.
May import: `tests.golden.case` and the package. Must never: compute a figure by itself, or know a case by its id.
To add a file: group collections that share their inputs; name each in `HOMES`.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

from tests.golden.case import Subject

HOMES: Mapping[str, str] = MappingProxyType({
    "us_apr": "aprs",
    "eu_apr": "aprs",
    "uk_apr": "aprs",
    "china_irr": "aprs",
    "day_count": "day_counts",
    "tvm_xirr": "time_values",
    "representative_examples": "offers",
    "iso4217": "formats",
    "cldr_formats": "formats",
    "ec_amortisation": "schedules",
    "frappe_lending": "schedules",
    "fineract_emi": "emis",
    "fineract_interest_refund": "emi_life",
    "fineract_schedules": "servicing",
    "fineract_journal": "journals",
})  # fmt: skip
"""Which module computes a collection."""


def subject_of(collection: str) -> Subject:
    """Return the function that computes a collection's cases.

    Raises:
        KeyError: nobody here knows the collection.
    """
    subject: Subject = getattr(import_module(f"tests.golden.subjects.{HOMES[collection]}"), collection)
    return subject
