"""SymPy: expansion, differentiation and simplification."""

import sympy

x, y = sympy.symbols("x y")


def work() -> str:
    """Return the result as text."""
    sympy.core.cache.clear_cache()
    expression = sympy.expand((x + y + 1) ** 6)
    one = sympy.simplify(sympy.sin(x) ** 2 + sympy.cos(x) ** 2)
    return str(sympy.factor(sympy.diff(expression, x)) + one)
