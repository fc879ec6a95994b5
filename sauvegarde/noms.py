"""Content types and permissions by their names, which stand in every database; numbers don't."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType

from sauvegarde.perimetre import Modele

Nom = tuple[str, ...]
# By label: the models of a former state of the tables are other classes.
TYPE, PERMISSION = "contenttypes.contenttype", "auth.permission"


class Noms:
    """The names that a database has at this moment, each with its number."""

    def __init__(self, using: str) -> None:
        self.types: dict[Nom, int] = {
            (application, modele): pk
            for pk, application, modele in ContentType._base_manager.using(using).values_list(
                "pk", "app_label", "model"
            )
        }
        self.permissions: dict[Nom, int] = {}
        self.libelles: dict[Nom, str] = {}
        for pk, libelle, *nom in Permission._base_manager.using(using).values_list(
            "pk", "name", "content_type__app_label", "content_type__model", "codename"
        ):
            self.permissions[tuple(nom)] = pk
            self.libelles[tuple(nom)] = libelle

    def vers_le_nom(self, modele: Modele) -> Callable[[Any], Any]:
        """From a number of this database to the name."""
        return {numero: nom for nom, numero in self._de(modele).items()}.__getitem__

    def vers_le_numero(self, modele: Modele) -> Callable[[Any], Any]:
        """From a name, as JSON gives it, to the number here."""
        numeros = self._de(modele)
        return lambda nom: numeros[tuple(nom)]

    def completer(self, types: Iterable[list[str]], permissions: Iterable[list[str]]) -> None:
        """Make here what a backup names and ``migrate`` didn't make: a former table's, maybe."""
        for application, modele in types:
            if (application, modele) not in self.types:
                self.types[application, modele] = ContentType.objects.create(
                    app_label=application, model=modele
                ).pk
        for application, modele, code, libelle in permissions:
            if (nom := (application, modele, code)) not in self.permissions:
                self.permissions[nom] = Permission.objects.create(
                    content_type_id=self.types[application, modele], codename=code, name=libelle
                ).pk

    def _de(self, modele: Modele) -> dict[Nom, int]:
        return self.types if modele._meta.label_lower == TYPE else self.permissions
