"""What the house asks of the world: Protocols and the plain data that crosses them.

For: the shapes that the lifecycle reads and writes (records, changesets, orders, offers, outcomes) and the Protocols
that storage, web, providers, plans, rules, countries and the host implement. May import: ``ledger``, ``credit``,
``money`` and ``errors``. Must never: import flask, sqlalchemy, marshmallow, alembic or stripe; hold behaviour beyond
checks on its own data. Add a file here: one noun per file; a Protocol with its data beside it; then name its
implementation folder in the docstring.
"""
