"""The two writers of a changeset: one statement on PostgreSQL, a few on SQLite; same order, same guards, same rows.

For: turning a ``Changeset`` into rows on an open connection.
May import: ``storage.schema``, ``ports``, sqlalchemy.
Must never: begin or end a transaction; read what a use case should have decided; write in another order than
``sections`` says.
Add a file here: only for a third database; then ``transactions.write_by_dialect`` picks it, and the tests compare it
row for row.
"""
