"""Flash sales as the lender sees them: every shop's, with the capital set aside for each.

For: what ``lender_api`` is for; ``running`` has the routes. May import: what ``lender_api`` may. Must never: tell one
shop of another's sale. Add a file here: another matter of sales, its ``ROUTES`` named in ``lender_api.MATTERS``.
"""
