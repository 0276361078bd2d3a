"""Patches modules without running them, and goes through what came out with dis.

    patching.py FILES FOUND

FILES: {module: path of its source}. FOUND gets {"modules", "patched", "statements",
"instructions": counts, "failures": [text]}. On 3.15 statements are read only.
"""

import json
import sys
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support.patching import load_engine, read_statements, walk

files = json.loads(Path(sys.argv[1]).read_text("utf-8"))
counts = dict.fromkeys(("modules", "patched", "statements", "instructions", "no source"), 0)
failures = []
engine = None if sys.version_info >= (3, 15) else load_engine()
for name, path in files.items():
    try:
        code = compile(Path(path).read_bytes(), path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError):  # a template, or written for another version of Python
        counts["no source"] += 1
        continue
    try:
        counts["statements"] += read_statements(code)
        patched = code if engine is None else engine.prepare(code, name, sys._getframe())
        counts["patched"] += patched is not code
        counts["instructions"] += walk(patched)
        counts["modules"] += 1
    except Exception:
        failures.append(f"{name}: {traceback.format_exc()}")
Path(sys.argv[2]).write_text(json.dumps({**counts, "failures": failures}), "utf-8")
