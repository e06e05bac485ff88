"""Double entry, append-only.

For: the chart of accounts, the journal entry that cannot be out of balance, one function per business event, and the
checks that a book of entries must pass.
May import: `bnpl_plugin.money`, `bnpl_plugin.credit`, `bnpl_plugin.errors`, the standard library.
Must never: touch a database, edit or delete an entry (a correction is a new entry), hold a float.
To add a business event: one function in `postings` that returns a `JournalEntry`, a `kind` for it, a test with the
T-accounts written out.
"""

from bnpl_plugin.ledger.accounts import CHART, Account, AccountType, Side
from bnpl_plugin.ledger.journal import JournalEntry, Posting

__all__ = ["CHART", "Account", "AccountType", "JournalEntry", "Posting", "Side"]
