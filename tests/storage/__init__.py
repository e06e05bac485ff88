"""What the storage room promises, on both databases."""
