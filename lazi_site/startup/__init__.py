"""Everything that is paid at interpreter start, in the order in which it runs.

The start file executes first.py out of the start code, that runs bootstrap.py,
and bootstrap's hooks load the rest when the first module that may be changed
is imported. Nothing is imported here.
"""
