"""Starts in a row with the configuration edited between them: do our own files grow?"""

from __future__ import annotations

import subprocess
from pathlib import Path

from .benching import say
from .environments import CommandFailed, Environment

# What the configuration file says by turns; "" is no file at all.
TEXTS = (
    'eager = ["nothing"]\n',
    "enabled = false\n",
    "enabled = \n",  # not TOML
    'stdlib = "include"\neager-in = ["one", "two"]\n',
    "",
)
Stand = dict[str, int]  # {"files": number of our files, "bytes": their size}


def start_often(environment: Environment, folder: Path, starts: int, each: int) -> list[Stand]:
    """Start *environment*'s interpreter *starts* times and return how our files stood, once each tenth part.

    folder: empty; the home of the starts. After *each* of them the user's
    configuration file is another one, so that the next start makes a snapshot.
    Each start imports a module, as a bare one reads no policy. Our files are
    counted when the same text is in force, the first time after each text was in
    force twice. Raises CommandFailed if a start goes wrong.
    """
    (folder / "app.py").write_text("import heavy\ndef value(): return heavy.A\n", "utf-8")
    (folder / "heavy.py").write_text("A = 42\n", "utf-8")
    file = folder / "config" / "lazi-site" / "config.toml"
    file.parent.mkdir(parents=True)
    variables = {
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(folder),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_CACHE_HOME": str(folder / "cache"),
    }
    cycle = len(TEXTS) * each
    rounds = max(starts // cycle, 4)
    found = []
    told_at = {2 + round(part * (rounds - 3) / 10) for part in range(11)}
    for number in range(rounds):
        for text in TEXTS:
            file.write_text(text, "utf-8")
            if not text:
                file.unlink()
            command = [str(environment.python), "-c", "import app; print(app.value())"]
            for _ in range(each):
                done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True)
                if (done.returncode, done.stdout, done.stderr) != (0, "42\n", ""):
                    raise CommandFailed(f"a start ended with {done.returncode}\n{done.stdout}{done.stderr}")
        if number in told_at:
            found.append(stand(environment, folder))
            say(f"{(number + 1) * cycle} starts: {found[-1]}")
    return found


def stand(environment: Environment, folder: Path) -> Stand:
    """Return the number and size of our files: of the environment, and in the home *folder*."""
    places = [environment.folder / "lazi-site", folder / "cache", folder / "config"]
    files = [path for place in places for path in place.rglob("*") if path.is_file()]
    return {"files": len(files), "bytes": sum(path.stat().st_size for path in files)}
