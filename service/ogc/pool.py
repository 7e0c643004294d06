"""Connections for tipg that may read the views and nothing else, whoever the server's user is."""

from __future__ import annotations

from typing import Any, Final

from psycopg.conninfo import conninfo_to_dict

SCHEMA: Final = "ogc"
ROLE: Final = "wuye_ogc"
"""Has USAGE and SELECT on the schema of views (`views.sql`); nobody can log in as it."""
STATEMENT_MS: Final = 30_000
CONNECTIONS: Final = 4


async def open_pool(conninfo: str) -> Any:
    """Open connections that are the role from their first moment, read only and with a time limit.

    They are settings of the connection itself: ``RESET ALL``, which the pool sends after each use,
    and ``RESET ROLE`` come back to them.
    """
    import asyncpg  # type: ignore[import-untyped] # noqa: PLC0415 - heavy, and rarely asked for
    from tipg.database import connection_factory  # noqa: PLC0415

    words = conninfo_to_dict(conninfo)
    place: dict[str, Any] = {
        ours: words[theirs]
        for ours, theirs in (("host", "host"), ("port", "port"), ("user", "user"),
                             ("password", "password"), ("database", "dbname"))
        if words.get(theirs)
    }  # fmt: skip
    prepare = connection_factory([SCHEMA], "pg_temp")

    async def begin(connection: Any) -> None:
        # tipg's catalog functions are temporary ones: made once, before anything is asked.
        await connection.execute("set default_transaction_read_only = off")
        await prepare(connection)
        await connection.execute("reset default_transaction_read_only")

    return await asyncpg.create_pool(
        **place,
        min_size=1,
        max_size=CONNECTIONS,
        init=begin,
        server_settings={
            "role": ROLE,
            "default_transaction_read_only": "on",
            "statement_timeout": str(STATEMENT_MS),
            "application_name": ROLE,
        },
    )
