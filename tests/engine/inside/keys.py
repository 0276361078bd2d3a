"""Checks of the backport's keys and namespaces, in an interpreter that imports lazily (3.11 to 3.14)."""

from __future__ import annotations

import dis
import gc
import sys
import threading
from types import ModuleType
from typing import Any

from runner import equal, load, run

TARGET = "A, B = 1, 2\nclass K: pass\ndef fn(): return 3\n"


def names(module: ModuleType) -> list[str]:
    return [name for name in vars(module) if not name.startswith("__")]


def key_types(module: ModuleType) -> set[str]:
    return {type(name).__name__ for name in vars(module)}


def specialised(function: object) -> set[str]:
    """Return the global loads of *function* as the interpreter runs them by now."""
    for _ in range(200):
        function()  # type: ignore[operator]
    return {
        i.opname
        for i in dis.get_instructions(function, adaptive=True)  # type: ignore[arg-type]
        if i.opname.startswith("LOAD_GLOBAL")
    }


def check_what_another_thread_assigns_meanwhile_is_not_lost() -> None:
    module = load("busy", busy="from target import A\ndef f(): return A\n", target=TARGET)
    equal(module.f(), 1)
    namespaces = sys.modules["lazi_site.backport.namespaces"]
    contents = vars(module)
    contents.update({f"name{number}": number for number in range(200)})
    lost: list[int] = []
    done = threading.Event()

    def assign() -> None:
        for number in range(20_000):
            contents["assigned"] = number
            contents[f"added{number % 7}"] = number
            # Calls, because another thread's turn comes at one.
            if contents.get("assigned") != number or contents.get(f"added{number % 7}") != number:
                lost.append(number)
            contents.pop(f"added{number % 7}", None)
        done.set()

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threading.Thread(target=assign).start()
        while not done.is_set():
            namespaces.rebuild(contents)
    finally:
        sys.setswitchinterval(interval)
    equal(lost, [])
    equal(key_types(module), {"str"})


def check_module_in_use_has_specialised_lookups_when_small_modules_alone_wait_in_it() -> None:
    work = "from one import A\nfrom . import errors\nfrom .limits import MOST\n"
    work += "def f(): return len('x'), A\ndef g(): return errors, MOST\n"
    module = load(
        "pkg__work",
        pkg____init__="",
        pkg__work=work,
        pkg__errors="class Failure(Exception): pass\n",
        pkg__limits="MOST = 1\n",
        one=TARGET,
    )
    equal({"pkg.errors", "pkg.limits"}.intersection(sys.modules), set())
    module.f()
    gc.collect()
    equal(specialised(module.f), {"LOAD_GLOBAL_MODULE", "LOAD_GLOBAL_BUILTIN"})


def check_namespace_is_an_exact_dict_of_a_plain_module() -> None:
    module = load("exact", exact="import exact_target\ndef f(): return exact_target", exact_target=TARGET)
    equal((type(vars(module)), type(module)), (dict, ModuleType))
    equal("exact_target" in sys.modules, False)
    module.f()
    equal((type(vars(module)), type(module)), (dict, ModuleType))


def check_order_of_names_is_kept() -> None:
    module = load(
        "order",
        order="a = 1\nimport order_target\nb = 2\nfrom order_target import A, B as bee\nc = 3\n",
        order_target=TARGET,
    )
    order = ["a", "order_target", "b", "A", "bee", "c"]
    equal(names(module), order)
    equal(module.bee, 2)
    equal(names(module), order)
    gc.collect()
    equal(names(module), order)


def check_names_taken_by_a_star_are_exact_strings_again() -> None:
    """The star takes the keys themselves along, which have settled by then."""
    module = load(
        "starred",
        starred="from star_source import *\nX = 1\ndef f(): return A, X\n",
        star_source="from star_target import A, B\nC = A + B\n",
        star_target=TARGET,
        star_after="Y = 1\n",
    )
    equal(module.f(), (1, 1))
    load("star_after")
    gc.collect()
    equal(key_types(module), {"str"})


def check_settled_namespace_has_exact_strings_again() -> None:
    module = load(
        "settled",
        settled="import settled_target\nfrom settled_target import A, B\nX = 1\n"
        "def f(): return A, len, X, settled_target\n",
        settled_target=TARGET,
    )
    equal(len(key_types(module)) > 1, True)
    module.f()
    gc.collect()
    equal(key_types(module), {"str"})
    equal(all(sys.intern(str(name)) is name for name in vars(module)), True)


def check_settled_namespace_is_specialised_again() -> None:
    module = load(
        "fast",
        fast="import fast_target\nX = 1\ndef f(): return fast_target\ndef g(): return X, len\n",
        fast_target=TARGET,
    )
    equal(specialised(module.g) & {"LOAD_GLOBAL_MODULE", "LOAD_GLOBAL_BUILTIN"}, set())
    module.f()
    gc.collect()
    loads = specialised(module.f) | specialised(module.g)
    equal(loads >= {"LOAD_GLOBAL_MODULE", "LOAD_GLOBAL_BUILTIN"}, True)


