"""The countries' law."""
