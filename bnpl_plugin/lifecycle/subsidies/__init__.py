"""Budgets with which a merchant or the maker pays for cheaper credit.

A budget says which plans, shops and prices it makes cheaper, by how much, from when to when and for how much in all.
A quote at its rate carries the fee, which is what the lender gives up; the hold reserves the fee out of the budget,
``confirm`` keeps it used, time earns it.

For: ``terms`` (what a budget says), ``pricing`` (the subsidised offer), ``budgets`` (made, stopped, extended),
``watching`` (it stops itself, and warns), ``earning`` (booked, earned, reversed).
May import: what ``lifecycle`` may; ``pricing`` nothing of the use cases, for ``quotation`` stands on it.
Must never: make an offer dearer than it would be without a subsidy, or charge what was not signed.
Add a file here: one question about budgets.
"""
