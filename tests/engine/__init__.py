"""The engines and their parts, in the interpreter under test."""
