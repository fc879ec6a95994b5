"""Two hundred spreadsheets of the shapes that people send, all made from known actions.

Whatever the order of the columns, the lines of headings, the totals, the sheets and the way amounts
are written, the import finds the same euros; or an error says where, and nothing is written.
"""

import csv
import io
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from importation.correspondance import Correspondance
from importation.extraction.bornes import Fusion
from importation.lecture import Cellule, Classeur, FeuilleLue, LigneLue, lire
from importation.referentiel import Referentiel
from importation.rubriques import ETAPES
from importation.verification import Verification, verifier_classeur

TIRAGES = range(200)
PAR_UN_FICHIER = 8  # one in eight is a real file; the others are what such a file is read as
FINANCEURS = {
    "VILLE": ["Ville", "VILLE", "Ville "],
    "ETAT": ["État", "Etat", "Préfecture", "BOP 147"],
    "CG": ["CG", "Conseil général", "Département"],
    "FASILD": ["Fasild", "FASILD"],
}
ETAPES_ECRITES = {
    "demande": ["demandé", "montant demandé", "sollicité"],
    "accorde": ["accordé", "Montant accordé", "attribué", "subvention accordée"],
    "verse": ["versé", "montant versé", "payé"],
}
ENTETES = {
    "reference": ["Référence", "N° de dossier", "ref_action", "referenceDecision"],
    "intitule": ["Intitulé", "Intitulé du projet", "Objet de la convention", "libellé action"],
    "porteur": [
        "Porteur",
        "nomBeneficiaire",
        "Nom du bénéficiaire*",
        "Raison sociale",
        "Structure",
    ],
    "commune": ["Commune", "Code INSEE", "Localisation"],
    "theme": ["Thème", "Thématique", "Volet"],
    "statut": ["Statut"],
}
ETAPES_SEULES = [mots[0] for mots in ETAPES_ECRITES.values()]
ETIQUETTES = ["Total", "TOTAL", "Total général", "Sous-total", "Sous total", "S/total", "Ensemble"]
Ligne = list[Cellule]
Euros = dict[tuple[str, str, str], Decimal]  # funder's code, nature, stage


@dataclass
class Connue:
    """An action as the sender has it in mind."""

    champs: dict[str, str]
    montants: dict[tuple[str, str], dict[str, Decimal]]  # (funder, nature) → stage → €


@dataclass
class Tableur:
    feuilles: list[FeuilleLue]
    voulue: Correspondance
    attendu: Euros
    en_erreur: set[str] = field(default_factory=set)  # the columns that must be settled


