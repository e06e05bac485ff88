"""Policies as data."""
