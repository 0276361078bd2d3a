"""Why an import does not wait."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    # A stable code, and the rule and where it stands. No class: making one takes as long as fifty functions.
    Eager = tuple[str, str]

# Reasons that the code around a statement, or the running program, gives.
IN_TRY = ("in-try", "it stands in try or with")
LOOKS_THROUGH_NAMES = ("scans-namespace", "its module goes through its own namespace")
COLLECTED = ("scans-namespace", "who loads its module goes through its namespace")
PATH_RESTORED = ("path-restored", "its module takes folders off sys.path afterwards")
READ_BY_CALLER = ("read-by-caller", "who executes the code reads its names")
STAR_IMPORT = ("star-import", "it takes every name")
NOT_DECLARED = ("not-declared", "its module's __lazy_modules__ does not name it")
SWITCHED_OFF = ("switched-off", "the program asked for eager imports")
CANNOT_BE_FOUND = ("cannot-be-found", "its module is loaded in a try that catches ImportError")
FOR_ITS_EFFECT = ("for-effect", "nothing uses the name that it binds")
SERVED_BY_ITSELF = ("served-by-itself", "its module serves names by __getattr__")
TAKEN_FROM_ITSELF = ("taken-from-itself", "its module has the name already")
EXTENDED = ("extended", "a decorated function of the same name may extend it")
NAME_OF_SUBMODULE = ("name-of-submodule", "a submodule of the package has this name")
EXCLUDED = ("stdlib-target", "the standard library is excluded, as by default")
LOOKED_UP = ("looked-up", "its module looks for it in sys.modules by its name")
USED_BY_FINDER = ("used-by-finder", "a finder needs it to find modules")
