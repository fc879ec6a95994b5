from django.apps import AppConfig


class TerritoiresConfig(AppConfig):
    name = "territoires"
    verbose_name = "Territoires"

    def ready(self) -> None:
        from simple_history.signals import pre_create_historical_record

        from territoires import historique

        pre_create_historical_record.connect(historique.dater)
