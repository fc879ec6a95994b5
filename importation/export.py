"""Actions of a budget year as a file that imports back unchanged, and the template to fill in."""

import io
from collections.abc import Iterable
from typing import Any

import xlsxwriter

from actions.models import Action, Exercice
from financement.models import Subvention
from importation.fiches import CleLigne, FicheAction, charger_fiches, en_mots, nom_de_colonne
from importation.referentiel import TRANSTERRITORIAL, Referentiel, charger_referentiel
from importation.rubriques import ETAPES, RANGS, RUBRIQUES
from listes.chiffres import INCONNU
from listes.classeurs import texte
from listes.exports import ListeExportee
from listes.tables import Format, Valeur

DESCRIPTIVES = (
    ("reference", 14),
    ("intitule", 50),
    ("theme", 24),
    ("commune", 24),
    ("quartier", 20),
    ("porteur", 30),
    ("siret", 18),
    ("axes", 10),
    ("nature", 12),
    ("statut", 12),
    ("date_debut", 12),
    ("date_fin", 12),
    ("public", 24),
    ("description", 40),
)
PROVENANCE = "Provenance"  # says which actions are reconstructed; not imported back


def actions_a_reimporter(
    exercice: Exercice, communes_permises: Iterable[int] = ()
) -> ListeExportee:
    """The actions, with every funder and stage used."""
    ref = charger_referentiel(exercice, communes_permises)
    permises = ref.communes_permises
    fiches = {
        pk: fiche
        for pk, fiche in charger_fiches(exercice).items()
        if permises is None or fiche.commune in permises
    }
    provenances = dict(
        Action.objects.filter(exercice=exercice).order_by("pk").values_list("pk", "provenance")
    )
    colonnes = _colonnes_de_financement(fiches.values(), ref)
    lignes: list[list[Valeur]] = []
    for pk, fiche in fiches.items():
        ligne: list[Valeur] = [_valeur(code, fiche, ref) for code, _ in DESCRIPTIVES]
        for cle, etape in colonnes:
            montants = fiche.subventions.get(cle)
            ligne.append(montants[RANGS[etape]] if montants else None)
        ligne.append(str(Action.Provenance(provenances[pk]).label))
        lignes.append(ligne)
    dates = ("date_debut", "date_fin")
    return ListeExportee(
        "Actions",
        mentions=(),
        entetes=[
            *(RUBRIQUES[code].libelle for code, _ in DESCRIPTIVES),
            *(texte(nom_de_colonne(ligne, etape, ref)) for ligne, etape in colonnes),
            PROVENANCE,
        ],
        formats=[
            *(Format.DATE if code in dates else Format.TEXTE for code, _ in DESCRIPTIVES),
            *(Format.MONTANT for _ in colonnes),
            Format.TEXTE,
        ],
        lignes=lignes,
        totaux=(),
    )


def _colonnes_de_financement(
    fiches: Iterable[FicheAction], ref: Referentiel
) -> list[tuple[CleLigne, str]]:
    """The funding lines and stages that hold an amount, funders in the order of the tables."""
    utiles: set[tuple[CleLigne, str]] = set()
    for fiche in fiches:
        for ligne, montants in fiche.subventions.items():
            utiles.update(
                (ligne, etape)
                for etape, montant in zip(ETAPES, montants, strict=True)
                if montant is not None
            )
    financeurs, etapes = list(ref.financeurs.noms), list(ETAPES)
    natures, credits = Subvention.Nature.values, Subvention.Credit.values

    def rang(colonne: tuple[CleLigne, str]) -> tuple[int, ...]:
        (financeur, nature, credit), etape = colonne
        return (
            financeurs.index(financeur),
            natures.index(nature),
            credits.index(credit),
            etapes.index(etape),
        )

    return sorted(utiles, key=rang)


def _valeur(code: str, fiche: FicheAction, ref: Referentiel) -> Valeur:
    """As the file holds it: real dates, axes by their numbers; nothing where nothing is known."""
    if code == "siret":
        return ref.organismes[fiche.porteur].siret if isinstance(fiche.porteur, int) else None
    if code == "axes":
        return ", ".join(sorted(map(ref.axes.code_de, fiche.axes), key=int))
    valeur = getattr(fiche, code)
    if code in ("date_debut", "date_fin"):
        return valeur  # type: ignore[no-any-return]
    dit = en_mots(code, valeur, ref)
    return None if dit == INCONNU else dit