class Fabrique:
    """A spreadsheet drawn at random from a number."""

    def __init__(self, tirage: int) -> None:
        self.hasard = random.Random(tirage)  # noqa: S311 -- the same files at each run
        self.forme = self.hasard.choice(["large", "large", "deux lignes", "longue", "versements"])
        self.avec_reference = self.un_sur(2)
        self.investissement = self.forme != "deux lignes" and self.un_sur(4)
        self.sans_intitule = self.un_sur(6)
        self.annees = self.un_sur(5)
        self.constantes: dict[str, str] = {}
        self.etapes = sorted(self.hasard.sample(list(ETAPES), self.hasard.randint(1, 3)))
        if self.forme == "versements":
            self.etapes = ["accorde", "verse"]
        self.actions = [self._action(n) for n in range(self.hasard.randint(3, 12))]
        self.partagee = self.avec_reference and len(self.actions) > 3 and self.un_sur(4)
        if self.partagee:
            for action in self.actions:
                action.champs["reference"] = self.hasard.choice(["DELIB-1", "DELIB-1", "DELIB-1"])

    def un_sur(self, nombre: int) -> bool:
        return self.hasard.randrange(nombre) == 0

    def _action(self, n: int) -> Connue:
        tirer = self.hasard
        commune = tirer.choice([("Alès", "30007"), ("Cendras", "30077"), ("Bagard", "30027")])
        champs = {
            "reference": f"D30-{n:03}",
            "intitule": f"{tirer.choice(['Chorale', 'Total danse', 'Vélo', 'Fête'])} {n}",
            "porteur": f"{tirer.choice(['Les Amis', 'Ensemble', 'Centre social'])} {n}",
            "commune": commune[tirer.randrange(2)],
            "theme": tirer.choice(["Culture", "Sport", "Éducation", "1"]),
            "statut": "Accordée",
        }
        natures = ["FONCTIONNEMENT", "INVESTISSEMENT"][: 1 + self.investissement]
        montants = {
            (code, nature): {etape: self._montant() for etape in self.etapes if not self.un_sur(5)}
            for code in tirer.sample(list(FINANCEURS), tirer.randint(1, 4))
            for nature in natures
        }
        return Connue(champs, montants)

    def _montant(self) -> Decimal:
        entier = self.hasard.choice([0, 1, 250, 1500, 12000, self.hasard.randint(1, 99999)])
        return Decimal(entier) + Decimal(self.hasard.choice(["0", "0", "0.50", "0.07"]))

    # --- How it is written ---------------------------------------------------------------------

    def ecrire(self, montant: Decimal | None) -> Cellule:
        """An amount as a person writes it, or a cell that means that nobody knows."""
        if montant is None:
            return self.hasard.choice(["", "", "-", " "])
        francais = f"{montant:,.2f}".replace(",", "\u202f").replace(".", ",")
        ecrits: list[Cellule] = [
            float(montant),
            float(montant),
            str(montant),
            francais,
            francais.replace("\u202f", " ") + " €",
            f"{montant:.2f}".replace(".", ",") + "€",
        ]
        return self.hasard.choice(ecrits)

    def habiller(self, entete: str) -> str:
        """The same heading as another would type it."""
        habits: list[Callable[[str], str]] = [
            lambda e: e,
            lambda e: e,
            str.upper,
            lambda e: e.replace(" ", "\n", 1),
            lambda e: f" {e}  ",
            lambda e: f"{e} (1)",
            lambda e: f"{e} *",
        ]
        return self.hasard.choice(habits)(entete)

    def entete_d_argent(self, code: str, nature: str, etape: str) -> str:
        financeur, mot = (
            self.hasard.choice(FINANCEURS[code]),
            self.hasard.choice(ETAPES_ECRITES[etape]),
        )
        investi = nature == "INVESTISSEMENT"
        suite = self.hasard.choice([" (investissement)", " – investissement"]) if investi else ""
        annee = " 2005" if self.un_sur(8) else ""
        ordre = [f"{financeur} {mot}", f"{mot} {financeur}", f"{financeur} – {mot}"]
        return self.hasard.choice(ordre) + suite + annee

    # --- The table -----------------------------------------------------------------------------

    def fabriquer(self) -> Tableur:
        rubriques = ["porteur", "commune", "theme", "statut"]
        rubriques += [] if self.sans_intitule else ["intitule"]
        rubriques += ["reference"] if self.avec_reference else []
        self.hasard.shuffle(rubriques)
        descriptif = [self.habiller(self.hasard.choice(ENTETES[r])) for r in rubriques]
        attendu: Euros = defaultdict(Decimal)
        for action in self.actions:
            for (code, nature), etapes in action.montants.items():
                for etape, montant in etapes.items():
                    attendu[code, nature, etape] += montant
        longue = self.forme in ("longue", "versements")
        colonnes = self._colonnes_longues() if longue else self._colonnes_larges()
        self.fusions: list[Fusion] = []
        entetes, groupes = self._entetes(descriptif, colonnes, longue)
        corps = [
            [*(action.champs[r] for r in rubriques), *argent]
            for action in self.actions
            for argent in (self._longues(action) if longue else [self._large(action, colonnes)])
        ]
        tableur = Tableur([], Correspondance(), dict(attendu))
        entetes, groupes, corps = self._ajouter_colonnes(entetes, groupes, corps, tableur, longue)
        tableur.feuilles = self._feuilles(entetes, groupes, corps, rubriques, tableur)
        tableur.voulue = Correspondance(
            constantes=self.constantes,
            cumuler=("verse",) if self.forme == "versements" else (),
        )
        return tableur

    def _colonnes_larges(self) -> list[tuple[str, str, str]]:
        presentes = {cle for action in self.actions for cle in action.montants}
        return [(*cle, etape) for cle in sorted(presentes) for etape in self.etapes]

    def _colonnes_longues(self) -> list[tuple[str, str, str]]:
        return [("", "", etape) for etape in self.etapes]

    def _entetes(
        self, descriptif: list[str], colonnes: list[tuple[str, str, str]], longue: bool
    ) -> tuple[Ligne, Ligne]:
        """The line of headings, and that above it, if any."""
        if longue:
            montants = [
                self.habiller(f"Montant {self.hasard.choice(ETAPES_ECRITES[etape][:1])}")
                for _, _, etape in colonnes
            ]
            nature = ["Nature du financement"] if self.investissement else []
            return [*descriptif, self.habiller("Financeur"), *nature, *montants], []
        if self.forme == "large":
            return [*descriptif, *(self.habiller(self.entete_d_argent(*c)) for c in colonnes)], []
        noms = {code: self.hasard.choice(FINANCEURS[code]).strip() for code, _, _ in colonnes}
        groupes: Ligne = [""] * len(descriptif)
        dessous: Ligne = [*descriptif]
        for rang, (code, _, etape) in enumerate(colonnes):
            premiere = rang == 0 or colonnes[rang - 1][0] != code
            groupes.append(noms[code] if premiere else "")
            dessous.append(self.hasard.choice(ETAPES_ECRITES[etape][:1]))
        return dessous, groupes

    def _large(self, action: Connue, colonnes: list[tuple[str, str, str]]) -> Ligne:
        return [
            self.ecrire(action.montants.get((code, nature), {}).get(etape))
            for code, nature, etape in colonnes
        ]

    def _longues(self, action: Connue) -> list[Ligne]:
        lignes: list[Ligne] = []
        for (code, nature), etapes in action.montants.items():
            debut: Ligne = [self.hasard.choice(FINANCEURS[code])]
            debut += [nature.capitalize()] if self.investissement else []
            parts = [etapes]
            if self.forme == "versements" and "verse" in etapes:
                premier = round(etapes["verse"] / 3, 2)
                parts = [
                    {**etapes, "verse": premier},
                    {**etapes, "verse": etapes["verse"] - premier},
                ]
            for part in parts:
                lignes.append([*debut, *(self.ecrire(part.get(etape)) for etape in self.etapes)])
        return lignes

    def _ajouter_colonnes(
        self, entetes: Ligne, groupes: Ligne, corps: list[Ligne], tableur: Tableur, longue: bool
    ) -> tuple[Ligne, Ligne, list[Ligne]]:
        """What other columns such files hold, at random places."""
        ajouts: list[tuple[str, Callable[[], Cellule]]] = []
        if self.un_sur(3):
            ajouts.append(("Téléphone", lambda: "0466523412"))
        if self.un_sur(3):
            ajouts.append(("Nombre de participants", lambda: self.hasard.randint(1, 300)))
        if self.un_sur(3):
            ajouts.append(("Remarques", lambda: self.hasard.choice(["", "à revoir", "vu le 3"])))
        if self.un_sur(4):
            ajouts.append(("Coût total de l'action", lambda: float(self.hasard.randint(1, 9999))))
        if self.un_sur(6) and not longue:
            ajouts.append(("CAF accordé", lambda: float(self.hasard.randint(1, 9999))))
            tableur.en_erreur.add("CAF accordé")
        if self.annees:
            ajouts.append((self.hasard.choice(["Année", "annee_exercice"]), lambda: 2005))
        for entete, valeur in ajouts:
            place = self.hasard.randint(0, len(entetes)) if not groupes else len(entetes)
            entetes = [*entetes[:place], entete, *entetes[place:]]
            groupes = [*groupes[:place], "", *groupes[place:]] if groupes else []
            corps = [[*ligne[:place], valeur(), *ligne[place:]] for ligne in corps]
        return entetes, groupes, corps

    def _feuilles(
        self,
        entetes: Ligne,
        groupes: Ligne,
        corps: list[Ligne],
        rubriques: list[str],
        tableur: Tableur,
    ) -> list[FeuilleLue]:
        titres: list[Ligne] = [["Contrat de ville"], [], ["Programmation 2005"]]
        lignes = titres[: self.hasard.randint(0, 3)]
        if groupes:
            lignes.append(groupes)
        lignes.append(entetes)
        if groupes and self.un_sur(2):
            self.fusions = _fusionner(groupes, entetes, len(lignes) - 1)
        repeter, totaliser = self.un_sur(4), self.un_sur(2)
        argent = _colonnes_d_argent(entetes, groupes)
        depuis: list[Ligne] = []
        for ligne in corps:
            lignes.append(ligne)
            depuis.append(ligne)
            if self.un_sur(6):
                lignes.append([])
            if totaliser and len(depuis) > 1 and self.un_sur(3):
                lignes.append(self._total(entetes, depuis, argent))
                depuis = []
            if repeter and self.un_sur(4):
                lignes += [groupes, entetes] if groupes else [entetes]
        if totaliser:
            lignes.append(self._total(entetes, corps, argent))
        if self.annees:
            place = next(r for r, e in enumerate(entetes) if e in ("Année", "annee_exercice"))
            for ligne in corps[:2]:
                lignes.append([*ligne[:place], 2004, *ligne[place + 1 :]])
        if self.un_sur(4):
            lignes += [[], ["Source : service politique de la ville"]]
        feuilles = [_feuille("Actions", lignes, self.fusions)]
        if self.un_sur(6):
            feuilles.append(_feuille("Par thème", [entetes, *reversed(corps)], []))
            if groupes:
                feuilles.pop()
        if self.un_sur(6):
            feuilles.append(_feuille("Notes", [["Pour mémoire"], ["Appeler la préfecture"]], []))
        return feuilles

    def _total(self, entetes: Ligne, lignes: list[Ligne], argent: list[int]) -> Ligne:
        total: Ligne = [""] * len(entetes)
        for rang in argent:
            total[rang] = float(sum(_lu(ligne[rang]) for ligne in lignes))
        libres = [rang for rang in range(len(entetes)) if rang not in argent]
        total[self.hasard.choice([0, libres[0], *libres])] = self.hasard.choice(ETIQUETTES)
        return total


