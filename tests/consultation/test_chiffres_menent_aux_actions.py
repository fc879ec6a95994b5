"""A property over pages: every figure that is a link leads to the list that totals exactly it."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest
from django.test import Client

from actions.models import Exercice
from territoires.models import Organisme, Quartier

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contrat_2004", "annee_2005")]

COLONNES = {
    "Actions": "actions",
    "Demandé": "montant_demande",
    "Accordé": "montant_accorde",
    "Versé": "montant_verse",
    "Crédits de fonctionnement accordés": "montant_accorde",
    "Investissement accordé": "investissement",
}


@dataclass
class Figure:
    colonne: str
    valeur: str
    lien: str


@dataclass
class Tableau:
    entetes: list[str] = field(default_factory=list)
    rang: int = -1


class Lecteur(HTMLParser):
    """The figures of a page that lead to actions, and the totals of a list's foot.

    A figure's column is the heading above it in a table, or the term beside it in a list of key
    figures; elsewhere, or under another heading, what it counts is read from its text.
    """

    def __init__(self, page: str) -> None:
        super().__init__()
        self.figures: list[Figure] = []
        self.pied: dict[str, str] = {}
        self._tableau: Tableau | None = None
        self._balises: list[str] = []
        self._lien = ""
        self._terme = ""
        self._attente: tuple[str, str] | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributs = {nom: valeur or "" for nom, valeur in attrs}
        self._balises.append(tag)
        if tag == "table":
            self._tableau = Tableau()
        elif tag == "tr" and self._tableau:
            self._tableau.rang = -1
        elif tag in ("td", "th") and self._tableau:
            self._tableau.rang += 1
            if "thead" in self._balises:
                self._tableau.entetes.append("")
        elif tag == "dt":
            self._terme = ""
        elif tag == "a":
            self._lien = attributs.get("href", "")
        elif tag == "data":
            if "tfoot" in self._balises and "data-colonne" in attributs:
                self.pied[attributs["data-colonne"]] = attributs["value"]
            if self._lien.startswith("/actions/?"):
                self._attente = (attributs["value"], self._lien)

    def handle_endtag(self, tag: str) -> None:
        while self._balises and self._balises.pop() != tag:
            pass
        if tag == "table":
            self._tableau = None
        elif tag == "a":
            self._lien = ""

    def handle_data(self, data: str) -> None:
        if self._tableau and "thead" in self._balises and self._tableau.entetes:
            if "span" not in self._balises:
                self._tableau.entetes[-1] += data.strip()
        elif "dt" in self._balises:
            self._terme += data.strip()
        if self._attente is not None:
            valeur, lien = self._attente
            self.figures.append(Figure(self._colonne(data), valeur, lien))
            self._attente = None

    def _colonne(self, texte: str) -> str:
        titre = self._terme
        if self._tableau:
            titre = self._tableau.entetes[self._tableau.rang]
        elif "dl" not in self._balises:
            titre = ""
        return COLONNES.get(titre) or ("montant_accorde" if "€" in texte else "actions")


def pages() -> list[str]:
    fiches = [
        "/communes/30007/",
        "/communes/30132/",
        "/themes/3/",
        "/themes/5/",
        "/financeurs/ETAT/",
        "/financeurs/DRAC/",
        "/financeurs/CG/",
        "/axes/1/",
        "/axes/2/",
        f"/porteurs/{Organisme.objects.get(nom='Régie des Cévennes').pk}/",
        f"/quartiers/{Quartier.objects.get().pk}/",
    ]
    listes = ["communes", "themes", "financeurs", "porteurs", "quartiers", "axes"]
    return [
        f"{page}?exercice={annee}"
        for page in ["/", *fiches, *(f"/{liste}/" for liste in listes)]
        for annee in (2004, 2005)
    ] + [
        "/communes/?exercice=2004&exercice=2005&q=les&sort=-montant_accorde",
        "/financeurs/?exercice=2005&q=etat",
        "/axes/?exercice=2005&q=e&sort=actions",
    ]


def divergences(client: Client, adresses: list[str]) -> tuple[int, list[tuple[str, Figure, str]]]:
    pieds: dict[str, dict[str, str]] = {}
    comptees, trouvees = 0, []
    for adresse in adresses:
        reponse = client.get(adresse)
        if reponse.status_code == 404:
            continue
        for figure in Lecteur(reponse.content.decode()).figures:
            if figure.lien not in pieds:
                pieds[figure.lien] = Lecteur(client.get(figure.lien).content.decode()).pied
            comptees += 1
            if pieds[figure.lien].get(figure.colonne, "0") != figure.valeur:
                trouvees.append((adresse, figure, str(pieds[figure.lien])))
    return comptees, trouvees


def test_chaque_chiffre_de_chaque_page_est_le_total_de_sa_liste(coordinatrice: Client) -> None:
    comptees, trouvees = divergences(coordinatrice, pages())
    assert trouvees == []
    assert comptees > 900


def test_il_en_va_de_meme_pour_qui_ne_voit_qu_une_commune(agente: Client) -> None:
    comptees, trouvees = divergences(agente, pages())
    assert trouvees == []
    assert comptees > 300


def test_une_annee_vide_n_a_que_des_zeros_justes(coordinatrice: Client) -> None:
    Exercice.objects.create(annee=2006)
    pages = ["/", "/communes/", "/communes/30007/", "/themes/3/", "/financeurs/CG/", "/axes/1/"]
    adresses = [f"{page}?exercice=2006" for page in pages]
    comptees, trouvees = divergences(coordinatrice, adresses)
    assert trouvees == []
    assert comptees == 1, "no other page says more than « aucune »"
