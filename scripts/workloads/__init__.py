"""What bench_steady.py measures: each module has a function work() that does the same at every call."""
