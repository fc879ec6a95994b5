"""What belongs to the document of 2004 stays in 2004: no trace of it in the report of 2005."""

import csv
import io
import json
import re
from decimal import Decimal

import openpyxl
import pdfplumber
import pytest
from django.test import Client

from actions.models import Action, Exercice, Theme
from axes.models import AxeTransversal
from bilan.rapport import etablir_rapport
from bilan.rendus.pdf import ecrire_pdf
from bilan.rendus.xlsx import ecrire_xlsx
from comptes.models import Utilisateur
from financement.models import Financeur, Subvention
from territoires.models import Commune

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contrat_2004")]

DE_2004 = (
    *("Etat ", "Education", "Informa-tion", "Grand'Combe", "Grand&#x27;Combe", "+ FPH"),
    *("Animation Contrat de ville", "document publié", "publié :", "2004"),
    "Accompagner la mémoire",
)


@pytest.fixture
def annee_2005() -> None:
    exercice = Exercice.objects.create(annee=2005)
    for theme, commune, nature in (
        (1, "30132", Action.Nature.ACTION),
        (10, "30007", Action.Nature.FONDS),
        (11, None, Action.Nature.ANIMATION),
    ):
        action = Action.objects.create(
            exercice=exercice,
            theme=Theme.objects.get(numero=theme),
            commune=None if commune is None else Commune.objects.get(code_insee=commune),
            intitule=f"Action du thème {theme}",
            nature=nature,
        )
        action.axes.set(AxeTransversal.objects.filter(numero=1))
        etat = Financeur.objects.get(code="ETAT")
        Subvention.objects.create(action=action, financeur=etat, montant_accorde=Decimal(100))


def textes() -> dict[str, str]:
    """The report of 2005, as text, in every format."""
    client = Client()
    client.force_login(Utilisateur.objects.create_user("lectrice"))
    rapport = etablir_rapport(2005)
    pdf, classeur = io.BytesIO(), io.BytesIO()
    ecrire_pdf(rapport, pdf)
    ecrire_xlsx(rapport, classeur)
    livre = openpyxl.load_workbook(classeur)
    with pdfplumber.open(pdf) as document:
        pages = "\n".join(page.extract_text() for page in document.pages)
    lus = {
        "pdf": pages,
        "xlsx": "\n".join(
            [*livre.sheetnames, *(str(c.value) for f in livre for li in f.iter_rows() for c in li)]
        ),
    }
    for code in ("territorial", "thematique", "croise"):
        lus[f"csv {code}"] = client.get(f"/bilan/2005/{code}.csv").getvalue().decode()
        lus[f"json {code}"] = json.dumps(
            client.get(f"/bilan/2005/{code}.json").json(), ensure_ascii=False
        )
        lus[f"page {code}"] = _corps(client, f"/bilan/2005/{code}/")
    lus["page"] = _corps(client, "/bilan/2005/?tout=1")
    return lus


def _corps(client: Client, adresse: str) -> str:
    """What the page says of its year, without the way to the others."""
    page = client.get(adresse).content.decode().partition("<main")[2].partition("</main>")[0]
    return re.sub(r'<nav class="exercices".*?</nav>', "", page, flags=re.S)


@pytest.mark.usefixtures("annee_2005")
def test_rien_de_la_source_n_y_parait() -> None:
    lus = textes()

    traces = {(forme, mot) for forme, texte in lus.items() for mot in DE_2004 if mot in texte}
    assert traces == set()
    for forme in ("pdf", "xlsx", "page"):
        for usuel in ("Éducation", "État", "Conseil général", "La Grand-Combe", "Axe"):
            assert usuel in lus[forme], (forme, usuel)
    lignes = list(csv.reader(io.StringIO(lus["csv thematique"]), delimiter=";"))
    assert lignes[0][2:] == [
        *("Actions", "Financement, total", "Ville", "État", "Conseil général", "Fasild"),
        "Provenance",
    ]


@pytest.mark.usefixtures("annee_2005")
def test_il_n_y_a_pas_d_annexe_de_controle_mais_les_axes_servis() -> None:
    rapport = etablir_rapport(2005)

    assert "controle" not in [section.ancre for section in rapport.sections]
    axes = next(section for section in rapport.sections if section.ancre == "axes")
    (_, registre) = axes.blocs
    ((axe, actions, accorde),) = registre.lignes  # type: ignore[union-attr]
    assert (axe, actions.valeur, accorde.valeur) == (  # type: ignore[union-attr]
        str(AxeTransversal.objects.get(numero=1)),
        1,
        300,
    )
    assert accorde.lien == "/actions/?exercice=2005&axe=1"  # type: ignore[union-attr]
