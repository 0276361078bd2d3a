"""Starts commands one after the other and says what each took: a small process of its own, for sampling.py.

What the operating system tells as the greatest memory of a process is never
less than that of the process which started it (Linux: fs/exec.c takes it over
at exec). The command's own figure can be had only from a process that is
smaller than any program: this one loads nothing but what is written here.

Reads on standard input (arguments, environment), marshalled, and answers on
standard output (error, wait status, CPU seconds, wall seconds, memory as
ru_maxrss has it); error is the number of the one that kept it from starting, or 0.
"""

import marshal
import os
import sys
import time

QUIET = [
    (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
    (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
    (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
]


def launch(arguments: "list[str]", environment: "dict[str, str]") -> "tuple[int, int, float, float, int]":
    """Run a command to its end and return the answer."""
    begin = time.perf_counter()
    try:
        pid = os.posix_spawn(arguments[0], arguments, environment, file_actions=QUIET)
    except OSError as error:
        return error.errno or 1, 0, 0.0, 0.0, 0
    # Of this process and of its children that have ended: time added up, memory of the greatest.
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - begin
    return 0, status, usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss


def main() -> None:
    """Answer until standard input ends."""
    while True:
        try:
            arguments, environment = marshal.load(sys.stdin.buffer)
        except EOFError:
            return
        marshal.dump(launch(arguments, environment), sys.stdout.buffer)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
