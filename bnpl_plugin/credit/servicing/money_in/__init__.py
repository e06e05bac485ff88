"""Money that comes in or goes back: which rows it pays, what an overpayment does, what a chargeback brings back.

For: steps of the replay and the allocation they share; each is position + event → position.
May import: `servicing.position`, `interest`, `policy`, `events`, `parts`.
Must never: change what was agreed; that is `changes`.
To add a file: one way of money, its rules as named values of `policy`.
"""