def _colonnes_d_argent(entetes: Ligne, groupes: Ligne) -> list[int]:
    mots = [mot.lower() for mots in ETAPES_ECRITES.values() for mot in mots]
    return [
        rang
        for rang, entete in enumerate(entetes)
        if any(mot in " ".join(str(entete).lower().split()) for mot in mots)
    ]


def _lu(cellule: Cellule) -> Decimal:
    if isinstance(cellule, float):
        return Decimal(str(cellule))
    texte = str(cellule).replace("€", "").replace(",", ".")
    chiffres = "".join(c for c in texte if c.isdigit() or c == ".")
    return Decimal(chiffres or "0")


def _fusionner(groupes: Ligne, entetes: Ligne, rang: int) -> list[Fusion]:
    """Each funder's cell, merged over its stages."""
    fusions: list[Fusion] = []
    for debut, groupe in enumerate(groupes):
        fin = debut + 1
        while fin < len(groupes) and groupes[fin] == "" and entetes[fin] in ETAPES_SEULES:
            fin += 1
        if groupe != "" and fin > debut + 1:
            fusions.append((rang, debut, rang, fin - 1))
    return fusions


def _feuille(nom: str, lignes: list[Ligne], fusions: list[Fusion]) -> FeuilleLue:
    lues = [LigneLue(n, list(ligne)) for n, ligne in enumerate(lignes, 1) if any(ligne)]
    return FeuilleLue(nom, lues, fusions)


