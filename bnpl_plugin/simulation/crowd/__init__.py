"""A make-believe crowd at a sale that really runs: made ready in bulk, sent to the gate over HTTP, followed to the end.

``people`` (who they are) → ``readying`` (checkouts opened, plans chosen, decided, lines reserved; ``gathering`` writes
many shoppers' steps at once) → ``rush`` (a process of its own that brings the tickets to the claim endpoint, open-loop)
→ ``winning`` (winners sign and pay, or cancel, or just wait) → ``outcome`` (what each of them was told).

Real: quotation, checkout, credit decision, reserved line, ticket, the gate and its web server, disclosures, signature,
the test bank's card page, confirm. Short-cut: an offer is quoted once for all equal carts; the phone numbers are
vouched for instead of proved by a code; no browser, so no limit per device; many shoppers' steps commit together.

For: ``flask bnpl crowd``, demos and rehearsals. May import: everything below ``cli``. Must never: run where cards are
real or messages reach people; decide anything for the house; be imported by the package's own pages or worker. Add a
file here: another habit of a crowd.
"""

from bnpl_plugin.simulation.crowd.readying import Crowd, Ready, Terms

__all__ = ["Crowd", "Ready", "Terms"]
