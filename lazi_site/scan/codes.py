"""The reason codes: why an import does not wait, and what a module does when it is loaded.

Codes are stable: scripts compare them. What a code means and what a person can
do about it is said here once, for ``lazi-site explain``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Code:
    """kind: "import" (it does not wait), "module" (it acts when it is loaded); both texts are sentences."""

    kind: str
    meaning: str
    advice: str


NOTHING = "Nothing has to be done."
OWN_RULE = (
    "To let it wait, take the pattern out of the file that the finding names (lazi-site config shows it)."
)
SHIPPED_RULE = (
    "To try without the rule, put its pattern under 'lazy' in the configuration and run the program;"
    " `lazi-site scan` names the rule's reason."
)
IF_MISSED = (
    "Imports of the module wait as long as its name is used by the importer, and so does what it does."
    " If something is missed because of that, put the module under 'eager' in the configuration."
)

CODES = {
    "always-eager": Code("import", "The module has to be loaded where its import is written.", NOTHING),
    "stdlib-target": Code(
        "import",
        "The standard library's modules are imported where that is written, by default.",
        'Set stdlib = "include" in the configuration to let these imports wait too.',
    ),
    "eager-rule": Code(
        "import", "A pattern under 'eager' in the configuration matches the module.", OWN_RULE
    ),
    "eager-in-rule": Code(
        "import",
        "A pattern under 'eager-in' in the configuration matches the importing module,"
        " or another module goes through its namespace, or looks for all modules of its package.",
        OWN_RULE,
    ),
    "shipped-eager-rule": Code(
        "import", "A rule that comes with lazi-site keeps imports of the module eager.", SHIPPED_RULE
    ),
    "shipped-eager-in-rule": Code(
        "import",
        "A rule that comes with lazi-site keeps the imports made in this module eager.",
        SHIPPED_RULE,
    ),
    "own-module": Code("import", "The importing module belongs to lazi-site.", NOTHING),
    "in-try": Code(
        "import",
        "The import stands in a try or a with block, whose handlers would come too late for it.",
        "If the block is not about the import, move the import out of it.",
    ),
    "star-import": Code(
        "import",
        "`from module import *` needs the module to know which names it binds.",
        "Name what is taken from the module.",
    ),
    "scans-namespace": Code(
        "import",
        "The importing module goes through its own namespace (globals(), locals(), vars() or dir())"
        " and must find real objects there.",
        "Look up single names, or keep the names in a list or dictionary of their own.",
    ),
    "for-effect": Code(
        "import",
        "The importing module never uses the name, and loading the imported module acts on others:"
        " the import is written for that.",
        "If the import is left over, remove it.",
    ),
    "unknown-form": Code("import", "The import is compiled in a form that lazi-site does not know.", NOTHING),
    "not-declared": Code(
        "import",
        'The mode is "declared" and the importing module does not name the module in its __lazy_modules__.',
        "Name it there, with its absolute name.",
    ),
    "switched-off": Code(
        "import",
        "The program asked for eager imports: eager_imports(), set_eager_imports() or deactivate().",
        NOTHING,
    ),
    "cannot-be-found": Code(
        "import",
        "The module cannot be found, and the importing module is loaded in a try that catches ImportError:"
        " that try gets its answer at once.",
        NOTHING,
    ),
    "served-by-itself": Code(
        "import", "The module takes from itself a name that its own __getattr__ serves.", NOTHING
    ),
    "taken-from-itself": Code(
        "import", "The module takes a name from itself that it has already; waiting would hide it.", NOTHING
    ),
    "extended": Code(
        "import",
        "The importing module defines a decorated function of the same name, and the decorator may look for"
        " the imported one.",
        NOTHING,
    ),
    "name-of-submodule": Code(
        "import",
        "A package takes a name out of its submodule of the same name, or binds or deletes that name later;"
        " the submodule, loaded late, would stand in its place.",
        NOTHING,
    ),
    "read-by-caller": Code(
        "import",
        "The code is executed by exec() or runpy.run_path(), and whoever does that reads its names (3.15).",
        NOTHING,
    ),
    "path-restored": Code(
        "import",
        "The importing module takes folders off sys.path afterwards, where the module may lie.",
        "Leave the folder on sys.path, or install what lies there.",
    ),
    "looked-up": Code(
        "import",
        "The importing module takes, replaces or deletes the entry of the module in sys.modules by its name;"
        " the module has to be there, or to have been taken before.",
        NOTHING,
    ),
    "used-by-finder": Code(
        "import", "A finder on sys.meta_path, written in the importing module, uses the name.", NOTHING
    ),
    "stdlib-importer": Code(
        "import", "The standard library is excluded, and so are its own imports.", NOTHING
    ),
    "registers": Code(
        "module", "Loading the module registers something of its own with what it imported.", IF_MISSED
    ),
    "class-registers": Code(
        "module",
        "The module defines a class of which a base class or a metaclass of another module is told,"
        " usually to keep a list of such classes.",
        IF_MISSED,
    ),
    "changes-other": Code(
        "module", "Loading the module sets or deletes an attribute or an item of what it imported.", IF_MISSED
    ),
    "changes-interpreter": Code(
        "module",
        "Loading the module changes the whole interpreter: paths, signals, warnings, logging,"
        " the environment, functions run at exit.",
        IF_MISSED,
    ),
    "calls-other": Code(
        "module",
        "Loading the module calls what it imported and drops the result: the call is made for what it does.",
        IF_MISSED,
    ),
    "runs-code": Code(
        "module", "Loading the module executes a text as code or imports a module by its name.", IF_MISSED
    ),
    "extension-module": Code(
        "module",
        "The module is compiled from another language, so what loading it does cannot be read.",
        IF_MISSED,
    ),
    "unreadable": Code(
        "module", "The module's source cannot be read or is no valid Python for this interpreter.", NOTHING
    ),
}
