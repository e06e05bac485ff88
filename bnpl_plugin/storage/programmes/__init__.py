"""What runs inside the database: the functions that write and read a purchase, and the guards of the ledger.

For: SQL text made from the tables. May import: sqlalchemy, ``storage.schema``, ``ports.store``.
Must never: run a statement. Add a file here: one kind of programme; ``storage.migrations.creation`` installs it.
"""
