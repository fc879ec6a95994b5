from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class SuiviConfig(AppConfig):
    name = "suivi"
    verbose_name = "Suivi"

    def ready(self) -> None:
        from simple_history.signals import pre_create_historical_record

        from suivi import declencheurs, historique, revision, versions

        declencheurs.garder(versions.declencheurs)
        declencheurs.garder(revision.declencheurs)
        pre_migrate.connect(declencheurs.avant_migration, sender=self)
        post_migrate.connect(declencheurs.apres_migration, sender=self)
        pre_create_historical_record.connect(historique.dater)
