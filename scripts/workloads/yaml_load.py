"""PyYAML: the loader in Python."""

import yaml

TEXT = "".join(f"key{number}: {{a: [1, 2.5, text], b: !!str 7, c: '{number}'}}\n" for number in range(80))


def work() -> int:
    """Return the number of keys."""
    return len(yaml.load(TEXT, Loader=yaml.SafeLoader)) + len(yaml.dump({"a": list(range(50))}))
