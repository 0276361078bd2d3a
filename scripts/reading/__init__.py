"""Programs that ../real_modules.py runs in an environment, each about the modules of one distribution.

They are given a file of JSON, ask what it says of the modules that it names,
and write a file of JSON. They use the standard library and lazi-site only.
"""
