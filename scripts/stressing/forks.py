"""Processes fork while another of their threads performs imports, the very first of the process among them.

The child uses other modules than the thread: the locks of those that are being
loaded stay locked in a child for good, lazily and eagerly.
"""

import os
import random
import signal
import sys
import threading
import time
import warnings

from common import SECONDS, attempt, begin, end, errors, write

warnings.simplefilter("ignore")  # a process with threads forks: that is the point
CHAIN = 6


def main() -> None:
    rounds = begin()
    for number in range(CHAIN):
        rest = f"import chain.m{number + 1}\nchain.m{number + 1}.value\n" if number + 1 < CHAIN else ""
        write({f"chain/m{number}.py": f"{rest}value = {number}\n"})
    write({"chain/__init__.py": "", "other/__init__.py": "", "other/part.py": "value = 5\n"})
    write(
        {
            "outside.py": "import other.part\nfrom other.part import value\ndef f(): return value + other.part.value\n"
        }
    )
    write(
        {"door.py": "import chain.m0\nfrom chain.m3 import value\ndef f(): return chain.m0.value + value\n"}
    )
    chance = random.Random(0)
    for number in range(rounds):
        # This process imports nothing of it: each round's child is as fresh as a new interpreter.
        status = in_child(lambda: fork_meanwhile(chance.random() * 0.01, is_first=bool(number % 2)))
        if status:
            errors.append(f"the process of round {number} ended with {status}")
    end(rounds=rounds, forks=2 * rounds)


def in_child(work: object) -> int:
    """Call *work* in a forked process and return its exit status."""
    pid = os.fork()
    if not pid:
        status = 1
        try:
            signal.alarm(SECONDS)  # faulthandler's watchdog does not survive a second fork
            attempt(work)  # type: ignore[arg-type]
            status = 1 if errors else 0
            if errors:
                print(errors[0], file=sys.stderr)
        finally:
            sys.stderr.flush()
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def fork_meanwhile(delay: float, *, is_first: bool) -> None:
    """Fork while a thread resolves; *is_first*: the process has imported nothing of its own before."""
    if not is_first:
        import outside  # noqa: F401
    thread = threading.Thread(target=attempt, args=(resolve_chain,))
    thread.start()
    time.sleep(delay)
    status = in_child(resolve_outside)
    thread.join()
    if status:
        raise ValueError(f"the child ended with {status}")


def resolve_chain() -> None:
    import door

    if door.f() != 3:
        raise ValueError(door.f())


def resolve_outside() -> None:
    import outside

    if outside.f() != 10:
        raise ValueError(outside.f())


main()
