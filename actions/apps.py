from django.apps import AppConfig


class ActionsConfig(AppConfig):
    name = "actions"
    verbose_name = "Actions"

    def ready(self) -> None:
        from actions import cloture
        from comptes import declencheurs

        declencheurs.garder(cloture.declencheurs)
        declencheurs.traduire(cloture.ExerciceClosError)
