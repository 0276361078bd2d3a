"""Functions and objects of the standard library through which a module changes the whole interpreter."""

from __future__ import annotations

TEXT = """
    atexit.register atexit.unregister codecs.register codecs.register_error copyreg.add_extension
    copyreg.constructor copyreg.pickle faulthandler.enable gc.disable gc.enable gc.freeze gc.set_threshold
    importlib.invalidate_caches locale.setlocale logging.addLevelName logging.basicConfig
    logging.captureWarnings logging.config.dictConfig logging.config.fileConfig logging.disable
    logging.setLoggerClass logging.setLogRecordFactory mimetypes.add_type multiprocessing.set_start_method
    os.chdir os.environ os.environ.pop os.environ.setdefault os.environ.update os.putenv
    os.register_at_fork os.umask os.unsetenv signal.alarm signal.set_wakeup_fd signal.signal
    socket.setdefaulttimeout sys.addaudithook sys.meta_path sys.meta_path.append sys.meta_path.insert
    sys.modules sys.modules.pop sys.modules.setdefault sys.modules.update sys.path sys.path.append
    sys.path.extend sys.path.insert sys.path.remove sys.path_hooks sys.path_hooks.append
    sys.path_hooks.insert sys.setprofile sys.setrecursionlimit sys.setswitchinterval sys.settrace
    threading.setprofile threading.settrace time.tzset tracemalloc.start warnings.filterwarnings
    warnings.resetwarnings warnings.simplefilter warnings.warn
"""
NAMES = frozenset(TEXT.split())
# Attributes of these are the interpreter's or a standard module's own.
MODULES = frozenset({"builtins", "logging", "os", "signal", "socket", "sys", "threading", "warnings"})


def changes_interpreter(name: str) -> bool:
    """Return whether calling, or storing into, what the dotted *name* stands for changes the interpreter."""
    return name in NAMES or name in MODULES
