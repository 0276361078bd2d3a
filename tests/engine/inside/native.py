"""Checks of the native engine, in an interpreter that imports lazily (3.15 and later)."""

from __future__ import annotations

import os
import sys
import types

from runner import equal, load, run


def is_waiting(module: types.ModuleType, name: str) -> bool:
    return type(vars(module)[name]) is types.LazyImportType  # type: ignore[attr-defined]


def forget(*names: str) -> None:
    """Have the modules *names* loaded anew: what is loaded is bound at once."""
    for name in names:
        sys.modules.pop(name, None)


def check_mode_and_filter_are_in_place() -> None:
    equal(sys.get_lazy_imports(), "all")  # type: ignore[attr-defined]
    equal(sys.get_lazy_imports_filter().__module__, "lazi_site.native.engine")  # type: ignore[attr-defined]


def check_imports_of_a_module_wait() -> None:
    module = load("waits", waits="import target\ndef f(): return target", target="V = 1")
    equal(is_waiting(module, "target"), True)
    equal(module.f().V, 1)
    equal(is_waiting(module, "target"), False)


def check_only_what_is_taken_from_globals_is_imported_at_once() -> None:
    """By ``globals()[name]`` the interpreter gives its stand-in."""
    takes_each = {
        "globals()['one']": (False, True),
        "globals().get('one')": (False, True),
        "globals().get('one', None)": (False, True),
        "globals().get('three') or two": (True, True),
        "globals().get(x)": (False, False),
        "globals().get(f'o{x}')": (False, True),
        "globals().get(f'o{x}', None)": (False, True),
        "globals()[f'tw{x!r}']": (True, False),
        "globals()[f'{x}e']": (False, False),
        "globals()[f'{x}{x}']": (False, False),
        "globals().get('one' + x)": (False, False),
        "globals()[x]": (False, False),
        "globals()[x.y]": (False, False),
    }
    for number, (taking, expected) in enumerate(takes_each.items()):
        name = f"takes_{number}"
        forget("one", "two")
        module = load(
            name,
            **{name: f"import one\nimport two\ndef f(x):\n    return {taking}, one, two"},
            one="",
            two="",
        )
        equal((taking, is_waiting(module, "one"), is_waiting(module, "two")), (taking, *expected))


def check_getattr_of_a_module_takes_only_what_is_not_there() -> None:
    bodies = {
        "return globals()[name]": True,
        "return globals().get(name)": True,
        "return globals()[f'_{name}']": True,
        "return globals()[f'o{name}']": False,
        "return globals()[others[name]]": False,
        "name = others[name]; return globals()[name]": False,
    }
    for number, (body, expected) in enumerate(bodies.items()):
        name = f"asked_{number}"
        forget("one")
        source = f"import one\nothers = {{}}\ndef f(): one\ndef __getattr__(name):\n    {body}"
        equal((body, is_waiting(load(name, **{name: source}, one=""), "one")), (body, expected))


def check_explicit_lazy_stays_lazy_in_try_and_eager_modules() -> None:
    """What says lazy itself is not ours to decide, wherever it stands."""
    module = load(
        "defusedxml__ElementTree",
        defusedxml____init__="",
        defusedxml__ElementTree="lazy import target_one\nimport target_two\ndef f(): target_one, target_two",
        target_one="",
        target_two="",
    )
    equal(is_waiting(module, "target_one"), True)
    equal(is_waiting(module, "target_two"), False)


def check_standard_library_s_explicit_lazy_imports_stay_lazy() -> None:
    import subprocess

    code = "import sys, {0}; {0}.x = 1; print(sorted(sys.lazy_modules))"
    for name in ("dataclasses", "inspect", "argparse", "typing"):
        told = [
            subprocess.run(
                [sys.executable, "-c", code.format(name)],
                env={**os.environ, "LAZI_DISABLE": disabled},
                capture_output=True,
                text=True,
                check=True,
            ).stdout
            for disabled in ("", "1")
        ]
        without = {*eval(told[1])}
        # Names that the program's own statement declares come on top.
        equal((name, without - {*eval(told[0])}), (name, set()))


def check_with_is_eager() -> None:
    source = (
        "import contextlib\nwith contextlib.nullcontext():\n    import target_with\ndef f(): target_with\n"
    )
    module = load("with_body", with_body=source, target_with="")
    equal(is_waiting(module, "target_with"), False)


def check_name_of_its_own_submodule_is_taken_at_once() -> None:
    module = load(
        "own_name",
        own_name____init__="from .run import run\nfrom .other import thing\n",
        own_name__run="def run(): pass",
        own_name__other="thing = 1",
    )
    equal((is_waiting(module, "run"), is_waiting(module, "thing")), (False, True))
    equal(type(module.run), types.FunctionType)


def check_code_without_a_name_is_no_trouble() -> None:
    for name in (None, 5, "", "sys", object()):
        space = {"__name__": name}
        exec("import target_any\nfrom target_any import V\nx = target_any.V + V", space)
        equal((name, space["x"]), (name, 2))
    space = {}
    exec("import target_any\nx = target_any.V", space)
    equal(space["x"], 1)


def check_filter_does_not_raise() -> None:
    filter_ = sys.get_lazy_imports_filter()  # type: ignore[attr-defined]

    for arguments in (
        (None, "a", None),
        (5, "a.b", ("c",)),
        ("", "", ()),
        ("m", "a", ()),
        ("m", "", ("x",)),
    ):
        equal((arguments, filter_(*arguments) in (True, False)), (arguments, True))


def check_large_modules_and_many_bodies() -> None:
    for number in range(100):
        name = f"many{number}"
        source = f"import target_{name}\ndef f(): return target_{name}"
        module = load(name, **{name: source, f"target_{name}": ""})
        equal(is_waiting(module, f"target_{name}"), True)


def check_modules_gone_through_are_told() -> None:
    from lazi_site.native.reading import looked_through

    sources = {
        "m.__dict__.items()": True,
        "def f(): return dict(m.__dict__)": True,
        "def f():\n    class C:\n        x = {**vars(m)}": True,
        "def f(known): known.update(vars(m))": True,
        "def f(): g(**m.__dict__, x=1)": True,
        "def f(): return {'x': 1, **m.__dict__}": True,
        "def f(): return vars(m).copy()": True,
        "m.__dict__['x'] = 1": False,
        "def f(): return 'x' in vars(m), vars(m)['x'], vars(m).get('x')": False,
        "def f(): return sorted(vars(m)), len(m.__dict__)": False,
        "def f(m): return dict(vars(m), x=1), m.__dict__.items()": False,
        "m.x.__dict__.items()": False,
    }
    for source, expected in sources.items():
        equal((source, looked_through(compile(source, "", "exec"))), (source, {"m"} if expected else set()))


def check_undo_is_exact() -> None:
    from lazi_site.startup import settle

    mode, filter_ = sys.get_lazy_imports(), sys.get_lazy_imports_filter()  # type: ignore[attr-defined]
    try:
        settle.unhook()
        equal(sys.get_lazy_imports(), "normal")  # type: ignore[attr-defined]
        equal(sys.get_lazy_imports_filter(), None)  # type: ignore[attr-defined]
        module = load("after_undo", after_undo="import target_undo\n", target_undo="V = 1")
        equal(is_waiting(module, "target_undo"), False)
    finally:
        sys.set_lazy_imports(mode)  # type: ignore[attr-defined]
        sys.set_lazy_imports_filter(filter_)  # type: ignore[attr-defined]


if __name__ == "__main__":
    load("any", any="", target_any="V = 1")
    run(globals())
