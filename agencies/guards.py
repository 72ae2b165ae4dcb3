"""Guards in the database itself, as migration operations.

Plain triggers, `ENABLE ALWAYS`: no session setting of the application's user turns them off
(`SET session_replication_role` needs a superuser; django-pgtrigger's triggers obey a session variable).
"""

from collections.abc import Sequence

from django.db import migrations

REFUSE_SQL = """
CREATE OR REPLACE FUNCTION nib_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0]
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""


class CreateRefuse(migrations.RunSQL):
    """Creates the function that every guard calls."""

    def __init__(self) -> None:
        super().__init__(REFUSE_SQL, "DROP FUNCTION nib_refuse()")


def _trigger(table: str, name: str, event: str, words: str, *, condition: str = "", level: str = "ROW") -> str:
    return (
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH {level} {condition} "
        f"EXECUTE FUNCTION nib_refuse('{words}');\n"
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name};\n"
    )


class AppendOnly(migrations.RunSQL):
    """Rows of a table can be added, never changed, deleted or truncated."""

    def __init__(self, table: str, words: str = "this table is append-only") -> None:
        super().__init__(
            # one statement-level trigger refuses even a statement that would touch no row
            _trigger(table, f"{table}_append_only", "UPDATE OR DELETE OR TRUNCATE", words, level="STATEMENT"),
            f"DROP TRIGGER {table}_append_only ON {table}",
        )


class Immutable(migrations.RunSQL):
    """Columns of a table keep the value they were created with (natural keys, snapshots)."""

    def __init__(self, table: str, columns: Sequence[str]) -> None:
        changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)
        super().__init__(
            _trigger(
                table,
                f"{table}_immutable",
                "UPDATE",
                f"{', '.join(columns)} cannot be changed",
                condition=f"WHEN ({changed})",
            ),
            f"DROP TRIGGER {table}_immutable ON {table}",
        )


class Frozen(migrations.RunSQL):
    """Rows in a given state can be neither changed nor deleted."""

    def __init__(self, table: str, condition: str, words: str) -> None:
        super().__init__(
            _trigger(table, f"{table}_frozen", "UPDATE OR DELETE", words, condition=f"WHEN ({condition})"),
            f"DROP TRIGGER {table}_frozen ON {table}",
        )
