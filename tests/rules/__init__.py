"""The rules and the policy."""
