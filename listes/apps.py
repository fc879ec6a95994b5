from django.apps import AppConfig
from django.db.backends.signals import connection_created


class ListesConfig(AppConfig):
    name = "listes"
    verbose_name = "Listes"

    def ready(self) -> None:
        from listes.recherche import installer_dans_sqlite

        connection_created.connect(installer_dans_sqlite, dispatch_uid="listes.sans_accents")
