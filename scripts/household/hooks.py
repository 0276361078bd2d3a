"""Tools that change modules while they are imported, or afterwards."""

from __future__ import annotations

from .common import House, check, expect

NOTE = "import os, sys\nprint('heavy' in sys.modules, file=open(os.environ['HOUSE_NOTES'], 'a'))\n"


@check("gevent", "monkey.patch_all(), greenlets that use waiting names at once, a local socket")
def gevent_patched(house: House) -> str:
    environment = house.tools("gevent")
    house.write(
        {
            "heavy.py": "import part\nA = 1\n\n\ndef double(x):\n    return 2 * x + part.B\n",
            "part.py": "import socket\nimport time\n\nB = 5\n\n\ndef pair():\n    return socket.socketpair()\n",
            "user.py": "import heavy\nimport part\nfrom heavy import double\n\n\n"
            "def use(n):\n    part.time.sleep(0.01)\n    return double(n) + heavy.A\n",
            "main.py": "from gevent import monkey\nmonkey.patch_all()\nimport gevent\nimport gevent.pool\nimport user\n"
            "user.__name__\n"
            + NOTE
            + "print(sorted(gevent.pool.Pool(8).imap_unordered(user.use, range(20))))\n"
            "import part, threading\nleft, right = part.pair()\ngevent.spawn(left.sendall, b'sent')\n"
            "print(right.recv(4), type(right).__module__, threading.current_thread().name)\n"
            "import queue\nq = queue.Queue()\nt = threading.Thread(target=lambda: q.put(user.use(1)))\n"
            "t.start()\nprint(q.get(timeout=5))\n",
        }
    )
    _, lazy = house.same([str(environment.python), "main.py"])
    expect(lazy.notes == "False\n", f"loaded: {lazy.notes}")
    return "same output; the names waited until greenlets used them"


HOOKS = {
    "guarded": "from typeguard import install_import_hook\ninstall_import_hook('guarded')\n",
    "bears": "from beartype.claw import beartype_package\nbeartype_package('bears')\n",
    "shapes": "from jaxtyping import install_import_hook as hook\nhook('shapes', 'beartype.beartype')\n",
}
CHECKED = (
    "import heavy\nfrom heavy import Kind\n\n\ndef f(x: Kind) -> int:\n    return heavy.make(x)\n\n\n"
    "class Box:\n    kind: Kind\n\n    def put(self, kind: Kind) -> 'heavy.Kind':\n        return kind\n"
)
ARRAYS = (
    "import numpy as np\nfrom jaxtyping import Float\n\n\n"
    "def add(x: Float[np.ndarray, 'n m'], y: Float[np.ndarray, 'n m']) -> Float[np.ndarray, 'n m']:\n"
    "    return x + y\n"
)
ATTEMPT = (
    "def attempt(function, *arguments):\n    try:\n        print(function.__module__, function(*arguments))\n"
    "    except Exception as error:\n        print(type(error).__module__, type(error).__name__)\n"
)


def compare_checks(house: House, python: str, names: tuple[str, ...], more: str = "") -> str:
    """Run a program whose modules *names* are checked by their hooks; return what it prints."""
    main = "".join(HOOKS[name] for name in names) + f"import {', '.join(names)}\n" + ATTEMPT
    for name in names:
        main += f"attempt({name}.f, 1)\nattempt({name}.f, 'x')\nattempt({name}.Box().put, 'x')\n"
    house.write({f"{name}.py": CHECKED + (ARRAYS if name == "shapes" else "") for name in names})
    house.write({"heavy.py": "Kind = int\n\n\ndef make(x):\n    return x\n", "main.py": main + more})
    return house.same([python, "main.py"])[0].stdout


@check("typeguard, beartype.claw", "import hooks of both on modules whose imports wait")
def checking_hooks(house: House) -> str:
    environment = house.tools("typeguard", "beartype")
    output = compare_checks(house, str(environment.python), ("guarded", "bears"))
    expect(output.count("TypeCheckError") == 2 and output.count("Beartype") == 2, output)
    return "same checks, same errors"


@check("jaxtyping", "its import hook with beartype on a module whose imports wait")
def jaxtyping_hook(house: House) -> str:
    environment = house.tools("beartype", "jaxtyping", "numpy")
    more = "import numpy\nsquare = numpy.ones((3, 3))\nattempt(shapes.add, square, square)\n"
    more += "attempt(shapes.add, numpy.ones((2, 3)), square)\n"
    output = compare_checks(house, str(environment.python), ("shapes",), more)
    expect(output.count("TypeCheckError") == 3, output)
    return "same checks, same errors"


@check("wrapt", "post import hooks on modules that wait, as tracers register them")
def wrapt_hooks(house: House) -> str:
    environment = house.tools("wrapt")
    house.write(
        {
            "tracer.py": "import wrapt\n\ncalls = []\n\n\ndef traced(wrapped, instance, args, kwargs):\n"
            "    calls.append(wrapped.__name__)\n    return wrapped(*args, **kwargs)\n\n\n"
            "def patch(module):\n    calls.append('patch ' + module.__name__)\n"
            "    for name in ('f', 'K.method'):\n        wrapt.wrap_function_wrapper(module, name, traced)\n\n\n"
            "for name in ('heavy', 'package.inner'):\n    wrapt.register_post_import_hook(patch, name)\n"
            "wrapt.register_post_import_hook('late:patch', 'package')\n",
            "late.py": "import tracer\n\n\ndef patch(module):\n    tracer.calls.append('late ' + module.__name__)\n",
            "heavy.py": (
                body := "def f():\n    return 1\n\n\nclass K:\n    def method(self):\n        return f()\n"
            ),
            "package/__init__.py": "",
            "package/inner.py": body,
            "user.py": "import heavy\nimport package.inner\nfrom heavy import f, K\nfrom package import inner\n\n\n"
            "def use():\n    return f(), K().method(), heavy.f(), inner.K().method(), package.inner.f()\n",
            "main.py": "import tracer\nimport user\nuser.__name__, tracer.calls\n"
            + NOTE
            + "print(user.use())\nprint(sorted(set(tracer.calls)), tracer.calls.count('f'))\n",
        }
    )
    _, lazy = house.same([str(environment.python), "main.py"])
    expect(lazy.notes == "False\n", f"loaded: {lazy.notes}")
    return "every hook runs, once, before the name is used"


