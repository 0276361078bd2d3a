"""Programs that ../stress.py runs in an enabled environment: each strains one thing, in a folder of its own.

A program takes the number of rounds, writes the modules that it needs into the
current directory, and prints what it did as the JSON of {name: count}. Its exit
status is 1 if a value was wrong. A round that hangs is ended by faulthandler,
which prints where every thread stands. They use the standard library only.
"""
