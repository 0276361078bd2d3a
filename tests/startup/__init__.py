"""Tests of what happens at every interpreter start."""
