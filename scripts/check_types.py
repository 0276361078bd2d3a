#!/usr/bin/env python3
"""Hold the types by a second checker, and that those of the public interface are complete.

    check_types.py

mypy --strict is the first; pyright, which editors use, infers differently, and
only it tells what a user's checker can know of a library. Installs
basedpyright, which is pyright with its node in a wheel, into .venv-types.
Exit status 1 if something is wrong.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig

from support.environments import CHECKOUT, CommandFailed, Environment

NEEDED = ["basedpyright>=1.29", "platformdirs", "pytest", "rich", "shtab", "tomlkit"]
# What users import. The rest is ours alone: mypy looks at it, and so does pyright's own check.
PUBLIC = ("lazi_site.api", "lazi_site.auto", "lazi_site.budget", "lazi_site.errors")


def is_public(name: str) -> bool:
    """Return whether the symbol *name* is in a public module: in one of PUBLIC or right in lazi_site."""
    return name.startswith(tuple(f"{module}." for module in PUBLIC)) or name.count(".") == 1


def incomplete(environment: Environment, variables: dict[str, str]) -> list[str]:
    """Return a sentence for each public symbol whose type is not told, but has to be inferred."""
    command = [
        environment.bin / "basedpyright",
        "--verifytypes",
        "lazi_site",
        "--ignoreexternal",
        "--outputjson",
    ]
    done = subprocess.run(command, capture_output=True, text=True, env=variables, cwd=environment.folder)
    symbols = json.loads(done.stdout)["typeCompleteness"]["symbols"]
    public = [symbol for symbol in symbols if is_public(symbol["name"])]
    if not public:
        return ["pyright finds no public name."]
    return [
        f"{symbol['name']}: {'; '.join(one['message'] for one in symbol['diagnostics'])}"
        for symbol in public
        if not symbol["isTypeKnown"]
    ]


def main() -> int:
    """Check and return the exit status."""
    environment = Environment(CHECKOUT / ".venv-types")
    try:
        environment.ensure(sys.executable)
        missing = environment.install(NEEDED)
    except CommandFailed as error:
        sys.exit(f"check_types.py: the environment could not be made\n{error}")
    if missing:
        sys.exit(f"check_types.py: {missing}")
    # --verifytypes looks at what is installed: the checkout is, by a line in a path file.
    purelib = sysconfig.get_path("purelib", "venv", {"base": str(environment.folder)})
    (CHECKOUT / purelib / "checkout.pth").write_text(f"{CHECKOUT}\n", "utf-8")
    variables = {**os.environ, "PATH": f"{environment.bin}{os.pathsep}{os.environ.get('PATH', '')}"}
    status = subprocess.call([environment.bin / "basedpyright"], env=variables, cwd=CHECKOUT)
    complaints = incomplete(environment, variables)
    print("\n".join(complaints) or "check_types: the types of the public interface are complete.")
    return 1 if status or complaints else 0


if __name__ == "__main__":
    sys.exit(main())
