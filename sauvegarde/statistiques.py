"""What the database knows of its own tables, by which it chooses its indexes."""

from django.db import connection


def recompter() -> None:
    """Have the database sample its tables anew: after a restore, and every night.

    PostgreSQL does so by itself too, some time after rows have changed.
    """
    with connection.cursor() as curseur:
        if connection.vendor == "sqlite":
            curseur.execute("PRAGMA analysis_limit=1000")
        curseur.execute("ANALYZE")
