"""The small program that the tests of the API are run in."""

from __future__ import annotations

from pathlib import Path

from tests.support.environment import Environment

FILES = {
    "heavy": "print('load heavy')\nA = 1\n",
    "other": "print('load other')\nB = 2\n",
    "user": "import heavy\nfrom other import B\ndef use(): return heavy.A, B\n",
    "second": "import other\ndef use(): return other\n",
    "broken": "raise ValueError('broken')\n",
    "uses_broken": "import broken\nfrom heavy import A\ndef use(): return broken, A\n",
}


def write_modules(tmp_path: Path) -> Path:
    """Write the modules into *tmp_path* and return it."""
    for name, text in FILES.items():
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    for name in ("__init__", "a", "b"):
        folder = tmp_path / "pkg"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.py").write_text(f"print('load pkg {name}')\nV = '{name}'\n", encoding="utf-8")
    return tmp_path


def run(environment: Environment, folder: Path, body: str, **env: str) -> list[str]:
    """Return the lines that *body* prints, run as a module with ``lazi`` bound to lazi_site."""
    (folder / "body.py").write_text("import lazi_site as lazi, importlib\nlazi.__version__\n" + body)
    done = environment.run("-c", "__import__('body')", cwd=folder, env={**env})
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.splitlines()


def load(*names: str) -> str:
    return "".join(f"importlib.import_module({name!r})\n" for name in names)
