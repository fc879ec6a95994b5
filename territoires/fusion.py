"""Two organisations that are one: all that points to the others then points to the one kept."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from comptes.models import Utilisateur
from suivi.corbeille import jeter
from territoires.models import Organisme

REPRIS = ("siret", "commune")


@transaction.atomic
def fusionner(garde: Organisme, autres: Iterable[Organisme], par: Utilisateur | None = None) -> int:
    """Merge organisations into the one kept; returns how many links moved.

    What the kept one doesn't know (SIRET, commune) it takes from the first other that does.
    Raises IntegrityError, writing nothing, where a link may not move (a closed exercice).
    """
    autres = [autre for autre in autres if autre.pk != garde.pk]
    motif = f"Fusion dans {garde}"[:100]
    deplaces = 0
    for lien in Organisme._meta.related_objects:
        modele: Any = lien.related_model
        nom = lien.field.name
        lies = modele._default_manager.filter(**{f"{nom}__in": autres})
        if lien.many_to_many:
            for objet in lies.distinct():
                getattr(objet, nom).add(garde)
                deplaces += 1
            continue
        objets = list(lies)
        for objet in objets:
            setattr(objet, nom, garde)
            objet._change_reason = motif
            objet.save(update_fields=[nom])
        deplaces += len(objets)
    for champ in REPRIS:
        connu = next((v for autre in autres if (v := getattr(autre, champ)) is not None), None)
        if getattr(garde, champ) is None:
            setattr(garde, champ, connu)
    cles = [autre.pk for autre in autres]
    jeter(Organisme, cles, {}, par, motif=motif, remplace_par=garde.pk)
    garde._change_reason = motif  # type: ignore[attr-defined]  # read by the history
    garde.save()
    return deplaces
