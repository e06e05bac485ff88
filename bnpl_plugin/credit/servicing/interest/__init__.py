"""Interest while a loan runs: what the balance really earns, what is payable on a day, what goes back with goods.

For: loans whose interest follows the balance (`InterestTerms`); with fixed interest these functions change nothing.
May import: `bnpl_plugin.credit` above `servicing`, `servicing.position`, `parts`, `policy`.
Must never: move money or a due date.
To add a file: one question about interest.
"""
