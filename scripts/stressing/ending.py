"""An interpreter ends while names wait, are looked up by daemon threads, by atexit and by ``__del__``."""

import atexit
import os
import sys
import threading

from common import begin, write


def main() -> None:
    begin()
    names = [f"late{number}" for number in range(20)]
    write({f"{name}.py": f"value = {number}\n" for number, name in enumerate(names)})
    write({"door.py": "".join(f"import {name}\nfrom {name} import value as v_{name}\n" for name in names)})
    import door

    class Thing:
        def __del__(self) -> None:
            try:
                door.late19.value  # noqa: B018
            except BaseException:
                return

    def resolve(names: list[str]) -> None:
        for name in names:
            getattr(door, name)

    sys.kept = Thing()  # type: ignore[attr-defined]
    atexit.register(lambda: print("atexit", door.v_late18 + door.late17.value, flush=True))
    for start in range(0, 16, 4):
        threading.Thread(target=resolve, args=(names[start : start + 4],), daemon=True).start()
    print("end", os.getpid() > 0)


main()
