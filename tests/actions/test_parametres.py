"""Whatever the address says, the list answers: with what was asked, or with why it does not."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import HealthCheck, example, given
from hypothesis import settings as reglages
from hypothesis import strategies as st

pytestmark = pytest.mark.django_db
Lire = Callable[[Any], Any]
NOMS = (
    *("exercice", "commune", "quartier", "theme", "financeur", "axe", "porteur", "nature"),
    *("statut", "provenance", "montant_min", "montant_max", "q", "sort", "page", "per_page"),
    *("colonnes", "_export", "groupe", "attendu", "depuis", "par"),
)
CONNUES = ("2004", "30007", "transterritorial", "3", "CG", "ACTION", "-montant_accorde", "100,50")


@pytest.mark.parametrize(
    ("requete", "dit"),
    [
        ("commune=abc", "« Commune » : « abc » n'est pas une valeur connue."),
        ("exercice=2099", "« Exercice » : « 2099 » n'est pas une valeur connue."),
        ("theme=99999999999999999999", "« Thème » : « 99999999999999999999 » n'est"),
        ("theme=3&theme=x", "« Thème » : « x » n'est pas une valeur connue."),
        ("porteur=123456789", "« Porteur » : Aucun porteur n'a le numéro « 123456789 »."),
        ("porteur=zzz", "« Porteur » : Aucun porteur ne correspond à « zzz »."),
        ("montant_min=1e5", "« Accordé, au moins (€) » : « 1e5 » n'est pas un montant"),
        (
            "montant_min=1&montant_min=2",
            "« Accordé, au moins (€) » : ce filtre ne prend qu'une valeur.",
        ),
        ("q=" + "a" * 10_000, "« Recherche » : "),
        ("q=%00", "« Recherche » : "),
        ("commune=%00", "« Commune » : « � » n'est pas une valeur connue."),
        ("themes=3", "Paramètre « themes » : ce paramètre n'existe pas dans cette liste."),
        ("&".join(["theme=3"] * 2000), "Paramètre « adresse » : elle contient trop"),
    ],
)
def test_un_filtre_incompris_ne_montre_aucune_liste(
    lectrice: Client, lire: Lire, requete: str, dit: str
) -> None:
    page = lire(lectrice.get(f"/actions/?{requete}"))
    assert dit in page.alertes()
    assert "<table" not in page.source


@pytest.mark.parametrize(
    ("requete", "dit"),
    [
        ("page=-1", "Paramètre « page » : « -1 » n'est pas un nombre utilisable ; 1 est appliqué."),
        ("page=999", "Paramètre « page » : la liste s'arrête à la page 4 ; la voici."),
        ("page=" + "9" * 40, "n'est pas un nombre utilisable ; 1 est appliqué."),
        ("page=²", "Paramètre « page » : « ² » n'est pas un nombre utilisable"),
        ("sort=couleur", "la colonne « couleur » est inconnue ; l'ordre habituel s'applique."),
        ("groupe=ville", "« ville » ne groupe pas cette liste ; elle ne l'est pas."),
        ("sort=axes", "la colonne « axes » est inconnue ; l'ordre habituel s'applique."),
        ("per_page=7", "choisissez 25, 50, 100, 200 lignes par page ; 50 est appliqué."),
        ("colonnes=prix", "Paramètre « colonnes » : colonne inconnue : « prix »."),
        ("_export=doc", "« doc » est inconnu ; les formats sont xlsx, csv, csv-ouvert."),
    ],
)
def test_un_reglage_incompris_est_dit_et_remplace(
    lectrice: Client, lire: Lire, requete: str, dit: str
) -> None:
    page = lire(lectrice.get(f"/actions/?{requete}"))
    assert dit in page.alertes()
    assert page.totaux() == {"actions": "195", "montant_accorde": "1028246"}


@reglages(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    paires=st.lists(
        st.tuples(
            st.sampled_from(NOMS) | st.text(max_size=12),
            st.sampled_from(CONNUES) | st.text(max_size=300) | st.integers().map(str),
        ),
        max_size=5,
    )
)
@example(paires=[("quartier", "-1"), ("axe", "١")])
def test_aucune_adresse_ne_fait_tomber_la_liste(
    lectrice: Client, paires: list[tuple[str, str]]
) -> None:
    reponse = lectrice.get("/actions/?" + urlencode(paires, errors="surrogatepass"))
    assert reponse.status_code == 200
    if reponse.streaming:
        assert b"".join(reponse)
        return
    page = reponse.content.decode()
    refusee = 'class="alert alert-danger" role="alert"' in page
    assert refusee != bool(re.search(r"<tfoot>", page))
