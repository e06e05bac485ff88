"""From terms to a schedule, in whole minor units and exact fractions.

For: `build_schedule`, and the functions it is made of, which life after signature uses again: period charges, the
level instalment, the running down of a principal.
May import: the modules of `bnpl_plugin.credit` beside this folder, `bnpl_plugin.money`, `bnpl_plugin.errors`.
Must never: hold a float, read a clock, round where no name says so.
To add a file: a family of methods is one module with one function from terms and charges to columns, entered in
`build`; its numbers have a test of the same name under `tests/credit`, each with its source.
"""

from bnpl_plugin.credit.amortisation.build import build_schedule

__all__ = ["build_schedule"]
