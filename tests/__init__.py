"""The test suite: one folder for each part of the project."""
