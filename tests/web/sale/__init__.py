"""The flash sale over HTTP."""
