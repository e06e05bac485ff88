"""Scorecards, from a CSV to a policy."""
