"""Two people on one form: what differs between what one typed and what the other saved.

A form carries the version that it was filled from, and what it then showed. When the version has
grown, the differences are laid side by side; for each, whoever saves second chooses.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import BaseForm, ChoiceField, Field, FileField, ModelForm
from django.http import QueryDict
from django.utils.formats import date_format

from listes.chiffres import montant
from listes.etat import lire_entier

Saisies = dict[str, list[str]]
"""What a form would send, by the name of its inputs."""

CHOIX, LEUR, VERSION, VU, ARBITRAGE, TOUT = (
    "_choix-",
    "_leur-",
    "_version-",
    "_vu",
    "_arbitrage",
    "_tout",
)


@dataclass(frozen=True)
class Difference:
    """One input that two people leave different; ``prendre_leur`` is the choice proposed."""

    cle: str
    libelle: str
    mien: str
    leur: str
    valeurs_leur: list[str]
    prendre_leur: bool

    @property
    def choix(self) -> str:
        return f"{CHOIX}{self.cle}"

    @property
    def cache(self) -> str:
        return f"{LEUR}{self.cle}"


def saisies(formulaires: Iterable[BaseForm]) -> Saisies:
    """What these forms send when nobody types anything."""
    return {
        formulaire.add_prefix(nom): _valeurs(formulaire, nom)
        for formulaire in formulaires
        for nom, champ in formulaire.fields.items()
        if not isinstance(champ, FileField)
    }


def _valeurs(formulaire: BaseForm, nom: str) -> list[str]:
    champ = formulaire.fields[nom]
    valeur = champ.prepare_value(formulaire[nom].initial)
    if valeur is None or valeur is False:
        return []
    if isinstance(valeur, list | tuple | QuerySet):
        return [str(champ.prepare_value(element)) for element in valeur]
    affichee = champ.widget.format_value(valeur) if hasattr(champ.widget, "format_value") else None
    return [str(valeur if affichee is None or isinstance(affichee, list) else affichee)]


def vu(donnees: Mapping[str, Any]) -> Saisies:
    """What the form showed when it was opened, as it carried it along; empty if it is lost."""
    try:
        lu = json.loads(donnees.get(VU) or "{}")
    except ValueError:
        return {}
    return lu if isinstance(lu, dict) else {}


def intacte(donnees: QueryDict, base: Saisies, cle: str) -> bool:
    """Whether an input comes back as it was shown."""
    return cle in base and _normalisees(donnees.getlist(cle)) == _normalisees(base[cle])


def _normalisees(valeurs: list[str]) -> list[str]:
    return sorted(str(valeur).replace("\r\n", "\n").strip() for valeur in valeurs if valeur != "")


def differences(
    leurs: BaseForm, donnees: QueryDict, base: Saisies, *, sur: str = "", sous: str | None = None
) -> Iterator[Difference]:
    """What the data typed under the prefix ``sous`` leaves different from an unbound form."""
    for nom, champ in leurs.fields.items():
        if isinstance(champ, FileField) or not _est_du_modele(leurs, nom):
            continue
        cle = f"{sous}-{nom}" if sous else leurs.add_prefix(nom)
        mien = champ.widget.value_from_datadict(donnees, {}, cle)
        if champ.disabled or not champ.has_changed(leurs[nom].initial, mien):
            continue
        yield Difference(
            cle=cle,
            libelle=f"{sur}{champ.label}",
            mien=_affichage(champ, mien),
            leur=_affichage(champ, champ.prepare_value(leurs[nom].initial)),
            valeurs_leur=_valeurs(leurs, nom),
            prendre_leur=intacte(donnees, base, cle),
        )


def _est_du_modele(formulaire: BaseForm, nom: str) -> bool:
    if not isinstance(formulaire, ModelForm):
        return True
    options = formulaire._meta.model._meta
    return nom in {champ.name for champ in (*options.fields, *options.many_to_many)} and (
        nom != options.pk.name
    )


def _affichage(champ: Field, valeur: Any) -> str:
    try:
        valeur = champ.clean(valeur)
    except ValidationError:
        return str(valeur)
    if isinstance(champ, ChoiceField):
        choix: Any = champ.choices
        libelles = {str(cle): str(libelle) for cle, libelle in choix}
        return libelles.get(str(valeur), str(valeur)) or "—"
    return en_clair(valeur)


def en_clair(valeur: Any) -> str:
    """A value of any field as a French reader writes it."""
    match valeur:
        case None | "":
            return "—"
        case bool():
            return "oui" if valeur else "non"
        case date():
            return date_format(valeur, "d/m/Y")
        case Decimal():
            return montant(valeur)
        case list() | tuple() | QuerySet():
            return ", ".join(str(element) for element in valeur) or "—"
        case _:
            return str(valeur)


def reporter_les_lignes(formset: Any, donnees: QueryDict, base: Saisies) -> list[Difference]:
    """Rewrite in ``donnees`` the lines that were typed so that they fit those now stored.

    Those still stored keep their place; those that the other person deleted become new ones,
    those that she added appear. Returns what differs.
    """
    prefixe = formset.prefix
    typees = _prendre_les_lignes(donnees, prefixe)
    base_par_ligne = {
        valeurs[0]: cle.removesuffix("-id")
        for cle, valeurs in base.items()
        if cle.startswith(f"{prefixe}-") and cle.endswith("-id") and valeurs
    }
    trouvees: list[Difference] = []
    rang = 0

    def poser(ligne: Saisies) -> str:
        nonlocal rang
        place = f"{prefixe}-{rang}"
        for nom, valeurs in ligne.items():
            donnees.setlist(f"{place}-{nom}", valeurs)
        rang += 1
        return place

    def base_de(pk: str, place: str) -> Saisies:
        ancienne = base_par_ligne.get(pk)
        if ancienne is None:
            return {}
        return {
            place + cle.removeprefix(ancienne): valeurs
            for cle, valeurs in base.items()
            if cle.startswith(f"{ancienne}-")
        }

    miennes = {ligne["id"][0]: ligne for ligne in typees if ligne.get("id", [""])[0]}
    stockees = {str(formulaire.instance.pk): formulaire for formulaire in formset.initial_forms}
    for pk, formulaire in stockees.items():
        # A line's own name often repeats what it is a line of.
        nom_de_ligne = str(formulaire.instance).removesuffix(f" : {formset.instance}")
        sur = f"{formset.model._meta.verbose_name} « {nom_de_ligne} »"
        if pk not in miennes:
            leur = {nom: _valeurs(formulaire, nom) for nom in formulaire.fields}
            place = poser(leur | {"id": [pk], "DELETE": ["on"]})
            trouvees.append(
                Difference(f"{place}-DELETE", sur, "absente", "ajoutée", [], prendre_leur=True)
            )
            continue
        place = poser(miennes[pk])
        if "DELETE" in miennes[pk]:
            trouvees.append(
                Difference(f"{place}-DELETE", sur, "supprimée", "gardée", [], prendre_leur=False)
            )
        else:
            trouvees += differences(
                formulaire, donnees, base_de(pk, place), sur=f"{sur} : ", sous=place
            )
    donnees[f"{prefixe}-INITIAL_FORMS"] = str(rang)
    for ligne in typees:
        pk = ligne.get("id", [""])[0]
        if pk in stockees or (pk and "DELETE" in ligne):
            continue
        place = poser(ligne | {"id": [""]})
        if pk:
            intactes = all(
                intacte(donnees, base_de(pk, place), f"{place}-{nom}")
                for nom in ligne
                if nom != "id"
            )
            trouvees.append(
                Difference(
                    f"{place}-DELETE",
                    f"{formset.model._meta.verbose_name} que l'autre personne a supprimée",
                    "gardée",
                    "supprimée",
                    ["on"],
                    prendre_leur=intactes,
                )
            )
    donnees[f"{prefixe}-TOTAL_FORMS"] = str(rang)
    return trouvees


def _prendre_les_lignes(donnees: QueryDict, prefixe: str) -> list[Saisies]:
    """Take the typed lines out of the data, each with its inputs by their short names."""
    lignes = []
    for rang in range(lire_entier(donnees.get(f"{prefixe}-TOTAL_FORMS", "")) or 0):
        debut = f"{prefixe}-{rang}-"
        cles = [cle for cle in donnees if cle.startswith(debut)]
        lignes.append({cle.removeprefix(debut): donnees.pop(cle) for cle in cles})
    return lignes


def trancher(donnees: QueryDict) -> QueryDict:
    """The data to save, once someone has chosen between hers and the other's."""
    tranchees = donnees.copy()
    tout = donnees.get(TOUT)
    for cle in donnees:
        if cle.startswith(CHOIX) and (tout or donnees[cle]) == "leur":
            champ = cle.removeprefix(CHOIX)
            tranchees.setlist(champ, donnees.getlist(f"{LEUR}{champ}"))
            if not tranchees.getlist(champ):
                del tranchees[champ]
    for cle in (ARBITRAGE, TOUT):
        tranchees.pop(cle, None)
    return tranchees
