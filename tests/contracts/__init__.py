"""Contracts of the ports, with their cases taken from the registry: a new leaf is tested before its author writes a test."""
