"""The lender's own money: pools, what is borrowed for them, what bounds them, who shares in their loans or buys them.

For: the use cases of a treasurer (``pools``, ``borrowings``, ``limits``, ``funders``, ``loan_sales``), and what the
life of a loan asks of them (``exposure``: what frees when principal goes; ``ceding``: what of a payment is a funder's).
May import: what ``lifecycle`` may, and of ``lifecycle`` only ``house`` and ``subsidies.earning``.
Must never: let the shopper see that a loan has changed hands; change a pool's sums but through a guarded changeset.
Add a file here: one matter of the lender's money.
"""

from bnpl_plugin.lifecycle.funding.pools import add_capital, exchanged, withdraw_capital

__all__ = ["add_capital", "exchanged", "withdraw_capital"]