def check_deleted_and_rebound_names_settle_too() -> None:
    module = load(
        "rebound",
        rebound="import rebound_target\nfrom rebound_target import A\ndel rebound_target\nA = 5\n",
        rebound_target=TARGET,
    )
    gc.collect()
    equal((names(module), module.A, key_types(module)), (["A"], 5, {"str"}))
    equal("rebound_target" in sys.modules, False)


def check_names_of_one_statement_settle_together() -> None:
    module = load("together", together="from together_target import A, B, fn", together_target=TARGET)
    equal(module.A, 1)
    gc.collect()
    equal(key_types(module), {"str"})


def check_names_taken_through_a_package_settle_with_those_of_the_package() -> None:
    """Whether the package was loaded before or not; values that it gets later do not count."""
    for number, first in enumerate(("taking", "chain")):
        chain, taking = f"chain{number}", f"taking{number}"
        sources = {
            f"{chain}____init__": f"from {chain}.part import A, B as bee\nfrom . import other\n",
            f"{chain}__part": TARGET,
            f"{chain}__other": TARGET,
            taking: f"from {chain} import A, bee\nfrom {chain} import other, third\nX = 1\n",
            f"{chain}__third": TARGET,
        }
        package = load(chain, **sources) if first == "chain" else None
        module = load(taking, **sources)
        package = package or load(chain)
        equal([name for name in sys.modules if name.startswith(f"{chain}.")], [])
        equal(package.A, 1)
        package.A = package.bee = 3
        load("chain_after", chain_after="")
        gc.collect()
        waiting = [str(name) for name in vars(module) if type(name).__name__ == "PendingKey"]
        equal(waiting, ["other", "third"])
        load(
            f"using{number}", **{f"using{number}": f"import {chain}.other, {chain}.third\n{chain}.other.A\n"}
        )
        load(f"last{number}", **{f"last{number}": f"import {chain}.third\n{chain}.third.A\n"})
        load(f"end{number}", **{f"end{number}": ""})
        gc.collect()
        equal(key_types(module), {"str"})
        equal((module.A, module.bee, module.other.__name__), (1, 2, f"{chain}.other"))


def check_names_settle_when_somebody_else_loads_the_target() -> None:
    module = load("apart", apart="import apart_target\nfrom apart_target import A", apart_target=TARGET)
    load("apart_other", apart_other="try:\n    import apart_target\nfinally:\n    pass\n")
    load("apart_after", apart_after="")
    gc.collect()
    equal(key_types(module), {"str"})
    equal(vars(module)["A"], 1)


def check_loaded_target_is_bound_without_a_key() -> None:
    load("ready_target", ready_target=TARGET)
    module = load("ready", ready="import ready_target\nfrom ready_target import A, K as Kay")
    equal(key_types(module), {"str"})
    equal(list(vars(module).values())[-3:], [sys.modules["ready_target"], 1, module.Kay])


def check_copies_are_repaired() -> None:
    module = load(
        "copied",
        copied="import copied_target\nfrom copied_target import A\nfrom copied_target import B\n",
        copied_target=TARGET,
    )
    space = vars(module)
    copies = [dict(space), {**space}, space.copy()]
    values = list(space.values())
    nested = {"inner": {**space}}
    equal(module.A, 1)
    equal(module.B, 2)
    equal(module.copied_target.A, 1)
    real = sys.modules["copied_target"]
    for copy in [*copies, nested["inner"]]:
        equal([copy["A"], copy["B"], copy["copied_target"] is real], [1, 2, True])
        equal([v for n, v in copy.items() if n in ("A", "B")], [1, 2])
    equal([value for value in values if type(value) is int], [1, 2])


def check_copy_in_the_object_in_a_modules_place_is_found_without_a_search() -> None:
    """pygments.lexers and others put an object with their names into sys.modules."""
    from lazi_site.backport import copies

    source = "import sys, types\nfrom replaced_target import A\nfrom replaced_target import B\n"
    source += "class Lazy(types.ModuleType): pass\nown = sys.modules[__name__]\nnew = Lazy(__name__)\n"
    source += "new.__dict__.update(own.__dict__)\nsys.modules[__name__] = new\n"
    module = load("replaced", replaced=source, replaced_target=TARGET)
    searches = []

    def search(*objects: object) -> list[Any]:
        searches.append(objects)
        return gc.get_referrers(*objects)

    copies.get_referrers, former = search, copies.get_referrers
    try:
        equal(module.own.A, 1)
        copy = vars(module)
        equal([copy["A"], copy["B"]], [1, 2])
        equal(searches, [])
    finally:
        copies.get_referrers = former


