"""Which lines: by account, year, axis and funder, by the words that they hold."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Any, Self, TypeVar

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery

from actions.exercices import Exercice
from actions.statuts import ECARTES
from comptes.models import Utilisateur
from comptes.permissions import dans_les_communes
from financement.models import FinanceurQuerySet, Subvention, SubventionQuerySet
from listes.recherche import lettres_sures, mots
from suivi.historique import DEPART
from territoires.models import Organisme

Ligne = TypeVar("Ligne", bound=models.Model)


class Choix(models.QuerySet[Ligne]):
    model: Any  # the action's model, which is made with this class

    def visibles_par(self, utilisateur: AbstractBaseUser | AnonymousUser) -> Self:
        """The lines that this account may see; limited to communes, only what is theirs.

        What concerns the whole territory then stays out: it isn't any of these communes' own.
        """
        if not isinstance(utilisateur, Utilisateur):
            return self.none()
        return dans_les_communes(self.all(), utilisateur.perimetre)

    def porteurs_visibles_par(
        self, utilisateur: AbstractBaseUser | AnonymousUser
    ) -> models.QuerySet[Organisme]:
        """Every organisation or, for a limited account, those that carry a line that it may see."""
        if isinstance(utilisateur, Utilisateur) and not utilisateur.perimetre:
            return Organisme.objects.all()
        lignes = self.visibles_par(utilisateur).filter(porteur=OuterRef("pk"))
        return Organisme.objects.filter(Exists(lignes.order_by()))

    def auteurs_visibles_par(
        self, utilisateur: AbstractBaseUser | AnonymousUser
    ) -> models.QuerySet[Utilisateur]:
        """Whoever has written a line while it was where this account may see it: those that its
        history names.
        """
        if not isinstance(utilisateur, Utilisateur):
            return Utilisateur.objects.none()
        ecrites = self.model.historique.filter(history_user=OuterRef("pk")).order_by()
        return Utilisateur.objects.filter(Exists(dans_les_communes(ecrites, utilisateur.perimetre)))

    def modifiees_depuis(self, moment: datetime) -> Self:
        """Lines that were written since, or a funding line of theirs, as their history tells."""
        siennes = self.model.historique.filter(id=OuterRef("pk"))
        leurs = Subvention.historique.filter(action=OuterRef("pk"))
        ecrites = [
            Exists(
                v.filter(history_date__gte=moment).exclude(history_change_reason=DEPART).order_by()
            )
            for v in (siennes, leurs)
        ]
        return self.filter(Q(ecrites[0]) | Q(ecrites[1]))

    def modifiees_en_dernier_par(self, auteurs: Collection[int]) -> Self:
        """Lines whose last kept version was written by one of these accounts (ids).

        Only those that they have ever written are looked at, each by its own versions.
        """
        versions = self.model.historique
        derniere = versions.filter(id=OuterRef("pk")).order_by("-history_id")
        ecrites = versions.filter(history_user__in=auteurs).order_by()
        dernier_auteur = Subquery(derniere.values("history_user")[:1])
        siennes = self.filter(pk__in=ecrites.values("id"))
        return siennes.alias(dernier_auteur=dernier_auteur).filter(dernier_auteur__in=auteurs)

    def de_l_exercice(self, annee: int) -> Self:
        """The lines of one budget year, counted or not."""
        return self.filter(exercice__annee=annee)

    def des_exercices(self, exercices: Collection["Exercice"]) -> Self:
        """The lines of these budget years, counted or not."""
        return self.filter(exercice__in=[exercice.pk for exercice in exercices])

    def retenues(self) -> Self:
        """The lines that the figures count, with their money: neither refused nor given up."""
        return self.exclude(statut__in=ECARTES)

    def ecartees(self) -> Self:
        """The others, which are shown apart."""
        return self.filter(statut__in=ECARTES)

    def selon_l_accorde(self, connu: bool, au_dessus_de: Decimal | None = None) -> Self:
        """Lines to which an amount is granted, be it 0, by a line of any kind; or the others.

        ``au_dessus_de`` only takes the amounts above it for granted.
        """
        dites = Subvention.objects.filter(action=OuterRef("pk"), montant_accorde__isnull=False)
        if au_dessus_de is not None:
            dites = dites.filter(montant_accorde__gt=au_dessus_de)
        existe = Exists(dites.order_by())
        return self.filter(existe if connu else ~existe)

    def des_axes(self, axes: Collection[int]) -> Self:
        """Lines that serve one of these axes (ids) at least, each once."""
        liens = self.model.axes.through._default_manager.filter(axetransversal_id__in=axes)
        return self.filter(pk__in=liens.values("action_id"))

    def par_axe_servi(self) -> Self:
        """One row for each axis (``axes``) that each of these lines serves; none for the others."""
        return self.filter(axes__isnull=False).order_by()

    def aidees_par(self, financeurs: Collection[int] | FinanceurQuerySet) -> Self:
        """Lines on which one of these funders (ids or rows) has a funding line."""
        aides = Subvention.objects.filter(action=OuterRef("pk"), financeur__in=financeurs)
        return self.filter(Exists(aides.order_by()))

    def attendant(self, argent: SubventionQuerySet) -> Self:
        """Lines that count, with one of these funding lines at least. What is refused or given up
        expects nothing any more.
        """
        leurs = argent.filter(action=OuterRef("pk"))
        return self.retenues().filter(Exists(leurs.order_by()))

    def aidees_en_investissement(self) -> Self:
        """Lines that have a funding line of investment, whatever its amount."""
        aides = Subvention.objects.d_investissement().filter(action=OuterRef("pk"))
        return self.filter(Exists(aides.order_by()))

    def contenant(self, texte: str) -> Self:
        """Lines whose title, description or porteur hold every word, whatever accents or case.

        The porteurs are found first, once a word: there are far fewer of them than actions, and
        the database can then answer each side by an index. The word that fewest texts hold leads.
        """
        selection = self
        for mot in sorted(mots(texte), key=lambda mot: len(lettres_sures(mot)), reverse=True):
            porteurs = Organisme.objects.filter(nom__sans_accents__contains=mot).order_by()
            selection = selection.filter(
                Q(intitule__sans_accents__contains=mot)
                | (~Q(description="") & Q(description__sans_accents__contains=mot))
                | Q(porteur__in=list(porteurs.values_list("pk", flat=True)))
            )
        return selection

    def numeros_des_axes(self, actions: Collection[int]) -> list[tuple[int, int]]:
        """The axes that these actions (ids) serve, as (action's id, axis's number), in order."""
        liens = self.model.axes.through._default_manager.filter(action_id__in=actions)
        return list(
            liens.order_by("axetransversal__numero").values_list(
                "action_id", "axetransversal__numero"
            )
        )

    def de_valeur(self, champ: str, valeurs: Collection[Any]) -> Self:
        """Lines of which this field has one of these values, None being one."""
        connues = [valeur for valeur in valeurs if valeur is not None]
        voulues = Q(**{f"{champ}__in": connues})
        return self.filter(voulues | Q(**{champ: None}) if None in valeurs else voulues)

    def premieres(self, combien: int) -> list[int]:
        """The ids of the first of these lines, in their order."""
        return list(self.values_list("pk", flat=True)[:combien])
