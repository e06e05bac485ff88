"""Subjects: one function for each collection, of the collection's name, that computes a case by the product itself.

For: turning a case's inputs into the product's own terms (a convention is a named value of the product, read from the
case's inputs) and yielding a `Check` for every published figure.
May import: `tests.golden.case` and the package. Must never: compute a figure by itself, or know a case by its id.
To add a file: group collections that share their inputs; name each in `HOMES`.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from types import MappingProxyType

from tests.golden.case import Subject, Unreadable

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
        Unreadable: nobody here knows the collection, or its subject is not written.
    """
    if collection not in HOMES:
        raise Unreadable(f"{collection}: is no collection that we compute; there are {', '.join(HOMES)}")
    home = f"tests.golden.subjects.{HOMES[collection]}"
    if find_spec(home) is None:
        raise Unreadable(f"{collection}: its subject {home} is not written")
    subject: Subject | None = getattr(import_module(home), collection, None)
    if subject is None:
        raise Unreadable(f"{collection}: {home} has no function of its name")
    return subject
