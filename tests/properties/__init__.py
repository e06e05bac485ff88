"""Facts that hold for every input: Hypothesis over the pure core, and the examples in its docstrings."""
