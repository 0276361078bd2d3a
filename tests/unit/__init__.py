"""Tests of single functions, run in the process of the test suite."""
