"""Everything that is paid at interpreter start, in the order in which it runs.

The start file loads bootstrap.py by its path. Its hooks bring snapshot.py and
settle.py, by their paths too, with the first module that may be changed; settle
reads the snapshot and runs the engine's code out of it. Nothing is imported here.
"""
