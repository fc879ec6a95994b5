"""The contract's years, themes and actions, as agents type them."""

from actions.admin.action import ActionAdmin
from actions.admin.exercice import ExerciceAdmin
from actions.admin.theme import ThemeAdmin

__all__ = ["ActionAdmin", "ExerciceAdmin", "ThemeAdmin"]
