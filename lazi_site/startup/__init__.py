"""Everything that is paid at interpreter start, in the order in which it runs.

The start file loads bootstrap.py by its path. Its hooks bring settle.py with
the first module that may be changed; settle reads the snapshot (snapshot.py)
and loads the engine out of it. Nothing is imported here.
"""
