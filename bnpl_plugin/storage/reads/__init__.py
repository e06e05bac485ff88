"""The reads behind the store and the read models: plain functions of an open connection.

For: one file per reader of the data (use cases, the worker's queues, lists and pages).
May import: ``storage.schema``, ``storage.rows``, ``ports``.
Must never: write, except to lease a job; open or end a transaction; decide anything.
Add a file here: functions that take a connection first and return records of ``ports``; then call them from
``sql_store`` or ``sql_reads``.
"""
