"""Many threads resolve the names of many modules at once; what it takes is measured by bench_scale.py.

    resolving.py FOLDER MODULES THREADS

FOLDER holds targets t0, t1, ... Prints {"cpu": CPU seconds of resolving} when
every thread has seen the right value under every name.
"""

import json
import random
import sys
import threading
import time
import types

folder, modules, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
sys.path.insert(0, folder)
importers = [__import__(f"u{number}") for number in range(modules)]
assert not any(f"t{number}" in sys.modules for number in range(modules)), "nothing was left to resolve"
barrier = threading.Barrier(threads)
wrong = []


def resolve(seed: int) -> None:
    """Use the names of all modules in an order of this thread's own."""
    order = random.Random(seed).sample(range(modules), modules)
    barrier.wait()
    for number in order:
        try:
            module = importers[number]
            value = module.first() + module.second().VALUE
            if value != 2 or type(module.second()) is not types.ModuleType:
                wrong.append(f"u{number}: {value}")
        except BaseException as error:
            wrong.append(f"u{number}: {error!r}")


workers = [threading.Thread(target=resolve, args=(seed,)) for seed in range(threads)]
begin = time.process_time()
for worker in workers:
    worker.start()
for worker in workers:
    worker.join()
used = time.process_time() - begin
if wrong:
    sys.exit(f"{len(wrong)} names were wrong, the first: {wrong[0]}")
print(json.dumps({"cpu": used}))
