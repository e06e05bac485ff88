"""The API for third-party shops."""
