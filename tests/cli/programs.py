"""Small programs that verify and bisect are tried on; most of them break when imports wait."""

from __future__ import annotations

from tests.support.environment import Environment

PLUGIN = "from shop import registry\nregistry.known.append('{name}')\n"

# The names of the plugins are used, but never in time.
CATALOGUE = """\
import shop.stock
import shop.prices
import shop.apples
import shop.pears
from shop import registry

def describe():
    return shop.stock, shop.prices, shop.apples, shop.pears

def show():
    print(sorted(registry.known))
"""


def add_shop(environment: Environment, known: str = "apples") -> None:
    """Write the package ``shop``, in which importing a plugin has an effect that others rely on.

    known: words; ``shop.check`` demands that these plugins are there.
    """
    environment.add_module("shop.registry", "known = []\n")
    for name in ("apples", "pears"):
        environment.add_module(f"shop.{name}", PLUGIN.format(name=name))
    for name in ("stock", "prices"):
        environment.add_module(f"shop.{name}", "import shop.tools\n\ndef use():\n    return shop.tools\n")
    environment.add_module("shop.tools", "")
    environment.add_module("shop.catalogue", CATALOGUE)
    for number in range(20):
        # Imports that wait and do no harm.
        source = f"import shop.tools\n\ndef use{number}():\n    return shop.tools\n"
        environment.add_module(f"other.module{number}", source)
    imports = "".join(f"import other.module{number} as m{number}\n" for number in range(20))
    uses = ", ".join(f"m{number}" for number in range(20))
    environment.add_module(
        "other.all", f"{imports}\ndef use():\n    return {uses}\n\ndef go():\n    m0.use0()\n"
    )
    environment.add_module(
        "shop.check",
        "from shop import registry\n"
        f"def check():\n    for name in {known.split()!r}:\n"
        "        if name not in registry.known:\n"
        "            raise LookupError(name)\n"
        "    print('in order')\n",
    )


# Ends with a traceback if a plugin is missing.
CHECKING = (
    "import other.all, shop.catalogue, shop.check; other.all.go(); "
    "shop.catalogue.registry; shop.check.check()"
)  # Ends well, but says something else.
SHOWING = "import other.all, shop.catalogue; other.all.go(); shop.catalogue.show()"
