from django.apps import AppConfig


class AmorceConfig(AppConfig):
    name = "amorce"
    verbose_name = "Amorce"
