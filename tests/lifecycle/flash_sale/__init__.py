"""Flash sales: made, got ready for, claimed, drawn, tended, settled."""
