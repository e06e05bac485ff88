"""What the machine gives the house."""
