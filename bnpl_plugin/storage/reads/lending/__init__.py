"""Reads of credit and capital: lines, reviews, policies, budgets, and how credit went.

For: what use cases of the lender's side ask, one module a matter. May import: what ``storage.reads`` may.
Must never: write. Add a file here: a matter's reads, told to the store by ``sql_lending`` or a facet of its own.
"""
