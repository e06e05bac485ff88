"""Life after signature: a loan account, what happens to it, and where it stands.

Read it as a story: an `account` holds what was agreed, the `policy` it is run by and the `events` so far; `replay`
tells them in order, each one a step in `money_in` (money comes and goes), `changes` (the terms, charges, losses) or
`interest` (what the balance earns), and returns the `position`: rows, transactions, what is overpaid. Back-dated events
stand in their place and reversed ones never happened. `repayment`, `early_settlement`, `withdrawal` and `arrears`
answer single questions from a schedule and what is still open of it.

For: pure functions from a schedule and events.
May import: the modules of `bnpl_plugin.credit` above this folder, `bnpl_plugin.money`, `bnpl_plugin.errors`.
Must never: change a record, read a clock, make an id, hold a float.
To add a file: an event is a record in `events`, a step in one of the rooms and a line in `replay`; a rule is a named
value of `policy`; a test of the same name under `tests/credit/servicing`.
"""

from bnpl_plugin.credit.servicing.account import LoanAccount
from bnpl_plugin.credit.servicing.events import MoneyReceived
from bnpl_plugin.credit.servicing.policy import ServicingPolicy
from bnpl_plugin.credit.servicing.replay import replay

__all__ = ["LoanAccount", "MoneyReceived", "ServicingPolicy", "replay"]
