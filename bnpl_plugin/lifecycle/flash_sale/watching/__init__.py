"""Looking at a sale while it runs: what its gate says beside what the database says.

For: reads that an operator's board, a command and an API show. May import: what ``flash_sale`` may. Must never: write,
or teach a gate: a gate that is down or has forgotten is told as such. Add a file here: another way of looking.
"""