def _par_un_fichier(tableur: Tableur, dossier: Path, tirage: int) -> Classeur:
    """The same spreadsheet through a real file: .xlsx, or csv where it has one sheet."""
    hasard = random.Random(tirage)  # noqa: S311
    if len(tableur.feuilles) == 1 and hasard.random() < 0.6:
        chemin = dossier / "actions.csv"
        sortie = io.StringIO(newline="")
        ecriture = csv.writer(sortie, delimiter=hasard.choice(";,\t"))
        lignes = {ligne.numero: ligne.cellules for ligne in tableur.feuilles[0].lignes}
        largeur = max(map(len, lignes.values()))
        for numero in range(1, max(lignes) + 1):
            cellules = lignes.get(numero, [])
            ecriture.writerow([*cellules, *[""] * (largeur - len(cellules))])
        codages = ["utf-8", "utf-8-sig", "utf-16", "cp1252", "mac-roman", "cp850"]
        texte = sortie.getvalue()
        codages = [c for c in codages if c.startswith("utf") or "\u202f" not in texte]
        chemin.write_bytes(texte.encode(hasard.choice(codages), "replace"))
        return lire(chemin)
    chemin = dossier / "actions.xlsx"
    with xlsxwriter.Workbook(chemin) as classeur:
        for feuille in tableur.feuilles:
            page = classeur.add_worksheet(feuille.nom)
            for haut, gauche, bas, droite in feuille.fusions:
                page.merge_range(haut - 1, gauche, bas - 1, droite, "")
            for ligne in feuille.lignes:
                for rang, cellule in enumerate(ligne.cellules):
                    if cellule != "":
                        page.write(ligne.numero - 1, rang, cellule)
    return lire(chemin)


