"""Examines an environment: what is in order, what is not, and what mends it. Prints nothing.

codes (what can be found) -> checks on installed files, policy and surroundings -> repairing.
"""
