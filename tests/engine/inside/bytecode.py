"""Checks of lazi_site.startup.bytecode against this interpreter."""

from __future__ import annotations

import dis
import opcode
import sys

from runner import equal, run

from lazi_site.native import reading
from lazi_site.startup import bytecode
from lazi_site.startup import instructions as op
from lazi_site.startup.usage import Usage, has_dead_variables, scans_namespace

Found = tuple[int, str, tuple[str, ...] | None, tuple[tuple[str | None, str], ...]]


def body(source: str) -> object:
    return compile(source, "<test>", "exec")


def read(source: str) -> list[Found]:
    """Return what statements() tells of *source*."""
    code = compile(source, "<test>", "exec")
    return [(s.level, s.name, s.fromlist, tuple(s.bindings())) for s in bytecode.statements(code)]


def check_opcode_numbers_are_those_of_the_interpreter() -> None:
    others = {"ABSENT", "SUBSCRIPT", "VERSION"}
    names = [n for n, v in vars(op).items() if n.isupper() and type(v) is int and n not in others]
    equal(len(names) > 30, True)
    for name in names:
        number = getattr(op, name)
        actual = opcode.opmap.get(name, op.ABSENT)
        if number == op.ABSENT:
            # An instruction of the compiler alone has a number beyond a byte.
            equal(actual > 255, True)
        else:
            equal((name, number), (name, actual))


def check_forms_of_the_statement() -> None:
    forms: dict[str, list[Found]] = {
        "import a": [(0, "a", None, ((None, "a"),))],
        "import a as b": [(0, "a", None, ((None, "b"),))],
        "import a.b.c": [(0, "a.b.c", None, ((None, "a"),))],
        "import a.b.c as d": [(0, "a.b.c", None, ((None, "d"),))],
        "import a, b.c": [(0, "a", None, ((None, "a"),)), (0, "b.c", None, ((None, "b"),))],
        "from a import b": [(0, "a", ("b",), (("b", "b"),))],
        "from a.b import c as d, e": [(0, "a.b", ("c", "e"), (("c", "d"), ("e", "e")))],
        "from . import a": [(1, "", ("a",), (("a", "a"),))],
        "from ...a import b as c": [(3, "a", ("b",), (("b", "c"),))],
        "global a\nimport a": [(0, "a", None, ((None, "a"),))],
        "from a import *": [],
        "x = 1\nimport a\ny = x": [(0, "a", None, ((None, "a"),))],
        "def f():\n    import a": [],
        "class C:\n    import a": [],
        "x = lambda: __import__('a')": [],
    }
    for source, expected in forms.items():
        equal((source, read(source)), (source, expected))


def check_dotted_as_is_told_apart() -> None:
    for source, expected in {
        "import a.b as c": True,
        "import a.b": False,
        "import a as c": False,
        "from a.b import c": False,
    }.items():
        (statement,) = bytecode.statements(compile(source, "", "exec"))
        equal((source, statement.dotted_as), (source, expected))


def check_statement_spans_its_instructions() -> None:
    """From its first constant to past its last store and pop, and nothing of its neighbours."""
    for source in ("import a", "import a.b as c", "from a import b, c as d", "from ..a import b"):
        code = compile(f"before = f()\n{source}\nafter = g()", "", "exec")
        (statement,) = bytecode.statements(code)
        inside = [
            instruction
            for instruction in dis.get_instructions(code)
            if statement.start <= instruction.offset < statement.end
        ]
        lines = {position.lineno for position in (i.positions for i in inside) if position}
        equal((source, lines), (source, {2}))
        on_line = [i for i in dis.get_instructions(code) if i.positions and i.positions.lineno == 2]
        equal((source, len(on_line)), (source, len(inside)))
        stores = [i.argval for i in inside if i.opname == "STORE_NAME"]
        equal((source, list(statement.bound)), (source, stores))