def _trouve(verification: Verification, ref: Referentiel) -> Euros:
    """The euros that the import would write."""
    codes = {pk: code for code, pk in ref.financeurs.codes.items()}
    euros: Euros = defaultdict(Decimal)
    for action in verification.plan.creees:
        for (financeur, nature, _), montants in action.apres.subventions.items():
            for etape, montant in zip(ETAPES, montants, strict=True):
                if montant is not None:
                    euros[codes[financeur], nature, etape] += montant
    return dict(euros)


def _gardes(verification: Verification) -> dict[str, Decimal]:
    """The euros that the preview says are kept, by stage."""
    gardes: Euros = defaultdict(Decimal)
    for decompte in verification.decomptes:
        for etape, montant in decompte.gardees.montants.items():
            gardes["", "", etape] += montant
    return _par_etape(gardes)


def _par_etape(euros: Euros) -> dict[str, Decimal]:
    sommes: dict[str, Decimal] = defaultdict(Decimal)
    for (_, _, etape), montant in euros.items():
        sommes[etape] += montant
    return {etape: somme for etape, somme in sommes.items() if somme}


def _lieux(verification: Verification) -> Sequence[tuple[str, int, str]]:
    return [(p.feuille, p.ligne, p.colonne) for p in verification.erreurs]


def test_deux_cents_tableurs_donnent_les_memes_euros(ref: Referentiel, tmp_path: Path) -> None:
    for tirage in TIRAGES:
        fabrique = Fabrique(tirage)
        tableur = fabrique.fabriquer()
        if tirage % PAR_UN_FICHIER == 0:
            classeur = _par_un_fichier(tableur, tmp_path, tirage)
        else:
            classeur = Classeur("actions.xlsx", "x", tableur.feuilles)

        verification = verifier_classeur(classeur, ref, {}, tableur.voulue)

        contexte: Any = (tirage, fabrique.forme, verification.erreurs)
        assert {colonne for _, _, colonne in _lieux(verification)} == tableur.en_erreur, contexte
        assert _trouve(verification, ref) == tableur.attendu, contexte
        if fabrique.forme != "versements":  # whose granted amounts come again on each row
            assert _gardes(verification) == _par_etape(tableur.attendu), contexte
