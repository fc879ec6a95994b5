"""The drills play on the same installations as the tests of backups."""

from tests.sauvegarde.conftest import postgresql, postgresql_migree, sqlite, sqlite_migree

__all__ = ["postgresql", "postgresql_migree", "sqlite", "sqlite_migree"]
