"""Whole purchases with real processes and real databases: raced, killed, walked in a browser."""
