"""What stands before a door: how often somebody may knock.

May import: ``lifecycle`` and what lies below it.
Must never: know a request; keep anything that must outlive the process or be true in another one.
Add a file here: one kind of guard, kept per app in ``app.extensions``.
"""
