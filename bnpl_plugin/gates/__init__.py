"""Leaves: where a flash sale's rush is decided (constant ``GATE``); the default, ``sql``, needs nothing but our tables.

For: deciding units, units per shopper and the sale's allotment in one atomic step, behind ``ports.gate.Gate``.
May import: ``ports`` and what lies below it; a server's client only inside functions, so that it stays optional.
Must never: import a neighbour, flask or sqlalchemy; say "it is yours" (the database's commit does); ask for the time;
decide about a shopper's credit; be the only place where something is known that the database cannot give back.
Add a gate: one module or package here with the constant ``GATE = GateLeaf(code, make)``, and a case of it in
``tests/contracts/gates.py``; the contract tests then play every story against it.

One claim, walked through. A shopper with a pass taps "buy"; the web process makes a claim id and ``ask``s:

1. *Units free and allotment left*: admitted, both taken, for ``hold_seconds``. The page says "we are reserving it".
   (The process dies here: nobody keeps the claim; ``sweep`` expires it and the first in line is admitted.)
2. ``keep``, then the database's hold is committed: stock, credit line, capital. Now the page says "it is yours".
   (Dies between the two: the claim is ``overdue``, the worker finds no hold and releases it. The database refuses, say
   because the line is too small: release at once. The answer to ``keep`` is lost: keep again.)
3. Payment, 3-D Secure: ``stretch`` follows the hold. Loan committed: ``book``. Hold voided or expired: ``release``.
   (Dies before telling the gate: ``overdue`` again; the database says which of the two it was.)
4. *No unit free, but some only held*: a place in line, and every unit that comes back goes to the line in the same
   step. The shopper's page asks ``place``: a number that never grows, then "admitted", then step 2.
5. *All booked, or the line is full*: "sold out", at once, from reads alone; it holds for good once it is ``final``.

The gate forgets everything (a flushed server): every call says ``GateLost``, one process rebuilds it from the holds,
loans and claims that the database has. Units sold or held there are taken; whoever was admitted but had no hold yet has
been promised nothing and asks again. The gate forgets its last moments (a fail-over): it may admit one too many, whom
the database's own guard then refuses before anything was promised.
"""
