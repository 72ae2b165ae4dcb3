"""Which tables a transaction wrote to, as the database counts it."""

from __future__ import annotations

from django.db import connection

# a session belongs to signing in, not to what is tested with it
UNCOUNTED = ("django_session", "usersessions_usersession")


def writes() -> set[tuple[str, int]]:
    """How often this transaction wrote to each table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables")
        return {(name, number) for name, number in cursor.fetchall() if name not in UNCOUNTED}
