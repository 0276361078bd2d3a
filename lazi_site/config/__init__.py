"""Configuration: text in files and variables -> settings that remember their source -> snapshot.

options (the table) -> sources (files and variables, read) -> resolve (merged)
-> snapshot (packed and stored) -> refresh (all of it, the slow path of a start).
The only home of platformdirs and tomllib.
"""
