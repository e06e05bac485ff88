"""``flask bnpl simulate`` and ``flask bnpl crowd``: business that is only played, by the real use cases.

May import: everything but ``ext`` and ``testing``. Must never: play where money or messages are real. Add a file here:
another command that plays; its group is entered in ``cli``.
"""
