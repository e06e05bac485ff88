"""The plans on sale."""
