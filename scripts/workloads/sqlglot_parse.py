"""sqlglot: a query parsed, optimised and written for another database."""

import sqlglot
from sqlglot.optimizer import optimize

QUERY = (
    "SELECT a.x, SUM(b.y) AS s FROM a JOIN b ON a.id = b.id WHERE a.z > 3 AND b.w IN (1, 2, 3) GROUP BY a.x"
)
SCHEMA = {"a": {"id": "int", "x": "int", "z": "int"}, "b": {"id": "int", "y": "int", "w": "int"}}


def work() -> str:
    """Return the query as text."""
    for _ in range(8):
        found = optimize(sqlglot.parse_one(QUERY), schema=SCHEMA).sql(dialect="spark")
    return found
