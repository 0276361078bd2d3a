"""Checks that an enabled environment works beside other tools, for scripts/house.py.

One module for each kind of tool; common.py has what they share. A check is a
function with the decorator `check`: it takes a House, returns in a few words
what it saw, and raises Wrong where something is not as it has to be.
"""
