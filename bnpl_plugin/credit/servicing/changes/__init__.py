"""What changes a loan besides money: drawdowns, charges, forbearance, accrual, loss.

For: steps of the replay; each is position + event → position, its principal unchanged unless more is drawn.
May import: `servicing.position`, `interest`, `money_in`, `policy`, `events`, `parts`.
Must never: move money.
To add a file: one kind of change, its events in `events`, a line in `replay`.
"""
