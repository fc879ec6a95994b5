"""The sheets of words: how to read the workbook, its key figures, the axes."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

from bilan.document import (
    Bloc,
    ChiffreCle,
    ChiffresCles,
    Fiche,
    Legende,
    Liste,
    Paragraphe,
    Rapport,
    Registre,
    Section,
)
from bilan.rendus.xlsx.feuille import Atelier, Feuille
from bilan.tableaux import Chiffre

COMPARAISON = (
    "Les chiffres que le document publié imprime autrement sont donnés à côté, avec l'écart "
    "(recalculé − publié). Le document n'est jamais corrigé."
)
LECTURE = (
    "Chaque chiffre des tableaux est un nombre ; les colonnes « Recalcul » le retrouvent par des "
    "formules (NB.SI.ENS, SOMME.SI.ENS) qui recomptent la feuille Actions. « ✓ » : les deux "
    "concordent ; « ≠ » : ils diffèrent, par exemple parce qu'une ligne a été modifiée ici.",
    "« — » signale un montant inconnu : ce n'est pas zéro. Une case vide de la feuille Actions "
    "signifie que le financeur n'a pas de ligne pour cette action.",
    COMPARAISON,
    "Au-dessus des en-têtes de la feuille Actions, les totaux suivent le filtre : filtrer une "
    "commune ou un thème donne ses propres sommes.",
)
SANS_AXES = "Aucun axe transversal n'est enregistré."


def ecrire_lisez_moi(atelier: Atelier, nom: str, feuilles: Mapping[str, str]) -> None:
    """What the workbook is, sheet by sheet, and how far to trust it."""
    rapport = atelier.rapport
    feuille = Feuille(atelier, nom, rapport.titre, [20, 110])
    feuille.avertir(bool(rapport.avertissement))
    for libelle, contenu in (
        ("Contrat", rapport.contrat),
        ("Territoire", rapport.territoire),
        ("Exercice", str(rapport.annee)),
        ("Date d'émission", rapport.date_emission.strftime("%d/%m/%Y")),
        ("État du contrôle", rapport.etat_du_controle),
    ):
        _paire(feuille, libelle, contenu)
    _rubrique(feuille, "Les feuilles")
    for autre, contenu in feuilles.items():
        feuille.lien(0, autre, autre)
        feuille.texte(1, contenu, "filet", "long")
        feuille.rang += 1
    _rubrique(feuille, "Lire ce classeur")
    for contenu in LECTURE if rapport.compare else [c for c in LECTURE if c != COMPARAISON]:
        _paire(feuille, "", contenu)
    for ancre in ("lecture", "sources"):
        for section in rapport.sections:
            if section.ancre == ancre:
                _rubrique(feuille, section.titre)
                for bloc in section.blocs:
                    for libelle, contenu in rubriques(bloc):
                        _paire(feuille, libelle, contenu)


def ecrire_synthese(atelier: Atelier, nom: str, feuilles: Mapping[str, str]) -> None:
    """The key figures, the legends, and the way to each sheet."""
    rapport = atelier.rapport
    feuille = Feuille(
        atelier, nom, f"Synthèse {rapport.annee}", [42, 18, 100], rapport.etat_du_controle
    )
    feuille.onglet.fit_to_pages(1, 1)
    feuille.avertir(bool(rapport.avertissement))
    debut = feuille.rang
    feuille.entetes(["Chiffre clé", "Valeur", "Lecture"], [1], 20)
    feuille.figer(debut)
    for cle in _chiffres_cles(rapport):
        feuille.texte(0, cle.libelle, "filet")
        feuille.chiffre(1, cle.chiffre, "filet", "gras")
        feuille.texte(2, cle.note, "filet", "long", "discret", "retrait")
        feuille.rang += 1
    _rubrique(feuille, "Voir")
    for autre, contenu in feuilles.items():
        if autre == nom:
            continue
        feuille.lien(0, autre, autre)
        feuille.texte(1, "", "filet")
        feuille.texte(2, contenu, "filet", "long", "retrait")
        feuille.rang += 1
    _ecrire_legendes(feuille, list(_legendes(rapport)))


def _ecrire_legendes(feuille: Feuille, legendes: Sequence[Legende]) -> None:
    """Side by side: the communes under the first column, the themes under the last one."""
    colonnes = (0, 2)
    feuille.rang += 1
    for colonne, legende in zip(colonnes, legendes, strict=False):
        feuille.texte(colonne, legende.titre, "rubrique")
    feuille.rang += 1
    for entrees in zip_longest(*(legende.entrees for legende in legendes)):
        for colonne, entree in zip(colonnes, entrees, strict=False):
            feuille.texte(colonne, f"{entree[0]} – {entree[1]}" if entree else "")
        feuille.rang += 1


def ecrire_axes(atelier: Atelier, nom: str) -> None:
    """Every block of every axis, one row a piece, so that the sheet filters by axis or heading."""
    feuille = Feuille(atelier, nom, "Axes transversaux de travail", [44, 18, 100])
    sections = [s for s in atelier.rapport.sections if s.ancre == "axes"]
    for registre in (b for s in sections for b in s.blocs if isinstance(b, Registre)):
        _ecrire_registre(feuille, registre)
        return
    axes = [axe for section in sections for axe in section.sections]
    if not axes:
        feuille.bandeau(SANS_AXES, "sous_titre")
        return
    debut = feuille.rang
    feuille.entetes(["Axe", "Rubrique", "Contenu"], hauteur=20)
    feuille.figer(debut)
    for axe in axes:
        for place, (libelle, contenu) in enumerate(_contenus(axe)):
            feuille.texte(0, axe.titre, "filet", "long", "discret" if place else "gras")
            feuille.texte(1, libelle, "filet", "long")
            feuille.texte(2, contenu, "filet", "long")
            feuille.rang += 1
    feuille.onglet.autofilter(debut, 0, feuille.rang - 1, 2)


def _ecrire_registre(feuille: Feuille, registre: Registre) -> None:
    debut = feuille.rang
    feuille.entetes(registre.entetes, range(1, len(registre.entetes)), 20)
    feuille.figer(debut)
    for ligne in registre.lignes:
        for colonne, cellule in enumerate(ligne):
            if isinstance(cellule, Chiffre):
                feuille.chiffre(colonne, cellule, "filet")
            else:
                feuille.texte(colonne, cellule, "filet", "long")
        feuille.rang += 1


def _contenus(axe: Section) -> Iterator[tuple[str, str]]:
    for bloc in axe.blocs:
        for libelle, contenu in rubriques(bloc):
            yield libelle or "Présentation", contenu


def rubriques(bloc: Bloc) -> Iterator[tuple[str, str]]:
    """The words of a block, as (heading, text); a block of figures has none."""
    if isinstance(bloc, Paragraphe):
        yield "", bloc.texte
    elif isinstance(bloc, Liste):
        for element in bloc.elements:
            yield bloc.titre, element
    elif isinstance(bloc, Fiche):
        for titre, valeurs in bloc.rubriques:
            yield titre, " ; ".join(valeurs)


def _chiffres_cles(rapport: Rapport) -> Iterator[ChiffreCle]:
    for bloc in _blocs(rapport):
        if isinstance(bloc, ChiffresCles):
            yield from bloc.chiffres


def _legendes(rapport: Rapport) -> Iterator[Legende]:
    return (bloc for bloc in _blocs(rapport) if isinstance(bloc, Legende))


def _blocs(rapport: Rapport) -> Iterator[Bloc]:
    return (bloc for section in rapport.sections for bloc in section.blocs)


def _rubrique(feuille: Feuille, titre: str) -> None:
    feuille.rang += 1
    feuille.bandeau(titre, "rubrique", hauteur=22)


def _paire(feuille: Feuille, libelle: str, contenu: str) -> None:
    feuille.texte(0, libelle, "filet", "long", "discret")
    feuille.texte(1, contenu, "filet", "long")
    feuille.rang += 1