def check_arguments_beyond_a_byte_are_read() -> None:
    many = "".join(f"name{i} = 'constant {i}'\n" for i in range(600))
    source = many + "import late\nfrom later import one as two, three\nimport a.b.c as d\n"
    equal(
        read(source),
        [
            (0, "late", None, ((None, "late"),)),
            (0, "later", ("one", "three"), (("one", "two"), ("three", "three"))),
            (0, "a.b.c", None, ((None, "d"),)),
        ],
    )
    code = compile(source, "", "exec")
    for statement in bytecode.statements(code):
        equal(code.co_code[statement.start] in (op.EXTENDED_ARG, op.LOAD_SMALL_INT, op.LOAD_CONST), True)
        line = next(found for start, end, found in code.co_lines() if start <= statement.start < end)
        starts = [start for start, _, found in code.co_lines() if found == line]
        equal(statement.start in starts, True)


def check_data_that_looks_like_an_import_is_not_one() -> None:
    """An argument with the number of IMPORT_NAME stands at an odd offset."""
    many = "".join(f"n{i} = {i} + k\n" for i in range(300))
    equal(read(many), [])


def check_what_try_except_and_with_cover() -> None:
    sources = {
        "import a": False,
        "if x:\n    import a": False,
        "for x in y:\n    import a": False,
        "while x:\n    import a": False,
        "match x:\n    case 1:\n        import a": False,
        "try:\n    import a\nexcept E:\n    pass": True,
        "try:\n    pass\nexcept E:\n    import a": True,
        "try:\n    pass\nexcept* E:\n    import a": True,
        "try:\n    import a\nfinally:\n    pass": True,
        "with x:\n    import a": True,
        "with x:\n    if y:\n        import a": True,
        "for x in y:\n    try:\n        import a\n    except E:\n        pass": True,
        "try:\n    x\nexcept E:\n    pass\nimport a": False,
        "with x:\n    y\nimport a": False,
        "try:\n    x\nexcept E:\n    y\nelse:\n    import a": False,
    }
    for source, expected in sources.items():
        code = compile(source, "", "exec")
        ranges = bytecode.covered_ranges(code.co_exceptiontable)
        covered = {bytecode.handler_of(ranges, s.at) is not None for s in bytecode.statements(code)}
        # A block compiled twice may be covered in one copy.
        equal((source, covered), (source, {expected}))


def check_loads_are_the_instructions_that_load_a_name() -> None:
    many = "".join(f"name{i} = name{i} + 1\n" for i in range(400))
    code = compile(many + "heavy\nheavy.x\nx.heavy\nheavy = 1\ndel heavy\ndef f(): heavy\n", "", "exec")
    for name in ("heavy", "name3", "name399", "nowhere", "x"):
        expected = [
            i.offset for i in dis.get_instructions(code) if i.opname == "LOAD_NAME" and i.argval == name
        ]
        equal((name, list(bytecode.loads(code, name))), (name, expected))
    equal(len(list(bytecode.loads(code, "heavy"))), 2)


def check_usage() -> None:
    sources = {
        "import heavy": False,
        "import heavy\nheavy": True,
        "import heavy\nheavy.x()": True,
        "import heavy\nheavy = 1": False,
        "import heavy\ndel heavy": False,
        "import heavy\nother.heavy": False,
        "import heavy\ndef f(): return heavy": True,
        "import heavy\nf = lambda: heavy": True,
        "import heavy\nclass C:\n    def f(self): return [heavy for _ in x]": True,
        "import heavy\nclass C:\n    x = heavy": True,
        "import heavy\ndef f():\n    def g():\n        return heavy.x\n    return g": True,
        "import heavy\ndef f():\n    heavy = 1\n    return heavy": False,
        "import heavy\nx = 'heavy'": False,
    }
    for source, expected in sources.items():
        usage = Usage(compile(source, "", "exec"))
        equal((source, usage.is_loaded("heavy")), (source, expected))


def check_code_for_type_checkers_is_recognised() -> None:
    source = (
        "from typing import TYPE_CHECKING\nimport typing as t\n"
        "if TYPE_CHECKING:\n    import a1\n    from b1 import c\n"
        "import d0\n"
        "if t.TYPE_CHECKING:\n    import e1\nelse:\n    import f0\n"
        "if not TYPE_CHECKING:\n    import g0\n"
        "if TYPE_CHECKING or x:\n    import h0\n"
        "if t.TYPE_CHECKING and y:\n    import i1\n"
        "TYPE_CHECKING\nimport j0\n"
    )
    many = "".join(f"name{i} = {i}\n" for i in range(400))
    long = "if TYPE_CHECKING:\n" + "".join(f"    import k{i}_1\n" for i in range(300)) + "import l0\n"
    for text in (source, source + many + long, many + source):
        code = compile(text, "", "exec")
        ranges = bytecode.for_type_checkers(code)
        for statement in bytecode.statements(code):
            never_runs = any(start < statement.at < end for start, end in ranges)
            equal((statement.name, never_runs), (statement.name, statement.name.endswith("1")))


