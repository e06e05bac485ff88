"""The rush: a crowd of shoppers who are ready, few units, one server; ``python -m tests.benchmarks flash_sale``.

What it does, in this order: a crowd is seeded (every shopper with a decision, a line reserved and a signed ticket); a
bare view that reads and answers JSON is measured on the server; the whole crowd comes at 0.4 times that rate, at random
instants whatever the server does, from a process of its own; then it is judged (``judging``) that every unit was sold
once, to exactly those who were told so, that nobody is above any limit and that the verifier finds nothing. A run that
is not exact raises, so that this is a test as well.

Figures, each with its reference from the same minutes (for a latency the ratio is reference / value):

- ``capacity loser``: closed loop, against the bare view; ``rush loser p50/p99``: against the bare view at that rate.
- ``capacity winner`` and ``rush winner p50/p99``: against the same commit by hand, one call of a plpgsql function.
- ``gate winner``: that gate's decisions in this process, against the barest script (as the benchmark ``gate``).
- ``drain``: the gate's stream into the database, against a bare unnest of the same rows.

``--gate sql``, ``--sqlite``, ``--shoppers``, ``--units``, ``--seed`` choose another rush.

For: measuring, and proving exactness under load. May import: what ``tests.benchmarks`` may.
Must never: ask twice in the rush (a loser is who was told so at the first tap); count what was not checked.
Add a file here: another part of the rush; a reference stands beside what it is compared with.
"""

from tests.benchmarks.flash_sale.running import figures

__all__ = ["figures"]
