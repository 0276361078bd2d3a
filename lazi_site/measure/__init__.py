"""Runs commands of the environment and finds things out about them. Prints nothing."""
