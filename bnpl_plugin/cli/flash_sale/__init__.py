"""``flask bnpl sale …``: ``sales`` makes, shows and runs sales, ``checking`` recomputes a draw without a database.

For: what ``cli`` is for. May import: what ``cli`` may. Must never: decide. Add a file here: a command about flash sales
of more than a screen; its group is entered in ``cli``.
"""
