"""Whole capabilities, seen from outside: a host, a shop, a process that dies."""
