"""Budgets with which somebody else pays for cheaper credit."""
