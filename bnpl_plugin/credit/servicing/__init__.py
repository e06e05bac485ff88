"""Life after signature: what a payment pays, what closing early costs, how late a loan is.

For: pure functions from a schedule and what is still open of it.
May import: the modules of `bnpl_plugin.credit` above this folder, `bnpl_plugin.money`, `bnpl_plugin.errors`.
Must never: change a record, read a clock, hold a float.
To add a file: one event of a loan's life, its rules as named values, a test of the same name under
`tests/credit/servicing`.
"""
