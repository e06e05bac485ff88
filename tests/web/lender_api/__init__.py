"""The lender's own API."""
