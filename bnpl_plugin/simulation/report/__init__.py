"""What a simulation leaves to read: its months as a table, as JSON and CSV, and drawn.

For: telling months that were counted. May import: what ``simulation`` may. Must never: count anything itself.
Add a file here: another way to tell the same months.
"""
