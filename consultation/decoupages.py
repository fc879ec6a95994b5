"""The breakdowns of a page: each a table whose rows lead to pages and figures to actions, with the
chart that says the same; and granted € of each row by funder. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bilan.document import Illustration
from bilan.graphiques import Barre, barres
from bilan.sommes import TOUT, Coordonnee, Figures, Sommes
from bilan.tableaux import Chiffre, Colonne, Unite
from consultation.figures import chiffres, colonnes
from consultation.perimetre import Perimetre
from consultation.ventilation import Arbre
from financement.models import Financeur
from financement.montants import Montant, Montants
from listes.chiffres import denombrer, dire_la_somme


@dataclass(frozen=True)
class Part:
    """One row before it is drawn: what it is, its page, its figures and their address."""

    libelle: str
    page: str
    lien: str
    figures: Figures
    niveau: int = 0
    numero: int | None = None


@dataclass(frozen=True)
class Rang:
    """A row: its label, its page (may be empty), its depth in a tree, its figures."""

    libelle: str
    page: str
    chiffres: tuple[Chiffre, ...]
    niveau: int = 0


@dataclass(frozen=True)
class Decoupage:
    """A breakdown. ``total`` is None where rows share lines: their sum would mean nothing."""

    code: str
    titre: str
    entete: str
    rangs: tuple[Rang, ...]
    total: Rang | None
    illustration: Illustration | None
    note: str
    colonnes: tuple[Colonne, ...]


def decouper(
    code: str,
    titre: str,
    entete: str,
    parts: Iterable[Part],
    *,
    base: Montant,
    total: tuple[Figures, str] | None,
    note: str = "",
    dessin: bool = True,
) -> Decoupage | None:
    """The breakdown without its empty rows; None without any. ``base`` makes the shares."""
    pleines = [part for part in parts if not part.figures.vides]
    if not pleines:
        return None
    montrees = colonnes(part.figures for part in pleines)
    return Decoupage(
        code,
        titre,
        entete,
        tuple(
            Rang(p.libelle, p.page, chiffres(p.figures, p.lien, base, montrees), p.niveau)
            for p in pleines
        ),
        None if total is None else Rang("Total", "", chiffres(*total, base, montrees)),
        _illustration(code, titre, pleines) if dessin else None,
        note,
        montrees,
    )


def _illustration(code: str, titre: str, parts: Sequence[Part]) -> Illustration | None:
    """Granted € of each row, roots only; none where fewer than two rows have any."""
    racines = [part for part in parts if part.niveau == 0]
    if sum(bool(part.figures.accorde.valeur) for part in racines) < 2:
        return None
    lignes = [
        Barre(
            p.libelle,
            p.figures.accorde.valeur,
            p.lien,
            denombrer(p.figures.actions, "action"),
            p.numero,
            affiche=dire_la_somme(p.figures.accorde),
        )
        for p in racines
    ]
    return Illustration(
        barres(
            f"Crédits accordés {titre.lower()}",
            f"Barres horizontales des crédits de fonctionnement accordés, {titre.lower()}.",
            lignes,
            code=f"barres-{code}",
        ),
        code,
    )


CODE = "croisement"


@dataclass(frozen=True)
class Tranche:
    """One row before it is drawn: what it is, its page, its lines, their money by funder (id)."""

    libelle: str
    page: str
    perimetre: Perimetre
    argent: Mapping[int, Montants]
    reconstitue: bool


def trancher(
    libelle: str,
    page: str,
    perimetre: Perimetre,
    sommes: Sommes,
    *,
    commune: Coordonnee = TOUT,
    theme: Coordonnee = TOUT,
) -> Tranche:
    """The row of a part of these sums."""
    return Tranche(
        libelle,
        page,
        perimetre,
        sommes.argent_par_financeur(commune, theme),
        bool(sommes.effectif(commune, theme).reconstituees),
    )


def croiser(
    entete: str,
    tranches: Iterable[Tranche],
    perimetre: Perimetre,
    sommes: Sommes,
    arbre: Arbre,
) -> Decoupage | None:
    """The rows that have money, by funder that gives some: each with the services below it. The
    whole of these lines makes the total.

    None where one funder gives all: the rows' own figures say as much.
    """
    total = trancher("Total", "", perimetre, sommes)
    donnent = set(total.argent)
    racines = [
        financeur
        for financeur in arbre.en_ordre()
        if financeur.parent_id is None and not donnent.isdisjoint(arbre.sous[financeur.pk])
    ]
    if len(racines) < 2:
        return None
    rangs = [_rang(tranche, racines, arbre) for tranche in tranches if tranche.argent]
    return Decoupage(
        CODE,
        f"Par {entete.lower()} et par financeur",
        entete,
        tuple(rangs),
        _rang(total, racines, arbre),
        None,
        "Crédits accordés. Les chiffres d'un financeur comprennent ceux des services qui en "
        "relèvent.",
        (
            *(Colonne(f.code, f.nom.partition(" (")[0], Unite.EUROS) for f in racines),
            Colonne("total", "Ensemble", Unite.EUROS),
        ),
    )


def _rang(tranche: Tranche, racines: Iterable[Financeur], arbre: Arbre) -> Rang:
    argent = tranche.argent

    def chiffre(perimetre: Perimetre, cles: Iterable[int]) -> Chiffre:
        accorde = Montants.somme(argent[cle] for cle in cles if cle in argent).accorde
        lien = "" if accorde.valeur is None else perimetre.lien
        return Chiffre.du_montant(accorde, lien, tranche.reconstitue)

    return Rang(
        tranche.libelle,
        tranche.page,
        (
            *(chiffre(tranche.perimetre.des_financeurs([f]), arbre.sous[f.pk]) for f in racines),
            chiffre(tranche.perimetre, argent),
        ),
    )
