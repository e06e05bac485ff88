"""Where a loan stands: its rows, its transactions, its charges, what is overpaid.

For: frozen records that only `replay` and its steps make.
May import: `bnpl_plugin.credit` above `servicing`, `servicing.parts`.
Must never: know an event or a policy.
To add a file: one noun of a running loan.
"""
