"""A flash sale's rush of several processes, one of which is killed in the middle of it.

``shop`` is what every process builds: the same shop, host database and gate. ``ground`` makes the shoppers ready once
and copies them for each run. ``cast`` starts, kills and restarts the processes. ``crowd`` taps, signs and pays over
HTTP and writes down what each shopper was told. ``judging`` asks afterwards whether any of it was a lie.
"""
