"""A stateful stand-in for Stripe, over HTTP, for tests that must not leave the machine.

What it is for: the real Stripe SDK and a real browser talk to it as they would to Stripe; its oracle is Stripe's
documentation, cited where each behaviour lives. On top of that it can do wrong on order (faults, late or doubled
events) and tell what happened (calls, charges).

    with StandIn() as stripe_api:
        addresses = {"api": stripe_api.url}
        client = stripe.StripeClient(stripe_api.secret_key, base_addresses=addresses, max_network_retries=0)

or, as a process of its own: `python -m tests.stripe_stand_in --port 12111`.

May import: the standard library, and `stripe` for the names of its published parameters (routes.py). Must never import
the package under test, so that it cannot share its mistakes. To add a resource: one module named after it, whose
functions take a `Call` and return the object, and its lines in routes.py.
"""

from .stand_in import PUBLISHABLE_KEY, SECRET_KEY, StandIn

__all__ = ["PUBLISHABLE_KEY", "SECRET_KEY", "StandIn"]
