from django.apps import AppConfig


class ImportationConfig(AppConfig):
    name = "importation"
    verbose_name = "Importation"

    def ready(self) -> None:
        from actions.filters import ActionFiltres
        from importation.filters import ImportationFiltre

        ActionFiltres.base_filters["importation"] = ImportationFiltre()
