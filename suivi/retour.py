"""Going back: the state of an object and its lines at a moment, written anew."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from suivi.historique import (
    DEPART,
    Lignes,
    gardes,
    liens,
    moment_du_changement,
    suivi,
    versions,
)


def poser_le_depart(objet: models.Model, lignes: Lignes) -> None:
    """Keep the state before the first change of what was loaded without a history."""
    suivies = suivi(type(objet)).filter(**{objet._meta.pk.attname: objet.pk})
    _garder([] if suivies.exists() else [objet])
    for modele, lien in lignes.items():
        suivies = suivi(modele).filter(**{f"{lien}_id": objet.pk}).values(modele._meta.pk.attname)
        sans = modele._default_manager.filter(**{lien: objet}).exclude(pk__in=suivies)
        _garder(list(sans))


def _garder(objets: list[Any]) -> None:
    if not objets:
        return
    manager = suivi(type(objets[0]))
    for objet in objets:
        objet._history_user = None
    gardees = manager.bulk_history_create(
        objets,
        default_change_reason=DEPART,
        default_date=moment_du_changement() - timedelta(microseconds=1),
    )
    for objet in objets:
        del objet._history_user
    for nom in liens(manager):
        champ: Any = type(objets[0])._meta.get_field(nom)
        lignes_gardees = gardes(type(objets[0]), nom)
        par_objet = {objet.pk: gardee for objet, gardee in zip(objets, gardees, strict=True)}
        actuels = champ.remote_field.through._default_manager.filter(
            **{f"{champ.m2m_field_name()}__in": objets}
        )
        lignes_gardees.bulk_create(
            lignes_gardees.model(
                history=par_objet[getattr(lien, f"{champ.m2m_field_name()}_id")],
                **{
                    colonne.attname: getattr(lien, colonne.attname) for colonne in lien._meta.fields
                },
            )
            for lien in actuels
        )


def etat_au(
    objet: models.Model, lignes: Lignes, moment: datetime
) -> tuple[dict[str, Any] | None, dict[type[models.Model], dict[Any, dict[str, Any]]]]:
    """The values of an object and of its lines (by key) at a moment; None before it was kept."""
    principal: dict[str, Any] | None = None
    etats: dict[type[models.Model], dict[Any, dict[str, Any]]] = {modele: {} for modele in lignes}
    for version in versions(objet, lignes):
        if version.quand > moment:
            break
        if version.modele is type(objet):
            principal = version.valeurs
        elif version.nature == "-":
            etats[version.modele].pop(version.pk, None)
        else:
            etats[version.modele][version.pk] = version.valeurs
    return principal, etats


def retablir(
    objet: Any, lignes: Lignes, moment: datetime, avant_d_ecrire: Callable[[], None]
) -> bool:
    """Write back, as a new change, the state at a moment; False when nothing is kept of it.

    Call it in a transaction. Raises ValidationError where that state is no longer allowed.
    """
    principal, etats = etat_au(objet, lignes, moment)
    if principal is None:
        return False
    avant_d_ecrire()
    motif = f"Rétablit la version du {timezone.localtime(moment):%d/%m/%Y à %H:%M:%S}"
    lies = set(liens(suivi(type(objet))))
    _ecrire(objet, {nom: v for nom, v in principal.items() if nom not in lies}, motif)
    for nom in lies:
        getattr(objet, nom).set(principal[nom])
    for modele, voulues in etats.items():
        presentes = {
            ligne.pk: ligne for ligne in modele._default_manager.filter(**{lignes[modele]: objet})
        }
        for pk, ligne in presentes.items():
            if pk not in voulues:
                ligne._change_reason = motif  # type: ignore[attr-defined]
                ligne.delete()
        for pk, valeurs in voulues.items():
            _ecrire(presentes.get(pk) or modele(pk=pk), valeurs, motif)
    return True


def _ecrire(objet: Any, valeurs: dict[str, Any], motif: str) -> None:
    for nom, valeur in valeurs.items():
        setattr(objet, objet._meta.get_field(nom).attname, valeur)
    objet._change_reason = motif
    objet.full_clean()
    objet.save()
