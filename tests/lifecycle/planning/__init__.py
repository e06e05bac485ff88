"""Planning, from its question to its words."""