def check_try_that_catches_import_errors_is_recognised() -> None:
    handlers = {
        "except ImportError: pass": True,
        "except: pass": True,
        "except (ValueError, ImportError): pass": True,
        "except ModuleNotFoundError as e: print(e)": True,
        "except Exception: pass\nfinally: x()": True,
        "except ValueError: pass": False,
        "except (ValueError, errors.Exception): pass": False,
        "except ValueError: pass\nexcept errors.Error: pass\nexcept ImportError: pass": True,
        "except ValueError: pass\nexcept: pass": True,
        "except ValueError: pass\nexcept KeyError: pass\nfinally: Exception": False,
        "finally: pass": False,
        "finally: ImportError()": False,
    }
    sources = {
        handler: (f"try:\n    import a\n{handler}\n", expected) for handler, expected in handlers.items()
    }
    nested = "try:\n    try:\n        import a\n    except KeyError: pass\n{}\n"
    sources |= {nested.format(one): (nested.format(one), expected) for one, expected in handlers.items()}
    finally_inside = "try:\n    try:\n        import a\n    finally: x()\nexcept ImportError: pass\n"
    sources |= {
        "finally inside": (finally_inside, True),
        "with suppress": ("with suppress(ImportError):\n    import a\n", True),
        "with": ("with open(x):\n    import a\n", False),
        "with inside": ("try:\n    with open(x):\n        import a\nexcept ImportError: pass\n", True),
        "after": ("try: x()\nexcept ImportError: pass\nimport a\n", False),
    }
    for handler, (source, expected) in sources.items():
        inner = "def f():\n" + "".join(f"    {line}\n" for line in source.splitlines())
        (function,) = [c for c in compile(inner, "", "exec").co_consts if hasattr(c, "co_code")]
        for code in (compile(source, "", "exec"), function):
            at = next(bytecode.heads(code))[1]
            equal((handler, bytecode.catches_import_error(code, at)), (handler, expected))


def check_folders_put_on_the_path_are_seen() -> None:
    from lazi_site.startup.usage import path_extended_at

    sources = {
        "sys.path.insert(0, x)": True,
        "sys.path.append(x)": True,
        "sys.path.extend(x)": True,
        "sys.path = [x, *sys.path]": True,
        "sys.path.remove(x)": False,
        "os.path.append(x)": False,
    }
    for source, expected in sources.items():
        text = f"import a\n{source}\nimport b\nsys.path.insert(0, y)"
        for code in (compile(text, "", "exec"), compile(f"def f():\n    {source}", "", "exec").co_consts[0]):
            ats = [at for _, at, *_ in bytecode.heads(code)] or [0, len(code.co_code)]
            equal((source, ats[0] < path_extended_at(code) < ats[1]), (source, expected))


def check_folders_taken_off_the_path_again_are_seen() -> None:
    from lazi_site.startup.usage import path_restored_at

    sources = {
        "sys.path.pop(0)": True,
        "sys.path.pop()": True,
        "x = sys.path.pop(0)": True,
        "sys.path.remove(x)": True,
        "del sys.path[0]": True,
        "del sys.path[x]": True,
        "sys.path = former": True,
        "sys.path.insert(0, x)": False,
        "sys.path += [x]": False,
        "sys.path[:0] = [x]": False,
        "sys.path[0] = x": False,
        "os.path.pop(0)": False,
        "sys.path_hooks.pop(0)": False,
        "path.remove(x)": False,
        "def f(): sys.path.pop(0)": False,
    }
    for source, expected in sources.items():
        for text in (
            f"import a\n{source}\nimport b",
            "\n".join(f"n{i} = {i}" for i in range(300)) + f"\n{source}",
        ):
            code = compile(text, "", "exec")
            ats = [at for _, at, *_ in bytecode.heads(code)]
            found = path_restored_at(code)
            equal((source, found > 0), (source, expected))
            equal((source, [at < found for at in ats]), (source, [expected, False][: len(ats)]))


