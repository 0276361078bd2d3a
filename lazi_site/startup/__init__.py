"""Everything that is paid at interpreter start, in the order in which it runs.

The start file loads bootstrap.py by its path. Its hooks bring snapshot.py, by its path
too, with the first module that may be changed; that reads the snapshot and runs settle.py
and the engine's code out of it. Nothing is imported here.
"""