LIGNES_PREPAREES = 2_000
_FINANCEURS = ("VILLE", "ETAT", "CG", "FASILD")  # the tables' columns; others may be added

_EXPLICATIONS = (
    "Remplissez la feuille « Actions » : une ligne par action, puis envoyez ce fichier.",
    "Rien n'est écrit avant que vous ayez vu l'aperçu : chaque erreur y a sa cellule.",
    "Une cellule vide n'est pas un zéro : vide, le montant est inconnu ; 0, il est de zéro euro.",
    "Sur une action déjà enregistrée, une cellule vide n'efface rien.",
    "Une action est reconnue à sa référence ; sans elle, à son porteur, son intitulé, sa commune.",
    "Les colonnes peuvent changer d'ordre ; retirez celles qui ne servent pas.",
    "Autre financeur : ajoutez une colonne, par exemple « État – DRAC accordé ».",
    "Investissement ou droit commun : « État accordé (investissement) », « (droit commun) ».",
)


def gabarit(exercice: Exercice) -> bytes:
    """The workbook, with the names of today's reference data."""
    ref = charger_referentiel(exercice)
    sortie = io.BytesIO()
    classeur = xlsxwriter.Workbook(sortie)
    page = classeur.add_worksheet("Actions")
    notice = classeur.add_worksheet("Mode d'emploi")
    listes = classeur.add_worksheet("Listes")
    gras = classeur.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    formats = {
        "siret": classeur.add_format({"num_format": "@"}),
        "reference": classeur.add_format({"num_format": "@"}),
        "date_debut": classeur.add_format({"num_format": "dd/mm/yyyy"}),
        "date_fin": classeur.add_format({"num_format": "dd/mm/yyyy"}),
    }
    euros = classeur.add_format({"num_format": '#,##0.00\\ "€"'})
    valeurs = {
        "theme": list(ref.themes.noms.values()),
        "commune": [*ref.communes.noms.values(), TRANSTERRITORIAL],
        "nature": [str(libelle) for libelle in Action.Nature.labels],
        "statut": [str(libelle) for libelle in Action.Statut.labels],
    }
    rang = 0
    for rang, (code, largeur) in enumerate(DESCRIPTIVES):
        rubrique = RUBRIQUES[code]
        page.set_column(rang, rang, largeur, formats.get(code))
        page.write_string(0, rang, rubrique.libelle, gras)
        if rubrique.explication:
            page.write_comment(0, rang, rubrique.explication, {"author": "Contrat de ville"})
        if code in valeurs:
            _proposer(page, listes, rang, valeurs[code], list(valeurs).index(code))
    for financeur in (c for c in _FINANCEURS if c in ref.financeurs.codes):
        nom = ref.financeurs.noms[ref.financeurs.codes[financeur]]
        for etape in ETAPES.values():
            rang += 1
            page.set_column(rang, rang, 13, euros)
            page.write_string(0, rang, f"{nom} {etape}", gras)
    page.freeze_panes(1, 2)
    _expliquer(notice, gras, list(ref.financeurs.noms.values()))
    listes.hide()
    classeur.close()
    return sortie.getvalue()


def _proposer(page: Any, listes: Any, rang: int, valeurs: list[str], colonne: int) -> None:
    """A list to choose from, which warns of another value without forbidding it."""
    for numero, valeur in enumerate(valeurs):
        listes.write_string(numero, colonne, texte(valeur))
    lettre = "ABCDEFGH"[colonne]
    page.data_validation(
        1,
        rang,
        LIGNES_PREPAREES,
        rang,
        {
            "validate": "list",
            "source": f"=Listes!${lettre}$1:${lettre}${len(valeurs)}",
            "error_type": "warning",
            "error_title": "Valeur inconnue",
            "error_message": "Choisissez une valeur de la liste.",
        },
    )


def _expliquer(page: Any, gras: Any, financeurs: list[str]) -> None:
    page.set_column(0, 0, 26)
    page.set_column(1, 1, 100)
    numero = 0
    for numero, phrase in enumerate(_EXPLICATIONS):
        page.write_string(numero, 0, phrase)
    numero += 2
    page.write_string(numero, 0, "Colonne", gras)
    page.write_string(numero, 1, "Ce qu'elle attend", gras)
    for code, _ in DESCRIPTIVES:
        numero += 1
        page.write_string(numero, 0, RUBRIQUES[code].libelle)
        page.write_string(numero, 1, RUBRIQUES[code].explication)
    page.write_string(numero + 2, 0, "Financeurs")
    page.write_string(numero + 2, 1, ", ".join(financeurs))
