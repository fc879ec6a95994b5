from django.apps import AppConfig


class ActionsConfig(AppConfig):
    name = "actions"
    verbose_name = "Actions"

    def ready(self) -> None:
        from django.db.models.signals import post_delete

        from actions import cloture, pieces
        from suivi import declencheurs

        declencheurs.garder(cloture.declencheurs)
        declencheurs.traduire(cloture.ExerciceClosError)
        post_delete.connect(pieces.effacer_le_fichier, sender=pieces.Piece)
