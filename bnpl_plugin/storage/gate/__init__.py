"""The gate of flash sales in the house's own tables (``gates/sql``): one locked row a sale, on both databases.

For: implementing ``ports.gate.Gate`` with statements. Whoever can only be told "no", "not yet" or "you already are" is
answered from one read without a lock; only who takes something, or a place in line, waits for the sale's row.
May import: ``storage.schema``, ``storage.engine``, ``storage.transactions``, ``storage.refusals``, ``ports``.
Must never: touch the tables of stock, lines and capital (those are the holds'); keep anything outside the database.
Add a file here: for another group of the port's verbs.
"""

from bnpl_plugin.storage.gate.sql_gate import SqlGate

__all__ = ["SqlGate"]
