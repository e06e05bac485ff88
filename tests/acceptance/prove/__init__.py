"""The long proofs: `make prove` runs them, `make test` runs a sample of each."""