def check_packages_whose_modules_are_looked_for() -> None:
    from lazi_site.startup.usage import packages_looked_for

    sources: dict[str, tuple[str, ...]] = {
        "for n in list(sys.modules):\n    if n.startswith('lib.'): pass": ("lib",),
        "for n in sys.modules:\n    if n == 'lib': pass": ("lib",),
        "for n, m in sys.modules.items(): 'lib.a' in n": ("lib",),
        "for n in sys.modules.copy():\n    if n in ('lib', 'other'): del sys.modules[n]": ("lib", "other"),
        "x = [n for n in sys.modules if n != y]\nz = 'lib'": ("lib",),
        "for n in list(sys.modules): f'own.second.{n}', 'own', 'json', 'a b', 'x-y', 1, '', '.'": (),
        "x = 'lib' in sys.modules": (),
        "x = sys.modules['lib']": (),
        "sys.modules['lib'] = x": (),
        "del sys.modules['lib']": (),
        "x = sys.modules.get('lib')": (),
        "x = sys.modules.pop('lib', None)": (),
        "def f():\n    for n in list(sys.modules): n == 'lib'\nx = 'lib'": (),
        "for n in list(modules): n == 'lib'": (),
    }
    many = "".join(f"name{i} = {i}\n" for i in range(300))
    for source, expected in sources.items():
        for before in ("import sys\n", many):
            found = packages_looked_for(compile(before + source, "", "exec"), "own.module")
            equal((source, found), (source, expected))


def check_reads_global() -> None:
    sources = {
        "import run": False,
        "import run\nrun": True,
        "import run\nrun()": True,
        "import run\ndel run": True,
        "import run\ndef f(): run()": True,
        "import run\ndef f(): return run": True,
        "import run\nx.run": False,
        "import run\nrun = 1": False,
        "import run\ndef f(): return x.run": False,
        "import run\ndef f(run): return run": False,
    }
    many = "".join(f"name{i} = {i}\n" for i in range(300))
    for source, expected in sources.items():
        for before in ("", many):
            found = reading.reads_global(reading.with_nested(compile(before + source, "", "exec")), "run")
            equal((source, found), (source, expected))


def check_what_counts_as_looking_through_the_namespace() -> None:
    sources = {
        "x = globals()": True,
        "for n in globals(): pass": True,
        "for n, v in vars().items(): pass": True,
        "x = [n for n in dir() if n]": True,
        "x = locals().values()": True,
        "__all__ = list(globals())": True,
        "f(**globals())": True,
        "x = {**globals()}": True,
        "globals()": False,
        "globals()['x'] = 1": False,
        "x = globals()['y']": False,
        "globals()[name] = 1": False,
        "if 'x' in globals(): pass": False,
        "globals().update(x=1)": False,
        "globals().setdefault('x', 1)": False,
        "x = globals().get('y')": False,
        "x = vars(y)": False,
        "x = dir(y)": False,
        "x = globals": False,
        "def f(): return globals()": False,
        "x = y.globals()": False,
        "x = globals()\nx['a' + b] = c": False,
        "x = globals()\nfor k, v in d.items(): x['a' + v] = k": False,
        "x = globals()\nx['a'] = 1\nprint(x)": True,
        "x = globals()\nx['a'] = x['b']": True,
        "x = globals()\nx['a'] = 1\ndef f(): return x": True,
    }
    for source, expected in sources.items():
        code = compile(source, "", "exec")
        equal((source, scans_namespace(code)), (source, expected))


def check_variables_of_code_that_never_runs() -> None:
    """On 3.12 a copy of such code deletes the module's own name when its locals are asked for."""
    live = "x = [i for i in y]\n"
    dead = "if a and False:\n    z = [j for j in y]\n"
    is_312 = sys.version_info[:2] == (3, 12)
    for source, expected in {live: False, dead: is_312, live + dead: is_312, "x = 1\n": False}.items():
        code = compile(source, "", "exec")
        equal((source, has_dead_variables(code)), (source, expected))


if __name__ == "__main__":
    run(globals())
