"""Why an import does not wait."""


class Eager:
    """A decision against deferring: a stable *code*, and in *detail* the rule and where it stands."""

    __slots__ = ("code", "detail")

    def __init__(self, code: str, detail: str = "") -> None:
        self.code = code
        self.detail = detail

    def __repr__(self) -> str:
        return f"Eager({self.code!r}, {self.detail!r})"


# Reasons that the code around a statement, or the running program, gives.
IN_TRY = Eager("in-try", "it stands in try or with")
LOOKS_THROUGH_NAMES = Eager("scans-namespace", "its module goes through its own namespace")
COLLECTED = Eager("scans-namespace", "who loads its module goes through its namespace")
PATH_RESTORED = Eager("path-restored", "its module takes folders off sys.path afterwards")
READ_BY_CALLER = Eager("read-by-caller", "who executes the code reads its names")
STAR_IMPORT = Eager("star-import", "it takes every name")
NOT_DECLARED = Eager("not-declared", "its module's __lazy_modules__ does not name it")
SWITCHED_OFF = Eager("switched-off", "the program asked for eager imports")
CANNOT_BE_FOUND = Eager("cannot-be-found", "its module is loaded in a try that catches ImportError")
FOR_ITS_EFFECT = Eager("for-effect", "nothing uses the name that it binds")
SERVED_BY_ITSELF = Eager("served-by-itself", "its module serves names by __getattr__")
TAKEN_FROM_ITSELF = Eager("taken-from-itself", "its module has the name already")
EXTENDED = Eager("extended", "a decorated function of the same name may extend it")
NAME_OF_SUBMODULE = Eager("name-of-submodule", "a submodule of the package has this name")
EXCLUDED = Eager("stdlib-target", "the standard library is excluded, as by default")
USED_BY_FINDER = Eager("used-by-finder", "a finder needs it to find modules")
