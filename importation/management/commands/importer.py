"""``importer FILE --exercice 2005``: the dry run of a spreadsheet, and its application."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError

from actions.models import Exercice
from importation import annotation
from importation.application import ApplicationRefuseeError, appliquer, recevoir, verifier
from importation.correspondance import Correspondance
from importation.entetes import CorrespondanceRefuseeError
from importation.fiches import charger_fiches
from importation.lecture import Classeur, FichierRefuseError, lire
from importation.lignes import Probleme
from importation.referentiel import charger_referentiel
from importation.verification import Verification, verifier_classeur
from listes.chiffres import ecart, montant, nombre

AVEC_ERREURS, REFUSE = 1, 2


class Command(BaseCommand):
    help = (
        "Vérifie un fichier d'actions (xlsx, xls, ods, csv) et dit tout ce qu'il ferait ; ne "
        "l'écrit qu'avec --appliquer. Code de sortie : 0 sans erreur, 1 avec erreurs, 2 si le "
        "fichier ou les arguments sont refusés."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("fichier", type=Path, help="Fichier à importer.")
        parser.add_argument("--exercice", type=int, required=True, help="Année, par exemple 2005.")
        parser.add_argument(
            "--correspondance",
            type=Path,
            metavar="MAP.json",
            help='{"colonnes": {"En-tête": "rubrique"}, "constantes": {"financeur": "CG"}}',
        )
        parser.add_argument(
            "--appliquer", action="store_true", help="Écrit, s'il n'y a aucune erreur."
        )
        parser.add_argument(
            "--annote", type=Path, metavar="OUT.xlsx", help="Rend le fichier, cellules annotées."
        )
        parser.add_argument("--format", choices=["texte", "json"], default="texte")

    def handle(self, *args: Any, **options: Any) -> None:
        exercice = Exercice.objects.filter(annee=options["exercice"]).first()
        if exercice is None:
            self._refuser(f"L'exercice {options['exercice']} n'existe pas : ouvrez-le d'abord.")
        if exercice.clos:
            self._refuser(
                f"L'exercice {exercice.annee} est clos : demandez à la coordination de le rouvrir."
            )
        try:
            correspondance = self._correspondance(options["correspondance"])
            classeur = lire(options["fichier"])
            verification = verifier_classeur(
                classeur, charger_referentiel(exercice), charger_fiches(exercice), correspondance
            )
            if options["annote"]:
                options["annote"].write_bytes(
                    annotation.annoter(options["fichier"], classeur, verification)
                )
        except FichierRefuseError as refus:
            self._refuser(str(refus))
        except OSError as erreur:
            self._refuser(f"{erreur.filename or options['annote']} : {erreur.strerror}.")
        numero = None
        if options["appliquer"] and verification.applicable:
            numero = self._appliquer(options["fichier"], classeur, exercice, correspondance)
        if options["format"] == "json":
            self.stdout.write(json.dumps(resultat_json(verification), ensure_ascii=False, indent=2))
        else:
            self._ecrire(verification, numero, options["appliquer"])
        if verification.erreurs:
            raise SystemExit(AVEC_ERREURS)

    @staticmethod
    def _refuser(message: str) -> NoReturn:
        raise CommandError(message, returncode=REFUSE)

    @staticmethod
    def _correspondance(chemin: Path | None) -> Correspondance:
        if chemin is None:
            return Correspondance()
        try:
            texte = chemin.read_text(encoding="utf-8-sig")
        except OSError as erreur:
            raise CorrespondanceRefuseeError(f"{chemin} : {erreur.strerror}.") from None
        except UnicodeDecodeError:
            raise CorrespondanceRefuseeError(f"{chemin} n'est pas du texte en UTF-8.") from None
        return Correspondance.depuis_json(texte)

    def _appliquer(
        self, chemin: Path, classeur: Classeur, exercice: Exercice, voulue: Correspondance
    ) -> int:
        importation = recevoir(chemin, classeur.nom, classeur.empreinte, exercice, None, voulue)
        verifier(importation.pk)
        try:
            appliquer(importation.pk)
        except ApplicationRefuseeError as refus:
            self._refuser(str(refus))
        return importation.pk

    def _ecrire(self, verification: Verification, numero: int | None, voulu: bool) -> None:
        plan = verification.plan
        self.stdout.writelines(f"{decompte}\n" for decompte in verification.decomptes)
        self._lister("Erreurs", verification.erreurs)
        self._lister("Avertissements", verification.avertissements)
        if plan.organismes:
            self.stdout.write("Organismes à créer :")
            self.stdout.writelines(f"  {organisme.nom}\n" for organisme in plan.organismes)
        for action in plan.modifiees:
            self.stdout.write(f"Ligne {action.lignes[0]}, « {action.apres.intitule} » :")
            for changement in action.changements:
                self.stdout.write(f"  {changement}")
        self.stdout.write(
            f"Lignes lues : {nombre(verification.lignes)}. Actions à créer : "
            f"{nombre(len(plan.creees))}, à modifier : {nombre(len(plan.modifiees))}, inchangées : "
            f"{nombre(plan.inchangees)}. Erreurs : {nombre(len(verification.erreurs))}."
        )
        avant, apres = plan.avant.accorde, plan.apres.accorde
        self.stdout.write(
            f"Accordé (fonctionnement) : {montant(avant)} → {montant(apres)} "
            f"({ecart(apres - avant)})."
        )
        if numero is not None:
            self.stdout.write(f"Appliqué : import n° {numero}.")
        elif voulu:
            self.stdout.write("Rien n'a été écrit : corrigez les erreurs, puis recommencez.")
        else:
            self.stdout.write("Rien n'a été écrit ; ajoutez --appliquer pour le faire.")

    def _lister(self, titre: str, problemes: list[Probleme]) -> None:
        if problemes:
            self.stdout.write(f"{titre} :")
        for probleme in problemes:
            lieu = ", ".join(
                filter(
                    None,
                    [
                        probleme.feuille and f"feuille « {probleme.feuille} »",
                        f"ligne {probleme.ligne}" if probleme.ligne else "",
                        probleme.colonne and f"colonne « {probleme.colonne} »",
                    ],
                )
            )
            valeur = f" « {probleme.valeur} »" if probleme.valeur else ""
            self.stdout.write(f"  {lieu or 'Fichier'}{valeur} : {probleme.message}")


def resultat_json(verification: Verification) -> dict[str, Any]:
    """The command's result: every error and warning, the counts, the totals."""
    plan = verification.plan
    return {
        "lignes": verification.lignes,
        "creees": len(plan.creees),
        "modifiees": len(plan.modifiees),
        "inchangees": plan.inchangees,
        "erreurs": [probleme.en_json() for probleme in verification.erreurs],
        "avertissements": [probleme.en_json() for probleme in verification.avertissements],
        "totaux": {"avant": plan.avant.en_json(), "apres": plan.apres.en_json()},
        "feuilles": [decompte.en_json() for decompte in verification.decomptes],
    }
