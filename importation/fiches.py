"""An action as an import sees it, to compare, write and undo; and the sums of many of them."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import Any

from actions.models import SOIN_DES_TEXTES, Action, Exercice
from actions.statuts import ECARTES
from financement.models import Subvention
from importation.referentiel import TRANSTERRITORIAL, NouvelOrganisme, Referentiel
from importation.rubriques import ETAPES, RUBRIQUES
from listes.chiffres import INCONNU, brut, montant

CleLigne = tuple[int, str, str]  # funder's id, nature, credit
Montants = tuple[Decimal | None, Decimal | None, Decimal | None]  # in the order of ETAPES
INCONNUS: Montants = (None, None, None)
_FONCTIONNEMENT = Subvention.Nature.FONCTIONNEMENT.value


def a_l_etape(etape: str, montant: Decimal) -> Montants:
    """One stage known, the others not."""
    demande, accorde, verse = (montant if code == etape else None for code in ETAPES)
    return demande, accorde, verse


def completer(anciens: Montants, donnes: Montants) -> Montants:
    """What is given, over what was known."""
    if anciens is INCONNUS:
        return donnes
    demande, accorde, verse = (
        ancien if donne is None else donne for ancien, donne in zip(anciens, donnes, strict=True)
    )
    return demande, accorde, verse


def additionner(anciens: Montants, donnes: Montants, cumuler: Collection[str]) -> Montants | None:
    """Two rows' amounts of one line, the stages to add up added; None where others are in conflict.

    Where some are added up, the same amount on each row, at another stage, is that one amount.
    """
    if not cumuler:
        return None
    sommes: list[Decimal | None] = []
    for etape, ancien, donne in zip(ETAPES, anciens, donnes, strict=True):
        if ancien is None or donne is None:
            sommes.append(ancien if donne is None else donne)
        elif etape in cumuler:
            sommes.append(ancien + donne)
        elif ancien == donne:
            sommes.append(ancien)
        else:
            return None
    demande, accorde, verse = sommes
    return demande, accorde, verse


@dataclass(slots=True)
class FicheAction:
    """``commune`` None is transterritorial; ``porteur`` is an id, or the one to create."""

    reference: str = ""
    intitule: str = ""
    theme: int | None = None
    commune: int | None = None
    quartier: int | None = None
    porteur: int | NouvelOrganisme | None = None
    nature: str = Action.Nature.ACTION.value
    description: str = ""
    public: str = ""
    date_debut: datetime.date | None = None
    date_fin: datetime.date | None = None
    statut: str = Action.Statut.DEPOSEE.value
    axes: frozenset[int] = frozenset()
    subventions: dict[CleLigne, Montants] = field(default_factory=dict)

    def copier(self) -> "FicheAction":
        return replace(self, subventions=dict(self.subventions))

    def accordes(self) -> list[tuple[int, Decimal]]:
        """(funder's id, granted €) of running costs: what the tables count."""
        return [
            (financeur, accorde)
            for (financeur, nature, _), (_, accorde, _) in self.subventions.items()
            if accorde is not None and nature == _FONCTIONNEMENT
        ]

    def en_json(self) -> dict[str, Any]:
        """Plain data, equal for equal states; a porteur must exist by then."""
        return {
            champ: valeur.isoformat() if isinstance(valeur, datetime.date) else valeur
            for champ in CHAMPS
            if (valeur := getattr(self, champ)) not in (None, "")
        } | {
            "axes": sorted(self.axes),
            "subventions": [
                [*ligne, *(None if m is None else f"{m:.2f}" for m in montants)]
                for ligne, montants in sorted(self.subventions.items())
            ],
        }


CHAMPS = tuple(f.name for f in fields(FicheAction) if f.name not in ("axes", "subventions"))
_CLES = ("theme", "commune", "quartier", "porteur")
COLONNES = tuple(f"{champ}_id" if champ in _CLES else champ for champ in CHAMPS)
MONTANTS = tuple(f"montant_{etape}" for etape in ETAPES)


def depuis_json(donnees: dict[str, Any]) -> FicheAction:
    """The inverse of ``FicheAction.en_json``."""
    fiche = FicheAction(**{champ: donnees[champ] for champ in CHAMPS if champ in donnees})
    for champ in ("date_debut", "date_fin"):
        if champ in donnees:
            setattr(fiche, champ, datetime.date.fromisoformat(donnees[champ]))
    fiche.axes = frozenset(donnees["axes"])
    for financeur, nature, credit, *montants in donnees["subventions"]:
        demande, accorde, verse = (None if m is None else Decimal(m) for m in montants)
        fiche.subventions[financeur, nature, credit] = (demande, accorde, verse)
    return fiche


def charger_fiches(exercice: Exercice, pks: list[int] | None = None) -> dict[int, FicheAction]:
    """The actions of a budget year (or only some), with their axes and money, in three queries.

    Their texts are those that entry and import would keep, though others may have been recorded.
    """
    actions = Action.objects.filter(exercice=exercice)
    subventions = Subvention.objects.filter(action__exercice=exercice)
    liens = Action.axes.through.objects.filter(action__exercice=exercice)
    if pks is not None:
        actions, subventions = actions.filter(pk__in=pks), subventions.filter(action__in=pks)
        liens = liens.filter(action__in=pks)
    fiches = {
        pk: FicheAction(*valeurs)
        for pk, *valeurs in actions.order_by("pk").values_list("pk", *COLONNES)
    }
    for fiche in fiches.values():
        for champ, soigner in SOIN_DES_TEXTES.items():
            setattr(fiche, champ, soigner(getattr(fiche, champ)))
    for action, axe in liens.values_list("action_id", "axetransversal_id"):
        fiches[action].axes |= {axe}
    lignes = subventions.order_by("pk").values_list(
        "action_id", "financeur_id", "nature", "credit", *MONTANTS
    )
    for action, financeur, nature, credit, demande, accorde, verse in lignes:
        fiches[action].subventions[financeur, nature, credit] = (demande, accorde, verse)
    return fiches


@dataclass(frozen=True, slots=True)
class Changement:
    """One field of an action, before and after, as shown."""

    rubrique: str
    avant: str
    apres: str

    def __str__(self) -> str:
        return f"{self.rubrique} : {self.avant} → {self.apres}"


def comparer(avant: FicheAction, apres: FicheAction, ref: Referentiel) -> list[Changement]:
    """What differs, field by field then line by line."""
    changements = [
        Changement(RUBRIQUES[champ].libelle, en_mots(champ, ancien, ref), en_mots(champ, neuf, ref))
        for champ in (*CHAMPS, "axes")
        if (ancien := getattr(avant, champ)) != (neuf := getattr(apres, champ))
    ]
    if avant.subventions != apres.subventions:
        for ligne in dict.fromkeys((*avant.subventions, *apres.subventions)):
            anciens = avant.subventions.get(ligne, INCONNUS)
            neufs = apres.subventions.get(ligne, INCONNUS)
            changements += [
                Changement(nom_de_colonne(ligne, etape, ref), montant(ancien), montant(neuf))
                for etape, ancien, neuf in zip(ETAPES, anciens, neufs, strict=True)
                if ancien != neuf
            ]
            if (ligne in avant.subventions) != (ligne in apres.subventions) and anciens == neufs:
                lignes = ("ligne sans montant", "aucune ligne")
                presente, absente = lignes if ligne in avant.subventions else lignes[::-1]
                changements.append(Changement(nom_de_ligne(ligne, ref), presente, absente))
    return changements


def nom_de_ligne(ligne: CleLigne, ref: Referentiel) -> str:
    """« État », « État (investissement) », « État (droit commun) »."""
    financeur, nature, credit = ligne
    precisions = []
    if nature == Subvention.Nature.INVESTISSEMENT:
        precisions.append("investissement")
    if credit == Subvention.Credit.DROIT_COMMUN:
        precisions.append("droit commun")
    nom = ref.financeurs.noms[financeur]
    return f"{nom} ({', '.join(precisions)})" if precisions else nom


def nom_de_colonne(ligne: CleLigne, etape: str, ref: Referentiel) -> str:
    """The heading of a wide column, which reads back: « État accordé (droit commun) »."""
    nom = ref.financeurs.noms[ligne[0]]
    return f"{nom} {ETAPES[etape]}" + nom_de_ligne(ligne, ref)[len(nom) :]


def en_mots(champ: str, valeur: Any, ref: Referentiel) -> str:
    """The value of a field, as people read it."""
    if champ == "commune":
        return TRANSTERRITORIAL if valeur is None else ref.communes.noms[valeur]
    if valeur in (None, "") or valeur == frozenset():
        return INCONNU
    if champ == "theme":
        return ref.themes.noms[valeur]
    if champ == "quartier":
        return next(n.noms[valeur] for n in ref.quartiers.values() if valeur in n.noms)
    if champ == "porteur":
        return valeur.nom if isinstance(valeur, NouvelOrganisme) else ref.organismes[valeur].nom
    if champ == "nature":
        return str(Action.Nature(valeur).label)
    if champ == "statut":
        return str(Action.Statut(valeur).label)
    if champ == "axes":
        return ", ".join(sorted(str(ref.axes.noms[axe]) for axe in valeur))
    if isinstance(valeur, datetime.date):
        return f"{valeur:%d/%m/%Y}"
    return str(valeur)


_ACTION = Action.Nature.ACTION.value

_PAR_COMMUNE, _PAR_THEME, _PAR_FINANCEUR = range(3)


@dataclass(slots=True)
class Totaux:
    """Actions that count, and their € of running costs granted; a group without a known amount is
    left out.
    """

    ref: Referentiel
    # By the ids of the commune (None: transterritorial) and of the theme; then of the funder.
    nombres: defaultdict[tuple[int | None, ...], int] = field(
        default_factory=lambda: defaultdict(int)
    )
    accordes: defaultdict[tuple[int | None, ...], Decimal] = field(
        default_factory=lambda: defaultdict(Decimal)
    )

    @classmethod
    def des_fiches(cls, fiches: Iterable[FicheAction], ref: Referentiel) -> "Totaux":
        totaux = cls(ref)
        for fiche in fiches:
            totaux.compter(fiche, 1)
        return totaux

    def copier(self) -> "Totaux":
        return Totaux(self.ref, self.nombres.copy(), self.accordes.copy())

    def compter(self, fiche: FicheAction, fois: int) -> None:
        """Add an action's figures, or take them away; one refused or given up has none."""
        if fiche.statut in ECARTES:
            return
        groupe = (fiche.commune, fiche.theme)
        if fiche.nature == _ACTION:
            self.nombres[groupe] += fois
        for financeur, accorde in fiche.accordes():
            self.accordes[*groupe, financeur] += accorde * fois

    @property
    def actions(self) -> int:
        return sum(self.nombres.values())

    @property
    def accorde(self) -> Decimal:
        return sum(self.accordes.values(), Decimal(0))

    def en_json(self) -> dict[str, Any]:
        """By names, in the order of the reference data; plain numbers."""
        ref = self.ref
        return {
            "actions": self.actions,
            "accorde": brut(self.accorde),
            "communes": self._par(_PAR_COMMUNE, {**ref.communes.noms, None: TRANSTERRITORIAL}),
            "themes": self._par(_PAR_THEME, ref.themes.noms),
            "financeurs": self._par(_PAR_FINANCEUR, ref.financeurs.noms),
        }

    def _par(self, rang: int, noms: Mapping[Any, str]) -> dict[str, dict[str, Any]]:
        """Those that have something; actions aren't counted by funder."""
        actions: Counter[int | None] = Counter()
        accordes: defaultdict[int | None, Decimal] = defaultdict(Decimal)
        for groupe, nombre in self.nombres.items() if rang != _PAR_FINANCEUR else ():
            actions[groupe[rang]] += nombre
        for groupe, accorde in self.accordes.items():
            accordes[groupe[rang]] += accorde
        return {
            nom: ({} if rang == _PAR_FINANCEUR else {"actions": actions[pk]})
            | {"accorde": brut(accordes[pk])}
            for pk, nom in noms.items()
            if pk in actions or pk in accordes
        }


@dataclass(frozen=True, slots=True)
class LigneDeTotal:
    """One line of the comparison; actions are None where they aren't counted (by funder), € where
    there is nothing to count.
    """

    libelle: str
    actions_avant: int | None
    actions_apres: int | None
    avant: Decimal | None
    apres: Decimal | None

    @property
    def difference(self) -> Decimal:
        return (self.apres or Decimal(0)) - (self.avant or Decimal(0))

    @property
    def change(self) -> bool:
        return bool(self.difference) or self.actions_avant != self.actions_apres


@dataclass(frozen=True, slots=True)
class TableauDeTotaux:
    titre: str
    lignes: list[LigneDeTotal]


_GROUPES = {"communes": "Par commune", "themes": "Par thème", "financeurs": "Par financeur"}


def totaux_en_json(avant: Totaux, apres: Totaux) -> dict[str, Any]:
    """Both, and the order of their names: PostgreSQL keeps that of a list, not of an object."""
    avant_lu, apres_lu = avant.en_json(), apres.en_json()
    noms = {groupe: list({**avant_lu[groupe], **apres_lu[groupe]}) for groupe in _GROUPES}
    return {"avant": avant_lu, "apres": apres_lu, "noms": noms}


def comparer_totaux(totaux: dict[str, Any]) -> list[TableauDeTotaux]:
    """What ``totaux_en_json`` gave, side by side: all, then only the lines that change."""
    avant, apres = totaux["avant"], totaux["apres"]
    tableaux = [TableauDeTotaux("Ensemble", [_comparer("Total", avant, apres)])]
    for groupe, titre in _GROUPES.items():
        noms = totaux.get("noms", {}).get(groupe) or {**avant[groupe], **apres[groupe]}
        lignes = [
            _comparer(nom, avant[groupe].get(nom, {}), apres[groupe].get(nom, {})) for nom in noms
        ]
        tableaux.append(TableauDeTotaux(titre, [ligne for ligne in lignes if ligne.change]))
    return tableaux


def _comparer(libelle: str, avant: dict[str, Any], apres: dict[str, Any]) -> LigneDeTotal:
    comptees = "actions" in avant or "actions" in apres
    return LigneDeTotal(
        libelle,
        avant.get("actions", 0) if comptees else None,
        apres.get("actions", 0) if comptees else None,
        Decimal(str(avant["accorde"])) if "accorde" in avant else None,
        Decimal(str(apres["accorde"])) if "accorde" in apres else None,
    )
