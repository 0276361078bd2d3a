"""The Python API, for programs that run: ``import lazi_site`` has its names.

Nothing here is read at a start. One module for each subject: switching (on, off, for a block),
waiting (what waits, and performing it), late (one module by name), states and unloading
(what became of a module, and taking it out again). Semantics: PEP 690 for eager_imports() and
set_eager_imports(), PEP 810 for what it means that an import waits.
"""
