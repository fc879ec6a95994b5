"""What a person fills in to import: the file, then what its columns mean."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from actions.models import Action, Exercice
from financement.models import Subvention
from importation.correspondance import Correspondance
from importation.entetes import TableauLu
from importation.lecture import OCTETS_MAX, Classeur
from importation.propositions import proposer
from importation.referentiel import TRANSTERRITORIAL, Referentiel, nom_court
from importation.rubriques import ETAPES, RUBRIQUES
from importation.valeurs import en_texte

_ACCEPTES = ".xlsx,.xlsm,.xls,.ods,.csv"
_EXEMPLES = 3
# What may be the same for a whole file; its budget year is that of the import.
_CONSTANTES_PROPOSEES = (
    *("commune", "theme", "porteur", "financeur"),
    *("statut", "nature", "credit", "nature_financement"),
)


def _exercice_ouvert(aide: str) -> forms.ModelChoiceField[Exercice]:
    return forms.ModelChoiceField(
        Exercice.objects.filter(clos=False), label="Exercice", empty_label=None, help_text=aide
    )


class FichierForm(forms.Form):
    exercice = _exercice_ouvert("Les exercices clos n'y sont pas : ils ne se modifient plus.")
    fichier = forms.FileField(
        label="Fichier",
        help_text="Excel, LibreOffice ou csv. Rien n'est écrit avant que vous l'ayez confirmé.",
        widget=forms.ClearableFileInput(attrs={"accept": _ACCEPTES}),
    )

    def clean_fichier(self) -> "UploadedFile[Any]":
        fichier: UploadedFile[Any] = self.cleaned_data["fichier"]
        if (fichier.size or 0) > OCTETS_MAX:
            raise forms.ValidationError(
                f"Le fichier pèse {(fichier.size or 0) // 1024**2} Mo : {OCTETS_MAX // 1024**2} Mo "
                "au plus. Retirez les images ou partagez-le."
            )
        return fichier


@dataclass(frozen=True)
class ColonneDuFichier:
    """A heading as the page shows it, with its first values and its field to choose."""

    entete: str
    exemples: str
    note: str
    champ: forms.BoundField


class ColonnesForm(forms.Form):
    """Heading → field for each column, and the values that stand for the whole file."""

    exercice = _exercice_ouvert("Celui de toutes les lignes du fichier.")

    def __init__(
        self,
        classeur: Classeur,
        ref: Referentiel,
        actuelle: Correspondance,
        exercice: Exercice,
        data: Any = None,
    ) -> None:
        super().__init__(data, initial={"exercice": exercice})
        tableaux = [
            tableau for feuille in classeur.feuilles if (tableau := actuelle.tableau(feuille, ref))
        ]
        self._colonnes: list[tuple[str, str, str, str]] = []
        for entete, tableau, rang in _entetes(tableaux):
            cellules = [x.cellules[rang] for x in tableau.lignes[:50] if rang < len(x.cellules)]
            propose = proposer(entete, cellules, ref)
            cible = actuelle.colonnes.get(entete, propose.cible if propose else "")
            nom = f"colonne_{len(self._colonnes)}"
            self.fields[nom] = forms.ChoiceField(
                label=f"Rubrique de « {entete} »",
                choices=_choix(ref, cible),
                required=False,
                initial=cible,
            )
            exemples = " · ".join(en_texte(c)[:40] for c in cellules if c != "" and en_texte(c))
            note = propose.note if propose and entete not in actuelle.colonnes else ""
            self._colonnes.append((nom, entete, exemples[:90], note))
        for rubrique in _CONSTANTES_PROPOSEES:
            self.fields[f"constante_{rubrique}"] = _champ_constante(rubrique, ref)
            self.initial[f"constante_{rubrique}"] = actuelle.constantes.get(rubrique, "")

    def colonnes(self) -> list[ColonneDuFichier]:
        return [
            ColonneDuFichier(entete, exemples, note, self[nom])
            for nom, entete, exemples, note in self._colonnes
        ]

    def constantes(self) -> list[forms.BoundField]:
        return [self["exercice"], *(self[f"constante_{nom}"] for nom in _CONSTANTES_PROPOSEES)]

    def clean(self) -> dict[str, Any]:
        vues: dict[str, str] = {}
        for nom, entete, _, _ in self._colonnes:
            cible = self.cleaned_data.get(nom, "")
            if cible and cible in vues:
                self.add_error(nom, f"La colonne « {vues[cible]} » remplit déjà cette rubrique.")
            vues[cible] = entete
        return self.cleaned_data

    def correspondance(self) -> Correspondance:
        return Correspondance(
            {entete: self.cleaned_data[nom] for nom, entete, _, _ in self._colonnes},
            {
                rubrique: valeur
                for rubrique in _CONSTANTES_PROPOSEES
                if (valeur := self.cleaned_data.get(f"constante_{rubrique}"))
            },
        )


def _entetes(tableaux: Sequence[TableauLu]) -> Iterator[tuple[str, TableauLu, int]]:
    vus: set[str] = set()
    for tableau in tableaux:
        for rang, entete in tableau.entetes.items():
            if entete not in vus:
                vus.add(entete)
                yield entete, tableau, rang


def _choix(ref: Referentiel, actuelle: str) -> list[tuple[str, Any]]:
    """Every target, the funders' stages grouped by funder."""
    choix: list[tuple[str, Any]] = [("", "Ne pas importer")]
    choix.append(("L'action", [(code, r.libelle) for code, r in RUBRIQUES.items()]))
    connues = {"", *RUBRIQUES}
    for code, pk in ref.codes_financeurs.items():
        nom = nom_court(ref.nom_financeur(pk))
        etapes = [(f"{code}:{etape}", f"{nom} {libelle}") for etape, libelle in ETAPES.items()]
        connues.update(cible for cible, _ in etapes)
        choix.append((nom, etapes))
    if actuelle not in connues:
        choix.append((actuelle, actuelle.replace(":", " ")))
    return choix


def _champ_constante(rubrique: str, ref: Referentiel) -> forms.Field:
    noms: dict[str, Sequence[str]] = {
        "commune": [*ref.communes.noms.values(), TRANSTERRITORIAL],
        "theme": list(ref.themes.noms.values()),
        "financeur": [nom_court(nom) for nom in ref.financeurs.noms.values()],
        "statut": Action.Statut.labels,
        "nature": Action.Nature.labels,
        "credit": Subvention.Credit.labels,
        "nature_financement": Subvention.Nature.labels,
    }
    libelle = RUBRIQUES[rubrique].libelle
    if rubrique not in noms:
        return forms.CharField(label=libelle, required=False, max_length=200)
    return forms.ChoiceField(
        label=libelle,
        required=False,
        choices=[("", "—"), *((nom, nom) for nom in noms[rubrique])],
    )
