from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class ComptesConfig(AppConfig):
    name = "comptes"
    verbose_name = "Comptes"

    def ready(self) -> None:
        from comptes import consignation, declencheurs, revision, versions

        consignation.ecouter()
        declencheurs.garder(versions.declencheurs)
        declencheurs.garder(revision.declencheurs)
        pre_migrate.connect(declencheurs.avant_migration, sender=self)
        post_migrate.connect(declencheurs.apres_migration, sender=self)
