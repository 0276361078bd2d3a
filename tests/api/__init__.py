"""The Python API, in real interpreters."""
