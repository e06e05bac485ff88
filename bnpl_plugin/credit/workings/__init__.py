"""Workings: a schedule or an APR laid open, so that a lawyer, an auditor or a shopper can follow it by hand.

For: `apr_working` and `schedule_working`, which return a `Working`: inputs, conventions, the table, the results.
May import: all of `bnpl_plugin.credit`, `bnpl_plugin.money`, `bnpl_plugin.errors`.
Must never: compute a figure of its own (it shows what the same functions computed), hold a float, know a locale.
To add a file: one thing that is explained, a function that returns a `Working`, a test with the text it prints.
"""

from bnpl_plugin.credit.workings.of_apr import apr_working
from bnpl_plugin.credit.workings.of_schedule import schedule_working
from bnpl_plugin.credit.workings.table import Working

__all__ = ["Working", "apr_working", "schedule_working"]
