"""What is settled in the preview, beside each problem."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from django import forms

from comptes.saisies import lire_entier
from importation.corrections import Correction
from importation.propositions import etape_dite
from importation.reglement import ReglementRefuseError

# What a value typed for one cell of these columns says of every cell that is written the same.
_NOMMENT = frozenset(
    {"theme", "commune", "quartier", "porteur", "financeur", "axes", "statut", "nature", "credit"}
    | {"nature_financement"}
)
_SANS_LIEU = {"dans_la_table": False, "cellule": False, "rubrique": "", "proche": ""}
_SAISIES_MAX = 100  # places to type in, in one page; the others come once these are settled


class ReglementForm(forms.Form):
    """What is settled in the preview: cells mended, rows left out, suggestions taken.

    ``vu`` is the fingerprint of the report that the page showed: places are counted in it.
    """

    vu = forms.CharField(required=False)
    proche = forms.RegexField(r"^[ea]\d{1,3}$", required=False)

    def __init__(self, rapport: dict[str, Any], data: Any = None) -> None:
        super().__init__(data)
        self._rapport = rapport
        for rang, probleme in enumerate(self._problemes("erreurs")[:_SAISIES_MAX]):
            if probleme["cellule"]:
                self.fields[f"valeur_{rang}"] = forms.CharField(
                    required=False,
                    max_length=1000,
                    label=f"{probleme['colonne']}, ligne {probleme['ligne']} : la valeur juste",
                )
            if probleme["dans_la_table"]:
                self.fields[f"laisser_{rang}"] = forms.BooleanField(
                    required=False, label=f"Laisser de côté la ligne {probleme['ligne']}"
                )
        for rang, organisme in enumerate(rapport.get("organismes", [])[:_SAISIES_MAX]):
            if organisme.get("colonne"):
                self.fields[f"organisme_{rang}"] = forms.CharField(
                    required=False,
                    max_length=200,
                    label=f"« {organisme['nom']} » est en fait l'organisme connu",
                )

    def _problemes(self, genre: str) -> list[dict[str, Any]]:
        # A report kept by an earlier version doesn't say where its cells are.
        return [{**_SANS_LIEU, **probleme} for probleme in self._rapport.get(genre, [])]

    def champs(self, genre: str) -> list[dict[str, Any]]:
        """The problems of a kind, each with its fields, if it has some; errors only have some."""
        inconnus = {
            (colonne["feuille"], colonne["colonne"]): (f"f{rang}", colonne["nom"])
            for rang, colonne in enumerate(self._rapport.get("financeurs_inconnus", []))
        }
        return [
            probleme
            | {
                "place": f"{genre[0]}{rang}",
                "valeur_juste": self._champ(f"valeur_{rang}") if genre == "erreurs" else None,
                "laisser": self._champ(f"laisser_{rang}") if genre == "erreurs" else None,
                "inconnu": None
                if probleme["dans_la_table"]
                else inconnus.get((probleme["feuille"], probleme["colonne"])),
            }
            for rang, probleme in enumerate(self._problemes(genre))
        ]

    def organismes(self) -> list[dict[str, Any]]:
        """The organisations that would be created, each with its field."""
        return [
            organisme | {"champ": self._champ(f"organisme_{rang}")}
            for rang, organisme in enumerate(self._rapport.get("organismes", []))
        ]

    def _champ(self, nom: str) -> forms.BoundField | None:
        return self[nom] if nom in self.fields else None

    def clean_vu(self) -> str:
        if self.cleaned_data["vu"] != empreinte_du(self._rapport):
            raise forms.ValidationError(
                "L'aperçu a changé entre-temps : regardez-le, puis recommencez."
            )
        return str(self.cleaned_data["vu"])

    def corrections(self) -> list[Correction]:
        """What was typed, ticked and taken, in the order of the page."""
        faites = []
        for rang, probleme in enumerate(self._problemes("erreurs")):
            if self.cleaned_data.get(f"laisser_{rang}"):
                faites.append(Correction(probleme["feuille"], probleme["ligne"], "", "", ""))
            elif valeur := self.cleaned_data.get(f"valeur_{rang}"):
                faites.append(_correction(probleme, valeur))
        for rang, organisme in enumerate(self._rapport.get("organismes", [])):
            if valeur := self.cleaned_data.get(f"organisme_{rang}"):
                faites.append(_d_organisme(organisme, valeur))
        return [*faites, *self._suggestion()]

    def inconnu(self, place: str) -> dict[str, str]:
        """An unknown funder: the name, the column, the stage (""): it is named in a cell).

        ``place``: « f » and a rank among the columns of unknown funders, « e » among the errors.
        Raises ReglementRefuseError where there is none.
        """
        genre, rang = place[:1], lire_entier(place[1:])
        if genre == "f" and rang is not None:
            for colonne in self._rapport.get("financeurs_inconnus", [])[rang : rang + 1]:
                etape = etape_dite(colonne["colonne"]) or "accorde"
                return {"nom": colonne["nom"], "colonne": colonne["colonne"], "cible": etape}
        if genre == "e" and rang is not None:
            for probleme in self._problemes("erreurs")[rang : rang + 1]:
                if probleme["rubrique"] == "financeur" and probleme["valeur"].strip():
                    return {"nom": probleme["valeur"].strip(), "colonne": "", "cible": ""}
        raise ReglementRefuseError("L'aperçu a changé entre-temps : regardez-le.")

    def _suggestion(self) -> Iterator[Correction]:
        genre, rang = self.cleaned_data["proche"][:1], int(self.cleaned_data["proche"][1:] or 0)
        for probleme in self._problemes({"e": "erreurs", "a": "avertissements"}.get(genre, ""))[
            rang : rang + 1
        ]:
            if probleme["cellule"] and probleme["proche"]:
                yield _correction(probleme, probleme["proche"])


def _correction(probleme: dict[str, Any], apres: str) -> Correction:
    """Of one cell, or of every one that names the same thing in the same way."""
    partout = probleme["rubrique"] in _NOMMENT and probleme["valeur"].strip() != ""
    ligne = 0 if partout else probleme["ligne"]
    return Correction(probleme["feuille"], ligne, probleme["colonne"], probleme["valeur"], apres)


def _d_organisme(organisme: dict[str, str], apres: str) -> Correction:
    return Correction(organisme["feuille"], 0, organisme["colonne"], organisme["nom"], apres)


def empreinte_du(rapport: dict[str, Any]) -> str:
    """The same for the same problems at the same places."""
    lieux = [rapport.get(nom) for nom in ("erreurs", "avertissements", "organismes")]
    return hashlib.sha256(json.dumps(lieux, sort_keys=True).encode()).hexdigest()[:16]
