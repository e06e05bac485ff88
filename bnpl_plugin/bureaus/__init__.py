"""Leaves: credit bureaus and open-banking services (constant ``BUREAU``, a ``ports.credit_source.CreditSource``).

For: asking one service about one shopper within a time, and telling its figures by their allow-listed names.
May import: ``ports`` and what lies below it, a client library of the service.
Must never: import a neighbour; keep what it was told; ask without consent; answer late: the caller waits in a request.
Add a file here: name the module like the source's code; a policy's ``sources`` then names that code.
"""
