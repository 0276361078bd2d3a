"""Runs programs eagerly and lazily, compares what they do, and looks for what a difference is due to.

Nothing here prints; the commands in cli show what comes back.
"""
