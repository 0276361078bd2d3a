"""Puts lazi-site into an environment, takes it out, and describes what is there.

start_line (what a start file says) -> layout (where files belong) -> enable,
disable, describe. Prints nothing; results are objects for the commands.
"""
