"""Flash sales: goods that are gone in a second, credit that was decided before, and nobody told what is not so.

A sale, walked through. The host hands over units (``selling``); capital is set aside for it out of a pool (its
*allotment*), and topped up while the pool can (``allotment``). Before the start a shopper gets ready (``readiness``): a
checkout is opened for the order, the plan chosen, the credit decided, the card kept; what the purchase needs of the
credit line is held already. Then:

- *first come*: at the start the gate opens. A tap asks the gate (``claiming``), which decides units, units per shopper
  and the allotment in one atomic step; the winner's hold is committed (``lifecycle.holds``), and only then it is said
  that the phone is theirs. All others learn at once: sold out, or their place in line.
- *lottery*: at the start the worker draws (``drawing``), by a seed whose hash was published before (``lottery``); the
  line is put up in the order of the lots, and served like any other.

The database is the truth. A gate that has lost its memory is taught anew (``gatekeeping``); what a process killed half
way has left at the gate, the worker asks the database about (``tending``). A sale that is over gives units back to
the host, what is left of the allotment to the pool, and every reserved line to its shopper; then it is closed.

For: the use cases of sales. May import: what ``lifecycle`` may; ``holds`` only in modules that ``holds`` does not
import (``gatekeeping``, ``allotment`` and ``claiming`` are below it).
Must never: tell a shopper "yours" before the commit; count units or capital anywhere but in the database and the gate.
Add a file here: a use case of its own.
"""
