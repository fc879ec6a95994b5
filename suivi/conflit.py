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

from comptes.saisies import lire_entier
from listes.chiffres import montant

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
    """The inputs typed under the prefix ``sous`` that differ from what is stored (``leurs``)."""
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
    report = _Report(formset, donnees, base)
    typees = _prendre_les_lignes(donnees, formset.prefix)
    miennes = {cle: ligne for ligne in typees if (cle := _cle(ligne))}
    stockees = {str(formulaire.instance.pk): formulaire for formulaire in formset.initial_forms}
    for cle, formulaire in stockees.items():
        if cle not in miennes:
            report.ajoutee_par_l_autre(cle, formulaire)
        elif "DELETE" in miennes[cle]:
            report.supprimee_par_moi(miennes[cle], formulaire)
        else:
            report.gardee(cle, miennes[cle], formulaire)
    donnees[f"{formset.prefix}-INITIAL_FORMS"] = str(report.posees)
    for ligne in typees:
        cle = _cle(ligne)
        if not cle:
            report.poser(ligne | {"id": [""]})
        elif cle not in stockees and "DELETE" not in ligne:
            report.supprimee_par_l_autre(cle, ligne)
    donnees[f"{formset.prefix}-TOTAL_FORMS"] = str(report.posees)
    return report.trouvees


class _Report:
    """The lines of a formset written in ``donnees`` one after the other, and what differs."""

    def __init__(self, formset: Any, donnees: QueryDict, base: Saisies) -> None:
        self.formset = formset
        self.donnees = donnees
        self.base = base
        self.posees = 0
        self.trouvees: list[Difference] = []
        self.nom = formset.model._meta.verbose_name
        self.places_vues = {
            valeurs[0]: cle.removesuffix("-id")
            for cle, valeurs in base.items()
            if cle.startswith(f"{formset.prefix}-") and cle.endswith("-id") and valeurs
        }

    def gardee(self, cle: str, ligne: Saisies, leurs: BaseForm) -> None:
        place, sur = self.poser(ligne), f"{self._nommer(leurs)} : "
        vue = self._vue(cle, place)
        self.trouvees += differences(leurs, self.donnees, vue, sur=sur, sous=place)

    def ajoutee_par_l_autre(self, cle: str, leurs: BaseForm) -> None:
        leur = {nom: _valeurs(leurs, nom) for nom in leurs.fields}
        place = self.poser(leur | {"id": [cle], "DELETE": ["on"]})
        self._noter(place, self._nommer(leurs), "absente", "ajoutée", [], prendre_leur=True)

    def supprimee_par_moi(self, ligne: Saisies, leurs: BaseForm) -> None:
        place = self.poser(ligne)
        self._noter(place, self._nommer(leurs), "supprimée", "gardée", [], prendre_leur=False)

    def supprimee_par_l_autre(self, cle: str, ligne: Saisies) -> None:
        place = self.poser(ligne | {"id": [""]})
        vue = self._vue(cle, place)
        intactes = all(intacte(self.donnees, vue, f"{place}-{nom}") for nom in ligne if nom != "id")
        libelle = f"{self.nom} que l'autre personne a supprimée"
        self._noter(place, libelle, "gardée", "supprimée", ["on"], prendre_leur=intactes)

    def poser(self, ligne: Saisies) -> str:
        """Write a line at the next place; returns the prefix of its inputs."""
        place = f"{self.formset.prefix}-{self.posees}"
        for nom, valeurs in ligne.items():
            self.donnees.setlist(f"{place}-{nom}", valeurs)
        self.posees += 1
        return place

    def _vue(self, cle: str, place: str) -> Saisies:
        """What the form showed of a line, under the names that its inputs have at this place."""
        ancienne = self.places_vues.get(cle)
        return {
            place + nom.removeprefix(ancienne): valeurs
            for nom, valeurs in self.base.items()
            if ancienne is not None and nom.startswith(f"{ancienne}-")
        }

    def _nommer(self, leurs: Any) -> str:
        # A line's own name often repeats what it is a line of.
        ligne = str(leurs.instance).removesuffix(f" : {self.formset.instance}")
        return f"{self.nom} « {ligne} »"

    def _noter(
        self,
        place: str,
        libelle: str,
        mien: str,
        leur: str,
        valeurs_leur: list[str],
        *,
        prendre_leur: bool,
    ) -> None:
        self.trouvees.append(
            Difference(f"{place}-DELETE", libelle, mien, leur, valeurs_leur, prendre_leur)
        )


def _cle(ligne: Saisies) -> str:
    """The id of the stored line that a typed one stands for; empty for a new one."""
    return ligne.get("id", [""])[0]


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
