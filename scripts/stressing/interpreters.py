"""Subinterpreters are created, import lazily, and are destroyed; the process must not grow by them.

Below 3.13 the module for it is ``_xxsubinterpreters``, since then ``_interpreters``
(``concurrent.interpreters`` from 3.14 on is written on top of it). They share the
memory allocator: one of its own, the default on 3.12, is never given back there
as long as a single block of it is in use, lazily and eagerly.
"""

import json
import sys

from common import begin, end, errors, watch, write

EARLY = 5  # the part of the rounds after which the process has its size


def resident() -> int:
    """Return the resident memory of this process in KiB."""
    with open("/proc/self/status", encoding="ascii") as file:
        (line,) = [line for line in file if line.startswith("VmRSS")]
    return int(line.split()[1])


def run_in_interpreter(code: str) -> None:
    """Run *code* in an interpreter of its own."""
    if sys.version_info >= (3, 13):
        import _interpreters as interpreters

        name = interpreters.create("legacy")
        failed = interpreters.run_string(name, code)
        if failed:
            errors.append(str(failed))
    else:
        import _xxsubinterpreters as interpreters

        name = interpreters.create(isolated=False)
        interpreters.run_string(name, code)
    interpreters.destroy(name)


def main() -> None:
    rounds = begin()
    write(
        {"user.py": "import heavy\nfrom heavy import A\ndef f(): return heavy.A + A\n", "heavy.py": "A = 1\n"}
    )
    path = json.dumps(sys.path[0])
    code = f"import sys\nsys.path.insert(0, {path})\nimport user\nassert user.f() == 2\n"
    sizes = {}
    for number in range(1, rounds + 1):
        watch()
        run_in_interpreter(code)
        if number in (max(rounds // EARLY, 1), rounds):
            sizes[number] = resident()
    early, late = min(sizes), max(sizes)
    end(rounds=rounds, **{f"KiB_after_{early}": sizes[early], f"KiB_after_{late}": sizes[late]})


main()