def check_submodule_promised_to_an_object_in_a_packages_place_waits() -> None:
    load(
        "placed",
        placed____init__="import sys, types\nimport placed.part\nclass Lazy(types.ModuleType): pass\n"
        "own = sys.modules[__name__]\nnew = Lazy(__name__)\n"
        "new.__dict__.update(own.__dict__)\nsys.modules[__name__] = new\n",
        placed__part=TARGET,
    )
    module = load("placing", placing="import placed.part\ndef f(): return placed.part.A\n")
    equal("placed.part" in sys.modules, False)
    equal(module.f(), 1)


def check_a_call_that_hashes_names_is_read_once() -> None:
    """Reading the places of a large body takes as long as loading a module."""
    from lazi_site.backport import callees

    source = "".join(f"import hashed_target{number}\n" for number in range(4))
    module = load("hashed", hashed=source, **{f"hashed_target{number}": TARGET for number in range(4)})
    read = []

    def is_collecting(code: Any, at: int) -> bool:
        read.append(at)
        return former(code, at)

    callees.is_collecting, former = is_collecting, callees.is_collecting
    try:
        for name in list(vars(module)):
            getattr(module, name)
        equal(len(read), 1)
        equal(set(dict.fromkeys(names(module))), {f"hashed_target{number}" for number in range(4)})
    finally:
        callees.is_collecting = former
    equal(sorted(name for name in sys.modules if name.startswith("hashed_t"))[-1], "hashed_target3")


def check_a_copy_is_a_place_of_use() -> None:
    module = load("place", place="import place_target\nfrom place_target import A", place_target=TARGET)
    copy = dict(vars(module))
    equal(copy["A"] + 1, 2)
    equal(module.A, 1)


def taken_from(module: ModuleType, *names: str) -> list[Any]:
    """Return what going through the namespace of *module* finds under *names*.

    Apart from the checks, as who does so and loads the module finds the real objects.
    """
    return [value for name, value in vars(module).items() if name in names]


def check_stand_in_acts_as_the_object() -> None:
    source = "class Box(list):\n    def __call__(self): return 'called'\nbox = Box([1, 2])\n"
    source += "class K: pass\nN = None\n"
    importer = "from acting_target import box, K, N\ndef f(): return box, K, N"
    module = load("acting", acting=importer, acting_target=source)
    box, kind, nothing = taken_from(module, "box", "K", "N")
    equal("acting_target" in sys.modules, False)
    equal([repr(box), f"{box}", len(box), 2 in box, box * 2], ["[1, 2]", "[1, 2]", 2, True, [1, 2, 1, 2]])
    equal([box(), list(box), box[0], bool(box), box == [1, 2]], ["called", [1, 2], 1, True, True])
    equal([bool(nothing), type(kind()).__name__, hash(kind) == hash(module.K)], [False, "K", True])
    box.mark = 5
    equal(module.box.mark, 5)
    del box.mark
    equal(hasattr(module.box, "mark"), False)


def check_stand_in_raises_what_the_import_raises() -> None:
    module = load(
        "raising",
        raising="import raising_target\ndef f(): return raising_target",
        raising_target="import surely_missing_mod\nsurely_missing_mod.x",
    )
    stand_in = next(value for name, value in vars(module).items() if name == "raising_target")
    for _ in range(2):
        try:
            print(stand_in.x)
        except ModuleNotFoundError as error:
            equal(error.name, "surely_missing_mod")
        else:
            raise AssertionError("no error")


def check_statement_executed_again_waits_again() -> None:
    import importlib

    module = load("again", again="import again_target\ndef f(): return again_target.A", again_target=TARGET)
    equal(module.f(), 1)
    del sys.modules["again_target"]
    importlib.reload(module)
    equal("again_target" in sys.modules, False)
    equal(module.f(), 1)
    gc.collect()
    equal(key_types(module), {"str"})


def check_modules_can_be_collected() -> None:
    """A settled namespace is not kept alive by the books."""
    import weakref

    module = load("gone", gone="import gone_target\ndef f(): return gone_target", gone_target=TARGET)
    module.f()
    gc.collect()
    reference = weakref.ref(module)
    del module, sys.modules["gone"]
    gc.collect()
    equal(reference(), None)


def check_interpreter_that_ends_may_clear_our_module_first() -> None:
    """It then hashes the keys of namespaces that it clears later, and compares them."""
    from lazi_site.backport import keys

    module = load("late", late="import late_target\ndef f(): return late_target", late_target=TARGET)
    (key,) = [name for name in vars(module) if type(name) is keys.PendingKey]
    names = vars(keys)
    kept = dict(names)
    names.update(dict.fromkeys(("is_finalizing", "_getframe", "resolved"), None))
    try:
        hashed, same = hash(key), key == "late_target"
    finally:
        names.update(kept)
    equal((hashed, same), (hash("late_target"), True))
    equal(module.f().A, 1)


if __name__ == "__main__":
    run(globals())