TRACED = {
    "user.py": "import jinja2\nfrom jinja2 import Template\n\n\ndef use():\n    return Template('{{ x }}').render(x=4), jinja2.Environment\n",
    "main.py": "import user\n\nprint(user.use()[0], hasattr(user.use()[1].compile, '__wrapped__'))\n",
}


@check("ddtrace", "ddtrace-run of a program that uses a module which it patches")
def ddtrace_run(house: House) -> str:
    environment = house.tools("ddtrace", "jinja2")
    house.write(TRACED)
    quiet = {"DD_TRACE_ENABLED": "true", "DD_INSTRUMENTATION_TELEMETRY_ENABLED": "false"}
    quiet |= {"DD_REMOTE_CONFIGURATION_ENABLED": "false", "DD_TRACE_WRITER_MAX_BUFFER_SIZE": "1000000"}
    command = [str(environment.bin / "ddtrace-run"), str(environment.python), "main.py"]
    eager, _ = house.same(command, mask=r"(?m)^.*(failed to send|sent|urllib|Connection|retr).*$|\d", **quiet)
    expect("4 True" in eager.stdout, eager)
    return "same output; patched in both"


@check("newrelic", "newrelic-admin run-program of a program that uses a module which it patches")
def newrelic_run(house: House) -> str:
    environment = house.tools("newrelic", "jinja2")
    house.write(
        TRACED
        | {"newrelic.ini": "[newrelic]\napp_name = house\ndeveloper_mode = true\nlog_level = critical\n"}
    )
    command = [str(environment.bin / "newrelic-admin"), "run-program", str(environment.python), "main.py"]
    eager, _ = house.same(command, NEW_RELIC_CONFIG_FILE="newrelic.ini", NEW_RELIC_LICENSE_KEY="0" * 40)
    expect("4 True" in eager.stdout, eager)
    return "same output; patched in both"


AUTORELOAD = """
import os, time
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance(colors="NoColor", history_length=0)

def cell(text):
    done = shell.run_cell(text)
    done.raise_error()

def change(name, text):
    with open(name, "w") as file:
        file.write(text)
    later = time.time() + change.steps
    change.steps += 10
    os.utime(name, (later, later))

change.steps = 10
cell("%load_ext autoreload\\n%autoreload 2")
cell("import user\\nfrom user import use, Box\\nbox = Box()\\nprint('begun')")
change("user.py", open("user.py").read().replace("FACTOR = 1", "FACTOR = 10"))
cell("print(use(), box.get())")
change("heavy.py", "A = 7\\n\\n\\ndef double(x):\\n    return 20 * x\\n")
cell("print(use(), box.get())")
change("user.py", open("user.py").read().replace("import heavy", "import heavy\\nimport other"))
cell("print(use(), box.get(), user.other.B)")
cell("names = %who_ls\\nprint(user.heavy.A, names)")
"""
RELOADED = {
    "user.py": "import heavy\nfrom heavy import double\n\nFACTOR = 1\n\n\ndef use():\n"
    "    return double(2) * FACTOR, heavy.A\n\n\nclass Box:\n    def get(self):\n        return heavy.A * FACTOR\n",
    "heavy.py": "A = 1\n\n\ndef double(x):\n    return 2 * x\n",
    "other.py": "B = 3\n",
}


@check("IPython", "autoreload of modules with waiting names, by InteractiveShell.run_cell")
def ipython_autoreload(house: House) -> str:
    environment = house.tools("ipython")
    eager, _ = house.same(
        [str(environment.python), "main.py"],
        before=lambda: house.write(RELOADED | {"main.py": AUTORELOAD}),
        IPYTHONDIR=str(house.folder / "home"),
        PYTHONDONTWRITEBYTECODE="1",
    )
    expect("(400, 7) 70 3\n7 [" in eager.stdout, eager)
    return "same output after each change"


@check("IPython", "a session: imports, a name that waits, completion, an error, autoreload")
def ipython_session(house: House) -> str:
    environment = house.tools("ipython")
    session = (
        "import user\nuser.use()\nuser.heavy\n%load_ext autoreload\n%autoreload 2\n"
        "open('user.py', 'a').write('\\nNEW = 5\\n');\nimport os, time; os.utime('user.py', (time.time() + 9,) * 2)\n"
        "user.NEW\nimport missing\nget_ipython().complete('user.heavy.do')[1]\nuser.heavy.double?\nexit\n"
    )
    command = [str(environment.bin / "ipython"), "--colors=NoColor", "--simple-prompt", "--no-banner", "-i"]
    eager, _ = house.same(
        command,
        before=lambda: house.write(RELOADED),
        input=session,
        mask="0x[0-9a-f]+",
        IPYTHONDIR=str(house.folder / "home"),
        PYTHONDONTWRITEBYTECODE="1",
    )
    expect("Out[8]: 5" in eager.stdout and "No module named 'missing'" in eager.stdout, eager)
    return "same session"
