"""What a file's columns mean, under which headings, in which sheets."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms

from actions.models import Action, Exercice
from financement.models import Subvention
from importation.choix import ColonneAChoisir, FeuilleAChoisir
from importation.correspondance import INTITULE_PAR_DEFAUT, Correspondance
from importation.entetes import forme
from importation.forms.fichier import exercice_ouvert
from importation.referentiel import TRANSTERRITORIAL, Referentiel
from importation.rubriques import ETAPES, RUBRIQUES

_CELLULES = 8  # of each of the first lines, shown to choose the headings
_A_REGLER = "?"  # money: neither imported nor left out
_CREER = "+"
_A_CREER = [(f"{_CREER}{etape}", f"Montant {libelle}") for etape, libelle in ETAPES.items()]
# What may be the same for a whole file; its budget year is that of the import.
_CONSTANTES_PROPOSEES = (
    *("commune", "theme", "porteur", "financeur"),
    *("statut", "nature", "credit", "nature_financement", "intitule"),
)


@dataclass(frozen=True)
class FeuilleDuFichier:
    """A sheet as the page shows it: whether it is read, its lines of headings, its columns."""

    feuille: FeuilleAChoisir
    lue: forms.BoundField
    lignes: list[tuple[int, bool, list[str]]]  # number, ticked, first cells
    champ_lignes: str
    colonnes: list[tuple[ColonneAChoisir, str, forms.BoundField]]  # its guess in words, its field


class ColonnesForm(forms.Form):
    """Which sheets are read, their headings, heading → field, and what stands for the whole file.

    ``creer``: whether a funder that nobody knows may be created by a choice.
    """

    exercice = exercice_ouvert("Celui de toutes les lignes du fichier.")
    cumuler = forms.MultipleChoiceField(
        choices=[(code, f"Montants {libelle}s") for code, libelle in ETAPES.items()],
        required=False,
        label="Additionner les lignes d'une même action",
        help_text="Des versements ou des décisions qui se suivent ; sinon, c'est une erreur.",
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self,
        feuilles: Sequence[FeuilleAChoisir],
        ref: Referentiel,
        actuelle: Correspondance,
        exercice: Exercice,
        data: Any = None,
        *,
        creer: bool = False,
    ) -> None:
        super().__init__(data, initial={"exercice": exercice, "cumuler": list(actuelle.cumuler)})
        self._feuilles, self._actuelle, self._ref = feuilles, actuelle, ref
        self._colonnes: dict[str, tuple[str, ColonneAChoisir]] = {}  # by the heading's form
        for rang, feuille in enumerate(feuilles):
            self.fields[f"lue_{rang}"] = forms.BooleanField(
                label="Lire cette feuille", required=False, initial=feuille.lue
            )
            if len(feuilles) == 1:
                self.fields[f"lue_{rang}"].disabled = True
                self.initial[f"lue_{rang}"] = True
            self.fields[f"lignes_{rang}"] = forms.MultipleChoiceField(
                choices=[(str(numero), str(numero)) for numero, _ in feuille.debut],
                required=False,
                initial=[str(numero) for numero in feuille.lignes_entetes],
            )
            for colonne in feuille.colonnes:
                self._ajouter_colonne(colonne, creer)
        for rubrique in _CONSTANTES_PROPOSEES:
            self.fields[f"constante_{rubrique}"] = _champ_constante(rubrique, ref)
            self.initial[f"constante_{rubrique}"] = actuelle.constantes.get(rubrique, "")

    def _ajouter_colonne(self, colonne: ColonneAChoisir, creer: bool) -> None:
        if forme(colonne.entete) in self._colonnes:
            return
        nom = f"colonne_{len(self._colonnes)}"
        self._colonnes[forme(colonne.entete)] = nom, colonne
        choisies = {forme(entete) for entete in self._actuelle.colonnes}
        # Money that nobody has settled isn't left out by a form sent for something else.
        a_regler = bool(colonne.somme) and not colonne.cible
        a_regler &= forme(colonne.entete) not in choisies
        choix = _choix(self._ref, colonne.cible)
        if colonne.financeur and creer:
            choix.insert(2, (f"Créer le financeur « {colonne.financeur} »", _A_CREER))
        self.fields[nom] = forms.ChoiceField(
            label=f"Rubrique de « {colonne.entete} »",
            choices=[(_A_REGLER, "À choisir"), *choix] if a_regler else choix,
            required=False,
            initial=_A_REGLER if a_regler else colonne.cible,
        )

    # --- What the page draws -------------------------------------------------------------------

    @property
    def effectif(self) -> int:
        """How many sheets there are."""
        return len(self._feuilles)

    def feuilles(self) -> list[FeuilleDuFichier]:
        return [
            FeuilleDuFichier(
                feuille,
                self[f"lue_{rang}"],
                [
                    (numero, str(numero) in self[f"lignes_{rang}"].value(), cellules[:_CELLULES])
                    for numero, cellules in feuille.debut
                ],
                f"lignes_{rang}",
                [
                    (colonne, _en_mots(colonne.suggestion, self._ref), self[nom])
                    for nom, colonne in self._colonnes.values()
                    if colonne.feuille == feuille.nom
                ],
            )
            for rang, feuille in enumerate(self._feuilles)
        ]

    def constantes(self) -> list[forms.BoundField]:
        return [self["exercice"], *(self[f"constante_{nom}"] for nom in _CONSTANTES_PROPOSEES)]

    # --- What was chosen -----------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        vues: dict[tuple[str, str], str] = {}
        for nom, colonne in self._colonnes.values():
            cible = self.cleaned_data.get(nom, "")
            cle = (colonne.feuille, cible)
            if cible and cible != _A_REGLER and cible not in dict(_A_CREER):
                if cle in vues:
                    self.add_error(nom, f"La colonne « {vues[cle]} » remplit déjà cette rubrique.")
                vues[cle] = colonne.entete
        if not any(self.cleaned_data.get(f"lue_{rang}") for rang, _ in enumerate(self._feuilles)):
            self.add_error("lue_0", "Choisissez au moins une feuille.")
        return self.cleaned_data

    def a_relire(self) -> bool:
        """Whether other headings were chosen than those whose columns the page showed."""
        return any(self._change(rang) for rang in range(len(self._feuilles)))

    def _change(self, rang: int) -> bool:
        feuille = self._feuilles[rang]
        if not self.cleaned_data[f"lue_{rang}"]:
            return False
        return not feuille.lue or self._lignes(rang) != feuille.lignes_entetes

    def _lignes(self, rang: int) -> tuple[int, ...]:
        """Those that are ticked; none: those that are found."""
        cochees = tuple(sorted(int(numero) for numero in self.cleaned_data[f"lignes_{rang}"]))
        feuille = self._feuilles[rang]
        trouvees = feuille.nom not in self._actuelle.entetes
        return cochees or (feuille.lignes_entetes if trouvees else ())

    def a_creer(self) -> list[tuple[str, str, str]]:
        """(heading, name, stage) of the funders to create."""
        creations = dict(_A_CREER)
        return [
            (colonne.entete, colonne.financeur, choisie.removeprefix(_CREER))
            for nom, colonne in self._colonnes.values()
            if (choisie := self.cleaned_data[nom]) in creations and colonne.financeur
        ]

    def correspondance(self) -> Correspondance:
        relues = {f.nom for rang, f in enumerate(self._feuilles) if self._change(rang)}
        colonnes = {
            colonne.entete: choisie
            for nom, colonne in self._colonnes.values()
            if colonne.feuille not in relues
            and (choisie := self.cleaned_data[nom]) != _A_REGLER
            and choisie not in dict(_A_CREER)
        }
        return replace(
            self._actuelle,
            colonnes=colonnes,
            constantes={
                rubrique: valeur
                for rubrique in _CONSTANTES_PROPOSEES
                if (valeur := self.cleaned_data.get(f"constante_{rubrique}"))
            },
            entetes=dict(self._entetes()),
            cumuler=tuple(self.cleaned_data["cumuler"]),
        )

    def _entetes(self) -> Iterator[tuple[str, list[int]]]:
        """The lines of headings of the sheets where someone has chosen them, or none at all."""
        for rang, feuille in enumerate(self._feuilles):
            lignes = self._lignes(rang)
            trouvees = feuille.reconnue and feuille.nom not in self._actuelle.entetes
            if not self.cleaned_data[f"lue_{rang}"]:
                yield feuille.nom, []
            elif lignes and not (trouvees and lignes == feuille.lignes_entetes):
                yield feuille.nom, list(lignes)


def _en_mots(cible: str, ref: Referentiel) -> str:
    """A target as the list of choices names it; "" for none."""
    for _, libelles in _choix(ref, cible)[1:]:
        trouve = dict(libelles).get(cible) if isinstance(libelles, list) else None
        if trouve:
            return str(trouve)
    return ""


def _choix(ref: Referentiel, actuelle: str) -> list[tuple[str, Any]]:
    """Every target, the funders' stages grouped by funder."""
    choix: list[tuple[str, Any]] = [("", "Ne pas importer")]
    choix.append(("L'action", [(code, r.libelle) for code, r in RUBRIQUES.items()]))
    connues = {"", *RUBRIQUES}
    for code, pk in ref.financeurs.codes.items():
        nom = ref.financeurs.noms[pk]
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
        "financeur": list(ref.financeurs.noms.values()),
        "statut": Action.Statut.labels,
        "nature": Action.Nature.labels,
        "credit": Subvention.Credit.labels,
        "nature_financement": Subvention.Nature.labels,
    }
    libelle = RUBRIQUES[rubrique].libelle
    if rubrique not in noms:
        aide = f"Modèle, par exemple : {INTITULE_PAR_DEFAUT}" if rubrique == "intitule" else ""
        return forms.CharField(label=libelle, required=False, max_length=200, help_text=aide)
    return forms.ChoiceField(
        label=libelle,
        required=False,
        choices=[("", "—"), *((nom, nom) for nom in noms[rubrique])],
    )
