"""Ten thousand random loans beside other people's libraries: numpy-financial and pyxirr.

For: showing that schedule, annual rate and time value agree with them, and naming the cause and the largest possible
size of every disagreement.
May import: the package, numpy, numpy-financial, pyxirr.
Must never: allow a difference without a cause, or a bound that was measured and not derived.
To add a file: one library or one question; loans come from `loans`, seeded.
"""
