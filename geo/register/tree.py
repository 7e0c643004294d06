"""The names of the register's divisions."""

from __future__ import annotations

from geo.register.store import Register


def division_names(register: Register) -> dict[str, str]:
    """Give the latest name of every division code that is known: ``{code: name}``."""
    with register.connect() as connection:
        rows = connection.execute(
            "select distinct on (code) code, name from division where upper_inf(known)"
            " order by code, upper(valid) desc nulls first"
        ).fetchall()
    return {row["code"]: row["name"] for row in rows}
