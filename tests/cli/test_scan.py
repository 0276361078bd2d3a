"""scan and explain: what an environment's packages do, from a cache the second time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.environment import Environment

SOURCES = {
    "shop/__init__.py": "from . import plugins\nfrom .core import run\n",
    "shop/core.py": "import json\n\nimport shop.items\n\n\ndef run(): return shop.items\n",
    "shop/items.py": "X = 1\n",
    "shop/plugins.py": "from .core import run\n\nrun.table = {}\n",
    "shop/looks.py": "import shop.items\nNAMES = list(globals())\n",
    "shop/tests/__init__.py": "import sys\nsys.path.append('x')\n",
    "calm.py": "import shop.items\n\n\ndef f(): return shop\n",
}


@pytest.fixture
def shop(enabled: Environment) -> Environment:
    """An enabled environment with two distributions installed: shop, and calm, which is safe."""
    for path, source in SOURCES.items():
        (enabled.purelib / path).parent.mkdir(parents=True, exist_ok=True)
        (enabled.purelib / path).write_text(source, encoding="utf-8")
    record(enabled, "The-Shop", [path for path in SOURCES if path.startswith("shop/")])
    record(enabled, "calm", ["calm.py"])
    return enabled


def record(environment: Environment, name: str, files: list[str], hashed: str = "") -> None:
    """Write the metadata of the distribution *name* with *files*."""
    folder = environment.purelib / f"{name.lower().replace('-', '_')}-1.0.dist-info"
    folder.mkdir(exist_ok=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", "utf-8")
    (folder / "RECORD").write_text("".join(f"{file},{hashed},\n" for file in files), "utf-8")


def scan(environment: Environment, *packages: str) -> dict[str, Any]:
    """Return {distribution: what scan --json says of it}."""
    done = environment.run("-m", "lazi_site", "scan", "--json", *packages, check=True)
    assert done.stderr == ""
    return {one["name"]: one for one in json.loads(done.stdout)["packages"]}


def findings(package: dict[str, Any]) -> list[tuple[str, str, int]]:
    return [(one["code"], Path(one["file"]).name, one["line"]) for one in package["findings"]]


def test_packages_are_safe_or_have_reasons_with_file_and_line(shop: Environment) -> None:
    found = scan(shop, "shop", "calm")
    assert set(found) == {"The-Shop", "calm"}
    assert found["calm"]["verdict"] == "safe"
    assert (found["calm"]["waiting"], found["calm"]["imports"]) == (1, 1)
    assert found["The-Shop"]["verdict"] == "eager"
    assert found["The-Shop"]["modules"] == 5
    assert findings(found["The-Shop"]) == [
        ("for-effect", "__init__.py", 1),
        ("scans-namespace", "looks.py", 1),
        ("changes-other", "plugins.py", 3),
    ]
    assert found["The-Shop"]["counts"]["stdlib-target"] == 1


def test_rules_of_the_configuration_are_findings(shop: Environment) -> None:
    (shop.project / "lazi-site.toml").write_text('eager-in = ["calm"]\n', encoding="utf-8")
    (found,) = scan(shop, "calm").values()
    assert found["verdict"] == "eager"
    assert findings(found) == [("eager-in-rule", "calm.py", 1)]
    assert "lazi-site.toml" in found["findings"][0]["detail"]


def test_what_was_read_is_kept_until_the_distribution_changes(shop: Environment) -> None:
    scan(shop, "calm")
    (shop.purelib / "calm.py").write_text("import sys\nsys.path.append('x')\n", encoding="utf-8")
    assert scan(shop, "calm")["calm"]["verdict"] == "safe"
    record(shop, "calm", ["calm.py"], hashed="sha256=other")
    assert scan(shop, "calm")["calm"]["verdict"] == "acts"
    for stored in (shop.path / "lazi-site").glob("scan-*"):
        stored.write_bytes(b"damaged")
    assert scan(shop, "calm")["calm"]["verdict"] == "acts"
    shop.run("-m", "lazi_site", "disable", check=True)
    assert not (shop.path / "lazi-site").exists()


def test_scan_for_people(shop: Environment) -> None:
    lines = shop.run("-m", "lazi_site", "scan", check=True).stdout.splitlines()
    assert lines[0].split()[:3] == ["package", "version", "modules"]
    assert "The-Shop" in "\n".join(lines)
    assert "for-effect shop/__init__.py:1 (+2)" in "\n".join(lines)
    one = shop.run("-m", "lazi_site", "scan", "the_shop", check=True).stdout
    assert one.startswith("The-Shop 1.0: eager; 5 modules, 3 of 5 imports wait\n")
    assert "shop/plugins.py:3  run.table" in one


def test_unknown_package(shop: Environment) -> None:
    done = shop.run("-m", "lazi_site", "scan", "nosuch")
    assert (done.returncode, done.stdout) == (2, "")
    assert "No package 'nosuch' is installed in" in done.stderr


def test_explain(enabled_template: Environment) -> None:
    listed = enabled_template.run("-m", "lazi_site", "explain", check=True).stdout
    assert "for-effect" in listed
    one = enabled_template.run("-m", "lazi_site", "explain", "for-effect", "--json", check=True).stdout
    (code,) = json.loads(one)["codes"]
    assert (code["code"], code["kind"]) == ("for-effect", "import")
    assert all((code["meaning"], code["advice"]))
    wrong = enabled_template.run("-m", "lazi_site", "explain", "for-efect")
    assert wrong.returncode == 2
    assert "Did you mean 'for-effect'?" in wrong.stderr
