"""What changed: each write of an action or of its funding lines, as it was kept.

The unit is the moment: all that one person's request, import or mass change wrote bears one. A
kept row belongs to the commune, theme and year where the action was at that moment.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from heapq import merge
from itertools import islice
from typing import Any, Final

from django.db.models import (
    Case,
    Count,
    DecimalField,
    Exists,
    F,
    OuterRef,
    Q,
    Subquery,
    When,
    Window,
)
from django.db.models.functions import Coalesce, RowNumber

from actions.models import Action
from comptes.models import Utilisateur
from financement.models import Subvention
from financement.montants import ETAPES, SommeExacte
from suivi.historique import DEPART, NATURES, Ecart, avec_leur_avant

IMPORT: Final = "Import n°"
LIGNES_DITES = 10
"""How many kept rows of one moment the page tells; the rest is counted."""
_LOT = 500

CHAMPS: Final[Mapping[str, tuple[type[Action] | type[Subvention], str]]] = {
    "statut": (Action, "statut"),
    "intitule": (Action, "intitulé"),
    "porteur": (Action, "porteur"),
    "theme": (Action, "thème"),
    "commune": (Action, "commune"),
    "quartier": (Action, "quartier"),
    "reference": (Action, "référence"),
    "demande": (Subvention, "montant demandé"),
    "accorde": (Subvention, "montant accordé"),
    "verse": (Subvention, "montant versé"),
    "financeur": (Subvention, "financeur"),
}
"""What one may follow: its name in the address, of what it is, as people read it."""

_Lignes = Any  # of the kept rows, whose models django-simple-history makes


@dataclass(frozen=True)
class Demande:
    """What of the journal is asked for; None, or empty, where nothing is asked. ``communes`` are
    those that the account is limited to, ``moment`` one change alone.
    """

    depuis: datetime | None = None
    jusque: datetime | None = None
    moment: datetime | None = None
    personne: int | None = None
    commune: int | None = None
    theme: int | None = None
    annee: int | None = None
    champ: str = ""
    genre: str = ""
    sans_imports: bool = False
    communes: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Ecriture:
    """One kept row: of which action, of which of its lines (empty for the action itself), and what
    changed in it. ``differences`` are € by stage, of a line; those that can't be known left out.
    """

    quand: datetime
    qui: str
    motif: str
    action: int
    intitule: str
    existe: bool
    ligne: str
    nature: str
    ecarts: tuple[Ecart, ...]
    differences: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class Moment:
    """All that was written at one moment by one person: how much of it, and its first rows."""

    quand: datetime
    qui: str
    motif: str
    actions: int
    ecritures: int
    premieres: tuple[Ecriture, ...]

    @property
    def autres(self) -> int:
        return self.ecritures - len(self.premieres)


class Journal:
    """The kept rows that a demand asks for. Each question is a fixed number of queries."""

    def __init__(self, demande: Demande) -> None:
        self.demande = demande

    # --- What is asked of the database ----
    @property
    def actions(self) -> _Lignes:
        if self._champ_de(Subvention):
            return Action.historique.none().order_by()
        lignes = self._communs(Action.historique.all())
        demande = self.demande
        if demande.communes:
            lignes = lignes.filter(commune__in=demande.communes)
        if demande.commune is not None:
            lignes = lignes.filter(commune=demande.commune)
        if demande.theme is not None:
            lignes = lignes.filter(theme=demande.theme)
        if demande.annee is not None:
            lignes = lignes.filter(exercice__annee=demande.annee)
        return _qui_changent(lignes, demande.champ) if demande.champ else lignes

    @property
    def subventions(self) -> _Lignes:
        if self._champ_de(Action):
            return Subvention.historique.none().order_by()
        lignes = self._communs(Subvention.historique.all())
        demande = self.demande
        if demande.communes or demande.commune is not None:
            lignes = lignes.annotate(ou=_alors("commune"))
        if demande.communes:
            lignes = lignes.filter(ou__in=demande.communes)
        if demande.commune is not None:
            lignes = lignes.filter(ou=demande.commune)
        if demande.theme is not None:
            lignes = lignes.annotate(dans=_alors("theme")).filter(dans=demande.theme)
        if demande.annee is not None:
            lignes = lignes.annotate(an=_alors("exercice__annee")).filter(an=demande.annee)
        champ = f"montant_{demande.champ}" if demande.champ in ETAPES else demande.champ
        return _qui_changent(lignes, champ) if champ else lignes

    def _champ_de(self, modele: type[Action] | type[Subvention]) -> bool:
        return bool(self.demande.champ) and CHAMPS[self.demande.champ][0] is modele

    def _communs(self, lignes: _Lignes) -> _Lignes:
        demande = self.demande
        lignes = lignes.exclude(history_change_reason=DEPART).order_by()
        for condition, valeur in (
            ("history_date__gte", demande.depuis),
            ("history_date__lt", demande.jusque),
            ("history_date", demande.moment),
            ("history_user", demande.personne),
        ):
            if valeur is not None:
                lignes = lignes.filter(**{condition: valeur})
        if demande.genre:
            lignes = lignes.filter(history_type=demande.genre)
        if demande.sans_imports:
            lignes = lignes.exclude(history_change_reason__startswith=IMPORT)
        return lignes

    # --- What is told ----
    def moments(self) -> _Lignes:
        """(when, who) of each change, newest first."""
        cle = ("history_date", "history_user")
        deux = self.actions.values(*cle).union(self.subventions.values(*cle))
        return deux.order_by("-history_date", "history_user")

    def raconter(self, moments: Sequence[Mapping[str, Any]], dites: int) -> list[Moment]:
        """These moments, each with its first rows."""
        dates = [moment["history_date"] for moment in moments]
        combien: dict[Any, int] = defaultdict(int)
        touchees: dict[Any, int] = defaultdict(int)
        premieres: dict[type[Any], list[int]] = {}
        for modele, lignes, objet in (
            (Action, self.actions, "id"),
            (Subvention, self.subventions, "action_id"),
        ):
            lues = lignes.filter(history_date__in=dates)
            par_moment = lues.values("history_date", "history_user").annotate(
                ecritures=Count("history_id"), actions=Count(objet, distinct=True)
            )
            for compte in par_moment:
                cle = (compte["history_date"], compte["history_user"])
                combien[cle] += compte["ecritures"]
                touchees[cle] = max(touchees[cle], compte["actions"])
            rang = Window(
                RowNumber(),
                partition_by=[F("history_date"), F("history_user")],
                order_by=F("history_id").asc(),
            )
            premieres[modele] = [
                cle
                for cle, _ in lues.annotate(rang=rang)
                .filter(rang__lte=dites)
                .values_list("history_id", "rang")
            ]
        lues_par_moment: dict[Any, list[Ecriture]] = defaultdict(list)
        for (quand, qui), ecriture in self._ecritures(premieres):
            lues_par_moment[quand, qui].append(ecriture)
        noms = _noms({moment["history_user"] for moment in moments})
        racontes = []
        for moment in moments:
            cle = (moment["history_date"], moment["history_user"])
            ecritures = tuple(lues_par_moment[cle][:dites])
            racontes.append(
                Moment(
                    quand=cle[0],
                    qui=noms.get(cle[1], ""),
                    motif=next((e.motif for e in ecritures if e.motif), ""),
                    actions=touchees[cle],
                    ecritures=combien[cle],
                    premieres=ecritures,
                )
            )
        return racontes

    def ecritures(self) -> Iterator[Ecriture]:
        """Every kept row, newest first; a few hundred in memory at a time."""

        def cles(lignes: _Lignes, modele: type[Any]) -> Iterator[tuple[float, int, type[Any]]]:
            triees = lignes.order_by("-history_date", "-history_id")
            for quand, cle in triees.values_list("history_date", "history_id").iterator(_LOT):
                yield -quand.timestamp(), -cle, modele

        toutes = merge(
            cles(self.actions, Action),
            cles(self.subventions, Subvention),
            key=lambda ligne: ligne[:2],
        )
        while lot := list(islice(toutes, _LOT)):
            par_modele: dict[type[Any], list[int]] = {Action: [], Subvention: []}
            for _, cle, modele in lot:
                par_modele[modele].append(-cle)
            yield from sorted(
                (ecriture for _, ecriture in self._ecritures(par_modele)),
                key=lambda ecriture: ecriture.quand,
                reverse=True,
            )

    def nombre_d_actions(self) -> int:
        """How many actions were written."""
        deux = self.actions.values("id").union(self.subventions.values("action_id"))
        return int(deux.count())

    def differences(self) -> dict[str, Decimal]:
        """€ by stage: what all these changes add to the funding lines. What was unknown before,
        or has become so, adds what it holds or takes what it held.
        """
        avant = _precedente(Subvention)
        sommes: dict[str, Any] = {}
        for etape in ETAPES:
            champ = f"montant_{etape}"
            deja = Coalesce(Subquery(avant.values(champ)[:1]), Decimal(0))
            apres = Case(
                When(history_type="-", then=Decimal(0)),
                default=Coalesce(F(champ), Decimal(0)),
                output_field=DecimalField(max_digits=14, decimal_places=2),
            )
            # A line that one starts to follow in the middle of its life says nothing of its past.
            sommes[etape] = Case(
                When(Q(history_type="~") & ~Exists(avant), then=Decimal(0)),
                When(history_type="+", then=apres),
                default=apres - deja,
                output_field=DecimalField(max_digits=14, decimal_places=2),
            )
        lues = self.subventions.annotate(**{f"de_{e}": somme for e, somme in sommes.items()})
        totaux = lues.aggregate(**{e: SommeExacte(f"de_{e}") for e in ETAPES})
        return {etape: Decimal(totaux[etape] or 0).quantize(Decimal("0.01")) for etape in ETAPES}

    def personnes(self) -> dict[int, str]:
        """Who wrote what is asked for, by account."""
        cle = "history_user_id"
        deux = self.actions.values_list(cle).union(self.subventions.values_list(cle))
        return _noms({qui for (qui,) in deux})

    def _ecritures(
        self, par_modele: Mapping[type[Any], Sequence[int]]
    ) -> Iterator[tuple[tuple[datetime, int | None], Ecriture]]:
        recits = {
            modele: avec_leur_avant(modele, cles) for modele, cles in par_modele.items() if cles
        }
        actions = {
            version.pk if modele is Action else version.valeurs["action"]
            for modele, recit in recits.items()
            for version, _ in recit.paires.values()
        }
        intitules = _intitules(actions)
        for modele, recit in recits.items():
            for cle, (version, avant) in sorted(recit.paires.items()):
                action = version.pk if modele is Action else version.valeurs["action"]
                intitule, existe = intitules.get(action, (f"Action {action}", False))
                yield (
                    (version.quand, version.qui[0]),
                    Ecriture(
                        quand=version.quand,
                        qui=version.qui[1],
                        motif=version.motif,
                        action=action,
                        intitule=intitule,
                        existe=existe,
                        ligne="" if modele is Action else recit.noms.ligne(version, "action"),
                        nature=NATURES[version.nature],
                        ecarts=recit.ecarts(cle),
                        differences={}
                        if modele is Action
                        else _differences(
                            version.nature,
                            version.valeurs,
                            None if avant is None else avant.valeurs,
                        ),
                    ),
                )


def _differences(
    nature: str, apres: Mapping[str, Any], avant: Mapping[str, Any] | None
) -> dict[str, Decimal]:
    """What one row adds to each stage, where it changes it."""
    if nature == "~" and avant is None:
        return {}
    differences = {}
    for etape in ETAPES:
        champ = f"montant_{etape}"
        deja = Decimal(0) if avant is None or nature == "+" else avant[champ] or Decimal(0)
        devient = Decimal(0) if nature == "-" else apres[champ] or Decimal(0)
        if devient != deja:
            differences[etape] = devient - deja
    return differences


def _precedente(modele: Any) -> _Lignes:
    """The kept row before, of the same object."""
    lignes = modele.historique.filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id"))
    return lignes.order_by("-history_id")


def _qui_changent(lignes: _Lignes, champ: str) -> _Lignes:
    """Those that change this field; of a creation or a deletion, those where it holds something."""
    avant = Subquery(_precedente(lignes.model.instance_type).values(champ)[:1])
    vide = Q(**{f"{champ}__isnull": True})
    deja_vide = Q(deja__isnull=True)
    change = (vide & ~deja_vide) | (~vide & deja_vide) | (~vide & ~deja_vide & ~Q(deja=F(champ)))
    suivie = Exists(_precedente(lignes.model.instance_type))
    return lignes.annotate(deja=avant).filter(
        (Q(history_type="~") & suivie & change) | (Q(history_type__in=("+", "-")) & ~vide)
    )


def _alors(champ: str) -> Case:
    """Where a line's action was when the line was written; where it is, if it never moved."""
    gardees = Action.historique.filter(
        id=OuterRef("action_id"), history_date__lte=OuterRef("history_date")
    ).order_by("-history_date", "-history_id")
    actuelle = Action.objects.filter(pk=OuterRef("action_id")).order_by()
    return Case(
        When(Exists(gardees), then=Subquery(gardees.values(champ)[:1])),
        default=Subquery(actuelle.values(champ)[:1]),
    )


def _noms(cles: set[int | None]) -> dict[int, str]:
    comptes = Utilisateur.objects.filter(pk__in=[cle for cle in cles if cle is not None])
    return {compte.pk: str(compte) for compte in comptes}


def _intitules(actions: set[int]) -> dict[int, tuple[str, bool]]:
    """What each action is called, and whether it still is; a deleted one as it was last called."""
    presentes = dict(Action.objects.filter(pk__in=actions).values_list("pk", "intitule"))
    disparues = Action.historique.filter(id__in=actions - presentes.keys(), history_type="-")
    return {
        **{cle: (intitule, False) for cle, intitule in disparues.values_list("id", "intitule")},
        **{cle: (intitule, True) for cle, intitule in presentes.items()},
    }
