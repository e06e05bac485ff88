"""Contracts of the ports, their cases from the registry: a new leaf is tested before its author writes a test."""
