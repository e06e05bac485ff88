"""Fineract's words turned into the product's terms: loans, policies, events.

For: the subjects of the collections that were taken from Apache Fineract's tests.
May import: `bnpl_plugin.credit`, `tests.golden.case`. Must never: compute a figure, or know a case by its id.
To add a file: one kind of thing that Fineract names otherwise than we do.
"""
